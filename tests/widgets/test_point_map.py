"""The point map's value: what it accepts, completes and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from qspo_lab.widgets.point_map import PointMap

AXIS = {"label": "Interest", "min": 0, "max": 10, "step": 0.5}
POINTS = [
    {"id": "rolf", "label": "Rolf Anker", "movable": True, "x": 4, "y": 7},
    {"id": "ines", "label": "Ines Brandt", "movable": True},
    {"id": "grid", "label": "Grid operator", "x": 8, "y": 2},
]
LINES = [
    {"id": "bar", "axis": "y", "at": 5, "label": "Ask from", "movable": True},
    {"id": "mean", "axis": "x", "at": 3, "label": "Mean"},
]


def people(**traits: Any) -> PointMap:
    return PointMap(
        **{"x": AXIS, "y": {**AXIS, "max": 20}, "points": POINTS, "lines": LINES, "marks": {"max": 2}, **traits}
    )


def test_an_untouched_map_has_start_positions_and_nothing_picked() -> None:
    assert people().value == {
        "positions": {"rolf": [4, 7], "ines": None},
        "lines": {"bar": 5},
        "marked": [],
        "settings": {},
    }


def test_what_a_value_leaves_out_stands_where_it_started() -> None:
    value = people(value={"positions": {"ines": [1, 19.5]}, "marked": ["grid"]}).value
    assert value["positions"] == {"rolf": [4, 7], "ines": [1, 19.5]}
    assert value["lines"] == {"bar": 5}
    assert value["marked"] == ["grid"]


def test_a_point_may_go_back_to_the_tray() -> None:
    assert people(value={"positions": {"rolf": None}}).value["positions"]["rolf"] is None


@pytest.mark.parametrize(
    ("value", "offence"),
    [
        ({"positions": {"rolf": [11, 7]}}, "value: x of rolf must be from 0 to 10, not 11"),
        ({"positions": {"rolf": [1, -0.1]}}, "value: y of rolf must be from 0 to 20, not -0.1"),
        ({"positions": {"rolf": [1, True]}}, "value: y of rolf must be a number, not True"),
        ({"positions": {"rolf": [1, float("nan")]}}, "value: y of rolf must be a number, not nan"),
        ({"positions": {"rolf": [1]}}, r"value: positions of rolf must be \[x, y\], not \[1\]"),
        ({"positions": {"rolf": "12"}}, r"value: positions of rolf must be \[x, y\], not '12'"),
        ({"positions": {"grid": [1, 1]}}, "value: positions has no movable point 'grid'"),
        ({"positions": [1]}, "value: positions must be a table"),
        ({"lines": {"mean": 4}}, "value: lines has no movable line 'mean'"),
        ({"lines": {"bar": 21}}, "value: line bar must be from 0 to 20, not 21"),
        ({"lines": {"bar": None}}, "value: line bar must be a number, not None"),
        ({"marked": ["rolf", "ines", "grid"]}, "value: marked may hold 2 points, not 3"),
        ({"marked": ["rolf", "rolf"]}, "value: marked names a point twice"),
        ({"marked": ["olaf"]}, "value: marked has no point 'olaf'"),
        ({"marked": "rolf"}, "value: marked must be a list"),
        ({"settings": 3}, "value: settings must be a table"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(value: dict[str, Any], offence: str) -> None:
    board = people()
    before = board.value
    with pytest.raises(TraitError, match=offence):
        board.value = value
    assert board.value == before


@pytest.mark.parametrize(
    ("traits", "offence"),
    [
        ({"x": {"label": "Interest", "min": 0, "max": 10}}, "x: axis has no step"),
        ({"y": {**AXIS, "min": 10}}, "y: min must be below max, not 10 and 10"),
        ({"y": {**AXIS, "step": 0}}, "y: step must be above 0"),
        ({"x": {**AXIS, "max": "10"}}, "x: max must be a number, not '10'"),
        ({"points": [{"id": "a"}]}, "points: a has no label"),
        ({"points": [POINTS[0], POINTS[0]]}, "points: there are two of rolf"),
        ({"points": [{"id": "a", "label": "A", "x": 1}]}, "points: a needs both x and y, or neither"),
        ({"points": [{"id": "a", "label": "A", "error": 1}]}, "points: a cannot have an error"),
        (
            {"points": [{"id": "a", "label": "A", "x": 1, "y": 1, "error": [3, 2]}]},
            "points: error of a runs from 3 down",
        ),
        ({"points": [{"id": "a", "label": "A", "x": 1, "y": 1, "error": {"z": 1}}]}, "points: error of a has z"),
        ({"lines": [{"id": "l", "label": "L", "axis": "z", "at": 1}]}, "lines: l has axis 'z'"),
        ({"lines": [{"id": "l", "label": "L", "axis": "x"}]}, "lines: l has no at"),
        ({"areas": [{"label": "far", "x": 1}]}, "areas: far has no y"),
        ({"areas": [{"label": "far", "x": 1, "y": 1, "corners": [[1]]}]}, "areas: corners of far"),
        ({"marks": {"max": -1}}, "marks: max must be a whole number from 0, not -1"),
        ({"marks": {"max": 1.5}}, "marks: max must be a whole number from 0, not 1.5"),
        ({"point": []}, "PointMap has no point"),
    ],
)
def test_inputs_that_cannot_be_are_refused_by_name(traits: dict[str, Any], offence: str) -> None:
    with pytest.raises(TraitError, match=offence):
        people(**traits)


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (1.5, {"y": [0.5, 3.5]}),
        ([1, 4], {"y": [1, 4]}),
        ({"x": [7, 9], "y": 1}, {"x": [7, 9], "y": [1, 3]}),
        ({"x": 2}, {"x": [6, 10]}),
    ],
)
def test_an_error_is_kept_as_the_two_ends_of_each_axis(error: Any, kept: dict[str, Any]) -> None:
    board = people(points=[{**POINTS[2], "error": error}])
    assert board.points[0]["error"] == kept
    board.points = board.points
    assert board.points[0]["error"] == kept


inside = st.tuples(st.floats(0, 10), st.floats(0, 20)).map(list)


@settings(max_examples=60)
@given(
    positions=st.dictionaries(st.sampled_from(["rolf", "ines"]), st.none() | inside),
    marked=st.lists(st.sampled_from(["rolf", "ines", "grid"]), unique=True, max_size=2),
    bar=st.floats(0, 20),
)
def test_every_answer_on_the_plane_comes_back_as_it_was(positions: Any, marked: list[str], bar: float) -> None:
    value = people(value={"positions": positions, "marked": marked, "lines": {"bar": bar}}).value
    assert {name: value["positions"][name] for name in positions} == positions
    assert (value["marked"], value["lines"]["bar"]) == (marked, bar)
    assert people(value=value).value == value
