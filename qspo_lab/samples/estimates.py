"""What several people say about the size of items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import whole

if TYPE_CHECKING:
    from qspo_lab.samples.backlog import Backlog, BacklogTruth
    from qspo_lab.scenarios.model import Scenario


@dataclass(frozen=True, eq=False)
class EstimatesTruth:
    """Why they say it (hidden).

    Parameters
    ----------
    bias
        Each person's own leaning on the log scale; 0.2 is about a fifth too much: shape ``(estimators,)``.
    knows
        The areas that each person knows: shape ``(estimators, areas)``.
    reads_second
        Whether the person takes a title in its larger reading: shape ``(estimators, items)``. False for items with
        one meaning.
    """

    bias: NDArray[np.float64]
    knows: NDArray[np.bool_]
    reads_second: NDArray[np.bool_]


def make_estimates(
    rng: np.random.Generator, pack: Scenario, backlog: Backlog, truth: BacklogTruth, count: int | None = None
) -> tuple[NDArray[np.float64], EstimatesTruth]:
    """Draw the independent, silent estimates of several people.

    1. Each person has a normal leaning of their own.
    2. Each person knows one area, dealt in turn from a random start.
    3. Of an item with two meanings, half of the people (rounded at random) take the larger one.
    4. The log of the estimate is the log of the size so read, plus the leaning, plus an error. The error is normal with
       the pack's ``noise``; its correlation between two people is the pack's ``correlation``. Knowing the area leaves
       the pack's share of it.

    Parameters
    ----------
    rng
        Source of random numbers.
    pack
        The scenario.
    backlog, truth
        The items, see `make_backlog`.
    count
        Number of people; the pack's own if left out.

    Returns
    -------
    estimates : numpy.ndarray
        Person-days, shape ``(estimators, items)``; may be seen.
    truth : EstimatesTruth
        May not.

    Raises
    ------
    ValueError
        For a count that is not a whole number from 0 up.
    """
    recipe = pack.estimators
    people = recipe.count if count is None else whole("count", count)
    leaning, dealing, splitting, sharing, erring = rng.spawn(5)

    bias = leaning.standard_normal(people) * recipe.bias
    areas = len(backlog.areas)
    knows = np.zeros((people, areas), dtype=bool)
    if people:
        knows[np.arange(people), (np.arange(people) + dealing.integers(areas)) % areas] = True

    twofold = np.flatnonzero(np.isfinite(truth.second_size))
    reads_second = np.zeros((people, len(backlog)), dtype=bool)
    in_camp = np.floor(people / 2 + splitting.random(len(twofold)))
    ranks = np.argsort(np.argsort(splitting.random((people, len(twofold))), axis=0), axis=0)
    reads_second[:, twofold] = ranks < in_camp

    shared = sharing.standard_normal(len(backlog)) * recipe.correlation**0.5
    own = erring.standard_normal((people, len(backlog))) * (1 - recipe.correlation) ** 0.5
    scale = np.where(knows[:, backlog.area], recipe.knowledge_factor, 1.0) * recipe.noise
    size = np.where(reads_second, truth.second_size, truth.size)
    return size * np.exp(bias[:, None] + scale * (shared + own)), EstimatesTruth(bias, knows, reads_second)
