"""Panel: the calm text around a board, given as a list of blocks; it reports what was pressed or written."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets
from ipywidgets import VBox

from qspo_lab.widgets.board import read_source


class Panel(anywidget.AnyWidget):
    """Shows blocks and reports acts.

    Each block is a dict with ``kind`` and ``id``. Kinds: ``head`` (title, meta, right), ``prose`` (tree, see
    `qspo_lab.texts.markdown`, tone), ``notice`` (text, tone), ``hints`` (items), ``findings`` (items of label, tone,
    text), ``table`` (title, columns, rows, numeric, highlight, folded), ``list`` (heading, items), ``field`` (label,
    value, rows, note, locked), ``confidence`` (label, value, locked), ``actions`` (buttons, saved), ``steps``
    (items of label, state), ``file`` (label, accept, action), ``fold`` (summary, action, open, blocks).

    An act is reported to handlers as ``handler(action, value)``. Each act carries a token, and a token counts once.
    """

    _esm = read_source("board.js") + "\n" + read_source("panel.js")
    _css = read_source("board.css") + "\n" + read_source("panel.css")

    blocks = traitlets.List(traitlets.Dict()).tag(sync=True)
    saved = traitlets.Dict().tag(sync=True)
    answered = traitlets.Unicode("").tag(sync=True)
    focus = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.trait_names()))
        if unknown:
            raise traitlets.TraitError(f"Panel has no {', '.join(unknown)}")
        self._handlers: list[Callable[[str, Any], None]] = []
        self._last_token = ""
        super().__init__(**traits)
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return "<Panel>"

    def on_act(self, handler: Callable[[str, Any], None]) -> None:
        """Call ``handler(action, value)`` for each act of the learner."""
        self._handlers.append(handler)

    def give(self, name: str, content: bytes, media_type: str) -> None:
        """Hand the browser a file to keep."""
        self.send({"type": "download", "name": name, "media_type": media_type}, [content])

    def attend(self, block: str) -> None:
        """Move the reader's focus to a block and bring it into view."""
        self.focus = {"block": block, "n": self.focus.get("n", 0) + 1}

    def _receive(self, _: Any, content: Mapping[str, Any], buffers: list[memoryview]) -> None:
        token = str(content.get("token", ""))
        if content.get("type") != "act" or not token or token == self._last_token:
            return
        self._last_token = token
        value = content.get("value")
        if buffers:
            value = {"name": str(value), "content": bytes(buffers[0])}
        for handler in self._handlers:
            handler(str(content.get("action")), value)
        self.answered = token


class ExerciseBox(VBox):
    """The box around one exercise; a saved notebook shows ``fallback`` where the lab is not running."""

    def __init__(self, children: Any = (), fallback: str = "") -> None:
        super().__init__(children)
        self.fallback = fallback
        self.add_class("qspo-exercise")

    def __repr__(self) -> str:
        return f"<{self.fallback}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data = super()._repr_mimebundle_(**kwargs)
        return data and {**data, "text/plain": self.fallback, "text/html": f"<p>{html.escape(self.fallback)}</p>"}
