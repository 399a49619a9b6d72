"""Figures are plain plotly JSON with a table of the same numbers, and no text of others is read as markup."""

from __future__ import annotations

import html
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

import qspo_lab
from qspo_lab.figures import (
    Axis,
    Dots,
    Figure,
    Line,
    Mark,
    Point,
    Region,
    bars,
    dots,
    escaped,
    grid,
    histogram,
    lines,
    scatter,
)
from qspo_lab.figures.parts import STYLES, Scale, round_values, scale, spread
from qspo_lab.figures.pieces import label_boxes, label_sides, overlap, pixels
from qspo_lab.texts import format_value

CSS = Path(qspo_lab.__file__).parent / "widgets"
CORPUS = [
    "<i>zz</i>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</script><script>alert(1)</script>",
    '<a href="javascript:alert(1)">x</a>',
    "<b>x</b><br>fake: 99 pts",
    "&lt;i&gt; & &amp;",
    "$\\href{javascript:alert(1)}{x}$",
    "%{x} %{customdata}",
    "var(--q-you)",
    "",
    "word " * 40,
    "x" * 400,
    "a\nb\r\nc",
]


def whole(value: float | None) -> str:
    return format_value(value, "number")


def tenths(value: float | None) -> str:
    return format_value(value, "number1")


def figure_of_bars(text: str, *, upright: bool = False) -> Figure:
    return bars(
        title=f"{text} title",
        description=f"{text} description",
        labels=[text, "yours", text],
        values=[10, -4, None],
        axis=Axis(f"{text} axis", whole),
        item=text,
        you=1,
        roles=["warn", "you", "good"],
        low=[8, -6, None],
        high=[13, -3, None],
        ends=(text, "P90"),
        marks=[Mark(5, text, "reference"), Mark(None, text)],
        upright=upright,
    )


def figure_of_histogram(text: str) -> Figure:
    return histogram(
        title=f"{text} title",
        description=f"{text} description",
        edges=[0, 1, 3, 4],
        counts=[5, 20, 2],
        axis=Axis(f"{text} axis", tenths),
        count_axis=Axis(f"{text} counts", whole),
        marks=[Mark(3.5, text), Mark(3.4, f"{text} b", "reference"), Mark(None, text, "warn")],
    )


def figure_of_dots(text: str, *, sets: int = 1) -> Figure:
    both = [
        Dots(f"{text} set", [3, None, 7], [2, None, 5], [4, None, 12]),
        Dots(f"{text} truth", [4, 6, None], role="reference"),
    ]
    return dots(
        title=f"{text} title",
        description=f"{text} description",
        labels=[text, "b", text],
        sets=both[:sets],
        axis=Axis(f"{text} axis", whole),
        item=text,
        you=0,
        ends=(text, "high"),
        marks=[Mark(6, text, "warn")],
    )


def figure_of_lines(text: str) -> Figure:
    return lines(
        title=f"{text} title",
        description=f"{text} description",
        lines=[
            Line(f"{text} you", [1, 2, 3], [1, None, 3], [0, None, 2], [2, None, 5], dots=True),
            Line(f"{text} short", [1, 2], [2, 2.5], role="reference"),
            Line("", [1, 2, 3], [3, 2, 1], role="other"),
            Line(f"{text} empty", [1, 2], [None, None], role="warn"),
        ],
        x_axis=Axis(f"{text} x", whole),
        y_axis=Axis(f"{text} y", tenths),
        ends=(text, "P90"),
        levels=[Mark(2, text, "warn"), Mark(None, text)],
        marks=[Mark(2, text)],
    )


def figure_of_scatter(text: str) -> Figure:
    return scatter(
        title=f"{text} title",
        description=f"{text} description",
        points=[
            Point(text, 8, 2, "you", 7, 9, 1, 3, text),
            Point(text, 3, 4, "other", note=text),
            Point(text, None, 4, "good"),
        ],
        x_axis=Axis(f"{text} x", tenths, 0, 10),
        y_axis=Axis(f"{text} y", tenths, 0, 10),
        item=text,
        ends=(text, "high"),
        levels=[Mark(5, text, "reference")],
        marks=[Mark(6, text, "warn")],
        regions=[Region(text, (5, None), (None, 5), "good"), Region(text)],
    )


