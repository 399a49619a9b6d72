"""The model behind "The opportunity landscape"."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qspo_lab.exercises.m2_value import opportunity_landscape as subject
from qspo_lab.samples.opportunity_survey import make_opportunity_survey
from qspo_lab.samples.world import World

ORACLES = Path(__file__).parents[1] / "scenarios" / "oracles.json"
SEEDS = range(1, 21)
WORDS = subject.EXERCISE.words()


def answer(ask: Any, interviews: Any, group: Any, pick: Any) -> dict[str, Any]:
    settings = {"ask": ask, "interviews": interviews, "group": group}
    return {"positions": {}, "lines": {}, "marked": [pick] if pick else [], "settings": settings}


def misconceptions(world: World, given: dict[str, Any]) -> list[str]:
    return [f.name for f in subject.explain(subject.evaluate(world, given)) if f.kind == "misconception"]


# ---------------------------------------------------------------------------- a published example


def test_the_true_scores_are_the_recorded_ones() -> None:
    record = next(r for r in json.loads(ORACLES.read_text()) if r["name"] == "case_calmwatt_opportunity_by_segment")
    world, scores = World(), subject.true_scores(World())
    names = {world.words.say(f"segments.{key}.name"): key for key in world.pack.segments}
    keys = list(world.pack.outcomes)
    for segment, expected in record["expected"].items():
        for outcome, score in expected.items():
            assert scores[names[segment]][keys.index(outcome)] == pytest.approx(score, abs=record["tolerance"])
    reveal = subject.reveal(world, *_committed(world), WORDS)
    shown = {row[0]: row[1:] for row in reveal.tables[1].rows}
    for outcome, pairs in record["inputs"]["importance_satisfaction"].items():
        cells = tuple(f"{i + max(i - s, 0):.1f} ({i:.1f} / {s:.1f})" for i, s in pairs)
        assert shown[world.words.say(f"outcomes.{outcome}.name")] == cells


def _committed(world: World) -> tuple[dict[str, Any], Any]:
    given = subject.policies(world)["reference"]
    return given, subject.evaluate(world, given)


def test_the_same_outcome_has_another_score_in_every_channel() -> None:
    scores = subject.true_scores(World())
    assert scores["forum"][4] == pytest.approx(7.75, abs=0.005)
    assert scores["forum"].argmax() == 4
    assert scores["forum"][0] == pytest.approx(5.94, abs=0.005)
    assert scores["customers"][0] == pytest.approx(9.60, abs=0.005)
    assert scores["customers"][0] < subject.WORTH_A_LOOK
    assert scores["market"][0] == pytest.approx(11.28, abs=0.005)


# ---------------------------------------------------------------------------- a second route


def test_the_need_left_open_is_what_households_of_a_huge_survey_say() -> None:
    world, size = World(), 60_000
    for group in (subject.EVERYONE, *world.pack.segments):
        channel = "market" if group == subject.EVERYONE else group
        survey = make_opportunity_survey(np.random.default_rng(5), world.pack, size, channel)
        seen = ((survey.importance >= 4) & (survey.satisfaction < 4)).mean(axis=0)
        truth = subject.unmet(world, group)
        assert (np.abs(seen - truth) < 4.5 * np.sqrt(truth * (1 - truth) / size)).all()


@pytest.mark.parametrize(("ask", "interviews", "group"), [("market", 100, "calm_keepers"), ("forum", 60, "everyone")])
def test_other_surveys_lead_as_often_as_surveys_with_single_answers(ask: str, interviews: int, group: str) -> None:
    """The quick counts leave out that one person's answers lean together; the mean bet must hardly notice."""
    world, draws = World(), 600
    quick = subject.leaders(world, ask, interviews, group)
    slow = []
    for rng in np.random.default_rng(3).spawn(draws):
        survey = make_opportunity_survey(rng, world.pack, interviews, ask)
        slow.append(subject._scores(survey, subject._members(survey, group)).score.argmax())
    share = subject.unmet(world, group)
    error = share[slow].std() / draws**0.5
    assert abs(share[quick].mean() - share[slow].mean()) < 4 * error + 0.005


def test_the_mean_is_that_of_realised_worlds_in_standard_errors() -> None:
    worlds = [World(seed=seed) for seed in range(1, 121)]
    outcomes = []
    for world in worlds:
        given = subject._bet(world, "market", 100, "calm_keepers")
        outcomes.append(subject.evaluate(world, given).outcome)
    realised = np.array([outcome.realised for outcome in outcomes if outcome])
    expected = np.mean([outcome.expected for outcome in outcomes if outcome])
    assert abs(realised.mean() - expected) < 4 * realised.std() / len(realised) ** 0.5


