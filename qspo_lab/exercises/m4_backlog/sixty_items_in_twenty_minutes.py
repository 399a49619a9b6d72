"""Sixty items in twenty minutes: place cards in silence with six partners, then choose a method for each kind of card.

Buckets follow Berteig's Bucket System: the first card goes into 8, the rest is divided. Silent moving is magic
estimation (Gloger, after Lindstrom's affinity estimation, both known here from secondary accounts). Planning poker is
Grenning's (2002) and Cohn's (2005); Planning Poker is a registered mark of Mountain Goat Software. Forecasts by count
follow Magennis and Vacanti.

The board has ten of Berteig's thirteen buckets. 0 is left out because no item of a backlog is free, 4 because the
estimates of one card scatter over more than the steps around it, 200 because only a misreading lands there. So the
board keeps to two rows.

Partners' silent estimates may be seen. True sizes, the double meanings, copies and areas touched are hidden. An answer
is tried on 2,000 sets of true sizes that fit what was seen on the wall: nothing hidden goes into these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Figure, Point, scatter
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.card_board import CardBoard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qspo_lab.methods.forecasting import Forecast

    Floats = NDArray[np.float64]

SCALE = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0, 50.0, 100.0)
"""Buckets on the board: those of `qspo_lab.methods.estimation.BUCKETS` without 0, 4 and 200."""
LARGE = 13.0
"""From this bucket on a card is large."""
PLACED = 20
"""Cards that the learner places at least; the partners place the rest."""
ASIDE = 5
"""Cards that may be set aside to talk about."""
PASSES = 2
"""How often each partner passes along the wall."""
FAR = 2
"""A partner moves a card that stands so many buckets from his own, or more."""

MINUTES = {"count": 0.0, "bucket": 0.3, "magic": 0.5, "poker": 3.0}
"""Minutes a card takes in the room, on average. Bucket: a couple of hundred items in an hour (Berteig). Poker: two to
five minutes in practitioners' guides. Magic: everybody reads every card; this course's assumption."""
MINUTES_SPREAD = 0.5
"""Standard deviation of the minutes of one card, as a share of their mean; this course's assumption."""
MISS_FACTOR, MISS_DAYS, MISS_HOURS = 2.0, 10.0, 8.0
"""A card misses if it is off by this factor and by these person-days. Eight people then replan for an hour; this
course's assumption."""
NEAR_BEST = 2.0
"""Person-hours: a mix within this distance of the best one counts as not clearly beaten."""

KINDS = ("small", "large", "aside")
LEVELS = {"p50": 0.5, "p85": 0.85, "p95": 0.95}
SOURCES = ("counted", "points")


# ---------------------------------------------------------------------------- what may be seen


@dataclass(frozen=True, eq=False)
class Seen:
    """What anybody sees of the backlog and of six silent partners.

    Parameters
    ----------
    keys
        Of the cards.
    votes
        Place in `SCALE` where each partner would put each card: shape ``(partners, cards)``.
    visits
        For each card, the partners in the order in which they pass it.
    first
        Position of the card that stands in 8 from the start: the partners agree on it best.
    """

    keys: tuple[str, ...]
    votes: NDArray[np.int64]
    visits: NDArray[np.int64]
    first: int


@lru_cache(maxsize=8)
def seen(world: World) -> Seen:
    """Give what is on the wall before anybody has moved a card."""
    import numpy as np

    from qspo_lab.methods.estimation import FIRST_BUCKET, nearest_bucket

    votes = np.searchsorted(SCALE, nearest_bucket(world.estimates, SCALE))
    people, cards = votes.shape
    rng = world.rng("who passes a card when")
    visits = np.concatenate([np.argsort(rng.random((people, cards)), axis=0) for _ in range(PASSES)]).T
    eight = SCALE.index(FIRST_BUCKET)
    first = int(np.argmin(np.abs(votes - eight).sum(axis=0)))
    return Seen(tuple(str(key) for key in world.backlog.key), votes, visits, first)


@dataclass(frozen=True)
class Journey:
    """How a card wandered along the wall: how often partners moved it, and between which buckets."""

    moves: int
    low: float
    high: float


def journey(wall: Seen, card: int, start: int | None) -> Journey:
    """Let the partners pass a card in silence.

    Each partner passes `PASSES` times. Whoever would put the card `FAR` or more buckets away moves it there.

    Parameters
    ----------
    wall
        What is seen.
    card
        Position of the card.
    start
        Place in `SCALE` where the learner has put it; None if a partner puts it first.
    """
    order = wall.visits[card]
    at = int(wall.votes[order[0], card]) if start is None else start
    moves, low, high = 0, at, at
    for partner in order:
        own = int(wall.votes[partner, card])
        if abs(own - at) >= FAR:
            at, moves = own, moves + 1
            low, high = min(low, at), max(high, at)
    return Journey(moves, SCALE[low], SCALE[high])


def places(wall: Seen, placed: Mapping[str, int]) -> NDArray[np.int64]:
    """Give where each card comes to rest: the middle of all voices, the learner's among them."""
    import numpy as np

    resting = np.floor(np.median(wall.votes, axis=0) + 0.5).astype(np.int64)
    for card, place in placed.items():
        column = wall.keys.index(card)
        resting[column] = int(np.median([*wall.votes[:, column], place]) + 0.5)
    return resting


