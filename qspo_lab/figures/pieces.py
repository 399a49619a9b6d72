"""Pieces of pictures and tables that the charts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qspo_lab.figures.parts import (
    FONT,
    LINE,
    PLOT_WIDTH,
    STYLES,
    Axis,
    Figure,
    Line,
    Mark,
    Number,
    Point,
    Region,
    Role,
    Scale,
    Write,
    bold,
    broken,
    escaped,
    line_shape,
    note,
    plain,
    plains,
    spread,
    width_of,
    wrapped,
)

PLOT_HEIGHT = 300
TABLE_ROWS = 30
LABEL_WIDTH = 26  # characters in a line of a row's label
NAME_WIDTH = 18  # characters in a line of a name in the right margin

# ---------------------------------------------------------------- the table


def with_table(
    data: list[dict[str, Any]],
    frame: dict[str, Any],
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    you: int | None,
) -> Figure:
    """Return a figure with its table; all columns but the first hold numbers."""
    return Figure(
        data=data,
        layout=frame,
        title=title,
        description=description,
        columns=tuple(columns),
        rows=tuple(tuple(row) for row in rows),
        numeric=tuple(range(1, len(columns))),
        highlight=you,
    )


def ranged_table(
    item: str,
    labels: Sequence[str],
    parts: Sequence[tuple[str, list[Number], list[Number], list[Number]]],
    ranged: bool,
    ends: tuple[str, str] | None,
    write: Write,
) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows: per label its amounts and, where there are ranges, their ends."""
    if ranged and ends is None:
        raise ValueError("ranges need ends, the headings of their two columns")
    columns, rows = [item], [[label] for label in labels]
    for name, values, lows, highs in parts:
        columns.append(name)
        if ranged and ends:
            columns += [f"{name}, {end}" if len(parts) > 1 else end for end in ends]
        for row, *amounts in zip(rows, values, lows, highs, strict=True):
            row += [write(amount) for amount in (amounts if ranged else amounts[:1])]
    return columns, rows


def line_table(
    drawn: Sequence[Line], x_axis: Axis, y_axis: Axis, ends: tuple[str, str] | None
) -> tuple[list[str], list[list[str]]]:
    """Return headings and at most `TABLE_ROWS` rows: per place the amounts of the named lines."""
    named = [line for line in drawn if line.name]
    places = sorted({x for line in named for x in line.x})
    last = len(places) - 1
    picked = sorted({round(k * last / (TABLE_ROWS - 1)) for k in range(TABLE_ROWS)}) if last >= TABLE_ROWS else None
    places = [places[i] for i in picked] if picked else places
    columns, rows = [x_axis.title], [[x_axis.write(x)] for x in places]
    for line in named:
        columns.append(line.name)
        parts = [line.y]
        if line.low is not None and line.high is not None:
            if ends is None:
                raise ValueError("bands need ends, the headings of their two columns")
            columns += [f"{line.name}, {end}" for end in ends]
            parts += [line.low, line.high]
        for part in parts:
            found = dict(zip(line.x, part, strict=True))
            for row, x in zip(rows, places, strict=True):
                row.append(y_axis.write(found.get(x)))
    return columns, rows


# ---------------------------------------------------------------- pieces of pictures


def mark_values(marks: Sequence[Mark]) -> list[Number]:
    """Return where the marks stand."""
    return [plain(mark.value, mark.text) for mark in marks]


def certain(value: Any, place: str) -> float:
    """Return a number, or refuse None as well."""
    number = plain(value, place)
    if number is None:
        raise ValueError(f"{place} must be a number, not None")
    return number


def pointed_at(texts: Any) -> dict[str, Any]:
    """Return what shows when a part of the picture is pointed at, as texts that plotly does not read further."""
    return {"hoverinfo": "text", "hovertext": [wrapped(text, 60) for text in texts]}


def outer_end(value: Number, low: Number, high: Number) -> Number:
    """Return where a row's text goes: beyond the end of its bar or range; None if there is nothing."""
    known = [end for end in (value, low, high) if end is not None]
    if not known:
        return None
    return min(known) if value is not None and value < 0 else max(known)


