"""Set up a survey with the controls, then sort eight attributes."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

SORTED = {
    "bill_guarantee": "attractive",
    "tariff_autopilot": "must_be",
    "live_flows": "indifferent",
    "warm_house": "must_be",
    "own_rules": "indifferent",
    "one_visit": "one_dimensional",
    "tenant_statement": "cannot_say",
    "peer_league": "indifferent",
}
CHOICES = {"recruiting": "small_landlords", "wording": "plain", "reading": "honest_test"}
COLUMNS = ("must_be", "one_dimensional", "attractive", "indifferent", "reverse", "cannot_say")


def by_mouse(page: Page, exercise: Locator) -> None:
    """Click the choices and the slider, then click each card and the column it goes to."""
    for control, option in CHOICES.items():
        exercise.locator(f"[data-control='{control}'] input[value='{option}']").click()
    slider = exercise.locator("[data-control='size'] input")
    box = slider.bounding_box()
    assert box
    slider.click(position={"x": box["width"] * 0.42, "y": box["height"] / 2})
    expect(exercise.locator("[data-card='warm_house'] .qspo-card-note")).to_contain_text("M ")
    for card, column in SORTED.items():
        exercise.locator(f"[data-card='{card}'] .qspo-label").click()
        exercise.locator(f"[data-column='{column}'] .qspo-put").click()
        expect(exercise.locator(f"[data-column='{column}'] [data-card='{card}']")).to_be_visible()


def by_keys(page: Page, exercise: Locator) -> None:
    """Take the choices with Space, move the slider with arrows, and send each card to its column by its digit."""
    for control, option in CHOICES.items():
        exercise.locator(f"[data-control='{control}'] input[value='{option}']").focus()
        page.keyboard.press("Space")
    exercise.locator("[data-control='size'] input").focus()
    page.keyboard.press("ArrowLeft")
    expect(exercise.locator("[data-card='warm_house'] .qspo-card-note")).to_contain_text("M ")
    for card, column in SORTED.items():
        exercise.locator(f"[data-card='{card}'] .qspo-face").focus()
        page.keyboard.press(str(COLUMNS.index(column) + 1))
        expect(exercise.locator(f"[data-column='{column}'] [data-card='{card}']")).to_be_visible()
