"""Objectives and key results: progress in either direction, alignment, and what paying for a proxy buys.

Sources: Doerr, Measure What Matters (2018); Wodtke, Radical Focus (2016); Goodhart 1975; Manheim and Garrabrant on
regressional Goodhart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import finite, numbers, open_share

SWEET_SPOT = (0.6, 0.7)
"""Mean score that an ambitious objective should reach; more means that it was not ambitious."""


@dataclass(frozen=True)
class Progress:
    """How far a key result has come.

    Parameters
    ----------
    score
        0 to 1; None where it cannot be said.
    unclipped
        The same without limits: below 0 on the wrong side of the baseline, above 1 beyond the target.
    reason
        ``no_range``: baseline and target are the same, so progress has no measure; ``missing``: there is no baseline
        or no value yet.
    reached
        Whether the value meets the target; None if that cannot be said.
    """

    score: float | None
    unclipped: float | None
    reason: Literal["no_range", "missing"] | None
    reached: bool | None


@dataclass(frozen=True)
class Alignment:
    """How initiatives and goals fit.

    Parameters
    ----------
    orphans
        Initiatives (positions) that serve no goal.
    unserved
        Goals (positions) that no initiative serves.
    coverage
        Share of goals served.
    aligned
        Share of initiatives that serve a goal.
    """

    orphans: tuple[int, ...]
    unserved: tuple[int, ...]
    coverage: float
    aligned: float


def progress(baseline: float | None, target: float | None, actual: float | None) -> Progress:
    """Score a key result: (actual - baseline) / (target - baseline), whether it should rise or fall.

    Parameters
    ----------
    baseline, target, actual
        Where it began, where it should be, where it is; None is missing.

    Examples
    --------
    >>> progress(0, 10, 7.5).score, progress(40, 20, 25).score, progress(5, 5, 5).reason
    (0.75, 0.75, 'no_range')
    """
    if baseline is None or target is None or actual is None:
        return Progress(None, None, "missing", None)
    start, end, now = finite("baseline", baseline), finite("target", target), finite("actual", actual)
    if start == end:
        return Progress(None, None, "no_range", now == end)
    raw = (now - start) / (end - start)
    return Progress(min(max(raw, 0.0), 1.0), raw, None, raw >= 1)


def objective_score(key_results: Sequence[Progress]) -> float | None:
    """Give the mean score of the key results that have one; None if none has."""
    scores = [result.score for result in key_results if result.score is not None]
    return sum(scores) / len(scores) if scores else None


def band(score: float) -> Literal["green", "yellow", "red"]:
    """Give the colour of a score, rounded to one decimal first: 0.7 and more green, 0.4 to 0.6 yellow, less red."""
    tenths = floor(finite("score", score) * 10 + 0.5 + 1e-9)
    if not 0 <= tenths <= 10:
        raise ValueError(f"score must lie between 0 and 1, not {score!r}")
    return "green" if tenths >= 7 else "yellow" if tenths >= 4 else "red"


def alignment(contributions: ArrayLike) -> Alignment:
    """Say which initiatives serve no goal and which goals are served by none.

    Parameters
    ----------
    contributions
        Shape (initiatives, goals), above 0 where an initiative serves a goal.
    """
    serves = numbers("contributions", contributions, 2) > 0
    if not serves.size:
        raise ValueError("contributions must hold at least one initiative and one goal")
    initiatives, goals = serves.any(axis=1), serves.any(axis=0)
    return Alignment(
        tuple(np.flatnonzero(~initiatives).tolist()),
        tuple(np.flatnonzero(~goals).tolist()),
        float(goals.mean()),
        float(initiatives.mean()),
    )


def true_gain(proxy_gain: float, correlation: float) -> float:
    """Give what is real of a gain seen on a proxy, both in standard deviations: rho x gain.

    Parameters
    ----------
    proxy_gain
        Gain on the proxy.
    correlation
        Between the proxy and what is wanted.
    """
    return _correlation(correlation) * finite("proxy_gain", proxy_gain)


def true_gain_of_top(top_share: float, correlation: float) -> float:
    """Give the mean true gain, in standard deviations, of those picked as the top by a proxy: rho phi(z) / share.

    Parameters
    ----------
    top_share
        Share that is picked.
    correlation
        Between the proxy and what is wanted.

    Examples
    --------
    >>> round(true_gain_of_top(0.1, 0.5), 4)
    0.8775
    """
    top = open_share("top_share", top_share)
    normal = NormalDist()
    return _correlation(correlation) * normal.pdf(normal.inv_cdf(1 - top)) / top


def _correlation(correlation: float) -> float:
    rho = finite("correlation", correlation)
    if not -1 <= rho <= 1:
        raise ValueError(f"correlation must lie between -1 and 1, not {correlation!r}")
    return rho
