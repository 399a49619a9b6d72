"""The rank list's value and its one rule: an item goes to a place, the others keep their order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from qspo_lab.widgets.rank_list import RankList, moved

ITEMS = [{"id": "a", "label": "Autopilot"}, {"id": "b", "label": "Rule studio"}, {"id": "c", "label": "League"}]
OPTIONS = [
    {"id": "gate", "kind": "toggle", "label": "With a gate"},
    {"id": "level", "kind": "choice", "label": "Promise", "options": [{"id": "p50", "label": "P50"}]},
]


def bets(**traits: Any) -> RankList:
    return RankList(**{"items": ITEMS, "options": OPTIONS, **traits})


orders = st.lists(st.text(min_size=1, max_size=3), unique=True, min_size=1, max_size=12)


@given(orders, st.data())
def test_moving_gives_a_permutation_with_the_item_at_its_place(order: list[str], data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(order))
    place = data.draw(st.integers(1, len(order)))
    after = moved(order, item, place)
    assert sorted(after) == sorted(order)
    assert after[place - 1] == item
    assert [one for one in after if one != item] == [one for one in order if one != item]
    assert moved(after, item, order.index(item) + 1) == order


@given(orders)
def test_moving_an_item_to_its_own_place_changes_nothing(order: list[str]) -> None:
    assert all(moved(order, item, place) == order for place, item in enumerate(order, start=1))


@given(orders, st.data())
def test_moving_an_item_from_outside_adds_it(order: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(order) + 1))
    after = moved(order, "outside", place)
    assert after.index("outside") == place - 1
    assert [one for one in after if one != "outside"] == order


@pytest.mark.parametrize(("item", "place"), [("a", 0), ("a", 4), ("z", 5)])
def test_a_place_that_does_not_exist_is_refused(item: str, place: int) -> None:
    with pytest.raises(ValueError, match=f"place of {item} must be from 1 to"):
        moved(["a", "b", "c"], item, place)


def test_an_untouched_list_is_ranked_or_pooled_as_asked() -> None:
    untouched = {"gate": False, "level": None}
    options = dict.fromkeys("abc", untouched)
    assert bets().value == {"order": ["a", "b", "c"], "options": options, "settings": {}}
    assert bets(start_ranked=False).value["order"] == []
    assert RankList(items=ITEMS).value["options"] == {}


def test_missing_items_are_unranked_and_missing_choices_at_their_start() -> None:
    value = bets(value={"order": ["c"], "options": {"b": {"level": "p50"}}}).value
    assert value["order"] == ["c"]
    assert value["options"] == {
        "a": {"gate": False, "level": None},
        "b": {"gate": False, "level": "p50"},
        "c": {"gate": False, "level": None},
    }


@pytest.mark.parametrize(
    ("value", "offence"),
    [
        ({"order": ["a", "z"]}, "value: order has no item 'z'"),
        ({"order": ["a", "b", "a"]}, "value: order names a twice"),
        ({"order": [["a"]]}, r"value: order has no item \['a'\]"),
        ({"order": "abc"}, "value: order must be a list"),
        ({"options": {"z": {}}}, "value: options has no item 'z'"),
        ({"options": {"a": {"size": 1}}}, "value: options of a has no 'size'"),
        ({"options": {"a": {"gate": 1}}}, "value: gate of a cannot be 1"),
        ({"options": {"a": {"level": "p99"}}}, "value: level of a cannot be 'p99'"),
        ({"options": {"a": True}}, "value: options must be a table"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(value: dict[str, Any], offence: str) -> None:
    board = bets()
    before = board.value
    with pytest.raises(TraitError, match=offence):
        board.value = value
    assert board.value == before


@pytest.mark.parametrize(
    ("traits", "offence"),
    [
        ({"items": [{"id": "a"}]}, "items: a has no label"),
        ({"items": [ITEMS[0], ITEMS[0]]}, "items: there are two of a"),
        ({"options": [{"id": "o", "label": "O", "kind": "dial"}]}, "options: o has unknown kind 'dial'"),
        ({"options": [{**OPTIONS[1], "default": "p99"}]}, "options: default of level cannot be 'p99'"),
        ({"options": [{**OPTIONS[0], "default": "yes"}]}, "options: default of gate cannot be 'yes'"),
        ({"top": -1}, "top: must be 0 or more, not -1"),
        ({"item": []}, "RankList has no item"),
    ],
)
def test_inputs_that_cannot_be_are_refused_by_name(traits: dict[str, Any], offence: str) -> None:
    with pytest.raises(TraitError, match=offence):
        bets(**traits)


@given(st.permutations(["a", "b", "c"]), st.integers(0, 3))
def test_every_order_comes_back_as_it_was(order: list[str], ranked: int) -> None:
    value = bets(value={"order": order[:ranked]}).value
    assert value["order"] == order[:ranked]
    assert bets(value=value).value == value
