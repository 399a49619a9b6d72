"""Bets on a line: the order of six bets, a gate per bet, and the certainty with which windows are promised.

Waiting costs are summed as in Reinertsen (2009); for constant costs Smith's rule (1956), cost of delay by duration, is
best, and it fails at a fixed date. Gates are two-stage decisions (Raiffa and Schlaifer, 1961). Windows come from
resampled throughput (Magennis; Vacanti). Which bets succeed, what their gates would say and how fast the teams will be
is hidden; a learner's own finish dates can take the place of the case's history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Refused, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Figure, Mark, histogram
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.card_board import CardBoard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qspo_lab.methods.sequencing import Item

HORIZONS = ("now", "next", "later")
LEVELS = {"p50": 0.5, "p85": 0.85, "p95": 0.95}
GOOD_RANK = 0.1
"""The confidence is about belonging to this best share of all orders."""
OWN_ITEMS = 30
"""Size of the piece of work for which a learner's own pace is forecast."""
LONGEST = 520
"""Weeks that a future may take."""


def board(world: World, words: Words) -> CardBoard:
    """Make the board: now, next, later, a gate per bet with a test, the level, and a file of the learner's own."""
    bets: Mapping[str, Any] = world.pack.bets
    return CardBoard(
        columns=[{"id": name, "label": words.say(f"board.{name}")} for name in ("pool", *HORIZONS)],
        cards=[
            {
                "id": key,
                "label": world.words.say(f"bets.{key}.name"),
                "note": words.say("board.note", p=bet.probability, payoff=bet.payoff, cost=bet.cost)
                + " "
                + words.say(f"board.{bet.delay.kind}", **bet.delay.model_dump(exclude={"kind"})),
                "meta": words.say("board.sprints", duration=bet.duration),
            }
            for key, bet in bets.items()
        ],
        options=[
            {
                "id": f"gate_{key}",
                "kind": "toggle",
                "label": words.say("board.gate", price=bet.test.cost),
                "default": False,
                "cards": [key],
                "columns": list(HORIZONS),
            }
            for key, bet in bets.items()
            if bet.test
        ],
        pool="pool",
        sorted=True,
        controls=_controls(words, None),
    )


def _controls(words: Words, own: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the controls; the file's note says which history is in use."""
    note = words.say("board.history_note")
    if own:
        daily = own["daily"]
        values = {"count": sum(daily), "active": sum(n > 0 for n in daily), "days": len(daily)}
        note = words.say("board.history_used", file=own["name"], column=own["column"], **values)
    return [
        {
            "id": "level",
            "kind": "choice",
            "label": words.say("board.level"),
            "options": [
                {"id": name, "label": words.say("board.level_option", level=level)} for name, level in LEVELS.items()
            ],
            "default": None,
        },
        {
            "id": "history",
            "kind": "file",
            "label": words.say("board.history"),
            "note": note,
            "accept": ".csv,text/csv",
        },
    ]


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Say which history the windows come from."""
    own = settings_of(answer).get("history") if history_of(answer) else None
    return {"controls": _controls(EXERCISE.words(), own)}


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and of the half-worked hint: the two bets that differ most in urgency."""
    from qspo_lab.methods.sequencing import cost_of_delay_per_duration

    bets: Mapping[str, Any] = world.pack.bets
    urgency = {
        key: cost_of_delay_per_duration(bet.delay.cost_of_delay, bet.duration) or 0.0
        for key, bet in bets.items()
        if bet.delay.kind == "constant"
    }
    hurried, patient = max(urgency, key=lambda key: urgency[key]), min(urgency, key=lambda key: urgency[key])
    return {
        "ceo": world.person("ceo"),
        "count": len(bets),
        "hurried": world.words.say(f"bets.{hurried}.name"),
        "patient": world.words.say(f"bets.{patient}.name"),
        "hurried_costs": bets[patient].duration * bets[hurried].delay.cost_of_delay,
        "patient_costs": bets[hurried].duration * bets[patient].delay.cost_of_delay,
    }


# ---------------------------------------------------------------------------- reading an answer


def order_of(world: World, answer: Answer) -> list[str]:
    """Read the order: now, then next, then later."""
    columns = answer.get("columns")
    found: list[str] = []
    for name in HORIZONS:
        cards = columns.get(name) if isinstance(columns, Mapping) else None
        for key in cards if isinstance(cards, list) else []:
            if isinstance(key, str) and key in world.pack.bets and key not in found:
                found.append(key)
    return found


def gates_of(world: World, answer: Answer) -> set[str]:
    """Read which bets have a gate."""
    options = answer.get("options")
    found = set()
    for key, bet in world.pack.bets.items():
        own = options.get(key) if isinstance(options, Mapping) else None
        if bet.test and isinstance(own, Mapping) and own.get(f"gate_{key}") is True:
            found.add(key)
    return found


def settings_of(answer: Answer) -> Mapping[str, Any]:
    """Read level and own history."""
    settings = answer.get("settings")
    return settings if isinstance(settings, Mapping) else {}


def history_of(answer: Answer) -> tuple[str, tuple[int, ...]] | None:
    """Read the learner's own history: file name and items finished on each day; None if there is none."""
    own = settings_of(answer).get("history")
    if not isinstance(own, Mapping) or not isinstance(own.get("daily"), list):
        return None
    daily = own["daily"]
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 10**6 for n in daily):
        return None
    if sum(n > 0 for n in daily) < 5 or len(daily) > 20_000:
        return None
    return str(own.get("name", "")), tuple(daily)


