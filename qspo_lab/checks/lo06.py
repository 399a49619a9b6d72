"""Self-check of LO6: peeking, sample size, the value of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from qspo_lab.checks import Choice, Number, Open

if TYPE_CHECKING:
    import numpy as np

Made = tuple[Mapping[str, Any], float]


def peeking(looks: int) -> Made:
    """Ask for the true error of a test at 5 % that is looked at several times."""
    from qspo_lab.methods.sequential import type_one_error

    return {"looks": looks}, type_one_error(looks)


def sample_size(baseline_rate: float, improved_rate: float) -> Made:
    """Ask for the visitors per page, pooled formula, 80 % power, rounded up."""
    from qspo_lab.methods.experiments import sample_size_two_proportions

    n = sample_size_two_proportions(baseline_rate, improved_rate - baseline_rate)
    return {"baseline_rate": baseline_rate, "improved_rate": improved_rate}, float(ceil(n - 1e-9))


def rates(rng: np.random.Generator) -> tuple[float, float]:
    """Draw a rate of today and one worth having, both whole per cent."""
    baseline = int(rng.integers(8, 21))
    return baseline / 100, (baseline + int(rng.integers(2, 5))) / 100


def perfect_information(lose: float, gain: float, probability_of_loss: float) -> Made:
    """Ask for the value of knowing whether a launch gains or loses."""
    from qspo_lab.methods.information import evpi

    answer = evpi([[-lose, gain], [0.0, 0.0]], [probability_of_loss, 1 - probability_of_loss])
    return {"lose": f"{lose:g}", "gain": f"{gain:g}", "risk": probability_of_loss}, answer


def a_launch(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a launch that is worth its risk on average."""
    return float(rng.integers(4, 13)), float(rng.integers(30, 61)), float(rng.choice([0.3, 0.35, 0.4, 0.45]))


ITEMS = (
    Number("peeking", lambda rng: peeking(int(rng.choice([4, 5, 6, 8, 10, 14, 20]))), 0.015, "percent1"),
    Number("sample_size", lambda rng: sample_size(*rates(rng)), 60, "number"),
    Number("perfect_information", lambda rng: perfect_information(*a_launch(rng)), 0.05),
    Choice("same_decision", "do_not_buy"),
    Open("hypothesis"),
)
