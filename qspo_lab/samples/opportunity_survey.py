"""A survey of desired outcomes: how important each one is to people, and how satisfied they are.

The opportunity score of an outcome (Ulwick 2002) rests on ten times the share of 4s and 5s, called importance and
satisfaction from 0 to 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import whole
from qspo_lab.samples.recruiting import make_respondents, shares_of

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario

AT_LEAST_TWO, AT_LEAST_THREE = 0.85, 0.45
"""Shares of the ratings from 1 to 3 that are at least 2 and at least 3."""
FIVE = 0.5
"""Share of the ratings 4 and 5 that are a 5."""


@dataclass(frozen=True, eq=False)
class OpportunitySurvey:
    """Answers that may be seen: one row per respondent, one column per outcome.

    Parameters
    ----------
    segments, outcomes
        Keys, in the pack's order.
    segment
        Place of each respondent's segment, from a screening question: shape ``(size,)``.
    importance, satisfaction
        Ratings from 1 to 5: shape ``(size, outcomes)``.
    """

    segments: tuple[str, ...]
    outcomes: tuple[str, ...]
    segment: NDArray[np.int8]
    importance: NDArray[np.int8]
    satisfaction: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class TopTwoCounts:
    """Many surveys at once, as counts: the quick way to what could have come out.

    Parameters
    ----------
    respondents
        Respondents of each segment: shape ``(draws, segments)``.
    importance, satisfaction
        How many of them gave a 4 or 5: shape ``(draws, segments, outcomes)``.
    """

    respondents: NDArray[np.int64]
    importance: NDArray[np.int64]
    satisfaction: NDArray[np.int64]


def true_ratings(pack: Scenario) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give true importance and satisfaction (hidden), 0 to 10, each of shape ``(segments, outcomes)``."""
    outcomes = pack.outcomes.values()
    importance = np.array([[outcome.importance[key] for outcome in outcomes] for key in pack.segments])
    satisfaction = np.array([[outcome.satisfaction[key] for outcome in outcomes] for key in pack.segments])
    return importance, satisfaction


def true_means(pack: Scenario, weighting: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give true importance and satisfaction (hidden) of everybody, weighted as a channel or a segment would.

    Parameters
    ----------
    pack
        The scenario.
    weighting
        Key of a channel or of a segment.

    Returns
    -------
    importance, satisfaction
        From 0 to 10, one value per outcome.
    """
    shares = shares_of(pack, weighting)
    importance, satisfaction = true_ratings(pack)
    return shares @ importance, shares @ satisfaction


def make_opportunity_survey(rng: np.random.Generator, pack: Scenario, size: int, recruiting: str) -> OpportunitySurvey:
    """Draw the answers of a survey.

    1. Each respondent belongs to a segment with the share that it has in the channel.
    2. Each respondent has a leaning that colours all importance ratings, and one that colours all satisfaction
       ratings. It makes answers of one person alike: their correlation is the pack's ``respondent_effect``.
    3. Leaning and a deviation of its own make a standard normal value for each answer.
    4. Borders turn it into 1 to 5. They lie so that a 4 or 5 comes with a tenth of the true mean of the segment.

    A larger size adds respondents and leaves the first ones as they are.

    Parameters
    ----------
    rng
        Source of random numbers.
    pack
        The scenario.
    size
        Number of respondents, 0 included.
    recruiting
        Key of a channel or of a segment.

    Returns
    -------
    OpportunitySurvey

    Raises
    ------
    ValueError
        For an unknown channel or a size that is not a whole number from 0 up.
    """
    size = whole("size", size)
    people, for_importance, for_satisfaction = rng.spawn(3)
    segment = make_respondents(people, pack, size, recruiting)
    importance, satisfaction = true_ratings(pack)
    effect = pack.survey.respondent_effect
    return OpportunitySurvey(
        segments=tuple(pack.segments),
        outcomes=tuple(pack.outcomes),
        segment=segment,
        importance=_ratings(for_importance, importance / 10, segment, effect),
        satisfaction=_ratings(for_satisfaction, satisfaction / 10, segment, effect),
    )


def make_opportunity_counts(
    rng: np.random.Generator, pack: Scenario, size: int, recruiting: str, draws: int
) -> TopTwoCounts:
    """Draw the counts of 4s and 5s of many surveys, without the single answers.

    1. Respondents fall to segments with the shares of the channel.
    2. Of each segment a binomial number gives a 4 or 5, with a tenth of the true mean as chance.

    For each outcome and segment the counts follow the same law as those of `make_opportunity_survey`. That one person
    colours all answers alike is left out, so outcomes vary independently of each other.

    Raises
    ------
    ValueError
        As for `make_opportunity_survey`.
    """
    size = whole("size", size)
    importance, satisfaction = true_ratings(pack)
    respondents = rng.multinomial(size, shares_of(pack, recruiting), draws)
    return TopTwoCounts(
        respondents=respondents,
        importance=rng.binomial(respondents[:, :, None], importance / 10),
        satisfaction=rng.binomial(respondents[:, :, None], satisfaction / 10),
    )


def _ratings(
    rng: np.random.Generator, top_two: NDArray[np.float64], segment: NDArray[np.int8], effect: float
) -> NDArray[np.int8]:
    """Draw ratings; ``top_two`` is the chance of a 4 or 5 for each segment and outcome."""
    borders = _borders(top_two)
    own_streams = rng.spawn(top_two.shape[1] + 1)
    leaning = own_streams[0].standard_normal(len(segment)) * effect**0.5
    ratings = np.ones((len(segment), top_two.shape[1]), dtype=np.int8)
    for column, stream in enumerate(own_streams[1:]):
        value = leaning + stream.standard_normal(len(segment)) * (1 - effect) ** 0.5
        for level in range(4):
            ratings[:, column] += value > borders[level, :, column][segment]
    return ratings


def _borders(top_two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the normal values above which a rating is at least 2, 3, 4, 5: shape ``(4, segments, outcomes)``."""
    low = 1 - top_two
    chances = [top_two + low * AT_LEAST_TWO, top_two + low * AT_LEAST_THREE, top_two, top_two * FIVE]
    return -np.vectorize(_quantile, otypes=[float])(np.array(chances))


def _quantile(chance: float) -> float:
    if chance <= 0:
        return -np.inf
    return np.inf if chance >= 1 else NormalDist().inv_cdf(chance)
