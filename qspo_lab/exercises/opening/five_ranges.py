"""Five ranges: for five numbers that nobody can know, a range that should hold the truth nine times in ten.

People give ranges that are too narrow (Lichtenstein, Fischhoff and Phillips, 1982). A range costs its width, and
twenty times the distance if the truth lies outside (Winkler, 1972): under this rule the middle nine tenths of what
can happen cost least on average, so the honest range is the best one. What can happen follows from the pack; what
comes true in this world is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Figure, Mark, bars
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.settings_board import SettingsBoard

if TYPE_CHECKING:
    import numpy as np

    from qspo_lab.scenarios.model import Scenario

QUANTITIES = ("items", "bookings", "firmware", "next_item", "payback")
IN_MONEY = ("firmware", "payback")
ENDS = ("low", "high")
CONFIDENCE = 0.9
"""How often a range should hold."""
MISS = 2 / (1 - CONFIDENCE)
"""What each unit of a miss costs, in units of width."""
WEEKS = 4
LARGEST = 100_000
EXAMPLES = 10
"""Earlier jobs and items from which one may guess."""


def board(world: World, words: Words) -> SettingsBoard:
    """Make the board: two numbers for each of five quantities."""
    known = facts(world)
    return SettingsBoard(
        controls=[
            {
                "id": f"{quantity}_{end}",
                "kind": "number",
                "label": words.say(f"board.{end}", quantity=words.say(f"quantities.{quantity}", **known)),
                "note": words.say(f"board.known_{quantity}", **known) if end == "low" else words.say("board.note_high"),
                "min": 0,
                "max": LARGEST,
                "step": "any",
                "pattern": words.money if quantity in IN_MONEY else words.say(f"units.{quantity}"),
            }
            for quantity in QUANTITIES
            for end in ENDS
        ]
    )


def facts(world: World) -> Mapping[str, Any]:
    """Give what anybody at Calmwatt could know before guessing."""
    import numpy as np

    pack, weekly = world.pack, world.throughput.weekly
    visitors, rate = pack.experiment.visitors_per_day, pack.experiment.baseline_rate
    rng = world.rng("five ranges: earlier jobs")
    jobs = np.exp(rng.normal(0, pack.contract.cost_sigma, EXAMPLES))
    sizes = _sizes(rng, pack, EXAMPLES)
    return {
        "cfo": world.person("cfo"),
        "partner": world.words.say(f"stakeholders.{pack.contract.partner}.name"),
        "weeks": WEEKS,
        "past_weeks": len(weekly),
        "pace": float(weekly.mean()),
        "slowest": int(weekly.min()),
        "fastest": int(weekly.max()),
        "visitors": visitors,
        "rate": rate,
        "bookings": visitors * rate,
        "wobble": 1.645 * (visitors * rate * (1 - rate)) ** 0.5,
        "estimate": pack.contract.cost_median,
        "jobs": EXAMPLES,
        "cheapest": float(jobs.min()),
        "dearest": float(jobs.max()),
        "smallest": float(sizes.min()),
        "middle": float(np.median(sizes)),
        "largest": float(sizes.max()),
        "bets": len(pack.bets),
        "all_succeed": sum(bet.payoff for bet in pack.bets.values()),
        "least_likely": min(bet.probability for bet in pack.bets.values()),
        "most_likely": max(bet.probability for bet in pack.bets.values()),
    }


# ---------------------------------------------------------------------------- what can happen


def make_quantities(rng: np.random.Generator, pack: Scenario, draws: int) -> np.ndarray:
    """Draw the five quantities: shape ``(draws, 5)``, whole numbers.

    1. Items finished in four weeks, from the pack's throughput.
    2. Bookings of one day: binomial with the pack's visitors and rate.
    3. Cost of the firmware work: lognormal around the supplier's estimate.
    4. Effort of the next item: lognormal like the backlog, at least one person-day.
    5. Pay-offs of all bets, if every bet is built.
    """
    import numpy as np

    from qspo_lab.samples.bets import make_bets
    from qspo_lab.samples.throughput import make_throughput

    payoffs = np.array([bet.payoff for bet in pack.bets.values()])
    columns = (
        make_throughput(rng, pack, WEEKS, draws).weekly.sum(axis=1),
        rng.binomial(round(pack.experiment.visitors_per_day), pack.experiment.baseline_rate, draws),
        np.rint(pack.contract.cost_median * np.exp(rng.normal(0, pack.contract.cost_sigma, draws))),
        _sizes(rng, pack, draws),
        make_bets(rng, pack, draws).success @ payoffs,
    )
    return np.column_stack(columns).astype(float)


def _sizes(rng: np.random.Generator, pack: Scenario, draws: int) -> np.ndarray:
    import numpy as np

    drawn = pack.backlog.size_median * np.exp(rng.normal(0, pack.backlog.size_sigma, draws))
    return np.maximum(np.rint(drawn), 1.0)


def truths(world: World) -> np.ndarray:
    """Give what comes true in this world: shape ``(5,)``."""
    return make_quantities(world.rng("five ranges: what comes true"), world.pack, 1)[0]


def futures(world: World) -> np.ndarray:
    """Give what could come true: shape ``(draws, 5)``."""
    return make_quantities(world.rng("five ranges: futures"), world.pack, DRAWS)


def middle(drawn: np.ndarray, share: float) -> np.ndarray:
    """Give the ranges that hold the middle share of the draws: shape ``(2, 5)``."""
    import numpy as np

    tail = (1 - share) / 2
    return np.quantile(drawn, (tail, 1 - tail), axis=0, method="inverted_cdf")


def range_costs(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Give width plus `MISS` times the distance by which the truth lies outside (Winkler, 1972)."""
    import numpy as np

    return high - low + MISS * (np.maximum(low - truth, 0) + np.maximum(truth - high, 0))


