"""The rank list in a real JupyterLab: by mouse, by keyboard alone, by touch and through its table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from qspo_lab.widgets.rank_list import moved

LIST = """
from qspo_lab.widgets.rank_list import RankList
WORDS = {"row": "{label}, {place} of {n}", "row_first": "{label}, {place} of {n}, first {top}",
    "row_unranked": "{label}, not ranked", "now_at": "{label} is now {place} of {n}", "twin": "As a table",
    "now_unranked": "{label}: no place", "held": "{label} picked up", "put_back": "{label} is back", "up": "{label} up",
    "down": "{label} down", "rank_last": "{label} last", "place_of": "Place of {label}", "unranked": "not ranked",
    "first": "The first {n}", "on": "yes", "off": "no", "not_set": "not set",
    "ordinal_one": "{n}st", "ordinal_two": "{n}nd", "ordinal_few": "{n}rd", "ordinal_other": "{n}th"}
LABELS = ["Autopilot", "Commissioning", "Rule studio", "Statement", "Duty", "League"]
ITEMS = [{"id": label[0].lower(), "label": label, "meta": "3 Sprints"} for label in LABELS]
OPTIONS = [{"id": "gate", "kind": "toggle", "label": "With a gate"},
    {"id": "level", "kind": "choice", "label": "Promise",
     "options": [{"id": "p50", "label": "P50"}, {"id": "p85", "label": "P85"}]}]
def show(**traits):
    board = RankList(**{"label": "Bets", "words": WORDS, "items": ITEMS, "options": OPTIONS, "top": 3, **traits})
    board.observe(lambda change: setattr(board, "saved_rev", board.rev), "rev")
    return board
