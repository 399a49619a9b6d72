"""CaseState: what the decisions of one module carry into the next.

Plain JSON, small and versioned. An exercise reads it to start from the learner's own earlier decision; where there
is none, it starts from the default, "a colleague left you this". The frame fills it from the committed answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class CaseState:
    """What is known of the learner's case.

    Parameters
    ----------
    bets_order
        Keys of the bets in the order of the roadmap.
    gates
        Keys of the bets that have a stage gate.
    forecast_level
        Chance (0 to 1) with which windows are promised.
    target_segment
        Key of the segment that the product is made for.
    evidence
        What was learnt, each with ``claim``, ``quality`` (0 to 1) and ``from`` (the exercise).
    """

    bets_order: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    forecast_level: float = 0.85
    target_segment: str = ""
    evidence: tuple[Mapping[str, Any], ...] = field(default=())


DEFAULT = CaseState()
"""What a colleague left you."""


def carried(state: CaseState, changes: Mapping[str, Any]) -> CaseState:
    """Return the state with an exercise's changes laid over it; evidence is added, the rest replaced.

    Raises
    ------
    ValueError
        Names a field that the case does not have.
    """
    known = {f.name for f in fields(CaseState)}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise ValueError(f"the case has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    if "evidence" in kept:
        origins = {each.get("from") for each in kept["evidence"]}
        kept["evidence"] = tuple(e for e in state.evidence if e.get("from") not in origins) + tuple(kept["evidence"])
    return replace(state, **kept)
