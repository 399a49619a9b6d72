"""The point map in a real JupyterLab: by mouse, by keyboard alone, by touch and through its table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

MAP = """
from qspo_lab.widgets.point_map import PointMap
WORDS = {"point_at": "{label}: {x_name} {x}, {y_name} {y}", "unplaced": "{label}: not placed yet",
    "line_at": "{label}: {at}", "no_data": "{label}: no data yet", "twin": "As a table", "tray": "Not on the map yet",
    "picked": "{label} picked, {n} of {max}", "picks": "{n} of {max} picked", "picks_full": "All {max} picks are used.",
    "armed": "Click where {label} belongs.", "crowded": "No room: {n}",
    "plane": "{x} across, {y} upwards", "number_between": "{at} ({low} to {high})"}
X = {"label": "Interest", "name": "interest", "min": 0, "max": 10, "low": "hardly any", "high": "a lot", "step": 0.5}
Y = {"label": "Influence", "name": "influence", "min": 0, "max": 10, "low": "none", "high": "decides", "step": 0.5}
POINTS = [{"id": "rolf", "label": "Rolf Anker", "movable": True, "x": 4, "y": 7},
    {"id": "ines", "label": "Ines Brandt", "movable": True},
    {"id": "grid", "label": "Grid operator", "x": 8, "y": 2, "error": {"x": [7, 9], "y": 1}, "note": "By letter."},
    {"id": "guild", "label": "Guild", "x": 2, "y": 2}]
LINES = [{"id": "bar", "axis": "y", "at": 5, "label": "Ask from", "movable": True}]
MARKS = {"max": 2, "label": "Talk to"}
def show(**traits):
    inputs = {"label": "People", "words": WORDS, "x": X, "y": Y, "points": POINTS, "lines": LINES, "marks": MARKS}
    board = PointMap(**{**inputs, **traits})
    board.observe(lambda change: setattr(board, "saved_rev", board.rev), "rev")
    return board
