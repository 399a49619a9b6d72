"""Four ways to read a Kano survey."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.methods import kano
from qspo_lab.methods.kano_calls import CANNOT_SAY, READINGS, call_classes, leads

COUNTS = st.lists(st.integers(0, 200), min_size=6, max_size=6)

# ---------------------------------------------------------------------------- published examples


def test_fongs_threshold_is_the_one_of_the_examples() -> None:
    """Fong 1996, as recalled: 8.750 for 25 against 20 of 60; 11.381 for 48 against 30 of 100."""
    assert leads([25, 20, 10, 5, 0, 0])[2] == pytest.approx(8.750, abs=5e-4)
    assert leads([48, 30, 12, 10, 0, 0])[2] == pytest.approx(11.381, abs=5e-4)


def test_forty_eight_against_thirty_is_told_apart_and_forty_against_thirty_only_by_fong() -> None:
    assert call_classes([48, 30, 12, 10, 0, 0], "honest_test") == 0
    assert call_classes([42, 30, 18, 10, 0, 0], "honest_test") == CANNOT_SAY
    assert call_classes([42, 30, 18, 10, 0, 0], "fong") == 0


def test_better_and_worse_of_the_ski_binding_give_its_classes() -> None:
    """Timko 1993 on the shares of the ski study in Matzler and Hinterhuber 1998."""
    records = json.loads(Path(__file__).with_name("oracles.json").read_text())
    inputs = next(r for r in records if r["name"] == "kano_timko_ski_example")["inputs"]
    shares = [[inputs[item][letter] for letter in "MOAI"] + [0, 0] for item in ("edge_grip", "ease_of_turn", "service")]
    classes = [kano.CATEGORIES[place] for place in call_classes(shares, "better_worse")]
    assert classes == ["must_be", "one_dimensional", "attractive"]


# ---------------------------------------------------------------------------- a second route


@given(COUNTS)
def test_each_reading_is_that_of_the_scalar_calculations(counted: list[int]) -> None:
    top = kano.mode(counted)
    a, b = sorted(counted, reverse=True)[:2]
    n = sum(counted)
    usable = n > 0 and top.category != "questionable"
    place = kano.CATEGORIES.index(top.category) if top.category else CANNOT_SAY
    assert call_classes(counted, "most_frequent") == (place if usable else CANNOT_SAY)
    assert call_classes(counted, "fong") == (place if usable and kano.fong_differs(a, b, n) else CANNOT_SAY)
    z = kano.count_difference_z(a, b)
    if abs(z - 1.645) > 1e-9:
        assert call_classes(counted, "honest_test") == (place if usable and z >= 1.645 else CANNOT_SAY)


@pytest.mark.parametrize(("reading", "expected"), [("fong", kano.fong_error_rate(100, 0.4)), ("honest_test", 0.10)])
def test_how_often_two_equal_classes_are_told_apart(reading: str, expected: float) -> None:
    counted = np.random.default_rng(3).multinomial(100, [0.4, 0.4, 0.1, 0.1, 0, 0], 40_000)
    found = (call_classes(counted, reading) != CANNOT_SAY).mean()  # type: ignore[arg-type]
    assert found == pytest.approx(expected, abs=0.012)


# ---------------------------------------------------------------------------- what must always hold


@given(COUNTS)
def test_fong_asks_for_no_more_than_the_honest_test(counted: list[int]) -> None:
    _, honest, fong = leads(counted)
    assert fong <= honest * 1.65 / 1.645 + 1e-9


@given(st.lists(COUNTS, min_size=1, max_size=5))
def test_many_surveys_are_read_as_each_alone(many: list[list[int]]) -> None:
    for reading in READINGS:
        assert call_classes(many, reading).tolist() == [int(call_classes(one, reading)) for one in many]  # type: ignore[arg-type]


@pytest.mark.parametrize("reading", READINGS)
def test_no_answers_give_no_class(reading: str) -> None:
    assert call_classes([0] * 6, reading) == CANNOT_SAY  # type: ignore[arg-type]


# ---------------------------------------------------------------------------- refusals


def test_another_reading_and_other_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="reading"):
        call_classes([1] * 6, "gut")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="counts must be 6 numbers from 0 up"):
        call_classes([1, 2, 3], "fong")
    with pytest.raises(ValueError, match="counts must be 6 numbers from 0 up"):
        call_classes([1, 2, 3, 4, 5, -1], "fong")
