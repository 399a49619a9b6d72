"""Self-check of LO2: order and cost of delay, a fixed date, a bet in stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qspo_lab.checks import Choice, Number, Open

if TYPE_CHECKING:
    import numpy as np

Made = tuple[Mapping[str, Any], float]


def best_order(durations: Sequence[float], costs: Sequence[float]) -> Made:
    """Ask for the delay cost, counted to the start, of the best order of three jobs."""
    return _jobs(durations, costs), float(_all_costs(durations, costs).min())


def worst_order(durations: Sequence[float], costs: Sequence[float]) -> Made:
    """Ask for the delay cost, counted to the start, of the worst order of three jobs."""
    return _jobs(durations, costs), float(_all_costs(durations, costs).max())


def _jobs(durations: Sequence[float], costs: Sequence[float]) -> Mapping[str, Any]:
    return {"durations": [f"{d:g}" for d in durations], "costs": [f"{c:g}" for c in costs]}


def _all_costs(durations: Sequence[float], costs: Sequence[float]) -> np.ndarray:
    from qspo_lab.methods.sequencing import Delay, Item, costs_of_all_orders

    pairs = zip(durations, costs, strict=True)
    return costs_of_all_orders([Item(str(i), d, Delay("constant", c)) for i, (d, c) in enumerate(pairs)])


def three_jobs(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Draw three jobs whose order matters: short and urgent against long and patient."""
    durations = [int(rng.integers(1, 3)), int(rng.integers(3, 6)), int(rng.integers(7, 12))]
    costs = [int(rng.integers(8, 13)), int(rng.integers(3, 7)), int(rng.integers(1, 3))]
    order = rng.permutation(3)
    return [float(durations[i]) for i in order], [float(costs[i]) for i in order]


def in_stages(
    probability: float, payoff: float, cost: float, test_cost: float, sensitivity: float, specificity: float
) -> Made:
    """Ask for the value of a bet with a test before building."""
    from qspo_lab.methods.information import bet_value, staged_value

    direct = bet_value(probability, payoff, cost)
    facts = {
        "probability": probability,
        "payoff": f"{payoff:g}",
        "cost": f"{cost:g}",
        "test_cost": f"{test_cost:g}",
        "sensitivity": sensitivity,
        "specificity": specificity,
        "direct": direct,
    }
    return facts, staged_value(probability, payoff, cost, test_cost, sensitivity, specificity)


def a_bet(rng: np.random.Generator) -> tuple[float, float, float, float, float, float]:
    """Draw a bet that is near its break-even, so that a test can change the decision."""
    payoff = float(rng.integers(8, 15))
    probability = float(rng.choice([0.3, 0.35, 0.4, 0.45]))
    cost = float(round(payoff * probability) + rng.integers(0, 2))
    quality = float(rng.choice([0.75, 0.8, 0.85]))
    return probability, payoff, cost, 0.3, quality, quality


ITEMS = (
    Number("best_order", lambda rng: best_order(*three_jobs(rng)), 0.5, "number"),
    Number("worst_order", lambda rng: worst_order(*three_jobs(rng)), 0.5, "number"),
    Choice("fixed_date", "last_and_late"),
    Number("in_stages", lambda rng: in_stages(*a_bet(rng)), 0.02),
    Open("mechanism"),
)
