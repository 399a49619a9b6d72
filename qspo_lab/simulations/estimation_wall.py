"""A wall of cards that several people size in silence, and what each method of estimation would make of it.

Buckets follow Berteig's Bucket System: the first card goes into 8, the rest is divided, a sanity check follows. Silent
moving is magic estimation (credited to Gloger, after Lindstrom's affinity estimation, both from secondary accounts).
Planning poker is Grenning's (2002) and Cohn's (2005); Planning Poker is a registered mark of Mountain Goat Software.

Places are positions in `SCALE`; sizes are person-days. Votes may be seen. What is drawn to fit them uses the recipe of
the pack and the votes, and nothing of what is true in a world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods.estimation import FIRST_BUCKET, POKER_DECK, Lognormal, nearest_bucket, ranks
from qspo_lab.methods.groups import variance_of_mean

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

SCALE = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0, 50.0, 100.0)
"""Ten of the thirteen in `qspo_lab.methods.estimation.BUCKETS`. No item of a backlog is free (0), the steps around 4
are finer than people's estimates of one card agree, and only a misreading lands in 200."""
EIGHT = SCALE.index(FIRST_BUCKET)
"""Place of the first card."""
PASSES = 2
"""How often each person passes along the wall."""
FAR = 2
"""A person moves a card that stands so many buckets, or more, from where he would put it."""

MINUTES = {"count": 0.0, "bucket": 0.3, "magic": 0.5, "poker": 3.0}
"""Minutes a card takes in the room, on average. Bucket: a couple of hundred items in an hour (Berteig). Poker: two to
five minutes in practitioners' guides. Magic: everybody reads every card; this course's assumption."""
MINUTES_SPREAD = 0.5
"""Standard deviation of the minutes of one card, as a share of their mean; this course's assumption."""
MISS_FACTOR, MISS_DAYS, MISS_HOURS = 2.0, 12.0, 8.0
"""A card misses if it is off by this factor and by these person-days, more than one person's Sprint. Eight people then
replan for an hour; this course's assumption."""


# ---------------------------------------------------------------------------- the wall


@dataclass(frozen=True, eq=False)
class Wall:
    """What anybody sees.

    Parameters
    ----------
    votes
        Where each person would put each card: shape ``(people, cards)``.
    visits
        Who passes each card, in order: shape ``(cards, passes * people)``.
    first
        Position of the card that stands in 8 from the start: the one that most agree on.
    """

    votes: Places
    visits: Places
    first: int


@dataclass(frozen=True)
class Journey:
    """How a card wandered: how often it was moved, and the places between which it wandered."""

    moves: int
    low: int
    high: int


def make_wall(rng: np.random.Generator, estimates: Floats) -> Wall:
    """Turn silent estimates into votes for buckets, and draw in which order people pass each card.

    Parameters
    ----------
    rng
        Source of the orders.
    estimates
        Person-days, shape ``(people, cards)``.
    """
    votes = np.searchsorted(SCALE, nearest_bucket(estimates, SCALE))
    orders = [np.argsort(rng.random(votes.shape), axis=0) for _ in range(PASSES)]
    return Wall(votes, np.concatenate(orders).T, int(np.argmin(np.abs(votes - EIGHT).sum(axis=0))))


def journey(wall: Wall, card: int, start: int | None) -> Journey:
    """Let people pass a card in silence; whoever would put it `FAR` or more buckets away moves it there.

    Parameters
    ----------
    wall
        The wall.
    card
        Position of the card.
    start
        Where the card stands at first; None if the first who passes puts it up.
    """
    order = wall.visits[card]
    at = int(wall.votes[order[0], card]) if start is None else start
    moves, low, high = 0, at, at
    for person in order:
        own = int(wall.votes[person, card])
        if abs(own - at) >= FAR:
            at, moves = own, moves + 1
            low, high = min(low, at), max(high, at)
    return Journey(moves, low, high)


def resting_places(wall: Wall, placed: Mapping[int, int]) -> Places:
    """Give where each card comes to rest: in the middle of all voices, between two places in the upper one.

    Parameters
    ----------
    wall
        The wall.
    placed
        Card to place, of one more person.
    """
    resting, cards = np.median(wall.votes, axis=0), list(placed)
    if cards:
        resting[cards] = np.median(np.vstack([wall.votes[:, cards], list(placed.values())]), axis=0)
    return np.floor(resting + 0.5).astype(np.int64)


# ---------------------------------------------------------------------------- sizes that fit what was seen


