"""The model behind the peeking lab."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import traitlets

from qspo_lab.exercises.m2_value import peeking_lab as subject
from qspo_lab.methods.sequential import first_crossing, z_paths
from qspo_lab.samples.world import World

DAYS = World().pack.experiment.days


def answered(world: World, looks: int, rule: str, verdict: str = "no_difference", day: int = DAYS) -> dict[str, Any]:
    stops = dict.fromkeys(subject.TESTS, day)
    settings = {"looks": looks, "rule": rule}
    return {"step": stops, "stopped": stops, "verdict": dict.fromkeys(subject.TESTS, verdict), "settings": settings}


@pytest.mark.parametrize(
    ("looks", "rate"),
    [(1, 0.05), (2, 0.0831), (3, 0.1073), (4, 0.1262), (5, 0.1417), (10, 0.1934), (14, 0.2196), (20, 0.2479)],
)
def test_looking_without_a_rule_costs_what_armitage_mcpherson_and_rowe_printed(looks: int, rate: float) -> None:
    assert subject.evaluate(World(), answered(World(), looks, "none")).numbers["rate"] == pytest.approx(rate, abs=6e-5)


@pytest.mark.parametrize("rule", subject.RULES)
@pytest.mark.parametrize("looks", [2, 7, DAYS])
def test_rate_and_power_agree_with_simulated_tests_in_standard_errors(rule: str, looks: int) -> None:
    tests = 40_000
    rate, power, share = subject.rates_of(rule, looks)
    bounds = subject.bounds_of(rule, looks)
    for exact, drift in ((rate, 0.0), (power, subject._planned_drift())):
        crossed = first_crossing(z_paths(np.random.default_rng(looks), tests, looks, drift), bounds)
        assert abs((crossed > 0).mean() - exact) < 4 * np.sqrt(exact * (1 - exact) / tests) + 1e-9
    days = np.where(crossed > 0, crossed, looks) / looks
    assert abs(days.mean() - share) < 4 * days.std() / np.sqrt(tests)


@pytest.mark.parametrize("rule", ["pocock", "obrien_fleming", "always_valid"])
def test_every_rule_keeps_the_promise_at_any_number_of_looks(rule: str) -> None:
    for looks in (1, 2, 5, 14, DAYS):
        assert subject.rates_of(rule, looks)[0] <= 0.05 + 1e-6


def test_all_three_tests_compare_a_page_with_itself() -> None:
    """Over many worlds the difference at the end is nothing, in standard errors."""
    ends = [subject._differences(World(seed=seed))[name][0][-1] for seed in range(60) for name in subject.TESTS]
    assert abs(np.mean(ends)) < 4 * np.std(ends) / np.sqrt(len(ends))


def test_a_day_that_was_not_watched_is_not_in_the_browser() -> None:
    world, words = World(), subject.EXERCISE.words()
    board = subject.board(world, words)
    board.value = {**board.value, "step": {"page": 3, "mail": 0, "price": 1}}
    board.series = subject.respond(world, dict(board.value))["series"]
    lengths = {one["id"]: len(one["lines"][0]["points"]) for one in board.series}
    assert lengths == {"page": 3, "mail": 0, "price": 1}
    future = json.dumps([round(p, 3) for p in subject._differences(world)["page"][0][3:6]])[1:-1]
    assert future not in json.dumps(board.get_state(), default=str)
    with pytest.raises(traitlets.TraitError, match="only 3 may be seen"):
        board.series = subject.respond(world, {"step": {"page": 4, "mail": 0, "price": 1}})["series"]


def test_the_untouched_boards_of_two_worlds_are_the_same() -> None:
    states = [subject.board(World(seed=seed), subject.EXERCISE.words()).series for seed in (1, 2)]
    assert states[0] == states[1]


def test_that_there_was_nothing_to_find_is_said_only_at_the_reveal() -> None:
    world = World()
    result = subject.evaluate(world, answered(world, 5, "none", "b_wins", 6))
    before = [f.name for f in subject.explain(result)]
    assert "nothing_to_find" not in before and "called_early" in before
    reveal = subject.reveal(world, {}, result, subject.EXERCISE.words())
    assert reveal.findings[0].values == {"called": 3, "tests": 3}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"settings": {"looks": None, "rule": "none"}}, ("looks",)),
        ({"settings": {"looks": 5, "rule": "??"}}, ("rule",)),
        ({"verdict": {}}, ("tests",)),
        ({"settings": {"looks": 500, "rule": "none"}}, ("looks",)),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], missing: tuple[str, ...]) -> None:
    result = subject.evaluate(World(), {**answered(World(), 5, "none"), **change})
    assert (result.status, result.missing) == ("incomplete", missing)
