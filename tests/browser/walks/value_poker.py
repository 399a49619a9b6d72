"""Five items: turn the cards, let the lowest and the highest explain, vote again, set the card."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

ITEMS = ("I01", "I11", "I13", "I17", "I46")


def _look_at(exercise: Locator, item: str) -> Locator:
    button = exercise.locator(f"[data-item='{item}']")
    button.scroll_into_view_if_needed()
    return button


def _round(exercise: Locator, number: int) -> None:
    expect(exercise.locator(f".qspo-poker-record[data-round='{number}']")).to_be_visible()


def _final(exercise: Locator, item: str) -> Locator:
    """The middle card of the last round, as the seats show them."""
    cards = exercise.locator(".qspo-poker-seats .qspo-poker-card").all_inner_texts()
    last = sorted((int(text.replace(",", "")) for text in cards[1::2]), key=int)
    return exercise.locator(f".qspo-poker-pick input[data-card='c{last[len(last) // 2]}']")


def by_mouse(page: Page, exercise: Locator) -> None:
    """Choose the anchor, then play each item with two rounds and one talk."""
    exercise.locator("[data-control='anchor']").get_by_text("Yearly statement").click()
    for item in ITEMS:
        _look_at(exercise, item).click()
        exercise.locator("[data-act='turn']").click()
        _round(exercise, 1)
        exercise.locator("[data-rule='ends']").click()
        expect(exercise.locator("[data-act='turn']")).to_be_visible()
        exercise.locator("[data-act='turn']").click()
        _round(exercise, 2)
        final = _final(exercise, item)
        final.locator("xpath=..").click()
        expect(final).to_be_checked()


def by_keys(page: Page, exercise: Locator) -> None:
    """The same, where the keyboard goes on by itself from act to act."""
    exercise.locator("[data-control='anchor'] input").nth(2).focus()
    page.keyboard.press("Space")
    for item in ITEMS:
        _look_at(exercise, item).focus()
        page.keyboard.press("Enter")
        exercise.locator("[data-act='turn']").focus()
        page.keyboard.press("Enter")
        _round(exercise, 1)
        exercise.locator("[data-rule='ends']").focus()
        page.keyboard.press("Enter")
        expect(exercise.locator("[data-act='turn']")).to_be_visible()
        exercise.locator("[data-act='turn']").focus()
        page.keyboard.press("Enter")
        _round(exercise, 2)
        final = _final(exercise, item)
        final.focus()
        page.keyboard.press("Space")
        expect(final).to_be_checked()