# ---------------------------------------------------------------------------- decisions and what they are worth


def ranges(answer: Answer) -> dict[str, tuple[float | None, float | None]]:
    """Read low and high for each quantity; None where nothing usable stands."""
    settings = answer.get("settings")
    given = settings if isinstance(settings, Mapping) else {}

    def number(name: str) -> float | None:
        value: Any = given.get(name)
        usable = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= LARGEST
        return value if usable else None

    return {quantity: (number(f"{quantity}_low"), number(f"{quantity}_high")) for quantity in QUANTITIES}


def evaluate(world: World, answer: Answer) -> Result:
    """Value the five ranges over 2,000 futures, in units of the best possible ones."""
    import numpy as np

    given = ranges(answer)
    left = sum(end is None for pair in given.values() for end in pair)
    if left == 2 * len(QUANTITIES):
        return Result(status="untouched")
    upside_down = [quantity for quantity, (a, b) in given.items() if a is not None and b is not None and a > b]
    if upside_down:
        low_end, high_end = given[upside_down[0]]
        numbers = {"quantity": _name(world, upside_down[0]), "low": low_end, "high": high_end}
        return Result(status="incomplete", missing=("upside_down",), numbers=numbers)
    if left:
        return Result(status="incomplete", missing=("ends",), numbers={"left": left, "total": 2 * len(QUANTITIES)})
    low, high = np.array(list(given.values()), dtype=float).T
    drawn, truth = futures(world), truths(world)
    best = middle(drawn, CONFIDENCE)
    unit = range_costs(best[0], best[1], drawn).mean(axis=0) / 100
    draws = (range_costs(low, high, drawn) / unit).mean(axis=1)
    realised = (range_costs(low, high, truth) / unit).mean()
    holds = ((low <= drawn) & (drawn <= high)).mean(axis=0)
    hits = int(((low <= truth) & (truth <= high)).sum())
    rows = [
        {"quantity": quantity, "name": _name(world, quantity), "low": float(a), "high": float(b), "holds": float(share)}
        for quantity, a, b, share in zip(QUANTITIES, low, high, holds, strict=True)
    ]
    return Result(
        status="complete",
        outcome=outcome_of(draws, float(realised), "lower"),
        success=hits >= len(QUANTITIES) - 1,
        numbers={"rows": rows, "mean_hits": float(holds.sum()), "cost": float(draws.mean())},
    )