"""

# Frames in which the dot was not under the pointer when the frame was drawn.
WATCH = """(node) => {
  window.late = []; window.frames_seen = 0;
  window.addEventListener('pointermove', (e) => requestAnimationFrame(() => {
    if (!e.buttons) return;
    const box = node.querySelector('.qspo-map-dot').getBoundingClientRect(); window.frames_seen += 1;
    const off = Math.hypot(box.x + box.width / 2 - e.clientX, box.y + box.height / 2 - e.clientY);
    if (off > 1.5) window.late.push(off);
  }), true);
}"""
ECHO = """(board) => { window.echoes = []; let begun = 0;
  board.addEventListener('qspo-change', () => { begun = performance.now(); });
  board.addEventListener('qspo-saved', () => window.echoes.push(performance.now() - begun)); }"""


def middle(node: Locator) -> tuple[float, float]:
    box = node.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def on_plane(board: Locator, x: float, y: float) -> tuple[float, float]:
    box = board.locator(".qspo-map-plane").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * x / 10, box["y"] + box["height"] * (1 - y / 10)


def point(board: Locator, name: str) -> Locator:
    return board.locator(f"[data-point={name}]")


def drag(page: Page, start: tuple[float, float], goal: tuple[float, float], steps: int = 12) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*goal, steps=steps)
    page.mouse.up()


@pytest.fixture
def open_map(lab: Any, open_notebook: Callable[..., Any]) -> Callable[..., tuple[Any, Locator]]:
    def open_one(cell: str = "b = show(); b", **options: Any) -> tuple[Any, Locator]:
        tab = open_notebook(lab.write_notebook("zz_point_map.ipynb", MAP + cell), **options)
        board = tab.page.locator("[data-board='point-map'][data-ready='1']").first
        board.scroll_into_view_if_needed()
        return tab, board

    return open_one


def wait_for_value(tab: Any, part: str, wanted: Any) -> None:
    for _ in range(50):
        if tab.ask(f"b.value{part}") == wanted:
            return
        tab.page.wait_for_timeout(50)
    assert tab.ask(f"b.value{part}") == wanted


def test_the_mouse_drags_points_and_lines_and_picks_by_click(open_map: Callable[..., Any]) -> None:
    tab, board = open_map()
    page, rolf = tab.page, point(board, "rolf")
    rolf.evaluate(WATCH)
    board.evaluate(ECHO)

    page.mouse.move(*middle(rolf.locator(".qspo-map-dot")))
    page.mouse.down()
    revision = tab.ask("b.rev")
    page.mouse.move(*on_plane(board, 7, 3), steps=25)
    page.wait_for_timeout(120)
    assert tab.ask("b.rev") == revision, "the kernel was told while the point was still in the hand"
    expect(board.locator(".qspo-map-readout")).to_have_text("Rolf Anker: interest 7, influence 3")
    page.mouse.up()
    wait_for_value(tab, "['positions']['rolf']", [7, 3])
    assert page.evaluate("() => window.frames_seen") >= 10
    assert page.evaluate("() => window.late") == []
    expect(rolf).to_be_focused()
    expect(board.locator("[role=status]")).to_have_text("Rolf Anker: interest 7, influence 3")
    page.wait_for_function("() => window.echoes.length > 0")
    assert page.evaluate("() => window.echoes[0]") < 1500

    # beyond the edge: stays on the plane; in the middle of a gesture, Escape puts back
    drag(page, middle(rolf.locator(".qspo-map-dot")), (on_plane(board, 7, 3)[0], on_plane(board, 0, 10)[1] - 30))
    wait_for_value(tab, "['positions']['rolf']", [7, 10])
    page.mouse.move(*middle(rolf.locator(".qspo-map-dot")))
    page.mouse.down()
    page.mouse.move(*on_plane(board, 3, 3), steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_timeout(100)
    assert tab.ask("b.value['positions']['rolf']") == [7, 10]

    # from the tray by dragging, back again, and in by two clicks
    ines = point(board, "ines")
    drag(page, middle(ines), on_plane(board, 3, 8))
    wait_for_value(tab, "['positions']['ines']", [3, 8])
    expect(ines).to_be_focused()
    drag(page, middle(ines.locator(".qspo-map-dot")), middle(board.locator(".qspo-map-tray")))
    wait_for_value(tab, "['positions']['ines']", None)
    ines.click()
    page.mouse.click(*on_plane(board, 5, 8.5))
    wait_for_value(tab, "['positions']['ines']", [5, 8.5])

    # picks, in order, not more than allowed
    for name in ("grid", "ines", "guild"):
        page.mouse.click(*middle(point(board, name).locator(".qspo-map-dot")))
    wait_for_value(tab, "['marked']", ["grid", "ines"])
    expect(board.locator("[role=status]")).to_have_text("All 2 picks are used.")
    expect(board.locator(".qspo-map-picks")).to_have_text("Talk to · 2 of 2 picked")
    page.mouse.click(*middle(point(board, "grid").locator(".qspo-map-dot")))
    wait_for_value(tab, "['marked']", ["ines"])

    drag(
        page,
        middle(board.locator(".qspo-map-handle")),
        (middle(board.locator(".qspo-map-handle"))[0], on_plane(board, 0, 6.5)[1]),
    )
    wait_for_value(tab, "['lines']", {"bar": 6.5})


def test_the_keyboard_alone_does_everything_and_the_notebook_stays_whole(open_map: Callable[..., Any]) -> None:
    tab, board = open_map()
    page, live = tab.page, board.locator("[role=status]")
    before = tab.cells()
    point(board, "rolf").focus()
    assert board.locator("[data-point][tabindex='0'], [data-line][tabindex='0']").count() == 1
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(live).to_have_text("Rolf Anker: interest 5, influence 4.5")
    wait_for_value(tab, "['positions']['rolf']", [5, 4.5])
    page.keyboard.press("m")
    wait_for_value(tab, "['marked']", ["rolf"])
    expect(point(board, "rolf")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    wait_for_value(tab, "['marked']", [])

    page.keyboard.press("PageDown")
    expect(point(board, "ines")).to_be_focused()
    page.keyboard.press("ArrowUp")  # out of the tray, into the middle
    wait_for_value(tab, "['positions']['ines']", [5, 5])
    expect(point(board, "ines")).to_be_focused()
    page.keyboard.press("ArrowUp")
    wait_for_value(tab, "['positions']['ines']", [5, 5.5])
    page.keyboard.press("Space")
    wait_for_value(tab, "['marked']", ["ines"])
    page.keyboard.press("Delete")
    wait_for_value(tab, "['positions']['ines']", None)
    page.keyboard.press("Enter")
    wait_for_value(tab, "['positions']['ines']", [5, 5])
    page.keyboard.press("Delete")
    wait_for_value(
        tab, "", {"positions": {"rolf": [5, 4.5], "ines": None}, "lines": {"bar": 5}, "marked": [], "settings": {}}
    )
    expect(point(board, "ines")).to_be_focused()

    page.keyboard.press("PageDown")
    expect(point(board, "grid")).to_be_focused()
    page.keyboard.press("ArrowLeft")  # a point that stays: on to the next one at the left
    expect(point(board, "rolf")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")  # leaving ends the gesture
    wait_for_value(tab, "['lines']", {"bar": 5.5})
    for key in ("b", "x", "d", "d", "a"):
        point(board, "rolf").press(key)
    assert tab.cells() == before


def test_a_finger_drags_by_the_44_pixels_around_a_point(open_map: Callable[..., Any]) -> None:
    tab, board = open_map(has_touch=True)
    page = tab.page
    touch = page.context.new_cdp_session(page)

    def send(kind: str, at: tuple[float, float] | None = None) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def finger(start: tuple[float, float], goal: tuple[float, float]) -> None:
        send("touchStart", start)
        for i in range(1, 9):
            send("touchMove", (start[0] + (goal[0] - start[0]) * i / 8, start[1] + (goal[1] - start[1]) * i / 8))
        send("touchEnd")

    x, y = middle(point(board, "rolf").locator(".qspo-map-dot"))
    goal = on_plane(board, 6, 3)
    finger((x + 18, y + 8), (goal[0] + 18, goal[1] + 8))
    wait_for_value(tab, "['positions']['rolf']", [6, 3])
    finger(middle(point(board, "ines").locator(".qspo-map-dot")), on_plane(board, 2, 8))
    wait_for_value(tab, "['positions']['ines']", [2, 8])
    page.touchscreen.tap(*middle(point(board, "grid").locator(".qspo-map-dot")))
    wait_for_value(tab, "['marked']", ["grid"])
    boxes = board.locator("[data-point], .qspo-map-handle").evaluate_all(
        "(all) => all.map((n) => n.getBoundingClientRect()).map((b) => [b.width, b.height])"
    )
    assert all(width >= 43.9 and height >= 43.9 for width, height in boxes), boxes


def test_the_table_says_and_takes_the_same_numbers(open_map: Callable[..., Any]) -> None:
    tab, board = open_map()
    page = tab.page
    board.get_by_text("As a table").click()
    table = board.locator("table")
    expect(table.locator("tbody tr")).to_have_count(5)
    expect(table.locator("tbody tr").nth(2)).to_contain_text("Grid operator8 (7 to 9)2 (1 to 3)")
    across, up = (table.get_by_label(f"Rolf Anker: {name}") for name in ("Interest", "Influence"))
    across.fill("9.5")
    across.press("Tab")
    expect(up).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("99")
    page.keyboard.press("Tab")
    wait_for_value(tab, "['positions']['rolf']", [9.5, 10])
    expect(up).to_have_value("10")
    table.get_by_label("Ines Brandt: Interest").fill("2")
    table.get_by_label("Ines Brandt: Influence").focus()
    page.wait_for_timeout(100)
    assert tab.ask("b.value['positions']['ines']") is None, "half a position is none"
    table.get_by_label("Ines Brandt: Influence").fill("3")
    page.keyboard.press("Tab")
    wait_for_value(tab, "['positions']['ines']", [2, 3])
    table.get_by_label("Ask from: Influence").fill("8")
    page.keyboard.press("Tab")
    wait_for_value(tab, "['lines']", {"bar": 8})
    table.get_by_label("Grid operator: Talk to").check()
    wait_for_value(tab, "['marked']", ["grid"])
    expect(point(board, "grid")).to_have_attribute("aria-pressed", "true")


def test_a_locked_map_reads_and_does_not_move(open_map: Callable[..., Any], axe: Callable[..., Any]) -> None:
    tab, board = open_map("b = show(locked=True, value={'positions': {'rolf': [4, 7]}, 'marked': ['rolf']}); b")
    page, rolf = tab.page, point(board, "rolf")
    drag(page, middle(rolf.locator(".qspo-map-dot")), on_plane(board, 9, 9))
    rolf.press("Shift+ArrowDown")
    page.mouse.click(*middle(point(board, "grid").locator(".qspo-map-dot")))
    page.wait_for_timeout(250)
    assert tab.ask("[b.rev, b.value['marked'], b.value['positions']['rolf']]") == [0, ["rolf"], [4, 7]]
    expect(board.locator(".qspo-map-readout")).to_have_text(
        "Grid operator: interest 8 (7 to 9), influence 2 (1 to 3) · By letter."
    )
    board.get_by_text("As a table").click()
    assert board.locator("table input:not(:disabled)").count() == 0
    assert axe(page) == []


def test_a_point_that_the_kernel_moves_glides_unless_motion_is_unwanted(open_map: Callable[..., Any]) -> None:
    move = "b.set_trait('points', [{**p, 'x': {x}, 'y': 9} if p['id'] == 'guild' else p for p in b.points])"
    tab, board = open_map()
    guild = point(board, "guild")
    guild.focus()
    tab.ask(move.replace("{x}", "9"))
    expect(guild).to_have_attribute("aria-label", "Guild: interest 9, influence 9")
    assert guild.evaluate("(node) => node.classList.contains('qspo-map-glide')")
    expect(guild).to_be_focused()
    guild.page.wait_for_function("(n) => !n.classList.contains('qspo-map-glide')", arg=guild.element_handle())
    assert middle(guild) == pytest.approx(on_plane(board, 9, 9), abs=1.5)

    tab.page.emulate_media(reduced_motion="reduce")
    tab.ask(move.replace("{x}", "1"))
    expect(guild).to_have_attribute("aria-label", "Guild: interest 1, influence 9")
    assert middle(guild) == pytest.approx(on_plane(board, 1, 9), abs=1.5)


def test_many_points_and_hostile_names_at_any_size(open_map: Callable[..., Any], axe: Callable[..., Any]) -> None:
    cell = """
