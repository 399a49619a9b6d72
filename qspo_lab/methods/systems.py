"""Structures that produce behaviour nobody chose: six archetypes as stocks and flows, and circles of influence.

Continuous models are followed by the classic Runge-Kutta method of fourth order with a fixed step.

Sources: Senge, The Fifth Discipline (1990), for the archetypes; Verhulst 1838; Gordon 1954 and Schaefer 1954;
Richardson 1960; Polya 1930; Covey, The 7 Habits (1989), for circles of influence. The equations of "shifting the
burden", "fixes that fail" and the circle of influence are this project's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, positive, share, whole


@dataclass(frozen=True)
class Path:
    """How the stocks of a model move.

    Parameters
    ----------
    times
        Points in time.
    stocks
        Shape (times, stocks).
    """

    times: Floats
    stocks: Floats


@dataclass(frozen=True)
class Commons:
    """What a shared resource yields under three kinds of use (per period).

    Parameters
    ----------
    sustainable_yield, stock_at_sustainable_yield
        The largest catch that can go on for ever, and the stock that gives it.
    best_effort, best_profit
        The effort a single owner would choose, and what it earns.
    open_effort, open_stock, open_profit
        Where free access ends: effort grows until nobody earns anything.
    """

    sustainable_yield: float
    stock_at_sustainable_yield: float
    best_effort: float
    best_profit: float
    open_effort: float
    open_stock: float
    open_profit: float


@dataclass(frozen=True)
class Escalation:
    """Where two sides that answer each other end up.

    Parameters
    ----------
    equilibrium
        Level of both sides; nan if there is none.
    eigenvalues
        Growth rates of the two modes, the larger first.
    stable
        True if both sides settle.
    """

    equilibrium: tuple[float, float]
    eigenvalues: tuple[float, float]
    stable: bool


def integrate(
    rates: Callable[[float, Floats], ArrayLike], start: ArrayLike, duration: float, steps_per_period: int = 50
) -> Path:
    """Follow a system of differential equations with Runge-Kutta steps of fixed length.

    Parameters
    ----------
    rates
        ``rates(time, stocks)`` gives the change of each stock per period.
    start
        Stocks at time 0.
    duration
        Periods to follow; the last step ends exactly there.
    steps_per_period
        Accuracy; the error falls with the fourth power.

    Examples
    --------
    >>> round(float(integrate(lambda t, s: -0.5 * s, [8.0], 2).stocks[-1, 0]), 6)
    2.943036
    """
    stocks = np.atleast_1d(numbers("start", start, None))
    end = not_negative("duration", duration)
    steps = max(int(np.ceil(end * whole("steps_per_period", steps_per_period, 1))), 1)
    times, h = np.linspace(0, end, steps + 1), end / steps
    path = np.empty((steps + 1, *stocks.shape))
    path[0] = stocks
    for i, t in enumerate(times[:-1]):
        s = path[i]
        k1 = np.asarray(rates(t, s))
        k2 = np.asarray(rates(t + h / 2, s + h / 2 * k1))
        k3 = np.asarray(rates(t + h / 2, s + h / 2 * k2))
        k4 = np.asarray(rates(t + h, s + h * k3))
        path[i + 1] = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return Path(times, path)


def limits_to_growth(start: float, growth: float, capacity: float, times: ArrayLike) -> Floats:
    """Give a stock that grows until a limit binds: N' = r N (1 - N / K), in closed form.

    Parameters
    ----------
    start, growth, capacity
        N at time 0, r per period, K.
    times
        Points in time.

    Examples
    --------
    >>> round(float(limits_to_growth(50, 0.3, 1000, 20)), 3)
    955.022
    """
    n, k = positive("start", start), positive("capacity", capacity)
    return k / (1 + (k / n - 1) * np.exp(-finite("growth", growth) * np.asarray(times, dtype=np.float64)))


def shifting_the_burden(
    root_share: float,
    duration: float,
    capability: float = 0.5,
    problem: float = 6.0,
    learning: float = 0.15,
    erosion: float = 0.05,
    quick_fix: float = 0.6,
    root_fix: float = 0.8,
    inflow: float = 6.0,
) -> Path:
    """Follow capability C and problem P when effort goes partly to the root cause, partly to quick fixes.

    C' = g x (1 - C) - e (1 - x) C, P' = a (1 - C) - (kq (1 - x) + kf x C) P

    Parameters
    ----------
    root_share
        Share x of the effort that goes to the root cause.
    duration
        Periods to follow.
    capability, problem
        C (0 to 1) and P at the start.
    learning, erosion
        g and e: how fast capability grows with use and withers without.
    quick_fix, root_fix
        kq and kf: how strongly either effort reduces the problem.
    inflow
        a: new problems per period without any capability.

    Returns
    -------
    Path
        Stocks are C and P. Quick fixes look better at first and lose later.
    """
    x = share("root_share", root_share)

    def rates(_: float, stocks: Floats) -> list[float]:
        c, p = stocks
        return [
            learning * x * (1 - c) - erosion * (1 - x) * c,
            inflow * (1 - c) - (quick_fix * (1 - x) + root_fix * x * c) * p,
        ]

    return integrate(rates, [share("capability", capability), not_negative("problem", problem)], duration)


def shifting_the_burden_steady(
    root_share: float,
    learning: float = 0.15,
    erosion: float = 0.05,
    quick_fix: float = 0.6,
    root_fix: float = 0.8,
    inflow: float = 6.0,
) -> tuple[float, float]:
    """Give the capability and the problem at which `shifting_the_burden` comes to rest.

    Examples
    --------
    >>> [round(v, 3) for v in shifting_the_burden_steady(0.7)]
    [0.875, 1.119]
    """
    x = share("root_share", root_share)
    c = learning * x / (learning * x + erosion * (1 - x))
    return c, inflow * (1 - c) / (quick_fix * (1 - x) + root_fix * x * c)


def fixes_that_fail(
    strength: float, side_effect: float, delay: int, periods: int, start: float = 10.0, inflow: float = 1.0
) -> Floats:
    """Follow a problem whose fix works at once and comes back later: P(t+1) = P - sP + b s P(t - delay) + inflow.

    Parameters
    ----------
    strength
        s: share of the problem that the fix removes each period.
    side_effect
        b: how much of what was removed returns after the delay; 1 or more makes it worse without bound.
    delay
        Periods until side effects arrive; none have been caused before the start.
    periods
        Periods to follow.
    start, inflow
        Problem at the start, and what is new each period.

    Returns
    -------
    numpy.ndarray
        Shape (periods + 1,).
    """
    s, b, lag = share("strength", strength), not_negative("side_effect", side_effect), whole("delay", delay)
    path = [not_negative("start", start)]
    for t in range(whole("periods", periods)):
        returned = b * s * path[t - lag] if t >= lag else 0.0
        path.append(path[t] * (1 - s) + returned + inflow)
    return np.array(path)


def fixes_that_fail_steady(strength: float, side_effect: float, inflow: float = 1.0) -> float:
    """Give the level at which `fixes_that_fail` comes to rest: inflow / (s (1 - b)); inf if b is 1 or more.

    Examples
    --------
    >>> round(fixes_that_fail_steady(0.3, 0.25), 4)
    4.4444
    """
    left = positive("strength", strength) * (1 - not_negative("side_effect", side_effect))
    return inflow / left if left > 0 else float("inf")


def commons(growth: float, capacity: float, catchability: float, price: float, cost: float) -> Commons:
    """Compare one careful owner with free access to a shared resource.

    N' = r N (1 - N / K) - q E N, profit = p q E N - c E

    Parameters
    ----------
    growth, capacity
        r and K of the resource.
    catchability
        q: share of the stock that one unit of effort takes.
    price, cost
        p of one unit taken, c of one unit of effort.

    Examples
    --------
    >>> found = commons(0.5, 1000, 0.01, 2, 4)
    >>> found.best_effort, found.best_profit, found.open_effort, found.open_profit
    (20.0, 160.0, 40.0, 0.0)
    """
    r, k, q = positive("growth", growth), positive("capacity", capacity), positive("catchability", catchability)
    break_even = not_negative("cost", cost) / (positive("price", price) * q)
    open_stock = min(break_even, k)
    open_effort = r / q * (1 - open_stock / k)
    best_stock = (k + open_stock) / 2
    best_effort = r / q * (1 - best_stock / k)
    profit = (price * q * best_stock - cost) * best_effort
    return Commons(r * k / 4, k / 2, best_effort, profit, open_effort, open_stock, 0.0)


def commons_path(
    stock: float, effort: float, duration: float, growth: float, capacity: float, catchability: float
) -> Path:
    """Follow the stock of a shared resource under a constant effort; arguments as in `commons`."""

    def rates(_: float, n: Floats) -> Floats:
        return growth * n * (1 - n / capacity) - catchability * effort * n

    return integrate(rates, [not_negative("stock", stock)], duration)


def escalation(k: float, a: float, g: float, l: float, b: float, h: float) -> Escalation:  # noqa: E741
    """Give where two sides settle that each answer the other: x' = k y - a x + g, y' = l x - b y + h.

    Parameters
    ----------
    k, l
        How strongly each side answers the other.
    a, b
        How quickly each side tires.
    g, h
        Grievance of each side.

    Examples
    --------
    >>> escalation(0.3, 0.5, 1, 0.3, 0.5, 1).equilibrium
    (5.0, 5.0)
    """
    matrix = np.array([[-finite("a", a), finite("k", k)], [finite("l", l), -finite("b", b)]])
    roots = np.sort(np.linalg.eigvals(matrix).real)[::-1]
    determinant = a * b - k * l
    settles = bool(roots[0] < 0)
    rest = (
        ((b * g + k * h) / determinant, (a * h + l * g) / determinant)
        if abs(determinant) > 1e-12
        else (float("nan"), float("nan"))
    )
    return Escalation(rest, (float(roots[0]), float(roots[1])), settles)


def escalation_path(
    start: Sequence[float],
    duration: float,
    k: float,
    a: float,
    g: float,
    l: float,  # noqa: E741
    b: float,
    h: float,
) -> Path:
    """Follow two sides that answer each other; arguments as in `escalation`."""
    matrix, push = np.array([[-a, k], [l, -b]]), np.array([g, h])
    return integrate(lambda _, s: matrix @ s + push, start, duration)


def success_to_the_successful(start: float, duration: float) -> Path:
    """Follow the share of capacity of the side that is ahead: x' = x (1 - x)(2x - 1).

    Parameters
    ----------
    start
        Share at the beginning; 0.5 stays, anything above wins all.
    duration
        Periods to follow.

    Examples
    --------
    >>> round(float(success_to_the_successful(0.55, 10).stocks[-1, 0]), 4)
    0.9989
    """
    return integrate(lambda _, x: x * (1 - x) * (2 * x - 1), [share("start", start)], duration)


def urn_shares(rng: np.random.Generator, rounds: int, trials: int) -> Floats:
    """Draw where luck alone leads if every success breeds the next (Polya's urn, one ball each at the start).

    Parameters
    ----------
    rng
        Source of the draws.
    rounds
        Balls added.
    trials
        How many urns.

    Returns
    -------
    numpy.ndarray
        Final share of the first colour in each urn. In the long run every split is equally likely.
    """
    first = np.ones(whole("trials", trials, 1))
    for added in range(whole("rounds", rounds)):
        first += rng.random(trials) < first / (2 + added)
    return first / (2 + rounds)


def circle_of_influence(
    start: float, effort_share: float, periods: int, growth: float = 0.15, decay: float = 0.05
) -> float:
    """Give the influence after some periods: I' = I + g x (1 - I) - d (1 - x) I.

    Parameters
    ----------
    start
        Influence at the beginning, 0 to 1.
    effort_share
        Share x of effort spent on moves one can make; the rest goes into complaint.
    periods
        Number of periods.
    growth, decay
        g and d.

    Examples
    --------
    >>> round(circle_of_influence(0.2, 0.8, 12), 3)
    0.787
    """
    x = share("effort_share", effort_share)
    pull = not_negative("growth", growth) * x + not_negative("decay", decay) * (1 - x)
    if pull == 0:
        return share("start", start)
    rest = growth * x / pull
    return rest + (share("start", start) - rest) * (1 - pull) ** whole("periods", periods)