# ---------------------------------------------------------------------------- the board


def bucket_id(place: int) -> str:
    """Name the column of a place in `SCALE`."""
    return f"b{SCALE[place]:g}"


def board(world: World, words: Words) -> CardBoard:
    """Make the board: sixty cards in a pool, ten buckets, one place for cards to talk about, and five choices."""
    wall = seen(world)
    columns = [{"id": "pool", "label": words.say("board.pool", least=PLACED)}]
    columns += [{"id": bucket_id(i), "label": f"{size:g}"} for i, size in enumerate(SCALE)]
    columns += [{"id": "aside", "label": words.say("board.aside", most=ASIDE)}]
    controls = [
        {
            "id": name,
            "kind": "choice",
            "label": words.say(f"board.for_{name}", border=LARGE),
            "options": [{"id": option, "label": words.say(f"board.{option}")} for option in options],
            "default": None,
        }
        for name, options in (
            *((kind, tuple(MINUTES)) for kind in KINDS),
            ("source", SOURCES),
            ("level", tuple(LEVELS)),
        )
    ]
    return CardBoard(
        columns=columns,
        cards=_cards(world, words, {}),
        pool="pool",
        arrangement="buckets",
        moves=True,
        controls=controls,
        value={"columns": {bucket_id(_eight()): [wall.keys[wall.first]]}},
    )


def _eight() -> int:
    from qspo_lab.methods.estimation import FIRST_BUCKET

    return SCALE.index(FIRST_BUCKET)


def _cards(world: World, words: Words, placed: Mapping[str, int]) -> list[dict[str, Any]]:
    wall, cards = seen(world), []
    for i, (key, title) in enumerate(zip(wall.keys, world.backlog.title, strict=True)):
        card = {"id": key, "label": str(title)}
        if i == wall.first:
            card |= {"tone": "accent", "note": words.say("board.first")}
        elif key in placed or len(placed) >= PLACED:
            way = journey(wall, i, placed.get(key))
            if way.moves:
                name = "moved_once" if way.moves == 1 else "moved"
                card["note"] = words.say(f"board.{name}", moves=way.moves, low=way.low, high=way.high)
        cards.append(card)
    return cards


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Let the partners pass the cards that the learner has placed; once enough are placed, all cards."""
    return {"cards": _cards(world, EXERCISE.words(), placed_of(world, answer))}


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and of the half-worked hint."""
    wall = seen(world)
    people, cards = len(wall.votes) + 1, len(wall.keys)
    return {
        "ceo": world.person("ceo"),
        "cards": cards,
        "partners": people - 1,
        "people": people,
        "least": PLACED,
        "most": ASIDE,
        "first": str(world.backlog.title[wall.first]),
        "poker_hours": cards * MINUTES["poker"] * people / 60,
        "bucket_hours": cards * MINUTES["bucket"] * people / 60,
        "miss_hours": MISS_HOURS,
        "miss_days": MISS_DAYS,
        "border": LARGE,
        "poker_each": MINUTES["poker"] * people / 60,
    }


# ---------------------------------------------------------------------------- reading an answer


def _column(world: World, answer: Answer, name: str) -> list[str]:
    columns = answer.get("columns")
    cards = columns.get(name) if isinstance(columns, Mapping) else None
    known = set(seen(world).keys)
    return [card for card in cards if isinstance(card, str) and card in known] if isinstance(cards, list) else []


def placed_of(world: World, answer: Answer) -> dict[str, int]:
    """Read the learner's own placing: place in `SCALE` of each card that stands in a bucket."""
    return {card: i for i in range(len(SCALE)) for card in _column(world, answer, bucket_id(i))}


def aside_of(world: World, answer: Answer) -> list[str]:
    """Read the cards set aside to talk about; a card that stands in a bucket too is not one of them."""
    placed = placed_of(world, answer)
    return [card for card in dict.fromkeys(_column(world, answer, "aside")) if card not in placed]


def settings_of(answer: Answer) -> dict[str, str]:
    """Read the methods, the source and the level; undecided ones are left out."""
    chosen = answer.get("settings")
    known = {**dict.fromkeys(KINDS, tuple(MINUTES)), "source": SOURCES, "level": tuple(LEVELS)}
    if not isinstance(chosen, Mapping):
        return {}
    return {name: chosen[name] for name, options in known.items() if chosen.get(name) in options}


# ---------------------------------------------------------------------------- sizes that fit what was seen


@dataclass(frozen=True, eq=False)
class Futures:
    """True sizes in person-days that fit the wall, and the chances that belong to them; all shapes end in cards.

    Parameters
    ----------
    sizes, poker
        True sizes, and what poker says of them after the talk: shape ``(draws, cards)``.
    pace
        How the minutes of each card vary around their mean: the same shape.
    double
        Chance that a card hides two understandings, as the votes tell.
    typical
        The median of the sizes.
    """

    sizes: Floats
    poker: Floats
    pace: Floats
    double: Floats
    typical: Floats


