"""The model behind the Kano field study."""

from __future__ import annotations

import json
from itertools import product
from math import comb
from typing import Any

import numpy as np
import pytest

from qspo_lab.exercises.m2_value import kano_field_study as subject
from qspo_lab.methods import kano
from qspo_lab.methods.kano_calls import READINGS, call_classes
from qspo_lab.samples.kano_survey import CLASSES as SAMPLE_CLASSES
from qspo_lab.samples.kano_survey import make_kano_survey, read_as, shares_of, true_mix
from qspo_lab.samples.world import World

WORLDS = [World(seed=seed) for seed in range(1, 41)]
GROUP = "small_landlords"


def setup(**changes: Any) -> subject.Setup:
    plain = {"recruiting": GROUP, "wording": "plain", "size": 180, "month": 0, "reading": "honest_test"}
    return subject.Setup(**{**plain, **changes})


def sort(calls: dict[str, str], **settings: Any) -> dict[str, Any]:
    columns: dict[str, list[str]] = {name: [] for name in ("pool", *subject.CLASSES, subject.OPEN)}
    for key, call in calls.items():
        columns[call].append(key)
    return {"columns": columns, "options": {}, "settings": {**vars(setup()), **settings}}


def expected(world: World, policy: str) -> float:
    outcome = subject.evaluate(world, subject.policies(world)[policy]).outcome
    assert outcome is not None
    return outcome.expected


def findings(world: World, answer: dict[str, Any]) -> dict[str, Any]:
    return {f.name: f for f in subject.explain(subject.evaluate(world, answer))}


# ---------------------------------------------------------------------------- the truth and its drift


def test_the_classes_of_the_board_stand_in_the_order_of_the_calculations() -> None:
    assert kano.CATEGORIES[: len(subject.CLASSES)] == subject.CLASSES
    assert tuple(kano.LETTERS.values()) == subject.LETTERS
    assert set(READINGS) == set(subject.READINGS)


def test_the_class_that_counts_is_the_largest_share_of_the_pack_moved_by_hand() -> None:
    """Second route: the halves that have moved are worked out here, one attribute after the other."""
    world = World()
    month, duty = subject.release_of(world), world.pack.months_to_duty()
    for key, place in zip(world.pack.kano.attributes, subject.truth_of(world), strict=True):
        attribute = world.pack.kano.attributes[key]
        shares = dict(attribute.mix[GROUP])
        for drift in attribute.drift:
            passed = max(month - (duty if drift.with_duty else 0), 0)
            moved = shares[drift.origin] * (1 - 0.5 ** (passed / drift.half_life))
            shares[drift.origin] -= moved
            shares[drift.to] += moved
        assert subject.CLASSES[place] == max(shares, key=lambda name: shares[name])


def test_only_what_the_law_asks_of_everybody_changes_its_class_by_the_release() -> None:
    world = World()
    place = list(world.pack.segments).index(GROUP)
    today = subject.true_classes(world, 0)[place].argmax(axis=-1)
    changed = [k for k, a, b in zip(world.pack.kano.attributes, today, subject.truth_of(world), strict=True) if a != b]
    assert changed == ["tariff_autopilot"]
    truth = dict(zip(world.pack.kano.attributes, subject.truth_of(world), strict=True))
    assert subject.CLASSES[truth["tariff_autopilot"]] == "must_be"
    later = subject.true_classes(world, world.pack.kano.months)[place].argmax(axis=-1)
    assert subject.CLASSES[later[list(truth).index("bill_guarantee")]] == "one_dimensional"


def test_the_market_hides_what_the_group_holds() -> None:
    world = World()
    pack, i = world.pack, list(world.pack.kano.attributes).index("tenant_statement")
    mix = np.einsum("s,sac->ac", shares_of(pack, "market"), true_mix(pack))
    assert SAMPLE_CLASSES[mix[i].argmax()] == "indifferent"
    assert subject.CLASSES[subject.truth_of(world)[i]] == "one_dimensional"


# ---------------------------------------------------------------------------- the survey


def test_the_counts_are_those_of_the_worlds_own_respondents() -> None:
    world = World(seed=5)
    counted, own, heads = subject._survey(world, setup(recruiting="market", size=100))
    survey = make_kano_survey(world.rng("kano survey market"), world.pack, 100, "market")
    table = {(f, d): kano.TABLES["classic"][f - 1][d - 1] for f, d in product(range(1, 6), repeat=2)}
    for i in range(counted.shape[0]):
        letters = [table[f, d] for f, d in zip(survey.present[:, i], survey.absent[:, i], strict=True)]
        assert [letters.count(letter) for letter in subject.LETTERS] == counted[i].tolist()
    assert own.sum(axis=1).tolist() == [heads[list(world.pack.segments).index(GROUP)]] * len(own)


