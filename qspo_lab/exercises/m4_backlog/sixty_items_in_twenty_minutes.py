"""Sixty items in twenty minutes: place cards in silence with partners, then choose a method for each kind of card.

The wall and its methods are those of `qspo_lab.simulations.estimation_wall`; sources stand there. Forecasts by count
follow Magennis and Vacanti. Partners' silent estimates may be seen. True sizes, double meanings, copies and the areas
that a card touches are hidden. An answer is tried on 2,000 sets of true sizes that fit what was seen on the wall, so
that nothing hidden shows before the reveal.

The board has ten of Berteig's thirteen buckets, so that they stand in two rows at ordinary size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Figure, Point, scatter
from qspo_lab.methods.estimation import nearest_bucket, rank_correlation
from qspo_lab.methods.forecasting import Forecast, forecast, likelihood
from qspo_lab.methods.groups import kendall_w
from qspo_lab.samples.world import World
from qspo_lab.simulations import estimation_wall as walls
from qspo_lab.simulations.estimation_wall import EIGHT, MINUTES, SCALE
from qspo_lab.texts import Words
from qspo_lab.widgets.card_board import CardBoard

LARGE = 13.0
"""From this bucket on a card is large."""
PLACED = 20
"""Cards that the learner places at least; the partners place the rest."""
ASIDE = 5
"""Cards that may be set aside to talk about."""
NEAR_BEST = 2.0
"""Person-hours: a mix within this distance of the best one counts as not clearly beaten."""
COMPARED = 250
"""Draws in which the order and the factor of all cards are compared; they hardly vary."""
LISTED = 12
"""Cards whose true size is listed at the end: those farthest off."""

KINDS = ("small", "large", "aside")
LEVELS = {"p50": 0.5, "p85": 0.85, "p95": 0.95}
SOURCES = ("counted", "points")
CHOICES = {**dict.fromkeys(KINDS, tuple(MINUTES)), "source": SOURCES, "level": tuple(LEVELS)}


# ---------------------------------------------------------------------------- what may be seen, what may not


@lru_cache(maxsize=8)
def keys_of(world: World) -> dict[str, int]:
    """Give the position of each card by its key."""
    return {str(key): position for position, key in enumerate(world.backlog.key)}


@lru_cache(maxsize=8)
def wall_of(world: World) -> walls.Wall:
    """Give the partners' silent votes, which may be seen."""
    return walls.make_wall(world.rng("who passes a card when"), world.estimates)


@lru_cache(maxsize=8)
def futures(world: World) -> walls.Truths:
    """Draw true sizes that fit the votes; made of what may be seen."""
    return walls.fitting_truths(world.rng("sizes that fit the wall"), wall_of(world), world.pack, DRAWS)


@lru_cache(maxsize=8)
def fate(world: World) -> walls.Truths:
    """Give this world's true sizes, each card in the reading that is meant, and what a talk brings (hidden)."""
    truth, (meaning, talking) = world.backlog_truth, world.rng("what a talk brings").spawn(2)
    larger = np.isfinite(truth.second_size) & (meaning.random(len(truth.size)) < 0.5)
    return walls.talked(talking, np.where(larger, truth.second_size, truth.size), world.pack)


def people_of(world: World) -> int:
    """Count who stands at the wall: the partners and the learner."""
    return len(wall_of(world).votes) + 1


def title_of(world: World, card: int) -> str:
    """Give what stands on a card."""
    return str(world.backlog.title[card])


# ---------------------------------------------------------------------------- the board


def bucket_id(place: int) -> str:
    """Name the column of a place in `SCALE`."""
    return f"b{SCALE[place]:g}"


def board(world: World, words: Words) -> CardBoard:
    """Make the board: sixty cards in a pool, ten buckets, one place for cards to talk about, and five choices."""
    columns = [{"id": "pool", "label": words.say("board.pool", least=PLACED)}]
    columns += [{"id": bucket_id(place), "label": f"{size:g}"} for place, size in enumerate(SCALE)]
    columns += [{"id": "aside", "label": words.say("board.aside"), "note": words.say("board.aside_note", most=ASIDE)}]
    controls = [
        {
            "id": name,
            "kind": "choice",
            "label": words.say(f"board.for_{name}", border=LARGE),
            "options": [{"id": option, "label": words.say(f"board.{option}")} for option in options],
            "default": None,
        }
        for name, options in CHOICES.items()
    ]
    return CardBoard(
        columns=columns,
        cards=_cards(world, words, {}),
        pool="pool",
        arrangement="buckets",
        controls_below=True,
        moves=True,
        controls=controls,
        value={"columns": {bucket_id(EIGHT): [list(keys_of(world))[wall_of(world).first]]}},
    )


