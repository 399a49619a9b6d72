"""A whole value poker meeting: rounds of cards, talk between them, and the minutes that it takes.

`qspo_lab.samples.value_votes` plays one round. Here a way of running the meeting is played to its end, for one table
or for many at once, so that ways can be compared on the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.samples.value_votes import ValueTruth, extremes, next_votes, spoken, to_cards

RULES = ("ends", "everybody", "loudest", "nobody")
"""Who speaks after a round: the lowest and the highest, everybody, the loudest alone, nobody."""


@dataclass(frozen=True, eq=False)
class Meeting:
    """What happened. Dots stand for an axis of draws, where there is one.

    Parameters
    ----------
    cards
        Cards of each round: shape ``(rounds, ..., players, items)``.
    speakers
        Who spoke after each round, same shape.
    heard
        Facts first spoken after each round: shape ``(rounds, ..., facts)``.
    """

    cards: NDArray[np.float64]
    speakers: NDArray[np.bool_]
    heard: NDArray[np.bool_]

    def middle(self, rounds: Sequence[int]) -> NDArray[np.float64]:
        """Give each item's middle card in the round of that number, 1 or more: shape ``(..., items)``.

        Of two middle cards it is the higher one, so that it is always a card of the deck.
        """
        ordered = np.sort(self.of_round(rounds), axis=-2)
        return np.asarray(ordered[..., ordered.shape[-2] // 2, :])

    def of_round(self, rounds: Sequence[int]) -> NDArray[np.float64]:
        """Give each item's cards in the round of that number: shape ``(..., players, items)``."""
        picked = [self.cards[number - 1][..., item] for item, number in enumerate(rounds)]
        return np.stack(picked, axis=-1)

    def minutes(self, rounds: Sequence[int], per_round: float, per_speech: float) -> NDArray[np.float64]:
        """Give what each item takes: shape ``(..., items)``."""
        return np.asarray(np.asarray(rounds) * per_round + self.speakers.sum(axis=(0, -2)) * per_speech)


def in_points(truth: ValueTruth, items: Sequence[int], anchor: int | None, card: float) -> ValueTruth:
    """Give the table for some items, in points: what the anchor item is worth is called ``card``.

    The anchor is talked through first, so that every fact about it is known to all. What a player thinks too high of
    all items alike drops out; what a player thinks too high of the anchor alone makes every other item look small.

    Parameters
    ----------
    truth
        All items of the table.
    items
        Places of the items that are played.
    anchor
        Place of the anchor item; None leaves all in the unit of value.
    card
        The anchor's card.
    """
    chosen = list(items)
    about = np.isin(truth.fact_item, chosen)
    part = replace(
        truth,
        value=truth.value[..., chosen],
        impression=truth.impression[..., chosen],
        facts=tuple(fact for fact, kept in zip(truth.facts, about, strict=True) if kept),
        fact_item=np.array([chosen.index(item) for item in truth.fact_item[about]], dtype=np.int64),
        log_factor=truth.log_factor[about],
        knows=truth.knows[..., about],
        leaning=truth.leaning[:, chosen],
        mood=truth.mood[..., chosen],
    )
    if anchor is None:
        return part
    unit = truth.value[..., anchor, None] / card
    return replace(
        part,
        value=part.value / unit,
        impression=part.impression / unit,
        leaning=part.leaning - truth.leaning[:, anchor, None],
        mood=part.mood - truth.mood[..., anchor, None],
    )


def play_meeting(
    truth: ValueTruth, deck: ArrayLike, rules: Sequence[Sequence[str]], rounds: int, loudest: int
) -> Meeting:
    """Play every item for a number of rounds.

    1. Everybody lays a card that nobody has influenced.
    2. After a round those speak whom the item's rule names; what they alone knew is then known to all. If all cards
       are equal, nobody is lowest or highest.
    3. Everybody votes again; see `qspo_lab.samples.value_votes.next_votes`.

    Parameters
    ----------
    truth
        The table.
    deck
        Cards in play, rising.
    rules
        For each item the rules after rounds one, two and so on, names from `RULES`; where none is left, nobody speaks.
    rounds
        How many rounds of cards.
    loudest
        Place of the loudest player.
    """
    votes, heard = next_votes(truth), np.zeros_like(truth.knows.any(axis=-2))
    cards: list[NDArray[np.float64]] = []
    speakers: list[NDArray[np.bool_]] = []
    news: list[NDArray[np.bool_]] = []
    for number in range(rounds):
        laid = to_cards(votes, deck)
        speak = _speakers(laid, [rule[number] if number < len(rule) else "nobody" for rule in rules], loudest)
        fresh = spoken(truth, speak) & ~heard
        heard = heard | fresh
        cards.append(laid)
        speakers.append(speak)
        news.append(fresh)
        if number + 1 < rounds:
            votes = next_votes(truth, heard, votes, speak)
    return Meeting(np.stack(cards), np.stack(speakers), np.stack(news))


def _speakers(cards: NDArray[np.float64], rules: Sequence[str], loudest: int) -> NDArray[np.bool_]:
    names = np.asarray(rules)
    differ = cards.max(axis=-2, keepdims=True) > cards.min(axis=-2, keepdims=True)
    is_loudest = np.arange(cards.shape[-2])[:, None] == loudest
    return np.asarray(
        (extremes(cards) & differ & (names == "ends")) | (is_loudest & (names == "loudest")) | (names == "everybody")
    )
