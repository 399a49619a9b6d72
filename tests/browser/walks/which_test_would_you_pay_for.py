"""Six cards into three columns."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

PLAN = {"B1": "test", "B2": "leave", "B3": "build", "B4": "test", "B5": "test", "B6": "build"}
PLACES = {"build": 1, "test": 2, "leave": 3}


def _lies_in(exercise: Locator, card: str, column: str) -> None:
    expect(exercise.locator(f"[data-column='{column}'] [data-card='{card}']")).to_be_visible()


def by_mouse(page: Page, exercise: Locator) -> None:
    """Drag each card into its column."""
    for card, column in PLAN.items():
        exercise.locator(f"[data-card='{card}'] .qspo-face").drag_to(exercise.locator(f"[data-column='{column}']"))
        _lies_in(exercise, card, column)


def by_keys(page: Page, exercise: Locator) -> None:
    """Send each card to its column by the column's digit."""
    for card, column in PLAN.items():
        exercise.locator(f"[data-card='{card}'] .qspo-face").focus()
        page.keyboard.press(str(PLACES[column]))
        _lies_in(exercise, card, column)
