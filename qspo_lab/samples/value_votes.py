"""The value poker table: what five stakeholders believe that items are worth, and what each alone knows.

One seed fixes everything: true values, who holds which fact, moods. The functions then play a round given what has
been said before, so that one world answers to every way of running the meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario


@dataclass(frozen=True)
class ValueTable:
    """What may be seen.

    Parameters
    ----------
    items
        Keys of the backlog items to be valued.
    players
        Keys of the stakeholders at the table.
    deck
        Cards, rising.
    """

    items: tuple[str, ...]
    players: tuple[str, ...]
    deck: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class ValueTruth:
    """What is hidden. Dots stand for an axis of draws, where there is one.

    Parameters
    ----------
    value
        True value in thousands of the unit of value: shape ``(..., items)``.
    impression
        What everybody supposes without knowing any fact, same unit and shape.
    facts
        Keys of all facts of the pack.
    fact_item
        Place of the item that a fact is about: shape ``(facts,)``.
    log_factor
        Log of the factor by which it changes the true value: shape ``(facts,)``.
    knows
        Who holds which fact of this world: shape ``(..., players, facts)``. A fact that nobody holds does not hold.
    leaning
        Bias and interest of each player on each item, log scale: shape ``(players, items)``.
    mood
        Their passing errors, log scale: shape ``(..., players, items)``.
    herding
        Share of the way that a player goes towards the others from round to round: shape ``(players,)``.
    """

    value: NDArray[np.float64]
    impression: NDArray[np.float64]
    facts: tuple[str, ...]
    fact_item: NDArray[np.int64]
    log_factor: NDArray[np.float64]
    knows: NDArray[np.bool_]
    leaning: NDArray[np.float64]
    mood: NDArray[np.float64]
    herding: NDArray[np.float64]

    @property
    def dealt(self) -> NDArray[np.bool_]:
        """Which facts hold in this world: shape ``(..., facts)``."""
        return np.asarray(self.knows.any(axis=-2))


def make_value_votes(
    rng: np.random.Generator, pack: Scenario, draws: int | None = None
) -> tuple[ValueTable, ValueTruth]:
    """Draw a value poker table.

    1. The common impression of an item is the pack's, times a lognormal factor of this world.
    2. The pack's number of facts is dealt at random from its list. One of those who may know it holds each.
    3. The true value is the common impression times the factors of all dealt facts about the item.
    4. Every player has a leaning (bias and interests, the same in every world) and a normal mood for each item.

    Parameters
    ----------
    rng
        Source of random numbers.
    pack
        The scenario.
    draws
        Number of tables; None makes one, without an axis for it.

    Returns
    -------
    ValueTable, ValueTruth
        What may be seen and what may not.
    """
    poker = pack.value_poker
    items, players, facts = list(poker.impressions), list(poker.players), list(poker.facts.values())
    lead = () if draws is None else (draws,)

    common = np.array(list(poker.impressions.values()))
    impression = common * np.exp(rng.standard_normal((*lead, len(items))) * poker.base_sigma)

    order = np.argsort(rng.random((*lead, len(facts))), axis=-1)
    dealt = np.argsort(order, axis=-1) < poker.facts_dealt
    may_know = np.array([[player in fact.known_to for fact in facts] for player in players])
    chance = np.where(may_know, rng.random((*lead, len(players), len(facts))), -1.0)
    holder = chance.argmax(axis=-2)
    knows = (holder[..., None, :] == np.arange(len(players))[:, None]) & dealt[..., None, :]

    fact_item = np.array([items.index(fact.item) for fact in facts], dtype=np.int64)
    log_factor = np.log([fact.factor for fact in facts])
    leaning = np.array(
        [[player.bias + player.interest.get(item, 0.0) for item in items] for player in poker.players.values()]
    )
    mood = rng.standard_normal((*lead, len(players), len(items))) * poker.noise
    return ValueTable(tuple(items), tuple(players), tuple(poker.deck)), ValueTruth(
        value=impression * np.exp(_effects(dealt, fact_item, log_factor, len(items))),
        impression=impression,
        facts=tuple(poker.facts),
        fact_item=fact_item,
        log_factor=log_factor,
        knows=knows,
        leaning=leaning,
        mood=mood,
        herding=np.array([player.herding for player in poker.players.values()]),
    )


def believed(truth: ValueTruth, heard: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Give what each player believes each item to be worth, on their own.

    The common impression, changed by every fact that the player holds or has heard, coloured by leaning and mood.

    Parameters
    ----------
    truth
        The table's hidden side.
    heard
        Facts that have been spoken out: shape ``(..., facts)``; none if left out.

    Returns
    -------
    numpy.ndarray
        Same unit as the true value: shape ``(..., players, items)``.
    """
    known = truth.knows if heard is None else truth.knows | heard[..., None, :]
    effects = _effects(known, truth.fact_item, truth.log_factor, truth.impression.shape[-1])
    return np.asarray(truth.impression[..., None, :] * np.exp(effects + truth.leaning + truth.mood))