def _name(world: World, quantity: str) -> str:
    return EXERCISE.words().say(f"quantities.{quantity}", **facts(world))


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say how often the ranges hold, and whether that is what was promised."""
    if result.status == "untouched":
        return [Finding("untouched", "untouched", {"total": len(QUANTITIES)})]
    if result.status == "incomplete":
        return [Finding("incomplete", result.missing[0], result.numbers)]
    rows, mean_hits = result.numbers["rows"], result.numbers["mean_hits"]
    wanted, share = CONFIDENCE * len(rows), mean_hits / len(rows)
    values = {"mean_hits": mean_hits, "total": len(rows), "wanted": wanted, "cost": result.numbers["cost"]}
    findings = [Finding("consequence", "consequence", values)]
    points = [row for row in rows if row["low"] == row["high"]]
    least = min(rows, key=lambda row: row["holds"])
    most = max(rows, key=lambda row: row["holds"])
    if points:
        rarely = max(row["holds"] for row in points)
        findings.append(Finding("misconception", "one_number", {"count": len(points), "holds": rarely}))
    elif share < 0.4:
        findings.append(Finding("misconception", "narrow", {**least, "share": share}))
    elif share < 0.75:
        findings.append(Finding("misconception", "likely", {"share": share, **values}))
    elif share > 0.975:
        findings.append(Finding("misconception", "cannot_miss", {**most, "cost": result.numbers["cost"]}))
    elif share >= 0.85:
        findings.append(Finding("strength", "strength", {"share": share}))
    if most["holds"] - least["holds"] > 0.1:
        uneven = {
            "least": least["name"],
            "least_holds": least["holds"],
            "most": most["name"],
            "most_holds": most["holds"],
        }
        findings.append(Finding("for_review", "uneven", uneven))
    return findings


def figure(result: Result, words: Words) -> Figure:
    """Draw how often each range holds, beside nine in ten."""
    rows = result.numbers["rows"]
    reached = sum(row["holds"] >= CONFIDENCE - 0.05 for row in rows)
    return bars(
        title=words.say("figure.title", reached=reached, total=len(rows)),
        description=words.say("figure.description", mean_hits=result.numbers["mean_hits"], total=len(rows)),
        labels=[row["name"] for row in rows],
        values=[row["holds"] for row in rows],
        axis=Axis(words.say("figure.axis"), lambda value: words.format(value, "percent"), 0.0),
        item=words.say("figure.item"),
        roles=["you"] * len(rows),
        marks=[Mark(CONFIDENCE, words.say("figure.promised"), "reference")],
    )


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show the five truths, and how often a well calibrated person hits as rarely."""
    from qspo_lab.methods.judgement import chance_of_hits_at_most, interval_hits

    truth, best, rows = truths(world), middle(futures(world), CONFIDENCE), result.numbers["rows"]
    lows, highs = [row["low"] for row in rows], [row["high"] for row in rows]
    hits = interval_hits(lows, highs, truth)

    def span(low: float, high: float) -> str:
        return words.say("reveal.from_to", low=low, high=high)

    lines = tuple(
        (
            row["name"],
            span(row["low"], row["high"]),
            words.format(float(true), "number"),
            words.say(f"reveal.{'held' if row['low'] <= true <= row['high'] else 'missed'}"),
            span(best_low, best_high),
        )
        for row, true, best_low, best_high in zip(rows, truth, *best, strict=True)
    )
    all_hold = hits == len(rows)
    chance = CONFIDENCE**hits if all_hold else chance_of_hits_at_most(hits, len(rows), CONFIDENCE)
    found = Finding(
        "for_review", "all_hold" if all_hold else "hits", {"hits": hits, "total": len(rows), "chance": chance}
    )
    return Reveal(
        findings=(found,),
        tables=(Table(words.say("reveal.table"), tuple(words.raw("reveal.columns")), lines, (2,)),),
    )


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the honest ranges and the usual ones."""
    import numpy as np

    drawn = futures(world)
    guess = np.rint(np.median(drawn, axis=0))
    plans: dict[str, Any] = {
        "reference": middle(drawn, CONFIDENCE),
        "one_number": (guess, guess),
        "plus_minus_a_tenth": (np.floor(0.9 * guess), np.ceil(1.1 * guess)),
        "likely_ranges": middle(drawn, 0.5),
        "cannot_miss": (drawn.min(axis=0), drawn.max(axis=0)),
    }
    return {name: _answer(*plan) for name, plan in plans.items()}


def _answer(low: np.ndarray, high: np.ndarray) -> Answer:
    ends = {"low": low.tolist(), "high": high.tolist()}
    return {"settings": {f"{q}_{end}": ends[end][i] for i, q in enumerate(QUANTITIES) for end in ENDS}}


EXERCISE = Exercise(
    key="five_ranges",
    source=__file__,
    outcome="LO16",
    terms=("self_mastery",),
    minutes=5,
    measure="number",
    better="lower",
    board=board,
    evaluate=evaluate,
    explain=explain,
    figure=figure,
    reveal=reveal,
    policies=policies,
    facts=facts,
)
