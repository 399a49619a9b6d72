"""A Kano survey: for each attribute how people feel with it, and how they feel without it.

Answers are coded 1 "I like it", 2 "it must be so", 3 "I do not mind", 4 "I can live with it", 5 "I dislike it"
(Kano, Seraku, Takahashi and Tsuji 1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import whole
from qspo_lab.samples.recruiting import make_respondents, shares_of

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Drift, Scenario, Wording

CLASSES = ("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable")
"""Order of every class axis here; a person never holds the last, it only arises from a faulty answer."""

EVALUATION = np.array(
    [
        [5, 0, 0, 0, 1],
        [4, 3, 3, 3, 2],
        [4, 3, 3, 3, 2],
        [4, 3, 3, 3, 2],
        [4, 4, 4, 4, 5],
    ]
)
"""Kano's table: place in `CLASSES` by the answer with (row) and without (column) the attribute."""

MEANT = {
    "attractive": {(1, 2): 0.20, (1, 3): 0.55, (1, 4): 0.25},
    "one_dimensional": {(1, 5): 1.0},
    "must_be": {(2, 5): 0.55, (3, 5): 0.33, (4, 5): 0.12},
    "indifferent": {
        (3, 3): 0.52,
        (2, 3): 0.08,
        (3, 4): 0.14,
        (4, 3): 0.08,
        (2, 4): 0.06,
        (4, 4): 0.06,
        (2, 2): 0.02,
        (3, 2): 0.02,
        (4, 2): 0.02,
    },
    "reverse": {(5, 1): 0.35, (5, 3): 0.20, (4, 1): 0.15, (3, 1): 0.15, (5, 2): 0.08, (2, 1): 0.04, (5, 4): 0.03},
}
"""What people of each class mean to answer: chance of each pair (with, without)."""


@dataclass(frozen=True, eq=False)
class KanoSurvey:
    """Answers that may be seen: one row per respondent, one column per attribute.

    Parameters
    ----------
    segments, attributes
        Keys, in the pack's order.
    segment
        Place of each respondent's segment, from a screening question: shape ``(size,)``.
    present, absent
        Answers from 1 to 5 with and without the attribute: shape ``(size, attributes)``.
    """

    segments: tuple[str, ...]
    attributes: tuple[str, ...]
    segment: NDArray[np.int8]
    present: NDArray[np.int8]
    absent: NDArray[np.int8]


def true_mix(pack: Scenario, month: float = 0.0) -> NDArray[np.float64]:
    """Give the true share of each class (hidden) in a month.

    Each drift of the pack moves a part of one class into another. Half of those in it have moved after its half-life,
    counted from the start or from the arrival of the duty; drifts act one after the other.

    Parameters
    ----------
    pack
        The scenario.
    month
        Months from today.

    Returns
    -------
    numpy.ndarray
        Shape ``(segments, attributes, classes)``, classes in the order of `CLASSES`.
    """
    mix = np.zeros((len(pack.segments), len(pack.kano.attributes), len(CLASSES)))
    for column, attribute in enumerate(pack.kano.attributes.values()):
        for row, segment in enumerate(pack.segments):
            for name, share in attribute.mix[segment].items():
                mix[row, column, CLASSES.index(name)] = share
        for drift in attribute.drift:
            origin, goal = CLASSES.index(drift.origin), CLASSES.index(drift.to)
            moved = mix[:, column, origin] * _moved(drift, month, pack.months_to_duty())
            mix[:, column, origin] -= moved
            mix[:, column, goal] += moved
    return mix


def _moved(drift: Drift, month: float, duty: float) -> float:
    passed = max(0.0, month - (duty if drift.with_duty else 0.0))
    return float(1 - 2 ** (-passed / drift.half_life))


def answer_chances(pack: Scenario, wording: str) -> NDArray[np.float64]:
    """Give the chance of each pair of answers for a person of each class, faults of the wording included.

    Parameters
    ----------
    pack
        The scenario.
    wording
        Key of a wording.

    Returns
    -------
    numpy.ndarray
        Shape ``(classes, 5, 5)``: class held, answer with, answer without. The last class, questionable, is held by
        nobody and has no chances.

    Raises
    ------
    ValueError
        For an unknown wording.
    """
    faults = _wording(pack, wording)
    slip = _slips(faults.slip)
    chances = np.zeros((len(CLASSES), 5, 5))
    for name, pairs in MEANT.items():
        meant = np.zeros((5, 5))
        for (present, absent), chance in pairs.items():
            meant[present - 1, absent - 1] = chance
        repeated = np.diag(meant.sum(axis=1))
        chances[CLASSES.index(name)] = slip.T @ ((1 - faults.misread) * meant + faults.misread * repeated) @ slip
    return chances


