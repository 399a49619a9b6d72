"""An online experiment: visitors and conversions of two arms, day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import whole


@dataclass(frozen=True, eq=False)
class Experiment:
    """Daily counts that may be seen; axes ``(days, arms)`` or ``(draws, days, arms)``, arm 0 is the control.

    Parameters
    ----------
    visitors
        Visitors of each arm on each day.
    conversions
        How many of them converted.
    """

    visitors: NDArray[np.int64]
    conversions: NDArray[np.int64]


def make_experiment(
    rng: np.random.Generator,
    visitors_per_day: int,
    days: int,
    baseline_rate: float,
    effect: float = 0.0,
    draws: int | None = None,
) -> Experiment:
    """Draw an A/A test (``effect`` 0) or an A/B test.

    1. Each day has a Poisson number of visitors.
    2. A fair coin sends each visitor to one arm.
    3. Visitors of the control convert with ``baseline_rate``, the others with ``baseline_rate + effect``.

    Parameters
    ----------
    rng
        Source of random numbers.
    visitors_per_day
        Mean number of visitors of both arms together.
    days
        Length in days.
    baseline_rate
        Conversion of the control, 0 to 1.
    effect
        Absolute difference of the two rates (hidden).
    draws
        Number of experiments; None makes one, without an axis for it.

    Returns
    -------
    Experiment

    Raises
    ------
    ValueError
        If a rate leaves 0 to 1, or a count is not a whole number from 0 up.
    """
    rates = np.array([baseline_rate, baseline_rate + effect])
    if not (np.all(rates >= 0) and np.all(rates <= 1)):
        raise ValueError(f"both rates must lie between 0 and 1, not {rates.tolist()}")
    days = whole("days", days)
    shape = (days,) if draws is None else (whole("draws", draws), days)
    total = rng.poisson(whole("visitors_per_day", visitors_per_day), shape)
    treated = rng.binomial(total, 0.5)
    visitors = np.stack([total - treated, treated], axis=-1)
    return Experiment(visitors, rng.binomial(visitors, rates))


def z_path(experiment: Experiment) -> NDArray[np.float64]:
    """Give the z value after each day, all days so far together.

    The difference of the two rates over its standard error with the pooled rate. Before both arms have visitors, and
    while nobody or everybody has converted, it is nan.

    Returns
    -------
    numpy.ndarray
        Shape ``(days,)`` or ``(draws, days)``.
    """
    visitors = experiment.visitors.cumsum(axis=-2)
    conversions = experiment.conversions.cumsum(axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = conversions / visitors
        pooled = conversions.sum(axis=-1) / visitors.sum(axis=-1)
        error = np.sqrt(pooled * (1 - pooled) * (1 / visitors).sum(axis=-1))
        z = (rates[..., 1] - rates[..., 0]) / error
    return np.where(np.isfinite(z), z, np.nan)