def test_a_larger_sample_holds_the_smaller_one() -> None:
    world = World(seed=2)
    small, large = (subject._survey(world, setup(size=size))[0] for size in (60, 200))
    assert (large >= small).all()
    assert subject.paid_of(world, setup(size=200))[0] > subject.paid_of(world, setup(size=60))[0]


@pytest.mark.parametrize(
    "changes", [{}, {"recruiting": "forum", "size": 60}, {"wording": "double_negative", "month": 9}]
)
def test_the_surveys_behind_the_expectation_have_the_shares_of_the_recipe(changes: dict[str, Any]) -> None:
    world, made = World(seed=3), setup(**changes)
    mix = true_mix(world.pack, made.month) @ read_as(world.pack, made.wording)
    shares = np.einsum("s,sac->ac", shares_of(world.pack, made.recruiting), mix)
    shares = shares[:, [SAMPLE_CLASSES.index(name) for name in kano.CATEGORIES]]
    found = subject._surveys(world, made)
    error = np.sqrt(shares * (1 - shares) / (made.size * len(found)))
    assert (np.abs(found.mean(axis=0) / made.size - shares) <= 4.5 * error + 1e-12).all()


def test_classes_come_back_from_a_large_survey_of_the_group_in_the_month_of_the_release() -> None:
    world = World()
    read = call_classes(subject._surveys(world, setup(size=400, month=subject.release_of(world))), "most_frequent")
    share = (read == subject.truth_of(world)).mean(axis=0)
    assert (share > 0.9).all()


def test_searching_for_people_costs_what_the_geometric_law_says() -> None:
    world = World()
    _, draws = subject.paid_of(world, setup())
    p, size = world.pack.channels["market"][GROUP], 180
    mean = size * world.pack.survey.price + subject.CALL * size / p
    error = subject.CALL * np.sqrt(size * (1 - p)) / p
    assert subject.price_of(world, GROUP, size) == pytest.approx(mean)
    assert abs(draws.mean() - mean) < 4.5 * error / np.sqrt(len(draws))
    here = [subject.paid_of(w, setup())[0] for w in WORLDS]
    assert abs(np.mean(here) - mean) < 4.5 * error / np.sqrt(len(here))
    assert subject.paid_of(world, setup(recruiting="forum"))[0] == 0


# ---------------------------------------------------------------------------- tests of a lead


def test_two_equal_classes_are_told_apart_by_fong_twice_as_often_as_stated() -> None:
    """Exact by a sum over all counts: near 20 % by Fong's rule, near 10 % by the honest test."""
    n, p = 100, 0.4
    told = {"fong": 0.0, "honest_test": 0.0}
    a, b = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    rest = n - a - b
    counted = np.stack([a, b, *[np.zeros_like(a)] * 4], axis=-1)[rest >= 0]
    ways = np.array([comb(n, int(x)) * comb(n - int(x), int(y)) for x, y in counted[:, :2]], dtype=float)
    chance = ways * p ** counted[:, :2].sum(axis=1) * (1 - 2 * p) ** (n - counted[:, :2].sum(axis=1))
    thin = n - counted[:, :2].sum(axis=1)
    counted[:, 2], counted[:, 3] = thin // 2, thin - thin // 2
    for reading in told:
        two = np.isin(call_classes(counted, reading), (0, 1))  # type: ignore[arg-type]
        told[reading] = chance[two].sum()
    assert chance.sum() == pytest.approx(1)
    assert told["fong"] == pytest.approx(kano.fong_error_rate(n, p), abs=1e-3)
    assert told["fong"] == pytest.approx(0.199, abs=2e-3)
    assert told["honest_test"] == pytest.approx(0.10, abs=0.01)


def test_the_planned_size_tells_forty_from_twenty_five_per_cent_in_four_of_five_surveys() -> None:
    size = subject.planned_size()
    drawn = np.random.default_rng(1).multinomial(size, [0.40, 0.25, 0.2, 0.15, 0, 0], 20_000)
    assert (call_classes(drawn, "honest_test") == 0).mean() == pytest.approx(0.8, abs=0.03)