"""
START = ["a", "c", "r", "s", "d", "l"]

# Frames in which the row was not where the pointer had taken it when the frame was drawn.
WATCH = """(row) => {
  window.late = []; window.frames_seen = 0;
  let held = null;
  window.addEventListener('pointerdown', (e) => { held = e.clientY - row.getBoundingClientRect().top; }, true);
  window.addEventListener('pointermove', (e) => requestAnimationFrame(() => {
    if (!e.buttons) return;
    window.frames_seen += 1;
    const off = Math.abs(e.clientY - row.getBoundingClientRect().top - held);
    if (off > 1.5) window.late.push(off);
  }), true);
}"""


def grip(board: Locator, name: str) -> tuple[float, float]:
    box = board.locator(f"[data-item={name}] .qspo-rank-grip").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def row(board: Locator, name: str) -> Locator:
    return board.locator(f"[data-item={name}] .qspo-rank-main")


def drag(page: Page, start: tuple[float, float], goal: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*goal, steps=12)
    page.mouse.up()


def shown(board: Locator) -> list[str]:
    return board.locator("ol [data-item]").evaluate_all("(all) => all.map((node) => node.dataset.item)")


@pytest.fixture
def open_list(lab: Any, open_notebook: Callable[..., Any]) -> Callable[..., tuple[Any, Locator]]:
    def open_one(cell: str = "b = show(); b", **options: Any) -> tuple[Any, Locator]:
        tab = open_notebook(lab.write_notebook("zz_rank_list.ipynb", LIST + cell), **options)
        board = tab.page.locator("[data-board='rank-list'][data-ready='1']").first
        board.scroll_into_view_if_needed()
        return tab, board

    return open_one


def wait_for_value(tab: Any, part: str, wanted: Any) -> None:
    for _ in range(50):
        if tab.ask(f"b.value{part}") == wanted:
            return
        tab.page.wait_for_timeout(50)
    assert tab.ask(f"b.value{part}") == wanted


def test_the_mouse_drags_a_row_to_the_line_that_is_shown(open_list: Callable[..., Any]) -> None:
    tab, board = open_list()
    page, live = tab.page, board.locator("[role=status]")
    board.locator("[data-item=l]").evaluate(WATCH)
    page.mouse.move(*grip(board, "l"))
    page.mouse.down()
    page.mouse.move(grip(board, "c")[0], grip(board, "c")[1] - 12, steps=20)
    line = board.locator(".qspo-rank-line")
    expect(line).to_be_visible()
    page.wait_for_timeout(120)
    assert tab.ask("b.rev") == 0, "the kernel was told while the row was still in the hand"
    box, above, below = (
        board.locator(f"{one}").bounding_box() for one in (".qspo-rank-line", "[data-item=a]", "[data-item=c]")
    )
    assert box and above and below
    assert above["y"] + above["height"] - 2 <= box["y"] <= below["y"]
    page.mouse.up()
    order = moved(START, "l", 2)
    wait_for_value(tab, "['order']", order)
    assert shown(board) == order
    assert page.evaluate("() => window.frames_seen") >= 10
    assert page.evaluate("() => window.late") == []
    expect(line).to_be_hidden()
    expect(row(board, "l")).to_be_focused()
    expect(live).to_have_text("League is now 2nd of 6")
    expect(row(board, "l")).to_have_attribute("aria-label", "League, 2nd of 6, first 3, 3 Sprints")

    # Escape in the middle of the gesture puts back; a drop on its own place saves nothing
    revision = tab.ask("b.rev")
    page.mouse.move(*grip(board, "a"))
    page.mouse.down()
    page.mouse.move(*grip(board, "d"), steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    drag(page, grip(board, "a"), (grip(board, "a")[0] + 30, grip(board, "a")[1] + 8))
    page.wait_for_timeout(150)
    assert tab.ask("[b.rev, b.value['order']]") == [revision, order]

    # the same without dragging
    board.locator("[data-item=d]").hover()
    board.get_by_role("button", name="Duty up").click()
    order = moved(order, "d", order.index("d"))
    wait_for_value(tab, "['order']", order)
    for place in (1, 6):
        drag(
            page,
            grip(board, "r"),
            (grip(board, "r")[0], grip(board, order[0 if place == 1 else -1])[1] + (-20 if place == 1 else 20)),
        )
        order = moved(order, "r", place)
        wait_for_value(tab, "['order']", order)


def test_the_keyboard_alone_orders_and_the_notebook_stays_whole(open_list: Callable[..., Any]) -> None:
    tab, board = open_list()
    page, live, before = tab.page, board.locator("[role=status]"), tab.cells()
    row(board, "a").focus()
    assert board.locator(".qspo-rank-main[tabindex='0']").count() == 1
    for key in ("ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(row(board, "r")).to_have_attribute("aria-pressed", "true")
    expect(live).to_have_text("Rule studio picked up")
    page.keyboard.press("ArrowUp")
    expect(live).to_have_text("Rule studio is now 2nd of 6")
    expect(row(board, "r")).to_be_focused()
    assert tab.ask("b.rev") == 0, "saved before it was put down"
    page.keyboard.press("Space")
    wait_for_value(tab, "['order']", moved(START, "r", 2))
    for key in ("Enter", "End", "Escape"):
        page.keyboard.press(key)
    expect(live).to_have_text("Rule studio is back")
    assert shown(board) == moved(START, "r", 2)
    for key in ("Enter", "Home"):
        page.keyboard.press(key)
    page.keyboard.press("Tab")  # leaving puts it down where it is
    wait_for_value(tab, "['order']", moved(START, "r", 1))
    for key in ("b", "x", "d", "d", "m"):
        row(board, "a").press(key)
    assert tab.cells() == before


def test_a_pool_gives_and_takes_back_by_mouse_and_by_key(open_list: Callable[..., Any]) -> None:
    tab, board = open_list("b = show(start_ranked=False); b")
    page, pool = tab.page, board.locator(".qspo-rank-pool")
    first = board.locator(".qspo-rank-ranked").bounding_box()
    assert first is not None
    drag(page, grip(board, "s"), (first["x"] + 120, first["y"] + 60))
    wait_for_value(tab, "['order']", ["s"])
    row(board, "d").focus()
    for key in ("Space", "ArrowUp", "Space"):
        page.keyboard.press(key)
    wait_for_value(tab, "['order']", ["d", "s"])
    expect(row(board, "d")).to_be_focused()
    board.locator("[data-item=a]").hover()
    board.get_by_role("button", name="Autopilot last").click()
    wait_for_value(tab, "['order']", ["d", "s", "a"])
    expect(board.locator(".qspo-rank-first")).to_have_text("The first 3")
    box = pool.bounding_box()
    assert box is not None
    drag(page, grip(board, "s"), (box["x"] + 60, box["y"] + 40))
    wait_for_value(tab, "['order']", ["d", "a"])
    row(board, "d").press("Delete")
    wait_for_value(tab, "['order']", ["a"])
    expect(board.locator("[role=status]")).to_have_text("Duty: no place")


def test_a_finger_drags_by_the_grip(open_list: Callable[..., Any]) -> None:
    tab, board = open_list(has_touch=True)
    page = tab.page
    touch = page.context.new_cdp_session(page)
    (x, y), (_, end) = grip(board, "a"), grip(board, "s")
    for i in range(10):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove" if i else "touchStart", "touchPoints": [{"x": x, "y": y + (end + 12 - y) * i / 9}]},
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_value(tab, "['order']", moved(START, "a", 4))
    sizes = board.locator(".qspo-rank-main, .qspo-rank-grip, .qspo-rank-step, .qspo-rank-options select, .qspo-option")
    boxes = sizes.evaluate_all("(all) => all.map((n) => n.getBoundingClientRect()).map((b) => [b.width, b.height])")
    assert all(width >= 43.9 and height >= 43.9 for width, height in boxes), boxes


def test_the_table_and_the_choices_say_and_take_the_same(
    open_list: Callable[..., Any], axe: Callable[..., Any]
) -> None:
    tab, board = open_list()
    board.get_by_text("As a table").click()
    place = board.locator("table").get_by_label("Place of League")
    place.focus()
    place.select_option("1")
    wait_for_value(tab, "['order']", moved(START, "l", 1))
    expect(place).to_be_focused()
    expect(board.locator("table tbody th")).to_have_text(
        ["League", *["Autopilot", "Commissioning", "Rule studio", "Statement", "Duty"]]
    )
    board.get_by_label("With a gate: Duty").check()
    board.get_by_label("Promise: Duty").select_option("p85")
    wait_for_value(tab, "['options']['d']", {"gate": True, "level": "p85"})
    expect(board.locator("[role=status]")).to_have_text("Duty, Promise: P85")
    expect(board.locator("table tbody tr").last).to_contain_text("3 SprintsyesP85")
    assert axe(tab.page) == []


def test_a_locked_list_reads_and_does_not_move_and_names_stay_text(open_list: Callable[..., Any]) -> None:
    hostile = "<img src=x onerror='window.hit = 1'>"
    tab, board = open_list(f'ITEMS[1].update(label="{hostile}", note="{hostile}")\nb = show(locked=True); b')
    drag(tab.page, (grip(board, "a")[0] + 60, grip(board, "a")[1]), grip(board, "d"))
    for key in ("Space", "ArrowDown", "Space", "Delete"):
        tab.page.keyboard.press(key)
    tab.page.wait_for_timeout(150)
    assert tab.ask("b.rev") == 0
    assert board.locator("button.qspo-rank-step:visible, .qspo-rank-options :enabled:is(input, select)").count() == 0
    expect(row(board, "c")).to_contain_text(hostile)
    assert tab.page.evaluate("() => window.hit") is None
    tab.page.set_viewport_size({"width": 640, "height": 400})
    assert board.evaluate("(node) => node.scrollWidth <= node.clientWidth + 1"), "sticks out at 200 % zoom"
