"""A survey of the market, read for one group, and one bet on the map."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

BET = "O1"
PLACED = re.compile("qspo-map-placed")
GLIDING = re.compile("qspo-map-glide")


def by_mouse(page: Page, exercise: Locator) -> None:
    """Choose whom to ask and for whom, set the slider, click a dot."""
    exercise.locator("[data-control='ask'] label:has(input[value='market'])").click()
    slider = exercise.locator("[data-control='interviews'] input")
    box = slider.bounding_box()
    assert box
    slider.click(position={"x": box["width"] * 0.3, "y": box["height"] / 2})
    dot = exercise.locator(f"[data-point='{BET}']")
    expect(dot).to_have_class(PLACED)
    exercise.locator("[data-control='group'] label:has(input[value='calm_keepers'])").click()
    expect(exercise.locator(".qspo-map-picks")).to_contain_text("Calm keepers")
    expect(dot).not_to_have_class(GLIDING)
    # the board takes the nearest dot, whatever lies on top
    dot.locator(".qspo-map-dot").click(force=True)
    expect(dot).to_have_attribute("aria-pressed", "true")


def by_keys(page: Page, exercise: Locator) -> None:
    """Space takes a choice, arrows set the slider, Page Down goes to the point, Enter picks it."""
    for control, value in (("ask", "market"), ("group", "calm_keepers")):
        exercise.locator(f"[data-control='{control}'] input[value='{value}']").focus()
        page.keyboard.press("Space")
    exercise.locator("[data-control='interviews'] input").focus()
    page.keyboard.press("ArrowRight")
    dot = exercise.locator(f"[data-point='{BET}']")
    expect(dot).to_have_class(PLACED)
    exercise.locator("[data-point][tabindex='0']").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(dot).to_have_attribute("aria-pressed", "true")
