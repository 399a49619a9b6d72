"""Which needs are important and badly served: opportunity scores from two ratings.

Ratings run from 1 to 5, nan where somebody did not answer. Scores run from 0 to 10. Several conventions are in use,
both for turning ratings into scores and for turning the two scores into one; each has its name here.

Sources: Ulwick, Turn Customer Input into Innovation (Harvard Business Review, January 2002), and Jobs to be Done:
Theory to Practice (2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, numbers, one_of, open_share, positive, same_length, whole

Convention = Literal["ulwick", "unclipped", "gap"]
CONVENTIONS = ("ulwick", "unclipped", "gap")
Scale = Literal["top_two_box", "mean"]
SCALES = ("top_two_box", "mean")


@dataclass(frozen=True)
class OpportunityInterval:
    """Scores of several needs with their bootstrap intervals; arrays have one number for each need.

    Parameters
    ----------
    importance, satisfaction
        On the scale of 0 to 10.
    score, low, high
        Opportunity score and its interval; nan where nobody answered.
    first
        Share of draws in which the need has the highest score of all (ties shared).
    """

    importance: Floats
    satisfaction: Floats
    score: Floats
    low: Floats
    high: Floats
    first: Floats


def rating_score(ratings: ArrayLike, by: Scale = "top_two_box", weights: ArrayLike | None = None) -> Floats:
    """Turn ratings of 1 to 5 into a score of 0 to 10.

    Parameters
    ----------
    ratings
        Respondents on the first axis; nan where there is no answer.
    by
        ``top_two_box``: ten times the share of 4s and 5s, Ulwick's way. ``mean``: the mean rating, stretched from
        1 to 5 onto 0 to 10, which hides a split audience.
    weights
        Weight of each respondent, from `segment_weights`.

    Returns
    -------
    numpy.ndarray
        One score for each need; nan where nobody answered.

    Examples
    --------
    >>> float(rating_score([5, 5, 4, 4, 3, 5, 2, 4, 5, 4]))
    8.0
    """
    points, answered = _points("ratings", ratings, by)
    weight = _weights(weights, len(points))
    return _ratio(weight @ points, weight @ answered)


def opportunity(importance: ArrayLike, satisfaction: ArrayLike, convention: Convention = "ulwick") -> Floats:
    """Give the opportunity score of a need.

    Parameters
    ----------
    importance, satisfaction
        Scores of 0 to 10.
    convention
        ``ulwick``: I + max(I - S, 0); being overserved does not count. ``unclipped``: I + (I - S). ``gap``: I - S.

    Returns
    -------
    numpy.ndarray
        nan where a score is missing. In Ulwick's rough reading above 10 is worth a look, 12 strong, 15 extreme.

    Examples
    --------
    >>> float(opportunity(8, 4)), float(opportunity(4, 9))
    (12.0, 4.0)
    """
    one_of("convention", convention, CONVENTIONS)
    i, s = (np.asarray(values, dtype=np.float64) for values in (importance, satisfaction))
    for name, values in (("importance", i), ("satisfaction", s)):
        off = values[(values < 0) | (values > 10)]
        if off.size:
            raise ValueError(f"{name} must lie between 0 and 10, not {off.flat[0]:g}")
    gap = i - s
    return gap if convention == "gap" else i + (np.maximum(gap, 0) if convention == "ulwick" else gap)


def segment_weights(segments: Sequence[str] | NDArray[np.str_], population: Mapping[str, float]) -> Floats:
    """Give each respondent the weight that makes the sample look like the population.

    Parameters
    ----------
    segments
        Segment of each respondent.
    population
        True share of each segment; shares are brought to a sum of 1. A segment with share 0 counts for nothing.

    Returns
    -------
    numpy.ndarray
        Mean 1.

    Raises
    ------
    ValueError
        If a segment of the population was not asked at all, or a respondent's segment is not in the population.

    Examples
    --------
    >>> segment_weights(["forum", "forum", "forum", "quiet"], {"forum": 0.5, "quiet": 0.5}).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    found = np.asarray(segments, dtype=str)
    names, place, asked = np.unique(found, return_inverse=True, return_counts=True)
    unknown = [str(name) for name in names if name not in population]
    if unknown:
        raise ValueError(f"population has no share for segment {unknown[0]!r}")
    shares = {name: float(value) for name, value in population.items()}
    if min(shares.values()) < 0 or sum(shares.values()) <= 0:
        raise ValueError(f"population must hold shares of 0 or more and not all 0, not {dict(population)!r}")
    silent = [name for name, value in shares.items() if value > 0 and name not in names]
    if silent:
        raise ValueError(f"nobody of segment {silent[0]!r} was asked, so no weight can stand in for it")
    per_segment = np.array([shares[str(name)] / sum(shares.values()) for name in names]) * len(found) / asked
    return per_segment[place]