def test_a_sample_of_twenty_calls_by_chance_and_a_planned_one_does_not() -> None:
    world, truth = World(), subject.truth_of(World())
    today = truth.copy()
    today[list(world.pack.kano.attributes).index("tariff_autopilot")] = subject.CLASSES.index("attractive")

    def misses(**changes: Any) -> float:
        read = call_classes(subject._surveys(world, setup(**changes)), changes.get("reading", "honest_test"))
        return float(((read >= 0) & (read != today)).sum(axis=1).mean())

    assert misses(size=20, reading="most_frequent") > 0.5
    assert misses(size=180) < 0.05


# ---------------------------------------------------------------------------- skill and luck


def test_the_cost_is_the_sum_of_its_parts() -> None:
    world = World(seed=4)
    calls = dict(zip(world.pack.kano.attributes, [subject.CLASSES[p] for p in subject.truth_of(world)], strict=True))
    calls |= {"bill_guarantee": "reverse", "live_flows": "must_be", "warm_house": "cannot_say"}
    outcome = subject.evaluate(world, sort(calls, recruiting="customers", size=100, month=1)).outcome
    assert outcome is not None
    waiting = 365.25 / 12 / 14 * 30
    assert outcome.realised == pytest.approx(100 * 0.06 + waiting + 2 * 1000 / 4 + 25)


def test_what_departs_from_the_reading_has_no_luck_in_it() -> None:
    world = World()
    read = call_classes(subject._survey(world, setup())[0], "honest_test")
    mine = np.where(read == 4, 0, 4)
    calls = subject._by_the_same_rule(world, setup(), "honest_test", mine)
    assert (calls == mine).all()


def test_what_follows_the_reading_varies_with_it() -> None:
    world, made = World(), setup(size=20, reading="most_frequent")
    mine = call_classes(subject._survey(world, made)[0], "most_frequent")
    calls = subject._by_the_same_rule(world, made, "most_frequent", mine)
    assert (calls == call_classes(subject._surveys(world, made), "most_frequent")).all()
    assert len(np.unique(calls[:, 0])) > 1


@pytest.mark.parametrize("policy", [name for name in subject.policies(World()) if name != "reference"])
def test_over_many_worlds_the_reference_costs_less_than_the_misunderstanding(policy: str) -> None:
    gap = np.array([expected(w, policy) - expected(w, "reference") for w in WORLDS[:12]])
    assert gap.mean() > 5
    assert gap.mean() > 3 * gap.std() / np.sqrt(len(gap))


def test_the_realised_cost_of_a_policy_over_worlds_is_what_is_expected() -> None:
    """Second route: other respondents, other code (people one by one), the same mean."""
    for policy in ("reference", "one_vote", "ask_the_forum"):
        outcomes = [subject.evaluate(w, subject.policies(w)[policy]).outcome for w in WORLDS]
        realised = np.array([o.realised for o in outcomes if o])
        mean = np.mean([o.expected for o in outcomes if o])
        assert abs(realised.mean() - mean) < 4 * realised.std() / np.sqrt(len(realised)) + 2


def test_no_setup_beats_the_reference_by_as_much_as_one_further_study() -> None:
    world = World()
    best = float("inf")
    law = list(world.pack.kano.attributes).index("tariff_autopilot")
    for recruiting, wording, size in product(
        (*subject.CHANNELS, GROUP), world.pack.kano.wordings, (20, 60, 100, 180, 400)
    ):
        made = setup(recruiting=recruiting, wording=wording, size=size)
        for reading in READINGS:
            calls = call_classes(subject._surveys(world, made), reading)
            calls[:, law] = 0
            best = min(best, subject.price_of(world, recruiting, size) + subject.cost_of(world, calls).mean())
    assert expected(world, "reference") < best + subject.STUDY


# ---------------------------------------------------------------------------- what is said


def test_the_answers_of_the_group_itself_contradict_the_one_class_for_all() -> None:
    world = World()
    said = findings(world, subject.policies(world)["one_class_for_all"])["one_class"].values
    survey = make_kano_survey(world.rng("kano survey market"), world.pack, 180, "market")
    own = survey.segment == survey.segments.index(GROUP)
    assert said["own"] == own.sum()
    assert said["attribute"] == "Statement for tenants"
    assert said["count"] == ((survey.present[own, 6] == 1) & (survey.absent[own, 6] == 5)).sum()