def read_file(world: World, answer: Answer, control: str, name: str, content: bytes) -> Answer:
    """Take in a CSV with a column of finish dates; refuse anything else and change nothing."""
    from qspo_lab.importing.finish_dates import CannotRead, read_finish_dates
    from qspo_lab.methods.forecasting import cannot_say, throughput

    try:
        read = read_finish_dates(content)
    except CannotRead as error:
        raise Refused(error.name, file=name, **error.values) from None
    daily = [int(n) for n in throughput(read.dates)]
    if cannot_say(daily) is not None:
        raise Refused("too_little_history", file=name, count=len(read.dates), active=sum(n > 0 for n in daily))
    if _weeks_needed(sum(bet.items for bet in world.pack.bets.values()), sum(daily) / len(daily) * 7) > LONGEST:
        raise Refused("too_slow", file=name, count=len(read.dates), days=len(daily))
    history = {"name": name, "column": read.column, "daily": daily, "skipped": read.skipped}
    return {**answer, "settings": {**settings_of(answer), "history": history}}


# ---------------------------------------------------------------------------- calculation


def _items(world: World) -> list[Item]:
    from qspo_lab.methods.sequencing import Delay, Item

    items = []
    for key, bet in world.pack.bets.items():
        delay = bet.delay
        if delay.kind == "fixed_date":
            items.append(Item(key, bet.duration, Delay("fixed_date", date=delay.deadline, loss=delay.loss)))
        else:
            items.append(Item(key, bet.duration, Delay("constant", cost_of_delay=delay.cost_of_delay)))
    return items


def gate_gain(bet: Any) -> float:
    """Give what the option to stop after a test adds to building for certain, in k EUR on average."""
    from qspo_lab.methods.information import bet_value, staged_value

    test = bet.test
    staged = staged_value(bet.probability, bet.payoff, bet.cost, test.cost, test.sensitivity, test.specificity)
    return staged - bet_value(bet.probability, bet.payoff, bet.cost)


def stops(bet: Any) -> bool:
    """Say whether a bad result makes stopping the better choice."""
    from qspo_lab.methods.information import bet_value, read_test

    after = read_test(bet.probability, bet.test.sensitivity, bet.test.specificity).good_if_negative
    return bet_value(after, bet.payoff, bet.cost) < 0


