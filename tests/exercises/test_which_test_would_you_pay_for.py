"""The model behind "Which test would you pay for?"."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.exercises.m2_value import which_test_would_you_pay_for as subject
from qspo_lab.samples.bets import make_bets
from qspo_lab.samples.world import World

ORACLES = Path(__file__).parents[1] / "scenarios" / "oracles.json"
CHOICES = ("leave", "build", "test", "test_and_build_anyway")


def bet(p: float, payoff: float, cost: float, price: float, sensitivity: float, specificity: float) -> SimpleNamespace:
    test = SimpleNamespace(cost=price, sensitivity=sensitivity, specificity=specificity)
    return SimpleNamespace(probability=p, payoff=payoff, cost=cost, test=test)


# ---------------------------------------------------------------------------- a published example


def test_the_worth_of_each_test_in_the_case_is_the_recorded_one() -> None:
    record = next(r for r in json.loads(ORACLES.read_text()) if r["name"] == "case_calmwatt_bets_value_of_information")
    result = subject.evaluate(World(), subject.policies(World())["reference"])
    for row in result.numbers["rows"]:
        value, evpi, evsi, net = record["expected"][row["bet"]]
        assert row["value"] == pytest.approx(value, abs=record["tolerance"])
        assert row["evpi"] == pytest.approx(evpi, abs=record["tolerance"])
        assert row["evsi"] == pytest.approx(evsi, abs=record["tolerance"])
        if row["net"] is not None:
            assert row["net"] == pytest.approx(net, abs=record["tolerance"])


# ---------------------------------------------------------------------------- a second route


def by_counting(one: SimpleNamespace, choice: str) -> float:
    """Sum over the four cases of truth and test result."""
    total = 0.0
    for success, good in product((True, False), repeat=2):
        p = one.probability if success else 1 - one.probability
        says = one.test.sensitivity if success else 1 - one.test.specificity
        p *= says if good else 1 - says
        builds = choice in ("build", "test_and_build_anyway") or (choice == "test" and good)
        total += p * (builds * (success * one.payoff - one.cost) - choice.startswith("test") * one.test.cost)
    return total


@given(
    p=st.floats(0.01, 0.99),
    payoff=st.floats(0, 6000),
    cost=st.floats(0, 3000),
    price=st.floats(0, 300),
    sensitivity=st.floats(0.5, 1),
    specificity=st.floats(0.5, 1),
    choice=st.sampled_from(CHOICES),
)
def test_a_choice_is_worth_the_sum_over_its_four_cases(
    p: float, payoff: float, cost: float, price: float, sensitivity: float, specificity: float, choice: str
) -> None:
    one = bet(p, payoff, cost, price, sensitivity, specificity)
    assert subject.worth(one, choice) == pytest.approx(by_counting(one, choice), abs=1e-6)


def test_the_exact_mean_is_that_of_the_draws_in_standard_errors() -> None:
    world = World()
    chosen = {"B1": "test", "B2": "leave", "B3": "build", "B4": "test_and_build_anyway", "B5": "test", "B6": "build"}
    fate = make_bets(np.random.default_rng(7), world.pack, 200_000)
    bets = world.pack.bets
    drawn = sum(
        subject.paid(bets[k], chosen[k], fate.success[:, i], fate.signal[:, i]) for i, k in enumerate(fate.keys)
    )
    exact = sum(subject.worth(bets[key], choice) for key, choice in chosen.items())
    assert abs(drawn.mean() - exact) < 4 * drawn.std() / np.sqrt(len(drawn))


def test_no_plan_beats_the_reference() -> None:
    world = World()
    bets = world.pack.bets
    reference = subject.choices(world, subject.policies(world)["reference"])
    best = max(
        sum(subject.worth(bet, choice) for bet, choice in zip(bets.values(), plan, strict=True))
        for plan in product(*[CHOICES if bet.test else CHOICES[:2] for bet in bets.values()])
    )
    assert sum(subject.worth(bets[key], choice) for key, choice in reference.items()) == pytest.approx(best)


# ---------------------------------------------------------------------------- what must always hold


def test_the_board_says_the_same_in_every_world() -> None:
    words = subject.EXERCISE.words()
    boards = [subject.board(World(seed=seed), words) for seed in (1, 2, 3)]
    states = [
        {k: v for k, v in b.get_state().items() if not k.startswith(("_", "layout", "tabbable", "tooltip"))}
        for b in boards
    ]
    assert states[0] == states[1] == states[2]


def test_nothing_hidden_is_in_the_result_before_the_reveal() -> None:
    """Worlds that differ in fate only differ in what was realised, never in the numbers that are shown."""
    answer = subject.policies(World())["test_everything"]
    numbers = [json.dumps(subject.evaluate(World(seed=seed), answer).numbers) for seed in range(1, 6)]
    assert len(set(numbers)) == 1


def test_a_test_that_cannot_change_the_decision_is_named_and_costs_its_price() -> None:
    world = World()
    result = subject.evaluate(world, subject.policies(world)["test_everything"])
    wasted = next(f for f in subject.explain(result) if f.name == "wasted")
    assert wasted.values["bets"] == ["Rule studio", "One-visit commissioning"]
    assert wasted.values["cost"] == 100


# ---------------------------------------------------------------------------- refusals


def test_the_bet_set_by_law_cannot_be_tested() -> None:
    answer = subject.policies(World())["reference"]
    columns = {name: [key for key in cards if key != "B6"] for name, cards in answer["columns"].items()}
    columns["test"].append("B6")
    result = subject.evaluate(World(), {**answer, "columns": columns})
    assert (result.status, result.missing) == ("incomplete", ("no_test",))
    assert [f.name for f in subject.explain(result)] == ["no_test"]
