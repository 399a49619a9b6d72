"""The model behind "Sixty items in twenty minutes"."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qspo_lab.exercises.m4_backlog import sixty_items_in_twenty_minutes as subject
from qspo_lab.methods.estimation import BUCKETS, POKER_DECK, nearest_bucket
from qspo_lab.methods.forecasting import finish_probabilities, forecast, likelihood
from qspo_lab.samples.world import World

ORACLES = {r["name"]: r for r in json.loads((Path(__file__).parents[1] / "methods" / "oracles.json").read_text())}
SEEDS = range(1, 13)
MISUNDERSTOOD = ("poker_everything", "bucket_everything", "count_everything", "never_talk", "sizes_for_a_date")


def hours(world: World, answer: dict[str, Any]) -> float:
    outcome = subject.evaluate(world, answer).outcome
    assert outcome is not None
    return outcome.expected


def with_other_truth(world: World) -> World:
    """The same world to the eye, with other true sizes, meanings and copies."""
    other = World(seed=world.seed)
    backlog, truth = world._backlog
    turned = replace(
        truth,
        size=truth.size[::-1] * 1.7,
        second_size=np.roll(truth.second_size, 5),
        same_as=np.roll(truth.same_as, 7),
        spans=np.roll(truth.spans, 3, axis=0),
    )
    other.__dict__["_backlog"] = (backlog, turned)
    other.__dict__["_estimates"] = world._estimates
    return other


def forget() -> None:
    for cached in (
        subject.keys_of,
        subject.wall_of,
        subject.futures,
        subject.fate,
        subject.points_history,
        subject.window,
    ):
        cached.cache_clear()


# ---------------------------------------------------------------------------- a published example


def test_buckets_and_rounding_are_the_recorded_ones() -> None:
    assert list(BUCKETS) == ORACLES["bucket_system_labels"]["expected"]
    record = ORACLES["bucket_log_rounding"]
    assert nearest_bucket(record["inputs"]["x"], POKER_DECK).tolist() == record["expected"]


def test_forty_items_are_forecast_as_recorded() -> None:
    record = ORACLES["throughput_forecast_percentiles"]
    history, items = record["inputs"]["samples"], record["inputs"]["items"]
    assert items / np.mean(history) == pytest.approx(9.4, abs=0.02)
    assert likelihood(history, items, 9).probability == pytest.approx(0.435, abs=0.004)
    assert likelihood(history, items, 10).probability == pytest.approx(0.662, abs=0.004)
    found = forecast(np.random.default_rng(1), history, items, 40_000)
    assert {level: getattr(found, level) for level in subject.LEVELS} == record["expected"]


# ---------------------------------------------------------------------------- a second route


def test_the_expected_hours_are_those_of_counting_by_hand() -> None:
    world = World()
    answer = subject.policies(world)["never_talk"]
    result = subject.evaluate(world, answer)
    placed = subject.placed_of(world, answer)
    sizes, total = subject.futures(world).sizes, 0.0
    wall = subject.wall_of(world)
    for card in range(60):
        voices = sorted([*wall.votes[:, card].tolist(), placed[card]])
        size = subject.SCALE[voices[3]]
        large = size >= subject.LARGE
        told, minutes = (size, 0.5) if large else (8 * np.exp(0.8**2 / 2), 0.0)
        true = sizes[:, card]
        missed = ((true >= 2 * told) | (true <= told / 2)) & (abs(true - told) >= 12)
        total += minutes * 7 / 60 + 8 * missed.mean()
    assert result.numbers["expected"] == pytest.approx(total)


def test_the_count_window_is_that_of_exact_chances() -> None:
    world = World()
    exact = finish_probabilities(world.throughput.weekly, 60, 60).cumsum()
    found = subject.forecasts(world, {})["counted"]
    for level, share in subject.LEVELS.items():
        assert abs(found[level] - int(np.argmax(exact >= share))) <= 1


# ---------------------------------------------------------------------------- what must always hold


@pytest.mark.parametrize("policy", MISUNDERSTOOD)
def test_over_many_worlds_the_reference_beats_the_misunderstanding(policy: str) -> None:
    gaps = []
    for seed in SEEDS:
        world = World(seed=seed)
        answers = subject.policies(world)
        gaps.append(hours(world, answers[policy]) - hours(world, answers["reference"]))
    assert min(gaps) > -1e-9
    assert np.mean(gaps) > 1


def test_in_the_long_run_realised_hours_are_the_expected_ones() -> None:
    """What is drawn to fit the wall is fair to what is true, so that luck is luck."""
    found = []
    for seed in range(1, 61):
        world = World(seed=seed)
        outcome = subject.evaluate(world, subject.policies(World(seed=seed))["never_talk"]).outcome
        assert outcome is not None
        found.append(outcome.realised - outcome.expected)
    assert abs(np.mean(found)) < 4 * np.std(found) / len(found) ** 0.5


def test_the_reference_talks_about_the_double_meanings_in_most_worlds() -> None:
    talked = [
        len(set(subject.doubles(world)) & set(subject.aside_of(world, subject.policies(world)["reference"])))
        for world in (World(seed=seed) for seed in SEEDS)
    ]
    assert sum(talked) > 1.5 * len(talked)


def test_sizes_add_little_to_the_window() -> None:
    for seed in SEEDS:
        found = subject.forecasts(World(seed=seed), {})
        for level in subject.LEVELS:
            assert abs(found["points"][level] - found["counted"][level]) <= 0.4 * found["counted"][level]


def test_nothing_hidden_is_on_the_board_or_in_the_findings() -> None:
    """A world with the same visible facts and another truth shows the same, to the last trait and number."""
    world, words = World(seed=3), subject.EXERCISE.words()
    answer = subject.policies(world)["sizes_for_a_date"]

    def shown(of: World) -> tuple[str, float]:
        forget()
        board = subject.board(of, words)
        before = copy.deepcopy(board.get_state())
        board.value = answer
        for name, value in subject.respond(of, answer).items():
            setattr(board, name, value)
        states = [
            {k: v for k, v in s.items() if k not in ("layout", "_esm", "_css")} for s in (before, board.get_state())
        ]
        result = subject.evaluate(of, answer)
        findings = [(f.name, dict(f.values)) for f in subject.explain(result)]
        outcome = result.outcome
        assert outcome is not None
        figure = subject.figure(result, words)
        facts = dict(subject.facts(of))
        seen = [states, result.numbers, findings, outcome.expected, figure.rows, facts]
        return json.dumps(seen, default=str), outcome.realised

    first, other = shown(world), shown(with_other_truth(world))
    forget()
    assert first[0] == other[0]
    assert first[1] != other[1]


def test_partners_answer_only_placed_cards_until_enough_are_placed() -> None:
    world = World()
    keys = list(subject.keys_of(world))
    few, many = keys[:5], keys[: subject.PLACED]

    def noted(cards: list[str]) -> set[str]:
        answered = subject.respond(world, {"columns": {"b100": cards}})["cards"]
        return {card["id"] for card in answered if "move" in card.get("note", "")}

    assert noted(few) <= set(few) and noted(few)
    assert noted(many) - set(many)


def test_the_same_value_gives_the_same_picture_and_stays_the_learners() -> None:
    world = World()
    answer = subject.policies(world)["reference"]
    before = copy.deepcopy(answer)
    assert subject.respond(World(), answer) == subject.respond(world, answer)
    assert set(subject.respond(world, answer)) == {"cards"}
    assert answer == before


def test_the_level_is_carried_on() -> None:
    world = World()
    answer = subject.policies(world)["reference"]
    assert subject.carry(world, answer, subject.evaluate(world, answer)) == {"forecast_level": 0.85}


# ---------------------------------------------------------------------------- refusals


def spoilt(world: World, **changes: Any) -> dict[str, Any]:
    answer = copy.deepcopy(dict(subject.policies(world)["reference"]))
    return {**answer, **changes}


def test_too_few_cards_too_many_talks_and_open_choices_are_named() -> None:
    world = World()
    keys = list(subject.keys_of(world))
    settings = subject.policies(world)["reference"]["settings"]
    cases = SimpleNamespace(
        placed=spoilt(world, columns={"b8": keys[:19]}),
        too_many=spoilt(world, columns={"b8": keys[:25], "aside": keys[30:36]}),
        methods=spoilt(world, settings={**settings, "large": None}),
        window=spoilt(world, settings={**settings, "level": None}),
    )
    for name, answer in vars(cases).items():
        result = subject.evaluate(world, answer)
        assert (result.status, result.missing) == ("incomplete", (name,))
        assert [f.name for f in subject.explain(result)] == [name]
