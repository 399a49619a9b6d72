"""Self-check of LO5: opportunity, Kano, needs not yet heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qspo_lab.checks import Choice, Number, Open

if TYPE_CHECKING:
    import numpy as np

Made = tuple[Mapping[str, Any], float]


def opportunity_score(importance: float, satisfaction: float) -> Made:
    """Ask for the opportunity score of a desired outcome."""
    from qspo_lab.methods.opportunity import opportunity

    return {"importance": importance, "satisfaction": satisfaction}, float(opportunity(importance, satisfaction))


def an_outcome(rng: np.random.Generator) -> tuple[float, float]:
    """Draw an outcome that is important and poorly served."""
    return int(rng.integers(80, 98)) / 10, int(rng.integers(25, 60)) / 10


def better(attractive: float, one_dimensional: float, must_be: float, indifferent: float) -> Made:
    """Ask for Timko's better."""
    return _coefficients(attractive, one_dimensional, must_be, indifferent, 0)


def worse(attractive: float, one_dimensional: float, must_be: float, indifferent: float) -> Made:
    """Ask for Timko's worse."""
    return _coefficients(attractive, one_dimensional, must_be, indifferent, 1)


def _coefficients(attractive: float, one_dimensional: float, must_be: float, indifferent: float, which: int) -> Made:
    from qspo_lab.methods.kano import CATEGORIES, better_worse

    shares = {
        "attractive": attractive,
        "one_dimensional": one_dimensional,
        "must_be": must_be,
        "indifferent": indifferent,
    }
    answer = better_worse([shares.get(name, 0.0) for name in CATEGORIES])[which]
    return {name: f"{share:g}" for name, share in shares.items()}, float(answer)


def kano_shares(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Draw the answers, per cent, on an attribute that people rather expect."""
    a, o, m = int(rng.integers(5, 20)), int(rng.integers(25, 40)), int(rng.integers(30, 45))
    return float(a), float(o), float(m), float(98 - a - o - m)


def unheard(observed: int, heard_once: int, heard_twice: int) -> Made:
    """Ask for Chao's classic estimate of all needs."""
    from qspo_lab.methods.surveys import needs_in_all

    facts = {"observed": observed, "once": heard_once, "twice": heard_twice}
    return facts, needs_in_all(observed, heard_once, heard_twice, corrected=False)


def interviews(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw what a row of interviews brought."""
    twice = int(rng.integers(3, 8))
    return int(rng.integers(25, 41)), 2 * int(rng.integers(3, 7)), twice


ITEMS = (
    Number("opportunity_score", lambda rng: opportunity_score(*an_outcome(rng)), 0.05, "number1"),
    Choice("kano_cell", "must_be"),
    Number("better", lambda rng: better(*kano_shares(rng)), 0.01),
    Number("worse", lambda rng: worse(*kano_shares(rng)), 0.01),
    Number("unheard", lambda rng: unheard(*interviews(rng)), 0.5, "number1"),
    Open("averaging"),
)
