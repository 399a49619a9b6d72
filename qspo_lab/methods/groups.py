"""Groups that estimate or vote: what they said, how far they agree, and what agreement is worth.

Agreement is not accuracy: a group that has heard the loudest voice agrees well and knows no more than that voice.

Sources: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); Kendall and Babington Smith 1939; Cohen 1960;
Fleiss 1971; Shrout and Fleiss 1979; Page, The Difference (2007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, one_of, whole
from qspo_lab.methods.estimation import POKER_DECK, ranks

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS = ("nominal", "ordinal", "interval", "ratio")
IccForm = Literal["icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k"]
ICC_FORMS = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")

UNSURE, PAUSE = "?", "break"
SPECIAL_CARDS = (UNSURE, PAUSE)
"""Cards that say something, but not a size: they are counted and never averaged."""
_SPELLINGS = {"½": "0.5", "1/2": "0.5", "\N{HOT BEVERAGE}": PAUSE, "coffee": PAUSE, "pause": PAUSE, "unsure": UNSURE}


@dataclass(frozen=True)
class Votes:
    """One round of cards.

    Parameters
    ----------
    count
        Cards with a size.
    specials
        How often each special card was played.
    silent
        Who has not voted.
    low, high
        Smallest and largest card; None without any.
    median
        The middle card; of two middle cards the higher one, so that it is always a card of the deck.
    modes
        All cards played most often, rising; more than one is a tie.
    mean
        Mean of the cards' sizes: of use for comparison, not a card.
    steps
        Cards of the deck between the smallest and the largest: 0 means that all agree.
    lowest, highest
        Who played the smallest and the largest card; empty if all agree.
    """

    count: int
    specials: Mapping[str, int]
    silent: tuple[str, ...]
    low: float | None
    high: float | None
    median: float | None
    modes: tuple[float, ...]
    mean: float | None
    steps: int | None
    lowest: tuple[str, ...]
    highest: tuple[str, ...]


@dataclass(frozen=True)
class Diversity:
    """The crowd's error explained: crowd_error = average_error - diversity (Page 2007), all squared.

    Parameters
    ----------
    crowd_error
        Squared error of the mean.
    average_error
        Mean squared error of the members.
    diversity
        Variance of the members around their mean.
    """

    crowd_error: float
    average_error: float
    diversity: float


def card_size(card: object, deck: Sequence[float] = POKER_DECK) -> float | str:
    """Read a card: its size, or the name of a special card.

    Parameters
    ----------
    card
        A number, or a text such as "8", "1/2", "½", "?", "break".
    deck
        Sizes in play.

    Raises
    ------
    ValueError
        If the deck has no such card.

    Examples
    --------
    >>> card_size("1/2"), card_size("?"), card_size(13)
    (0.5, '?', 13.0)
    """
    text = str(card).strip().lower()
    text = _SPELLINGS.get(text, text)
    if text in SPECIAL_CARDS:
        return text
    try:
        size = float(text)
    except ValueError:
        size = float("nan")
    if size not in deck:
        raise ValueError(
            f"{card!r} is no card of this deck; the deck has {', '.join(f'{c:g}' for c in deck)}, ?, break"
        )
    return size


def read_votes(votes: Mapping[str, object], deck: Sequence[float] = POKER_DECK) -> Votes:
    """Sum up one round of cards.

    Parameters
    ----------
    votes
        Person to card; None or "" while a person has not voted. One card for each person.
    deck
        Sizes in play, rising.

    Raises
    ------
    ValueError
        If a card is not in the deck, naming the person.

    Examples
    --------
    >>> round(read_votes({"Ana": "1/2", "Bo": "1", "Cy": "2"}).mean, 4)
    1.1667
    """
    sizes: dict[str, float] = {}
    specials = dict.fromkeys(SPECIAL_CARDS, 0)
    silent = []
    for person, card in votes.items():
        if card is None or card == "":
            silent.append(person)
            continue
        try:
            read = card_size(card, deck)
        except ValueError as error:
            raise ValueError(f"{person}: {error}") from None
        if isinstance(read, str):
            specials[read] += 1
        else:
            sizes[person] = read
    if not sizes:
        return Votes(0, specials, tuple(silent), None, None, None, (), None, None, (), ())
    ordered = sorted(sizes.values())
    low, high = ordered[0], ordered[-1]
    most = max(ordered.count(size) for size in ordered)
    places = list(deck)
    split = low != high
    return Votes(
        count=len(ordered),
        specials=specials,
        silent=tuple(silent),
        low=low,
        high=high,
        median=ordered[len(ordered) // 2],
        modes=tuple(sorted(size for size in set(ordered) if ordered.count(size) == most)),
        mean=sum(ordered) / len(ordered),
        steps=places.index(high) - places.index(low),
        lowest=tuple(p for p, size in sizes.items() if size == low and split),
        highest=tuple(p for p, size in sizes.items() if size == high and split),
    )


def log_spread(estimates: ArrayLike) -> float:
    """Give the spread of estimates as a factor: exp of the standard deviation of their logarithms; 1 means none.

    Parameters
    ----------
    estimates
        Sizes above 0.

    Returns
    -------
    float
        nan with fewer than two estimates.
    """
    sizes = numbers("estimates", estimates)
    if np.any(sizes <= 0):
        raise ValueError(f"estimates must be above 0, not {sizes.min():g}")
    return float(np.exp(np.log(sizes).std(ddof=1))) if len(sizes) > 1 else float("nan")


def krippendorff_alpha(ratings: ArrayLike, level: Level = "ordinal") -> float:
    """Give Krippendorff's alpha: agreement corrected for chance, with gaps allowed.

    Parameters
    ----------
    ratings
        Shape (raters, items); nan (or None) where a rater gave none.
    level
        ``nominal`` (names), ``ordinal`` (ranks, sizes by card), ``interval``, ``ratio``.

    Returns
    -------
    float
        1 full agreement, 0 chance, below 0 worse than chance. nan if no item has two ratings, or if all ratings are
        one and the same value: with nothing to tell apart, agreement cannot be told from habit.

    Examples
    --------
    >>> round(krippendorff_alpha([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], "nominal"), 3)
    0.095
    """
    one_of("level", level, LEVELS)
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError("ratings must have a row for each rater and a column for each item")
    values = np.unique(table[~np.isnan(table)])
    tally = (table[:, :, None] == values).sum(axis=0).astype(np.float64)  # items by values
    raters = tally.sum(axis=1)
    tally, raters = tally[raters > 1], raters[raters > 1]
    if not len(tally):
        return float("nan")
    together = np.einsum("ic,ik->ick", tally, tally)
    diagonal = np.arange(len(values))
    together[:, diagonal, diagonal] -= tally
    coincidence = (together / (raters - 1)[:, None, None]).sum(axis=0)
    totals = coincidence.sum(axis=1)
    distance = _distances(values, totals, level)
    by_chance = totals @ distance @ totals
    if by_chance == 0:
        return float("nan")
    return float(1 - (totals.sum() - 1) * (coincidence * distance).sum() / by_chance)


def kendall_w(ratings: ArrayLike) -> float:
    """Give Kendall's W, corrected for ties: 1 if all raters put the items into one order, 0 if there is none.

    Parameters
    ----------
    ratings
        Shape (raters, items), ranks or scores, no gaps.

    Returns
    -------
    float
        nan with fewer than two items, or if no rater makes any difference between the items.

    Examples
    --------
    >>> round(kendall_w([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]), 4)
    0.1619
    """
    table = numbers("ratings", ratings, 2)
    raters, items = table.shape
    if not raters or items < 2:
        return float("nan")
    sums = ranks(table).sum(axis=0)
    ties = sum(float((count**3 - count).sum()) for count in (np.unique(row, return_counts=True)[1] for row in table))
    most = raters**2 * (items**3 - items) - raters * ties
    return float(12 * ((sums - sums.mean()) ** 2).sum() / most) if most > 0 else float("nan")


def mean_spearman_from_w(w: float, raters: int) -> float:
    """Give the mean rank correlation of all pairs of raters: (m W - 1) / (m - 1)."""
    m = whole("raters", raters, 2)
    return (m * finite("w", w) - 1) / (m - 1)


def cohen_kappa(table: ArrayLike) -> float:
    """Give Cohen's kappa of two raters from their table of counts.

    Parameters
    ----------
    table
        Square; rows are the categories of one rater, columns those of the other.

    Returns
    -------
    float
        nan if there is no rating or both used one and the same category only.

    Examples
    --------
    >>> round(cohen_kappa([[20, 5], [10, 15]]), 3)
    0.4
    """
    counts = numbers("table", table, 2)
    if counts.shape[0] != counts.shape[1] or np.any(counts < 0):
        raise ValueError("table must be square with counts of 0 or more")
    n = counts.sum()
    by_chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / n**2 if n else 1.0
    return float((np.trace(counts) / n - by_chance) / (1 - by_chance)) if by_chance < 1 else float("nan")


def fleiss_kappa(table: ArrayLike) -> float:
    """Give Fleiss' kappa of many raters and categories.

    Parameters
    ----------
    table
        One row for each item, one column for each category: how many raters chose it. All rows have one sum.

    Returns
    -------
    float
        nan if all ratings fall into one category.
    """
    counts = numbers("table", table, 2)
    raters = counts.sum(axis=1)
    if not len(counts) or np.ptp(raters) or raters[0] < 2:
        raise ValueError("table must have the same number of ratings, two or more, for every item")
    shares = counts.sum(axis=0) / counts.sum()
    by_chance = float(shares @ shares)
    agreed = ((counts**2).sum(axis=1) - raters) / (raters * (raters - 1))
    return float((agreed.mean() - by_chance) / (1 - by_chance)) if by_chance < 1 else float("nan")


def intraclass_correlation(ratings: ArrayLike, form: IccForm = "icc2") -> float:
    """Give the intraclass correlation of Shrout and Fleiss (1979).

    Parameters
    ----------
    ratings
        Shape (items, raters), no gaps, at least two of each.
    form
        ``icc1``: raters differ from item to item; ``icc2``: the same raters, drawn from many, absolute agreement;
        ``icc3``: these raters, consistency. With ``k``: of the mean of all raters instead of one.

    Returns
    -------
    float
        nan if nothing varies.
    """
    one_of("form", form, ICC_FORMS)
    table = numbers("ratings", ratings, 2)
    n, k = table.shape
    if n < 2 or k < 2:
        raise ValueError(f"ratings must have two or more items and raters, not {n} and {k}")
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    raters = n * ((columns - grand) ** 2).sum() / (k - 1)
    rest = ((table - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    within = ((table - rows[:, None]) ** 2).sum() / (n * (k - 1))
    top, bottom = {
        "icc1": (between - within, between + (k - 1) * within),
        "icc2": (between - rest, between + (k - 1) * rest + k * (raters - rest) / n),
        "icc3": (between - rest, between + (k - 1) * rest),
        "icc1k": (between - within, between),
        "icc2k": (between - rest, between + (raters - rest) / n),
        "icc3k": (between - rest, between),
    }[form]
    return float(top / bottom) if bottom else float("nan")


def diversity_prediction(estimates: ArrayLike, truth: float) -> Diversity:
    """Split the crowd's squared error into the members' mean error and their diversity (Page 2007).

    Parameters
    ----------
    estimates
        One for each member, at least one.
    truth
        What was estimated.

    Examples
    --------
    >>> round(diversity_prediction([3, 5, 8, 8, 13], 8).diversity, 2)
    11.44
    """
    values, true = numbers("estimates", estimates), finite("truth", truth)
    if not len(values):
        raise ValueError("estimates must hold at least one estimate")
    crowd = float(values.mean())
    return Diversity((crowd - true) ** 2, float(((values - true) ** 2).mean()), float(((values - crowd) ** 2).mean()))


def variance_of_mean(count: int, correlation: float, variance: float = 1.0) -> float:
    """Give the variance of the mean of estimators whose errors go together: s^2 (1 + (n - 1) rho) / n.

    Parameters
    ----------
    count
        How many estimators.
    correlation
        Of the errors of any two, from -1/(n - 1) to 1.
    variance
        Of one estimator.

    Examples
    --------
    >>> round(variance_of_mean(6, 0.7), 4)
    0.75
    """
    n, rho = whole("count", count, 1), _common_correlation(count, correlation)
    return not_negative("variance", variance) * (1 + (n - 1) * rho) / n


def worth_of_estimators(count: int, correlation: float) -> float:
    """Give how many independent estimators so many anchored ones are worth: n / (1 + (n - 1) rho).

    Returns
    -------
    float
        inf if their errors cancel altogether.

    Examples
    --------
    >>> round(worth_of_estimators(6, 0.7), 2)
    1.33
    """
    left = variance_of_mean(count, correlation)
    return 1 / left if left > 1e-12 else float("inf")


def _common_correlation(count: int, correlation: float) -> float:
    rho = finite("correlation", correlation)
    lowest = -1 / (count - 1) if count > 1 else -1.0
    if not lowest - 1e-12 <= rho <= 1:
        raise ValueError(f"correlation of {count} estimators must lie between {lowest:.3g} and 1, not {correlation!r}")
    return rho


def _distances(values: Floats, totals: Floats, level: str) -> Floats:
    first, second = values[:, None], values[None, :]
    if level == "nominal":
        return (first != second).astype(np.float64)
    if level == "interval":
        return (first - second) ** 2
    if level == "ratio":
        not_negative("smallest rating on the ratio level", values.min())
        total = first + second
        return np.divide(first - second, total, out=np.zeros_like(total), where=total != 0) ** 2
    up_to = np.cumsum(totals)
    between = np.abs(up_to[:, None] - up_to[None, :])
    # ranks from c to k, both ends counted half
    higher = np.maximum(np.arange(len(values))[:, None], np.arange(len(values))[None, :])
    lower = np.minimum(np.arange(len(values))[:, None], np.arange(len(values))[None, :])
    return (between + totals[lower] / 2 - totals[higher] / 2) ** 2 * (higher != lower)
