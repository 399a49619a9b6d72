"""What every board checks: its controls, its settings, its traits."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.widgets.panel import ExerciseBox, Panel
from qspo_lab.widgets.settings_board import SettingsBoard

CONTROLS: list[dict[str, Any]] = [
    {"id": "size", "kind": "slider", "label": "Size", "min": 10, "max": 300, "step": 10, "default": 100},
    {
        "id": "rule",
        "kind": "choice",
        "label": "Rule",
        "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}],
    },
    {"id": "gate", "kind": "toggle", "label": "Gate", "default": False},
    {"id": "note", "kind": "text", "label": "Note", "default": ""},
    {"id": "share", "kind": "number", "label": "Share", "min": 0, "max": 1, "step": 0.1},
    {"id": "file", "kind": "file", "label": "File", "accept": ".csv"},
]


def make(**traits: Any) -> SettingsBoard:
    return SettingsBoard(**{"label": "Set-up", "controls": CONTROLS, **traits})


def test_an_untouched_board_has_the_defaults_and_nothing_else() -> None:
    assert make().value == {"settings": {"size": 100, "rule": None, "gate": False, "note": "", "share": None}}


def test_a_value_is_completed_and_what_a_control_does_not_know_is_kept() -> None:
    board = make()
    board.value = {"settings": {"rule": "b", "history": {"daily": [1]}}}
    assert board.value["settings"]["size"] == 100
    assert board.value["settings"]["history"] == {"daily": [1]}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 5}, "size must be from 10 to 300, not 5"),
        ({"size": "many"}, "size must be a number, not 'many'"),
        ({"size": True}, "size must be a number, not True"),
        ({"rule": "c"}, "rule cannot be 'c'"),
        ({"gate": "yes"}, "gate must be true or false, not 'yes'"),
        ({"note": 3}, "note must be text"),
        ({"share": 2}, "share must be from 0 to 1, not 2"),
        ([1], "settings must be a table"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_by_name_and_nothing_changes(settings: Any, words: str) -> None:
    board = make()
    before = board.value
    with pytest.raises(traitlets.TraitError, match=words):
        board.value = {"settings": settings}
    assert board.value == before


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ([{"kind": "slider", "label": "x", "min": 0, "max": 1, "step": 1}], "a control without id has no id"),
        ([{"id": "a", "kind": "dial", "label": "x"}], "a has unknown kind 'dial'"),
        ([{"id": "a", "kind": "choice", "label": "x"}], "a has no options"),
        ([{"id": "a", "kind": "toggle"}], "a has no label"),
        ([CONTROLS[0], CONTROLS[0]], "two have the same id among size, size"),
    ],
)
def test_a_control_that_is_not_complete_is_refused_by_name(controls: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(traitlets.TraitError, match=words):
        make(controls=controls)


@pytest.mark.parametrize("kind", [SettingsBoard, Panel])
def test_a_misspelt_trait_is_refused(kind: type) -> None:
    with pytest.raises(traitlets.TraitError, match="has no lable"):
        kind(lable="x")


def test_a_file_reaches_its_handlers_as_it_was_chosen() -> None:
    board, got = make(), []
    board.on_file(lambda control, name, content: got.append((control, name, content)))
    board._receive(board, {"type": "file", "control": "file", "name": "a.csv"}, [memoryview(b"x,y")])
    board._receive(board, {"type": "file", "control": "file", "name": "a.csv"}, [])
    board._receive(board, {"type": "other"}, [memoryview(b"x")])
    assert got == [("file", "a.csv", b"x,y")]


@given(
    size=st.integers(10, 300),
    rule=st.sampled_from(["a", "b", None]),
    gate=st.booleans(),
    note=st.text(max_size=30),
    share=st.none() | st.floats(0, 1),
)
def test_what_fits_comes_back_as_it_was(
    size: int, rule: str | None, gate: bool, note: str, share: float | None
) -> None:
    board = make()
    settings = {"size": size, "rule": rule, "gate": gate, "note": note, "share": share}
    board.value = {"settings": settings}
    assert board.value == {"settings": settings}
    assert make(value=board.value).value == board.value


def test_an_act_of_the_page_counts_once_and_is_answered() -> None:
    panel, acts = Panel(), []
    panel.on_act(lambda action, value: acts.append((action, value)))
    for token in ("1", "1", "2", ""):
        panel._receive(panel, {"type": "act", "action": "hint", "value": None, "token": token}, [])
    panel._receive(panel, {"type": "act", "action": "take_in", "value": "a.json", "token": "3"}, [memoryview(b"{}")])
    assert acts == [("hint", None), ("hint", None), ("take_in", {"name": "a.json", "content": b"{}"})]
    assert panel.answered == "3"


def test_a_saved_notebook_says_in_words_what_to_do() -> None:
    bundle = ExerciseBox(fallback="Open <it> in the lab.")._repr_mimebundle_()
    assert bundle["text/plain"] == "Open <it> in the lab."
    assert bundle["text/html"] == "<p>Open &lt;it&gt; in the lab.</p>"
    assert "0x" not in repr(ExerciseBox(fallback="x")) + repr(Panel()) + repr(make())