import random
dice = random.Random(4)
cloud = [{"id": f"p{i}", "label": f"Outcome number {i}", "x": dice.uniform(0, 10), "y": dice.uniform(0, 10)}
         for i in range(60)]
cloud[5]["label"] = cloud[5]["note"] = "<img src=x onerror='window.hit = 1'>"
b = show(points=cloud); b"""
    tab, board = open_map(cell)
    page = tab.page
    assert board.locator("[data-point]").count() == 60
    # names overlap neither each other nor a dot; those without room are hidden and counted
    clash = """(board) => {
      const boxes = (selector) => [...board.querySelectorAll(selector)].map((node) => node.getBoundingClientRect());
      const apart = (a, b) =>
        a.left > b.right - 1 || b.left > a.right - 1 || a.top > b.bottom - 1 || b.top > a.bottom - 1;
      const names = boxes('.qspo-map-placed:not(.qspo-map-quiet) > .qspo-map-name');
      const dots = boxes('.qspo-map-placed > .qspo-map-dot');
      const on_names = names.filter((a, i) => names.some((b, j) => j > i && !apart(a, b))).length;
      return [names.length, on_names, names.filter((a) => dots.some((b) => !apart(a, b))).length];
    }"""
    shown, on_names, on_dots = board.evaluate(clash)
    quiet = board.locator(".qspo-map-quiet").count()
    assert (shown + quiet, on_names, on_dots) == (60, 0, 0)
    assert shown >= 40
    if quiet:
        expect(board.locator(".qspo-note", has_text="No room")).to_have_text(f"No room: {quiet}")
    sizes = board.locator(
        ".qspo-map-name, .qspo-map-picture text, .qspo-map-axis span, .qspo-map-readout"
    ).evaluate_all("(all) => all.map((node) => parseFloat(getComputedStyle(node).fontSize))")
    assert min(sizes) >= 14
    assert page.evaluate("() => window.hit") is None
    assert board.locator("img").count() == 0
    assert axe(page) == []

    page.set_viewport_size({"width": 640, "height": 400})
    narrow = "(board) => board.querySelector('.qspo-map-plane').clientWidth < 640"
    page.wait_for_function(narrow, arg=board.element_handle())
    page.wait_for_timeout(300)
    shown, on_names, on_dots = board.evaluate(clash)
    assert (on_names, on_dots) == (0, 0)
    assert board.evaluate("(node) => node.scrollWidth <= node.clientWidth + 1"), "sticks out at 200 % zoom"