@dataclass(frozen=True, eq=False)
class Truths:
    """True sizes, what poker would say of them, and how talks take their time.

    Parameters
    ----------
    sizes
        Person-days: shape ``(cards,)`` or ``(draws, cards)``.
    poker
        The card that poker ends at after the talk; same shape.
    pace
        Minutes of each card as a multiple of their mean; same shape.
    """

    sizes: Floats
    poker: Floats
    pace: Floats


def error_variances(pack: Scenario) -> tuple[float, float]:
    """Give the variances of one person's own error and of the error that all share, on the log scale.

    Everybody knows one area, so the error is that of an average card. Rounding to a bucket adds an even error of one
    step. Leanings that do not cancel are shared.
    """
    recipe, areas = pack.estimators, len(pack.areas)
    error = recipe.noise**2 * (areas - 1 + recipe.knowledge_factor**2) / areas
    step = float(np.log(SCALE[-1] / SCALE[0])) / (len(SCALE) - 1)
    return error * (1 - recipe.correlation) + step**2 / 12, error * recipe.correlation + recipe.bias**2 / recipe.count


def talked_error(pack: Scenario) -> float:
    """Give the log-scale error of poker: a mean of people who have all heard those who know the area."""
    recipe = pack.estimators
    told = variance_of_mean(recipe.count, recipe.correlation, (recipe.noise * recipe.knowledge_factor) ** 2)
    return float((told + recipe.bias**2 / recipe.count) ** 0.5)


