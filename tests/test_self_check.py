"""The self-checks: the course's own numbers, numbers that a seed varies, and the life of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import permutations, product
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from qspo_lab import checks, course
from qspo_lab.checks import Choice, Number, Open, lo02, lo05, lo06, lo08, lo14
from qspo_lab.progress import statements
from qspo_lab.self_check import SelfCheck
from qspo_lab.texts import panel_words
from qspo_lab.workbook import Workbook

OUTCOMES = [o.key for m in course.MODULES for o in m.outcomes if checks.has_check(o.key)]
SEEDS = range(40)

# ---------------------------------------------------------------------------- the course's printed instances

PRINTED: dict[str, tuple[Any, float, float]] = {
    "LO2 best_order": (lambda: lo02.best_order([1, 3, 10], [10, 3, 1]), 7, 0),
    "LO2 worst_order": (lambda: lo02.worst_order([1, 3, 10], [10, 3, 1]), 160, 0),
    "LO2 in_stages": (lambda: lo02.in_stages(0.35, 10, 4, 0.3, 0.8, 0.8), 0.86, 1e-9),
    "LO5 opportunity_score": (lambda: lo05.opportunity_score(9.5, 3.2), 15.8, 1e-9),
    "LO5 better": (lambda: lo05.better(7, 32.3, 49.3, 9.5), 0.40, 0.005),
    "LO5 worse": (lambda: lo05.worse(7, 32.3, 49.3, 9.5), -0.83, 0.005),
    "LO5 unheard": (lambda: lo05.unheard(30, 10, 5), 40, 1e-9),
    "LO6 peeking": (lambda: lo06.peeking(10), 0.193, 0.0005),
    "LO6 sample_size": (lambda: lo06.sample_size(0.10, 0.12), 3841, 0),
    "LO6 perfect_information": (lambda: lo06.perfect_information(5, 40, 0.4), 2, 1e-9),
    "LO8 rice_score": (lambda: lo08.rice_score(2000, 2, 0.8, 4), 800, 1e-9),
    "LO8 mean_of_range": (lambda: lo08.mean_of_range(10, 40), 21.86, 0.005),
    "LO8 small_first": (lambda: lo08.small_first([10, 30], [2, 4], 10, 6), 100, 1e-9),
    "LO8 large_first": (lambda: lo08.large_first([10, 30], [2, 4], 10, 6), 120, 1e-9),
    "LO14 shared_opinion": (lambda: lo14.shared_opinion(6, 0.7), 0.75, 1e-9),
    "LO14 forecast": (lambda: lo14.forecast([3, 5, 0, 7, 4, 6, 2, 5, 8, 4, 1, 6], 40), 12, 0),
    "LO14 thin_slice": (lambda: lo14.thin_slice(5, 0.75), 0.237, 0.0005),
    "LO14 deep_first": (lambda: lo14.deep_first(2, 3, 0.95, 0.2), 0.007, 0.0005),
}
CHOSEN = {
    "LO2 fixed_date": "last_and_late",
    "LO5 kano_cell": "must_be",
    "LO6 same_decision": "do_not_buy",
    "LO8 agreement": "that_they_agree",
    "LO14 method": "buckets",
}


@pytest.mark.parametrize("name", PRINTED)
def test_at_the_printed_parameters_the_answer_is_the_printed_one(name: str) -> None:
    make, printed, tolerance = PRINTED[name]
    facts, answer = make()
    assert answer == pytest.approx(printed, abs=tolerance or 1e-12)
    outcome, item = name.split()
    assert checks.check_words(outcome).say(f"{item}.question", **facts)


def test_every_closed_item_of_every_self_check_has_a_printed_answer() -> None:
    numbers = {f"{o} {i.name}" for o in OUTCOMES for i in checks.items(o) if isinstance(i, Number)}
    choices = {f"{o} {i.name}": i.right for o in OUTCOMES for i in checks.items(o) if isinstance(i, Choice)}
    assert numbers == set(PRINTED)
    assert choices == CHOSEN


def test_the_must_be_cell_is_that_of_the_kano_table() -> None:
    from qspo_lab.methods.kano import CATEGORIES, classify

    assert CATEGORIES[classify([2], [5])[0]] == lo05.ITEMS[1].right


def test_a_rule_by_cost_per_week_puts_the_fixed_date_last_and_that_costs_more() -> None:
    from qspo_lab.methods.sequencing import Delay, Item, delay_cost

    x, y = Item("x", 3, Delay("constant", 4)), Item("y", 2, Delay("fixed_date", 0.0, date=2, loss=30))
    assert delay_cost([x, y], [0, 1]) > delay_cost([x, y], [1, 0])


# ---------------------------------------------------------------------------- second routes


@pytest.mark.parametrize("seed", range(12))
def test_the_cost_of_orders_is_that_of_counting_by_hand(seed: int) -> None:
    durations, costs = lo02.three_jobs(np.random.default_rng(seed))
    totals = []
    for order in permutations(range(3)):
        begun, total = 0.0, 0.0
        for job in order:
            total += begun * costs[job]
            begun += durations[job]
        totals.append(total)
    assert lo02.best_order(durations, costs)[1] == min(totals)
    assert lo02.worst_order(durations, costs)[1] == max(totals)


@pytest.mark.parametrize("seed", range(12))
def test_a_bet_in_stages_is_the_sum_over_its_four_cases(seed: int) -> None:
    p, payoff, cost, price, sensitivity, specificity = lo02.a_bet(np.random.default_rng(seed))
    value = -price
    for success, good in product((True, False), repeat=2):
        share = p if success else 1 - p
        right = sensitivity if success else specificity
        value += share * (right if good == success else 1 - right) * (good * (success * payoff - cost))
    assert lo02.in_stages(p, payoff, cost, price, sensitivity, specificity)[1] == pytest.approx(value)


@pytest.mark.parametrize("seed", range(6))
def test_a_forecast_is_that_of_drawing_weeks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    history, items = lo14.twelve_weeks(rng)
    done = rng.choice(history, (20_000, 60)).cumsum(axis=1) >= items
    weeks = np.sort(done.argmax(axis=1) + 1)
    assert abs(lo14.forecast(history, items)[1] - weeks[int(0.85 * len(weeks))]) <= 1


def test_the_mean_of_a_range_is_that_of_many_draws() -> None:
    low, high = 15.0, 90.0
    sigma = np.log(high / low) / (2 * NormalDist().inv_cdf(0.95))
    draws = np.exp(np.random.default_rng(3).normal((np.log(low) + np.log(high)) / 2, sigma, 400_000))
    assert abs(lo08.mean_of_range(low, high)[1] - draws.mean()) < 4 * draws.std() / len(draws) ** 0.5


# ---------------------------------------------------------------------------- what must always hold


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_other_seeds_give_other_and_sensible_numbers(outcome: str) -> None:
    words = checks.check_words(outcome)
    for item in checks.items(outcome):
        if not isinstance(item, Number):
            continue
        answers = []
        for seed in SEEDS:
            facts, answer = item.make(np.random.default_rng(seed))
            json.dumps(dict(facts), allow_nan=False)
            assert np.isfinite(answer)
            assert abs(answer) > item.tolerance, "the tolerance swallows the answer"
            if item.format.startswith("percent"):
                assert 0 < answer < 1
            words.say(f"{item.name}.question", **facts)
            words.say(f"{item.name}.because", **facts)
            answers.append(round(answer, 6))
        assert len(set(answers)) >= 4, item.name


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_its_words_are_complete_and_keep_to_the_style(outcome: str) -> None:
    words = checks.check_words(outcome)
    items = checks.items(outcome)
    assert {i.name for i in items} == set(words.table)
    assert any(isinstance(i, Open) for i in items)
    for item in items:
        if isinstance(item, Choice):
            assert item.right in words.raw(f"{item.name}.options")
            assert len(words.raw(f"{item.name}.options")) >= 4
        if isinstance(item, Open):
            assert len(words.raw(f"{item.name}.rubric")) >= 3
    for name in words.names():
        for text in [words.raw(name)] if isinstance(words.raw(name), str) else words.raw(name):
            assert "!" not in text and "wrong" not in text.lower().split(), name


def test_the_right_option_is_not_always_at_the_same_place() -> None:
    places = []
    for outcome in OUTCOMES:
        for item in checks.items(outcome):
            if isinstance(item, Choice):
                places.append(list(checks.check_words(outcome).raw(f"{item.name}.options")).index(item.right))
    assert len(set(places)) > 1


# ---------------------------------------------------------------------------- the life of an answer


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    return Workbook.open(tmp_path / "workbook.json", course_version="1")


@pytest.fixture(params=OUTCOMES)
def check(request: pytest.FixtureRequest, workbook: Workbook) -> Iterator[SelfCheck]:
    view = SelfCheck(request.param, workbook)
    yield view
    view.close()


def answers(view: SelfCheck) -> dict[str, Any]:
    """Give an answer to every item, each as the course has it, with 80 % confidence."""
    given: dict[str, Any] = {}
    for item in view.items:
        if isinstance(item, Open):
            given[item.name] = "My own words"
            continue
        given[f"{item.name}_sure"] = 80
        if isinstance(item, Choice):
            given[item.name] = item.right
        else:
            factor = 100 if item.format.startswith("percent") else 1
            given[item.name] = round(view.made[item.name][1] * factor, 3)
    return given


def lay(view: SelfCheck, settings: Mapping[str, Any]) -> None:
    view.board.value = {"settings": {**view.board.value["settings"], **settings}}


def blocks(view: SelfCheck) -> dict[str, Any]:
    return {block["id"]: block for block in view.bar.blocks}


def test_a_draft_saves_itself_and_shows_no_answer(check: SelfCheck, workbook: Workbook) -> None:
    lay(check, answers(check))
    assert workbook.entry(check.key)["status"] == "draft"
    assert "compared" not in blocks(check)
    state = json.dumps([check.top.blocks, check.bar.blocks, check.board.controls])
    for item in check.items:
        if not isinstance(item, Open):
            facts = check.made[item.name][0] if isinstance(item, Number) else {}
            assert json.dumps(check.words.say(f"{item.name}.because", **facts)) not in state


def test_compared_the_course_stands_beside_the_learner_and_no_total_does(check: SelfCheck) -> None:
    lay(check, answers(check))
    check.act("check")
    table = blocks(check)["compared"]
    closed = [i for i in check.items if not isinstance(i, Open)]
    assert [row[4] for row in table["rows"]] == [panel_words().say("self_check.fits")] * len(closed)
    assert len(table["rows"]) == len(closed)
    assert check.board.locked
    assert check.rubric in check.widget.children


def test_an_answer_that_differs_is_said_to_differ_and_one_left_open_to_be_open(check: SelfCheck) -> None:
    given = answers(check)
    number, choice = (next(i for i in check.items if isinstance(i, kind)) for kind in (Number, Choice))
    given[number.name] += 10 * max(number.tolerance, 0.1) * (100 if number.format.startswith("percent") else 1)
    given.pop(choice.name)
    lay(check, given)
    check.act("check")
    marks = {item.name: fits for item, _, fits in check.compared()}
    assert marks[number.name] is False
    assert marks[choice.name] is None
    assert sum(fits is True for fits in marks.values()) == len(marks) - 2


def test_again_brings_other_numbers_and_keeps_the_attempt(check: SelfCheck, workbook: Workbook) -> None:
    before = [check.question(i) for i in check.items]
    lay(check, answers(check))
    check.act("check")
    check.act("again")
    entry = workbook.entry(check.key)
    assert (entry["status"], len(entry["attempts"])) == ("draft", 1)
    assert [check.question(i) for i in check.items] != before
    assert not check.board.locked
    closed = [i for i in check.items if not isinstance(i, Open)]
    assert all(check.board.value["settings"].get(i.name) is None for i in closed)


def test_it_comes_back_after_a_restart(check: SelfCheck, workbook: Workbook, tmp_path: Path) -> None:
    given = answers(check)
    lay(check, given)
    check.act("check")
    first = next(c["id"] for c in check.rubric.controls)
    check.rubric.value = {"settings": {**check.rubric.value["settings"], first: True}}
    again = SelfCheck(check.outcome, Workbook.open(workbook.path, course_version="1"))
    assert again.decided
    assert {k: again.board.value["settings"][k] for k in given} == given
    assert again.rubric.value["settings"][first] is True
    assert blocks(again)["compared"] == blocks(check)["compared"]
    again.close()


def test_what_was_said_reaches_the_calibration(check: SelfCheck, workbook: Workbook) -> None:
    given = answers(check)
    choice = next(i for i in check.items if isinstance(i, Choice))
    options = check.words.raw(f"{choice.name}.options")
    given[choice.name] = next(o for o in options if o != choice.right)
    lay(check, given)
    check.act("check")
    closed = [i for i in check.items if not isinstance(i, Open)]
    said = statements(workbook.answers())
    assert sorted(said) == sorted([(0.8, True)] * (len(closed) - 1) + [(0.8, False)])
    check.act("again")
    assert statements(workbook.answers()) == said
