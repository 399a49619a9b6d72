"""Value poker: lead five stakeholders through rounds of hidden cards and set a value for each of five items.

After Kelly's value poker and the Business Value Poker of Haugaard and Ellemann Olesen: cards are hidden first, then
people explain. True values, who holds which private fact and what moods people are in are hidden; who leans which way
is shown at the end. Points are relative to an anchor item, or thousands of the unit of value without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Dots, Figure, dots
from qspo_lab.figures.parts import Role
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.poker_table import PokerTable

if TYPE_CHECKING:
    from qspo_lab.samples.value_meeting import Meeting
    from qspo_lab.samples.value_votes import ValueTruth

PLAYED = 5
ROUNDS = 3
BUDGET = 75
"""Minutes of the meeting."""
PER_ROUND, PER_SPEECH = 2, 1
"""Minutes of a round of cards, and of one person who explains."""
CLOSE = 1 / 3
"""Cards that miss the true values by less on average make the learner's statement come true."""
FAR = 1.5
"""A factor by which an agreed card is called far off."""
RULES = ("ends", "everybody", "loudest", "nobody")
TALK = ("ends", "everybody", "loudest")
EXPLAINED = ("ends", "ends")
"""The way that others are compared with: the lowest and the highest explain, and everybody votes again, twice."""


# ---------------------------------------------------------------------------- what is on the table


def items_of(world: World) -> list[str]:
    """Give the items that are played, those with the most possible private facts; the others can be anchors."""
    poker = world.pack.value_poker
    about = [fact.item for fact in poker.facts.values()]
    most = sorted(poker.impressions, key=lambda item: -about.count(item))[:PLAYED]
    return [item for item in poker.impressions if item in most]


def anchors_of(world: World) -> list[str]:
    """Give the items that can be the anchor."""
    played = items_of(world)
    return [item for item in world.pack.value_poker.impressions if item not in played]


