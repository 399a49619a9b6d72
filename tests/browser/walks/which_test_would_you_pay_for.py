"""Six cards into three columns."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

PLAN = {"B1": "test", "B2": "leave", "B3": "build", "B4": "test", "B5": "test", "B6": "build"}


def by_mouse(page: Page, exercise: Locator) -> None:
    """Drag each card into its column."""
    for card, column in PLAN.items():
        exercise.locator(f"[data-card='{card}']").first.drag_to(exercise.locator(f"[data-column='{column}']").first)
        expect(exercise.locator(f"[data-column='{column}'] [data-card='{card}']").first).to_be_visible()


def by_keys(page: Page, exercise: Locator) -> None:
    """Pick each card up and move it with the arrows."""
