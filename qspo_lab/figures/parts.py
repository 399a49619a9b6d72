"""What every figure is made of: the figure itself, its axes and marks, one look, and the one way in for text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["you", "reference", "other", "warn", "good", "band"]
Number = float | None
Write = Callable[[Number], str]

FONT = 15
CHARACTER = 8.2  # mean width of a character at FONT, in pixels; only for leaving room
LINE = 20  # height of a line of text, in pixels
PLOT_WIDTH = 480  # width that room for labels is reckoned for, in pixels; the board follows the real one
BESIDE_WIDTH = 300  # the same where the names of rows take the left part


@dataclass(frozen=True)
class Style:
    """How a role looks: a colour by name, and a dash, a symbol and a width that tell it apart without colour."""

    colour: str
    dash: str
    symbol: str
    width: float
    pattern: str = ""


STYLES: dict[str, Style] = {
    "you": Style("var(--q-you)", "solid", "circle", 3),
    "reference": Style("var(--q-reference)", "dash", "diamond", 2.5),
    "other": Style("var(--q-other)", "solid", "circle-open", 1.5),
    "warn": Style("var(--q-warn)", "dashdot", "x", 2.5, "/"),
    "good": Style("var(--q-good)", "longdash", "triangle-up", 2.5),
    "band": Style("var(--q-band)", "dot", "square", 1.5),
}
"""Colours are names of CSS variables of ``plot_board.css``; the browser puts the theme's colour in their place."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One picture, the sentence it proves, and the same numbers as a table.

    Parameters
    ----------
    data
        Traces, plain dicts as plotly writes them.
    layout
        The layout, a plain dict. Colours may be names of roles such as ``"var(--q-you)"``.
    title
        One sentence that states the finding.
    description
        A sentence or two for people who cannot see the picture.
    columns
        Headings of the table.
    rows
        Cells as finished text.
    numeric
        Positions of the columns set flush right.
    highlight
        Position of the row that is the learner's own, if any.

    Raises
    ------
    ValueError
        If title or description is empty, or a row is longer or shorter than the headings.
    """

    data: list[dict[str, Any]]
    layout: dict[str, Any]
    title: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    highlight: int | None = None

    def __post_init__(self) -> None:
        for name in ("title", "description"):
            if not getattr(self, name).strip():
                raise ValueError(f"a figure needs a {name}")
        for position, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"rows[{position}] has {len(row)} cells under {len(self.columns)} headings")


@dataclass(frozen=True)
class Axis:
    """What runs along an axis.

    Parameters
    ----------
    title
        In words, with the unit; also heads the column of the table.
    write
        Turns a value into text, for ticks, labels and the table; must know what to write for None.
    low, high
        Ends of the axis, if they should not follow from the data.
    """

    title: str
    write: Write
    low: Number = None
    high: Number = None


@dataclass(frozen=True)
class Mark:
    """A value worth a line across the picture: "you", "best", a limit.

    Parameters
    ----------
    value
        Where; None draws nothing.
    text
        What to write beside it.
    role
        How it looks.
    """

    value: Number
    text: str
    role: Role = "you"


@dataclass(frozen=True)
class Dots:
    """One dot per row, with or without a range around it.

    Parameters
    ----------
    name
        What the dots stand for.
    values
        One per row; None means "cannot say".
    low, high
        Ends of the ranges, one per row.
    role
        How they look.
    """

    name: str
    values: Sequence[Number]
    low: Sequence[Number] | None = None
    high: Sequence[Number] | None = None
    role: Role = "you"


@dataclass(frozen=True)
class Line:
    """One line, with or without a band around it.

    Parameters
    ----------
    name
        Written at its end; empty for one of many lines that need no name and no column in the table.
    x, y
        Its points; a None in ``y`` leaves a gap.
    low, high
        Ends of the band, one per point.
    role
        How it looks.
    dots
        Whether each point is drawn too.
    """

    name: str
    x: Sequence[float]
    y: Sequence[Number]
    low: Sequence[Number] | None = None
    high: Sequence[Number] | None = None
    role: Role = "you"
    dots: bool = False


@dataclass(frozen=True)
class Point:
    """One labelled point.

    Parameters
    ----------
    text
        Short label beside it.
    x, y
        Where; a point without one of them stands in the table only.
    role
        How it looks.
    x_low, x_high, y_low, y_high
        Ends of its error bars.
    note
        Longer text shown when pointed at.
    """

    text: str
    x: Number
    y: Number
    role: Role = "other"
    x_low: Number = None
    x_high: Number = None
    y_low: Number = None
    y_high: Number = None
    note: str = ""


@dataclass(frozen=True)
class Region:
    """A named part of the plane; an end of None is the end of the axis."""

    text: str
    x: tuple[Number, Number] = (None, None)
    y: tuple[Number, Number] = (None, None)
    role: Role | None = None


# ---------------------------------------------------------------- text and numbers on their way into plotly


def escaped(text: object) -> str:
    """Return a text that plotly shows letter for letter.

    Plotly reads a kind of HTML in every label, and formulas between dollar signs. Every string of a pack, a learner
    or a file goes through here; line breaks and bold type are added afterwards by this package only.

    Examples
    --------
    >>> escaped("<b>x</b> & $y$")
    '&lt;b&gt;x&lt;/b&gt; &amp; &#36;y&#36;'
    """
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        text = str(text).replace(sign, entity)
    return str(text)


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of at most ``width`` characters, escaped."""
    return "<br>".join(escaped(line) for line in broken(text, width))