def anchor_card(world: World) -> float:
    """Give the card that the anchor gets: the middle one of the deck."""
    deck = world.pack.value_poker.deck
    return deck[len(deck) // 2]


def deck_of(world: World, few: bool) -> tuple[float, ...]:
    """Give the cards in play: all, or every third, the anchor's among them."""
    deck = tuple(world.pack.value_poker.deck)
    return tuple(card for place, card in enumerate(deck) if not few or (place - len(deck) // 2) % 3 == 0)


def askers(world: World, item: str) -> list[str]:
    """Give the names of those who asked for an item."""
    players = world.pack.value_poker.players
    return [_name(world, key) for key, player in players.items() if player.interest.get(item, 0.0) > 0]


def loudest(world: World) -> str:
    """Give the player whose voice counts most at the table."""
    return max(world.pack.value_poker.players, key=lambda key: world.pack.stakeholders[key].loudness)


def _name(world: World, key: str) -> str:
    return world.words.say(f"stakeholders.{key}.name")


def _title(world: World, item: str) -> str:
    return world.words.say(f"backlog.items.{item}")


def card_id(card: float) -> str:
    """Give the id of a card."""
    return f"c{card:g}"


def board(world: World, words: Words) -> PokerTable:
    """Make the table: five seats, five items, four rules, and two choices before the first card."""
    return PokerTable(
        deck=[
            {"id": card_id(card), "label": words.format(card, "number"), "value": card}
            for card in world.pack.value_poker.deck
        ],
        items=_items(world, words, None, 0),
        seats=[
            {"id": key, "label": _name(world, key), "role": world.words.say(f"stakeholders.{key}.role")}
            for key in world.pack.value_poker.players
        ],
        rules=[
            {
                "id": rule,
                "label": words.say(f"board.{rule}"),
                "note": words.say(f"board.{rule}_note", name=_name(world, loudest(world)), minutes=PER_SPEECH),
            }
            for rule in RULES
        ],
        max_rounds=ROUNDS,
        controls=_controls(world, words),
    )


def _controls(world: World, words: Words) -> list[dict[str, Any]]:
    anchors = [{"id": "none", "label": words.say("board.no_anchor"), "note": words.say("board.no_anchor_note")}]
    anchors += [
        {"id": item, "label": _title(world, item), "note": _asked(world, words, item)} for item in anchors_of(world)
    ]
    decks = [
        {"id": name, "label": words.format([words.format(c, "number") for c in deck_of(world, name == "few")], "list")}
        for name in ("all", "few")
    ]
    card = anchor_card(world)
    return [
        {
            "id": "anchor",
            "kind": "choice",
            "label": words.say("board.anchor", card=card),
            "options": anchors,
            "default": "none",
        },
        {"id": "deck", "kind": "choice", "label": words.say("board.deck"), "options": decks, "default": "all"},
    ]


def _asked(world: World, words: Words, item: str) -> str:
    names = askers(world, item)
    return words.say("board.asked", names=names) if names else words.say("board.nobody_asked")


def _items(world: World, words: Words, plan: Plan | None, minutes: float) -> list[dict[str, Any]]:
    """Give the items with what is known of each: who asked for it, the scale, the minutes used in all."""
    scale = ""
    if plan is not None:
        name = "scale" if plan.anchor else "own_scale"
        scale = words.say(
            f"board.{name}", card=anchor_card(world), anchor=_title(world, plan.anchor) if plan.anchor else ""
        )
    clock = words.say("board.minutes", minutes=minutes, budget=BUDGET)
    return [
        {
            "id": item,
            "label": _title(world, item),
            "note": " ".join(part for part in (clock, scale, _asked(world, words, item)) if part),
        }
        for item in items_of(world)
    ]


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and the hints."""
    return {
        "cfo": world.person("cfo"),
        "care": world.person("care"),
        "loudest": _name(world, loudest(world)),
        "players": len(world.pack.value_poker.players),
        "count": PLAYED,
        "rounds": ROUNDS,
        "budget": BUDGET,
        "per_round": PER_ROUND,
        "per_speech": PER_SPEECH,
        "each": BUDGET / PLAYED,
    }


# ---------------------------------------------------------------------------- what the learner did


@dataclass(frozen=True)
class Plan:
    """A way of running the meeting.

    Parameters
    ----------
    anchor
        Key of the anchor item; None where cards are the unit of value.
    few
        Whether few cards are in play.
    rounds
        Rounds turned, one for each item.
    rules
        Rules chosen for each item.
    finals
        The final card of each item; None while it is open.
    """

    anchor: str | None
    few: bool
    rounds: tuple[int, ...]
    rules: tuple[tuple[str, ...], ...]
    finals: tuple[float | None, ...]


def plan_of(world: World, answer: Answer) -> Plan:
    """Read the answer; what makes no sense counts as not done."""

    def part(name: str) -> Mapping[str, Any]:
        found = answer.get(name)
        return found if isinstance(found, Mapping) else {}

    few = part("settings").get("deck") == "few"
    anchor = part("settings").get("anchor")
    cards = {card_id(card): card for card in deck_of(world, few)}
    rounds, rules, finals = [], [], []
    for item in items_of(world):
        turned, chosen, final = part("revealed").get(item), part("rounds").get(item), part("final").get(item)
        turned = turned if isinstance(turned, int) and not isinstance(turned, bool) and 0 <= turned <= ROUNDS else 0
        known = [rule for rule in chosen if rule in RULES] if isinstance(chosen, (list, tuple)) else []
        rounds.append(turned)
        rules.append(tuple(known[:turned]))
        finals.append(cards.get(final) if isinstance(final, str) and turned else None)
    return Plan(anchor if anchor in anchors_of(world) else None, few, tuple(rounds), tuple(rules), tuple(finals))


def table_of(world: World, truth: ValueTruth, anchor: str | None) -> ValueTruth:
    """Give the items that are played, in the points of the table."""
    from qspo_lab.samples.value_meeting import in_points

    places = list(world.pack.value_poker.impressions)
    return in_points(
        truth,
        [places.index(item) for item in items_of(world)],
        places.index(anchor) if anchor else None,
        anchor_card(world),
    )


def play(world: World, truth: ValueTruth, plan: Plan) -> Meeting:
    """Play a plan at a table, or at many."""
    from qspo_lab.samples.value_meeting import play_meeting

    players = list(world.pack.value_poker.players)
    deck = deck_of(world, plan.few)
    return play_meeting(truth, deck, plan.rules, max(1, *plan.rounds), players.index(loudest(world)))


@lru_cache(maxsize=4)
def _other_tables(world: World) -> ValueTruth:
    from qspo_lab.samples.value_votes import make_value_votes

    return make_value_votes(world.rng("other tables of the value poker"), world.pack, DRAWS)[1]


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Lay the turned cards, let those speak who were asked, and count the minutes.

    Anchor and deck can be chosen until the first card is turned; then the two choices leave the board.
    """
    plan, words = plan_of(world, answer), EXERCISE.words().in_case(world.words)
    offered = [card_id(card) for card in deck_of(world, plan.few)]
    if not any(plan.rounds):
        nothing: dict[str, Any] = {"cards": {}, "said": {}, "notes": {}}
        return {
            **nothing,
            "controls": _controls(world, words),
            "items": _items(world, words, None, 0),
            "offered": offered,
        }
    truth = table_of(world, world.value_truth, plan.anchor)
    meeting = play(world, truth, plan)
    minutes = float(meeting.minutes(plan.rounds, PER_ROUND, PER_SPEECH).sum())
    seats, cards, said, notes = list(world.pack.value_poker.players), {}, {}, {}
    for place, item in enumerate(items_of(world)):
        rounds = range(plan.rounds[place])
        laid = [meeting.cards[number, :, place] for number in rounds]
        cards[item] = [dict(zip(seats, map(card_id, column), strict=True)) for column in laid]
        notes[item] = [
            words.say("board.round_note", middle=sorted(c)[len(c) // 2], spread=_spread(world, c)) for c in laid
        ]
        said[item] = [_said(world, words, truth, meeting, number, place) for number in range(len(plan.rules[place]))]
    return {
        "cards": cards,
        "said": said,
        "notes": notes,
        "controls": [],
        "items": _items(world, words, plan, minutes),
        "offered": offered,
    }


def _said(
    world: World, words: Words, truth: ValueTruth, meeting: Meeting, number: int, place: int
) -> list[dict[str, str]]:
    """Give what is said about an item after a round: each speaker's facts that are news, or that there is none."""
    lines = []
    for seat, player in enumerate(world.pack.value_poker.players):
        if meeting.speakers[number, seat, place]:
            holds = truth.knows[seat] & (truth.fact_item == place)
            news = [truth.facts[i] for i in (holds & meeting.heard[number]).nonzero()[0]]
            text = " ".join(_fact(world, key) for key in news)
            lines.append(
                {"seat": player, "text": text or words.say("board.nothing_new" if holds.any() else "board.no_fact")}
            )
    return lines


def _fact(world: World, key: str) -> str:
    return world.words.say(f"value_poker.facts.{key}", number=world.pack.value_poker.facts[key].number)


def _spread(world: World, cards: Any) -> float:
    from qspo_lab.methods.groups import log_spread

    return log_spread([_size(world, card) for card in cards])


def _size(world: World, cards: Any) -> Any:
    """Give the size of cards for ratios: a card of 0 counts as half the next one."""
    import numpy as np

    return np.maximum(cards, world.pack.value_poker.deck[1] / 2)


# ---------------------------------------------------------------------------- what it is worth


def counted(meeting: Meeting, plan: Plan, finals: Any) -> tuple[Any, Any]:
    """Give the cards that count, and which items fit into the minutes.

    Every item gets its first round. What goes beyond it is taken from the top of the list; where the minutes do not
    reach, the middle card of the first round counts.
    """
    import numpy as np

    extra = meeting.minutes(plan.rounds, PER_ROUND, PER_SPEECH) - PER_ROUND
    fits = (extra.cumsum(axis=-1) <= BUDGET - PER_ROUND * len(plan.rounds)) | (extra == 0)
    return np.where(fits, finals, meeting.middle([1] * len(plan.rounds))), fits


def missed(world: World, cards: Any, value: Any) -> Any:
    """Give by how much cards miss the true values: the mean factor over the items, less 1."""
    import numpy as np

    return np.expm1(np.abs(np.log(_size(world, cards) / value)).mean(axis=-1))


def shifts(world: World, plan: Plan) -> list[int] | None:
    """Give how the learner came from the cards to the card that counts, so that it can be repeated at other tables.

    None where all final cards are those nearest to the average. Else each item's distance from the middle card of its
    last round, in cards. Where people spoke after the last round it is 0: that card follows what was said here only.
    """
    from qspo_lab.samples.value_votes import to_cards

    deck = deck_of(world, plan.few)
    meeting = play(world, table_of(world, world.value_truth, plan.anchor), plan)
    middle = list(meeting.middle(plan.rounds))
    average = list(to_cards(meeting.of_round(plan.rounds).mean(axis=0), deck))
    if list(plan.finals) == average != middle:
        return None
    unheard = [
        len(rules) < rounds or rules[-1] == "nobody" for rules, rounds in zip(plan.rules, plan.rounds, strict=True)
    ]
    places = zip(plan.finals, middle, unheard, strict=True)
    return [deck.index(final) - deck.index(card) if alone and final is not None else 0 for final, card, alone in places]


def over_tables(world: World, plan: Plan, shift: Sequence[int] | None) -> tuple[Meeting, Any, Any, Any]:
    """Run the same way at 2,000 other tables: the meetings, true values, middle cards, and what each table misses."""
    import numpy as np

    from qspo_lab.samples.value_votes import to_cards

    truth = table_of(world, _other_tables(world), plan.anchor)
    deck = np.array(deck_of(world, plan.few))
    meeting = play(world, truth, plan)
    middle = meeting.middle(plan.rounds)
    if shift is None:
        finals = to_cards(meeting.of_round(plan.rounds).mean(axis=-2), deck)
    else:
        finals = deck[np.clip(np.searchsorted(deck, middle) + np.array(shift), 0, len(deck) - 1)]
    cards, _ = counted(meeting, plan, finals)
    return meeting, truth.value, middle, missed(world, cards, truth.value)


@lru_cache(maxsize=16)
def _explained(world: World, anchor: str | None) -> float:
    """Give what the way that others are compared with misses on average, with the whole deck."""
    plan = Plan(anchor, False, (ROUNDS,) * PLAYED, (EXPLAINED,) * PLAYED, (None,) * PLAYED)
    return float(over_tables(world, plan, [0] * PLAYED)[3].mean())


def evaluate(world: World, answer: Answer) -> Result:
    """Run the learner's way of leading here and at 2,000 other tables."""
    plan = plan_of(world, answer)
    if not any(plan.rounds):
        return Result(status="untouched")
    still = sum(final is None for final in plan.finals)
    if still:
        return Result(status="incomplete", missing=("no_card",), numbers={"count": still, "total": PLAYED})
    here = table_of(world, world.value_truth, plan.anchor)
    meeting = play(world, here, plan)
    cards, fits = counted(meeting, plan, plan.finals)
    realised = float(missed(world, cards, here.value))
    moved = shifts(world, plan)
    meetings, value, middle, draws = over_tables(world, plan, moved)
    return Result(
        status="complete",
        outcome=outcome_of(draws, realised, "lower"),
        success=realised < CLOSE,
        numbers={
            "rows": _rows(world, plan, meeting, cards, fits, moved),
            "agreement": [_alpha(meeting.of_round(rounds)) for rounds in ([1] * PLAYED, plan.rounds)],
            "expected": float(draws.mean()),
            "explained": _explained(world, plan.anchor),
            "minutes": float(meeting.minutes(plan.rounds, PER_ROUND, PER_SPEECH).sum()),
            "facts": int(meeting.heard.sum()),
            "anchor": _title(world, plan.anchor) if plan.anchor else None,
            "pushed_by": askers(world, plan.anchor) if plan.anchor else [],
            "deck": len(deck_of(world, plan.few)),
            "whole_deck": len(deck_of(world, False)),
            "loudest": _name(world, loudest(world)),
            **_heads(world, meetings, value),
            **_agreed(world, meetings.of_round(plan.rounds), middle, value, deck_of(world, plan.few)),
        },
    )


def _rows(
    world: World, plan: Plan, meeting: Meeting, cards: Any, fits: Any, moved: Sequence[int] | None
) -> list[dict[str, Any]]:
    rows = []
    seats = [_name(world, key) for key in world.pack.value_poker.players]
    first, last = meeting.of_round([1] * PLAYED), meeting.of_round(plan.rounds)
    for place, item in enumerate(items_of(world)):
        rows.append(
            {
                "item": _title(world, item),
                "rounds": plan.rounds[place],
                "rules": list(plan.rules[place]),
                "final": plan.finals[place],
                "counts": float(cards[place]),
                "fits": bool(fits[place]),
                "shift": moved[place] if moved else None,
                "first": _range(world, first[:, place]),
                "last": _range(world, last[:, place]),
                "speakers": [name for seat, name in enumerate(seats) if meeting.speakers[:, seat, place].any()],
            }
        )
    return rows


def _range(world: World, cards: Any) -> dict[str, float]:
    ordered = sorted(float(card) for card in cards)
    middle = ordered[len(ordered) // 2]
    return {"low": ordered[0], "middle": middle, "high": ordered[-1], "spread": _spread(world, ordered)}


def _alpha(cards: Any) -> float | None:
    from qspo_lab.methods.groups import krippendorff_alpha

    alpha = krippendorff_alpha(cards, "ordinal")
    return alpha if alpha == alpha else None


def _heads(world: World, meetings: Meeting, value: Any) -> dict[str, float]:
    """Give how far the errors of silent cards go together, and how many independent people that leaves."""
    import numpy as np

    from qspo_lab.methods.groups import worth_of_estimators

    errors = np.log(_size(world, meetings.cards[0]) / value[:, None, :])
    players = errors.shape[1]
    pairs = ~np.eye(players, dtype=bool)
    together = float(np.mean([np.corrcoef(errors[:, :, item].T)[pairs].mean() for item in range(errors.shape[2])]))
    return {"together": together, "players": players, "heads": worth_of_estimators(players, together)}


def _agreed(world: World, cards: Any, middle: Any, value: Any, deck: Sequence[float]) -> dict[str, float | None]:
    """Give the share of items that end within one card, and how many of these are far from the truth."""
    import numpy as np

    steps = np.searchsorted(deck, cards.max(axis=-2)) - np.searchsorted(deck, cards.min(axis=-2))
    close = steps <= 1
    far = np.abs(np.log(_size(world, middle) / value)) > np.log(FAR)
    return {"agreed": float(close.mean()), "agreed_far": float(far[close].mean()) if close.any() else None}


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say what the talk brought: facts, or agreement alone. Nothing here knows the true values."""
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    n = result.numbers
    if result.status == "incomplete":
        return [Finding("incomplete", result.missing[0], n)]
    rows = n["rows"]
    first, last = (_common(rows, name) for name in ("first", "last"))
    spreads = {
        "first": first,
        "last": last,
        "alpha_first": n["agreement"][0],
        "alpha_last": n["agreement"][1],
    }
    voted_again = any(row["rounds"] > 1 for row in rows)
    findings = [
        Finding("consequence", "consequence", {**_pick(n, "expected", "minutes"), "budget": BUDGET}),
        Finding("consequence", "agreement" if voted_again else "one_spread", spreads),
    ]
    speakers = sorted({name for row in rows for name in row["speakers"]})
    if speakers:
        findings.append(Finding("consequence", "spoken", {"count": n["facts"], "names": speakers}))
    findings += _misconceptions(n, rows)
    explained = [row for row in rows if _voted_after_talk(row)]
    if explained:
        findings.append(_on("strength", "explained", explained))
    if n["pushed_by"]:
        findings.append(Finding("trade_off", "pushed_anchor", {"anchor": n["anchor"], "names": n["pushed_by"]}))
    unvoted = [row for row in rows if len(row["rules"]) == row["rounds"] and row["rules"][-1] in TALK]
    if unvoted:
        findings.append(_on("for_review", "not_voted", unvoted))
    moved = [row for row in rows if row["shift"]]
    if moved:
        findings.append(_on("for_review", "moved", moved))
    elif rows[0]["shift"] is None:
        findings.append(_on("for_review", "average", rows))
    if n["agreed_far"] is not None:
        findings.append(Finding("for_review", "agreed", {**_pick(n, "agreed", "agreed_far"), "far": FAR - 1}))
    return findings


def _misconceptions(n: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    findings = []
    alone = [row for row in rows if row["rounds"] == 1 and not set(row["rules"]) & set(TALK)]
    if alone:
        findings.append(_on("misconception", "one_round", alone, **_pick(n, "players", "heads", "together")))
    silent = [row for row in rows if row["rounds"] > 1 and not set(row["rules"]) & set(TALK)]
    if silent:
        spreads = {"first": _common(silent, "first"), "last": _common(silent, "last")}
        findings.append(_on("misconception", "silent", silent, **spreads, **_pick(n, "expected", "explained")))
    loud = [row for row in rows if "loudest" in row["rules"]]
    if loud:
        spreads = {"first": _common(loud, "first"), "last": _common(loud, "last")}
        findings.append(
            _on("misconception", "loudest", loud, name=n["loudest"], **spreads, **_pick(n, "expected", "explained"))
        )
    late = [row for row in rows if not row["fits"]]
    if late:
        findings.append(_on("misconception", "overrun", late, minutes=n["minutes"], budget=BUDGET))
    if n["deck"] < n["whole_deck"]:
        findings.append(Finding("misconception", "few", _pick(n, "deck", "whole_deck", "expected", "explained")))
    return findings


def _voted_after_talk(row: Mapping[str, Any]) -> bool:
    return bool({"ends", "everybody"} & set(row["rules"][: row["rounds"] - 1])) and row["fits"]


def _common(rows: Sequence[Mapping[str, Any]], name: str) -> float:
    """Give the spread over several items: the geometric mean of their factors."""
    from statistics import geometric_mean

    return geometric_mean([row[name]["spread"] for row in rows])


def _pick(numbers: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: numbers[name] for name in names}


def _on(kind: Any, finding: str, rows: Sequence[Mapping[str, Any]], **values: Any) -> Finding:
    return Finding(
        kind, finding, {"items": [row["item"] for row in rows], "count": len(rows), "total": PLAYED, **values}
    )


def _axis(words: Words, anchor: Any) -> Axis:
    title = words.say("figure.points" if anchor else "figure.unit")
    return Axis(title, lambda value: words.format(value, "number"), low=0)


def figure(result: Result, words: Words) -> Figure:
    """Draw the cards of the first and of the last round, from the lowest to the highest, and the final card."""
    n = result.numbers
    rows = n["rows"]
    looks: list[tuple[str, Role]] = [("first", "other"), ("last", "reference")]
    rounds = [
        Dots(
            words.say(f"figure.{name}"),
            [row[name]["middle"] for row in rows],
            [row[name]["low"] for row in rows],
            [row[name]["high"] for row in rows],
            role,
        )
        for name, role in looks
    ]
    return dots(
        title=words.say("figure.title", first=_common(rows, "first"), last=_common(rows, "last"), count=n["facts"]),
        description=words.say("figure.description"),
        labels=[row["item"] for row in rows],
        sets=[*rounds, Dots(words.say("figure.final"), [row["counts"] for row in rows])],
        axis=_axis(words, n["anchor"]),
        item=words.say("figure.item"),
        ends=(words.say("figure.low"), words.say("figure.high")),
    )


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show the true values, the facts and who held them, and who leans which way."""
    plan, rows = plan_of(world, answer), result.numbers["rows"]
    truth = table_of(world, world.value_truth, plan.anchor)
    meeting = play(world, truth, plan)
    value = [float(v) for v in truth.value]
    factors = [_factor(world, row["counts"], v) for row, v in zip(rows, value, strict=True)]
    deck = deck_of(world, plan.few)
    agreed = [deck.index(row["last"]["high"]) - deck.index(row["last"]["low"]) <= 1 for row in rows]
    lines = [
        (
            row["item"],
            words.format(row["first"]["middle"], "number"),
            words.format(row["last"]["middle"], "number"),
            words.format(row["counts"], "number"),
            words.format(v, "number"),
            words.format(factor, "number2"),
            words.say("reveal.agreed" if close else "reveal.not_agreed"),
        )
        for row, v, factor, close in zip(rows, value, factors, agreed, strict=True)
    ]
    return Reveal(
        findings=_revealed(result, rows, factors, agreed, int(truth.dealt.sum()), int(meeting.heard.sum())),
        tables=(
            Table(words.say("reveal.items"), tuple(words.raw("reveal.item_columns")), tuple(lines), (1, 2, 3, 4, 5)),
            _facts_table(world, words, plan, truth, meeting),
            _people_table(world, words),
        ),
        figure=dots(
            title=words.say("reveal.title", near=sum(f <= FAR for f in factors), total=len(rows), far=FAR - 1),
            description=words.say("reveal.description"),
            labels=[row["item"] for row in rows],
            sets=[
                Dots(words.say("figure.first"), [row["first"]["middle"] for row in rows], role="other"),
                Dots(words.say("figure.final"), [row["counts"] for row in rows]),
                Dots(words.say("reveal.true"), value, role="good"),
            ],
            axis=_axis(words, plan.anchor),
            item=words.say("figure.item"),
        ),
    )


def _factor(world: World, card: float, value: float) -> float:
    """Give the factor between card and truth, 1 or more, whichever way it misses."""
    ratio = float(_size(world, card)) / value
    return max(ratio, 1 / ratio)


def _revealed(
    result: Result,
    rows: Sequence[Mapping[str, Any]],
    factors: Sequence[float],
    agreed: Sequence[bool],
    dealt: int,
    heard: int,
) -> tuple[Finding, ...]:
    assert result.outcome is not None
    together = [
        (row, factor) for row, factor, close in zip(rows, factors, agreed, strict=True) if close and factor > FAR
    ]
    found = [Finding("consequence", "realised", {"realised": result.outcome.realised, "heard": heard, "dealt": dealt})]
    if together:
        worst = max(factor for _, factor in together)
        found.append(_on("consequence", "agreed_far", [row for row, _ in together], factor=worst))
    return tuple(found)


def _facts_table(world: World, words: Words, plan: Plan, truth: ValueTruth, meeting: Meeting) -> Table:
    """Give the facts about the items, who alone held each, and whether it was spoken."""
    players, items = list(world.pack.value_poker.players), items_of(world)
    rows = []
    for place, key in enumerate(truth.facts):
        if truth.dealt[place]:
            holder = players[int(truth.knows[:, place].argmax())]
            after = meeting.heard[:, place].nonzero()[0]
            spoken = words.say("reveal.spoken", round=int(after[0]) + 1) if len(after) else words.say("reveal.unspoken")
            factor = world.pack.value_poker.facts[key].factor
            rows.append(
                (
                    _title(world, items[int(truth.fact_item[place])]),
                    _fact(world, key),
                    words.say("reveal.times", factor=factor),
                    _name(world, holder),
                    spoken,
                )
            )
    return Table(words.say("reveal.facts"), tuple(words.raw("reveal.fact_columns")), tuple(rows), (2,))


def _people_table(world: World, words: Words) -> Table:
    """Give everybody's leaning, what they push and play down, and how far they follow the others."""
    from math import exp

    def named(player: Any, sign: int) -> str:
        pushed = [_title(world, item) for item, size in player.interest.items() if size * sign > 0]
        return words.format(pushed, "list") if pushed else words.say("reveal.none")

    rows = [
        (
            _name(world, key),
            words.say("reveal.times", factor=exp(player.bias)),
            named(player, 1),
            named(player, -1),
            words.format(player.herding, "percent"),
        )
        for key, player in world.pack.value_poker.players.items()
    ]
    return Table(words.say("reveal.people"), tuple(words.raw("reveal.people_columns")), tuple(rows), (1, 4))


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings, played in this world."""
    rules: list[tuple[str, ...]] = [EXPLAINED] * PLAYED
    while _takes(world, _plan(rules)) > BUDGET and any(len(rule) > 1 for rule in rules):
        longest = max(place for place, rule in enumerate(rules) if len(rule) > 1)
        rules[longest] = rules[longest][:1]
    ways = {
        "reference": _plan(rules),
        "silent_average": _plan([()] * PLAYED),
        "until_they_agree": _plan([("nobody", "nobody")] * PLAYED),
        "loudest_first": _plan([("loudest", "loudest")] * PLAYED),
        "everybody": _plan([("everybody", "everybody")] * PLAYED),
        "few_cards": _plan(rules, few=True),
    }
    return {name: _answer(world, plan, average=name == "silent_average") for name, plan in ways.items()}


def _plan(rules: Sequence[tuple[str, ...]], few: bool = False) -> Plan:
    return Plan(None, few, tuple(len(rule) + 1 for rule in rules), tuple(rules), (None,) * len(rules))


def _takes(world: World, plan: Plan) -> float:
    meeting = play(world, table_of(world, world.value_truth, plan.anchor), plan)
    return float(meeting.minutes(plan.rounds, PER_ROUND, PER_SPEECH).sum())


def _answer(world: World, plan: Plan, average: bool) -> Answer:
    """Give the board's value; final cards are the middle ones, or those nearest to the average."""
    from qspo_lab.samples.value_votes import to_cards

    meeting = play(world, table_of(world, world.value_truth, plan.anchor), plan)
    last = meeting.of_round(plan.rounds)
    finals = to_cards(last.mean(axis=0), deck_of(world, plan.few)) if average else meeting.middle(plan.rounds)
    items = items_of(world)
    return {
        "settings": {"anchor": plan.anchor or "none", "deck": "few" if plan.few else "all"},
        "revealed": dict(zip(items, plan.rounds, strict=True)),
        "rounds": {item: list(rules) for item, rules in zip(items, plan.rules, strict=True)},
        "final": {item: card_id(card) for item, card in zip(items, finals, strict=True)},
        "current": items[0],
    }


EXERCISE = Exercise(
    key="value_poker",
    source=__file__,
    outcome="LO8",
    terms=("value_poker", "business_value_estimation"),
    minutes=30,
    measure="percent",
    better="lower",
    board=board,
    evaluate=evaluate,
    explain=explain,
    figure=figure,
    reveal=reveal,
    policies=policies,
    facts=facts,
    respond=respond,
)
