"""Self-check of LO14: method by size of the task, shared opinions, a forecast from history, thin slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qspo_lab.checks import Choice, Number, Open

if TYPE_CHECKING:
    import numpy as np

Made = tuple[Mapping[str, Any], float]
LONGEST = 200
"""Weeks that a forecast looks ahead at most."""


def shared_opinion(count: int, correlation: float) -> Made:
    """Ask for the variance of the mean of estimators who lean the same way."""
    from qspo_lab.methods.groups import variance_of_mean, worth_of_estimators

    facts = {"count": count, "correlation": correlation, "worth": worth_of_estimators(count, correlation)}
    return facts, variance_of_mean(count, correlation)


def forecast(history: Sequence[int], items: int) -> Made:
    """Ask for the week by which the work is done with 85 %; exact, by convolution."""
    import numpy as np

    from qspo_lab.methods.forecasting import finish_probabilities

    done_by = np.cumsum(finish_probabilities(history, items, LONGEST))
    week = int(np.argmax(done_by >= 0.85))
    pace = sum(history) / len(history)
    facts = {"history": [str(n) for n in history], "items": items, "average": items / pace}
    return facts, float(week)


def twelve_weeks(rng: np.random.Generator) -> tuple[list[int], int]:
    """Draw twelve weeks of history and work for 7 to 14 weeks at the average pace."""
    history = rng.poisson(4, 12).tolist()
    return history, max(10, round(int(rng.integers(7, 15)) * sum(history) / 12))


def thin_slice(steps: int, chance: float) -> Made:
    """Ask for the share of users who get through a journey of equally good steps."""
    return {"steps": steps, "chance": chance}, _through([chance] * steps)


def deep_first(good: int, poor: int, high: float, low: float) -> Made:
    """Ask for the share who get through when some steps are polished and the others are bare."""
    facts = {"steps": good + poor, "good": good, "poor": poor, "high": high, "low": low}
    return facts, _through([high] * good + [low] * poor)


def _through(steps: Sequence[float]) -> float:
    from qspo_lab.methods.quality import journey_success

    return journey_success(steps)


ITEMS = (
    Choice("method", "buckets"),
    Number(
        "shared_opinion",
        lambda rng: shared_opinion(int(rng.integers(4, 9)), float(rng.choice([0.3, 0.4, 0.5, 0.6, 0.7]))),
        0.01,
    ),
    Number("forecast", lambda rng: forecast(*twelve_weeks(rng)), 1.0, "number"),
    Number(
        "thin_slice",
        lambda rng: thin_slice(int(rng.integers(4, 7)), float(rng.choice([0.7, 0.75, 0.8, 0.85]))),
        0.01,
        "percent1",
    ),
    Number(
        "deep_first",
        lambda rng: deep_first(2, int(rng.integers(2, 4)), 0.95, float(rng.choice([0.2, 0.25, 0.3]))),
        0.002,
        "percent1",
    ),
    Open("own_journey"),
)
