"""The poker table's Python side: one entry per item, refusals by name, and no card that was not turned."""

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
from qspo_lab.widgets.poker_table import PokerTable, can_be_final

DECK = [
    {"id": "half", "label": "½", "value": 0.5},
    {"id": "1", "label": "1", "value": 1},
    {"id": "13", "label": "13", "value": 13.0},
    {"id": "unsure", "label": "?", "value": None, "final": True},
    {"id": "break", "label": "Break", "value": None},
]
ITEMS = [{"id": "a", "label": "Autopilot"}, {"id": "b", "label": "Rule studio"}, {"id": "c", "label": "Statement"}]
SEATS = [{"id": "ines", "label": "Ines"}, {"id": "teo", "label": "Teo"}]
RULES = [{"id": "ends", "label": "Lowest and highest"}, {"id": "nobody", "label": "Nobody"}]
UNTOUCHED = {
    "settings": {},
    "revealed": {"a": 0, "b": 0, "c": 0},
    "rounds": {"a": [], "b": [], "c": []},
    "final": {"a": None, "b": None, "c": None},
    "current": "a",
}
ROUND = {"ines": "13", "teo": "half"}


def make(**traits: Any) -> PokerTable:
    return PokerTable(**({"deck": DECK, "items": ITEMS, "seats": SEATS, "rules": RULES} | traits))


# ---------------------------------------------------------------- examples


def test_an_untouched_table_has_every_item_with_nothing_turned() -> None:
    assert make().value == UNTOUCHED
    assert json.loads(json.dumps(make().value)) == UNTOUCHED


def test_a_value_with_one_item_is_completed_with_the_others() -> None:
    table = make(value={"revealed": {"b": 1}, "final": {"b": "13"}, "current": "b"})
    assert table.value["revealed"] == {"a": 0, "b": 1, "c": 0}
    assert table.value["final"] == {"a": None, "b": "13", "c": None}
    assert table.value["rounds"] == {"a": [], "b": [], "c": []}
    assert table.value["current"] == "b"


def test_a_table_without_anything_can_be_made() -> None:
    assert PokerTable().value == {"settings": {}, "revealed": {}, "rounds": {}, "final": {}, "current": None}


def test_a_turned_round_may_be_sent_and_the_next_one_may_not() -> None:
    table = make(value={"revealed": {"a": 1}})
    table.cards = {"a": [ROUND]}
    with pytest.raises(traitlets.TraitError, match="cards: a has 2 rounds, only 1 may be seen"):
        table.cards = {"a": [ROUND, ROUND]}
    assert table.cards == {"a": [ROUND]}


def test_what_is_said_may_be_sent_only_after_it_was_chosen_who_speaks() -> None:
    table = make(value={"revealed": {"a": 1}})
    line = [{"seat": "ines", "text": "The regulator asked."}]
    with pytest.raises(traitlets.TraitError, match="said: a has 1 rounds, only 0 may be seen"):
        table.said = {"a": [line]}
    table.value = {**table.value, "rounds": {"a": ["ends"]}}
    table.said = {"a": [line]}


def test_without_rules_what_is_said_follows_the_cards() -> None:
    table = make(rules=[], value={"revealed": {"a": 2}})
    table.said = {"a": [[], [{"seat": "teo", "text": "No."}]]}
    with pytest.raises(traitlets.TraitError, match="said: a has 3 rounds, only 2 may be seen"):
        table.said = {"a": [[], [], []]}


@pytest.mark.parametrize("trait, hidden", [("cards", [ROUND]), ("notes", ["Middle card 1."]), ("said", [[]])])
def test_a_table_cannot_be_made_with_hidden_rounds(trait: str, hidden: Any) -> None:
    with pytest.raises(traitlets.TraitError, match=f"{trait}: a has 1 rounds, only 0 may be seen"):
        make(**{trait: {"a": hidden}})


def test_a_started_table_can_be_made_with_its_turned_rounds() -> None:
    table = make(value={"revealed": {"a": 1}, "rounds": {"a": ["ends"]}}, cards={"a": [ROUND]}, said={"a": [[]]})
    assert table.cards == {"a": [ROUND]}


def test_a_further_round_of_one_item_leaves_the_finals_and_rounds_of_the_others() -> None:
    voted = {
        "revealed": {"a": 1, "b": 1, "c": 1},
        "rounds": {"c": ["ends"]},
        "final": {"a": "half", "b": "1", "c": "1"},
    }
    table = make(value=voted)
    table.cards = {i: [ROUND] for i in "abc"}
    table.value = {
        **table.value,
        "revealed": {**table.value["revealed"], "c": 2},
        "final": {**voted["final"], "c": "13"},
    }
    table.cards = {**table.cards, "c": [ROUND, {"ines": "13", "teo": "13"}]}
    assert table.value["final"] == {"a": "half", "b": "1", "c": "13"}
    assert table.cards["c"] == [ROUND, {"ines": "13", "teo": "13"}]
    assert table.cards["a"] == [ROUND]


def test_a_seat_may_lay_no_card() -> None:
    make(value={"revealed": {"a": 1}}, cards={"a": [{"ines": "1"}]})


def test_a_card_without_a_number_is_final_only_if_it_says_so() -> None:
    assert [card["id"] for card in DECK if can_be_final(card)] == ["half", "1", "13", "unsure"]


