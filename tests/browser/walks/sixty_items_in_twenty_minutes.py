"""Twenty cards into buckets, one set aside, five choices."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

BUCKETS = ("b3", "b5", "b8", "b13", "b20")
CHOICES = {"small": "count", "large": "bucket", "aside": "poker", "source": "counted", "level": "p85"}
TO_PLACE = 20
"""With the first card, which stands in its bucket already, one more than needed."""


def _lies_in(exercise: Locator, card: str, column: str) -> None:
    expect(exercise.locator(f"[data-column='{column}'] [data-card='{card}']")).to_be_visible()


def _waiting(exercise: Locator) -> list[str]:
    cards = exercise.locator("[data-column='pool'] [data-card]")
    return [str(cards.nth(i).get_attribute("data-card")) for i in range(TO_PLACE + 1)]


def _choices(exercise: Locator) -> list[Locator]:
    return [exercise.locator(f"[data-control='{name}'] input[value='{value}']") for name, value in CHOICES.items()]


def by_mouse(page: Page, exercise: Locator) -> None:
    """Click a card, then its place; drag the last one to the cards to talk about."""
    *cards, jumping = _waiting(exercise)
    for i, card in enumerate(cards):
        column = BUCKETS[i % len(BUCKETS)]
        exercise.locator(f"[data-card='{card}'] .qspo-face").click()
        exercise.locator(f"[data-column='{column}'] .qspo-put").click()
        _lies_in(exercise, card, column)
    exercise.locator(f"[data-card='{jumping}'] .qspo-face").drag_to(exercise.locator("[data-column='aside']"))
    _lies_in(exercise, jumping, "aside")
    for choice in _choices(exercise):
        choice.click()


def by_keys(page: Page, exercise: Locator) -> None:
    """Space picks a card up, arrows carry it along the buckets, Space puts it down."""
    *cards, jumping = _waiting(exercise)
    for i, card in enumerate(cards):
        exercise.locator(f"[data-card='{card}'] .qspo-face").focus()
        page.keyboard.press("Space")
        for _ in range(3 + i % len(BUCKETS)):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        _lies_in(exercise, card, BUCKETS[i % len(BUCKETS)])
    exercise.locator(f"[data-card='{jumping}'] .qspo-face").focus()
    page.keyboard.press("Space")
    for _ in range(11):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    _lies_in(exercise, jumping, "aside")
    for choice in _choices(exercise):
        choice.focus()
        page.keyboard.press("Space")