def own_and_shared(world: World) -> tuple[float, float]:
    """Give the variances of a partner's own error and of the error that all share, on the log scale.

    Who knows which area is hidden; each knows one, so the error is that of an average card. Rounding to a bucket adds
    the variance of a uniform error of one step.
    """
    import numpy as np

    recipe, areas = world.pack.estimators, len(world.pack.areas)
    error = recipe.noise**2 * (areas - 1 + recipe.knowledge_factor**2) / areas
    step = np.log(SCALE[-1] / SCALE[0]) / (len(SCALE) - 1)
    own = error * (1 - recipe.correlation) + step**2 / 12
    return float(own), float(error * recipe.correlation + recipe.bias**2 / recipe.count)


def poker_error(world: World) -> float:
    """Give the log-scale error that is left after a talk in which those who know the area have spoken."""
    from qspo_lab.methods.groups import variance_of_mean

    recipe = world.pack.estimators
    told = variance_of_mean(recipe.count, recipe.correlation, (recipe.noise * recipe.knowledge_factor) ** 2)
    return float((told + recipe.bias**2 / recipe.count) ** 0.5)


def readings(world: World) -> tuple[Floats, Floats, float]:
    """Weigh what the votes on each card can mean: one understanding, or two camps split in every possible way.

    Votes are normal around the log of the size that each partner has in mind, after each partner's own leaning is
    taken out; sizes are lognormal as the pack says. A second understanding is larger by the pack's factor.

    Returns
    -------
    weights : numpy.ndarray
        Chance of each meaning, first "one understanding": shape ``(meanings, cards)``.
    means : numpy.ndarray
        Mean log of the (smaller) true size under each: the same shape.
    variance : float
        Variance of that log.
    """
    import numpy as np

    recipe, people = world.pack.backlog, world.pack.estimators.count
    said = np.log(np.array(SCALE))[seen(world).votes]
    leaning = np.median(said - np.median(said, axis=0), axis=1)
    said = said - (leaning - leaning.mean())[:, None]
    halves = {people // 2, people - people // 2}
    camps = [np.isin(np.arange(people), members) for half in halves for members in combinations(range(people), half)]
    shares = np.array([item.second_meaning for item in recipe.items.values()]).mean()
    prior = np.array([1 - shares] + [shares / len(camps)] * len(camps))
    shift = np.array([np.zeros(people), *camps]) * np.log(recipe.second_meaning_factor)

    own, shared = own_and_shared(world)
    meant = said[None] - shift[:, :, None]
    middle = meant.mean(axis=1)
    scatter_of = ((meant - middle[:, None]) ** 2).sum(axis=1)
    error, spread, usual = own / people + shared, recipe.size_sigma**2, np.log(recipe.size_median)
    fit = np.log(prior)[:, None] - scatter_of / (2 * own) - (middle - usual) ** 2 / (2 * (error + spread))
    weights = np.exp(fit - fit.max(axis=0))
    variance = 1 / (1 / error + 1 / spread)
    return weights / weights.sum(axis=0), variance * (middle / error + usual / spread), float(variance)


@lru_cache(maxsize=8)
def futures(world: World) -> Futures:
    """Draw true sizes that fit the wall. A card with two understandings is meant in either, evenly."""
    import numpy as np

    from qspo_lab.methods.estimation import POKER_DECK, nearest_bucket

    weights, means, variance = readings(world)
    picking, sizing, meaning, talking, timing = world.rng("sizes that fit the wall").spawn(5)
    cards = weights.shape[1]
    picks = picking.random((DRAWS, cards))
    cumulated = weights.cumsum(axis=0)[:-1]
    meant = np.column_stack([np.searchsorted(cumulated[:, j], picks[:, j]) for j in range(cards)])
    larger = (meant > 0) & (meaning.random((DRAWS, cards)) < 0.5)
    logs = means[meant, np.arange(cards)] + variance**0.5 * sizing.standard_normal((DRAWS, cards))
    sizes = np.exp(logs + larger * np.log(world.pack.backlog.second_meaning_factor))
    poker = nearest_bucket(sizes * np.exp(poker_error(world) * talking.standard_normal(sizes.shape)), POKER_DECK)
    return Futures(sizes, poker, _pace(timing, sizes.shape), 1 - weights[0], np.median(sizes, axis=0))


def _pace(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    certainty = MINUTES_SPREAD**-2
    return rng.gamma(certainty, 1 / certainty, shape)


@dataclass(frozen=True, eq=False)
class Fate:
    """What is true here, in the same shapes without draws."""

    sizes: Floats
    poker: Floats
    pace: Floats


@lru_cache(maxsize=8)
def fate(world: World) -> Fate:
    """Give this world's true sizes, which reading is meant, what poker says, how long the talks take (hidden)."""
    import numpy as np

    from qspo_lab.methods.estimation import POKER_DECK, nearest_bucket

    truth = world.backlog_truth
    meaning, talking, timing = world.rng("what a talk brings").spawn(3)
    larger = np.isfinite(truth.second_size) & (meaning.random(len(truth.size)) < 0.5)
    sizes = np.where(larger, truth.second_size, truth.size)
    poker = nearest_bucket(sizes * np.exp(poker_error(world) * talking.standard_normal(len(sizes))), POKER_DECK)
    return Fate(sizes, poker, _pace(timing, sizes.shape))


# ---------------------------------------------------------------------------- what the methods say and cost


def said_by(world: World, placed: Mapping[str, int], poker: Floats) -> dict[str, Floats]:
    """Give the size that each method would put on each card, in person-days.

    Count only takes every card for an average one. In the bucket system one person places a card: the learner, or a
    partner in turn; in the sanity check it goes to the middle of all voices if it stands `FAR` or more buckets from
    it. Magic estimation ends at the middle of all voices. Poker is given: it comes from a talk.

    Parameters
    ----------
    world
        The world.
    placed
        The learner's own placing.
    poker
        What poker says, one number per card, or per draw and card.
    """
    import numpy as np

    from qspo_lab.methods.estimation import Lognormal

    wall, recipe = seen(world), world.pack.backlog
    middle = places(wall, placed)
    column = np.arange(len(wall.keys))
    placer = wall.votes[column % len(wall.votes), column]
    for card, place in placed.items():
        placer[wall.keys.index(card)] = place
    checked = np.where(np.abs(placer - middle) >= FAR, middle, placer)
    scale = np.array(SCALE)
    average = Lognormal(float(np.log(recipe.size_median)), recipe.size_sigma).mean
    return {
        "count": np.full(len(wall.keys), average),
        "bucket": scale[checked],
        "magic": scale[middle],
        "poker": poker,
    }


def misses(sizes: Floats, said: Floats) -> NDArray[np.bool_]:
    """Say which cards are off by `MISS_FACTOR` or more and by `MISS_DAYS` or more, either way."""
    import numpy as np

    ratio = np.maximum(sizes / said, said / sizes)
    return (ratio >= MISS_FACTOR) & (np.abs(sizes - said) >= MISS_DAYS)


def hours(world: World, methods: Sequence[str], missed: Any, pace: Any) -> Any:
    """Give the person-hours of estimating and replanning for one method per card, summed over cards."""
    import numpy as np

    people = len(seen(world).votes) + 1
    talk = np.array([MINUTES[method] for method in methods]) * people / 60
    return (talk * pace + MISS_HOURS * missed).sum(axis=-1)


def expected_hours(world: World, said: Mapping[str, Floats]) -> dict[str, Floats]:
    """Give the mean person-hours that each method costs on each card."""
    sizes, people = futures(world).sizes, len(seen(world).votes) + 1
    return {
        method: MINUTES[method] * people / 60 + MISS_HOURS * misses(sizes, size).mean(axis=0)
        for method, size in said.items()
    }


def kinds_of(world: World, placed: Mapping[str, int], aside: Sequence[str]) -> list[str]:
    """Sort the cards into small, large and set aside, by where they come to rest."""
    wall = seen(world)
    return [
        "aside" if key in aside else "large" if SCALE[place] >= LARGE else "small"
        for key, place in zip(wall.keys, places(wall, placed), strict=True)
    ]


@dataclass(frozen=True)
class Mix:
    """A method for each kind of card, the cards to talk about, and the mean person-hours of both."""

    methods: Mapping[str, str]
    aside: tuple[str, ...]
    hours: float


def best_mix(world: World, placed: Mapping[str, int]) -> Mix:
    """Find the cheapest mix on average: every pair of methods, each with the cards that a talk helps most."""
    cost = expected_hours(world, said_by(world, placed, futures(world).poker))
    kinds, keys = kinds_of(world, placed, ()), seen(world).keys
    found = []
    for small, large in product(MINUTES, repeat=2):
        each = [float(cost[small if kind == "small" else large][j]) for j, kind in enumerate(kinds)]
        gains = sorted(((each[j] - float(cost["poker"][j]), j) for j in range(len(keys))), reverse=True)
        talk = [j for gain, j in gains[:ASIDE] if gain > 0]
        total = sum(each) - sum(gain for gain, _ in gains[:ASIDE] if gain > 0)
        found.append(Mix({"small": small, "large": large, "aside": "poker"}, tuple(keys[j] for j in talk), total))
    return min(found, key=lambda mix: mix.hours)


def order_kept(sizes: Floats, said: Floats) -> float:
    """Give the mean rank correlation of what was said with the true sizes; 0 where all cards are said to be equal."""
    import numpy as np
    from scipy.stats import rankdata

    said_ranks = rankdata(np.broadcast_to(said, sizes.shape) if said.ndim == 2 else said[None], axis=-1)
    ranks = sizes.argsort(axis=-1).argsort(axis=-1) + 1.0
    a, b = (rank - rank.mean(axis=-1, keepdims=True) for rank in (ranks, said_ranks))
    product_of = (a * b).sum(axis=-1)
    norm = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return float(np.divide(product_of, norm, out=np.zeros_like(product_of), where=norm > 0).mean())


# ---------------------------------------------------------------------------- two forecasts of all cards


@lru_cache(maxsize=8)
def points_history(world: World) -> tuple[int, ...]:
    """Give the points finished in each week of the history.

    Each finished item had been sized on a wall such as this one: a lognormal size, a wall's error, the nearest bucket.
    Whether a week finished many items and how large they were is independent here.
    """
    import numpy as np

    from qspo_lab.methods.estimation import nearest_bucket

    counts, recipe = world.throughput.weekly, world.pack.backlog
    own, shared = own_and_shared(world)
    spread = (recipe.size_sigma**2 + own / world.pack.estimators.count + shared) ** 0.5
    drawn = world.rng("points of finished items").standard_normal(int(counts.sum()))
    points = nearest_bucket(recipe.size_median * np.exp(spread * drawn), SCALE)
    week = np.repeat(np.arange(len(counts)), counts)
    return tuple(np.bincount(week, points, len(counts)).astype(np.int64).tolist())


@lru_cache(maxsize=64)
def window(world: World, source: str, amount: int) -> Forecast:
    """Forecast the weeks for so many cards, or points."""
    from qspo_lab.methods.forecasting import forecast

    history = world.throughput.weekly if source == "counted" else points_history(world)
    return forecast(world.rng(f"weeks ahead, {source}"), history, amount, DRAWS)


def forecasts(world: World, placed: Mapping[str, int]) -> dict[str, Any]:
    """Give both windows, and what dividing by the average pace would have promised."""
    import numpy as np

    from qspo_lab.methods.forecasting import likelihood

    wall, weekly = seen(world), world.throughput.weekly
    cards, points = len(wall.keys), int(np.array(SCALE)[places(wall, placed)].sum())
    found = {"counted": window(world, "counted", cards), "points": window(world, "points", points)}
    average = cards / float(weekly.mean()) if weekly.any() else None
    weeks = None if average is None else int(average)
    return {source: {name: getattr(each, name) for name in LEVELS} for source, each in found.items()} | {
        "cards": cards,
        "points_open": points,
        "average": average,
        "weeks": weeks,
        "kept": None if weeks is None else likelihood(weekly, cards, weeks).probability,
    }


# ---------------------------------------------------------------------------- evaluation


def evaluate(world: World, answer: Answer) -> Result:
    """Price the mix on 2,000 sets of true sizes that fit the wall, and in this world."""
    import numpy as np

    wall = seen(world)
    placed, aside, chosen = placed_of(world, answer), aside_of(world, answer), settings_of(answer)
    if not aside and not chosen and placed in ({}, {wall.keys[wall.first]: _eight()}):
        return Result(status="untouched")
    missing = _missing(placed, aside, chosen)
    if missing:
        numbers = {"placed": len(placed), "least": PLACED, "aside": len(aside), "most": ASIDE, "open": 5 - len(chosen)}
        return Result(status="incomplete", missing=missing, numbers=numbers)

    ahead, here = futures(world), fate(world)
    kinds = kinds_of(world, placed, aside)
    methods = [chosen[kind] for kind in kinds]
    said = said_by(world, placed, ahead.poker)
    cost = expected_hours(world, said)
    mine = _mixed(methods, said, ahead.sizes.shape)
    true = _mixed(methods, said_by(world, placed, here.poker), here.sizes.shape)
    expected = float(sum(cost[method][j] for j, method in enumerate(methods)))
    draws = hours(world, methods, misses(ahead.sizes, mine), ahead.pace)
    realised = float(hours(world, methods, misses(here.sizes, true), here.pace))
    best = best_mix(world, placed)
    rows = [_row(world, name, [name] * len(kinds), size) for name, size in said.items()]
    rows.append(_row(world, "mix", methods, mine))
    silent = np.minimum.reduce([cost[name] for name in ("count", "bucket", "magic")])
    return Result(
        status="complete",
        outcome=outcome_of(draws, realised, "lower", expected),
        success=expected - best.hours <= NEAR_BEST,
        numbers={
            "rows": rows,
            "expected": expected,
            "best": best.hours,
            "best_methods": dict(best.methods),
            "methods": {kind: chosen[kind] for kind in KINDS},
            "counts": {kind: kinds.count(kind) for kind in KINDS},
            "kinds": {
                kind: {name: float(cost[name][[k == kind for k in kinds]].sum()) for name in MINUTES} for kind in KINDS
            },
            "people": len(wall.votes) + 1,
            "placed": len(placed),
            "left": len(kinds) - len(placed),
            "aside": [_told(world, placed, card) for card in aside],
            "left_jumping": _left_jumping(world, placed, methods, cost, silent, aside),
            "doubts": sorted(str(world.backlog.title[wall.keys.index(c)]) for c in _doubted(answer, placed)),
            "agreement": _agreement(world, placed),
            "forecasts": forecasts(world, placed),
            "source": chosen["source"],
            "level": LEVELS[chosen["level"]],
            "promised": forecasts(world, placed)[chosen["source"]][chosen["level"]],
        },
    )


def _missing(placed: Mapping[str, int], aside: Sequence[str], chosen: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    if len(placed) < PLACED:
        found.append("placed")
    if len(aside) > ASIDE:
        found.append("too_many")
    if any(kind not in chosen for kind in KINDS):
        found.append("methods")
    if "source" not in chosen or "level" not in chosen:
        found.append("forecast")
    return tuple(found)


def _mixed(methods: Sequence[str], said: Mapping[str, Floats], shape: tuple[int, ...]) -> Floats:
    import numpy as np

    sizes = np.empty(shape)
    for j, method in enumerate(methods):
        sizes[..., j] = said[method][..., j]
    return sizes


def _row(world: World, name: str, methods: Sequence[str], said: Floats) -> dict[str, Any]:
    """Say what a method, or the learner's mix, takes and gives on average."""
    import numpy as np

    sizes, people = futures(world).sizes, len(seen(world).votes) + 1
    minutes = sum(MINUTES[method] for method in methods)
    missed = float(misses(sizes, said).sum(axis=-1).mean())
    order = order_kept(sizes, said)
    return {
        "name": name,
        "minutes": minutes,
        "order": order,
        "factor": float(np.exp(np.median(np.abs(np.log(sizes / said))))),
        "misses": missed,
        "hours": minutes * people / 60 + MISS_HOURS * missed,
        "order_per_10": order * 10 / minutes if minutes else None,
    }


def _told(world: World, placed: Mapping[str, int], card: str) -> dict[str, Any]:
    wall = seen(world)
    j = wall.keys.index(card)
    way = journey(wall, j, placed.get(card))
    return {"name": str(world.backlog.title[j]), "moves": way.moves, "low": way.low, "high": way.high}


def _left_jumping(
    world: World,
    placed: Mapping[str, int],
    methods: Sequence[str],
    cost: Mapping[str, Floats],
    silent: Floats,
    aside: Sequence[str],
) -> list[dict[str, Any]]:
    """Name the cards that a talk helps most of all and that this mix never talks about."""
    keys = seen(world).keys
    gain = silent - cost["poker"]
    found = [int(j) for j in gain.argsort()[::-1][:ASIDE] if gain[j] >= NEAR_BEST and methods[int(j)] != "poker"]
    return [{**_told(world, placed, keys[j]), "saved": float(cost[methods[j]][j] - cost["poker"][j])} for j in found]


def _doubted(answer: Answer, placed: Mapping[str, int]) -> list[str]:
    """Name the cards in buckets that the learner has moved more than once."""
    moves = answer.get("moves")
    if not isinstance(moves, Mapping):
        return []
    return [card for card in placed if isinstance(moves.get(card), int) and moves[card] > 1]


def _agreement(world: World, placed: Mapping[str, int]) -> dict[str, Any]:
    """Say how far the partners agree on the order among themselves, and the learner with their middle."""
    from qspo_lab.methods.estimation import rank_correlation
    from qspo_lab.methods.groups import kendall_w

    wall = seen(world)
    middle = places(wall, {})
    own = rank_correlation(list(placed.values()), [int(middle[wall.keys.index(card)]) for card in placed])
    w = kendall_w(wall.votes)
    return {"partners": None if w != w else w, "own": None if own != own else own}


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say what the mix costs, what it misses, and what sizes add to a forecast."""
    n = result.numbers
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", result.missing[0], n)]
    mix, ahead = n["rows"][-1], n["forecasts"]
    found = [
        Finding("consequence", "consequence", {**mix, "people": n["people"], "best": n["best"]}),
        Finding("consequence", "windows", _windows(ahead)),
        *_misconceptions(n),
    ]
    weeks = {"level": n["level"], "promised": n["promised"], "average": ahead["average"]}
    found.append(Finding("trade_off", "average", {**weeks, "weeks": ahead["weeks"], "kept": ahead["kept"]}))
    if n["aside"]:
        names, moves = [card["name"] for card in n["aside"]], [card["moves"] for card in n["aside"]]
        found.append(Finding("for_review", "aside", {"cards": names, "least": min(moves), "most": max(moves)}))
    found.append(Finding("for_review", "agreement", {"placed": n["placed"], **n["agreement"]}))
    if n["doubts"]:
        found.append(Finding("for_review", "doubts", {"count": len(n["doubts"]), "cards": n["doubts"][:3]}))
    if result.success:
        found.append(Finding("strength", "near_best", {"hours": n["expected"], "best": n["best"]}))
    return found


def _windows(ahead: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"cards": ahead["cards"], "points": ahead["points_open"]}
    for source in SOURCES:
        values |= {f"{source}_{level}": ahead[source][level] for level in LEVELS}
    return values


def _misconceptions(n: Mapping[str, Any]) -> list[Finding]:
    methods, counts, found = n["methods"], n["counts"], []
    used = [methods[kind] for kind in KINDS if counts[kind]]
    small, large = n["kinds"]["small"], n["kinds"]["large"]
    poker_above = small["poker"] - min(small.values())
    if methods["small"] == "poker" and poker_above > 0:
        minutes = counts["small"] * MINUTES["poker"]
        values = {"count": counts["small"], "minutes": minutes, "above": poker_above}
        found.append(Finding("misconception", "precision", values))
    if len(set(used)) == 1 and used[0] in ("bucket", "magic"):
        total, above = sum(counts.values()), n["expected"] - n["best"]
        values = {"total": total, "method": f"board.{used[0]}", "above": above, "large": counts["large"]}
        found.append(Finding("misconception", f"one_method_{used[0]}", values))
    if methods["large"] == "count" and counts["large"]:
        above = large["count"] - min(large.values())
        found.append(Finding("misconception", "all_average", {"count": counts["large"], "above": above}))
    if n["left_jumping"]:
        cards = n["left_jumping"]
        name = "jumping_one" if len(cards) == 1 else "jumping"
        values = {
            "cards": [card["name"] for card in cards],
            "moves": max(card["moves"] for card in cards),
            "saved": sum(card["saved"] for card in cards),
        }
        found.append(Finding("misconception", name, values))
    if n["source"] == "points":
        found.append(Finding("misconception", "points_for_a_date", _points_for_a_date(n)))
    return found


def _points_for_a_date(n: Mapping[str, Any]) -> dict[str, Any]:
    ahead = n["forecasts"]
    level = next(name for name, share in LEVELS.items() if share == n["level"])
    sized = sum(n["counts"][kind] for kind in KINDS if n["methods"][kind] != "count")
    return {
        "sized": sized,
        "minutes": n["rows"][-1]["minutes"],
        "level": n["level"],
        "points": ahead["points"][level],
        "counted": ahead["counted"][level],
    }


def figure(result: Result, words: Words) -> Figure:
    """Draw how much of the order each method gets right against the minutes it takes."""
    rows = result.numbers["rows"]
    by_name = {row["name"]: row for row in rows}
    number = {kind: (lambda value, kind=kind: words.format(value, kind)) for kind in ("number", "number1", "number2")}
    picture = scatter(
        title=words.say(
            "figure.title",
            poker=by_name["poker"]["minutes"],
            bucket=by_name["bucket"]["minutes"],
            share=by_name["bucket"]["order"] / by_name["poker"]["order"],
        ),
        description=words.say("figure.description", minutes=rows[-1]["minutes"], order=rows[-1]["order"]),
        points=[
            Point(
                words.say(f"figure.{row['name']}"),
                row["minutes"],
                row["order"],
                "you" if row["name"] == "mix" else "other",
            )
            for row in rows
        ],
        x_axis=Axis(words.say("figure.minutes"), number["number"], low=0),
        y_axis=Axis(words.say("figure.order"), number["number2"], low=0, high=1),
        item=words.say("figure.item"),
    )
    cells = (("minutes", "number"), ("order", "number2"), ("order_per_10", "number2"), ("factor", "number2"))
    cells += (("misses", "number1"), ("hours", "number1"))
    table = [
        (words.say(f"figure.{row['name']}"), *(words.format(row[name], kind) for name, kind in cells)) for row in rows
    ]
    return replace(
        picture,
        columns=tuple(words.raw("figure.columns")),
        rows=tuple(table),
        numeric=tuple(range(1, 7)),
        highlight=len(rows) - 1,
    )


# ---------------------------------------------------------------------------- the truth


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show the double meanings, the copies, what no team finishes alone, and the true sizes."""
    placed, aside = placed_of(world, answer), aside_of(world, answer)
    return Reveal(
        findings=_revealed(world, placed, aside, result.numbers),
        tables=(
            _meanings_table(world, placed, aside, words),
            _copies_table(world, placed, words),
            _spans_table(world, words),
            _misses_table(world, placed, aside, result, words),
        ),
    )


def _revealed(
    world: World, placed: Mapping[str, int], aside: Sequence[str], n: Mapping[str, Any]
) -> tuple[Finding, ...]:
    from qspo_lab.methods.estimation import rank_correlation

    wall, truth, here = seen(world), world.backlog_truth, fate(world)
    double = _doubles(world)
    middle = said_by(world, placed, here.poker)["magic"]
    own = rank_correlation(
        [SCALE[place] for place in placed.values()], [float(here.sizes[wall.keys.index(c)]) for c in placed]
    )
    copies = int((truth.same_as >= 0).sum())
    return (
        Finding(
            "consequence", "doubles", {"aside": len(aside), "found": len(set(double) & set(aside)), "all": len(double)}
        ),
        Finding(
            "consequence",
            "order_true",
            {"placed": len(placed), "own": None if own != own else own, "wall": rank_correlation(middle, here.sizes)},
        ),
        Finding("for_review", "copies", {"copies": copies, "cards": len(wall.keys), "left": len(wall.keys) - copies}),
    )


def _doubles(world: World) -> list[str]:
    import numpy as np

    return [seen(world).keys[j] for j in np.flatnonzero(np.isfinite(world.backlog_truth.second_size))]


def _meanings_table(world: World, placed: Mapping[str, int], aside: Sequence[str], words: Words) -> Table:
    wall, truth, here = seen(world), world.backlog_truth, fate(world)
    rows = []
    for card in dict.fromkeys([*_doubles(world), *aside]):
        j = wall.keys.index(card)
        way = journey(wall, j, placed.get(card))
        readings_of = (str(world.backlog.title[j]),)
        if card in _doubles(world):
            name = f"backlog.meanings.{card}"
            readings_of = (
                tuple(world.words.raw(name))
                if world.words.has(name)
                else (words.say("reveal.smaller"), words.say("reveal.larger"))
            )
            sizes = (truth.size[j], truth.second_size[j])
        else:
            readings_of, sizes = (words.say("reveal.one_meaning"),), (here.sizes[j],)
        for reading, size in zip(readings_of, sizes, strict=True):
            rows.append(
                (
                    str(world.backlog.title[j]),
                    reading,
                    words.format(size, "number"),
                    words.say("reveal.meant" if size == here.sizes[j] else "reveal.not_meant"),
                    words.format(way.moves, "number"),
                    words.say("reveal.set_aside" if card in aside else "reveal.left"),
                )
            )
    return Table(words.say("reveal.meanings"), tuple(words.raw("reveal.meanings_columns")), tuple(rows), (2, 4))


def _copies_table(world: World, placed: Mapping[str, int], words: Words) -> Table:
    wall, truth = seen(world), world.backlog_truth
    middle = places(wall, placed)
    rows = [
        (
            str(world.backlog.title[j]),
            str(world.backlog.title[truth.same_as[j]]),
            f"{SCALE[middle[j]]:g}",
            f"{SCALE[middle[truth.same_as[j]]]:g}",
            words.format(truth.size[j], "number"),
        )
        for j in range(len(wall.keys))
        if truth.same_as[j] >= 0
    ]
    return Table(words.say("reveal.copies"), tuple(words.raw("reveal.copies_columns")), tuple(rows), (2, 3, 4))


def _spans_table(world: World, words: Words) -> Table:
    truth, backlog = world.backlog_truth, world.backlog
    rows = []
    for j in range(len(backlog)):
        areas = [
            world.words.say(f"areas.{area}")
            for area, touched in zip(backlog.areas, truth.spans[j], strict=True)
            if touched
        ]
        if len(areas) > 1:
            rows.append(
                (str(backlog.title[j]), words.format(areas, "list"), words.format(fate(world).sizes[j], "number"))
            )
    return Table(words.say("reveal.spans"), tuple(words.raw("reveal.spans_columns")), tuple(rows), (2,))


def _misses_table(world: World, placed: Mapping[str, int], aside: Sequence[str], result: Result, words: Words) -> Table:
    """List true sizes, the farthest off first."""
    import numpy as np

    here, chosen = fate(world), result.numbers["methods"]
    methods = [chosen[kind] for kind in kinds_of(world, placed, aside)]
    said = _mixed(methods, said_by(world, placed, here.poker), here.sizes.shape)
    missed = misses(here.sizes, said)
    rows = [
        (
            str(world.backlog.title[j]),
            words.say(f"board.{methods[j]}"),
            words.format(said[j], "number"),
            words.format(here.sizes[j], "number"),
            words.say("reveal.missed" if missed[j] else "reveal.held"),
        )
        for j in np.argsort(-np.abs(np.log(here.sizes / said)))
    ]
    return Table(words.say("reveal.sizes"), tuple(words.raw("reveal.sizes_columns")), tuple(rows), (2, 3))


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings, computed from what may be seen."""
    import numpy as np

    from qspo_lab.methods.estimation import nearest_bucket

    wall = seen(world)
    typical = np.searchsorted(SCALE, nearest_bucket(futures(world).typical, SCALE))
    placed = {key: int(place) for key, place in zip(wall.keys, typical, strict=True)} | {
        wall.keys[wall.first]: _eight()
    }
    best = best_mix(world, placed)
    everywhere = {method: dict.fromkeys(KINDS, method) for method in MINUTES}

    def answer(methods: Mapping[str, str], aside: Sequence[str] = (), source: str = "counted") -> Answer:
        columns: dict[str, list[str]] = {bucket_id(i): [] for i in range(len(SCALE))}
        for card, place in placed.items():
            if card not in aside:
                columns[bucket_id(place)].append(card)
        return {
            "columns": {"pool": [], **columns, "aside": list(aside)},
            "settings": {**methods, "source": source, "level": "p85"},
        }

    return {
        "reference": answer(best.methods, best.aside),
        "poker_everything": answer(everywhere["poker"]),
        "bucket_everything": answer(everywhere["bucket"]),
        "count_everything": answer(everywhere["count"]),
        "never_talk": answer({"small": "count", "large": "magic", "aside": "magic"}),
        "sizes_for_a_date": answer({**everywhere["magic"], "aside": "poker"}, best.aside, "points"),
    }


def carry(world: World, answer: Answer, result: Result) -> Mapping[str, Any]:
    """Carry on the level of the window."""
    return {"forecast_level": result.numbers["level"]}


EXERCISE = Exercise(
    key="sixty_items_in_twenty_minutes",
    source=__file__,
    outcome="LO14",
    terms=("magic_bucket_estimation", "scrum_planning_poker"),
    minutes=35,
    measure="number1",
    better="lower",
    board=board,
    evaluate=evaluate,
    explain=explain,
    figure=figure,
    reveal=reveal,
    policies=policies,
    facts=facts,
    respond=respond,
    carry=carry,
)
