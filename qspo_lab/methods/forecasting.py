"""When will it be done, from what was finished before.

A history holds how many items were finished in each period (day or week), idle periods as 0. None marks a period
that was not recorded: not recorded is not zero, such periods are left out. The future is drawn from the past with
replacement. A forecast is only as good as the assumption that the coming periods resemble the past ones.

"Cannot say" is an answer. With no history, with fewer than five periods in which anything was finished, or where as
much comes in as goes out, the numbers are None and ``reason`` says why.

Sources: Magennis, Forecasting and Simulating Software Development Projects (2011); Vacanti, Actionable Agile Metrics
for Predictability (2015).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import Floats, numbers, open_share, share, whole

Reason = Literal["no_history", "too_little_history", "not_converging"]
History = Sequence[int | float | None] | NDArray[np.int64] | Floats

ACTIVE_PERIODS_NEEDED = 5
LIKELIHOOD_SHOWN_AT_MOST = 0.95
LIMIT = 2000
"""Periods after which a forecast is given up as not converging."""


@dataclass(frozen=True)
class Forecast:
    """A window for the finish, in periods from now.

    Parameters
    ----------
    p50, p85, p95
        Periods within which the work is done in 50, 85 and 95 of 100 futures; None where that cannot be said.
    reason
        Why it cannot be said; None if it can.
    active_periods
        Periods of the history in which anything was finished.
    """

    p50: int | None
    p85: int | None
    p95: int | None
    reason: Reason | None
    active_periods: int


@dataclass(frozen=True)
class Likelihood:
    """The chance to be done at or before a date.

    Parameters
    ----------
    probability
        0 to 1, at most 0.95 while work is open; None where it cannot be said.
    more_than
        The chance is above 0.95; read ``probability`` as "more than".
    reason
        Why it cannot be said; None if it can.
    """

    probability: float | None
    more_than: bool
    reason: Reason | None


@dataclass(frozen=True)
class BackTest:
    """What the same forecast would have said in the past, and what came.

    Parameters
    ----------
    after
        Number of periods known at each forecast.
    forecast
        Items that the forecast said would at least be finished.
    actual
        Items that were finished.
    kept
        Share of forecasts that were kept; None if the history is too short for one.
    """

    after: tuple[int, ...]
    forecast: tuple[int, ...]
    actual: tuple[int, ...]
    kept: float | None


def throughput(
    finished: Iterable[dt.date],
    first: dt.date | None = None,
    last: dt.date | None = None,
    period: Literal["day", "week"] = "day",
) -> list[int]:
    """Count finished items for each day or ISO week, periods without any included as 0.

    Parameters
    ----------
    finished
        Dates on which items were finished, in any order.
    first, last
        Where the record begins and ends, both included; the first and last finish if left out. Items outside are not
        counted.
    period
        ``day``, or ``week`` from Monday to Sunday, also across New Year.

    Returns
    -------
    list of int
        Empty if there is no date at all.

    Examples
    --------
    >>> throughput([dt.date(2026, 1, 2), dt.date(2026, 1, 5), dt.date(2026, 1, 5)])
    [1, 0, 0, 2]
    """
    if period not in ("day", "week"):
        raise ValueError(f"period must be day or week, not {period!r}")
    days = [_day(date, i) for i, date in enumerate(finished, 1)]
    ends = [_day(edge, 0) for edge in (first, last) if edge is not None]
    if not days and len(ends) < 2:
        return []
    begin, end = (
        _day(first, 0) if first is not None else min(days),
        _day(last, 0) if last is not None else max(days),
    )
    if end < begin:
        raise ValueError(f"last ({end}) must not lie before first ({begin})")
    length = 1 if period == "day" else 7
    origin = begin.toordinal() - (begin.weekday() if period == "week" else 0)
    inside = [(day.toordinal() - origin) // length for day in days if begin <= day <= end]
    return np.bincount(inside, minlength=(end.toordinal() - origin) // length + 1).tolist()


def cannot_say(history: History, arrivals: History | None = None) -> Reason | None:
    """Say why no forecast can be made from a history, or None if one can.

    Parameters
    ----------
    history
        Items finished in each period.
    arrivals
        Items added in each period, if any are.
    """
    past = _known("history", history)
    if not len(past):
        return "no_history"
    if not past.any():
        return "not_converging"
    if np.count_nonzero(past) < ACTIVE_PERIODS_NEEDED:
        return "too_little_history"
    if arrivals is not None:
        coming = _known("arrivals", arrivals)
        if len(coming) and past.mean() <= coming.mean():
            return "not_converging"
    return None


def periods_to_finish(
    rng: np.random.Generator,
    history: History,
    items: int,
    trials: int = 10_000,
    arrivals: History | None = None,
    limit: int = LIMIT,
) -> Floats:
    """Draw how many periods it takes to finish a number of items.

    Parameters
    ----------
    rng
        Source of the draws.
    history
        Items finished in each period, at least one period. The answer is in the same periods: weeks give weeks.
    items
        Items still open.
    trials
        How many futures are drawn.
    arrivals
        Items added in each period; drawn on its own.
    limit
        Periods after which a future is given up.

    Returns
    -------
    numpy.ndarray
        One number per future; ``inf`` where the work was not done within ``limit`` periods.

    Raises
    ------
    ValueError
        If there is no history at all; ask `cannot_say` first.
    """
    past = _drawable(history)
    coming = None if arrivals is None else _known("arrivals", arrivals)
    remaining = np.full(whole("trials", trials, 1), float(whole("items", items)))
    periods = np.where(remaining > 0, np.inf, 0.0)
    running = np.flatnonzero(remaining > 0)
    if not past.any():
        return periods
    for now in range(1, whole("limit", limit, 1) + 1):
        if not len(running):
            break
        remaining[running] -= rng.choice(past, len(running))
        done = remaining[running] <= 0
        periods[running[done]] = now
        running = running[~done]
        if coming is not None and len(coming):
            remaining[running] += rng.choice(coming, len(running))
    return periods


def items_finished(rng: np.random.Generator, history: History, periods: int, trials: int = 10_000) -> NDArray[np.int64]:
    """Draw how many items are finished within a number of periods.

    Parameters
    ----------
    rng
        Source of the draws.
    history
        Items finished in each period, at least one period.
    periods
        Periods ahead.
    trials
        How many futures are drawn.
    """
    past = _drawable(history)
    size = (whole("trials", trials, 1), whole("periods", periods))
    return rng.choice(past, size).sum(axis=1).astype(np.int64)


def finish_probabilities(history: History, items: int, periods: int) -> Floats:
    """Give the exact chance that the work is done in exactly 0, 1, ..., ``periods`` periods.

    Parameters
    ----------
    history
        Items finished in each period, at least one period.
    items
        Items still open.
    periods
        How far to look.

    Returns
    -------
    numpy.ndarray
        Shape (periods + 1,). What is missing to 1 takes longer.

    Examples
    --------
    >>> finish_probabilities([2, 4, 6], 12, 4).round(4).tolist()
    [0.0, 0.0, 0.1111, 0.5185, 0.3086]
    """
    past = _drawable(history)
    open_items, ahead = whole("items", items), whole("periods", periods)
    chances = np.zeros(ahead + 1)
    if open_items == 0:
        chances[0] = 1.0
        return chances
    step = np.bincount(past) / len(past)
    state, left = np.array([1.0]), 1.0
    for now in range(1, ahead + 1):
        state = np.convolve(state, step)[:open_items]
        chances[now] = max(left - state.sum(), 0.0)
        left = float(state.sum())
    return chances


def percentile(durations: Sequence[float] | Floats, level: float) -> int | None:
    """Give the whole number of periods within which at least this share of futures is done.

    Parameters
    ----------
    durations
        From `periods_to_finish`.
    level
        0.5, 0.85, ...; a higher level never gives an earlier date.

    Returns
    -------
    int or None
        None if that share of the futures is not done at all.
    """
    values = np.sort(np.asarray(durations, dtype=np.float64))
    if not len(values):
        return None
    value = values[_position(len(values), open_share("level", level))]
    return int(value) if np.isfinite(value) else None


def at_least(finished: Sequence[int] | NDArray[np.int64], level: float) -> int | None:
    """Give how many items are finished at least, with this certainty; more certainty never promises more items.

    Parameters
    ----------
    finished
        From `items_finished`.
    level
        0.5, 0.85, ...

    Examples
    --------
    >>> [at_least(range(100), level) for level in (0.5, 0.85, 0.95)]
    [50, 15, 5]
    """
    values = np.sort(np.asarray(finished, dtype=np.int64))[::-1]
    return int(values[_position(len(values), open_share("level", level))]) if len(values) else None


def forecast(
    rng: np.random.Generator,
    history: History,
    items: int,
    trials: int = 10_000,
    arrivals: History | None = None,
) -> Forecast:
    """Forecast when the work is done, or say why that cannot be said.

    Parameters
    ----------
    rng, history, items, trials, arrivals
        As in `periods_to_finish`.

    Returns
    -------
    Forecast
        p50 <= p85 <= p95.
    """
    active = int(np.count_nonzero(_known("history", history)))
    if whole("items", items) == 0:
        return Forecast(0, 0, 0, None, active)
    reason = cannot_say(history, arrivals)
    if reason is not None:
        return Forecast(None, None, None, reason, active)
    drawn = periods_to_finish(rng, history, items, trials, arrivals)
    p50, p85, p95 = (percentile(drawn, level) for level in (0.5, 0.85, 0.95))
    return Forecast(p50, p85, p95, "not_converging" if p95 is None else None, active)


def likelihood(history: History, items: int, periods: int) -> Likelihood:
    """Give the exact chance that the work is done at or before so many periods from now.

    Parameters
    ----------
    history
        Items finished in each period.
    items
        Items still open. 0: it is done, the chance is 1.
    periods
        Whole periods left; 0 or less means that the date has passed, and open work then has no chance.

    Returns
    -------
    Likelihood
        Never more than 0.95 while work is open: the past is not that sure about the future.
    """
    if whole("items", items) == 0:
        return Likelihood(1.0, False, None)
    if periods <= 0:
        return Likelihood(0.0, False, None)
    reason = cannot_say(history)
    if reason is not None:
        return Likelihood(None, False, reason)
    chance = min(float(finish_probabilities(history, items, whole("periods", periods)).sum()), 1.0)
    return Likelihood(min(chance, LIKELIHOOD_SHOWN_AT_MOST), chance > LIKELIHOOD_SHOWN_AT_MOST, None)


def likelihood_of_all(chances: Sequence[float | None]) -> float | None:
    """Give the chance that all of several independent pieces of work are done in time: their product.

    Parameters
    ----------
    chances
        One for each; None where it cannot be said, which makes the answer None too.

    Examples
    --------
    >>> round(likelihood_of_all([0.9, 0.8]), 2)
    0.72
    """
    known = [share(f"chance {i}", chance) for i, chance in enumerate(chances, 1) if chance is not None]
    return prod(known) if len(known) == len(chances) else None


def back_test(history: History, ahead: int, level: float = 0.85) -> BackTest:
    """Repeat the forecast at every past period that had enough history, and compare it with what came.

    Parameters
    ----------
    history
        Items finished in each period; the unit forecast is the unit counted here.
    ahead
        Periods that each forecast looks ahead.
    level
        Certainty of "at least so many".
    """
    past = _known("history", history)
    horizon = whole("ahead", ahead, 1)
    cuts = [c for c in range(1, len(past) - horizon + 1) if cannot_say(past[:c]) is None]
    said = [_at_least_exactly(past[:c], horizon, open_share("level", level)) for c in cuts]
    came = [int(past[c : c + horizon].sum()) for c in cuts]
    kept = sum(a >= s for a, s in zip(came, said, strict=True)) / len(cuts) if cuts else None
    return BackTest(tuple(cuts), tuple(said), tuple(came), kept)


def _at_least_exactly(past: NDArray[np.int64], periods: int, level: float) -> int:
    step, total = np.bincount(past) / len(past), np.ones(1)
    for _ in range(periods):
        total = np.convolve(total, step)
    reached = np.cumsum(total[::-1])[::-1]
    return int(np.flatnonzero(reached >= level - 1e-12)[-1])


def _position(count: int, level: float) -> int:
    return max(int(np.ceil(level * count - 1e-9)) - 1, 0)


def _day(date: object, number: int) -> dt.date:
    if isinstance(date, dt.datetime):
        return date.date()
    if isinstance(date, dt.date):
        return date
    raise ValueError(f"finished must hold dates; date {number} is {date!r}")


def _known(name: str, history: History) -> NDArray[np.int64]:
    kept = [count for count in history if count is not None and count == count]
    counts = numbers(name, kept)
    wrong = np.flatnonzero((counts < 0) | (counts != np.floor(counts)))
    if len(wrong):
        raise ValueError(f"{name} must hold whole numbers of 0 or more, not {counts[wrong[0]]:g}")
    return counts.astype(np.int64)


def _drawable(history: History) -> NDArray[np.int64]:
    past = _known("history", history)
    if not len(past):
        raise ValueError("history must hold at least one period; without any, nothing can be drawn")
    return past
