"""The course as one list: modules, notebooks, 16 outcomes, the terms of each, and the exercises in teaching order.

Nothing else repeats it. An exercise is named by its place, ``m2_value.peeking_lab``; the last part is its key.
Names of modules, outcomes and terms are words and stand in ``texts/course.en.toml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from qspo_lab.exercise import Exercise


@dataclass(frozen=True)
class Outcome:
    """One of the 16 learning outcomes.

    Parameters
    ----------
    key
        ``LO1`` to ``LO16``.
    terms
        Keys of the terms that the course names for it.
    exercises
        Places of its exercises, in teaching order.
    """

    key: str
    terms: tuple[str, ...]
    exercises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """One of the four modules.

    Parameters
    ----------
    key
        ``M1`` to ``M4``.
    notebook
        File name in ``notebooks/``.
    outcomes
        Its four outcomes.
    """

    key: str
    notebook: str
    outcomes: tuple[Outcome, ...]


MODULES: tuple[Module, ...] = (
    Module(
        "M1",
        "01_strategy_and_vision.ipynb",
        (
            Outcome("LO1", ("product_vision", "passion_and_vision", "market_signals")),
            Outcome("LO2", ("strategising", "company_goals", "roadmapping"), ("m1_strategy.bets_on_a_line",)),
            Outcome("LO3", ("usp", "benefit_versus_feature", "sharpening_the_message")),
            Outcome("LO4", ("systemic_forces", "competitor_awareness")),
        ),
    ),
    Module(
        "M2",
        "02_value_and_validation.ipynb",
        (
            Outcome(
                "LO5",
                ("customer_needs", "jobs_to_be_done", "kano_model", "personas"),
                ("m2_value.opportunity_landscape", "m2_value.kano_field_study"),
            ),
            Outcome(
                "LO6",
                ("discovering", "innovating", "outcome_focus"),
                ("m2_value.peeking_lab", "m2_value.which_test_would_you_pay_for"),
            ),
            Outcome("LO7", ("outcome_focus", "sprint_review_outcomes", "customer_value", "buyable_impact")),
            Outcome(
                "LO8",
                ("business_value_estimation", "value_poker", "benefit_versus_feature"),
                ("m2_value.value_poker",),
            ),
        ),
    ),
    Module(
        "M3",
        "03_collaboration_and_stakeholders.ipynb",
        (
            Outcome("LO9", ("stakeholder_relationships", "stakeholder_matrix", "customer_distance_mapping")),
            Outcome("LO10", ("large_scale_scrum", "communities", "collaboration", "circles_of_influence")),
            Outcome("LO11", ("agile_contracting", "okr", "goal_setting_techniques")),
            Outcome("LO12", ("systemic_forces", "facilitating", "promoting")),
        ),
    ),
    Module(
        "M4",
        "04_backlog_and_ownership.ipynb",
        (
            Outcome("LO13", ("cross_team_refinement",)),
            Outcome(
                "LO14",
                ("scrum_planning_poker", "magic_bucket_estimation", "user_story_mapping"),
                ("m4_backlog.sixty_items_in_twenty_minutes",),
            ),
            Outcome("LO15", ("product_promises", "outcome_focus", "definition_of_done", "acceptance_criteria")),
            Outcome("LO16", ("self_mastery", "ownership_stance", "responsibility_process"), ("opening.five_ranges",)),
        ),
    ),
)


OPENING = "00_start_here.ipynb"
"""The notebook that explains the lab; it holds the exercises of ``exercises/opening``, whatever their outcome."""


def places() -> Iterator[tuple[Module, Outcome, str]]:
    """Give module, outcome and place of every exercise, in teaching order."""
    for module in MODULES:
        for outcome in module.outcomes:
            for place in outcome.exercises:
                yield module, outcome, place


def keys() -> list[str]:
    """Return the keys of all exercises, in teaching order."""
    return [place.rpartition(".")[2] for _, _, place in places()]


@cache
def exercise(key: str) -> Exercise:
    """Return an exercise by its key; its module is imported now and not before.

    Raises
    ------
    KeyError
        Names the unknown key and the known ones.
    """
    for _, _, place in places():
        if place.rpartition(".")[2] == key:
            found: Exercise = import_module(f"qspo_lab.exercises.{place}").EXERCISE
            return found
    raise KeyError(f"there is no exercise {key!r}; there are {', '.join(keys())}")


def exercises() -> list[Exercise]:
    """Return all exercises, in teaching order; imports every one of them."""
    return [exercise(key) for key in keys()]


def outcome(key: str) -> Outcome:
    """Return an outcome by its key.

    Raises
    ------
    KeyError
        Names the unknown key.
    """
    for module in MODULES:
        for found in module.outcomes:
            if found.key == key:
                return found
    raise KeyError(f"there is no outcome {key!r}; they are LO1 to LO16")


def module_of(key: str) -> Module:
    """Return the module in which an exercise or an outcome stands."""
    for module in MODULES:
        for found in module.outcomes:
            if key == found.key or key in [place.rpartition(".")[2] for place in found.exercises]:
                return module
    raise KeyError(f"there is no exercise or outcome {key!r}")


def notebook_of(key: str) -> str:
    """Return the file name of the notebook in which an exercise stands.

    Raises
    ------
    KeyError
        Names the unknown key.
    """
    for module, _, place in places():
        folder, _, name = place.rpartition(".")
        if name == key:
            return OPENING if folder == "opening" else module.notebook
    raise KeyError(f"there is no exercise {key!r}")


def practised_terms() -> set[str]:
    """Return the keys of all terms that an exercise practises."""
    return {term for each in exercises() for term in each.terms}


def open_terms() -> list[tuple[str, str]]:
    """Return (outcome, term) for every term of an outcome that no exercise of that outcome practises yet."""
    found = []
    for module in MODULES:
        for each in module.outcomes:
            done = {t for place in each.exercises for t in exercise(place.rpartition(".")[2]).terms}
            found += [(each.key, term) for term in each.terms if term not in done]
    return found
