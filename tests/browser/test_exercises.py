"""Every exercise as a person meets it: answered by mouse and by keys alone, committed, revealed, found again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from conftest import Lab, Tab
from playwright.sync_api import Locator, Page, expect

from qspo_lab import course

expect.set_options(timeout=20_000)

HOSTILE = [
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "</script><script>window.hacked=1</script>",
    "<i>zz</i> {{7*7}} =1+1",
]


@pytest.fixture(params=course.keys())
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def walk(key: str) -> ModuleType:
    return import_module(f"walks.{key}")


@pytest.fixture
def opened(key: str, lab: Lab, open_notebook: Callable[..., Tab]) -> Tab:
    """A notebook with this one exercise and an empty workbook."""
    for path in lab.folder.glob("workbook*"):
        path.unlink()
    call = f'lab.exercise("{key}")'
    lab.write_notebook(f"one_{key}.ipynb", f"from qspo_lab import lab\n{call}")
    tab = open_notebook(f"one_{key}.ipynb")
    frame_of(tab.page)
    return tab


def frame_of(page: Page) -> Locator:
    frame = page.locator(".qspo-exercise").first
    frame.locator(".qspo-board[data-ready='1']").wait_for()
    frame.locator("[data-action='commit']").wait_for()
    return frame


def button(frame: Locator, action: str) -> Locator:
    return frame.locator(f"[data-action='{action}']")


def saved(frame: Locator) -> Locator:
    return frame.locator(".qspo-saved")


def commit_by_mouse(frame: Locator, reason: str) -> None:
    slider = frame.locator("[data-block='confidence'] input")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    slider.click(position={"x": box["width"] * 0.7, "y": box["height"] / 2})
    field = frame.locator("[data-block='reason'] textarea")
    field.click()
    field.fill(reason)
    expect(saved(frame)).to_contain_text("saved")
    button(frame, "commit").click()


def answer_in_workbook(tab: Tab, key: str) -> dict[str, Any]:
    found: dict[str, Any] = tab.ask(f"__import__('qspo_lab.lab').lab.workbook().entry({key!r})")
    return found


def test_by_mouse_from_untouched_to_revealed_and_back_after_a_crash(
    key: str,
    walk: ModuleType,
    opened: Tab,
    axe: Callable[[Page], Sequence[Any]],
) -> None:
    page = opened.page
    frame = frame_of(page)
    assert axe(page) == []
    cells = opened.cells()
    button(frame, "hint").click()
    expect(frame.locator(".qspo-hint")).to_have_count(1)
    walk.by_mouse(page, frame)
    commit_by_mouse(frame, HOSTILE[0])
    expect(button(frame, "reveal")).to_be_visible()
    expect(frame.locator("[data-block='findings'] dd").first).to_be_visible()
    expect(frame.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert axe(page) == []
    kept = answer_in_workbook(opened, key)
    assert kept["status"] == "committed"
    assert kept["reason"] == HOSTILE[0]

    button(frame, "reveal").click()
    expect(frame.locator("[data-block='policies'] tr.qspo-you")).to_be_visible()
    transfer = frame.locator("[data-block='transfer'] textarea")
    transfer.fill(HOSTILE[1])
    transfer.blur()
    expect(saved(frame)).to_contain_text("Saved")
    assert axe(page) == []

    opened.kill_kernel()
    opened.wait_for_run(2)
    frame = page.locator(".qspo-exercise").first
    expect(button(frame, "another_world")).to_be_visible()
    expect(frame.locator("[data-block='transfer'] textarea")).to_have_value(HOSTILE[1])
    assert answer_in_workbook(opened, key)["answer"] == kept["answer"]
    button(frame, "another_world").click()
    expect(button(frame, "commit")).to_be_visible()
    entry = answer_in_workbook(opened, key)
    assert (entry["status"], entry["seed"]) == ("draft", kept["seed"] + 1)
    assert len(entry["attempts"]) == 1
    assert opened.cells() == cells
    assert page.evaluate("() => window.hacked") is None


def test_by_keys_alone_from_untouched_to_revealed(key: str, walk: ModuleType, opened: Tab) -> None:
    page = opened.page
    frame = frame_of(page)
    cells = opened.cells()
    walk.by_keys(page, frame)
    frame.locator("[data-block='confidence'] input").focus()
    page.keyboard.press("ArrowRight")
    frame.locator("[data-block='reason'] textarea").focus()
    page.keyboard.type("because b x m d d")
    page.keyboard.press("Tab")
    expect(saved(frame)).to_contain_text("saved")
    for action in ("commit", "reveal"):
        button(frame, action).press("Enter")
        if action == "commit":
            expect(button(frame, "reveal")).to_be_visible()
    expect(frame.locator("[data-block='policies'] tr.qspo-you")).to_be_visible()
    assert opened.cells() == cells
    assert answer_in_workbook(opened, key)["status"] == "revealed"
