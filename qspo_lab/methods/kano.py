"""Kano surveys: two questions for each attribute, and what the pair of answers says.

Answers to "how do you feel if it is there?" (functional) and "... if it is not there?" (dysfunctional) are coded 1 to
5: like, must be, neutral, live with, dislike. A blank is no answer and no category. Categories are kept as positions in
`CATEGORIES`, `MISSING` where one of the two answers is missing.

Sources: Kano, Seraku, Takahashi and Tsuji 1984; Walden (ed.), Center for Quality of Management Journal 2(4), 1993, with
Pouliot's table, DuMouchel's continuous codes and Timko's coefficients; Fong 1996, in the same journal 5(3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, numbers, one_of, share, whole

ANSWERS = ("like", "must_be", "neutral", "live_with", "dislike")
CATEGORIES = ("must_be", "one_dimensional", "attractive", "indifferent", "reverse", "questionable")
"""In the order in which they win a tie: must-be before one-dimensional before attractive before indifferent."""
LETTERS = {
    "must_be": "M",
    "one_dimensional": "O",
    "attractive": "A",
    "indifferent": "I",
    "reverse": "R",
    "questionable": "Q",
}
MISSING = -1

TABLES = {
    "classic": ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"),
    "pouliot": ("QAAAO", "RQIIM", "RIIIM", "RIIQM", "RRRRQ"),
}
"""Rows are functional answers, columns dysfunctional ones. Pouliot also questions must-be twice and live-with twice."""

FUNCTIONAL_SCORES = (4, 2, 0, -1, -2)
DYSFUNCTIONAL_SCORES = (-2, -1, 0, 2, 4)

Variant = Literal["classic", "pouliot"]


@dataclass(frozen=True)
class Mode:
    """The category named most often.

    Parameters
    ----------
    category
        Of those tied, the one that comes first in `CATEGORIES`; None if nobody answered.
    tied
        All categories with the highest count.
    count, n
        Answers for it, and answers in all.
    """

    category: str | None
    tied: tuple[str, ...]
    count: int
    n: int


def code_answers(answers: Sequence[Any], column: str = "answers") -> Floats:
    """Turn a column of answers into codes 1 to 5, nan for a blank.

    Parameters
    ----------
    answers
        Words of `ANSWERS` (any case; "must-be" and "live with" too), codes 1 to 5, or blanks.
    column
        Its name, for the error.

    Raises
    ------
    ValueError
        For anything else, naming row (the first is 1), column and value.

    Examples
    --------
    >>> code_answers(["like", "Must-be", 5, "", None]).tolist()
    [1.0, 2.0, 5.0, nan, nan]
    """
    return np.array([_code(answer, row, column) for row, answer in enumerate(answers, 1)], dtype=np.float64)


def classify(functional: ArrayLike, dysfunctional: ArrayLike, table: Variant = "classic") -> NDArray[np.int8]:
    """Give the category of each pair of answers.

    Parameters
    ----------
    functional, dysfunctional
        Codes 1 to 5, nan where there is no answer; one shape, respondents first.
    table
        ``classic`` or ``pouliot``, see `TABLES`.

    Returns
    -------
    numpy.ndarray
        Positions in `CATEGORIES`, `MISSING` if either answer is missing.

    Raises
    ------
    ValueError
        If a code is off the scale, naming its row.

    Examples
    --------
    >>> [CATEGORIES[c] for c in classify([1, 1, 3], [5, 3, 5])]
    ['one_dimensional', 'attractive', 'must_be']
    """
    one_of("table", table, tuple(TABLES))
    with_it, without_it = _codes("functional", functional), _codes("dysfunctional", dysfunctional)
    if with_it.shape != without_it.shape:
        raise ValueError(
            f"functional and dysfunctional must have one shape, not {with_it.shape} and {without_it.shape}"
        )
    answered = ~(np.isnan(with_it) | np.isnan(without_it))
    pair = np.where(answered, (with_it - 1) * 5 + without_it - 1, 0).astype(np.intp)
    return np.where(answered, _LOOKUP[table][pair], np.int8(MISSING)).astype(np.int8)


def counts(categories: ArrayLike) -> NDArray[np.int64]:
    """Count the categories over respondents (the first axis); missing ones are left out.

    Returns
    -------
    numpy.ndarray
        Last axis as `CATEGORIES`, other axes as those after the respondents.
    """
    found = np.asarray(categories)
    return np.stack([(found == i).sum(axis=0) for i in range(len(CATEGORIES))], axis=-1)


def mode(counted: ArrayLike) -> Mode:
    """Name the most frequent category of one attribute, ties included.

    Parameters
    ----------
    counted
        Counts in the order of `CATEGORIES`.

    Examples
    --------
    >>> mode([10, 3, 10, 2, 0, 0])
    Mode(category='must_be', tied=('must_be', 'attractive'), count=10, n=25)
    """
    values = _counted(counted, 1)
    most, n = int(values.max()), int(values.sum())
    tied = tuple(name for name, count in zip(CATEGORIES, values, strict=True) if count == most and n)
    return Mode(tied[0] if tied else None, tied, most, n)


def better_worse(counted: ArrayLike) -> tuple[Floats, Floats]:
    """Give Timko's coefficients: how far having it lifts satisfaction, how far not having it lowers it.

    better = (A + O) / (A + O + M + I), worse = -(O + M) / (A + O + M + I)

    Parameters
    ----------
    counted
        Counts or shares, last axis as `CATEGORIES`.

    Returns
    -------
    better, worse : numpy.ndarray
        0 to 1 and -1 to 0; nan if no answer falls into the four categories.
    """
    m, o, a, i = np.moveaxis(_counted(counted, None), -1, 0)[:4]
    base = m + o + a + i
    with np.errstate(invalid="ignore"):
        return np.where(base > 0, (a + o) / base, np.nan), np.where(base > 0, 0.0 - (o + m) / base, np.nan)


def fong_threshold(a: float, b: float, n: float) -> float:
    """Give the difference of two counts that Fong's rule (1996) asks for: 1.65 sqrt((a + b)(2n - a - b) / (2n)).

    The rule leaves out that two counts of one survey pull against each other. Its error is nearer 20 % than the 10 %
    it states, see `fong_error_rate`; `count_difference_z` does not have this fault.

    Parameters
    ----------
    a, b
        Counts of the two most frequent categories.
    n
        Answers in all.

    Examples
    --------
    >>> round(fong_threshold(25, 20, 60), 3)
    8.75
    """
    first, second, total = _two_counts(a, b, n)
    return float(1.65 * np.sqrt((first + second) * (2 * total - first - second) / (2 * total))) if total else 0.0


def fong_differs(a: float, b: float, n: float) -> bool:
    """Say whether two counts differ by Fong's rule; arguments as in `fong_threshold`."""
    return n > 0 and abs(a - b) >= fong_threshold(a, b, n)