def spaced_texts(texts: Sequence[str], you: int | None, space: str) -> list[str]:
    """Return texts with room around them, the learner's own in bold type."""
    written = [bold(escaped(text)) if i == you else escaped(text) for i, text in enumerate(texts)]
    return [f"{space}{text}{space}" for text in written]


def text_side(tip: float, upright: bool) -> str:
    """Return the side of an end on which its text stands."""
    if upright:
        return "bottom center" if tip < 0 else "top center"
    return "middle left" if tip < 0 else "middle right"


def error_bar(values: list[Number], lows: list[Number], highs: list[Number]) -> dict[str, Any]:
    """Return error bars from their ends."""

    def reach(end: Number, value: Number) -> float:
        return 0.0 if end is None or value is None else abs(end - value)

    return {
        "type": "data",
        "symmetric": False,
        "array": [reach(high, value) for high, value in zip(highs, values, strict=True)],
        "arrayminus": [reach(low, value) for low, value in zip(lows, values, strict=True)],
        "color": "var(--q-ink)",
        "thickness": 1.5,
        "width": 5,
    }


def row_heights(labels: Sequence[str], least: int = 36) -> int:
    """Return the height that rows need, in pixels; all are as high as the longest label's."""
    tallest = max((len(broken(label, LABEL_WIDTH)) for label in labels), default=1)
    return len(labels) * max(least, LINE * tallest + 14)


