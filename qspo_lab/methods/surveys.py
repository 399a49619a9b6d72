"""Asking people: how much is still unheard, how sure a figure is, who stays, and at what price.

Sources: Nielsen and Landauer 1993; Griffin and Hauser 1993; Chao 1984; Reichheld 2003 (NPS); Kaplan and Meier 1958;
Gabor and Granger 1966; van Westendorp 1976; Hubert and Arabie 1985.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, numbers, open_share, positive, same_length, share, whole


@dataclass(frozen=True)
class Survival:
    """A retention curve with its uncertainty; it steps at the times of events.

    Parameters
    ----------
    times
        Times at which somebody left, rising.
    staying
        Share still there after each of them.
    low, high
        Interval of that share.
    at_risk
        People still observed just before each of them.
    """

    times: Floats
    staying: Floats
    low: Floats
    high: Floats
    at_risk: Floats

    def at(self, time: float) -> float:
        """Give the share still there at a time."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.staying[place - 1]) if place else 1.0


@dataclass(frozen=True)
class PricePoints:
    """The four crossings of van Westendorp's curves; nan where two curves do not cross.

    Parameters
    ----------
    optimal
        As many find it too cheap as too dear.
    indifference
        As many find it a bargain as dear.
    lowest, highest
        Ends of the acceptable range.
    """

    optimal: float
    indifference: float
    lowest: float
    highest: float


def share_discovered(chance: float, conversations: ArrayLike) -> Floats:
    """Give the share of needs heard after n conversations if each voices every need with one chance: 1 - (1 - p)^n.

    Examples
    --------
    >>> round(float(share_discovered(0.31, 5)), 4)
    0.8436
    """
    return 1 - (1 - share("chance", chance)) ** _counts("conversations", conversations)


def share_discovered_unequal(a: float, b: float, conversations: ArrayLike) -> Floats:
    """Give the same when needs differ in how easily they are voiced: 1 - B(a, b + n) / B(a, b).

    Parameters
    ----------
    a, b
        Parameters of the Beta distribution of the needs' chances; their mean is a / (a + b).
    conversations
        n.

    Examples
    --------
    >>> round(float(share_discovered_unequal(0.62, 1.38, 5)), 3)
    0.637
    """
    from scipy.special import betaln

    first, second = positive("a", a), positive("b", b)
    return -np.expm1(betaln(first, second + _counts("conversations", conversations)) - betaln(first, second))


def needs_in_all(observed: int, heard_once: int, heard_twice: int, corrected: bool = True) -> float:
    """Estimate how many needs there are, from those heard once and twice (Chao 1984).

    Parameters
    ----------
    observed
        Different needs heard.
    heard_once, heard_twice
        How many of them were heard exactly once and twice.
    corrected
        True: S + f1 (f1 - 1) / (2 (f2 + 1)), which always has an answer. False: the classic S + f1^2 / (2 f2).

    Returns
    -------
    float
        nan for the classic form if no need was heard twice but some were heard once.

    Examples
    --------
    >>> needs_in_all(30, 10, 5), needs_in_all(30, 10, 5, corrected=False)
    (37.5, 40.0)
    """
    s, once, twice = whole("observed", observed), whole("heard_once", heard_once), whole("heard_twice", heard_twice)
    if once + twice > s:
        raise ValueError(f"heard_once and heard_twice ({once} and {twice}) must not add up to more than observed ({s})")
    if corrected:
        return s + once * (once - 1) / (2 * (twice + 1))
    if not twice:
        return float(s) if not once else float("nan")
    return s + once**2 / (2 * twice)