def broken(text: str, width: int) -> list[str]:
    """Return a text's lines of at most ``width`` characters; at least one."""
    return textwrap.wrap(text, width) or [""]


def bold(text: str) -> str:
    """Return an escaped text in bold type."""
    return f"<b>{text}</b>"


def width_of(text: str) -> float:
    """Return about how many pixels the longest line of an unescaped text takes."""
    return CHARACTER * max(len(line) for line in text.split("\n"))


def plain(value: Any, place: str) -> Number:
    """Return a number as plotly's JSON can carry it, None as None.

    Raises
    ------
    ValueError
        For nan, an infinite number or what is no number; names the place.
    """
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{place} must be a number or None, not {value!r}") from None
    if not math.isfinite(number):
        raise ValueError(f"{place} is {number}; use None for what cannot be said")
    return number


def plains(values: Sequence[Any] | None, place: str, length: int | None = None) -> list[Number]:
    """Return numbers as plotly's JSON can carry them; as many Nones as asked if there are no values at all."""
    if values is None:
        return [None] * (length or 0)
    if length is not None and len(values) != length:
        raise ValueError(f"{place} must have {length} values, not {len(values)}")
    return [plain(value, f"{place}[{position}]") for position, value in enumerate(values)]


# ---------------------------------------------------------------- axes


@dataclass(frozen=True)
class Scale:
    """An axis with its ends and ticks worked out."""

    axis: Axis
    low: float
    high: float
    ticks: list[float] = field(default_factory=list)

    def share(self, value: float) -> float:
        """Return how far along the axis a value stands, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def layout(self, *, grid: bool = False, ticks: bool = True, upright: bool = False) -> dict[str, Any]:
        """Return the axis as plotly wants it; an upright one has less room for its title."""
        shown = self.ticks if ticks else []
        return {
            **QUIET_AXIS,
            "title": {"text": wrapped(self.axis.title, 32 if upright else 60), "font": {"size": FONT}, "standoff": 10},
            "range": [self.low, self.high],
            "tickvals": shown,
            "ticktext": [escaped(self.axis.write(tick)) for tick in shown],
            "showgrid": grid,
        }


QUIET_AXIS: dict[str, Any] = {
    "type": "linear",
    "tickmode": "array",
    "tickangle": 0,
    "fixedrange": True,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "gridcolor": "var(--q-rule)",
    "automargin": True,
    "tickfont": {"size": FONT},
}


def scale(axis: Axis, values: Sequence[Number], *, zero: bool = False, pad: float = 0.04, count: int = 5) -> Scale:
    """Work out the ends and the ticks of an axis.

    Parameters
    ----------
    axis
        Its own ends come first.
    values
        All that must be seen.
    zero
        Whether zero must be seen.
    pad
        Room beyond the data, as a share of its span.
    count
        About how many ticks.
    """
    known = [value for value in values if value is not None] + ([0.0] if zero else [])
    known += [end for end in (axis.low, axis.high) if end is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if low == high:
        low, high = (low, low + 1.0) if zero else (low - 0.5, high + 0.5)
    room = pad * (high - low)
    low = axis.low if axis.low is not None else low if zero and low == 0 else low - room
    high = axis.high if axis.high is not None else high if zero and high == 0 else high + room
    if low >= high:
        raise ValueError(f"axis {axis.title!r} runs from {low} to {high}")
    return Scale(axis, low, high, round_values(low, high, axis.write, count))


def round_values(low: float, high: float, write: Write, count: int = 5) -> list[float]:
    """Return round numbers between two ends, no two of which are written alike."""
    step = 10 ** math.floor(math.log10((high - low) / count))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50, 100, 200, 500, 1000):
        size = factor * step
        first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
        values = [round(k * size, 12) for k in range(first, last + 1)]
        if len(values) <= count + 1 and len({write(value) for value in values}) == len(values):
            return values
    return []


# ---------------------------------------------------------------- layout


def layout(title: str, *, height: float, **parts: Any) -> dict[str, Any]:
    """Return the look that all figures share, with a figure's own parts."""
    return {
        "title": {
            "text": wrapped(title, 70),
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 12, "l": 12},
            "automargin": True,
            "font": {"size": 18, "color": "var(--q-ink)"},
        },
        "height": round(height),
        "font": {"size": FONT, "color": "var(--q-ink)"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8, "pad": 4},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": "var(--q-paper)",
            "bordercolor": "var(--q-other)",
            "font": {"size": FONT, "color": "var(--q-ink)"},
            "align": "left",
        },
        "dragmode": False,
        "bargap": 0.35,
        **parts,
    }