def spoken(truth: ValueTruth, speakers: ArrayLike) -> NDArray[np.bool_]:
    """Give the facts that come out when some players explain their votes.

    Parameters
    ----------
    truth
        The table's hidden side.
    speakers
        Who speaks about which item: shape ``(..., players, items)``.

    Returns
    -------
    numpy.ndarray
        True for each fact that a speaker holds about the item: shape ``(..., facts)``.
    """
    about = np.asarray(speakers, dtype=bool)[..., truth.fact_item]
    return np.asarray((truth.knows & about).any(axis=-2))


def next_votes(
    truth: ValueTruth,
    heard: NDArray[np.bool_] | None = None,
    previous: NDArray[np.float64] | None = None,
    speakers: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Play a round: what each player would now put down, before rounding to a card.

    Every player starts from what they believe after all that was heard. After a first round each goes their share of
    the way towards the others, on the log scale: towards the mean of those who spoke about the item, and where nobody
    spoke towards the median of all votes. Herding narrows the spread and adds no knowledge.

    Parameters
    ----------
    truth
        The table's hidden side.
    heard
        Facts spoken out so far: shape ``(..., facts)``.
    previous
        Votes of the round before, above 0: shape ``(..., players, items)``; none in the first round.
    speakers
        Who spoke about which item after that round, same shape; nobody if left out.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., players, items)``.
    """
    own = np.log(believed(truth, heard))
    if previous is None:
        return np.exp(own)
    before = np.log(previous)
    pull = np.broadcast_to(np.median(before, axis=-2, keepdims=True), own.shape)
    if speakers is not None:
        spoke = np.broadcast_to(np.asarray(speakers, dtype=bool), own.shape)
        count = spoke.sum(axis=-2, keepdims=True)
        mean = (before * spoke).sum(axis=-2, keepdims=True) / np.maximum(count, 1)
        pull = np.where(count > 0, mean, pull)
    return np.asarray(np.exp(own + truth.herding[:, None] * (pull - own)))


def extremes(votes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Give who speaks if the lowest and the highest explain: shape ``(..., players, items)``, ties all speak."""
    return np.asarray((votes == votes.min(axis=-2, keepdims=True)) | (votes == votes.max(axis=-2, keepdims=True)))


def against_anchor(votes: NDArray[np.float64], anchor: int, card: float) -> NDArray[np.float64]:
    """Turn beliefs into points relative to an anchor item, which everybody gives the same card.

    What a player thinks too high or too low of all items alike drops out. What they think wrong about the anchor
    alone falls on every other item.

    Parameters
    ----------
    votes
        Votes in the unit of value: shape ``(..., players, items)``.
    anchor
        Place of the anchor item.
    card
        Its card.
    """
    return np.asarray(votes / votes[..., anchor : anchor + 1] * card)


def to_cards(values: ArrayLike, deck: ArrayLike) -> NDArray[np.float64]:
    """Round values to the nearest card on the log scale; borders are the geometric means of neighbours.

    A card of 0 is played below half of the next card.

    Parameters
    ----------
    values
        Values from 0 up, any shape.
    deck
        Cards, rising.
    """
    cards = np.asarray(deck, dtype=np.float64)
    borders = np.where(cards[:-1] > 0, np.sqrt(cards[:-1] * cards[1:]), cards[1:] / 2)
    return np.asarray(cards[np.searchsorted(borders, np.asarray(values, dtype=np.float64), side="right")])


def _effects(
    facts: NDArray[np.bool_], fact_item: NDArray[np.int64], log_factor: NDArray[np.float64], items: int
) -> NDArray[np.float64]:
    """Add up the log factors of facts by item: shape ``(..., items)``."""
    by_item = np.zeros((len(fact_item), items))
    by_item[np.arange(len(fact_item)), fact_item] = log_factor
    return np.asarray(facts @ by_item)
