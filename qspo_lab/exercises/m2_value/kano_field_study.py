"""Kano field study: set up a survey, read it, and call the class that each attribute will have for one group.

Two questions for each attribute sort answers into classes (Kano, Seraku, Takahashi and Tsuji, 1984; Walden, ed., Center
for Quality of Management Journal 2(4), 1993). Whether the most frequent class leads by more than chance makes is tested
by z = (a - b) / sqrt(a + b); Fong's rule (1996, as recalled) is shown beside it and asks for too little. Classes drift:
what delights today is expected once everybody offers it. Hidden are the shares of the classes in each segment, and how
they drift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, erfc, sqrt
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Dots, Figure, dots, grid
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.card_board import CardBoard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BET = "B5"
"""Whose segment is asked about, and whose delay and building say what waiting and a broken call cost."""
CLASSES = ("must_be", "one_dimensional", "attractive", "indifferent", "reverse")
OPEN = "cannot_say"
CHANNELS = ("market", "customers", "forum")
READINGS = ("most_frequent", "better_worse", "fong", "honest_test")
LETTERS = ("M", "O", "A", "I", "R", "Q")
SMALLEST, LARGEST, STEP = 20, 400, 20
SHOWN = 3
"""So many of the largest counts stand on a card."""
STUDY = 25.0
"""k EUR: what it costs to study one attribute again."""
CALL = 0.012
"""k EUR for calling one household: people of one segment must be searched for in the market."""


@dataclass(frozen=True)
class Setup:
    """How the survey is made and read."""

    recruiting: str
    wording: str
    size: int
    month: int
    reading: str


# ---------------------------------------------------------------------------- the case


def group_of(world: World) -> str:
    """Give the segment that the calls are for."""
    return str(world.pack.bets[BET].segment)


def release_of(world: World) -> int:
    """Give the month of the release: two months after the duty has come."""
    return min(ceil(world.pack.months_to_duty()) + 2, world.pack.kano.months)


def price_of(world: World, recruiting: str, size: int) -> float:
    """Give the mean price of interviews, in k EUR: the forum answers for nothing, a segment has to be searched for."""
    if recruiting == "forum":
        return 0.0
    calls = size / world.pack.channels["market"][recruiting] if recruiting in world.pack.segments else 0.0
    return size * world.pack.survey.price + calls * CALL


def waiting_of(world: World, month: float) -> float:
    """Give what it costs to wait for some months, in k EUR."""
    sprints = month * 365.25 / 12 / (7 * world.pack.company.sprint_weeks)
    delay = world.pack.bets[BET].delay
    return float(sprints * delay.cost_of_delay) if delay.kind == "constant" else 0.0


def broken_of(world: World) -> float:
    """Give what a call costs that does not hold: one Sprint of building, in k EUR."""
    bet = world.pack.bets[BET]
    return bet.cost / bet.duration


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and the hints."""
    return {
        "sales": world.person("sales"),
        "group": world.words.say(f"segments.{group_of(world)}.name").lower(),
        "release": release_of(world),
        "duty": ceil(world.pack.months_to_duty()),
        "broken": broken_of(world),
        "study": STUDY,
        "waiting": waiting_of(world, 1),
        "count": len(world.pack.kano.attributes),
        "planned": planned_size(),
    }


def planned_size(first: float = 0.40, second: float = 0.25, power_z: float = 0.8416) -> int:
    """Give the answers that tell two shares apart in four of five surveys by the honest test, on the slider's steps."""
    size = (1.645 + power_z) ** 2 * (first + second) / (first - second) ** 2
    return min(max(round(size / STEP) * STEP, SMALLEST), LARGEST)


# ---------------------------------------------------------------------------- the board


def board(world: World, words: Words) -> CardBoard:
    """Make the board: the survey's set-up above, the attributes below."""
    return CardBoard(
        columns=_columns(world, words, None),
        cards=_cards(world, words, None),
        controls=_controls(world, words),
        pool="pool",
    )