def test_every_word_of_the_table_is_in_the_text_file_and_none_is_left_over() -> None:
    calls = re.findall(r'\bword\(\s*((?:[^"(),{]*"[a-z_]+")+)', read_source("poker_table.js"))
    used = {name for call in calls for name in re.findall(r'"([a-z_]+)"', call)}
    assert set(panel_words().raw("poker_table")) == used


# ---------------------------------------------------------------- what always holds


@given(
    st.fixed_dictionaries({}, optional={k: st.integers(0, 3) for k in "abc"}),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["half", "1", "13", "unsure", None])),
    st.sampled_from("abc"),
)
def test_a_good_value_survives_json_and_a_second_table(revealed: dict, final: dict, current: str) -> None:
    final = {item: card for item, card in final.items() if revealed.get(item)}
    rounds = {item: ["nobody"] * max(0, n - 1) for item, n in revealed.items()}
    value = make(value={"revealed": revealed, "rounds": rounds, "final": final, "current": current}).value
    assert make(value=json.loads(json.dumps(value))).value == value
    assert set(value["final"]) == set(value["rounds"]) == set(value["revealed"]) == {"a", "b", "c"}


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)), st.integers(0, 4))
def test_no_item_ever_shows_more_rounds_than_were_turned(revealed: dict, sent: int) -> None:
    table = make(rules=[], value={"revealed": revealed})
    try:
        table.cards = {"b": [ROUND] * sent}
    except traitlets.TraitError:
        assert sent > revealed.get("b", 0)
    assert len(table.cards.get("b", [])) <= table.value["revealed"]["b"]


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "value, words",
    [
        ({"revealed": {"x": 1}}, "revealed names 'x', which is not an item"),
        ({"revealed": {"a": 4}}, "revealed of a must be a whole number from 0 to 3, not 4"),
        ({"revealed": {"a": -1}}, "revealed of a must be a whole number"),
        ({"revealed": {"a": True}}, "revealed of a must be a whole number"),
        ({"revealed": {"a": 1.0}}, "revealed of a must be a whole number"),
        ({"revealed": [1]}, "revealed must be a table of items"),
        ({"rounds": {"a": ["ends"]}}, "rounds of a has 1 rules but 0 turned rounds"),
        ({"rounds": {"a": ["shout"]}, "revealed": {"a": 1}}, "rounds of a cannot hold 'shout'"),
        ({"rounds": {"a": "ends"}, "revealed": {"a": 1}}, "rounds of a must be a list of rules"),
        ({"revealed": {"a": 2}}, "rounds of a has no rule between two turned rounds"),
        ({"final": {"a": "13"}}, "final of a is set before a card was turned"),
        ({"final": {"a": "99"}, "revealed": {"a": 1}}, "final of a cannot be '99', which is not in the deck"),
        ({"final": {"a": "break"}, "revealed": {"a": 1}}, "final of a cannot be 'break', which is no value"),
        ({"current": "x"}, "current cannot be 'x', which is not an item"),
        ({"current": ["a"]}, "current cannot be"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_the_old_one_stays(value: dict, words: str) -> None:
    table = make()
    with pytest.raises(traitlets.TraitError, match=f"value: {words}"):
        table.value = value
    assert table.value == UNTOUCHED


@pytest.mark.parametrize(
    "traits, words",
    [
        ({"deck": [{"id": "1/2", "label": "1/2", "value": "1/2"}]}, "deck: the value of 1/2 must be a number"),
        ({"deck": [{"id": "1", "label": "1"}]}, "deck: 1 has no value"),
        ({"deck": [*DECK, DECK[0]]}, "deck: there are two of half"),
        ({"items": [{"id": "a"}]}, "items: a has no label"),
        ({"items": [{"id": 1, "label": "One"}]}, "items: id and label of 1 must be text"),
        ({"seats": [SEATS[0], SEATS[0]]}, "seats: there are two of ines"),
        ({"rules": [{"label": "All"}]}, "rules: an entry without id has no id"),
        ({"offered": ["7"]}, "offered: '7' is not in the deck"),
        ({"cards": {"x": []}}, "cards: 'x' is not an item"),
        ({"colour": "red"}, "PokerTable has no colour"),
    ],
)
def test_a_bad_input_is_refused_by_name(traits: dict, words: str) -> None:
    with pytest.raises(traitlets.TraitError, match=words):
        make(**traits)


@pytest.mark.parametrize(
    "trait, rounds, words",
    [
        ("cards", [{"bob": "1"}], "cards: a names 'bob', which is not a seat"),
        ("cards", [{"ines": "7"}], "cards: a names '7', which is not in the deck"),
        ("cards", ["13"], "cards: a round of a is not made of seats"),
        ("cards", "13", "cards: a must have a list with one entry per round"),
        ("said", [[{"seat": "bob", "text": "x"}]], "said: a names 'bob', which is not a seat"),
        ("notes", [3], "notes: a must have one text per round"),
    ],
)
def test_a_bad_round_is_refused_by_name(trait: str, rounds: Any, words: str) -> None:
    table = make(value={"revealed": {"a": 1}, "rounds": {"a": ["ends"]}})
    with pytest.raises(traitlets.TraitError, match=words):
        setattr(table, trait, {"a": rounds})
