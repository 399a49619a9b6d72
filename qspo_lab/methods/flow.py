"""Work that waits: queues, batches, dependencies, team size, and whether a change is a signal.

Sources: Little 1961; Erlang 1917; Pollaczek 1930 and Khinchine 1932; Kingman 1961; Harris 1913; Reinertsen 2009;
Brooks 1975; Jordan and Graves 1995; Magennis on dependencies; Wheeler, Understanding Variation (1993); Wright 1936.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, open_share, positive, share, whole

MOST_AREAS = 14


@dataclass(frozen=True)
class Queue:
    """A queue in its steady state; every number is inf if more arrives than can be done.

    Parameters
    ----------
    load
        Share of the time the servers are busy.
    wait_chance
        Chance that an arrival has to wait.
    in_system, in_queue
        Mean number of items in all, and waiting.
    time, wait
        Mean time in all, and waiting.
    """

    load: float
    wait_chance: float
    in_system: float
    in_queue: float
    time: float
    wait: float


@dataclass(frozen=True)
class ProcessLimits:
    """Limits of a process chart of single values (XmR).

    Parameters
    ----------
    centre, low, high
        Mean, and mean -+ 2.66 times the mean moving range. What lies outside is a signal.
    signals
        Positions of the values outside.
    """

    centre: float
    low: float
    high: float
    signals: tuple[int, ...]


def lead_time(work_in_progress: float, throughput: float) -> float:
    """Give the mean time an item spends in the system (Little): W = L / lambda.

    Examples
    --------
    >>> lead_time(24, 6)
    4.0
    """
    return not_negative("work_in_progress", work_in_progress) / positive("throughput", throughput)


def erlang_c(servers: int, offered: float) -> float:
    """Give the chance that an arrival has to wait, with one queue for several servers (Erlang C).

    Parameters
    ----------
    servers
        How many teams or people take from the queue.
    offered
        Arrival rate divided by the rate of one server. At or above ``servers`` everybody waits: 1.

    Examples
    --------
    >>> round(erlang_c(4, 3.2), 4)
    0.5964
    """
    c, a = whole("servers", servers, 1), not_negative("offered", offered)
    if a >= c:
        return 1.0
    blocked = 1.0
    for k in range(1, c + 1):
        blocked = a * blocked / (k + a * blocked)
    return blocked / (1 - a / c * (1 - blocked))


def queue(arrival_rate: float, service_rate: float, servers: int = 1) -> Queue:
    """Give the steady state of a queue with random arrivals and random service times (M/M/c).

    Parameters
    ----------
    arrival_rate
        Items per period.
    service_rate
        Items one server can do per period.
    servers
        Servers that share the queue.

    Examples
    --------
    >>> round(queue(2, 3).time, 3), round(queue(2, 3, 2).wait, 4)
    (1.0, 0.0417)
    """
    arrivals, speed = positive("arrival_rate", arrival_rate), positive("service_rate", service_rate)
    offered, c = arrivals / speed, whole("servers", servers, 1)
    if offered >= c:
        return Queue(offered / c, 1.0, *[float("inf")] * 4)
    waits = erlang_c(c, offered)
    wait = waits / (c * speed - arrivals)
    return Queue(offered / c, waits, arrivals * (wait + 1 / speed), arrivals * wait, wait + 1 / speed, wait)


def wait_one_server(arrival_rate: float, mean_service: float, service_variation: float) -> float:
    """Give the mean wait with one server and any service times (Pollaczek and Khinchine).

    lambda E[S^2] / (2 (1 - rho))

    Parameters
    ----------
    arrival_rate, mean_service
        Items per period, and periods per item.
    service_variation
        Squared coefficient of variation of the service time: 0 always the same, 1 random, 4 wild.

    Examples
    --------
    >>> [round(wait_one_server(0.9, 1, v), 6) for v in (0, 1, 4)]
    [4.5, 9.0, 22.5]
    """
    load = positive("arrival_rate", arrival_rate) * positive("mean_service", mean_service)
    second = mean_service**2 * (1 + not_negative("service_variation", service_variation))
    return arrival_rate * second / (2 * (1 - load)) if load < 1 else float("inf")


def wait_approximate(load: float, arrival_variation: float, service_variation: float, mean_service: float) -> float:
    """Give Kingman's approximate wait: rho / (1 - rho) x (ca2 + cs2) / 2 x mean service.

    Parameters
    ----------
    load
        Share of the time the server is busy, 0 to 1.
    arrival_variation, service_variation
        Squared coefficients of variation.
    mean_service
        Periods per item.
    """
    rho = share("load", load)
    variation = not_negative("arrival_variation", arrival_variation) + not_negative(
        "service_variation", service_variation
    )
    return rho / (1 - rho) * variation / 2 * positive("mean_service", mean_service) if rho < 1 else float("inf")


def best_batch(demand: float, transaction_cost: float, holding_cost: float) -> tuple[float, float]:
    """Give the batch size that costs least, and that cost per period: Q = sqrt(2 D F / H), cost = sqrt(2 D F H).

    Parameters
    ----------
    demand
        Items per period.
    transaction_cost
        Cost F of one batch, whatever its size: a release, a test run.
    holding_cost
        Cost H of one item waiting for one period.

    Examples
    --------
    >>> round(best_batch(1000, 100, 2)[0], 2)
    316.23
    """
    d, f, h = (
        positive("demand", demand),
        not_negative("transaction_cost", transaction_cost),
        positive("holding_cost", holding_cost),
    )
    return float(np.sqrt(2 * d * f / h)), float(np.sqrt(2 * d * f * h))


def batch_cost_ratio(times_best: ArrayLike) -> Floats:
    """Give how much dearer a batch is that is so many times the best one: (x + 1/x) / 2.

    Examples
    --------
    >>> batch_cost_ratio([1.5, 2, 4]).round(4).tolist()
    [1.0833, 1.25, 2.125]
    """
    x = numbers("times_best", times_best, None)
    if np.any(x <= 0):
        raise ValueError(f"times_best must be above 0, not {x.min():g}")
    return (x + 1 / x) / 2


def communication_paths(people: int) -> int:
    """Give the number of pairs: n (n - 1) / 2."""
    return whole("people", people) * (people - 1) // 2


def team_capacity(people: float, pair_cost: float) -> float:
    """Give the work that is left when every pair of colleagues costs both a share of their time: n (1 - kappa (n - 1)).

    Parameters
    ----------
    people
        Size of the group.
    pair_cost
        kappa: share of a person's time for each colleague. The most is done by (1 + kappa) / (2 kappa) people.
    """
    n, kappa = not_negative("people", people), share("pair_cost", pair_cost)
    return max(n * (1 - kappa * max(n - 1, 0.0)), 0.0)


def largest_useful_team(pair_cost: float) -> float:
    """Give the size at which `team_capacity` is largest.

    Examples
    --------
    >>> round(largest_useful_team(0.008), 6)
    63.0
    """
    return (1 + positive("pair_cost", pair_cost)) / (2 * pair_cost)


def brooks_break_even(early_output: float, training_drain: float, full_output: float, ramp: float) -> float:
    """Give the time that must be left for adding a person to bring the date forward: R (1 + (tau - p0) / p1).

    Parameters
    ----------
    early_output, full_output
        p0 and p1: work of a new person while learning and after, in persons.
    training_drain
        tau: work of others spent on teaching, in persons.
    ramp
        R: time of learning.

    Examples
    --------
    >>> round(brooks_break_even(0.2, 0.4, 1, 20), 6)
    24.0
    """
    lost = max(finite("training_drain", training_drain) - finite("early_output", early_output), 0.0)
    return positive("ramp", ramp) * (1 + lost / positive("full_output", full_output)) if lost else 0.0


def on_time_chance(dependencies: int, single: float = 0.5) -> float:
    """Give the chance that no dependency is late: p^n.

    Real data are milder than the coin flip of the well-known picture; ``single`` is there to be moved.

    Parameters
    ----------
    dependencies
        How many independent pieces must all be on time.
    single
        Chance of each.

    Examples
    --------
    >>> on_time_chance(3), round(on_time_chance(3, 0.85), 3)
    (0.125, 0.614)
    """
    return share("single", single) ** whole("dependencies", dependencies)


def served_demand(demand: ArrayLike, capacity: ArrayLike, skills: ArrayLike) -> Floats:
    """Give how much demand teams can serve at most, each team working only in its areas.

    By the theorem of the narrowest cut: the least, over all sets of areas, of the demand outside the set plus the
    capacity of the teams that can work in it.

    Parameters
    ----------
    demand
        Shape (draws, areas) or (areas,).
    capacity
        Capacity of each team.
    skills
        Shape (teams, areas): true where a team can work.

    Returns
    -------
    numpy.ndarray
        One number for each draw.

    Examples
    --------
    >>> float(served_demand([120, 80], [100, 100], [[1, 0], [0, 1]])[0])
    180.0
    >>> float(served_demand([120, 80], [100, 100], [[1, 1], [1, 1]])[0])
    200.0
    """
    wanted = np.atleast_2d(numbers("demand", demand, None))
    power, can = numbers("capacity", capacity), numbers("skills", skills, 2) != 0
    areas = wanted.shape[1]
    if can.shape != (len(power), areas):
        raise ValueError(
            f"skills must have {len(power)} rows and {areas} columns, not {can.shape[0]} and {can.shape[1]}"
        )
    if areas > MOST_AREAS:
        raise ValueError(f"demand may name at most {MOST_AREAS} areas, not {areas}")
    sets = (np.arange(2**areas)[:, None] >> np.arange(areas)) & 1
    helped = (sets @ can.T > 0) @ power
    return (wanted @ (1 - sets).T + helped).min(axis=1)


def chain_skills(count: int, areas_each: int = 2) -> Floats:
    """Give skills in which each team knows its own area and the next ones, closed to a ring (Jordan and Graves 1995).

    Parameters
    ----------
    count
        Number of teams and of areas.
    areas_each
        Areas each team knows: 1 dedicated, 2 one closed chain, ``count`` full flexibility.
    """
    n, k = whole("count", count, 1), whole("areas_each", areas_each, 1)
    return np.array([[float((area - team) % n < k) for area in range(n)] for team in range(n)])


def dedicated_capacity(count: int, capacity: float, sd: float, cut: float = 2.0) -> float:
    """Give the demand served on average by teams of one area each, demand normal around capacity and cut off.

    Parameters
    ----------
    count
        Number of teams.
    capacity
        Capacity of each, and mean demand of its area.
    sd
        Standard deviation of the demand before cutting.
    cut
        Standard deviations at which demand is cut off on both sides.

    Examples
    --------
    >>> round(dedicated_capacity(10, 100, 40), 2)
    855.44
    """
    normal = NormalDist()
    inside = 2 * normal.cdf(positive("cut", cut)) - 1
    missed = not_negative("sd", sd) * (normal.pdf(0) - normal.pdf(cut)) / inside
    return whole("count", count) * (not_negative("capacity", capacity) - missed)


def process_limits(values: ArrayLike) -> ProcessLimits:
    """Give the limits of a process chart of single values.

    Parameters
    ----------
    values
        In order of time, at least two.

    Examples
    --------
    >>> limits = process_limits([10, 12, 11, 13, 12])
    >>> round(limits.low, 2), round(limits.high, 2)
    (7.61, 15.59)
    """
    x = numbers("values", values)
    if len(x) < 2:
        raise ValueError(f"values must hold at least two values, not {len(x)}")
    reach = 2.66 * float(np.abs(np.diff(x)).mean())
    centre = float(x.mean())
    outside = np.flatnonzero(np.abs(x - centre) > reach + 1e-12)
    return ProcessLimits(centre, centre - reach, centre + reach, tuple(outside.tolist()))


def ready_buffer(mean: float, sd: float, cost_of_shortage: float, cost_of_excess: float) -> float:
    """Give the buffer of ready items that costs least: mean + sd z(Cu / (Cu + Co)) (newsvendor).

    Parameters
    ----------
    mean, sd
        Of what is taken from the buffer until it is filled again.
    cost_of_shortage, cost_of_excess
        Cost of one item too few, and of one item too many.
    """
    under, over = positive("cost_of_shortage", cost_of_shortage), positive("cost_of_excess", cost_of_excess)
    return finite("mean", mean) + not_negative("sd", sd) * NormalDist().inv_cdf(under / (under + over))


def learning_curve(units: ArrayLike, rate: float = 0.8) -> Floats:
    """Give the effort of the n-th unit when each doubling takes this share of the effort before: n^(log2 rate).

    Examples
    --------
    >>> learning_curve([1, 2, 4, 8]).round(3).tolist()
    [1.0, 0.8, 0.64, 0.512]
    """
    n = numbers("units", units, None)
    if np.any(n < 1):
        raise ValueError(f"units must be 1 or more, not {n.min():g}")
    return n ** np.log2(open_share("rate", rate))