def _cards(world: World, words: Words, placed: Mapping[int, int]) -> list[dict[str, Any]]:
    wall, cards = wall_of(world), []
    for key, card in keys_of(world).items():
        shown = {"id": key, "label": title_of(world, card)}
        if card == wall.first:
            shown |= {"tone": "accent", "note": words.say("board.first")}
        elif card in placed or len(placed) >= PLACED:
            way = _way(world, placed, card)
            if way["moves"]:
                shown["note"] = words.say("board.moved_once" if way["moves"] == 1 else "board.moved", **way)
        cards.append(shown)
    return cards


def _way(world: World, placed: Mapping[int, int], card: int) -> dict[str, Any]:
    way = walls.journey(wall_of(world), card, placed.get(card))
    return {"moves": way.moves, "low": SCALE[way.low], "high": SCALE[way.high]}


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Let the partners pass the cards that the learner has placed; once enough are placed, all cards."""
    return {"cards": _cards(world, EXERCISE.words(), placed_of(world, answer))}


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and of the half-worked hint."""
    people, cards = people_of(world), len(keys_of(world))
    return {
        "ceo": world.person("ceo"),
        "cards": cards,
        "partners": people - 1,
        "people": people,
        "least": PLACED,
        "most": ASIDE,
        "first": title_of(world, wall_of(world).first),
        "poker_hours": cards * MINUTES["poker"] * people / 60,
        "bucket_hours": cards * MINUTES["bucket"] * people / 60,
        "poker_each": MINUTES["poker"] * people / 60,
        "miss_hours": walls.MISS_HOURS,
        "miss_days": walls.MISS_DAYS,
    }


# ---------------------------------------------------------------------------- reading an answer


def _column(world: World, answer: Answer, name: str) -> list[int]:
    columns, keys = answer.get("columns"), keys_of(world)
    cards = columns.get(name) if isinstance(columns, Mapping) else None
    return [keys[key] for key in cards if isinstance(key, str) and key in keys] if isinstance(cards, list) else []


def placed_of(world: World, answer: Answer) -> dict[int, int]:
    """Read the learner's own placing: card to place in `SCALE`, for the cards that stand in a bucket."""
    return {card: place for place in range(len(SCALE)) for card in _column(world, answer, bucket_id(place))}


def aside_of(world: World, answer: Answer) -> list[int]:
    """Read the cards set aside to talk about; a card that stands in a bucket too is not one of them."""
    placed = placed_of(world, answer)
    return [card for card in dict.fromkeys(_column(world, answer, "aside")) if card not in placed]


def settings_of(answer: Answer) -> dict[str, str]:
    """Read the methods, the source and the level; undecided ones are left out."""
    chosen = answer.get("settings")
    if not isinstance(chosen, Mapping):
        return {}
    return {name: chosen[name] for name, options in CHOICES.items() if chosen.get(name) in options}


def doubted(world: World, answer: Answer) -> list[int]:
    """Read which cards in buckets the learner has moved more than once."""
    moves, keys = answer.get("moves"), list(keys_of(world))
    if not isinstance(moves, Mapping):
        return []
    counts = {card: moves.get(keys[card]) for card in placed_of(world, answer)}
    return sorted(card for card, count in counts.items() if isinstance(count, int) and count > 1)


# ---------------------------------------------------------------------------- two forecasts of all cards


@lru_cache(maxsize=8)
def points_history(world: World) -> tuple[int, ...]:
    """Give the points finished in each week of the history.

    Each finished item had been sized on a wall such as this one: a lognormal size, the wall's error, the nearest
    bucket. How many items a week finished and how large they were is independent here.
    """
    counts, recipe = world.throughput.weekly, world.pack.backlog
    own, shared = walls.error_variances(world.pack)
    spread = (recipe.size_sigma**2 + own / world.pack.estimators.count + shared) ** 0.5
    drawn = world.rng("points of finished items").standard_normal(int(counts.sum()))
    points = nearest_bucket(recipe.size_median * np.exp(spread * drawn), SCALE)
    week = np.repeat(np.arange(len(counts)), counts)
    return tuple(np.bincount(week, points, len(counts)).astype(np.int64).tolist())


