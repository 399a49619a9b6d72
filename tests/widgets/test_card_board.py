"""The card board's Python side: every card in one place, refusals by name, moves that lose nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.widgets.card_board import CardBoard, moved

COLUMNS = [{"id": "open", "label": "Not decided"}, {"id": "now", "label": "Now"}, {"id": "next", "label": "Next"}]
CARDS = [{"id": name, "label": f"Bet {name}"} for name in ("b1", "b2", "b3")]
GATE = {"id": "gate", "kind": "toggle", "label": "Gate", "default": False, "columns": ["now"], "cards": ["b1", "b2"]}
TEAM = {"id": "team", "kind": "choice", "label": "Team", "default": None, "options": [{"id": "a", "label": "A"}]}


def make(**traits: Any) -> CardBoard:
    return CardBoard(**({"columns": COLUMNS, "cards": CARDS, "pool": "open"} | traits))


# ---------------------------------------------------------------- examples


def test_an_untouched_board_has_all_cards_in_the_pool_in_the_order_given() -> None:
    assert make().value == {
        "columns": {"open": ["b1", "b2", "b3"], "now": [], "next": []},
        "options": {},
        "settings": {},
    }


def test_without_a_pool_cards_start_in_the_first_column() -> None:
    board = CardBoard(columns=COLUMNS[1:], cards=CARDS)
    assert board.value["columns"] == {"now": ["b1", "b2", "b3"], "next": []}


def test_missing_cards_go_back_to_the_pool_behind_those_that_are_there() -> None:
    board = make(value={"columns": {"now": ["b2"], "open": ["b3"]}})
    assert board.value["columns"] == {"open": ["b3", "b1"], "now": ["b2"], "next": []}


def test_an_option_has_a_value_for_each_card_it_is_meant_for_wherever_the_card_stands() -> None:
    board = make(options=[GATE, TEAM], value={"options": {"b1": {"gate": True}}})
    assert board.value["options"] == {
        "b1": {"gate": True, "team": None},
        "b2": {"gate": False, "team": None},
        "b3": {"team": None},
    }


def test_moves_are_in_the_value_only_if_they_are_counted() -> None:
    assert make(moves=True, value={"moves": {"b2": 3}}).value["moves"] == {"b1": 0, "b2": 3, "b3": 0}
    assert "moves" not in make(value={"moves": {"b2": 3}}).value


def test_settings_of_controls_stand_beside_the_cards() -> None:
    board = make(controls=[{"id": "level", "kind": "slider", "label": "Level", "min": 0, "max": 9, "step": 1}])
    assert board.value["settings"] == {"level": None}


def test_moving_puts_a_card_before_the_card_at_that_place() -> None:
    columns = {"now": ["a", "b", "c"], "next": ["d", "e"]}
    assert moved(columns, "c", "next", 1) == {"now": ["a", "b"], "next": ["d", "c", "e"]}
    assert moved(columns, "a", "now", 2) == {"now": ["b", "c", "a"], "next": ["d", "e"]}
    assert moved(columns, "a", "next", 99) == {"now": ["b", "c"], "next": ["d", "e", "a"]}
    assert moved(columns, "e", "now", -5) == {"now": ["e", "a", "b", "c"], "next": ["d"]}
    assert columns == {"now": ["a", "b", "c"], "next": ["d", "e"]}


# ---------------------------------------------------------------- cards that come and go


def test_when_a_card_is_turned_up_it_joins_the_pool_and_the_others_stay() -> None:
    board = make(moves=True, options=[GATE], value={"columns": {"now": ["b2"]}, "options": {"b2": {"gate": True}}})
    board.cards = [*CARDS[1:], {"id": "b4", "label": "Bet b4"}]
    assert board.value["columns"] == {"open": ["b3", "b4"], "now": ["b2"], "next": []}
    assert board.value["options"] == {"b2": {"gate": True}}
    assert board.value["moves"] == {"b2": 0, "b3": 0, "b4": 0}


def test_when_a_column_goes_its_cards_return_to_the_pool() -> None:
    board = make(value={"columns": {"next": ["b3"], "now": ["b1"]}})
    board.columns = COLUMNS[:2]
    assert board.value["columns"] == {"open": ["b2", "b3"], "now": ["b1"]}


def test_when_the_pool_itself_goes_cards_return_to_the_first_column() -> None:
    board = make(value={"columns": {"next": ["b3"]}})
    board.columns = COLUMNS[1:]
    assert board.pool == ""
    assert board.value["columns"] == {"now": ["b1", "b2"], "next": ["b3"]}


def test_a_choice_that_is_no_longer_offered_falls_back_to_the_default() -> None:
    board = make(options=[TEAM], value={"options": {"b1": {"team": "a"}}})
    board.options = [TEAM | {"options": [{"id": "z", "label": "Z"}]}]
    assert board.value["options"]["b1"] == {"team": None}


# ---------------------------------------------------------------- what must always hold


IDS = [f"c{n}" for n in range(6)]
ZONES = ["0", "13", "now", "__proto__"]


@st.composite
def arrangements(draw: st.DrawFn) -> dict[str, list[str]]:
    order = draw(st.permutations(IDS))
    columns: dict[str, list[str]] = {zone: [] for zone in ZONES}
    for card in order:
        columns[draw(st.sampled_from(ZONES))].append(card)
    return columns


a_move = st.tuples(st.sampled_from(IDS), st.sampled_from(ZONES), st.integers(-3, 9))


@given(arrangements(), st.lists(a_move, max_size=12))
def test_no_sequence_of_moves_loses_or_doubles_a_card(columns: dict[str, list[str]], moves: list[Any]) -> None:
    for card, column, place in moves:
        columns = moved(columns, card, column, place)
        assert card in columns[column]
    assert sorted(card for cards in columns.values() for card in cards) == sorted(IDS)
    assert list(columns) == ZONES


@given(arrangements(), a_move)
def test_a_move_leaves_all_other_cards_in_their_order(columns: dict[str, list[str]], move: Any) -> None:
    card, column, place = move
    after = moved(columns, card, column, place)
    for zone in ZONES:
        assert [c for c in after[zone] if c != card] == [c for c in columns[zone] if c != card]
    others = len(columns[column]) - (card in columns[column])
    assert after[column].index(card) == min(max(place, 0), others)


@given(arrangements(), a_move)
def test_a_move_can_be_undone_by_moving_back_and_repeating_it_changes_nothing(columns: Any, move: Any) -> None:
    card, column, place = move
    home, seat = next((zone, cards.index(card)) for zone, cards in columns.items() if card in cards)
    after = moved(columns, card, column, place)
    assert moved(after, card, column, place) == after
    assert moved(after, card, home, seat) == columns
    assert moved(columns, card, home, seat) == columns


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False)
    | st.sampled_from(["b1", "now", "gate", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["columns", "options", "moves", "settings", "now", "open", "b1", "gate"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["columns", "options", "moves", "settings"]), json_values))
def test_any_json_is_either_refused_or_becomes_a_complete_value(value: dict[str, Any]) -> None:
    board = make(options=[GATE, TEAM], moves=True)
    try:
        board.value = value
    except traitlets.TraitError as refused:
        assert str(refused).startswith("value: ")
    placed = [card for cards in board.value["columns"].values() for card in cards]
    assert sorted(placed) == ["b1", "b2", "b3"]
    assert set(board.value["moves"]) == {"b1", "b2", "b3"}
    assert board.check_value(json.loads(json.dumps(board.value))) == board.value


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"columns": {"someday": []}}, "there is no column 'someday'"),
        ({"columns": {"now": ["b9"]}}, "there is no card 'b9', named in column now"),
        ({"columns": {"now": [["b1"]]}}, r"there is no card \['b1'\]"),
        ({"columns": {"now": ["b1"], "next": ["b1"]}}, "card b1 stands twice, the second time in column next"),
        ({"columns": {"now": ["b1", "b1"]}}, "card b1 stands twice"),
        ({"columns": {"now": "b1"}}, "column now must be a list of cards"),
        ({"columns": []}, "columns must be a table"),
        ({"options": {"b9": {}}}, "there is no card 'b9', named in options"),
        ({"options": {"b3": {"gate": True}}}, "card b3 has no option 'gate'"),
        ({"options": {"b1": {"gate": "yes"}}}, "option gate of card b1 cannot be 'yes'"),
        ({"options": {"b1": {"team": "z"}}}, "option team of card b1 cannot be 'z'"),
        ({"options": {"b1": None}}, "options of card b1 must be a table"),
        ({"moves": {"b9": 1}}, "there is no card 'b9', named in moves"),
        ({"moves": {"b1": -1}}, "moves of card b1 must be a count"),
        ({"moves": {"b1": True}}, "moves of card b1 must be a count"),
    ],
)
def test_a_value_that_does_not_fit_the_board_is_refused_by_name(value: dict[str, Any], words: str) -> None:
    board = make(options=[GATE, TEAM], moves=True)
    before = board.value
    with pytest.raises(traitlets.TraitError, match=words):
        board.value = value
    assert board.value == before


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({"columns": [{"id": "now"}], "pool": ""}, "columns: now has no label"),
        ({"columns": [*COLUMNS, COLUMNS[1]]}, "columns: there are two of now"),
        ({"cards": [*CARDS, CARDS[0]]}, "cards: there are two of b1"),
        ({"cards": [{"id": 7, "label": "Seven"}]}, "cards: id and label of 7 must be text"),
        ({"cards": [{"id": "b1", "label": "B", "tone": "pink"}]}, "cards: b1 has unknown tone 'pink'"),
        ({"pool": "someday"}, "pool: there is no column 'someday'"),
        ({"arrangement": "circle"}, "arrangement"),
        ({"options": [GATE | {"kind": "dial"}]}, "options: gate has unknown kind 'dial'"),
        ({"options": [GATE | {"default": None}]}, "options: gate cannot be None by default"),
        ({"options": [{"id": "gate", "kind": "toggle", "label": "Gate"}]}, "options: gate has no default"),
        ({"options": [TEAM | {"options": [{"id": "a"}]}]}, "options of team: a has no label"),
        ({"options": [GATE | {"columns": ["now", "someday"]}]}, "gate names columns that do not exist: someday"),
        ({"options": [GATE | {"cards": ["b9"]}]}, "gate names cards that do not exist: b9"),
        ({"colums": COLUMNS}, "CardBoard has no colums"),
    ],
)
def test_inputs_that_do_not_fit_together_are_refused_by_name(traits: dict[str, Any], words: str) -> None:
    with pytest.raises(traitlets.TraitError, match=words):
        make(**traits)


def test_a_move_of_an_unknown_card_or_to_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no card 'z'"):
        moved({"now": ["a"]}, "z", "now", 0)
    with pytest.raises(ValueError, match="there is no column 'next'"):
        moved({"now": ["a"]}, "a", "next", 0)