def test_a_lead_of_chance_is_named_with_how_often_chance_makes_it() -> None:
    from scipy.stats import binomtest

    world = World()
    answer = subject.policies(world)["one_vote"]
    said = findings(world, answer)["one_vote"].values
    rows = subject.evaluate(world, answer).numbers["rows"]
    row = next(r for r in rows if r["name"] == said["attribute"])
    first, second, *_ = sorted(row["counts"], reverse=True)
    assert said["lead"] == first - second
    assert said["chance"] == pytest.approx(binomtest(first, first + second).pvalue, abs=0.25)
    assert said["count"] == sum(r["lead"] < r["honest"] for r in rows if r["attribute"] != "tariff_autopilot")


def test_fong_lets_calls_through_that_the_honest_test_leaves_open() -> None:
    seen = 0
    for world in WORLDS:
        made = setup(size=60, reading="fong")
        read = call_classes(subject._survey(world, made)[0], "fong")
        calls = {k: subject._name(int(p)) for k, p in zip(world.pack.kano.attributes, read, strict=True)}
        said = findings(world, sort(calls, size=60, reading="fong"))
        assert ("fong" in said) != ("fong_held" in said)
        if "fong" in said:
            seen += 1
            assert said["fong"].values["error"] == pytest.approx(kano.fong_error_rate(60, 0.4))
            honest = call_classes(subject._survey(world, made)[0], "honest_test")
            assert said["fong"].values["count"] == ((read >= 0) & (honest < 0)).sum()
    assert seen >= 3


def test_todays_class_is_named_only_where_the_law_changes_it() -> None:
    world = World()
    truth = [subject.CLASSES[p] for p in subject.truth_of(world)]
    calls = dict(zip(world.pack.kano.attributes, truth, strict=True))
    assert "today" not in findings(world, sort(calls))
    assert "today" not in findings(world, sort(calls | {"tariff_autopilot": "cannot_say"}))
    assert findings(world, sort(calls | {"tariff_autopilot": "attractive"}))["today"].values["call"] == "attractive"
    late = findings(world, sort(calls, month=12))
    assert "late" in late
    assert "waited" not in late


# ---------------------------------------------------------------------------- hidden before the reveal


def state(board: Any) -> dict[str, Any]:
    return {k: v for k, v in board.get_state().items() if not k.startswith(("_", "layout", "tabbable", "tooltip"))}


def with_other_truth(world: World) -> World:
    """The same people answer the same today; what they will hold later is another."""
    attributes = {
        key: a.model_copy(update={"drift": tuple(d.model_copy(update={"to": "reverse"}) for d in a.drift)})
        for key, a in world.pack.kano.attributes.items()
    }
    other = World(seed=world.seed)
    kano_part = world.pack.kano.model_copy(update={"attributes": attributes})
    other.__dict__["pack"] = world.pack.model_copy(update={"kano": kano_part})
    return other


def clear() -> None:
    subject._survey.cache_clear()
    subject._surveys.cache_clear()


def test_the_board_says_the_same_in_every_world() -> None:
    words = subject._words(World())
    assert state(subject.board(World(seed=1), words)) == state(subject.board(World(seed=2), words))


def test_neither_board_nor_result_knows_what_classes_will_become() -> None:
    world = World()
    other = with_other_truth(world)
    answer = subject.policies(world)["reference"]
    assert (subject.truth_of(world) != subject.truth_of(other)).any()
    seen = []
    for one in (world, other):
        clear()
        board = subject.board(one, subject._words(one))
        before = json.dumps(state(board))
        for name, value in subject.respond(one, answer).items():
            setattr(board, name, value)
        result = subject.evaluate(one, answer)
        seen.append((before, json.dumps(state(board)), json.dumps(result.numbers), subject.explain(result)))
    clear()
    assert seen[0] == seen[1]


# ---------------------------------------------------------------------------- refusals


def test_what_is_missing_is_named() -> None:
    world = World()
    answer = sort({"warm_house": "must_be"}, recruiting=None, size=10_000)
    result = subject.evaluate(world, answer)
    assert result.status == "incomplete"
    assert result.missing == ("recruiting", "size", "undecided")
    assert result.numbers == {"count": 7, "total": 8}
    assert subject.respond(world, answer)["cards"][0]["note"].startswith("If the bill")


def test_who_calls_nothing_is_neither_right_nor_punished_by_the_confidence() -> None:
    world = World()
    result = subject.evaluate(world, sort(dict.fromkeys(world.pack.kano.attributes, "cannot_say")))
    assert result.success is None
    assert result.outcome is not None
    assert result.outcome.realised - subject.paid_of(world, setup())[0] == pytest.approx(8 * subject.STUDY)