def fong_error_rate(n: int, category_share: float) -> float:
    """Give the exact chance that Fong's rule tells two categories apart that are equally common.

    Parameters
    ----------
    n
        Answers in all.
    category_share
        True share of each of the two, at most 0.5.

    Examples
    --------
    >>> round(fong_error_rate(100, 0.4), 3)
    0.199
    """
    total, p = whole("n", n, 1), share("category_share", category_share)
    if p > 0.5:
        raise ValueError(f"category_share must be 0.5 or less, since there are two of them, not {category_share!r}")
    from scipy.special import gammaln, xlogy

    a, b = np.meshgrid(np.arange(total + 1), np.arange(total + 1), indexing="ij")
    rest = total - a - b
    possible = rest >= 0
    a, b, rest = a[possible], b[possible], rest[possible]
    ways = gammaln(total + 1) - gammaln(a + 1) - gammaln(b + 1) - gammaln(rest + 1)
    chance = np.exp(ways + xlogy(a + b, p) + xlogy(rest, max(1 - 2 * p, 0.0)))
    threshold = 1.65 * np.sqrt((a + b) * (2 * total - a - b) / (2 * total))
    return float(chance[(np.abs(a - b) >= threshold) & (a + b > 0)].sum())


def count_difference_z(a: float, b: float) -> float:
    """Give the honest test of two counts of one survey: z = (a - b) / sqrt(a + b); 1.645 and 1.96 as usual.

    Returns
    -------
    float
        nan if both counts are 0.

    Examples
    --------
    >>> round(count_difference_z(48, 30), 3)
    2.038
    """
    first, second, _ = _two_counts(a, b, a + b)
    return float((first - second) / np.sqrt(first + second)) if first + second else float("nan")


