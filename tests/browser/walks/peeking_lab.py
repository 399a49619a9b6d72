"""Three tests watched and stopped, then a rule for the next hundred."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

TESTS = ("page", "mail", "price")


def by_mouse(page: Page, exercise: Locator) -> None:
    """Watch each test for ten days, stop it, give a verdict; then set looks and rule."""
    for test in TESTS:
        exercise.locator(f".qspo-series-tab[data-series='{test}']").click()
        for day in (5, 10):
            exercise.locator("[data-act='jump']").click()
            expect(exercise.locator(".qspo-series-place")).to_contain_text(f"Day {day}")
        exercise.locator("[data-act='stop']").click()
        exercise.locator("[data-verdict='no_difference']").click()
        expect(exercise.locator("[data-verdict='no_difference']")).to_be_checked()
    slider = exercise.locator("[data-control='looks'] input")
    box = slider.bounding_box()
    assert box
    slider.click(position={"x": box["width"] * 0.5, "y": box["height"] / 2})
    exercise.locator("[data-control='rule']").get_by_label("O'Brien and Fleming").click()


def by_keys(page: Page, exercise: Locator) -> None:
    """The same by the keyboard."""
    for test in TESTS:
        exercise.locator(f".qspo-series-tab[data-series='{test}']").press("Enter")
        exercise.locator("[data-act='next']").press("Enter")
        expect(exercise.locator(".qspo-series-place")).to_contain_text("Day 1")
        exercise.locator("[data-act='stop']").press("Enter")
        exercise.locator("[data-verdict='b_wins']").press("Space")
        expect(exercise.locator("[data-verdict='b_wins']")).to_be_checked()
    exercise.locator("[data-control='looks'] input").press("ArrowRight")
    exercise.locator("[data-control='rule'] input").first.press("Space")
