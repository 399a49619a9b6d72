"""The model behind "Bets on a line"."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qspo_lab.exercise import Refused
from qspo_lab.exercises.m1_strategy import bets_on_a_line as subject
from qspo_lab.samples.bets import Bets
from qspo_lab.samples.world import World

ORACLES = Path(__file__).parents[1] / "scenarios" / "oracles.json"


def ordered(world: World, order: list[str], gates: set[str] | None = None, level: str = "p85") -> dict[str, Any]:
    return subject._answer(world, order, gates or set(), level)


# ---------------------------------------------------------------------------- the recorded example


def test_orders_of_the_case_cost_what_is_recorded() -> None:
    record = next(r for r in json.loads(ORACLES.read_text()) if r["name"] == "case_calmwatt_bet_order")
    world, expected = World(), record["expected"]
    policies = subject.policies(world)
    best = subject.evaluate(world, policies["reference"]).numbers
    assert subject.order_of(world, policies["reference"]) == expected["best"]
    assert (best["planned"], best["best"]) == (expected["best_cost"], expected["best_cost"])
    by_rule = subject.order_of(world, policies["cost_of_delay_rule"])
    assert by_rule[-1] == "B6"
    assert subject.evaluate(world, policies["cost_of_delay_rule"]).numbers["planned"] == expected["wsjf_B6_last"]
    duty_first = subject.evaluate(world, ordered(world, ["B6", *by_rule[:-1]]))
    assert duty_first.numbers["planned"] == expected["wsjf_B6_first"]


# ---------------------------------------------------------------------------- a second route


def by_hand(world: World, order: tuple[str, ...]) -> float:
    cost, now = 0.0, 0
    for key in order:
        bet = world.pack.bets[key]
        if bet.delay.kind == "constant":
            cost += bet.delay.cost_of_delay * now
        elif now + bet.duration > bet.delay.deadline:
            cost += bet.delay.loss
        now += bet.duration
    return cost


def test_planned_cost_and_rank_agree_with_counting_all_720_orders() -> None:
    world = World()
    costs = {order: by_hand(world, order) for order in permutations(world.pack.bets)}
    for order in (tuple(world.pack.bets), ("B4", "B2", "B5", "B3", "B1", "B6"), ("B3", "B1", "B6", "B5", "B2", "B4")):
        n = subject.evaluate(world, ordered(world, list(order))).numbers
        assert n["planned"] == costs[order]
        assert n["rank"] == 1 + sum(cost < costs[order] for cost in costs.values())
        assert n["best"] == min(costs.values())


def test_one_future_is_costed_as_by_hand() -> None:
    """A bet of 10 items at 5 a week, then the rest: starts, deadline, a stopped bet that frees its time."""
    world = World()
    bets = world.pack.bets
    keys = tuple(bets)
    finished = np.cumsum(np.full((1, 60), 5), axis=1)
    success = np.array([[True, False, True, True, False, True]])
    signal = np.array([[True, False, True, True, False, True]])
    fate = Bets(keys, success, signal, np.ones(6, bool), np.full(6, np.nan))
    order = ["B2", "B1", "B6", "B3", "B4", "B5"]
    cost = subject.cost_of_futures(world, order, {"B2"}, finished, fate)[0]
    weeks, expected = 0.0, bets["B2"].test.cost - bets["B2"].cost  # stopped: test paid, building saved
    done = 0
    for key in order[1:]:
        bet = bets[key]
        done += bet.items
        end = np.ceil(done / 5)
        if bet.delay.kind == "constant":
            expected += bet.delay.cost_of_delay * weeks / 2
        else:
            expected += bet.delay.loss * (end / 2 > bet.delay.deadline)
        weeks = end
    assert cost == pytest.approx(expected)


def test_what_a_gate_is_worth_on_average_is_what_the_futures_show() -> None:
    world = World()
    order = list(world.pack.bets)
    rng = np.random.default_rng(3)
    from qspo_lab.samples.bets import make_bets

    fate = make_bets(rng, world.pack, 100_000)
    for key, bet in world.pack.bets.items():
        if bet.test is None:
            continue
        i = order.index(key)
        stopped = ~fate.signal[:, i] & subject.stops(bet)
        gain = -bet.test.cost + stopped * (bet.cost - fate.success[:, i] * bet.payoff)
        assert abs(gain.mean() - subject.gate_gain(bet)) < 4 * gain.std() / np.sqrt(len(gain)) + 1e-9


# ---------------------------------------------------------------------------- what must always hold


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_more_certain_level_never_promises_an_earlier_week_and_keeps_more(seed: int) -> None:
    world = World(seed=seed)
    order = list(world.pack.bets)
    levels = [subject.evaluate(world, ordered(world, order, level=level)).numbers for level in ("p50", "p85", "p95")]
    for row in range(6):
        promised = [n["rows"][row]["promised"] for n in levels]
        assert promised == sorted(promised)
    assert levels[0]["kept"] <= levels[1]["kept"] <= levels[2]["kept"]
    assert all(n["all_kept"] <= min(row["kept"] for row in n["rows"]) + 1e-12 for n in levels)


def test_over_many_worlds_windows_are_kept_about_as_often_as_promised() -> None:
    """A history of thirty weeks is a small sample, so single worlds scatter; their mean does not."""
    kept = []
    for seed in range(1, 41):
        world = World(seed=seed)
        kept.append(subject.evaluate(world, ordered(world, list(world.pack.bets), level="p50")).numbers["kept"])
    assert abs(np.mean(kept) - 0.5) < 4 * np.std(kept) / np.sqrt(len(kept)) + 0.05  # whole weeks round in favour


def test_the_board_says_the_same_in_every_world() -> None:
    words = subject.EXERCISE.words()
    boards = [subject.board(World(seed=seed), words) for seed in (1, 2)]
    assert boards[0].cards == boards[1].cards and boards[0].controls == boards[1].controls


# ---------------------------------------------------------------------------- the learner's own file


def test_an_own_history_is_taken_in_and_said() -> None:
    world, words = World(), subject.EXERCISE.words()
    content = (
        "Key,Closed Date\n" + "\n".join(f"K,2025-0{1 + i // 28}-{1 + i % 28:02d}" for i in range(0, 56, 3))
    ).encode()
    answer = subject.read_file(world, ordered(world, list(world.pack.bets)), "history", "mine.csv", content)
    assert answer["settings"]["history"]["name"] == "mine.csv"
    note = subject.respond(world, answer)["controls"][1]["note"]
    assert "mine.csv" in note and "19 items" in note
    result = subject.evaluate(world, answer)
    own = result.numbers["own"]
    assert own["p50"] <= own["p85"] <= own["p95"]
    sentence = next(f for f in subject.explain(result) if f.name == "own_pace")
    assert "mine.csv" in words.say("findings.own_pace", **sentence.values)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"Key,Summary\nA,B\n", "no_finish_column"),
        (b"\x00\x01", "not_a_table"),
        (b"Key,Closed Date\nA,2025-01-02\nB,2025-01-03\n", "too_little_history"),
        (("Key,Done\n" + "".join(f"A,{2000 + i}-01-02\n" for i in range(8))).encode(), "too_slow"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_changes_nothing(content: bytes, name: str) -> None:
    world = World()
    answer = ordered(world, list(world.pack.bets))
    before = json.dumps(answer)
    with pytest.raises(Refused) as refused:
        subject.read_file(world, answer, "history", "f.csv", content)
    assert refused.value.name == name
    assert json.dumps(answer) == before
    assert subject.EXERCISE.words().say(f"refusals.{name}", **refused.value.values)


def test_a_hostile_history_in_a_workbook_is_left_out() -> None:
    world = World()
    answer = ordered(world, list(world.pack.bets))
    for daily in ([-1] * 50, ["x"] * 50, [True] * 50, [1, 1, 1], [10**9] * 50, None):
        answer["settings"]["history"] = {"name": "x", "daily": daily}
        assert subject.history_of(answer) is None
        assert subject.evaluate(world, answer).numbers["own"] is None