def nps(promoters: int, detractors: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Give the net promoter score (-1 to 1) and its margin.

    Parameters
    ----------
    promoters, detractors
        How many gave 9 or 10, and 6 or less.
    n
        Answers in all.
    confidence
        Of the margin.

    Returns
    -------
    score, margin : float
        nan without an answer.

    Examples
    --------
    >>> [round(v, 3) for v in nps(100, 40, 200)]
    [0.3, 0.108]
    """
    p, d, total = whole("promoters", promoters), whole("detractors", detractors), whole("n", n)
    if p + d > total:
        raise ValueError(f"promoters and detractors ({p} and {d}) must not add up to more than n ({total})")
    z = NormalDist().inv_cdf(0.5 + open_share("confidence", confidence) / 2)
    if not total:
        return float("nan"), float("nan")
    score = (p - d) / total
    return score, float(z * np.sqrt(((p + d) / total - score**2) / total))


def kaplan_meier(times: ArrayLike, left: ArrayLike, confidence: float = 0.95) -> Survival:
    """Give the retention curve when many have not left yet; they count as long as they were observed.

    Parameters
    ----------
    times
        How long each customer was observed.
    left
        True if the customer left at that time, False if still there.
    confidence
        Of the interval (Greenwood's variance, on the scale of log(-log)).

    Returns
    -------
    Survival
        Empty if nobody has left.
    """
    t, gone = numbers("times", times), numbers("left", left).astype(bool)
    same_length(times=t, left=gone)
    if np.any(t < 0):
        raise ValueError(f"times must be 0 or more, not {t.min():g}")
    z = NormalDist().inv_cdf(0.5 + open_share("confidence", confidence) / 2)
    moments = np.unique(t[gone])
    at_risk = (t[None, :] >= moments[:, None]).sum(axis=1).astype(np.float64)
    events = ((t[None, :] == moments[:, None]) & gone).sum(axis=1)
    staying = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        reach = np.exp(z * np.sqrt(variance) / np.abs(np.log(staying)))
        low, high = staying**reach, staying ** (1 / reach)
    low, high = (np.where(staying > 0, bound, 0.0) for bound in (low, high))
    return Survival(moments, staying, low, high, at_risk)


def best_price(prices: Sequence[float], would_buy: Sequence[float]) -> tuple[float, Floats]:
    """Give the asked price with the largest income, and the income per 100 people at each (Gabor and Granger).

    Parameters
    ----------
    prices
        Prices asked.
    would_buy
        Share who would buy at each.

    Examples
    --------
    >>> best_price([3, 5, 7], [0.82, 0.66, 0.47])[0]
    5.0
    """
    asked, shares = numbers("prices", prices), numbers("would_buy", would_buy)
    if not same_length(prices=asked, would_buy=shares):
        raise ValueError("prices must hold at least one price")
    for number, value in enumerate(shares, 1):
        share(f"would_buy {number}", value)
    income = 100 * asked * shares
    return float(asked[income.argmax()]), income


def crossing(prices: ArrayLike, falling: ArrayLike, rising: ArrayLike) -> float:
    """Give the price at which a falling curve meets a rising one, straight between the points; nan if they do not.

    Parameters
    ----------
    prices
        Rising prices.
    falling, rising
        Shares at each of them.
    """
    p = numbers("prices", prices)
    gap = numbers("rising", rising) - numbers("falling", falling)
    same_length(prices=p, curves=gap)
    above = np.flatnonzero(gap >= 0)
    if not len(above) or (above[0] == 0 and gap[0] > 0):
        return float("nan")
    i = int(above[0])
    if gap[i] == 0:
        return float(p[i])
    return float(p[i - 1] + (p[i] - p[i - 1]) * -gap[i - 1] / (gap[i] - gap[i - 1]))


def van_westendorp(too_cheap: ArrayLike, cheap: ArrayLike, dear: ArrayLike, too_dear: ArrayLike) -> PricePoints:
    """Give the four price points from four prices named by each respondent.

    Parameters
    ----------
    too_cheap, cheap, dear, too_dear
        Price from which, for each respondent, the product is too cheap to be good, a bargain, dear, too dear. They
        rise.
    """
    answers = [
        numbers(name, values)
        for name, values in (("too_cheap", too_cheap), ("cheap", cheap), ("dear", dear), ("too_dear", too_dear))
    ]
    if not same_length(too_cheap=answers[0], cheap=answers[1], dear=answers[2], too_dear=answers[3]):
        raise ValueError("too_cheap must hold at least one answer")
    wrong = np.flatnonzero(np.any(np.diff(np.array(answers), axis=0) < 0, axis=0))
    if len(wrong):
        raise ValueError(f"the four prices of respondent {wrong[0] + 1} must rise from too cheap to too dear")
    prices = np.unique(np.concatenate(answers))
    finds = [(prices[:, None] <= a).mean(axis=1) for a in answers[:2]]
    finds += [(prices[:, None] >= a).mean(axis=1) for a in answers[2:]]
    a, b, c, d = finds
    return PricePoints(
        optimal=crossing(prices, a, d),
        indifference=crossing(prices, b, c),
        lowest=crossing(prices, a, c),
        highest=crossing(prices, b, d),
    )


def adjusted_rand(first: Sequence[object], second: Sequence[object]) -> float:
    """Give how far two groupings of the same people agree, corrected for chance: 1 the same, 0 chance.

    Parameters
    ----------
    first, second
        Group of each person; the names of groups do not matter.

    Returns
    -------
    float
        1 if both put everybody into one group, or everybody into a group of one. nan without people.

    Examples
    --------
    >>> round(adjusted_rand([0, 0, 1, 1], [0, 0, 1, 2]), 4)
    0.5714
    """
    if not same_length(first=first, second=second):
        return float("nan")
    a, b = (np.unique([str(g) for g in groups], return_inverse=True)[1] for groups in (first, second))
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    both, rows, columns, everyone = (
        (counts * (counts - 1) / 2).sum()
        for counts in (table, table.sum(axis=1), table.sum(axis=0), np.array([float(len(a))]))
    )
    expected = rows * columns / everyone if everyone else 0.0
    most = (rows + columns) / 2
    return float((both - expected) / (most - expected)) if most != expected else 1.0


def _counts(name: str, values: ArrayLike) -> Floats:
    n = numbers(name, values, None)
    if np.any(n < 0):
        raise ValueError(f"{name} must be 0 or more, not {n.min():g}")
    return n