def test_the_best_size_is_the_best_of_all_that_can_be_asked_for() -> None:
    world = World()
    group, size = subject._best_plan("calmwatt")
    assert group == "calm_keepers"

    def homes(interviews: int) -> float:
        leading = subject.leaders(world, "market", interviews, group)
        return float(subject.visits_of(world, group, interviews) * subject.unmet(world, group)[leading].mean())

    every = {n: homes(n) for n in range(subject.FEWEST, subject.MOST + 1, subject.STEP)}
    assert every[size] > max(every.values()) - 1


# ---------------------------------------------------------------------------- what must always hold


def test_the_reference_wins_more_homes_than_every_misunderstanding() -> None:
    totals: dict[str, float] = {}
    for seed in SEEDS:
        world = World(seed=seed)
        for name, given in subject.policies(world).items():
            outcome = subject.evaluate(world, given).outcome
            assert outcome is not None
            totals[name] = totals.get(name, 0.0) + outcome.expected
    reference = totals.pop("reference")
    assert all(reference > 1.05 * total for total in totals.values()), totals
    assert max(totals, key=lambda name: totals[name]) == "tiny_sample"


def test_each_misunderstanding_is_named_in_every_world_and_the_reference_has_none() -> None:
    names = {"forum_favourite": "forum", "customer_list": "customers", "market_average": "average"}
    names |= {"highest_score": "small", "tiny_sample": "few"}
    for seed in SEEDS:
        world = World(seed=seed)
        policies = subject.policies(world)
        assert misconceptions(world, policies["reference"]) == []
        for name, finding in names.items():
            assert finding in misconceptions(world, policies[name])
    assert "importance" in misconceptions(World(), subject.policies(World())["importance_only"])


def test_a_bet_that_follows_the_map_is_tried_in_other_surveys_and_one_against_it_is_not() -> None:
    """A lucky leader among few answers promises less than the outcome itself is worth."""
    follows = next(
        (world, given)
        for world in (World(seed=seed) for seed in SEEDS)
        if (given := subject._bet(world, "market", 20, "calm_keepers"))["marked"] == ["O1"]
    )
    outcome = subject.evaluate(*follows).outcome
    assert outcome
    assert outcome.expected < 380 * subject.unmet(World(), "calm_keepers")[0] - 10
    against = subject.evaluate(World(), answer("market", 300, "calm_keepers", "O4")).outcome
    assert against
    assert against.expected == pytest.approx(340 * subject.unmet(World(), "calm_keepers")[3])


def test_interviews_cost_visits_and_a_group_has_only_so_many_households() -> None:
    world = World()
    assert subject.visits_of(world, subject.EVERYONE, 100) == 380
    assert subject.visits_of(world, subject.EVERYONE, 101) == 379
    assert subject.visits_of(world, "calm_keepers", 20) == 380
    assert subject.visits_of(world, "small_landlords", 300) == 200


def test_the_figures_of_the_answers_are_those_that_anybody_can_count() -> None:
    world = World(seed=2)
    result = subject.evaluate(world, answer("market", 200, "calm_keepers", "O1"))
    survey = world.opportunity_survey(200, "market")
    mine = survey.segment == 1
    importance = 10 * (survey.importance[mine, 0] > 3).sum() / mine.sum()
    satisfaction = 10 * (survey.satisfaction[mine, 0] > 3).sum() / mine.sum()
    row = result.numbers["rows"][0]
    assert (row["importance"], row["satisfaction"]) == pytest.approx((importance, satisfaction))
    assert row["score"] == pytest.approx(importance + max(importance - satisfaction, 0))
    both = ((survey.importance[mine, 0] > 3) & (survey.satisfaction[mine, 0] < 4)).sum()
    assert result.numbers["share"] == pytest.approx(both / mine.sum())
    assert result.numbers["answers"] == mine.sum()


def test_weighting_the_forum_like_the_market_takes_its_favourite_from_the_top() -> None:
    leads = []
    for seed in SEEDS:
        result = subject.evaluate(World(seed=seed), answer("forum", 300, subject.EVERYONE, "O5"))
        leads.append(result.numbers["weighted"])
    assert leads.count("Tune own rules") == 0
    assert leads.count("No surprise on the bill") > len(leads) / 2


def test_the_map_shows_what_the_group_answered_and_a_larger_survey_keeps_the_first_answers() -> None:
    world = World(seed=4)
    points = subject.respond(world, answer("market", 100, "calm_keepers", None))["points"]
    survey = world.opportunity_survey(100, "market")
    mine = survey.segment == 1
    for place, point in enumerate(points):
        assert point["x"] == pytest.approx(10 * (survey.importance[mine, place] > 3).mean(), abs=0.006)
        assert point["error"]["x"][0] <= point["x"] + 0.01
        assert point["error"]["y"][1] >= point["y"] - 0.01
    everyone = subject.respond(world, answer("market", 100, None, None))["points"]
    assert everyone == subject.respond(world, answer("market", 100, subject.EVERYONE, None))["points"]