def range_bars(lows: list[Number], highs: list[Number], rows_at: list[float], colour: str) -> dict[str, Any]:
    """Return the ranges of a set of dots as one trace of thick lines."""
    x: list[Number] = []
    y: list[Number] = []
    for low, high, row in zip(lows, highs, rows_at, strict=True):
        if low is not None and high is not None:
            x += [low, high, None]
            y += [row, row, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 7},
        "opacity": 0.35,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def texts_beside(
    tips: list[Number], rows_at: list[float], texts: list[str], edge: float, you: int | None
) -> dict[str, Any]:
    """Write values to the right of their dots; what cannot be said stands at the left edge of its row."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [edge if tip is None else tip for tip in tips],
        "y": rows_at,
        "text": spaced_texts(texts, you, "\u2002"),
        "textposition": "middle right",
        "textfont": {"size": FONT, "color": "var(--q-ink)"},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def checked_line(line: Line) -> Line:
    """Return the same line in plain numbers."""
    name, n = line.name or "line", len(line.x)
    return Line(
        name=line.name,
        x=[certain(x, f"{name} x[{i}]") for i, x in enumerate(line.x)],
        y=plains(line.y, f"{name} y", n),
        low=None if line.low is None else plains(line.low, f"{name} low", n),
        high=None if line.high is None else plains(line.high, f"{name} high", n),
        role=line.role,
        dots=line.dots,
    )


def line_ends(
    named: Sequence[Line], across: Scale, up: Scale, levels: Sequence[Number] = ()
) -> tuple[list[dict[str, Any]], list[tuple[float, str, Role]]]:
    """Write names of lines that end well inside the plot at their ends; return the others for the right margin.

    A name that would lie on one of the ``levels`` stands above it.
    """
    early, at_right = [], []
    for line in named:
        ends = [(x, y) for x, y in zip(line.x, line.y, strict=True) if y is not None]
        if not ends:
            continue
        x, y = ends[-1]
        if across.share(x) < 0.8:
            crossed = any(
                abs(y - level) * PLOT_HEIGHT < LINE * (up.high - up.low) for level in levels if level is not None
            )
            side: dict[str, Any] = {"yanchor": "bottom", "yshift": 8} if crossed else {"yanchor": "middle"}
            place: dict[str, Any] = {"x": x, "y": y, "xanchor": "left", "xshift": 8, **side}
            early.append(note(bold(wrapped(line.name, NAME_WIDTH)), line.role, align="left", **place))
        else:
            at_right.append((y, line.name, line.role))
    return early, at_right


def band_area(line: Line) -> list[dict[str, Any]]:
    """Return the band around a line, if it has one, where both ends are known."""
    if line.low is None or line.high is None:
        return []
    known = [
        (x, low, high)
        for x, low, high in zip(line.x, line.low, line.high, strict=True)
        if low is not None and high is not None
    ]
    there, back = known, known[::-1]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [x for x, _, _ in there] + [x for x, _, _ in back],
            "y": [high for _, _, high in there] + [low for _, low, _ in back],
            "fill": "toself",
            "fillcolor": STYLES[line.role].colour,
            "line": {"width": 0},
            "opacity": 0.18,
            "hoverinfo": "skip",
        }
    ]


def path_trace(line: Line, x_axis: Axis, y_axis: Axis) -> dict[str, Any]:
    """Return the line itself; one without a name is thin and faint."""
    style = STYLES[line.role]
    before = f"{line.name}, " if line.name else ""
    said = pointed_at(f"{before}{x_axis.write(x)}: {y_axis.write(y)}" for x, y in zip(line.x, line.y, strict=True))
    return {
        "type": "scatter",
        "mode": "lines+markers" if line.dots else "lines",
        "name": escaped(line.name),
        "x": list(line.x),
        "y": list(line.y),
        "line": {"color": style.colour, "dash": style.dash, "width": style.width if line.name else 1},
        "marker": {
            "color": style.colour,
            "symbol": style.symbol,
            "size": 9,
            "line": {"width": 1.5, "color": style.colour},
        },
        "opacity": 1 if line.name else 0.5,
        "cliponaxis": False,
        **(said if line.name else {"hoverinfo": "skip"}),
    }


def level_marks(
    levels: Sequence[Mark], up: Scale, named: Sequence[tuple[float, str, Role]] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
    """Draw horizontal lines and write their names, and other names, in the right margin at their heights, moved apart.

    Returns
    -------
    shapes, annotations, width
        The last in pixels: room to leave at the right.
    """
    known = [(value, level) for value, level in zip(mark_values(levels), levels, strict=True) if value is not None]
    shapes = [line_shape(level.role, xref="paper", x0=0, x1=1, y0=value, y1=value) for value, level in known]
    names = [*named, *((value, level.text, level.role) for value, level in known)]
    texts = [broken(name, NAME_WIDTH) for _, name, _ in names]
    tallest = max((len(text) for text in texts), default=1)
    gap = (LINE * tallest + 2) * (up.high - up.low) / PLOT_HEIGHT
    heights = spread([y for y, _, _ in names], gap, up.low, up.high)
    place: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "yanchor": "middle"}
    notes = [
        note(bold(wrapped(name, NAME_WIDTH)), role, y=height, align="left", **place)
        for (_, name, role), height in zip(names, heights, strict=True)
    ]
    room = max((1.06 * width_of(line) for text in texts for line in text), default=0.0)
    return shapes, notes, room + 12 if names else 0.0


def checked_point(point: Point) -> Point:
    """Return the same point in plain numbers."""
    place = point.text or "point"
    return Point(
        text=point.text,
        role=point.role,
        note=point.note,
        **{
            name: plain(getattr(point, name), f"{place} {name}")
            for name in ("x", "y", "x_low", "x_high", "y_low", "y_high")
        },
    )


def point_trace(role: str, chosen: Sequence[tuple[Point, str]], x_axis: Axis, y_axis: Axis) -> dict[str, Any]:
    """Return the points of one role with their labels on the sides chosen."""
    style = STYLES[role]
    points = [point for point, _ in chosen]
    errors = {}
    for name in ("x", "y"):
        low, high = [getattr(p, f"{name}_low") for p in points], [getattr(p, f"{name}_high") for p in points]
        if any(end is not None for end in low + high):
            bar = error_bar([getattr(p, name) for p in points], low, high)
            errors[f"error_{name}"] = {**bar, "color": style.colour, "width": 0}
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "marker": {
            "color": style.colour,
            "symbol": style.symbol,
            "size": 14 if role == "you" else 11,
            "line": {"width": 2, "color": style.colour},
        },
        "text": [
            "" if side == "none" else bold(escaped(point.text)) if role == "you" else escaped(point.text)
            for point, side in chosen
        ],
        "textposition": ["top center" if side == "none" else side for _, side in chosen],
        "textfont": {"size": FONT, "color": "var(--q-ink)"},
        "cliponaxis": False,
        **errors,
        **pointed_at(
            f"{point.text}: {x_axis.write(point.x)}, {y_axis.write(point.y)}. {point.note}".rstrip(". ")
            for point in points
        ),
    }


Box = tuple[float, float, float, float]


def pixels(across: Scale, up: Scale, height: float, x: Number, y: Number) -> tuple[float, float]:
    """Return about where a place of the plane is drawn, from the upper left corner."""
    return across.share(x or 0.0) * PLOT_WIDTH, (1 - up.share(y or 0.0)) * height


def named_regions(
    regions: Sequence[Region], points: Sequence[Point], across: Scale, up: Scale, height: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Box]]:
    """Return regions as rectangles below the data, each with its name in the corner with the fewest points.

    Returns
    -------
    shapes, annotations, boxes
        The last are where the names stand, in pixels.
    """
    shapes, notes, boxes = [], [], []
    spots = [pixels(across, up, height, point.x, point.y) for point in points]
    for region in regions:
        (x0, x1), (y0, y1) = (
            (axis.low if ends[0] is None else ends[0], axis.high if ends[1] is None else ends[1])
            for ends, axis in ((region.x, across), (region.y, up))
        )
        shapes.append(
            {
                "type": "rect",
                "layer": "below",
                "x0": x0,
                "x1": x1,
                "y0": y0,
                "y1": y1,
                "line": {"color": "var(--q-rule)", "width": 1},
                "fillcolor": STYLES[region.role].colour if region.role else "rgba(0,0,0,0)",
                "opacity": 0.14 if region.role else 1,
            }
        )
        wide, tall = width_of(region.text) + 4, LINE + 4
        corners: list[tuple[dict[str, Any], Box]] = []
        for y, side, down in ((y1, "top", 1), (y0, "bottom", -1)):
            for x, anchor, ahead in ((x0, "left", 1), (x1, "right", -1)):
                left, top = pixels(across, up, height, x, y)
                box = (min(left, left + ahead * wide), min(top, top + down * tall))
                place: dict[str, Any] = {
                    "x": x,
                    "xanchor": anchor,
                    "xshift": 4 * ahead,
                    "y": y,
                    "yanchor": side,
                    "yshift": -2 * down,
                }
                corners.append((place, (*box, box[0] + wide, box[1] + tall)))
        place, taken = min(
            corners, key=lambda corner: sum(overlap(corner[1], (x - 8, y - 8, x + 8, y + 8)) for x, y in spots)
        )
        notes.append({**note(escaped(region.text), **place), "font": {"size": FONT, "color": "var(--q-soft)"}})
        boxes.append(taken)
    return shapes, notes, boxes


def label_sides(points: Sequence[Point], across: Scale, up: Scale, height: float, names: Sequence[Box]) -> list[str]:
    """Choose for each point a side where its label covers nothing, or ``"none"``; the learner's own comes first."""
    centres = [pixels(across, up, height, point.x, point.y) for point in points]
    taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for x, y in centres] + list(names)
    sides = ["none"] * len(points)
    for i in sorted(range(len(points)), key=lambda i: points[i].role == "other"):
        options = label_boxes(*centres[i], width_of(points[i].text))
        free = [
            side
            for side, box in options.items()
            if box[0] >= 0
            and box[2] <= PLOT_WIDTH
            and box[1] >= 0
            and box[3] <= height
            and not any(overlap(box, other) for k, other in enumerate(taken) if k != i)
        ]
        if free or points[i].role != "other":
            sides[i] = (free or ["top center"])[0]
            taken.append(options[sides[i]])
    return sides


def label_boxes(x: float, y: float, wide: float) -> dict[str, Box]:
    """Return where a label would stand on each side of a point."""
    return {
        "middle right": (x + 9, y - 9, x + 9 + wide, y + 9),
        "middle left": (x - 9 - wide, y - 9, x - 9, y + 9),
        "top center": (x - wide / 2, y - 28, x + wide / 2, y - 9),
        "bottom center": (x - wide / 2, y + 9, x + wide / 2, y + 28),
        "top right": (x + 5, y - 26, x + 5 + wide, y - 7),
        "bottom right": (x + 5, y + 7, x + 5 + wide, y + 26),
        "top left": (x - 5 - wide, y - 26, x - 5, y - 7),
        "bottom left": (x - 5 - wide, y + 7, x - 5, y + 26),
    }


def overlap(a: Box, b: Box) -> bool:
    """Say whether two boxes share an area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
