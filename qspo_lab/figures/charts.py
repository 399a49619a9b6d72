"""The pictures an exercise can draw: bars, histogram, dots, lines, scatter and grid.

Each takes plain numbers and texts and returns a `Figure` whose table holds the same numbers. None is "cannot say"
everywhere; nan and infinite numbers are refused with the name of the place. Where something has a range, ``ends``
heads the two columns of its ends in the table, such as ``("P10", "P90")``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from qspo_lab.figures.parts import (
    BESIDE_WIDTH,
    CHARACTER,
    FONT,
    PLOT_WIDTH,
    STYLES,
    Axis,
    Dots,
    Figure,
    Line,
    Mark,
    Number,
    Point,
    Region,
    Role,
    Write,
    bold,
    category_axis,
    escaped,
    layout,
    legend_above,
    note,
    plain,
    plains,
    scale,
    upright_marks,
    width_of,
    wrapped,
)
from qspo_lab.figures.pieces import (
    PLOT_HEIGHT,
    band_area,
    certain,
    checked_line,
    checked_point,
    error_bar,
    label_sides,
    level_marks,
    line_ends,
    line_table,
    mark_values,
    named_regions,
    outer_end,
    path_trace,
    point_trace,
    pointed_at,
    range_bars,
    ranged_table,
    row_heights,
    spaced_texts,
    text_side,
    texts_beside,
    with_table,
)


def bars(
    *,
    title: str,
    description: str,
    labels: Sequence[str],
    values: Sequence[Number],
    axis: Axis,
    item: str,
    you: int | None = None,
    roles: Sequence[Role] | None = None,
    low: Sequence[Number] | None = None,
    high: Sequence[Number] | None = None,
    ends: tuple[str, str] | None = None,
    marks: Sequence[Mark] = (),
    upright: bool = False,
) -> Figure:
    """Return amounts as bars from zero, each with its value written at its end.

    Parameters
    ----------
    title, description
        See `Figure`.
    labels, values
        One bar each. A value of None is written as the axis writes None, without a bar.
    axis
        What the values are. It must hold zero: a bar that starts elsewhere misleads.
    item
        Heading of the labels in the table.
    you
        Position of the learner's own bar.
    roles
        How each bar looks; by default "you" for the learner's own and "other" for the rest.
    low, high
        Ends of an error bar for each.
    ends
        Headings of these ends; needed with them.
    marks
        Limits across all bars.
    upright
        Bars stand; else they lie, which leaves more room for labels.

    Raises
    ------
    ValueError
        If lengths differ, a number is nan or infinite, or the axis leaves out zero.
    """
    n = len(labels)
    amounts, lows, highs = plains(values, "values", n), plains(low, "low", n), plains(high, "high", n)
    looks = list(roles) if roles else ["you" if i == you else "other" for i in range(n)]
    if (axis.low or 0) > 0 or (axis.high or 0) < 0:
        raise ValueError(f"bars start at zero; axis {axis.title!r} leaves it out")
    texts = [axis.write(amount) for amount in amounts]
    room = 0.12 if upright else min((max(map(width_of, texts), default=0) + 12) / BESIDE_WIDTH, 0.4)
    across = scale(axis, [*amounts, *lows, *highs, *mark_values(marks)], zero=True, pad=room)
    tips = [outer_end(*triple) or 0.0 for triple in zip(amounts, lows, highs, strict=True)]
    along, measure = ("x", "y") if upright else ("y", "x")
    ranged = {f"error_{measure}": error_bar(amounts, lows, highs)} if low is not None else {}
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "v" if upright else "h",
            along: list(range(n)),
            measure: amounts,
            "marker": {
                "color": [STYLES[look].colour for look in looks],
                "pattern": {
                    "shape": [STYLES[look].pattern for look in looks],
                    "fgcolor": "var(--q-paper)",
                    "fillmode": "overlay",
                    "size": 9,
                    "solidity": 0.25,
                },
            },
            **ranged,
            **pointed_at(f"{label}: {text}" for label, text in zip(labels, texts, strict=True)),
        },
        {
            "type": "scatter",
            "mode": "text",
            along: list(range(n)),
            measure: tips,
            "text": spaced_texts(texts, you, "" if upright else "\u2002"),
            "textposition": [text_side(tip, upright) for tip in tips],
            "textfont": {"size": FONT, "color": "var(--q-ink)"},
            "cliponaxis": False,
            "hoverinfo": "skip",
        },
    ]
    measures = {**across.layout(ticks=False, upright=upright), "zeroline": True, "zerolinecolor": "var(--q-other)"}
    if upright:
        names = {
            **category_axis(labels, you, max(6, int(PLOT_WIDTH / max(n, 1) / CHARACTER))),
            "range": [-0.6, n - 0.4],
        }
        shapes, notes, right = level_marks(marks, across)
        frame = layout(title, height=PLOT_HEIGHT + 40, xaxis=names, yaxis=measures, shapes=shapes, annotations=notes)
        frame["margin"]["r"] += right
    else:
        names = {**category_axis(labels, you), "range": [n - 0.4, -0.6]}
        shapes, notes, above = upright_marks(marks, across)
        height = row_heights(labels) + above + 56
        frame = layout(title, height=height, xaxis=measures, yaxis=names, shapes=shapes, annotations=notes)
        frame["margin"]["t"] += above
    columns, rows = ranged_table(item, labels, [(axis.title, amounts, lows, highs)], low is not None, ends, axis.write)
    return with_table(data, frame, title, description, columns, rows, you)


def histogram(
    *,
    title: str,
    description: str,
    edges: Sequence[float],
    counts: Sequence[float],
    axis: Axis,
    count_axis: Axis,
    marks: Sequence[Mark] = (),
) -> Figure:
    """Return how often values fall between edges, with marked values such as "you" and "best".

    Parameters
    ----------
    title, description
        See `Figure`.
    edges
        Ends of the classes, rising, one more than ``counts``.
    counts
        How many, or which share, fell between two edges.
    axis
        What the values are.
    count_axis
        What the counts are.
    marks
        Values worth a line.

    Raises
    ------
    ValueError
        If lengths differ, edges do not rise, or a number is nan or infinite.
    """
    heights = plains(counts, "counts")
    borders = [certain(edge, f"edges[{i}]") for i, edge in enumerate(edges)]
    if len(borders) != len(heights) + 1:
        raise ValueError(f"edges must have {len(heights) + 1} values, not {len(borders)}")
    if any(a >= b for a, b in pairwise(borders)):
        raise ValueError("edges must rise")
    across = scale(axis, [*borders, *mark_values(marks)], pad=0.02)
    up = scale(count_axis, heights, zero=True, count=4)
    shapes, notes, above = upright_marks(marks, across)
    pairs = list(pairwise(borders))
    spans = [(axis.write(a), axis.write(b)) for a, b in pairs]
    written = [count_axis.write(height) for height in heights]
    data = [
        {
            "type": "bar",
            "x": [(a + b) / 2 for a, b in pairs],
            "width": [b - a for a, b in pairs],
            "y": heights,
            "marker": {"color": "var(--q-band)", "line": {"width": 1, "color": "var(--q-paper)"}},
            **pointed_at(f"{a} \u2013 {b}: {text}" for (a, b), text in zip(spans, written, strict=True)),
        }
    ]
    frame = layout(
        title,
        height=PLOT_HEIGHT + above,
        xaxis={**across.layout(), "showline": True, "linecolor": "var(--q-other)"},
        yaxis=up.layout(grid=True, upright=True),
        shapes=shapes,
        annotations=notes,
    )
    frame["margin"]["t"] += above
    rows = [[f"{a} \u2013 {b}", text] for (a, b), text in zip(spans, written, strict=True)]
    rows += [[mark.text, axis.write(plain(mark.value, mark.text))] for mark in marks]
    highlight = next((len(heights) + i for i, mark in enumerate(marks) if mark.role == "you"), None)
    return with_table(data, frame, title, description, [axis.title, count_axis.title], rows, highlight)


def dots(
    *,
    title: str,
    description: str,
    labels: Sequence[str],
    sets: Sequence[Dots],
    axis: Axis,
    item: str,
    you: int | None = None,
    ends: tuple[str, str] | None = None,
    marks: Sequence[Mark] = (),
) -> Figure:
    """Return one row per label with a dot, or a dot with its range, from each set.

    Parameters
    ----------
    title, description
        See `Figure`.
    labels
        One row each.
    sets
        One set writes its values beside the dots; several stand side by side under a legend.
    axis
        What the values are.
    item
        Heading of the labels in the table.
    you
        Position of the learner's own row.
    ends
        Headings of the ends of ranges; needed if a set has them.
    marks
        Values worth a line down all rows.

    Raises
    ------
    ValueError
        If lengths differ, or a number is nan or infinite.
    """
    n = len(labels)
    parts = [
        (s.name, plains(s.values, s.name, n), plains(s.low, f"{s.name} low", n), plains(s.high, f"{s.name} high", n))
        for s in sets
    ]
    alone = len(sets) == 1
    seen = [value for _, values, lows, highs in parts for value in [*values, *lows, *highs]]
    longest = max((width_of(axis.write(value)) for value in seen), default=0.0) if alone else 0.0
    across = scale(axis, [*seen, *mark_values(marks)], pad=max(0.04, min((longest + 16) / BESIDE_WIDTH, 0.4)))
    step = 0.26
    data: list[dict[str, Any]] = []
    for k, (dot_set, (name, values, lows, highs)) in enumerate(zip(sets, parts, strict=True)):
        style = STYLES[dot_set.role]
        rows_at = [i + (k - (len(sets) - 1) / 2) * step for i in range(n)]
        if dot_set.low is not None:
            data.append(range_bars(lows, highs, rows_at, style.colour))
        texts = [axis.write(value) for value in values]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": escaped(name),
                "x": values,
                "y": rows_at,
                "marker": {
                    "color": style.colour,
                    "symbol": style.symbol,
                    "size": 13,
                    "line": {"width": 2, "color": style.colour},
                },
                "cliponaxis": False,
                **pointed_at(f"{label}, {name}: {text}" for label, text in zip(labels, texts, strict=True)),
            }
        )
        if alone:
            tips = [outer_end(*triple) for triple in zip(values, lows, highs, strict=True)]
            data.append(texts_beside(tips, rows_at, texts, across.low, you))
    shapes, notes, above = upright_marks(marks, across)
    rows_height = row_heights(labels, 12 + 24 * len(sets))
    legend = {} if alone else {"showlegend": True, "legend": legend_above(above / rows_height)}
    frame = layout(
        title,
        height=rows_height + above + 84 + (0 if alone else 30),
        xaxis={**across.layout(grid=True), "showline": True, "linecolor": "var(--q-other)"},
        yaxis={**category_axis(labels, you), "range": [n - 0.4, -0.6], "showgrid": True, "griddash": "dot"},
        shapes=shapes,
        annotations=notes,
        **legend,
    )
    frame["margin"]["t"] += above + (0 if alone else 30)
    tabled = [(axis.title if alone else name, values, lows, highs) for name, values, lows, highs in parts]
    columns, rows = ranged_table(item, labels, tabled, any(s.low is not None for s in sets), ends, axis.write)
    return with_table(data, frame, title, description, columns, rows, you)


def lines(
    *,
    title: str,
    description: str,
    lines: Sequence[Line],
    x_axis: Axis,
    y_axis: Axis,
    ends: tuple[str, str] | None = None,
    levels: Sequence[Mark] = (),
    marks: Sequence[Mark] = (),
    zero: bool = False,
) -> Figure:
    """Return lines with their names written at their ends, bands around them, and limits across them.

    Parameters
    ----------
    title, description
        See `Figure`.
    lines
        Drawn in order, the learner's own last and so on top.
    x_axis, y_axis
        What runs along them.
    ends
        Headings of the ends of bands; needed if a line has one.
    levels
        Limits: horizontal lines, named at the right.
    marks
        Moments: vertical lines, named above.
    zero
        Whether zero must be on the vertical axis.

    Returns
    -------
    Figure
        Its table holds at most 30 rows, evenly picked from the named lines' points; first and last are always there.

    Raises
    ------
    ValueError
        If lengths differ, or a number is nan or infinite.
    """
    drawn = [checked_line(line) for line in lines]
    seen = [value for line in drawn for value in [*line.y, *(line.low or ()), *(line.high or ())]]
    across = scale(x_axis, [*(x for line in drawn for x in line.x), *mark_values(marks)], pad=0.0)
    up = scale(y_axis, [*seen, *mark_values(levels)], zero=zero)
    data: list[dict[str, Any]] = []
    for line in sorted(drawn, key=lambda line: line.role == "you"):
        data += [*band_area(line), path_trace(line, x_axis, y_axis)]
    shapes, notes, above = upright_marks(marks, across)
    early, named = line_ends([line for line in drawn if line.name], across, up, mark_values(levels))
    level_shapes, level_notes, right = level_marks(levels, up, named)
    frame = layout(
        title,
        height=PLOT_HEIGHT + 60 + above,
        xaxis={**across.layout(), "showline": True, "linecolor": "var(--q-other)"},
        yaxis=up.layout(grid=True, upright=True),
        shapes=shapes + level_shapes,
        annotations=notes + early + level_notes,
    )
    frame["margin"]["t"] += above
    frame["margin"]["r"] += right
    columns, rows = line_table(drawn, x_axis, y_axis, ends)
    return with_table(data, frame, title, description, columns, rows, None)


def scatter(
    *,
    title: str,
    description: str,
    points: Sequence[Point],
    x_axis: Axis,
    y_axis: Axis,
    item: str,
    ends: tuple[str, str] | None = None,
    levels: Sequence[Mark] = (),
    marks: Sequence[Mark] = (),
    regions: Sequence[Region] = (),
) -> Figure:
    """Return labelled points on a plane with named regions and limits.

    Parameters
    ----------
    title, description
        See `Figure`.
    points
        Labels are placed so that they do not cover each other; where there is no room, the label shows when the
        point is pointed at, and in the table.
    x_axis, y_axis
        What runs along them.
    item
        Heading of the labels in the table.
    ends
        Headings of the ends of error bars; needed if a point has them.
    levels, marks
        Limits: horizontal and vertical lines.
    regions
        Named parts of the plane; their names stand in the corner with the fewest points.

    Raises
    ------
    ValueError
        If a number is nan or infinite.
    """
    spots = [checked_point(point) for point in points]
    across = scale(x_axis, [v for p in spots for v in (p.x, p.x_low, p.x_high)] + mark_values(marks), pad=0.1)
    up = scale(y_axis, [v for p in spots for v in (p.y, p.y_low, p.y_high)] + mark_values(levels), pad=0.1)
    height = PLOT_HEIGHT + 100
    shapes, notes, above = upright_marks(marks, across)
    level_shapes, level_notes, right = level_marks(levels, up)
    shown = [point for point in spots if point.x is not None and point.y is not None]
    region_shapes, region_notes, names = named_regions(regions, shown, across, up, height - 60)
    sides = label_sides(shown, across, up, height - 60, names)
    data: list[dict[str, Any]] = []
    for role in STYLES:
        chosen = [(point, side) for point, side in zip(shown, sides, strict=True) if point.role == role]
        if chosen:
            data.append(point_trace(role, chosen, x_axis, y_axis))
    frame = layout(
        title,
        height=height + above,
        xaxis={**across.layout(grid=not regions), "showline": True, "linecolor": "var(--q-other)"},
        yaxis={**up.layout(grid=not regions, upright=True), "showline": True, "linecolor": "var(--q-other)"},
        shapes=region_shapes + level_shapes + shapes,
        annotations=region_notes + level_notes + notes,
    )
    frame["margin"]["t"] += above
    frame["margin"]["r"] += right
    columns, rows = [item], [[point.text] for point in spots]
    for axis, name in ((x_axis, "x"), (y_axis, "y")):
        low, high = [getattr(p, f"{name}_low") for p in spots], [getattr(p, f"{name}_high") for p in spots]
        ranged = any(end is not None for end in low + high)
        values = [getattr(p, name) for p in spots]
        part, cells = ranged_table(
            item, [p.text for p in spots], [(axis.title, values, low, high)], ranged, ends, axis.write
        )
        columns += part[1:]
        for row, more in zip(rows, cells, strict=True):
            row += more[1:]
    you = next((i for i, point in enumerate(spots) if point.role == "you"), None)
    return with_table(data, frame, title, description, columns, rows, you)


def grid(
    *,
    title: str,
    description: str,
    values: Sequence[Sequence[Number]],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    row_axis: str,
    column_axis: str,
    write: Write,
    outlined: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Return a table of amounts as coloured cells with the number in each, such as who was called what.

    Parameters
    ----------
    title, description
        See `Figure`.
    values
        One row of amounts per row label; None leaves a cell without colour.
    row_labels, column_labels
        Names of rows and columns.
    row_axis, column_axis
        What rows and columns stand for.
    write
        Turns an amount into text.
    outlined
        Cells with a frame, such as the diagonal of right answers.

    Raises
    ------
    ValueError
        If a row is too long or too short, or a number is nan or infinite.
    """
    width = len(column_labels)
    if len(values) != len(row_labels):
        raise ValueError(f"values must have {len(row_labels)} rows, not {len(values)}")
    cells = [plains(row, f"values[{i}]", width) for i, row in enumerate(values)]
    known = [value for row in cells for value in row if value is not None]
    data = [
        {
            "type": "heatmap",
            "z": cells,
            "x": list(range(width)),
            "y": list(range(len(row_labels))),
            "zmin": min([0.0, *known]),
            "zmax": max([*known, min([0.0, *known]) + 1e-9]),
            "colorscale": [[0, "var(--q-heat-low)"], [1, "var(--q-heat-high)"]],
            "showscale": False,
            "xgap": 3,
            "ygap": 3,
            "hoverinfo": "skip",
        }
    ]
    marked = {(row, column) for row, column in outlined}
    notes = [
        note(bold(escaped(write(value))) if (i, j) in marked else escaped(write(value)), x=j, y=i)
        for i, row in enumerate(cells)
        for j, value in enumerate(row)
    ]
    shapes = [
        {
            "type": "rect",
            "x0": column - 0.48,
            "x1": column + 0.48,
            "y0": row - 0.47,
            "y1": row + 0.47,
            "line": {"color": "var(--q-ink)", "width": 2},
        }
        for row, column in outlined
    ]
    headings = category_axis(column_labels, None, max(14, int(PLOT_WIDTH / max(width, 1) / CHARACTER)))
    frame = layout(
        title,
        height=44 * len(row_labels) + 84,
        xaxis={
            **headings,
            "side": "top",
            "range": [-0.5, width - 0.5],
            "title": {"text": wrapped(column_axis, 60), "standoff": 8, "font": {"size": FONT}},
        },
        yaxis={
            **category_axis(row_labels, None),
            "range": [len(row_labels) - 0.5, -0.5],
            "title": {"text": wrapped(row_axis, 30), "standoff": 8, "font": {"size": FONT}},
        },
        shapes=shapes,
        annotations=notes,
    )
    rows = [[label, *map(write, row)] for label, row in zip(row_labels, cells, strict=True)]
    return with_table(data, frame, title, description, [row_axis, *column_labels], rows, None)