def read_as(pack: Scenario, wording: str) -> NDArray[np.float64]:
    """Give the chance that a person of one class (row) is read as another (column) by Kano's table."""
    chances = answer_chances(pack, wording)
    return np.stack([chances[:, place == EVALUATION].sum(axis=1) for place in range(len(CLASSES))], axis=1)


def make_kano_survey(
    rng: np.random.Generator, pack: Scenario, size: int, recruiting: str, month: float = 0.0, wording: str = "plain"
) -> KanoSurvey:
    """Draw the answers of a Kano survey.

    1. Each respondent belongs to a segment with the share that it has in the channel.
    2. For each attribute the respondent holds a class with the share of that month in the segment.
    3. The class means a pair of answers, with the chances of `MEANT`.
    4. With the wording's chance of a misreading the second question is answered like the first.
    5. With the wording's chance of a slip each answer lands one step beside the meant one.

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
    month
        Months from today; classes drift.
    wording
        Key of a wording.

    Returns
    -------
    KanoSurvey

    Raises
    ------
    ValueError
        For an unknown channel or wording, or a size that is not a whole number from 0 up.
    """
    size = whole("size", size)
    people, *streams = rng.spawn(1 + len(pack.kano.attributes))
    segment = make_respondents(people, pack, size, recruiting)
    cells = _pairs(pack, month, wording)
    present = np.empty((size, cells.shape[1]), dtype=np.int8)
    absent = np.empty_like(present)
    for column, stream in enumerate(streams):
        draw = stream.random(size)
        pair = np.zeros(size, dtype=np.int8)
        for place in range(len(pack.segments)):
            here = segment == place
            pair[here] = np.searchsorted(np.cumsum(cells[place, column])[:-1], draw[here], side="right")
        present[:, column], absent[:, column] = pair // 5 + 1, pair % 5 + 1
    return KanoSurvey(tuple(pack.segments), tuple(pack.kano.attributes), segment, present, absent)


def make_kano_counts(
    rng: np.random.Generator,
    pack: Scenario,
    size: int,
    recruiting: str,
    draws: int,
    month: float = 0.0,
    wording: str = "plain",
) -> NDArray[np.int64]:
    """Draw how many respondents are read as each class, for many surveys at once.

    1. Respondents fall to segments with the shares of the channel.
    2. In each segment the classes read by Kano's table are a multinomial draw.

    The counts follow the same law as those of `make_kano_survey`.

    Returns
    -------
    numpy.ndarray
        Shape ``(draws, segments, attributes, classes)``, classes in the order of `CLASSES`.

    Raises
    ------
    ValueError
        As for `make_kano_survey`.
    """
    size = whole("size", size)
    respondents = rng.multinomial(size, shares_of(pack, recruiting), draws)
    chances = true_mix(pack, month) @ read_as(pack, wording)
    return rng.multinomial(respondents[:, :, None], chances)


def _pairs(pack: Scenario, month: float, wording: str) -> NDArray[np.float64]:
    """Give the chance of each pair of answers by segment and attribute: shape ``(segments, attributes, 25)``."""
    return np.einsum("sac,cp->sap", true_mix(pack, month), answer_chances(pack, wording).reshape(len(CLASSES), 25))


def _slips(chance: float) -> NDArray[np.float64]:
    """Give the chance to give an answer (column) when another (row) is meant."""
    beside = np.eye(5, k=1) + np.eye(5, k=-1)
    return (1 - chance) * np.eye(5) + chance * beside / beside.sum(axis=1, keepdims=True)


def _wording(pack: Scenario, wording: str) -> Wording:
    if wording not in pack.kano.wordings:
        raise ValueError(f"there is no wording {wording!r}; use one of {', '.join(pack.kano.wordings)}")
    return pack.kano.wordings[wording]