@lru_cache(maxsize=64)
def window(world: World, source: str, amount: int) -> Forecast:
    """Forecast the weeks for so many cards, or points."""
    history = world.throughput.weekly if source == "counted" else points_history(world)
    return forecast(world.rng(f"weeks ahead, {source}"), history, amount, DRAWS)


def forecasts(world: World, placed: Mapping[int, int]) -> dict[str, Any]:
    """Give both windows, and what dividing by the average pace would promise."""
    weekly, cards = world.throughput.weekly, len(keys_of(world))
    points = int(np.array(SCALE)[walls.resting_places(wall_of(world), placed)].sum())
    found = {"counted": window(world, "counted", cards), "points": window(world, "points", points)}
    average = cards / float(weekly.mean()) if weekly.any() else None
    weeks = None if average is None else int(average)
    return {source: {level: getattr(each, level) for level in LEVELS} for source, each in found.items()} | {
        "cards": cards,
        "points_open": points,
        "average": average,
        "weeks": weeks,
        "kept": None if weeks is None else likelihood(weekly, cards, weeks).probability,
    }


# ---------------------------------------------------------------------------- evaluation


def is_large(world: World, placed: Mapping[int, int]) -> NDArray[np.bool_]:
    """Say which cards come to rest in a large bucket."""
    return np.array(SCALE)[walls.resting_places(wall_of(world), placed)] >= LARGE


def kinds_of(world: World, placed: Mapping[int, int], aside: Sequence[int]) -> list[str]:
    """Sort the cards into small, large and set aside."""
    large = is_large(world, placed)
    return ["aside" if card in aside else "large" if large[card] else "small" for card in range(len(large))]


def evaluate(world: World, answer: Answer) -> Result:
    """Price the mix on 2,000 sets of true sizes that fit the wall, and in this world."""
    wall, pack = wall_of(world), world.pack
    placed, aside, chosen = placed_of(world, answer), aside_of(world, answer), settings_of(answer)
    if not aside and not chosen and placed in ({}, {wall.first: EIGHT}):
        return Result(status="untouched")
    missing = _missing(placed, aside, chosen)
    if missing:
        numbers: dict[str, Any] = {"placed": len(placed), "least": PLACED, "aside": len(aside), "most": ASIDE}
        return Result(status="incomplete", missing=missing, numbers=numbers | {"open": len(CHOICES) - len(chosen)})

    ahead, here, people = futures(world), fate(world), people_of(world)
    kinds = kinds_of(world, placed, aside)
    methods = [chosen[kind] for kind in kinds]
    said = walls.said_by(wall, placed, ahead.poker, pack)
    cost = walls.expected_hours(ahead, said, people)
    mine = walls.mixed(methods, said, ahead.sizes.shape)
    true = walls.mixed(methods, walls.said_by(wall, placed, here.poker, pack), here.sizes.shape)
    expected = float(sum(cost[method][card] for card, method in enumerate(methods)))
    best = walls.best_mix(cost, is_large(world, placed), ASIDE)
    everywhere = {name: [name] * len(kinds) for name in MINUTES}
    ahead_of = forecasts(world, placed)
    numbers = {
        "rows": [_row(ahead, name, everywhere[name], said[name], people) for name in MINUTES]
        + [_row(ahead, "mix", methods, mine, people)],
        "expected": expected,
        "best": best.hours,
        "methods": {kind: chosen[kind] for kind in KINDS},
        "counts": {kind: kinds.count(kind) for kind in KINDS},
        "cost": {
            kind: {name: float(cost[name][[k == kind for k in kinds]].sum()) for name in MINUTES} for kind in KINDS
        },
        "people": people,
        "placed": len(placed),
        "aside": [{"name": title_of(world, card), **_way(world, placed, card)} for card in aside],
        "jumping": _left_jumping(world, placed, methods, cost),
        "doubts": [title_of(world, card) for card in doubted(world, answer)],
        "agreement": _agreement(world, placed),
        "forecasts": ahead_of,
        "source": chosen["source"],
        "level": chosen["level"],
        "promised": ahead_of[chosen["source"]][chosen["level"]],
    }
    return Result(
        status="complete",
        outcome=outcome_of(
            walls.hours(methods, ahead, mine, people),
            float(walls.hours(methods, here, true, people)),
            "lower",
            expected,
        ),
        success=expected - best.hours <= NEAR_BEST,
        numbers=numbers,
    )


