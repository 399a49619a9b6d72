"""The series board's Python side: one entry per series, refusals by name, and no point of the future."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.texts import panel_words
from qspo_lab.widgets.board import read_source
from qspo_lab.widgets.series_board import SeriesBoard

Y = {"min": 0, "max": 10, "label": "Orders"}
STEPS = {"count": 4, "label": "Day", "start": 1}
VERDICTS = [{"id": "up", "label": "It rose"}, {"id": "no", "label": "No change"}]
UNTOUCHED = {
    "settings": {},
    "step": {"s1": 1, "s2": 1},
    "stopped": {"s1": None, "s2": None},
    "verdict": {"s1": None, "s2": None},
}


def one(name: str, *points: float | None, **more: Any) -> dict[str, Any]:
    return {"id": name, "label": name, "lines": [{"id": "a", "label": "A", "points": list(points)}], "y": Y} | more


def make(**traits: Any) -> SeriesBoard:
    start = {"series": [one("s1", 3), one("s2", 4)], "steps": STEPS, "verdicts": VERDICTS}
    return SeriesBoard(**(start | traits))


# ---------------------------------------------------------------- examples


def test_an_untouched_board_stands_at_the_start_of_every_series() -> None:
    assert make().value == UNTOUCHED
    assert json.loads(json.dumps(make().value)) == UNTOUCHED


def test_a_value_with_one_series_is_completed_with_the_others() -> None:
    value = make(value={"step": {"s2": 3}, "stopped": {"s2": 3}, "verdict": {"s2": "up"}}).value
    assert value["step"] == {"s1": 1, "s2": 3}
    assert value["stopped"] == {"s1": None, "s2": 3}
    assert value["verdict"] == {"s1": None, "s2": "up"}


def test_a_board_without_anything_can_be_made() -> None:
    assert SeriesBoard().value == {"settings": {}, "step": {}, "stopped": {}, "verdict": {}}


def test_points_may_be_sent_up_to_the_step_and_not_beyond() -> None:
    board = make()
    board.value = {**board.value, "step": {"s1": 3, "s2": 1}}
    board.series = [one("s1", 3, None, 5), one("s2", 4)]
    with pytest.raises(traitlets.TraitError, match="series: line a of s1 has 4 points, only 3 may be seen"):
        board.series = [one("s1", 3, None, 5, 6), one("s2", 4)]
    with pytest.raises(traitlets.TraitError, match="series: line a of s2 has 2 points, only 1 may be seen"):
        board.series = [one("s1", 3, None, 5), one("s2", 4, 4)]
    assert board.series[0]["lines"][0]["points"] == [3, None, 5]


def test_a_board_cannot_be_made_with_points_of_the_future() -> None:
    with pytest.raises(traitlets.TraitError, match="series: line a of s1 has 2 points, only 1 may be seen"):
        make(series=[one("s1", 3, 4)])


def test_a_started_board_can_be_made_with_its_seen_points() -> None:
    assert make(series=[one("s1", 3, 4)], value={"step": {"s1": 2}}).value["step"] == {"s1": 2}


def test_every_word_of_the_board_is_in_the_text_file_and_none_is_left_over() -> None:
    calls = re.findall(r'\bword\(\s*((?:[^"(),{]*"[a-z_]+")+)', read_source("series_board.js"))
    used = {name for call in calls for name in re.findall(r'"([a-z_]+)"', call)}
    assert set(panel_words().raw("series_board")) == used


# ---------------------------------------------------------------- what always holds


@given(st.integers(1, 4), st.booleans(), st.sampled_from(["up", "no", None]))
def test_a_good_value_survives_json_and_a_second_board(step: int, stopped: bool, verdict: str | None) -> None:
    value = {"step": {"s1": step}, "stopped": {"s1": step if stopped else None}}
    value["verdict"] = {"s1": verdict if stopped else None}
    full = make(value=value).value
    assert full["step"]["s1"] == step
    assert make(value=json.loads(json.dumps(full))).value == full


@given(st.integers(1, 4), st.integers(0, 6))
def test_no_series_ever_holds_more_points_than_were_stepped_to(step: int, sent: int) -> None:
    board = make(value={"step": {"s1": step}})
    try:
        board.series = [one("s1", *range(sent)), one("s2", 4)]
    except traitlets.TraitError:
        assert sent > step
    assert len(board.series[0]["lines"][0]["points"]) <= step


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "value, words",
    [
        ({"step": {"x": 1}}, "step names 'x', which is not a series"),
        ({"step": {"s1": 5}}, "step of s1 must be a whole number from 1 to 4, not 5"),
        ({"step": {"s1": 0}}, "step of s1 must be a whole number from 1 to 4, not 0"),
        ({"step": {"s1": True}}, "step of s1 must be a whole number"),
        ({"step": 3}, "step must be a table of series"),
        ({"step": {"s1": 3}, "stopped": {"s1": 2}}, "stopped of s1 must be its step 3 or None, not 2"),
        ({"stopped": {"s1": True}}, "stopped of s1 must be its step 1 or None, not True"),
        ({"verdict": {"s1": "up"}}, "verdict of s1 is given before it was stopped"),
        ({"verdict": {"s1": "down"}, "stopped": {"s1": 1}}, "verdict of s1 cannot be 'down'"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_the_old_one_stays(value: dict, words: str) -> None:
    board = make()
    with pytest.raises(traitlets.TraitError, match=f"value: {words}"):
        board.value = value
    assert board.value == UNTOUCHED


@pytest.mark.parametrize(
    "traits, words",
    [
        ({"series": [one("s1", 3), one("s1", 4)]}, "series: there are two of s1"),
        ({"series": [{"id": "s1", "label": "S", "lines": []}]}, "series: s1 has no y"),
        ({"series": [one("s1", 3, y={"min": 1, "max": 1, "label": "x"})]}, "y of s1 must run from a min"),
        ({"series": [one("s1", 3, y={"min": 0, "max": 1})]}, "y of s1 has no label"),
        ({"series": [one("s1", "3")]}, "points of line a of s1 must be numbers or None"),
        ({"series": [one("s1", float("nan"))]}, "points of line a of s1 must be numbers or None"),
        ({"series": [one("s1", float("inf"))]}, "points of line a of s1 must be numbers or None"),
        (
            {"series": [one("s1", lines=[{"id": "a", "label": "A", "points": [1], "low": []}])]},
            "low of line a of s1 differs in length from points",
        ),
        ({"series": [one("s1", 3, marks=[{"at": 2}])]}, "a mark or threshold of s1 needs at and label"),
        ({"series": [one("s1", 3, threshold={"label": "x"})]}, "a mark or threshold of s1 needs at and label"),
        ({"steps": {"count": 0, "label": "Day"}}, "steps: count must be a whole number of at least 1, not 0"),
        ({"steps": {"count": 4}}, "steps: label must be text"),
        ({"steps": {"count": 4, "label": "Day", "start": 5}}, "steps: start must be from 0 to 4, not 5"),
        ({"steps": {"count": 4, "label": "Day", "jump": 0}}, "steps: jump must be a whole number"),
        ({"verdicts": [VERDICTS[0], VERDICTS[0]]}, "verdicts: there are two of up"),
        ({"colour": "red"}, "SeriesBoard has no colour"),
    ],
)
def test_a_bad_input_is_refused_by_name(traits: dict, words: str) -> None:
    with pytest.raises(traitlets.TraitError, match=words):
        make(**traits)
