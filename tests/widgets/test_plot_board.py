"""The plot board hands a figure to the browser as it is, refuses what JSON cannot carry, and sends plotly.js once."""

from __future__ import annotations

import gzip
import math
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs

from qspo_lab.texts import panel_words
from qspo_lab.widgets import plot_board
from qspo_lab.widgets.board import read_source
from qspo_lab.widgets.plot_board import PlotBoard, check_plain, plotly_source


@dataclass
class Picture:
    data: list[dict[str, Any]] = field(default_factory=lambda: [{"type": "bar", "x": [1, 2.5, None], "y": ["a"]}])
    layout: dict[str, Any] = field(default_factory=lambda: {"height": 300})
    title: str = "Two of three came late"
    description: str = "Three bars."


@pytest.fixture
def board(monkeypatch):
    monkeypatch.setattr(plot_board, "_sent", {})
    board = PlotBoard(words={"fallback": "Press Run all."})
    board.sent = []
    monkeypatch.setattr(board, "send", lambda content, buffers=None: board.sent.append((content, buffers)))
    return board


def ask(board: PlotBoard, **content: Any) -> None:
    board._handle_custom_msg({"type": "plotly", "page": "p1", "gzip": True, **content}, [])


def test_a_new_board_is_empty(board):
    assert (board.figure, board.title, board.description) == ({}, "", "")


def test_a_figure_is_handed_over_as_it_is(board):
    board.show(Picture())
    assert board.figure == {"data": Picture().data, "layout": Picture().layout}
    assert (board.title, board.description) == ("Two of three came late", "Three bars.")


def test_none_clears_the_board(board):
    board.show(Picture())
    board.show(None)
    assert (board.figure, board.title, board.description) == ({}, "", "")


def test_title_and_figure_reach_the_page_together(board, monkeypatch):
    states = []
    monkeypatch.setattr(
        board, "send_state", lambda key=None: states.append({key} if isinstance(key, str) else set(key))
    )
    board.show(Picture())
    assert states == [{"figure", "title", "description"}]


def test_a_saved_notebook_says_what_there_was_and_what_to_press(board):
    board.show(Picture(title="<b>Late</b> & more"))
    data, _ = board._repr_mimebundle_()
    assert data["text/plain"] == "<b>Late</b> & more Three bars. Press Run all."
    assert data["text/html"] == "<p>&lt;b&gt;Late&lt;/b&gt; &amp; more Three bars. Press Run all.</p>"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == board.model_id


@pytest.mark.parametrize("packed", [True, False])
def test_the_source_is_plotlys_own(packed):
    source = plotly_source(packed)
    text = (gzip.decompress(source) if packed else source).decode()
    assert text == get_plotlyjs()
    assert len(source) < (2_000_000 if packed else 6_000_000)


def test_plotly_is_found_without_being_imported():
    code = """
import sys
from qspo_lab.widgets.plot_board import PlotBoard, plotly_source
PlotBoard(figure={"data": [], "layout": {}})
assert plotly_source(True)
assert not {"plotly", "numpy", "pandas", "nbformat"} & set(sys.modules), "too much was loaded"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_page_that_asks_is_sent_plotly_as_one_buffer(board):
    ask(board)
    [(content, [buffer])] = board.sent
    assert content == {"type": "plotly", "gzip": True}
    assert buffer == plotly_source(True)


def test_a_browser_that_cannot_unpack_is_sent_it_unpacked(board):
    ask(board, gzip=False)
    [(content, [buffer])] = board.sent
    assert content == {"type": "plotly", "gzip": False}
    assert buffer == plotly_source(False)


def test_a_page_that_asks_often_is_answered_once_in_a_while(board, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(plot_board.time, "monotonic", lambda: clock[0])
    for _ in range(5):
        ask(board)
    assert len(board.sent) == 1
    ask(board, page="p2")
    assert len(board.sent) == 2
    clock[0] += plot_board.ASK_AGAIN + 0.1
    ask(board)
    assert len(board.sent) == 3


def test_another_board_of_the_kernel_knows_that_the_page_was_answered(board, monkeypatch):
    ask(board)
    other = PlotBoard()
    sent = []
    monkeypatch.setattr(other, "send", lambda content, buffers=None: sent.append(content))
    ask(other)
    assert sent == []


def test_a_missing_plotly_is_said(board, monkeypatch):
    monkeypatch.setattr(plot_board, "plotly_source", lambda packed: None)
    ask(board)
    assert board.sent == [({"type": "plotly", "missing": True}, None)]


@pytest.mark.parametrize("content", [{"type": "file"}, {}, {"type": None}])
def test_other_messages_are_let_pass(board, content):
    board._handle_custom_msg(content, [])
    assert board.sent == []


def test_every_word_of_the_board_stands_in_the_text_file():
    used = set(re.findall(r'word\("(\w+)"\)', read_source("plot_board.js"))) | {"fallback"}
    assert set(panel_words().raw("plot_board")) == used


def test_nothing_is_put_on_the_page_as_markup():
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", read_source("plot_board.js")
    )


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"data": [{"x": [1, 2, math.nan]}], "layout": {}}, r"figure\.data\[0\]\.x\[2\] is nan"),
        ({"data": [], "layout": {"xaxis": {"range": [0, math.inf]}}}, r"figure\.layout\.xaxis\.range\[1\] is inf"),
        ({"data": [{"y": [np.int64(3)]}], "layout": {}}, r"figure\.data\[0\]\.y\[0\] is int64"),
        ({"data": [{"y": [np.float64(3)]}], "layout": {}}, r"figure\.data\[0\]\.y\[0\] is float64"),
        ({"data": [{"y": np.array([3])}], "layout": {}}, r"figure\.data\[0\]\.y is ndarray"),
        ({"data": []}, "figure: needs data and layout and nothing else, not data"),
        ({"data": [], "layout": {}, "frames": []}, "not data, layout, frames"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_its_place(board, figure, words):
    board.show(Picture())
    with pytest.raises(traitlets.TraitError, match=words):
        board.figure = figure
    assert board.figure["data"] == Picture().data


def test_an_unknown_trait_is_refused():
    with pytest.raises(traitlets.TraitError, match="PlotBoard has no figur"):
        PlotBoard(figur={})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_everything_json_can_carry_is_accepted(value):
    check_plain(value, "figure")