def _controls(world: World, words: Words) -> list[dict[str, Any]]:
    example = next(k for k, a in world.pack.kano.attributes.items() if a.outcome in world.pack.bets[BET].outcomes)
    places = {name: world.words.say(f"channels.{name}") for name in CHANNELS}
    places[group_of(world)] = words.say("board.only", group=facts(world)["group"])
    return [
        _choice(
            words, "recruiting", {name: (label, _price_note(world, words, name)) for name, label in places.items()}
        ),
        _choice(
            words,
            "wording",
            {
                name: (
                    world.words.say(f"kano.wordings.{name}"),
                    world.words.say(f"kano.attributes.{example}.absent.{name}"),
                )
                for name in world.pack.kano.wordings
            },
        ),
        _slider(words, "size", SMALLEST, LARGEST, STEP, None),
        {**_slider(words, "month", 0, world.pack.kano.months, 1, 0), "pattern": words.say("board.month_pattern")},
        _choice(
            words,
            "reading",
            {name: (words.say(f"readings.{name}"), words.say(f"reading_notes.{name}")) for name in READINGS},
        ),
    ]


def _price_note(world: World, words: Words, recruiting: str) -> str:
    price = price_of(world, recruiting, 100)
    return words.say("board.price", price=price) if price else words.say("board.free")


def _choice(words: Words, name: str, options: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "choice",
        "label": words.say(f"board.{name}"),
        "options": [{"id": key, "label": label, "note": note} for key, (label, note) in options.items()],
        "default": None,
    }


def _slider(words: Words, name: str, low: int, high: int, step: int, default: int | None) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "slider",
        "label": words.say(f"board.{name}"),
        "note": words.say(f"board.{name}_note"),
        "min": low,
        "max": high,
        "step": step,
        "default": default,
    }


def _columns(world: World, words: Words, setup: Setup | None) -> list[dict[str, Any]]:
    columns = [{"id": "pool", "label": words.say("board.pool"), "note": _field_report(world, words, setup)}]
    for name in (*CLASSES, OPEN):
        columns.append({"id": name, "label": words.say(f"board.{name}"), "note": words.say(f"board.{name}_note")})
    return columns


def _field_report(world: World, words: Words, setup: Setup | None) -> str:
    """Say what the survey costs and who answered it."""
    if setup is None:
        return words.say("board.no_survey")
    heads, counted = _heads(world, setup), _survey(world, setup)[0]
    who = [
        words.say("board.who", count=n, group=world.words.say(f"segments.{name}.name").lower())
        for name, n in sorted(heads.items(), key=lambda item: -item[1])
        if n
    ]
    cost = paid_of(world, setup)[0] + waiting_of(world, setup.month)
    return words.say("board.report", cost=cost, who=who, questionable=float(counted[:, 5].sum() / counted.sum()))


def _cards(world: World, words: Words, setup: Setup | None) -> list[dict[str, Any]]:
    """Make the cards: what an attribute is, and once there is a survey, what it says."""
    cards = []
    surveyed = _survey(world, setup)[0] if setup else None
    for i, key in enumerate(world.pack.kano.attributes):
        card = {"id": key, "label": world.words.say(f"kano.attributes.{key}.name")}
        if setup is None or surveyed is None:
            card["note"] = world.words.say(f"kano.attributes.{key}.line")
        else:
            card["note"] = _card_note(words, surveyed[i], setup.reading)
        cards.append(card)
    return cards