def figure_of_grid(text: str) -> Figure:
    return grid(
        title=f"{text} title",
        description=f"{text} description",
        values=[[12, 1], [0, None], [0, 3]],
        row_labels=[text, "b", text],
        column_labels=[text, "d"],
        row_axis=f"{text} truly",
        column_axis=f"{text} called",
        write=whole,
        outlined=[(0, 0), (1, 1)],
    )


FIGURES: dict[str, Callable[[str], Figure]] = {
    "bars": figure_of_bars,
    "upright bars": lambda text: figure_of_bars(text, upright=True),
    "histogram": figure_of_histogram,
    "dots": figure_of_dots,
    "two sets of dots": lambda text: figure_of_dots(text, sets=2),
    "lines": figure_of_lines,
    "scatter": figure_of_scatter,
    "grid": figure_of_grid,
}
every_figure = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES.keys())


def strings(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Give every string of a figure with the key it stands under."""
    if isinstance(part, str):
        yield key, part
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from strings(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from strings(value, key)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes() -> dict[str, dict[str, str]]:
    """Return the colours of light and dark as the style sheets set them, the board's own after the shared ones."""
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for sheet in ("board.css", "plot_board.css"):
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", (CSS / sheet).read_text(encoding="utf-8")):
            theme = "dark" if "theme-light" in selector else "light"
            for name, value in re.findall(r"(--q-[a-z-]+):\s*(#[0-9a-f]{6}|#[0-9a-f]{3})\b", body):
                found[theme][name] = value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:])
    for theme, paper, ink in (("light", "#ffffff", "#16191d"), ("dark", "#111111", "#f0f3f6")):
        found[theme] |= {"--q-paper": paper, "--q-ink": ink}
    return found


# ---------------------------------------------------------------- what plotly, the kernel and the reader get


@every_figure
def test_a_figure_is_what_plotly_accepts(make):
    figure = make("plain words")
    go.Figure(data=figure.data, layout=figure.layout)
    assert json.loads(json.dumps([figure.data, figure.layout], allow_nan=False)) == [figure.data, figure.layout]