def _weeks_needed(items: int, pace: float) -> int:
    return int(3 * items / pace) + 12 if pace > 0 else LONGEST + 1


@lru_cache(maxsize=8)
def _paces(world: World, daily: tuple[int, ...] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw items finished by the end of each week: what the history suggests, and what will come.

    With the learner's own history both are drawn from it, for nothing else is known.
    """
    import numpy as np

    from qspo_lab.samples.throughput import make_throughput

    total = sum(bet.items for bet in world.pack.bets.values())
    rng = world.rng("bets on a line: forecast")
    if daily is None:
        weekly = world.throughput.weekly
        weeks = _weeks_needed(total, float(weekly.mean()))
        seen = rng.choice(weekly, (DRAWS, weeks))
        coming = make_throughput(world.rng("bets on a line: futures"), world.pack, weeks, DRAWS).weekly
    else:
        weeks = min(LONGEST, _weeks_needed(total, sum(daily) / len(daily) * 7))
        seen, coming = (
            source.choice(np.array(daily), (DRAWS, weeks, 7)).sum(axis=-1)
            for source in (rng, world.rng("bets on a line: own futures"))
        )
    return seen.cumsum(axis=1), coming.cumsum(axis=1)


def _finishes(finished: NDArray[np.int64], sizes: Any) -> NDArray[np.float64]:
    """Give the week in which each cumulated size is done: sizes of shape (bets,) or (draws, bets)."""
    import numpy as np

    needed = np.broadcast_to(np.cumsum(np.asarray(sizes), axis=-1), (len(finished), np.shape(sizes)[-1]))
    weeks = [(finished < needed[:, [i]]).sum(axis=1) + 1.0 for i in range(needed.shape[1])]
    return np.where(needed > 0, np.stack(weeks, axis=1), 0.0)


def cost_of_futures(world: World, order: Sequence[str], gates: set[str], finished: Any, fate: Any) -> Any:
    """Give the cost of waiting, less what gates save, for each future.

    Parameters
    ----------
    world
        The world.
    order
        Keys of all bets.
    gates
        Keys of bets with a gate. A bet whose gate says "bad" is stopped if that is the better choice: it takes no
        time, its cost is saved and its pay-off lost.
    finished
        Items finished by the end of each week, shape (futures, weeks).
    fate
        Success and signals of the bets, shape (futures, bets).

    Returns
    -------
    numpy.ndarray
        k EUR per future.
    """
    import numpy as np

    bets: Mapping[str, Any] = world.pack.bets
    sprint = world.pack.company.sprint_weeks
    place = {key: i for i, key in enumerate(fate.keys)}
    stopped = np.zeros((len(finished), len(order)), dtype=bool)
    cost = np.zeros(len(finished))
    for i, key in enumerate(order):
        if key in gates:
            bet, success = bets[key], fate.success[:, place[key]]
            stopped[:, i] = ~fate.signal[:, place[key]] & stops(bet)
            cost += bet.test.cost - stopped[:, i] * (bet.cost - success * bet.payoff)
    sizes = np.array([bets[key].items for key in order]) * ~stopped
    ends = _finishes(finished, sizes) / sprint
    starts = np.concatenate([np.zeros((len(finished), 1)), ends[:, :-1]], axis=1)
    for i, key in enumerate(order):
        delay = bets[key].delay
        if delay.kind == "fixed_date":
            cost += delay.loss * (ends[:, i] > delay.deadline) * ~stopped[:, i]
        else:
            cost += delay.cost_of_delay * starts[:, i] * ~stopped[:, i]
    return cost


def evaluate(world: World, answer: Answer) -> Result:
    """Cost the order: as planned against all orders, and over 2,000 futures of pace, success and gates."""
    import numpy as np

    from qspo_lab.methods.forecasting import forecast
    from qspo_lab.methods.sequencing import rank_of_order, swap_cost
    from qspo_lab.samples.bets import Bets, make_bets

    bets: Mapping[str, Any] = world.pack.bets
    order, level = order_of(world, answer), settings_of(answer).get("level")
    own = history_of(answer)
    if not order and level is None and own is None:
        return Result(status="untouched")
    missing = [] if len(order) == len(bets) else ["order"]
    missing += [] if isinstance(level, str) and level in LEVELS else ["level"]
    if missing:
        return Result(status="incomplete", missing=tuple(missing), numbers={"left": len(bets) - len(order)})
    gates = gates_of(world, answer)
    items, keys = _items(world), list(bets)
    positions = [keys.index(key) for key in order]
    rank = rank_of_order(items, positions)
    seen, coming = _paces(world, own[1] if own else None)
    fate = make_bets(world.rng("bets on a line: fates"), world.pack, DRAWS)
    draws = cost_of_futures(world, order, gates, coming, fate)
    swapped = cost_of_futures(world, [order[1], order[0], *order[2:]], gates, coming, fate)
    here = Bets(fate.keys, world.bets.success[None], world.bets.signal[None], fate.testable, fate.deadline)
    realised = float(cost_of_futures(world, order, gates, coming[:1], here)[0])
    sprint, sizes = world.pack.company.sprint_weeks, [bets[key].items for key in order]
    promised = np.quantile(_finishes(seen, sizes), LEVELS[str(level)], axis=0, method="higher")
    kept = _finishes(coming, sizes) <= promised
    planned_ends = np.cumsum([bets[key].duration for key in order])
    numbers: dict[str, Any] = {
        "orders": rank.orders,
        "planned": rank.cost,
        "best": rank.best,
        "rank": rank.rank,
        "cheaper": (rank.rank - 1) / rank.orders,
        "costs": _spread_of_orders(world),
        "level": LEVELS[str(level)],
        "kept": float(kept.mean()),
        "all_kept": float(kept.all(axis=1).mean()),
        "pace": float(coming[:, -1].mean() / coming.shape[1]),
        "swap": swap_cost(items, positions, positions[0], positions[1]),
        "swap_share": float((swapped > draws).mean()),
        "rows": [
            {
                "bet": key,
                "name": world.words.say(f"bets.{key}.name"),
                "gate": key in gates,
                "gain": gate_gain(bets[key]) if bets[key].test else None,
                "payoff": bets[key].payoff,
                "urgency": bets[key].delay.cost_of_delay / bets[key].duration
                if bets[key].delay.kind == "constant"
                else None,
                "deadline": bets[key].delay.deadline if bets[key].delay.kind == "fixed_date" else None,
                "loss": bets[key].delay.loss if bets[key].delay.kind == "fixed_date" else None,
                "planned_end": int(planned_ends[i]),
                "promised": int(promised[i]),
                "kept": float(kept[:, i].mean()),
                "items_until": int(sum(sizes[: i + 1])),
            }
            for i, key in enumerate(order)
        ],
        "sprint_weeks": sprint,
        "own": None,
    }
    if own:
        ahead = forecast(world.rng("bets on a line: own items"), own[1], OWN_ITEMS, 20_000)
        numbers["own"] = {"file": own[0], "items": OWN_ITEMS, "p50": ahead.p50, "p85": ahead.p85, "p95": ahead.p95}
    return Result(
        status="complete",
        outcome=outcome_of(draws, realised, "lower"),
        success=(rank.rank - 1) / rank.orders < GOOD_RANK,
        numbers=numbers,
    )


@lru_cache(maxsize=8)
def _spread_of_orders(world: World) -> dict[str, list[float]]:
    """Count the planned costs of all orders in twenty classes."""
    import numpy as np

    from qspo_lab.methods.sequencing import costs_of_all_orders

    counts, edges = np.histogram(costs_of_all_orders(_items(world)), 20)
    return {"counts": counts.tolist(), "edges": edges.tolist()}


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say what waiting costs, what the rule behind the order misses, and what the promise is worth."""
    n = result.numbers
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", name, {"left": n["left"]}) for name in result.missing]
    rows = n["rows"]
    findings = [
        Finding("consequence", "consequence", {name: n[name] for name in ("planned", "best", "orders", "cheaper")}),
        Finding("consequence", "promise", {name: n[name] for name in ("level", "kept", "all_kept")}),
        *_misconceptions(n, rows),
    ]
    wasted = [row for row in rows if row["gate"] and row["gain"] < 0]
    if wasted:
        cost = -sum(row["gain"] for row in wasted)
        findings.append(Finding("trade_off", "idle_gate", {"bets": [row["name"] for row in wasted], "cost": cost}))
    swap = {"first": rows[0]["name"], "second": rows[1]["name"], "cost": abs(n["swap"]), "share": n["swap_share"]}
    findings.append(Finding("trade_off", "swap_costs" if n["swap"] > 0 else "swap_saves", swap))
    if n["own"]:
        findings.append(Finding("for_review", "own_pace", n["own"]))
    for row in rows:
        if row["deadline"] is not None:
            needed = row["items_until"] / (row["deadline"] * n["sprint_weeks"])
            values = {"bet": row["name"], "needed": needed, "pace": n["pace"], "deadline": row["deadline"]}
            findings.append(Finding("for_review", "needed_pace", values))
            if row["planned_end"] <= row["deadline"]:
                values = {
                    "bet": row["name"],
                    "end": row["planned_end"],
                    "deadline": row["deadline"],
                    "loss": row["loss"],
                }
                findings.append(Finding("strength", "in_time", values))
    useful = [row for row in rows if row["gate"] and row["gain"] > 0]
    if useful:
        gain = sum(row["gain"] for row in useful)
        findings.append(Finding("strength", "useful_gates", {"bets": [row["name"] for row in useful], "gain": gain}))
    return findings


def _misconceptions(n: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    found = []
    above = n["planned"] - n["best"]
    payoffs = [row["payoff"] for row in rows]
    if payoffs == sorted(payoffs, reverse=True):
        found.append(Finding("misconception", "biggest_first", {"bet": rows[0]["name"], "above": above}))
    for row in rows:
        if row["deadline"] is not None and row["planned_end"] > row["deadline"]:
            values = {"bet": row["name"], "end": row["planned_end"], "deadline": row["deadline"], "loss": row["loss"]}
            found.append(Finding("misconception", "deadline_missed", values))
    most = max((row for row in rows if row["urgency"] is not None), key=lambda row: row["urgency"])
    first = rows[0]
    if first["urgency"] is not None and first["urgency"] < most["urgency"] / 4:
        values = {"bet": first["name"], "other": most["name"]}
        values |= {"urgency": first["urgency"], "other_urgency": most["urgency"], "above": above}
        found.append(Finding("misconception", "patient_first", values))
    useful = [row for row in rows if row["gain"] is not None and row["gain"] > 0]
    if useful and not any(row["gate"] for row in useful):
        gain = sum(row["gain"] for row in useful)
        found.append(Finding("misconception", "all_or_nothing", {"bets": [r["name"] for r in useful], "gain": gain}))
    if n["level"] == LEVELS["p50"]:
        found.append(Finding("misconception", "coin_flip", {"kept": n["kept"], "all_kept": n["all_kept"]}))
    return found


def figure(result: Result, words: Words) -> Figure:
    """Draw the planned cost of all orders, with the learner's and the best."""
    n = result.numbers
    money, count = (lambda value: words.format(value, "number")), (lambda value: words.format(value, "number"))
    name = "figure.best" if n["rank"] == 1 else "figure.title"
    return histogram(
        title=words.say(name, cheaper=n["cheaper"], orders=n["orders"], planned=n["planned"]),
        description=words.say("figure.description", planned=n["planned"], best=n["best"]),
        edges=n["costs"]["edges"],
        counts=n["costs"]["counts"],
        axis=Axis(words.say("figure.axis"), money),
        count_axis=Axis(words.say("figure.count_axis"), count),
        marks=[
            Mark(n["best"], words.say("figure.best_mark", best=n["best"]), "reference"),
            Mark(n["planned"], words.say("figure.your_mark", planned=n["planned"]), "you"),
        ],
    )


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show what comes of each bet here, and how the promised windows hold."""
    fate, keys = world.bets, list(world.pack.bets)
    rows = []
    for row in result.numbers["rows"]:
        i = keys.index(row["bet"])
        signal = "none" if row["gain"] is None else "good" if fate.signal[i] else "bad"
        rows.append(
            (
                row["name"],
                words.say(f"reveal.{'success' if fate.success[i] else 'failure'}"),
                words.say(f"reveal.{signal}"),
                words.say("reveal.week", week=row["promised"]),
                words.format(row["kept"], "percent"),
            )
        )
    return Reveal(tables=(Table(words.say("reveal.table"), tuple(words.raw("reveal.columns")), tuple(rows), (3, 4)),))


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings, computed from the pack."""
    from qspo_lab.methods.opportunity import opportunity
    from qspo_lab.methods.sequencing import best_order, rank_by_score

    pack, keys = world.pack, list(world.pack.bets)
    bets: Mapping[str, Any] = pack.bets
    best = [keys[i] for i in best_order(_items(world))[0]]
    gates = {key for key, bet in bets.items() if bet.test and gate_gain(bet) > 0}
    urgency = [getattr(bet.delay, "cost_of_delay", 0.0) / bet.duration for bet in bets.values()]
    forum = pack.shares("forum")

    def wish(bet: Any) -> float:
        scores = []
        for name in bet.outcomes:
            outcome = pack.outcomes[name]
            importance = sum(share * outcome.importance[segment] for segment, share in forum.items())
            satisfaction = sum(share * outcome.satisfaction[segment] for segment, share in forum.items())
            scores.append(float(opportunity(importance, satisfaction)))
        return max(scores, default=0.0)

    orders = {
        "reference": best,
        "cost_of_delay_rule": [keys[i] for i in rank_by_score(urgency)],
        "biggest_first": sorted(keys, key=lambda key: -bets[key].payoff),
        "loudest_voice": sorted(keys, key=lambda key: -wish(bets[key])),
        "no_gates": best,
        "likely_date": best,
    }
    return {
        name: _answer(world, order, set() if name == "no_gates" else gates, "p50" if name == "likely_date" else "p85")
        for name, order in orders.items()
    }


def _answer(world: World, order: Sequence[str], gates: set[str], level: str) -> Answer:
    third = -(-len(order) // 3)
    columns = {name: list(order[i * third : (i + 1) * third]) for i, name in enumerate(HORIZONS)}
    options = {key: {f"gate_{key}": key in gates} for key, bet in world.pack.bets.items() if bet.test}
    return {"columns": {"pool": [], **columns}, "options": options, "settings": {"level": level}}


def carry(world: World, answer: Answer, result: Result) -> Mapping[str, Any]:
    """Carry on the order, the gates and the level of the promise."""
    return {
        "bets_order": [row["bet"] for row in result.numbers["rows"]],
        "gates": [row["bet"] for row in result.numbers["rows"] if row["gate"]],
        "forecast_level": result.numbers["level"],
    }


EXERCISE = Exercise(
    key="bets_on_a_line",
    source=__file__,
    outcome="LO2",
    terms=("roadmapping",),
    minutes=35,
    measure="money",
    better="lower",
    board=board,
    evaluate=evaluate,
    explain=explain,
    figure=figure,
    reveal=reveal,
    policies=policies,
    unbeaten={"likely_date": "same_order"},
    facts=facts,
    respond=respond,
    read_file=read_file,
    carry=carry,
)
