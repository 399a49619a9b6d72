"""Two numbers for each of five quantities."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

RANGES = {
    "items": (9, 28),
    "bookings": (32, 52),
    "firmware": (300, 1200),
    "next_item": (2, 30),
    "payback": (3000, 12000),
}
FIELDS = {
    f"{name}_{end}": str(value)
    for name, pair in RANGES.items()
    for end, value in zip(("low", "high"), pair, strict=True)
}


def by_mouse(page: Page, exercise: Locator) -> None:
    """Click into each field and type its number."""
    for name, text in FIELDS.items():
        field = exercise.locator(f"[data-control='{name}'] input")
        field.click()
        field.fill(text)
    exercise.locator("[data-control='payback_high'] label").click()
    expect(exercise.locator(".qspo-saved")).to_contain_text("saved")


def by_keys(page: Page, exercise: Locator) -> None:
    """Go from field to field with Tab."""
    exercise.locator("[data-control='items_low'] input").focus()
    for text in FIELDS.values():
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    for name, text in FIELDS.items():
        expect(exercise.locator(f"[data-control='{name}'] input")).to_have_value(text)