def _missing(placed: Mapping[int, int], aside: Sequence[int], chosen: Mapping[str, str]) -> tuple[str, ...]:
    gaps = {
        "placed": len(placed) < PLACED,
        "too_many": len(aside) > ASIDE,
        "methods": any(kind not in chosen for kind in KINDS),
        "window": "source" not in chosen or "level" not in chosen,
    }
    return tuple(name for name, is_gap in gaps.items() if is_gap)


def _row(
    ahead: walls.Truths, name: str, methods: Sequence[str], said: NDArray[np.float64], people: int
) -> dict[str, Any]:
    """Say what a method on all cards, or the learner's mix, takes and gives on average."""
    minutes = sum(MINUTES[method] for method in methods)
    missed = float(walls.misses(ahead.sizes, said).sum(axis=-1).mean())
    true, told = ahead.sizes[:COMPARED], said[:COMPARED] if said.ndim == 2 else said
    order = walls.order_kept(true, told)
    return {
        "name": name,
        "minutes": minutes,
        "order": order,
        "order_per_10": order * 10 / minutes if minutes else None,
        "factor": float(np.exp(np.median(np.abs(np.log(true / told))))),
        "misses": missed,
        "hours": minutes * people / 60 + walls.MISS_HOURS * missed,
    }


def _left_jumping(
    world: World, placed: Mapping[int, int], methods: Sequence[str], cost: Mapping[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """Name the cards that a talk would help most of all and that this mix never talks about."""
    silent = np.minimum.reduce([cost[method] for method in MINUTES if method != "poker"])
    gain = silent - cost["poker"]
    helped = [int(card) for card in np.argsort(-gain, kind="stable")[:ASIDE] if gain[card] >= NEAR_BEST]
    return [
        {"name": title_of(world, card), **_way(world, placed, card)}
        | {"saved": float(cost[methods[card]][card] - cost["poker"][card])}
        for card in helped
        if methods[card] != "poker"
    ]


def _agreement(world: World, placed: Mapping[int, int]) -> dict[str, Any]:
    """Say how far the partners agree on the order among themselves, and the learner with their middle."""
    wall = wall_of(world)
    middle = walls.resting_places(wall, {})
    own, partners = rank_correlation(list(placed.values()), middle[list(placed)]), kendall_w(wall.votes)
    return {"own": _or_none(own), "partners": _or_none(partners)}


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say what the mix costs, what it misses, and what sizes add to a forecast."""
    n = result.numbers
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", result.missing[0], n)]
    ahead = n["forecasts"]
    windows = {f"{source}_{level}": ahead[source][level] for source in SOURCES for level in LEVELS}
    found = [
        Finding("consequence", "consequence", {**n["rows"][-1], "people": n["people"], "best": n["best"]}),
        Finding("consequence", "windows", {"cards": ahead["cards"], "points": ahead["points_open"], **windows}),
        *_misconceptions(n),
        Finding(
            "trade_off",
            "average",
            {"level": LEVELS[n["level"]], "promised": n["promised"]}
            | {name: ahead[name] for name in ("average", "weeks", "kept")},
        ),
    ]
    if n["aside"]:
        moves = [card["moves"] for card in n["aside"]]
        names = [card["name"] for card in n["aside"]]
        name = "aside" if min(moves) < max(moves) else "aside_even"
        found.append(Finding("for_review", name, {"cards": names, "least": min(moves), "most": max(moves)}))
    found.append(Finding("for_review", "agreement", {"placed": n["placed"], **n["agreement"]}))
    if n["doubts"]:
        found.append(Finding("for_review", "doubts", {"count": len(n["doubts"]), "cards": n["doubts"][:3]}))
    if result.success:
        found.append(Finding("strength", "near_best", {"hours": n["expected"], "best": n["best"]}))
    return found


def _misconceptions(n: Mapping[str, Any]) -> list[Finding]:
    methods, counts, cost, found = n["methods"], n["counts"], n["cost"], []

    def above(kind: str) -> float:
        return float(cost[kind][methods[kind]] - min(cost[kind].values()))

    if methods["small"] == "poker" and counts["small"]:
        minutes = counts["small"] * MINUTES["poker"]
        values = {"count": counts["small"], "minutes": minutes, "above": above("small")}
        found.append(Finding("misconception", "precision", values))
    used = {methods[kind] for kind in KINDS if counts[kind]}
    if used in ({"bucket"}, {"magic"}):
        values = {"cards": sum(counts.values()), "large": counts["large"], "above": n["expected"] - n["best"]}
        found.append(Finding("misconception", f"one_method_{used.pop()}", values))
    if methods["large"] == "count" and counts["large"]:
        values = {"count": counts["large"], "above": above("large")}
        found.append(Finding("misconception", "all_average", values))
    if n["jumping"]:
        values = {
            "cards": [card["name"] for card in n["jumping"]],
            "moves": max(card["moves"] for card in n["jumping"]),
            "saved": sum(card["saved"] for card in n["jumping"]),
        }
        found.append(Finding("misconception", "jumping" if len(n["jumping"]) > 1 else "jumping_one", values))
    if n["source"] == "points":
        values = {
            "sized": sum(counts[kind] for kind in KINDS if methods[kind] != "count"),
            "minutes": n["rows"][-1]["minutes"],
            "level": LEVELS[n["level"]],
            **{source: n["forecasts"][source][n["level"]] for source in SOURCES},
        }
        found.append(Finding("misconception", "points_for_a_date", values))
    return found


def figure(result: Result, words: Words) -> Figure:
    """Draw how much of the order each method keeps against the minutes it takes."""
    rows = result.numbers["rows"]
    by_name, mix = {row["name"]: row for row in rows}, rows[-1]
    poker, bucket = by_name["poker"], by_name["bucket"]
    share = bucket["order"] / poker["order"] if poker["order"] else None
    names = [words.say(f"figure.{row['name']}") for row in rows]
    picture = scatter(
        title=words.say("figure.title", poker=poker["minutes"], bucket=bucket["minutes"], share=share),
        description=words.say("figure.description", minutes=mix["minutes"], order=mix["order"]),
        points=[
            Point(name, row["minutes"], row["order"], "you" if row is mix else "other")
            for name, row in zip(names, rows, strict=True)
        ],
        x_axis=Axis(words.say("figure.minutes"), lambda value: words.format(value, "number"), low=0),
        y_axis=Axis(words.say("figure.order"), lambda value: words.format(value, "number2")),
        item=words.say("figure.item"),
    )
    formats = {
        "minutes": "number",
        "order": "number2",
        "order_per_10": "number2",
        "factor": "number1",
        "misses": "number1",
        "hours": "number1",
    }
    return replace(
        picture,
        columns=tuple(words.raw("figure.columns")),
        rows=tuple(
            (name, *(words.format(row[part], kind) for part, kind in formats.items()))
            for name, row in zip(names, rows, strict=True)
        ),
        numeric=tuple(range(1, len(formats) + 1)),
        highlight=len(rows) - 1,
    )


# ---------------------------------------------------------------------------- the truth


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show the double meanings, the copies, what no team finishes alone, and the true sizes."""
    placed, aside = placed_of(world, answer), aside_of(world, answer)
    tables = (
        _meanings_table(world, placed, aside, words),
        _copies_table(world, placed, words),
        _spans_table(world, words),
        _sizes_table(world, placed, aside, result.numbers["methods"], words),
    )
    return Reveal(findings=_revealed(world, placed, aside), tables=tables)


def doubles(world: World) -> list[int]:
    """Give the cards whose titles have two readings (hidden)."""
    return [int(card) for card in np.flatnonzero(np.isfinite(world.backlog_truth.second_size))]


def _revealed(world: World, placed: Mapping[int, int], aside: Sequence[int]) -> tuple[Finding, ...]:
    true, cards = fate(world).sizes, len(keys_of(world))
    own = rank_correlation(list(placed.values()), true[list(placed)])
    wall = rank_correlation(walls.resting_places(wall_of(world), placed), true)
    copies = int((world.backlog_truth.same_as >= 0).sum())
    both = set(doubles(world))
    return (
        Finding("consequence", "doubles", {"aside": len(aside), "found": len(both & set(aside)), "all": len(both)}),
        Finding("consequence", "order_true", {"placed": len(placed), "own": _or_none(own), "wall": _or_none(wall)}),
        Finding("for_review", "copies", {"copies": copies, "cards": cards, "left": cards - copies}),
    )


def _table(words: Words, name: str, rows: Sequence[tuple[str, ...]], *numeric: int) -> Table:
    return Table(words.say(f"reveal.{name}"), tuple(words.raw(f"reveal.{name}_columns")), tuple(rows), numeric)


def _meanings_table(world: World, placed: Mapping[int, int], aside: Sequence[int], words: Words) -> Table:
    truth, true, keys, both = world.backlog_truth, fate(world).sizes, list(keys_of(world)), doubles(world)
    rows = []
    for card in dict.fromkeys([*both, *aside]):
        sizes = {"one_meaning": truth.size[card]}
        if card in both:
            sizes = {"smaller": truth.size[card], "larger": truth.second_size[card]}
        written = f"backlog.meanings.{keys[card]}"
        told = (
            world.words.raw(written)
            if card in both and world.words.has(written)
            else [words.say(f"reveal.{name}") for name in sizes]
        )
        for reading, size in zip(told, sizes.values(), strict=True):
            rows.append(
                (
                    title_of(world, card),
                    reading,
                    words.format(size, "number"),
                    words.say("reveal.meant" if size == true[card] else "reveal.not_meant"),
                    words.format(_way(world, placed, card)["moves"], "number"),
                    words.say("reveal.set_aside" if card in aside else "reveal.left"),
                )
            )
    return _table(words, "meanings", rows, 2, 4)


def _copies_table(world: World, placed: Mapping[int, int], words: Words) -> Table:
    truth, places = world.backlog_truth, walls.resting_places(wall_of(world), placed)
    rows = []
    for card in np.flatnonzero(truth.same_as >= 0).tolist():
        original = int(truth.same_as[card])
        stands = [words.format(SCALE[places[each]], "number") for each in (card, original)]
        true = words.format(truth.size[card], "number")
        rows.append((title_of(world, card), title_of(world, original), *stands, true))
    return _table(words, "copies", rows, 2, 3, 4)


def _spans_table(world: World, words: Words) -> Table:
    spans, names = world.backlog_truth.spans, [world.words.say(f"areas.{area}") for area in world.backlog.areas]
    rows = []
    for card in np.flatnonzero(spans.sum(axis=1) > 1).tolist():
        touched = [name for name, is_touched in zip(names, spans[card], strict=True) if is_touched]
        size = words.format(fate(world).sizes[card], "number")
        rows.append((title_of(world, card), words.format(touched, "list"), size))
    return _table(words, "spans", rows, 2)


def _sizes_table(
    world: World, placed: Mapping[int, int], aside: Sequence[int], chosen: Mapping[str, str], words: Words
) -> Table:
    """List true sizes, the farthest off in days first."""
    here = fate(world)
    methods = [chosen[kind] for kind in kinds_of(world, placed, aside)]
    said = walls.mixed(methods, walls.said_by(wall_of(world), placed, here.poker, world.pack), here.sizes.shape)
    missed = walls.misses(here.sizes, said)
    rows = [
        (
            title_of(world, card),
            words.say(f"board.{methods[card]}"),
            words.format(said[card], "number"),
            words.format(here.sizes[card], "number"),
            words.say("reveal.missed" if missed[card] else "reveal.held"),
        )
        for card in np.lexsort((-np.abs(here.sizes - said), ~missed))[:LISTED].tolist()
    ]
    return _table(words, "sizes", rows, 2, 3)


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings, computed from what may be seen.

    All place every card where its size most likely belongs; they differ in methods and talks.
    """
    wall, pack, ahead, keys = wall_of(world), world.pack, futures(world), list(keys_of(world))
    typical = np.searchsorted(SCALE, nearest_bucket(np.median(ahead.sizes, axis=0), SCALE))
    placed = {card: int(place) for card, place in enumerate(typical)} | {wall.first: EIGHT}
    cost = walls.expected_hours(ahead, walls.said_by(wall, placed, ahead.poker, pack), people_of(world))
    best = walls.best_mix(cost, is_large(world, placed), ASIDE)

    def answer(small: str, large: str, aside: str, talked: Sequence[int] = (), source: str = "counted") -> Answer:
        columns: dict[str, list[str]] = {
            "pool": [],
            **{bucket_id(place): [] for place in range(len(SCALE))},
            "aside": [],
        }
        for card, place in placed.items():
            columns["aside" if card in talked else bucket_id(place)].append(keys[card])
        settings = {"small": small, "large": large, "aside": aside, "source": source, "level": "p85"}
        return {"columns": columns, "settings": settings}

    return {
        "reference": answer(best.small, best.large, "poker", best.talked),
        "poker_everything": answer("poker", "poker", "poker"),
        "bucket_everything": answer("bucket", "bucket", "bucket"),
        "count_everything": answer("count", "count", "count"),
        "never_talk": answer("count", "magic", "magic"),
        "sizes_for_a_date": answer("magic", "magic", "poker", best.talked, "points"),
    }


def carry(world: World, answer: Answer, result: Result) -> Mapping[str, Any]:
    """Carry on the level of the window."""
    return {"forecast_level": LEVELS[result.numbers["level"]]}


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