def category_axis(labels: Sequence[str], you: int | None, width: int = 26) -> dict[str, Any]:
    """Return an axis with a text at 0, 1, 2, ...; the learner's own row stands out."""
    texts = [wrapped(label, width) for label in labels]
    return {
        **QUIET_AXIS,
        "tickvals": list(range(len(labels))),
        "ticktext": [bold(text) if position == you else text for position, text in enumerate(texts)],
        "showgrid": False,
    }


def line_shape(role: Role, **ends: Any) -> dict[str, Any]:
    """Return a straight line in a role's look."""
    style = STYLES[role]
    return {
        "type": "line",
        "layer": "above",
        "line": {"color": style.colour, "dash": style.dash, "width": style.width},
        **ends,
    }


def note(text: str, role: Role | None = None, **place: Any) -> dict[str, Any]:
    """Return an escaped text placed on the picture, without an arrow."""
    colour = "var(--q-ink)" if role in (None, "band", "other") else STYLES[str(role)].colour
    return {"text": text, "showarrow": False, "font": {"size": FONT, "color": colour}, **place}


def legend_above(rise: float) -> dict[str, Any]:
    """Return a legend that stands above the plot, ``rise`` plot heights up, and cannot be clicked."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1 + rise,
        "yanchor": "bottom",
        "yref": "paper",
        "itemclick": False,
        "itemdoubleclick": False,
        "font": {"size": FONT, "color": "var(--q-ink)"},
    }


def upright_marks(marks: Sequence[Mark], across: Scale) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """Draw vertical lines with their labels above the plot, in as many rows as they need.

    Returns
    -------
    shapes, annotations, height
        The last in pixels: room to leave above the plot.
    """
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    rows: list[float] = []  # for each row of labels, where its last one ends, as a share of the width
    known = [(plain(mark.value, mark.text), mark) for mark in marks]
    for value, mark in sorted(((v, m) for v, m in known if v is not None), key=lambda pair: pair[0]):
        shapes.append(line_shape(mark.role, x0=value, x1=value, yref="paper", y0=0, y1=1))
        here, size = across.share(value), width_of(mark.text) / PLOT_WIDTH
        start = min(max(here - size / 2, 0), max(1 - size, 0))
        level = next((level for level, end in enumerate(rows) if start > end + 0.02), len(rows))
        rows[level : level + 1] = [start + size]
        anchor, shift = ("left", -3) if start == 0 else ("right", 3) if start >= 1 - size else ("center", 0)
        side: dict[str, Any] = {"xanchor": anchor, "xshift": shift, "yref": "paper", "y": 1, "yanchor": "bottom"}
        notes.append(note(bold(escaped(mark.text)), mark.role, x=value, yshift=2 + level * LINE, **side))
    return shapes, notes, (len(rows) * LINE + 8 if rows else 0)


def spread(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move values apart so that neighbours are ``gap`` apart, as little as possible and, if they fit, within the ends.

    Examples
    --------
    >>> spread([1.0, 1.0, 5.0], 2.0, 0.0, 10.0)
    [0.0, 2.0, 5.0]
    """
    blocks: list[list[float]] = []  # each: middle, members
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    room = max(high - low, 0.0)
    if order and (len(order) - 1) * gap > room:
        gap = room / max(len(order) - 1, 1)
    for i in order:
        blocks.append([heights[i], 1])
        while True:
            middle, size = blocks[-1]
            half = (size - 1) * gap / 2
            blocks[-1][0] = middle = min(max(middle, low + half), high - half)
            if len(blocks) < 2:
                break
            before, count = blocks[-2]
            if middle - half - (before + (count - 1) * gap / 2) >= gap - 1e-9:
                break
            total = size + count
            blocks[-2:] = [[(middle * size + before * count) / total, total]]
    places = [middle + (k - (size - 1) / 2) * gap for middle, size in blocks for k in range(int(size))]
    result = [0.0] * len(heights)
    for i, place in zip(order, places, strict=True):
        result[i] = place
    return result