def _card_note(words: Words, counted: NDArray[np.int64], reading: str) -> str:
    from qspo_lab.methods.kano import better_worse
    from qspo_lab.methods.kano_calls import leads

    found = sorted(zip(LETTERS, counted.tolist(), strict=True), key=lambda pair: -pair[1])
    counts = " · ".join(f"{letter}\u00a0{count}" for letter, count in found[:SHOWN] if count)
    if not reading:
        return counts
    lead, honest, fong = (float(x) for x in leads(counted))
    better, worse = (float(x) for x in better_worse(counted))
    detail = words.say(f"board.{reading}", lead=lead, honest=ceil(honest), fong=ceil(fong), better=better, worse=worse)
    return f"{counts}. {detail}: {words.say(f'board.called_{_name(_read(counted, reading))}')}"


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Run the chosen survey and show what it says; the reading is shown once one is chosen."""
    setup = _setup(world, answer, complete=False)
    words = _words(world)
    return {"columns": _columns(world, words, setup), "cards": _cards(world, words, setup)}


def _words(world: World) -> Words:
    return EXERCISE.words().in_case(world.words)


# ---------------------------------------------------------------------------- reading an answer


def _settings(answer: Answer) -> Mapping[str, Any]:
    settings = answer.get("settings")
    return settings if isinstance(settings, Mapping) else {}


def _parts(world: World, answer: Answer) -> dict[str, Any]:
    """Read each part of the set-up; None where it is not chosen or cannot be."""
    settings = _settings(answer)
    allowed = {
        "recruiting": (*CHANNELS, group_of(world)),
        "wording": tuple(world.pack.kano.wordings),
        "reading": READINGS,
    }
    parts: dict[str, Any] = {}
    for name, names in allowed.items():
        chosen = settings.get(name)
        parts[name] = chosen if isinstance(chosen, str) and chosen in names else None
    for name, low, high in (("size", SMALLEST, LARGEST), ("month", 0, world.pack.kano.months)):
        number = settings.get(name)
        parts[name] = None
        if isinstance(number, (int, float)) and not isinstance(number, bool) and low <= number <= high:
            parts[name] = int(number)
    return parts


def _setup(world: World, answer: Answer, complete: bool = True) -> Setup | None:
    """Read the set-up, or None while a part is missing; the reading may be missing unless it is to be complete."""
    parts = _parts(world, answer)
    parts["month"] = parts["month"] or 0
    if not complete:
        parts["reading"] = parts["reading"] or ""
    return None if None in parts.values() else Setup(**parts)


def calls_of(world: World, answer: Answer) -> dict[str, str]:
    """Read the class called for each attribute; undecided ones are left out."""
    columns = answer.get("columns")
    called = {}
    for name in (*CLASSES, OPEN):
        cards = columns.get(name) if isinstance(columns, Mapping) else None
        for key in cards if isinstance(cards, list) else []:
            if isinstance(key, str) and key in world.pack.kano.attributes:
                called[key] = name
    return called


def _place(name: str) -> int:
    return -1 if name == OPEN else CLASSES.index(name)


def _name(place: int) -> str:
    return OPEN if place < 0 else CLASSES[place]


# ---------------------------------------------------------------------------- survey, truth and cost


def _order() -> list[int]:
    """Give the places that bring the sample's classes into the order of `qspo_lab.methods.kano.CATEGORIES`."""
    from qspo_lab.methods.kano import CATEGORIES
    from qspo_lab.samples import kano_survey

    return [kano_survey.CLASSES.index(name) for name in CATEGORIES]


@lru_cache(maxsize=64)
def _survey(world: World, setup: Setup) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ask people: counts by attribute and class, those of the group alone, and respondents by segment."""
    import numpy as np

    from qspo_lab.methods.kano import classify, counts

    found = world.kano_survey(setup.size, setup.recruiting, setup.month, setup.wording)
    classes = classify(found.present, found.absent)
    own = found.segment == found.segments.index(group_of(world))
    return counts(classes), counts(classes[own]), np.bincount(found.segment, minlength=len(found.segments))


def _heads(world: World, setup: Setup) -> dict[str, int]:
    return dict(zip(world.pack.segments, _survey(world, setup)[2].tolist(), strict=True))


@lru_cache(maxsize=16)
def _surveys(world: World, setup: Setup) -> NDArray[np.int64]:
    """Give the counts of 2,000 surveys of the same set-up: shape ``(draws, attributes, categories)``."""
    from qspo_lab.samples.kano_survey import make_kano_counts

    rng = world.rng("kano field study: surveys")
    drawn = make_kano_counts(rng, world.pack, setup.size, setup.recruiting, DRAWS, setup.month, setup.wording)
    return drawn.sum(axis=1)[..., _order()]


def _read(counted: Any, reading: str) -> Any:
    from qspo_lab.methods.kano_calls import call_classes

    return call_classes(counted, reading)  # type: ignore[arg-type]


def true_classes(world: World, month: float) -> NDArray[np.float64]:
    """Give the true share of each class (hidden): shape ``(segments, attributes, categories)``."""
    from qspo_lab.samples.kano_survey import true_mix

    return true_mix(world.pack, month)[..., _order()]


def truth_of(world: World) -> NDArray[np.int64]:
    """Give the class that most people of the group hold in the month of the release (hidden)."""
    group = list(world.pack.segments).index(group_of(world))
    return true_classes(world, release_of(world))[group].argmax(axis=-1)


def paid_of(world: World, setup: Setup) -> tuple[float, NDArray[np.float64]]:
    """Give the price of the interviews, in k EUR: in this world, and in 2,000 others.

    Whoever searches for a segment calls households until enough of it are found, and that is luck. More people found
    take more calls, the first ones the same.
    """
    import numpy as np

    mean = price_of(world, setup.recruiting, setup.size)
    if setup.recruiting not in world.pack.segments:
        return mean, np.full(DRAWS, mean)
    share = world.pack.channels["market"][setup.recruiting]
    here = world.rng("kano field study: calls").geometric(share, LARGEST)[: setup.size].sum()
    draws = world.rng("kano field study: calls elsewhere").negative_binomial(setup.size, share, DRAWS) + setup.size
    interviews = setup.size * world.pack.survey.price
    return float(interviews + CALL * here), np.add(interviews, CALL * draws, dtype=np.float64)


def cost_of(world: World, called: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give what broken and open calls cost, in k EUR; attributes on the last axis."""
    broken = ((called >= 0) & (called != truth_of(world))).sum(axis=-1)
    return broken_of(world) * broken + STUDY * (called < 0).sum(axis=-1)