def test_drawing_loads_neither_plotly_nor_numpy_nor_pandas():
    code = """
import sys
from qspo_lab.figures import Axis, bars
bars(title="t", description="d", labels=["a"], values=[1], axis=Axis("x", str), item="i")
assert not {"plotly", "numpy", "pandas", "anywidget"} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@every_figure
@pytest.mark.parametrize("text", CORPUS)
def test_no_text_of_others_is_read_as_markup_or_formula(make, text):
    figure = make(text)
    go.Figure(data=figure.data, layout=figure.layout)
    for key, found in strings([figure.data, figure.layout]):
        bare = re.sub(r"</?b>|<br>", "", found)
        assert not {"<", ">", "$"} & set(bare), (key, found)
        assert not re.search(r"&(?!(amp|lt|gt|#36);)", bare), (key, found)
        assert key not in ("hovertemplate", "texttemplate")


@every_figure
def test_hostile_text_is_shown_letter_for_letter(make):
    figure = make("<i>zz</i>")
    shown = [html.unescape(text) for _, text in strings([figure.data, figure.layout])]
    assert any("<i>zz</i>" in text for text in shown)
    assert figure.title == "<i>zz</i> title"


@pytest.mark.parametrize("text", CORPUS)
def test_escaping_can_be_undone(text):
    assert html.unescape(escaped(text)) == text


@every_figure
def test_titles_tables_and_descriptions_are_complete(make):
    figure = make("some")
    assert figure.title == "some title"
    assert figure.description == "some description"
    assert html.unescape(figure.layout["title"]["text"]) == "some title"
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    assert figure.numeric == tuple(range(1, len(figure.columns)))


# ---------------------------------------------------------------- the same numbers as a table


def test_the_table_of_bars_holds_values_and_ends():
    figure = figure_of_bars("x")
    assert figure.columns == ("x", "x axis", "x", "P90")
    assert figure.rows == (
        ("x", "10", "8", "13"),
        ("yours", "−4", "−6", "−3"),
        ("x", "cannot say", "cannot say", "cannot say"),
    )
    assert figure.highlight == 1


def test_the_table_of_a_histogram_holds_classes_and_marks():
    figure = figure_of_histogram("x")
    assert figure.rows[:2] == (("0.0 – 1.0", "5"), ("1.0 – 3.0", "20"))
    assert figure.rows[3:] == (("x", "3.5"), ("x b", "3.4"), ("x", "cannot say"))
    assert figure.highlight == 3


def test_the_table_of_dots_names_the_sets():
    assert figure_of_dots("x").columns == ("x", "x axis", "x", "high")
    figure = figure_of_dots("x", sets=2)
    assert figure.columns == ("x", "x set", "x set, x", "x set, high", "x truth", "x truth, x", "x truth, high")
    assert figure.rows[0] == ("x", "3", "2", "4", "4", "cannot say", "cannot say")
    assert figure_of_dots("x").highlight == 0


def test_the_table_of_lines_holds_the_named_ones():
    figure = figure_of_lines("x")
    assert figure.columns == ("x x", "x you", "x you, x", "x you, P90", "x short", "x empty")
    assert figure.rows[2] == ("3", "3.0", "2.0", "5.0", "cannot say", "cannot say")


@given(st.integers(1, 400))
def test_a_long_line_is_thinned_in_the_table_from_first_to_last(n):
    figure = lines(
        title="t",
        description="d",
        lines=[Line("a", range(n), [2 * i for i in range(n)])],
        x_axis=Axis("x", str),
        y_axis=Axis("y", str),
    )
    assert len(figure.rows) == min(n, 30)
    assert float(figure.rows[0][0]) == 0
    assert float(figure.rows[-1][0]) == n - 1
    assert all(float(y) == 2 * float(x) for x, y in figure.rows)
    assert len(figure.data[0]["x"]) == n


def test_the_table_of_points_holds_those_that_cannot_be_drawn():
    figure = figure_of_scatter("x")
    assert figure.rows[2][:2] == ("x", "cannot say")
    assert sum(len(trace["x"]) for trace in figure.data) == 2


def test_the_table_of_a_grid_is_the_grid():
    figure = figure_of_grid("x")
    assert figure.columns == ("x truly", "x", "d")
    assert figure.rows[1] == ("b", "0", "cannot say")


# ---------------------------------------------------------------- honest and readable


@given(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=8), st.booleans())
def test_bars_start_at_zero_and_nothing_is_cut_off(values, upright):
    figure = bars(
        title="t",
        description="d",
        labels=["a"] * len(values),
        values=values,
        axis=Axis("x", whole),
        item="i",
        upright=upright,
    )
    low, high = figure.layout["yaxis" if upright else "xaxis"]["range"]
    known = [value for value in values if value is not None]
    assert low <= min([0, *known]) <= max([0, *known]) <= high
    if known and min(known) >= 0:
        assert low == 0


@pytest.mark.parametrize("ends", [(1, None), (None, -1)])
def test_a_bar_axis_without_zero_is_refused(ends):
    with pytest.raises(ValueError, match="bars start at zero; axis 'cost' leaves it out"):
        bars(title="t", description="d", labels=["a"], values=[2], axis=Axis("cost", str, *ends), item="i")


def test_a_histogram_counts_from_zero():
    assert figure_of_histogram("x").layout["yaxis"]["range"][0] == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_ticks_are_round_lie_inside_and_read_differently(values):
    found = scale(Axis("x", tenths), values)
    assert found.low < found.high
    assert all(found.low <= tick <= found.high for tick in found.ticks)
    assert len(found.ticks) <= 6
    written = [tenths(tick) for tick in found.ticks]
    assert len(set(written)) == len(written)
    gaps = [b - a for a, b in pairwise(found.ticks)]
    assert all(math.isclose(gap, gaps[0], rel_tol=1e-6) for gap in gaps)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (990, 3210, [1000, 1500, 2000, 2500, 3000]),
        (-3.2, 2.6, [-3, -2, -1, 0, 1, 2]),
        (0.4, 0.6, [0.4, 0.5, 0.6]),
    ],
)
def test_ticks_are_those_a_person_would_choose(low, high, ticks):
    assert round_values(low, high, tenths) == pytest.approx(ticks)


def test_whole_numbers_are_never_written_twice_on_an_axis():
    assert round_values(0, 2, whole) == [0, 1, 2]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=10), st.floats(0.1, 30))
def test_names_are_moved_apart_as_little_as_possible(heights, gap):
    """Least squares under an order is isotonic regression; an interval on top only clips it."""
    n = len(heights)
    assume((n - 1) * gap <= 100)
    order = sorted(range(n), key=lambda i: heights[i])
    steps = [heights[i] - k * gap for k, i in enumerate(order)]
    fitted = isotonic_regression(steps).x.clip(0, 100 - (n - 1) * gap)
    found = spread(heights, gap, 0, 100)
    assert [found[i] for i in order] == pytest.approx([f + k * gap for k, f in enumerate(fitted)], abs=1e-6)


def test_names_that_do_not_fit_share_the_room_evenly():
    assert spread([5, 5, 5], 10, 0, 10) == pytest.approx([0, 5, 10])


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=30))
def test_labels_of_points_cover_neither_each_other_nor_a_point(places):
    axis = Scale(Axis("x", tenths), 0, 10)
    points = [Point(f"Item {i}", x, y) for i, (x, y) in enumerate(places)]
    sides = label_sides(points, axis, axis, 340, [])
    centres = [pixels(axis, axis, 340, p.x, p.y) for p in points]
    boxes = [
        (i, label_boxes(*centres[i], 8.2 * len(points[i].text))[side]) for i, side in enumerate(sides) if side != "none"
    ]
    assert not any(overlap(a, b) for (_, a), (_, b) in combinations(boxes, 2))
    for i, box in boxes:
        assert not any(overlap(box, (x - 5, y - 5, x + 5, y + 5)) for k, (x, y) in enumerate(centres) if k != i)


def test_the_learners_own_point_is_always_named():
    crowd = [Point(f"Item {i}", 5, 5) for i in range(9)]
    axis = Scale(Axis("x", tenths), 0, 10)
    assert label_sides([*crowd, Point("Yours", 5, 5, "you")], axis, axis, 340, [])[-1] != "none"


def test_labels_above_the_plot_do_not_cover_each_other():
    text = "a rather long label"
    figure = histogram(
        title="t",
        description="d",
        edges=[0, 10],
        counts=[1],
        axis=Axis("x", whole),
        count_axis=Axis("n", whole),
        marks=[Mark(v, f"{text} {v}") for v in (4, 5, 6)],
    )
    assert len({a["yshift"] for a in figure.layout["annotations"]}) == 3


@pytest.mark.parametrize(("limit", "side"), [(0.05, "bottom"), (0.5, "middle")])
def test_a_name_at_the_end_of_a_line_does_not_lie_on_a_limit(limit, side):
    figure = lines(
        title="t",
        description="d",
        lines=[Line("all", [0, 10], [0.0, 1.0], role="other"), Line("yours", [3], [0.05], dots=True)],
        x_axis=Axis("looks", str),
        y_axis=Axis("rate", str),
        levels=[Mark(limit, "promised", "reference")],
    )
    (name,) = [note for note in figure.layout["annotations"] if "yours" in note["text"]]
    assert name["yanchor"] == side


def test_roles_differ_without_their_colours():
    assert len({(style.dash, style.symbol) for style in STYLES.values()}) == len(STYLES)


def test_every_colour_of_a_role_is_set_in_light_and_dark_and_stands_out():
    used = {
        (key, name)
        for make in FIGURES.values()
        for key, text in strings([make("x").data, make("x").layout])
        for name in re.findall(r"^var\((--q-[a-z-]+)\)$", text)
    }
    assert {name for _, name in used} >= {"--q-you", "--q-reference", "--q-other", "--q-warn", "--q-good", "--q-band"}
    assert all(re.search("color(scale)?$", key) for key, _ in used)
    for theme, colours in themes().items():
        for name in {name for _, name in used}:
            assert name in colours, (theme, name)
        for style in STYLES.values():
            name = style.colour[4:-1]
            assert contrast(colours[name], colours["--q-paper"]) >= 2.95, (theme, name)
        for name in ("--q-you", "--q-reference", "--q-warn", "--q-good", "--q-soft"):
            assert contrast(colours[name], colours["--q-paper"]) >= 4.5, (theme, name)
        for name in ("--q-heat-low", "--q-heat-high"):
            assert contrast(colours["--q-ink"], colours[name]) >= 4.5, (theme, name)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_refused_by_its_place(bad):
    axis = Axis("x", whole)
    with pytest.raises(ValueError, match=r"values\[1\] is -?(nan|inf); use None"):
        bars(title="t", description="d", labels=["a", "b"], values=[1, bad], axis=axis, item="i")
    with pytest.raises(ValueError, match=r"counts\[0\] is"):
        histogram(title="t", description="d", edges=[0, 1], counts=[bad], axis=axis, count_axis=axis)
    with pytest.raises(ValueError, match=r"pace low\[0\] is"):
        dots(title="t", description="d", labels=["a"], sets=[Dots("pace", [1], [bad], [2])], axis=axis, item="i")
    with pytest.raises(ValueError, match=r"pace y\[0\] is"):
        lines(title="t", description="d", lines=[Line("pace", [1], [bad])], x_axis=axis, y_axis=axis)
    with pytest.raises(ValueError, match=r"O7 y_high is"):
        scatter(title="t", description="d", points=[Point("O7", 1, 1, y_high=bad)], x_axis=axis, y_axis=axis, item="i")
    with pytest.raises(ValueError, match=r"values\[0\]\[1\] is"):
        grid(
            title="t",
            description="d",
            values=[[1, bad]],
            row_labels=["a"],
            column_labels=["b", "c"],
            row_axis="r",
            column_axis="c",
            write=whole,
        )


def test_lengths_that_differ_are_refused():
    axis = Axis("x", whole)
    with pytest.raises(ValueError, match="values must have 2 values, not 1"):
        bars(title="t", description="d", labels=["a", "b"], values=[1], axis=axis, item="i")
    with pytest.raises(ValueError, match="edges must have 2 values, not 3"):
        histogram(title="t", description="d", edges=[0, 1, 2], counts=[1], axis=axis, count_axis=axis)
    with pytest.raises(ValueError, match="edges must rise"):
        histogram(title="t", description="d", edges=[0, 0], counts=[1], axis=axis, count_axis=axis)
    with pytest.raises(ValueError, match=r"rows\[0\] has 1 cells under 2 headings"):
        Figure(data=[], layout={}, title="t", description="d", columns=("a", "b"), rows=(("a",),))


def test_a_picture_without_a_finding_or_without_words_for_it_is_refused():
    for title, description, name in ((" ", "d", "title"), ("t", "", "description")):
        with pytest.raises(ValueError, match=f"a figure needs a {name}"):
            Figure(data=[], layout={}, title=title, description=description, columns=(), rows=())


def test_ranges_without_headings_for_the_table_are_refused():
    with pytest.raises(ValueError, match="ranges need ends"):
        bars(
            title="t",
            description="d",
            labels=["a"],
            values=[1],
            low=[0],
            high=[2],
            axis=Axis("x", whole),
            item="i",
        )


def test_an_axis_that_runs_backwards_is_refused():
    with pytest.raises(ValueError, match="axis 'x' runs from 5 to 2"):
        scale(Axis("x", whole, 5, 2), [])
