"""From the counts of a Kano survey to a class, or to "cannot say": four readings in use, for many surveys at once.

Sources: Kano, Seraku, Takahashi and Tsuji 1984 for the most frequent class; Timko in Walden (ed.), Center for Quality
of Management Journal 2(4), 1993, for better and worse; Fong 1996, in the same journal 5(3), as recalled.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, one_of
from qspo_lab.methods.kano import CATEGORIES, better_worse

READINGS = ("most_frequent", "better_worse", "honest_test", "fong")
CANNOT_SAY = -1
CRITICAL = 1.645
"""Of the honest test: two equally common classes are told apart in 10 % of surveys."""

Reading = Literal["most_frequent", "better_worse", "honest_test", "fong"]


def leads(counted: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Give the lead of the most frequent class over the next, and how far two readings ask it to lead.

    The honest test asks for 1.645 sqrt(a + b), since z = (a - b) / sqrt(a + b). Fong's rule asks for
    1.65 sqrt((a + b)(2n - a - b) / (2n)), which is less: it leaves out that two counts of one survey pull against
    each other.

    Parameters
    ----------
    counted
        Counts, last axis as `qspo_lab.methods.kano.CATEGORIES`.

    Returns
    -------
    lead, honest, fong : numpy.ndarray
        In answers; shape of ``counted`` without its last axis. All 0 where nobody answered.

    Examples
    --------
    >>> [round(float(x), 2) for x in leads([48, 30, 12, 10, 0, 0])]
    [18.0, 14.53, 11.38]
    """
    values = _counts(counted)
    first, second = np.moveaxis(np.sort(values, axis=-1)[..., :-3:-1], -1, 0)
    both, n = first + second, values.sum(axis=-1)
    fong = 1.65 * np.sqrt(both * (2 * n - both) / np.maximum(2 * n, 1))
    return first - second, CRITICAL * np.sqrt(both), fong


def call_classes(counted: ArrayLike, reading: Reading) -> NDArray[np.int64]:
    """Give the class of each attribute by a reading.

    ``most_frequent`` takes the largest count and, on a tie, the class that comes first in `CATEGORIES`.
    ``better_worse`` takes the quadrant of Timko's coefficients, both cut at one half; it never says reverse.
    ``honest_test`` and ``fong`` take the most frequent class if it leads by as much as they ask, see `leads`.

    Parameters
    ----------
    counted
        Counts, last axis as `qspo_lab.methods.kano.CATEGORIES`.
    reading
        One of `READINGS`.

    Returns
    -------
    numpy.ndarray
        Places in `CATEGORIES`; `CANNOT_SAY` without an answer, without the lead that is asked for, or where most
        answers contradict themselves.

    Raises
    ------
    ValueError
        For another reading, or counts that are not six numbers from 0 up.

    Examples
    --------
    >>> CATEGORIES[call_classes([25, 20, 8, 7, 0, 0], "most_frequent")]
    'must_be'
    >>> int(call_classes([25, 20, 8, 7, 0, 0], "honest_test"))
    -1
    """
    one_of("reading", reading, READINGS)
    values = _counts(counted)
    if reading == "better_worse":
        better, worse = better_worse(values)
        lifts, hurts = better >= 0.5, worse <= -0.5
        names = np.where(lifts, np.where(hurts, 1, 2), np.where(hurts, 0, 3))
        return np.where(np.isnan(better), CANNOT_SAY, names)
    top = values.argmax(axis=-1)
    lead, honest, fong = leads(values)
    asked = {"most_frequent": np.zeros_like(lead), "honest_test": honest, "fong": fong}[reading]
    sayable = (values.sum(axis=-1) > 0) & (lead >= asked) & (top != CATEGORIES.index("questionable"))
    return np.where(sayable, top, CANNOT_SAY)


def _counts(counted: ArrayLike) -> Floats:
    values = np.asarray(counted, dtype=np.float64)
    if values.ndim == 0 or values.shape[-1] != len(CATEGORIES) or not np.all(values >= 0):
        raise ValueError(f"counts must be {len(CATEGORIES)} numbers from 0 up, one for each of {', '.join(CATEGORIES)}")
    return values
