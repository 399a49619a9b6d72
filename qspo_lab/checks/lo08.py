"""Self-check of LO8: scores, ranges, order in time, agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qspo_lab.checks import Choice, Number, Open

if TYPE_CHECKING:
    import numpy as np

Made = tuple[Mapping[str, Any], float]


def rice_score(reach: float, impact: float, confidence: float, effort: float) -> Made:
    """Ask for a RICE score."""
    from qspo_lab.methods.value import rice

    score = rice(reach, impact, confidence, effort)
    assert score is not None
    return {"reach": reach, "impact": f"{impact:g}", "confidence": confidence, "effort": effort}, score


def an_item(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Draw an item on the scales of RICE."""
    return (
        100.0 * int(rng.integers(5, 41)),
        float(rng.choice([0.5, 1, 2, 3])),
        float(rng.choice([0.5, 0.8, 1.0])),
        float(rng.integers(2, 9)),
    )


def mean_of_range(low: float, high: float) -> Made:
    """Ask for the mean of a lognormal with this 90 % range."""
    from qspo_lab.methods.estimation import lognormal_from_range

    return {"low": low, "high": high, "middle": (low + high) / 2}, lognormal_from_range(low, high).mean


def a_range(rng: np.random.Generator) -> tuple[float, float]:
    """Draw a wide range."""
    low = 5.0 * int(rng.integers(1, 5))
    return low, low * int(rng.integers(3, 7))


def small_first(gains: Sequence[float], weeks: Sequence[float], base: float, horizon: float) -> Made:
    """Ask for the money earned if the small gain is built first."""
    return _earned(gains, weeks, base, horizon, (0, 1))


def large_first(gains: Sequence[float], weeks: Sequence[float], base: float, horizon: float) -> Made:
    """Ask for the money earned if the large gain is built first."""
    return _earned(gains, weeks, base, horizon, (1, 0))


def _earned(gains: Sequence[float], weeks: Sequence[float], base: float, horizon: float, order: Sequence[int]) -> Made:
    from qspo_lab.methods.sequencing import value_within_horizon

    facts = {
        "gain_a": gains[0],
        "weeks_a": weeks[0],
        "gain_b": gains[1],
        "weeks_b": weeks[1],
        "base": base,
        "horizon": horizon,
    }
    return facts, value_within_horizon(gains, weeks, order, horizon, base)


def two_flavours(rng: np.random.Generator) -> tuple[list[float], list[float], float, float]:
    """Draw two improvements that fill the time: a quick small one and a slow large one."""
    quick, slow = int(rng.integers(1, 4)), int(rng.integers(4, 7))
    gains = [10.0 * int(rng.integers(1, 3)), 10.0 * int(rng.integers(3, 6))]
    return gains, [float(quick), float(slow)], 10.0, float(quick + slow)


ITEMS = (
    Number("rice_score", lambda rng: rice_score(*an_item(rng)), 0.5, "number"),
    Number("mean_of_range", lambda rng: mean_of_range(*a_range(rng)), 0.3),
    Number("small_first", lambda rng: small_first(*two_flavours(rng)), 0.5, "number"),
    Number("large_first", lambda rng: large_first(*two_flavours(rng)), 0.5, "number"),
    Choice("agreement", "that_they_agree"),
    Open("cost_of_delay"),
)
