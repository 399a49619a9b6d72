"""How good judgements are: forecasts in per cent, ranges, and what chance alone would give.

Sources: Brier 1950; Murphy 1973 (Journal of Applied Meteorology 12); Fischhoff, Slovic and Lichtenstein on
calibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, numbers, same_length, share, whole


@dataclass(frozen=True)
class BrierParts:
    """Murphy's three parts of the Brier score: score = reliability - resolution + uncertainty.

    Parameters
    ----------
    score
        Mean squared distance of forecast and outcome; 0 is perfect, 0.25 is saying 50 % always.
    reliability
        How far "70 %" is from 7 of 10; 0 is perfect.
    resolution
        How well the forecasts tell cases apart; large is good.
    uncertainty
        What the cases themselves bring; no forecaster can change it.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float


@dataclass(frozen=True)
class CalibrationPoints:
    """Points of a calibration curve, one for each band of stated confidence that was used.

    Parameters
    ----------
    stated
        Mean confidence in the band.
    happened
        Share that came true.
    count
        How many forecasts.
    """

    stated: Floats
    happened: Floats
    count: NDArray[np.int64]


def brier_score(forecasts: ArrayLike, outcomes: ArrayLike) -> float:
    """Give the mean squared distance between stated chances and what happened.

    Parameters
    ----------
    forecasts
        Chances from 0 to 1.
    outcomes
        1 if it happened, 0 if not.

    Returns
    -------
    float
        nan if there is no forecast.

    Examples
    --------
    >>> round(brier_score([0.9, 0.7, 0.6, 0.2, 0.1], [1, 1, 0, 0, 0]), 3)
    0.102
    """
    chances, happened = _pairs(forecasts, outcomes)
    return float(np.mean((chances - happened) ** 2)) if len(chances) else float("nan")


def brier_parts(forecasts: ArrayLike, outcomes: ArrayLike) -> BrierParts:
    """Split the Brier score into Murphy's parts; forecasts of the same value form a group.

    Parameters
    ----------
    forecasts, outcomes
        As in `brier_score`.

    Returns
    -------
    BrierParts
        All nan if there is no forecast.
    """
    chances, happened = _pairs(forecasts, outcomes)
    if not len(chances):
        return BrierParts(*[float("nan")] * 4)
    values, group, count = np.unique(chances, return_inverse=True, return_counts=True)
    came_true = np.bincount(group, weights=happened) / count
    base = happened.mean()
    weight = count / len(chances)
    return BrierParts(
        brier_score(chances, happened),
        float(weight @ (values - came_true) ** 2),
        float(weight @ (came_true - base) ** 2),
        float(base * (1 - base)),
    )


def interval_hits(low: ArrayLike, high: ArrayLike, truth: ArrayLike) -> int:
    """Count the ranges that hold the truth, ends included."""
    bottom, top, true = numbers("low", low), numbers("high", high), numbers("truth", truth)
    same_length(low=bottom, high=top, truth=true)
    wrong = np.flatnonzero(bottom > top)
    if len(wrong):
        raise ValueError(f"range {wrong[0] + 1} is upside down: {bottom[wrong[0]]:g} to {top[wrong[0]]:g}")
    return int(((bottom <= true) & (true <= top)).sum())


def chance_of_hits_at_most(hits: int, ranges: int, confidence: float = 0.9) -> float:
    """Give the chance that a well calibrated person hits this often or less.

    Parameters
    ----------
    hits
        Ranges that held the truth.
    ranges
        Ranges given.
    confidence
        How sure they were meant to be.

    Examples
    --------
    >>> round(chance_of_hits_at_most(6, 10), 4)
    0.0128
    """
    count, n = whole("hits", hits), whole("ranges", ranges)
    if count > n:
        raise ValueError(f"hits must be at most the number of ranges, {n}, not {count}")
    from scipy.special import bdtr

    return float(bdtr(count, n, share("confidence", confidence))) if n else 1.0


def calibration_points(
    forecasts: ArrayLike, outcomes: ArrayLike, edges: Sequence[float] = (0, 0.2, 0.4, 0.6, 0.8, 1)
) -> CalibrationPoints:
    """Give how often things came true in each band of stated confidence; bands without a forecast are left out.

    Parameters
    ----------
    forecasts, outcomes
        As in `brier_score`.
    edges
        Rising borders of the bands; a forecast on a border belongs to the band above, the last border to the last.
    """
    chances, happened = _pairs(forecasts, outcomes)
    borders = numbers("edges", edges)
    if len(borders) < 2 or np.any(np.diff(borders) <= 0):
        raise ValueError(f"edges must rise, not {list(edges)!r}")
    bands = len(borders) - 1
    band = np.clip(np.searchsorted(borders, chances, side="right") - 1, 0, bands - 1)
    count = np.bincount(band, minlength=bands)
    used = count > 0
    stated = np.bincount(band, weights=chances, minlength=bands)[used] / count[used]
    true = np.bincount(band, weights=happened, minlength=bands)[used] / count[used]
    return CalibrationPoints(stated, true, count[used])


def _pairs(forecasts: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    chances, happened = numbers("forecasts", forecasts), numbers("outcomes", outcomes)
    same_length(forecasts=chances, outcomes=happened)
    for number, chance in enumerate(chances, 1):
        share(f"forecast {number}", chance)
    wrong = np.flatnonzero((happened != 0) & (happened != 1))
    if len(wrong):
        raise ValueError(f"outcomes must be 0 or 1; outcome {wrong[0] + 1} is {happened[wrong[0]]:g}")
    return chances, happened
