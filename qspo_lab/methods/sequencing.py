"""In which order to do things when waiting costs money.

Every item has a duration and a delay: what it costs to have it later. Smith's rule, the largest cost of delay per
duration first, gives the best order only where each item costs the same for every period it waits. For anything else
every order is tried, which is exact for up to eight items.

Costs may be counted up to the start of an item (what waiting costs) or up to its finish (what not having it costs).
The two differ by an amount that no order can change as long as delays are constant. Deadlines look at the finish.

Sources: Smith 1956 (Naval Research Logistics Quarterly 3); Reinertsen, The Principles of Product Development Flow
(2009); Arnold, Black Swan Farming, on CD3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, permutations
from math import factorial
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, one_of, positive, same_length, whole

Kind = Literal["constant", "fixed_date", "window", "step"]
KINDS = ("constant", "fixed_date", "window", "step")
CountedTo = Literal["start", "finish"]
MOST_ITEMS = 8


@dataclass(frozen=True)
class Delay:
    """What it costs to have an item later.

    Parameters
    ----------
    kind
        ``constant``: ``cost_of_delay`` for every period. ``fixed_date``: that, and ``loss`` once if the item is
        finished after ``date``. ``window``: ``cost_of_delay`` for every period until the window closes at ``date``;
        after that there is nothing left to lose. ``step``: nothing until ``date``, then ``loss`` each time another
        season is missed, the first at ``date`` and the next after every further ``every`` periods.
    cost_of_delay
        Money lost in each period of waiting.
    date
        Period at whose end the deadline or the first season falls, or the window closes.
    loss
        Money lost at the date.
    every
        Periods from one season to the next.
    """

    kind: Kind = "constant"
    cost_of_delay: float = 0.0
    date: float = 0.0
    loss: float = 0.0
    every: float = 0.0

    def __post_init__(self) -> None:
        one_of("kind", self.kind, KINDS)
        finite("cost_of_delay", self.cost_of_delay)
        finite("loss", self.loss)
        not_negative("date", self.date)
        if self.kind == "step":
            positive("every", self.every)

    def cost(self, waited: ArrayLike, finish: ArrayLike) -> Floats:
        """Give the money lost.

        Parameters
        ----------
        waited
            Periods waited, counted to start or to finish.
        finish
            Period at whose end the item is finished; dates are judged by it.
        """
        time, done = np.asarray(waited, dtype=np.float64), np.asarray(finish, dtype=np.float64)
        late = done > self.date + 1e-9
        if self.kind == "window":
            return self.cost_of_delay * np.minimum(time, self.date)
        if self.kind == "step":
            return self.loss * np.where(late, np.ceil((done - self.date) / self.every - 1e-9), 0.0)
        once = self.loss * late if self.kind == "fixed_date" else 0.0
        return self.cost_of_delay * time + once


@dataclass(frozen=True)
class Item:
    """One thing to be done.

    Parameters
    ----------
    key
        Its name.
    duration
        Periods it takes, above 0.
    delay
        What having it later costs.
    """

    key: str
    duration: float
    delay: Delay = Delay()

    def __post_init__(self) -> None:
        positive(f"duration of {self.key}", self.duration)


@dataclass(frozen=True)
class OrderRank:
    """One order among all orders.

    Parameters
    ----------
    cost
        Delay cost of the order.
    best, worst
        Of all orders.
    rank
        1 for the best; orders of equal cost share a rank.
    orders
        How many orders there are.
    """

    cost: float
    best: float
    worst: float
    rank: int
    orders: int


@dataclass(frozen=True)
class OrderStability:
    """How far an order survives errors of its estimates.

    Parameters
    ----------
    top_stays
        Share of draws in which the first item stays first.
    same_order
        Share of draws in which no item moves.
    rank_shares
        Shape (items, ranks): share of draws in which an item takes a rank; items as they were given.
    beats
        Shape (items, items): share of draws in which the row's item comes before the column's.
    """

    top_stays: float
    same_order: float
    rank_shares: Floats
    beats: Floats


def starts(durations: Sequence[float], order: Sequence[int]) -> Floats:
    """Give the period after which each item starts, items as they were given, done one after another.

    Parameters
    ----------
    durations
        Periods each item takes.
    order
        Positions of the items, first to last.
    """
    times, places = numbers("durations", durations), _order(order, len(durations))
    begun = np.empty(len(times))
    begun[places] = np.cumsum(times[places]) - times[places]
    return begun


def delay_costs(items: Sequence[Item], order: Sequence[int], counted_to: CountedTo = "start") -> Floats:
    """Give the delay cost of each item, items as they were given.

    Parameters
    ----------
    items
        What is to be done.
    order
        Positions of the items, first to last; each exactly once.
    counted_to
        ``start`` or ``finish`` of the item.

    Examples
    --------
    >>> jobs = [Item("large", 3, Delay("constant", 4)), Item("duty", 2, Delay("fixed_date", date=2, loss=30))]
    >>> delay_costs(jobs, [0, 1], "finish").tolist()
    [12.0, 30.0]
    """
    one_of("counted_to", counted_to, ("start", "finish"))
    begun = starts([item.duration for item in items], order)
    pairs = zip(items, begun, strict=True)
    return np.array([_cost(item, start, counted_to) for item, start in pairs], dtype=np.float64).reshape(len(items))


def delay_cost(items: Sequence[Item], order: Sequence[int], counted_to: CountedTo = "start") -> float:
    """Give the delay cost of an order; arguments as in `delay_costs`."""
    return float(delay_costs(items, order, counted_to).sum())


@lru_cache(maxsize=MOST_ITEMS + 1)
def all_orders(count: int) -> NDArray[np.int8]:
    """Give every order of so many items, shape (count!, count), sorted; at most eight items."""
    n = whole("count", count)
    if n > MOST_ITEMS:
        raise ValueError(f"all orders can be tried for at most {MOST_ITEMS} items, not {n}")
    flat = np.fromiter(chain.from_iterable(permutations(range(n))), dtype=np.int8, count=n * factorial(n))
    orders = flat.reshape(factorial(n), n)
    orders.setflags(write=False)
    return orders


def costs_of_all_orders(items: Sequence[Item], counted_to: CountedTo = "start") -> Floats:
    """Give the delay cost of every order, in the order of `all_orders`.

    Parameters
    ----------
    items, counted_to
        As in `delay_costs`; at most eight items.
    """
    one_of("counted_to", counted_to, ("start", "finish"))
    orders = all_orders(len(items))
    durations = np.array([item.duration for item in items])
    taken = durations[orders]
    begun = np.cumsum(taken, axis=1) - taken
    by_item = np.empty_like(begun)
    np.put_along_axis(by_item, orders.astype(np.intp), begun, axis=1)
    costs = np.zeros(len(orders))
    for i, item in enumerate(items):
        costs += _cost(item, by_item[:, i], counted_to)
    return costs


def best_order(items: Sequence[Item], counted_to: CountedTo = "start") -> tuple[tuple[int, ...], float]:
    """Give the cheapest order and its cost; of several, the first in `all_orders`.

    Parameters
    ----------
    items, counted_to
        As in `costs_of_all_orders`.
    """
    costs = costs_of_all_orders(items, counted_to)
    best = int(np.argmin(costs))
    return tuple(all_orders(len(items))[best].tolist()), float(costs[best])


def rank_of_order(items: Sequence[Item], order: Sequence[int], counted_to: CountedTo = "start") -> OrderRank:
    """Say where an order stands among all orders.

    Parameters
    ----------
    items, order, counted_to
        As in `delay_costs`; at most eight items.
    """
    costs = costs_of_all_orders(items, counted_to)
    cost = delay_cost(items, order, counted_to)
    tolerance = 1e-9 * max(1.0, float(np.abs(costs).max()))
    cheaper = int((costs < cost - tolerance).sum())
    return OrderRank(cost, float(costs.min()), float(costs.max()), 1 + cheaper, len(costs))


def swap_cost(
    items: Sequence[Item], order: Sequence[int], first: int, second: int, counted_to: CountedTo = "start"
) -> float:
    """Give what it costs to let two items change places; below 0 if it saves money.

    Parameters
    ----------
    items, order, counted_to
        As in `delay_costs`.
    first, second
        Positions of the two items in ``items``.
    """
    swapped = [second if i == first else first if i == second else i for i in order]
    return delay_cost(items, swapped, counted_to) - delay_cost(items, order, counted_to)


def value_within_horizon(
    gains: Sequence[float], durations: Sequence[float], order: Sequence[int], horizon: float, base: float = 0.0
) -> float:
    """Give the money earned up to a horizon if each item, once finished, earns its gain in every period after.

    Parameters
    ----------
    gains, durations
        Gain for each period, and periods to build, of each item.
    order
        Positions of the items, first to last.
    horizon
        Periods looked at.
    base
        What is earned in each period anyway.

    Examples
    --------
    >>> value_within_horizon([10, 30], [2, 4], [1, 0], horizon=6, base=10)
    120.0
    """
    per_period, times = numbers("gains", gains), numbers("durations", durations)
    same_length(gains=gains, durations=durations)
    earning = np.maximum(not_negative("horizon", horizon) - starts(durations, order) - times, 0.0)
    return float(base * horizon + per_period @ earning)


def cost_of_delay_per_duration(cost_of_delay: float | None, duration: float | None) -> float | None:
    """Give CD3, the cost of delay divided by the duration.

    Parameters
    ----------
    cost_of_delay
        Money for each period; 0 is a value, None means unknown.
    duration
        Periods; None or 0 means unknown.

    Returns
    -------
    float or None
        None if something is missing: not known is not 0.

    Examples
    --------
    >>> cost_of_delay_per_duration(30, 4)
    7.5
    """
    if cost_of_delay is None or not duration:
        return None
    return finite("cost_of_delay", cost_of_delay) / positive("duration", duration)


def wsjf(
    business_value: float | None, time_criticality: float | None, risk_reduction: float | None, size: float | None
) -> float | None:
    """Give the weighted shortest job first score: the three parts of relative cost of delay, divided by the size.

    Parameters
    ----------
    business_value, time_criticality, risk_reduction
        Relative points; 0 is a value, None is missing.
    size
        Relative job size; None or 0 is missing.

    Returns
    -------
    float or None
        None if any part is missing.

    Examples
    --------
    >>> wsjf(8, 5, 0, 4), wsjf(8, 5, 3, 0), wsjf(0, 0, 0, 5)
    (3.25, None, 0.0)
    """
    if business_value is None or time_criticality is None or risk_reduction is None:
        return None
    return cost_of_delay_per_duration(
        not_negative("business_value", business_value)
        + not_negative("time_criticality", time_criticality)
        + not_negative("risk_reduction", risk_reduction),
        size,
    )


def rank_by_score(scores: Sequence[float | None]) -> tuple[int, ...]:
    """Give the positions of items by falling score; equal scores keep their order, items without one come last.

    Examples
    --------
    >>> rank_by_score([1.0, None, 4.0, 0.0])
    (2, 0, 3, 1)
    """
    return tuple(sorted(range(len(scores)), key=lambda i: (scores[i] is None, -(scores[i] or 0.0))))


def swap_probability(ratio: float, sigma: float, factors: int = 1) -> float:
    """Give the chance that the better of two items comes out behind, each being a product of uncertain factors.

    Phi(-ln(ratio) / (sigma sqrt(2 factors)))

    Parameters
    ----------
    ratio
        True score of the better item divided by that of the other, 1 or more.
    sigma
        Error of one factor, as the standard deviation of its logarithm.
    factors
        How many factors each score multiplies; RICE has four.

    Examples
    --------
    >>> round(swap_probability(1.3, 0.4, 4), 3)
    0.408
    """
    if positive("ratio", ratio) < 1:
        raise ValueError(f"ratio must be 1 or more, not {ratio!r}")
    return NormalDist().cdf(
        float(-np.log(ratio) / (positive("sigma", sigma) * np.sqrt(2 * whole("factors", factors, 1))))
    )


def order_stability(
    rng: np.random.Generator, scores: Sequence[float], sigma: float, factors: int = 1, draws: int = 2000
) -> OrderStability:
    """Say how often an order of scores survives when every factor is off by a lognormal error.

    Parameters
    ----------
    rng
        Source of the draws.
    scores
        Scores as estimated, 0 or more, highest first in rank.
    sigma
        Error of one factor, as the standard deviation of its logarithm; 0.4 means that two estimates in three are
        within a factor of 1.5 of the truth.
    factors
        How many factors each score multiplies.
    draws
        How many times the scores are drawn anew.
    """
    if any(score is None for score in scores):
        raise ValueError(f"score {[s is None for s in scores].index(True) + 1} is missing; leave such items out")
    values = numbers("scores", scores)
    if not len(values) or np.any(values < 0):
        raise ValueError(f"scores must be 0 or more and at least one, not {list(scores)!r}")
    error = not_negative("sigma", sigma) * np.sqrt(whole("factors", factors, 1))
    drawn = values * np.exp(error * rng.standard_normal((whole("draws", draws, 1), len(values))))
    ranked = np.argsort(-drawn, axis=1, kind="stable")
    original = np.argsort(-values, kind="stable")
    ranks = np.empty_like(ranked)
    np.put_along_axis(ranks, ranked, np.arange(len(values))[None, :], axis=1)
    shares = np.stack([(ranks == r).mean(axis=0) for r in range(len(values))], axis=1)
    beats = (ranks[:, :, None] < ranks[:, None, :]).mean(axis=0)
    return OrderStability(
        float((ranked[:, 0] == original[0]).mean()), float((ranked == original).all(axis=1).mean()), shares, beats
    )


def _order(order: Sequence[int], count: int) -> NDArray[np.intp]:
    if sorted(order) != list(range(count)):
        raise ValueError(f"order must name each position from 0 to {count - 1} exactly once, not {list(order)!r}")
    return np.asarray(order, dtype=np.intp)


def _cost(item: Item, start: ArrayLike, counted_to: CountedTo) -> Floats:
    finish = np.asarray(start, dtype=np.float64) + item.duration
    return item.delay.cost(start if counted_to == "start" else finish, finish)