def _by_the_same_rule(world: World, setup: Setup, reading: str, mine: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the calls in 2,000 surveys: what the learner took from the reading follows it, what departs stays."""
    import numpy as np

    departs = mine != _read(_survey(world, setup)[0], setup.reading)
    return np.where(departs, mine, _read(_surveys(world, setup), reading))


def _mine(world: World, called: Mapping[str, str]) -> NDArray[np.int64]:
    import numpy as np

    return np.array([_place(called[key]) for key in world.pack.kano.attributes])


def evaluate(world: World, answer: Answer) -> Result:
    """Say what set-up and calls cost: in this world, and over 2,000 surveys read by the same rule."""
    called, parts = calls_of(world, answer), _parts(world, answer)
    attributes = world.pack.kano.attributes
    month = parts.pop("month") or 0
    if not called and not month and all(part is None for part in parts.values()):
        return Result(status="untouched")
    missing = [name for name, part in parts.items() if part is None]
    missing += ["undecided"] if len(called) < len(attributes) else []
    setup = _setup(world, answer)
    if missing or setup is None:
        numbers = {"count": len(attributes) - len(called), "total": len(attributes)}
        return Result(status="incomplete", missing=tuple(missing), numbers=numbers)
    mine, (here, draws) = _mine(world, called), paid_of(world, setup)
    waiting = waiting_of(world, setup.month)
    held = ((mine >= 0) & (mine != truth_of(world))).sum() == 0
    return Result(
        status="complete",
        outcome=outcome_of(
            draws + waiting + cost_of(world, _by_the_same_rule(world, setup, setup.reading, mine)),
            here + waiting + float(cost_of(world, mine)),
            "lower",
        ),
        success=bool(held) if (mine >= 0).any() else None,
        numbers=_numbers(world, setup, called),
    )


def _numbers(world: World, setup: Setup, called: Mapping[str, str]) -> dict[str, Any]:
    """Gather what may be seen before the reveal: the learner's own survey and calls, and nothing of the truth."""
    from qspo_lab.methods.kano_calls import leads

    counted, own, _ = _survey(world, setup)
    heads = _heads(world, setup)
    lead, honest, fong = leads(counted)
    read = _read(counted, setup.reading)
    rows = [
        {
            "attribute": key,
            "name": world.words.say(f"kano.attributes.{key}.name"),
            "call": called[key],
            "read": _name(int(read[i])),
            "counts": counted[i].tolist(),
            "own": own[i].tolist(),
            "lead": float(lead[i]),
            "honest": float(honest[i]),
            "fong": float(fong[i]),
            "duty": any(drift.with_duty for drift in attribute.drift),
        }
        for i, (key, attribute) in enumerate(world.pack.kano.attributes.items())
    ]
    group = group_of(world)
    other = max((name for name in heads if name != group), key=lambda name: heads[name])
    names = {name: world.words.say(f"segments.{name}.name").lower() for name in (group, other)}
    return {
        "rows": rows,
        "group": names[group],
        "targeted": setup.recruiting == group,
        "channel": setup.recruiting,
        "wording": setup.wording,
        "wording_name": world.words.say(f"kano.wordings.{setup.wording}").lower(),
        "reading": setup.reading,
        "size": setup.size,
        "month": setup.month,
        "own": heads[group],
        "other": names[other],
        "others": heads[other],
        "price": paid_of(world, setup)[0],
        "waiting": waiting_of(world, setup.month),
        "broken": broken_of(world),
        "study": STUDY,
        "duty": ceil(world.pack.months_to_duty()),
        "release": release_of(world),
        "class_names": {name: world.words.say(f"kano.classes.{name}") for name in CLASSES},
    }


# ---------------------------------------------------------------------------- what to say about it


def _called(numbers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in numbers["rows"] if row["call"] != OPEN]


def _tested(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the calls that name the most frequent class where it leads by more than chance makes."""
    from qspo_lab.methods.kano_calls import call_classes

    return [row for row in rows if _name(int(call_classes(row["counts"], "honest_test"))) == row["call"]]


def explain(result: Result) -> Sequence[Finding]:
    """Say what the calls rest on: whom, how many, which words, which lead, which month."""
    n = result.numbers
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", name, n) for name in result.missing]
    called, rows = _called(n), n["rows"]
    left_open = len(rows) - len(called)
    plain = {
        name: n[name] for name in ("size", "own", "others", "price", "waiting", "broken", "study", "duty", "release")
    }
    plain |= {"group": n["group"], "other": n["other"], "total": len(rows), "called": len(called), "open": left_open}
    tested = _tested(called)
    findings = [Finding("consequence", "consequence", {**plain, "tested": len(tested)})]
    findings += _people(n, called, plain)
    findings += _leads_of_chance(n, called)
    if n["wording"] == "double_negative":
        findings.append(Finding("misconception", "double_negative", _faults(n)))
    elif n["wording"] != "plain":
        findings.append(Finding("misconception", "data_sheet", _faults(n)))
    today = [row for row in called if row["duty"] and row["call"] != "must_be"]
    if today:
        row = today[0]
        values = {**plain, "attribute": row["name"], "call": n["class_names"][row["call"]]}
        findings.append(Finding("misconception", "today", values))
    if n["month"]:
        late = n["month"] > n["release"]
        findings.append(Finding("misconception", "late" if late else "waited", {**plain, "month": n["month"]}))
    departs = [row["name"] for row in rows if row["call"] != row["read"]]
    if departs:
        findings.append(Finding("for_review", "departs", {"count": len(departs), "attributes": departs}))
    if left_open:
        findings.append(Finding("trade_off", "open", {**plain, "cost": left_open * n["study"]}))
    if n["targeted"] and n["wording"] == "plain" and len(tested) >= len(called) - len(departs) and called:
        findings.append(Finding("strength", "strength", {**plain, "tested": len(tested)}))
    return findings


def _people(n: Mapping[str, Any], called: Sequence[Mapping[str, Any]], plain: Mapping[str, Any]) -> list[Finding]:
    """Argue from the screening question: whose answers these are, and what those of the group say."""
    if n["targeted"]:
        return []
    if n["channel"] == "forum":
        return [Finding("misconception", "forum", plain)]
    hidden = [row for row in called if sum(row["own"]) and _top(row["own"]) not in (row["call"], "questionable")]
    if not hidden:
        return [Finding("misconception", "mixed", plain)]
    row = max(hidden, key=lambda r: max(r["own"]) - r["own"][CLASSES.index(r["call"])])
    theirs = _top(row["own"])
    values = {
        **plain,
        "attribute": row["name"],
        "call": n["class_names"][row["call"]],
        "theirs": n["class_names"][theirs],
        "count": max(row["own"]),
    }
    return [Finding("misconception", "one_class", values)]


def _top(counted: Sequence[int]) -> str:
    return (*CLASSES, "questionable")[list(counted).index(max(counted))]


def _leads_of_chance(n: Mapping[str, Any], called: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Name the calls that rest on a lead which chance makes, by the reading that let them through."""
    from qspo_lab.methods.kano import fong_error_rate

    weak = [row for row in called if row["call"] == row["read"] and row["lead"] < row["honest"]]
    findings = []
    if n["reading"] == "better_worse":
        lost = sum(row["counts"][4] + row["counts"][5] for row in n["rows"])
        findings.append(Finding("for_review", "better_worse", {"lost": lost, "size": n["size"]}))
    elif n["reading"] == "fong":
        values = {
            "count": len(weak),
            "attributes": [row["name"] for row in weak],
            "size": n["size"],
            "error": fong_error_rate(n["size"], 0.4),
        }
        findings.append(Finding("misconception" if weak else "for_review", "fong" if weak else "fong_held", values))
    elif weak:
        row = min(weak, key=lambda r: r["lead"] / r["honest"])
        z = 1.645 * row["lead"] / row["honest"]
        values = {
            "count": len(weak),
            "called": len(called),
            "attribute": row["name"],
            "lead": row["lead"],
            "size": n["size"],
            "chance": erfc(z / sqrt(2)),
        }
        findings.append(Finding("misconception", "one_vote", values))
    return findings


def _faults(n: Mapping[str, Any]) -> dict[str, Any]:
    """Give how many answers contradict themselves, and on which attribute most."""
    row = max(n["rows"], key=lambda r: r["counts"][5])
    answers = n["size"] * len(n["rows"])
    return {
        "questionable": sum(r["counts"][5] for r in n["rows"]),
        "answers": answers,
        "attribute": row["name"],
        "most": row["counts"][5],
        "size": n["size"],
    }


def figure(result: Result, words: Words) -> Figure:
    """Draw how far the most frequent class leads, and how far two readings ask it to lead."""
    n = result.numbers
    called = _called(n)
    labels = [f"{row['name']} ({words.say('board.called_' + row['call'])})" for row in n["rows"]]
    values = {"tested": len(_tested(called)), "called": len(called), "total": len(n["rows"]), "size": n["size"]}
    return dots(
        title=words.say("figure.title" if called else "figure.none_called", **values),
        description=words.say("figure.description", **values),
        labels=labels,
        sets=[
            Dots(words.say("figure.lead"), [row["lead"] for row in n["rows"]], role="you"),
            Dots(words.say("figure.honest"), [row["honest"] for row in n["rows"]], role="reference"),
            Dots(words.say("figure.fong"), [row["fong"] for row in n["rows"]], role="other"),
        ],
        axis=Axis(words.say("figure.axis"), lambda value: words.format(value, "number"), low=0),
        item=words.say("figure.item"),
    )


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show the true classes, their drift, what each segment holds, and what other readings would have cost."""
    setup, called = _setup(world, answer), calls_of(world, answer)
    if setup is None or len(called) < len(world.pack.kano.attributes):
        return Reveal()
    mine = _mine(world, called)
    return Reveal(
        findings=tuple(_truth_findings(world, result, mine)),
        tables=(
            _drift_table(world, words, called),
            _segment_table(world, words),
            _readings_table(world, words, setup, mine),
        ),
        figure=_confusion(world, words, setup, mine),
    )


def _truth_findings(world: World, result: Result, mine: NDArray[np.int64]) -> list[Finding]:
    """Say which calls hold and what has drifted."""
    truth, names = truth_of(world), [row["name"] for row in result.numbers["rows"]]
    said = mine >= 0
    broken = [name for name, off in zip(names, said & (mine != truth), strict=True) if off]
    values: dict[str, Any] = {"held": int((said & (mine == truth)).sum()), "called": int(said.sum())}
    values |= {"release": release_of(world), "cost": result.outcome.realised if result.outcome else None}
    findings = [Finding("consequence", "held", values)]
    if broken:
        cost = broken_of(world) * len(broken)
        findings.append(Finding("consequence", "broken", {"attributes": broken, "cost": cost}))
    group = list(world.pack.segments).index(group_of(world))
    today = true_classes(world, 0)[group].argmax(axis=-1)
    for name, before, after in zip(names, today, truth, strict=True):
        if before != after:
            texts = {"attribute": name, "release": release_of(world)}
            texts |= {"before": world.words.say(f"kano.classes.{CLASSES[before]}")}
            texts |= {"after": world.words.say(f"kano.classes.{CLASSES[after]}")}
            findings.append(Finding("for_review", "drifted", texts))
    return findings


def _with_share(world: World, words: Words, shares: NDArray[np.float64]) -> str:
    """Write the class most people hold, with its share."""
    place = int(shares.argmax())
    return f"{world.words.say(f'kano.classes.{CLASSES[place]}')}, {words.format(float(shares[place]), 'percent')}"


def _drift_table(world: World, words: Words, called: Mapping[str, str]) -> Table:
    group, months = list(world.pack.segments).index(group_of(world)), (0, release_of(world), world.pack.kano.months)
    mixes = [true_classes(world, month)[group] for month in months]
    rows = tuple(
        (
            world.words.say(f"kano.attributes.{key}.name"),
            words.say(f"board.called_{called[key]}"),
            *(_with_share(world, words, mix[i]) for mix in mixes),
        )
        for i, key in enumerate(world.pack.kano.attributes)
    )
    columns = (
        words.say("reveal.attribute"),
        words.say("reveal.you"),
        words.say("reveal.today"),
        *(words.say("reveal.month", month=month) for month in months[1:]),
    )
    return Table(words.say("reveal.drift", group=facts(world)["group"]), columns, rows)


def _segment_table(world: World, words: Words) -> Table:
    mix = true_classes(world, release_of(world))
    rows = tuple(
        (
            world.words.say(f"kano.attributes.{key}.name"),
            *(_with_share(world, words, mix[place, i]) for place in range(len(world.pack.segments))),
        )
        for i, key in enumerate(world.pack.kano.attributes)
    )
    names = tuple(world.words.say(f"segments.{name}.name") for name in world.pack.segments)
    title = words.say("reveal.segments", month=release_of(world))
    return Table(title, (words.say("reveal.attribute"), *names), rows)


def _readings_table(world: World, words: Words, setup: Setup, mine: NDArray[np.int64]) -> Table:
    """Set the four readings of the same survey side by side, the learner's departures kept."""
    truth, rows = truth_of(world), []
    fixed = price_of(world, setup.recruiting, setup.size) + waiting_of(world, setup.month)
    for reading in READINGS:
        calls = _by_the_same_rule(world, setup, reading, mine)
        broken = ((calls >= 0) & (calls != truth)).sum(axis=-1).mean()
        numbers = (float(broken), float((calls < 0).sum(axis=-1).mean()))
        cost = words.format(float(fixed + cost_of(world, calls).mean()), "money")
        rows.append((words.say(f"readings.{reading}"), *(words.format(x, "number2") for x in numbers), cost))
    return Table(
        words.say("reveal.readings", draws=DRAWS),
        tuple(words.raw("reveal.reading_columns")),
        tuple(rows),
        (1, 2, 3),
        READINGS.index(setup.reading),
    )


def _confusion(world: World, words: Words, setup: Setup, mine: NDArray[np.int64]) -> Figure:
    """Draw which class was called which, on average over 2,000 surveys by the same rule."""
    calls, truth = _by_the_same_rule(world, setup, setup.reading, mine), truth_of(world)
    places = (*range(len(CLASSES)), -1)
    held = [row for row in range(len(CLASSES)) if (truth == row).any()]
    values = [[float((calls[:, truth == row] == place).sum(axis=1).mean()) for place in places] for row in held]
    right = float((calls == truth).sum(axis=1).mean())
    return grid(
        title=words.say("reveal.confusion", right=right, total=len(mine)),
        description=words.say("reveal.confusion_description", draws=DRAWS),
        values=values,
        row_labels=[world.words.say(f"kano.classes.{CLASSES[row]}") for row in held],
        column_labels=[words.say(f"board.called_{_name(place)}") for place in places],
        row_axis=words.say("reveal.is", month=release_of(world)),
        column_axis=words.say("reveal.called"),
        write=lambda value: words.format(value, "number1"),
        outlined=[(i, row) for i, row in enumerate(held)],
    )


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings: a set-up each, its reading taken, and what the law changes."""
    group, size = group_of(world), planned_size()
    good = Setup(group, "plain", size, 0, "honest_test")

    def answer(mind_the_law: bool = True, **changes: Any) -> Answer:
        setup = Setup(**{**vars(good), **changes})
        read = _read(_survey(world, setup)[0], setup.reading)
        columns: dict[str, list[str]] = {name: [] for name in ("pool", *CLASSES, OPEN)}
        for place, (key, attribute) in zip(read, world.pack.kano.attributes.items(), strict=True):
            by_law = mind_the_law and any(drift.with_duty for drift in attribute.drift)
            columns["must_be" if by_law else _name(int(place))].append(key)
        return {"columns": columns, "options": {}, "settings": dict(vars(setup))}

    return {
        "reference": answer(),
        "ask_the_forum": answer(recruiting="forum", size=LARGEST),
        "one_class_for_all": answer(recruiting="market"),
        "one_vote": answer(size=SMALLEST, reading="most_frequent"),
        "clever_wording": answer(wording="double_negative"),
        "data_sheet_wording": answer(wording="feature_list"),
        "todays_class": answer(mind_the_law=False, reading="better_worse"),
        "wait_for_the_law": answer(mind_the_law=False, month=release_of(world)),
    }


EXERCISE = Exercise(
    key="kano_field_study",
    source=__file__,
    outcome="LO5",
    terms=("kano_model",),
    minutes=35,
    measure="money",
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