def meanings(wall: Wall, pack: Scenario) -> tuple[Floats, Floats, float]:
    """Weigh what the votes on each card can mean: one understanding, or two camps split in every possible way.

    Bayes' rule. Sizes are lognormal as in the pack. Votes are normal around the log of the size that a person has in
    mind, once the person's own leaning is taken out. A second understanding is larger by the pack's factor, and as
    frequent as in the pack.

    Returns
    -------
    weights : numpy.ndarray
        Chance of each meaning, "one understanding" first: shape ``(meanings, cards)``.
    means : numpy.ndarray
        Mean log of the true size, the smaller one, under each meaning: the same shape.
    variance : float
        Variance of that log.
    """
    recipe, people = pack.backlog, len(wall.votes)
    said = np.log(SCALE)[wall.votes]
    leaning = np.median(said - np.median(said, axis=0), axis=1)
    said = said - (leaning - leaning.mean())[:, None]
    halves = {people // 2, people - people // 2}
    camps = [np.isin(np.arange(people), larger) for half in halves for larger in combinations(range(people), half)]
    frequent = float(np.mean([item.second_meaning for item in recipe.items.values()]))
    prior = np.array([1 - frequent] + [frequent / len(camps)] * len(camps))
    shift = np.array([np.zeros(people), *camps]) * np.log(recipe.second_meaning_factor)

    own, shared = error_variances(pack)
    meant = said - shift[:, :, None]
    middle = meant.mean(axis=1)
    apart = ((meant - middle[:, None]) ** 2).sum(axis=1)
    error, spread, usual = own / people + shared, recipe.size_sigma**2, np.log(recipe.size_median)
    with np.errstate(divide="ignore"):
        fit = np.log(prior)[:, None] - apart / (2 * own) - (middle - usual) ** 2 / (2 * (error + spread))
    weights = np.exp(fit - fit.max(axis=0))
    variance = 1 / (1 / error + 1 / spread)
    return weights / weights.sum(axis=0), variance * (middle / error + usual / spread), float(variance)


def fitting_truths(rng: np.random.Generator, wall: Wall, pack: Scenario, draws: int) -> Truths:
    """Draw true sizes that fit the votes. A card with two understandings is meant in either, evenly."""
    picking, sizing, meaning, talking = rng.spawn(4)
    weights, means, variance = meanings(wall, pack)
    shape = (draws, weights.shape[1])
    picks, cumulated = picking.random(shape), weights.cumsum(axis=0)[:-1]
    which = np.column_stack([np.searchsorted(each, pick) for each, pick in zip(cumulated.T, picks.T, strict=True)])
    larger = (which > 0) & (meaning.random(shape) < 0.5)
    logs = means[which, np.arange(shape[1])] + variance**0.5 * sizing.standard_normal(shape)
    return talked(talking, np.exp(logs + larger * np.log(pack.backlog.second_meaning_factor)), pack)


def talked(rng: np.random.Generator, sizes: Floats, pack: Scenario) -> Truths:
    """Add to true sizes what poker says of them, and how long each card takes."""
    errors = talked_error(pack) * rng.standard_normal(sizes.shape)
    certainty = MINUTES_SPREAD**-2
    pace = rng.gamma(certainty, 1 / certainty, sizes.shape)
    return Truths(sizes, nearest_bucket(sizes * np.exp(errors), POKER_DECK), pace)


# ---------------------------------------------------------------------------- what each method says and costs


def said_by(wall: Wall, placed: Mapping[int, int], poker: Floats, pack: Scenario) -> dict[str, Floats]:
    """Give the size that each method puts on each card.

    Count only takes every card for an average one. In the bucket system one person places a card: who has placed it,
    else people in turn; the sanity check puts it to the middle of all voices if it stands `FAR` or more buckets from
    there. Magic estimation ends at the middle of all voices. Poker comes from a talk and is given.

    Parameters
    ----------
    wall, placed
        As in `resting_places`.
    poker
        From `Truths`.
    pack
        The scenario.
    """
    middle, card = resting_places(wall, placed), np.arange(wall.votes.shape[1])
    placer = wall.votes[card % len(wall.votes), card]
    placer[list(placed)] = list(placed.values())
    checked = np.where(np.abs(placer - middle) >= FAR, middle, placer)
    average = Lognormal(float(np.log(pack.backlog.size_median)), pack.backlog.size_sigma).mean
    scale = np.array(SCALE)
    return {
        "count": np.full(len(card), average),
        "bucket": scale[checked],
        "magic": scale[middle],
        "poker": poker,
    }


def mixed(methods: Sequence[str], said: Mapping[str, Floats], shape: tuple[int, ...]) -> Floats:
    """Give the sizes of a mix: each card by its own method."""
    sizes = np.empty(shape)
    for card, method in enumerate(methods):
        sizes[..., card] = said[method][..., card]
    return sizes


def misses(sizes: Floats, said: Floats) -> NDArray[np.bool_]:
    """Say which cards are off by `MISS_FACTOR` or more and by `MISS_DAYS` or more, either way."""
    return (np.maximum(sizes / said, said / sizes) >= MISS_FACTOR) & (np.abs(sizes - said) >= MISS_DAYS)


def hours(methods: Sequence[str], truths: Truths, said: Floats, people: int) -> Floats:
    """Give person-hours of estimating and replanning, summed over cards; one number per draw."""
    talks = np.array([MINUTES[method] for method in methods]) * people / 60
    return (talks * truths.pace + MISS_HOURS * misses(truths.sizes, said)).sum(axis=-1)


def expected_hours(truths: Truths, said: Mapping[str, Floats], people: int) -> dict[str, Floats]:
    """Give the mean person-hours that each method costs on each card."""
    return {
        method: MINUTES[method] * people / 60 + MISS_HOURS * misses(truths.sizes, size).mean(axis=0)
        for method, size in said.items()
    }


@dataclass(frozen=True)
class Mix:
    """A method for small and for large cards, the cards to talk about, and the mean person-hours of it all."""

    small: str
    large: str
    talked: tuple[int, ...]
    hours: float


def best_mix(cost: Mapping[str, Floats], large: NDArray[np.bool_], most: int) -> Mix:
    """Find the cheapest mix: every pair of methods, each with the cards that poker helps most taken out.

    Parameters
    ----------
    cost
        From `expected_hours`.
    large
        Which cards are large.
    most
        How many cards may be taken out for poker.
    """
    found = []
    for small_by, large_by in product(cost, repeat=2):
        each = np.where(large, cost[large_by], cost[small_by])
        gain = each - cost["poker"]
        taken = [int(card) for card in np.argsort(-gain, kind="stable")[:most] if gain[card] > 0]
        found.append(Mix(small_by, large_by, tuple(taken), float(each.sum() - gain[taken].sum())))
    return min(found, key=lambda mix: mix.hours)


def order_kept(sizes: Floats, said: Floats) -> float:
    """Give the mean rank correlation of what was said with the true sizes; 0 where all cards are said to be equal.

    Parameters
    ----------
    sizes
        Shape ``(draws, cards)``.
    said
        The same, or ``(cards,)``.
    """
    a, b = (found - found.mean(axis=-1, keepdims=True) for found in (ranks(sizes), ranks(np.atleast_2d(said))))
    together, apart = (a * b).sum(axis=-1), np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return float(np.divide(together, apart, out=np.zeros_like(together), where=apart > 0).mean())
