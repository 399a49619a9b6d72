"""Finished items per day and per week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario


@dataclass(frozen=True, eq=False)
class Throughput:
    """Finished items, days without any included; everything here may be seen once it has happened.

    Parameters
    ----------
    daily
        Items finished on each calendar day, Monday first: shape ``(weeks * 7,)`` or ``(draws, weeks * 7)``.
    weekly
        The same by week: shape ``(weeks,)`` or ``(draws, weeks)``.
    """

    daily: NDArray[np.int64]
    weekly: NDArray[np.int64]


def make_throughput(
    rng: np.random.Generator, pack: Scenario, weeks: int | None = None, draws: int | None = None
) -> Throughput:
    """Draw a history, or futures, of finished items.

    1. A share of the weeks is idle (holidays, a release freeze): nothing is finished.
    2. Every other week has a pace of its own: the pack's mean times a gamma factor of mean 1 and the pack's
       coefficient of variation.
    3. On each working day a Poisson number of items is finished, a working day's part of the pace. Other days have
       none.

    A working week therefore has mean m and variance m + (variation * m) squared.

    Parameters
    ----------
    rng
        Source of random numbers.
    pack
        The scenario.
    weeks
        Length; the pack's own length of history if left out.
    draws
        Number of separate series; None makes one, without an axis for it.

    Returns
    -------
    Throughput
    """
    recipe = pack.throughput
    length = recipe.weeks if weeks is None else weeks
    shape = (1 if draws is None else draws, length)
    works = rng.random(shape) >= recipe.idle_share
    pace = np.ones(shape)
    if recipe.variation > 0:
        certainty = recipe.variation**-2
        pace = rng.gamma(certainty, 1 / certainty, shape)
    mean_of_day = works * pace * recipe.per_week / recipe.working_days
    daily = np.zeros((*shape, 7), dtype=np.int64)
    daily[..., : recipe.working_days] = rng.poisson(mean_of_day[..., None], (*shape, recipe.working_days))
    weekly = daily.sum(axis=-1)
    flat = daily.reshape(shape[0], length * 7)
    return Throughput(flat, weekly) if draws is not None else Throughput(flat[0], weekly[0])