def _state(board: Any) -> dict[str, Any]:
    return {k: v for k, v in board.get_state().items() if not k.startswith(("_", "layout", "tabbable", "tooltip"))}


def test_the_untouched_board_is_the_same_in_every_world_and_shows_no_place() -> None:
    states = [_state(subject.board(World(seed=seed), WORDS)) for seed in (1, 2, 3)]
    assert states[0] == states[1] == states[2]
    assert all(set(point) == {"id", "label"} for point in states[0]["points"])


def _other_truth(seed: int) -> World:
    """A world in which importance and satisfaction have changed places."""
    world = World(seed=seed)
    outcomes = {
        key: each.model_copy(update={"importance": each.satisfaction, "satisfaction": each.importance})
        for key, each in world.pack.outcomes.items()
    }
    world.__dict__["pack"] = world.pack.model_copy(update={"outcomes": outcomes})
    return world


def test_the_same_answers_give_the_same_board_and_findings_whatever_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = World().opportunity_survey(100, "market")
    monkeypatch.setattr(World, "opportunity_survey", lambda self, size, recruiting="market": survey)
    given = answer("market", 100, "calm_keepers", "O1")
    shown, told, drawn, homes = [], [], [], []
    for world in (World(), _other_truth(1)):
        board = subject.board(world, WORDS)
        board.value = given
        for name, value in subject.respond(world, given).items():
            setattr(board, name, value)
        result = subject.evaluate(world, given)
        shown.append(_state(board))
        told.append([(f.name, f.values) for f in subject.explain(result)])
        drawn.append(subject.figure(result, WORDS))
        homes.append(result.outcome)
    assert shown[0] == shown[1]
    assert told[0] == told[1]
    assert drawn[0] == drawn[1]
    assert homes[0] != homes[1]


def test_what_is_carried_on_fits_the_case() -> None:
    from qspo_lab.case import DEFAULT, carried

    world = World()
    given, result = _committed(world)
    state = carried(DEFAULT, subject.carry(world, given, result))
    assert state.target_segment == "calm_keepers"
    assert state.evidence[0]["quality"] == pytest.approx(result.numbers["rows"][result.numbers["pick"]]["first"])


@pytest.mark.parametrize(
    ("given", "finding"),
    [
        (answer("market", 100, "calm_keepers", "O1"), "best_bet"),
        (answer("market", 100, "calm_keepers", "O2"), "near_best"),
        (answer("market", 100, "small_landlords", "O7"), "another_bet"),
    ],
)
def test_the_reveal_compares_with_the_best_bet_of_all_groups(given: dict[str, Any], finding: str) -> None:
    result = subject.evaluate(World(), given)
    reveal = subject.reveal(World(), given, result, WORDS)
    assert finding in [f.name for f in reveal.findings]
    assert result.success == (finding != "another_bet")
    sources = next(f for f in reveal.findings if f.name == "sources").values
    if finding == "best_bet":
        found = (sources["low"], sources["high"], sources["most"])
        assert found == pytest.approx((5.94, 11.28, 15.5), abs=0.005)
        assert (sources["low_name"], sources["most_name"]) == ("The user forum", "Calm keepers")


# ---------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (answer("street", 100, "calm_keepers", "O1"), "ask"),
        (answer("market", 10_000, "calm_keepers", "O1"), "interviews"),
        (answer("market", True, "calm_keepers", "O1"), "interviews"),
        (answer("market", 100, "nobody", "O1"), "group"),
        (answer("market", 100, "calm_keepers", "O99"), "pick"),
    ],
)
def test_what_cannot_be_a_decision_counts_as_open(given: dict[str, Any], missing: str) -> None:
    result = subject.evaluate(World(), given)
    assert (result.status, result.missing) == ("incomplete", (missing,))
    assert WORDS.say(f"missing.{missing}")


def test_a_group_from_which_nobody_answered_cannot_be_read() -> None:
    silent = next(
        world
        for world in (World(seed=seed) for seed in range(1, 100))
        if not (world.opportunity_survey(20, "forum").segment == 2).any()
    )
    given = answer("forum", 20, "small_landlords", "O7")
    result = subject.evaluate(silent, given)
    assert (result.status, result.missing, result.outcome) == ("incomplete", ("nobody",), None)
    assert all("x" not in point for point in subject.respond(silent, given)["points"])
    everyone = subject.evaluate(silent, answer("forum", 20, subject.EVERYONE, "O5"))
    finding = next(f for f in subject.explain(everyone) if f.name == "forum_silent")
    assert "Small landlords" in finding.values["silent"]