def continuous_scores(functional: ArrayLike, dysfunctional: ArrayLike) -> tuple[Floats, Floats]:
    """Give DuMouchel's mean scores of each attribute, functional and dysfunctional.

    Like ... dislike score 4, 2, 0, -1, -2 if it is there and -2, -1, 0, 2, 4 if it is not. Only respondents who
    answered both questions count.

    Parameters
    ----------
    functional, dysfunctional
        As in `classify`.

    Returns
    -------
    functional, dysfunctional : numpy.ndarray
        Means over the first axis; nan if nobody answered both.
    """
    with_it, without_it = _codes("functional", functional), _codes("dysfunctional", dysfunctional)
    answered = ~(np.isnan(with_it) | np.isnan(without_it))
    n = answered.sum(axis=0)
    means = []
    for codes, scores in ((with_it, FUNCTIONAL_SCORES), (without_it, DYSFUNCTIONAL_SCORES)):
        points = np.array(scores, dtype=np.float64)[np.where(answered, codes - 1, 0).astype(np.intp)]
        total = np.where(answered, points, 0.0).sum(axis=0)
        means.append(np.divide(total, n, out=np.full(np.shape(total), np.nan), where=n > 0))
    return means[0], means[1]


def looks_swapped(counted: ArrayLike) -> bool:
    """Say whether more than half of the answers are reverse or questionable: the two columns may be swapped.

    Parameters
    ----------
    counted
        Counts in the order of `CATEGORIES`.
    """
    values = _counted(counted, 1)
    return bool(values[4:].sum() > values.sum() / 2)


def bootstrap_counts(rng: np.random.Generator, counted: ArrayLike, draws: int = 2000) -> NDArray[np.int64]:
    """Draw the counts that as many other respondents of the same kind might have given.

    Parameters
    ----------
    rng
        Source of the draws.
    counted
        Counts of one attribute in the order of `CATEGORIES`.
    draws
        How many surveys are drawn.

    Returns
    -------
    numpy.ndarray
        Shape (draws, 6); feed it to `better_worse`, or compare its largest column for how often a category wins.
    """
    values = _counted(counted, 1)
    n = int(values.sum())
    shares = values / n if n else np.full(len(values), 1 / len(values))
    return rng.multinomial(n, shares, size=whole("draws", draws, 1))


def _lookup(rows: Sequence[str]) -> NDArray[np.int8]:
    letters = [LETTERS[name] for name in CATEGORIES]
    return np.array([letters.index(letter) for letter in "".join(rows)], dtype=np.int8)


_LOOKUP = {name: _lookup(rows) for name, rows in TABLES.items()}


def _code(answer: Any, row: int, column: str) -> float:
    if answer is None or answer != answer:
        return np.nan
    text = str(answer).strip().lower().replace("-", "_").replace(" ", "_")
    if not text:
        return np.nan
    if text in ANSWERS:
        return ANSWERS.index(text) + 1.0
    if text.removesuffix(".0") in ("1", "2", "3", "4", "5"):
        return float(text)
    raise ValueError(f"row {row}, column {column!r}: {answer!r} is not on the scale of 1 to 5 or {', '.join(ANSWERS)}")


def _codes(name: str, values: ArrayLike) -> Floats:
    codes = np.asarray(values, dtype=np.float64)
    off = np.argwhere(~np.isnan(codes) & ~np.isin(codes, (1, 2, 3, 4, 5)))
    if len(off):
        column = f", column {off[0][1] + 1}" if codes.ndim > 1 else ""
        raise ValueError(f"{name}, row {off[0][0] + 1}{column}: {codes[tuple(off[0])]:g} is not on the scale of 1 to 5")
    return codes


def _counted(counted: ArrayLike, dimensions: int | None) -> Floats:
    values = numbers("counts", counted, dimensions)
    if values.ndim == 0 or values.shape[-1] != len(CATEGORIES):
        raise ValueError(f"counts must have {len(CATEGORIES)} numbers, one for each of {', '.join(CATEGORIES)}")
    if np.any(values < 0):
        raise ValueError(f"counts must be 0 or more, not {values.min():g}")
    return values


def _two_counts(a: float, b: float, n: float) -> tuple[float, float, float]:
    values = numbers("counts", [a, b, n])
    if np.any(values < 0) or a + b > n:
        raise ValueError(f"a and b must be 0 or more and together at most n, not {a:g}, {b:g} and {n:g}")
    return a, b, n
