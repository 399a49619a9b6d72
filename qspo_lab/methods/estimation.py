"""Relative estimates: decks, buckets, ranges, and why honest estimates add up to late projects.

Sources: Cohn, Agile Estimating and Planning (2005), for the deck; Berteig, Bucket System; Buehler, Griffin and Ross
1994 on the planning fallacy; Hubbard, How to Measure Anything (2014), for ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import (
    Floats,
    finite,
    not_negative,
    numbers,
    one_of,
    open_share,
    positive,
    same_length,
    whole,
)

POKER_DECK = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 40.0, 100.0)
"""Planning poker cards (Cohn 2005)."""
BUCKETS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 13.0, 20.0, 30.0, 50.0, 100.0, 200.0)
"""Labels of the Bucket System (Berteig); the first item goes into 8."""
FIRST_BUCKET = 8.0

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Lognormal:
    """A quantity above 0 whose logarithm is normal: the natural shape of effort, reach and money.

    Parameters
    ----------
    mu, sigma
        Mean and standard deviation of the natural logarithm.
    """

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        finite("mu", self.mu)
        not_negative("sigma", self.sigma)

    @property
    def median(self) -> float:
        """Half of all cases are below."""
        return float(np.exp(self.mu))

    @property
    def mean(self) -> float:
        """The average, above the median."""
        return float(np.exp(self.mu + self.sigma**2 / 2))

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(self.mean * np.sqrt(np.expm1(self.sigma**2)))

    def quantile(self, level: float) -> float:
        """Give the value that this share of cases stays below."""
        return float(np.exp(self.mu + self.sigma * _NORMAL.inv_cdf(open_share("level", level))))

    def chance_below(self, value: float) -> float:
        """Give the share of cases at or below a value."""
        if value <= 0:
            return 0.0
        if self.sigma == 0:
            return float(np.log(value) >= self.mu)
        return _NORMAL.cdf(float((np.log(value) - self.mu) / self.sigma))

    def draw(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> Floats:
        """Draw values."""
        return rng.lognormal(self.mu, self.sigma, size)


@dataclass(frozen=True)
class SumOverrun:
    """What becomes of the sum of many honest medians.

    Parameters
    ----------
    p10, median, p90
        Actual total divided by the sum of the estimates.
    chance_within
        Share of cases in which the total stays within the sum of the estimates.
    """

    p10: float
    median: float
    p90: float
    chance_within: float


def nearest_bucket(sizes: ArrayLike, buckets: Sequence[float] = POKER_DECK) -> Floats:
    """Give the card or bucket nearest in ratio: borders lie at geometric means, a size on a border goes up.

    Parameters
    ----------
    sizes
        Sizes of 0 or more; only 0 itself goes into a bucket labelled 0.
    buckets
        Labels, rising.

    Examples
    --------
    >>> nearest_bucket([1.4, 1.5, 4, 6.3, 6.4, 0]).tolist()
    [1.0, 2.0, 5.0, 5.0, 8.0, 0.0]
    """
    values, labels = numbers("sizes", sizes, None), numbers("buckets", buckets)
    if not len(labels) or labels[0] < 0 or np.any(np.diff(labels) <= 0):
        raise ValueError(f"buckets must rise from 0 or more, not {list(buckets)!r}")
    if np.any(values < 0):
        raise ValueError(f"sizes must be 0 or more, not {values.min():g}")
    steps = labels[labels > 0]
    borders = np.sqrt(steps[:-1] * steps[1:])
    nearest = steps[np.searchsorted(borders, values, side="right")]
    return np.where(values == 0, labels[0], nearest)


def lognormal_from_range(low: float, high: float, confidence: float = 0.9) -> Lognormal:
    """Turn a range into a distribution: mu = (ln low + ln high) / 2, sigma = ln(high / low) / (2 z).

    Parameters
    ----------
    low, high
        Ends of the range, above 0.
    confidence
        How sure one is that the truth lies inside.

    Examples
    --------
    The middle of 10 to 40 is 25, its mean is not:

    >>> round(lognormal_from_range(10, 40).mean, 2)
    21.86
    """
    bottom, top = positive("low", low), positive("high", high)
    if bottom > top:
        raise ValueError(f"low ({low:g}) must not be above high ({high:g})")
    z = _NORMAL.inv_cdf(0.5 + open_share("confidence", confidence) / 2)
    return Lognormal(float(np.log(bottom) + np.log(top)) / 2, float(np.log(top / bottom)) / (2 * z))


def mean_overrun(sigma: float) -> float:
    """Give the mean of actual / estimate if half of the tasks overrun and errors are lognormal: exp(sigma^2 / 2).

    Examples
    --------
    >>> [round(mean_overrun(s), 3) for s in (0.5, 1, 1.5)]
    [1.133, 1.649, 3.08]
    """
    return Lognormal(0.0, sigma).mean


def sum_overrun(rng: np.random.Generator, tasks: int, sigma: float, trials: int = 20_000) -> SumOverrun:
    """Draw the total of many tasks, each estimated by its honest median.

    Parameters
    ----------
    rng
        Source of the draws.
    tasks
        How many equal tasks.
    sigma
        Standard deviation of ln(actual / estimate) of a task.
    trials
        How many projects are drawn.
    """
    count = whole("tasks", tasks, 1)
    ratios = Lognormal(0.0, sigma).draw(rng, (whole("trials", trials, 1), count)).mean(axis=1)
    p10, median, p90 = np.quantile(ratios, (0.1, 0.5, 0.9)).tolist()
    return SumOverrun(p10, median, p90, float((ratios <= 1).mean()))


def pert(low: float, likely: float, high: float) -> tuple[float, float]:
    """Give mean and standard deviation of a three-point estimate: (a + 4m + b) / 6 and (b - a) / 6.

    Examples
    --------
    >>> pert(2, 4, 12)[0]
    5.0
    """
    a, m, b = finite("low", low), finite("likely", likely), finite("high", high)
    if not a <= m <= b:
        raise ValueError(f"low, likely and high must rise, not {a:g}, {m:g}, {b:g}")
    return (a + 4 * m + b) / 6, (b - a) / 6


def rank_correlation(first: ArrayLike, second: ArrayLike, method: Literal["spearman", "kendall"] = "spearman") -> float:
    """Give how far two sets of sizes agree in their order: 1 the same order, 0 none, -1 the opposite.

    Parameters
    ----------
    first, second
        Sizes of the same items.
    method
        ``spearman`` (ranks) or ``kendall`` (pairs, tau-b).

    Returns
    -------
    float
        nan with fewer than two items, or if one set makes no difference between the items.
    """
    a, b = numbers("first", first), numbers("second", second)
    one_of("method", method, ("spearman", "kendall"))
    if same_length(first=a, second=b) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    if method == "kendall":
        from scipy.stats import kendalltau

        return float(kendalltau(a, b).statistic)
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def ranks(values: ArrayLike) -> Floats:
    """Give each number its rank among the others, the smallest 1; equal numbers share the mean of their ranks.

    Own few lines: the library that has them takes far longer to load than these to run.

    Parameters
    ----------
    values
        Any shape; the last dimension is ranked.

    Examples
    --------
    >>> ranks([10, 30, 20, 30]).tolist()
    [1.0, 3.5, 2.0, 3.5]
    """
    table = numbers("values", values, None)
    order = np.argsort(table, axis=-1)
    rising = np.take_along_axis(table, order, axis=-1)
    places = np.arange(1.0, table.shape[-1] + 1)
    new = np.diff(rising, axis=-1, prepend=-np.inf) > 0
    last = np.diff(rising, axis=-1, append=np.inf) > 0
    first_place = np.maximum.accumulate(np.where(new, places, 0.0), axis=-1)
    last_place = np.minimum.accumulate(np.where(last, places, np.inf)[..., ::-1], axis=-1)[..., ::-1]
    found = np.empty(table.shape)
    np.put_along_axis(found, order, (first_place + last_place) / 2, axis=-1)
    return found