def opportunity_interval(
    rng: np.random.Generator,
    importance: ArrayLike,
    satisfaction: ArrayLike,
    weights: ArrayLike | None = None,
    by: Scale = "top_two_box",
    convention: Convention = "ulwick",
    draws: int = 2000,
    confidence: float = 0.9,
) -> OpportunityInterval:
    """Give opportunity scores with an interval: respondents are drawn anew, each with all of their answers.

    Parameters
    ----------
    rng
        Source of the draws.
    importance, satisfaction
        Ratings of 1 to 5, shape (respondents, needs) or (respondents,); nan where there is no answer.
    weights
        Weight of each respondent, from `segment_weights`.
    by, convention
        As in `rating_score` and `opportunity`.
    draws
        How many samples are drawn.
    confidence
        Share of draws inside the interval.
    """
    asked, served = (_as_table(values) for values in (importance, satisfaction))
    if asked.shape != served.shape:
        raise ValueError(f"importance and satisfaction must have one shape, not {asked.shape} and {served.shape}")
    people = len(asked)
    if not people:
        raise ValueError("importance must hold at least one respondent")
    parts = [*_points("importance", asked, by), *_points("satisfaction", served, by)]
    weight = _weights(weights, people)
    picks = rng.integers(people, size=(whole("draws", draws, 1), people))
    picks += np.arange(draws)[:, None] * people
    times = np.bincount(picks.ravel(), minlength=draws * people).reshape(draws, people) * weight
    i, s = _scores(weight[None, :], parts)
    i_drawn, s_drawn = _scores(times, parts)
    drawn = opportunity(i_drawn, s_drawn, convention)
    tail = (1 - open_share("confidence", confidence)) / 2
    low, high = _quantiles(drawn, tail)
    best = drawn == np.nanmax(np.where(np.isnan(drawn), -np.inf, drawn), axis=1, keepdims=True)
    first = (best / np.maximum(best.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    return OpportunityInterval(i[0], s[0], opportunity(i[0], s[0], convention), low, high, first)


def _as_table(values: ArrayLike) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    return table[:, None] if table.ndim == 1 else table


def _points(name: str, ratings: ArrayLike, by: str) -> tuple[Floats, Floats]:
    table = np.asarray(ratings, dtype=np.float64)
    off = np.argwhere(~np.isnan(table) & ~np.isin(table, (1, 2, 3, 4, 5)))
    if len(off):
        column = f", column {off[0][1] + 1}" if table.ndim > 1 else ""
        raise ValueError(f"{name}, row {off[0][0] + 1}{column}: {table[tuple(off[0])]:g} is not on the scale of 1 to 5")
    answered = ~np.isnan(table)
    points = 10.0 * (table >= 4) if one_of("by", by, SCALES) == "top_two_box" else (table - 1) * 2.5
    return np.where(answered, points, 0.0), answered.astype(np.float64)


def _weights(weights: ArrayLike | None, people: int) -> Floats:
    if weights is None:
        return np.ones(people)
    given = numbers("weights", weights)
    same_length(weights=given, respondents=range(people))
    for row, weight in enumerate(given, 1):
        if weight < 0:
            raise ValueError(f"weights must be 0 or more; weight {row} is {weight:g}")
    positive("sum of weights", given.sum())
    return given


def _ratio(total: Floats, base: Floats) -> Floats:
    total, base = np.asarray(total), np.asarray(base)
    return np.divide(total, base, out=np.full(base.shape, np.nan), where=base > 0)


def _scores(weight: Floats, parts: list[Floats]) -> tuple[Floats, Floats]:
    i, i_base, s, s_base = (weight @ part for part in parts)
    # sums of weights may pass 10 by the last digit
    return np.minimum(_ratio(i, i_base), 10.0), np.minimum(_ratio(s, s_base), 10.0)


def _quantiles(drawn: Floats, tail: float) -> tuple[Floats, Floats]:
    low, high = np.full(drawn.shape[1], np.nan), np.full(drawn.shape[1], np.nan)
    for need in range(drawn.shape[1]):
        known = drawn[~np.isnan(drawn[:, need]), need]
        if len(known):
            low[need], high[need] = np.quantile(known, (tail, 1 - tail))
    return low, high
