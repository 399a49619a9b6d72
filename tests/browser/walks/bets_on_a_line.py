"""Six cards in order, two gates, a level."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

PLAN = {"B1": "now", "B6": "now", "B3": "next", "B5": "next", "B2": "later", "B4": "later"}
PLACES = {"now": 1, "next": 2, "later": 3}


def _lies_in(exercise: Locator, card: str, column: str) -> None:
    expect(exercise.locator(f"[data-column='{column}'] [data-card='{card}']")).to_be_visible()


def by_mouse(page: Page, exercise: Locator) -> None:
    """Choose the level, drag each card into its column, switch a gate on."""
    exercise.get_by_label("85 %").click()
    for card, column in PLAN.items():
        exercise.locator(f"[data-card='{card}'] .qspo-face").drag_to(exercise.locator(f"[data-column='{column}']"))
        _lies_in(exercise, card, column)
    gate = exercise.locator("[data-card='B1'] input[type='checkbox']")
    gate.click()
    expect(gate).to_be_checked()


def by_keys(page: Page, exercise: Locator) -> None:
    """The same with Space, digits and Tab."""
    exercise.get_by_label("85 %").focus()
    page.keyboard.press("Space")
    for card, column in PLAN.items():
        exercise.locator(f"[data-card='{card}'] .qspo-face").focus()
        page.keyboard.press(str(PLACES[column]))
        _lies_in(exercise, card, column)
    exercise.locator("[data-card='B4'] input[type='checkbox']").focus()
    page.keyboard.press("Space")
    expect(exercise.locator("[data-card='B4'] input[type='checkbox']")).to_be_checked()
