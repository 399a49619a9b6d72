"""Plot board: the one place where a figure is drawn; fetches plotly.js from the kernel once per page."""

from __future__ import annotations

import gzip
import html
import importlib.util
import math
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from qspo_lab.widgets.board import read_source

ASK_AGAIN = 10.0
"""Seconds in which a page that has been sent plotly.js is not sent it again."""
_sent: dict[str, float] = {}  # page -> when


class Drawable(Protocol):
    """What can be drawn; `qspo_lab.figures.Figure` is one."""

    @property
    def data(self) -> Sequence[Mapping[str, Any]]:
        """Traces in plotly's form."""

    @property
    def layout(self) -> Mapping[str, Any]:
        """Layout in plotly's form."""

    @property
    def title(self) -> str:
        """One sentence that states the finding."""

    @property
    def description(self) -> str:
        """What there is to see, in words."""


class PlotBoard(anywidget.AnyWidget):
    """Draws one figure in place.

    Traits. ``figure``: ``{"data": [...], "layout": {...}}`` in plotly's form, or ``{}`` for nothing yet; colours
    may be names of the variables in ``plot_board.css``. ``title`` and ``description``: what it shows, in words.
    ``words``: the board's own words.
    """

    _esm = read_source("board.js") + "\n" + read_source("plot_board.js")
    _css = read_source("board.css") + "\n" + read_source("plot_board.css")

    figure = traitlets.Dict().tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.trait_names()))
        if unknown:
            raise traitlets.TraitError(f"{type(self).__name__} has no {', '.join(unknown)}")
        super().__init__(**traits)
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title!r}>"

    def show(self, figure: Drawable | None) -> None:
        """Draw a figure in place of the one before; None clears the board."""
        with self.hold_sync():
            self.title = figure.title if figure else ""
            self.description = figure.description if figure else ""
            self.figure = {"data": list(figure.data), "layout": dict(figure.layout)} if figure else {}

    @traitlets.validate("figure")
    def _validate_figure(self, proposal: Any) -> dict[str, Any]:
        figure: dict[str, Any] = proposal["value"]
        if figure and set(figure) != {"data", "layout"}:
            raise traitlets.TraitError(f"figure: needs data and layout and nothing else, not {', '.join(figure)}")
        check_plain(figure, "figure")
        return figure

    def _receive(self, _: Any, content: Mapping[str, Any], __: list[memoryview]) -> None:
        if content.get("type") != "plotly":
            return
        page, now = str(content.get("page")), time.monotonic()
        if now - _sent.get(page, -math.inf) < ASK_AGAIN:
            return
        _sent[page] = now
        packed = content.get("gzip") is True
        source = plotly_source(packed)
        if source is None:
            self.send({"type": "plotly", "missing": True})
        else:
            self.send({"type": "plotly", "gzip": packed}, buffers=[source])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add a sentence for places where a saved notebook is read without the lab."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if data is None:
            return bundle
        said = " ".join(text for text in (self.title, self.description, self.words.get("fallback", "")) if text)
        return {**data, "text/plain": said, "text/html": f"<p>{html.escape(said)}</p>"}, metadata


def check_plain(value: Any, place: str) -> None:
    """Refuse what JSON cannot carry to the browser.

    Raises
    ------
    traitlets.TraitError
        Names the place, such as ``figure.data[0].x[3]``, and what is wrong there.
    """
    if isinstance(value, dict):
        for name, part in value.items():
            check_plain(part, f"{place}.{name}")
    elif isinstance(value, (list, tuple)):
        for position, part in enumerate(value):
            check_plain(part, f"{place}[{position}]")
    elif type(value) is float:
        if not math.isfinite(value):
            raise traitlets.TraitError(f"{place} is {value}; use None for what cannot be said")
    elif value is not None and type(value) not in (str, int, bool):
        raise traitlets.TraitError(
            f"{place} is {type(value).__name__}; only plain numbers, texts and None can be drawn"
        )


@lru_cache(maxsize=2)
def plotly_source(packed: bool) -> bytes | None:
    """Return plotly.js as plotly carries it, without importing plotly; None if it is not there.

    Parameters
    ----------
    packed
        Whether to return it in gzip's form: 1.6 instead of 4.8 MB.
    """
    spec = importlib.util.find_spec("plotly")
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        path = Path(folder) / "package_data" / "plotly.min.js"
        if path.is_file():
            return gzip.compress(path.read_bytes(), 3, mtime=0) if packed else path.read_bytes()
    return None
