"""Peeking lab: watch three tests, stop when you see a winner, then set a rule for the next hundred.

Repeated looks at a nominal level raise the false alarm rate (Armitage, McPherson and Rowe, 1969); Pocock (1977),
O'Brien and Fleming (1979) and always valid inference (Robbins, 1970; Johari and others, 2017) keep it. All three tests
compare a page with itself: that there is nothing to find is hidden until the reveal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Figure, Line, Mark, lines
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.series_board import SeriesBoard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qspo_lab.samples.experiment import Experiment

TESTS = ("page", "mail", "price")
RULES = ("none", "pocock", "obrien_fleming", "always_valid")
VERDICTS = ("a_wins", "b_wins", "no_difference")
ALPHA, POWER = 0.05, 0.8
BATCH = 100
"""Tests of a year: the outcome is counted among so many."""
GOOD_RATE = 0.1
"""The confidence is about fewer false winners than this share."""


def board(world: World, words: Words) -> SeriesBoard:
    """Make the board: three tests to step through, then the rule for the next hundred."""
    days = world.pack.experiment.days
    return SeriesBoard(
        series=[_series(world, words, name, 0) for name in TESTS],
        steps={
            "count": days,
            "label": words.say("board.step"),
            "one": words.say("board.day"),
            "many": words.say("board.days"),
            "start": 0,
        },
        verdicts=[{"id": name, "label": words.say(f"board.{name}")} for name in VERDICTS],
        controls_below=True,
        controls=[
            {
                "id": "looks",
                "kind": "slider",
                "label": words.say("board.looks", days=days),
                "note": words.say("board.looks_note"),
                "min": 1,
                "max": days,
                "step": 1,
                "default": None,
            },
            {
                "id": "rule",
                "kind": "choice",
                "label": words.say("board.rule"),
                "options": [
                    {"id": name, "label": words.say(f"rules.{name}"), "note": words.say(f"rule_notes.{name}")}
                    for name in RULES
                ],
                "default": None,
            },
        ],
    )


def _series(world: World, words: Words, name: str, seen: int) -> dict[str, Any]:
    """Return one test as far as it was watched: difference of the two rates with the band of a single look."""
    points, half = (values[:seen] for values in _differences(world)[name])
    line = {
        "id": "difference",
        "label": words.say("board.difference"),
        "points": [round(p, 3) for p in points],
        "low": [round(p - h, 3) for p, h in zip(points, half, strict=True)],
        "high": [round(p + h, 3) for p, h in zip(points, half, strict=True)],
    }
    return {
        "id": name,
        "label": words.say(f"tests.{name}"),
        "lines": [line],
        "y": {"min": -6, "max": 6, "label": words.say("board.axis"), "places": 1},
        "threshold": {"at": 0, "label": words.say("board.same")},
    }


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Show the days that the learner has watched, and not one more."""
    words = EXERCISE.words()
    steps = answer.get("step")
    seen = steps if isinstance(steps, Mapping) else {}
    return {"series": [_series(world, words, name, int(seen.get(name, 0))) for name in TESTS]}


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and the hints."""
    from qspo_lab.methods.sequential import type_one_error

    return {
        "care": world.person("care"),
        "days": world.pack.experiment.days,
        "visitors": world.pack.experiment.visitors_per_day,
        "rate": world.pack.experiment.baseline_rate,
        "two": type_one_error(2),
        "batch": BATCH,
    }


# ---------------------------------------------------------------------------- the tests that are watched


@lru_cache(maxsize=16)
def _watched(world: World) -> dict[str, Experiment]:
    from qspo_lab.samples.experiment import make_experiment

    e = world.pack.experiment
    return {
        name: make_experiment(world.rng(f"peeking lab: {name}"), e.visitors_per_day, e.days, e.baseline_rate)
        for name in TESTS
    }


@lru_cache(maxsize=16)
def _differences(world: World) -> dict[str, tuple[list[float], list[float]]]:
    """Return, per test and day, the difference of the rates so far in points, and half its 95 % band."""
    import numpy as np

    found = {}
    for name, experiment in _watched(world).items():
        visitors, conversions = experiment.visitors.cumsum(axis=0), experiment.conversions.cumsum(axis=0)
        rates = conversions / np.maximum(visitors, 1)
        pooled = conversions.sum(axis=1) / np.maximum(visitors.sum(axis=1), 1)
        error = np.sqrt(pooled * (1 - pooled) * (1 / np.maximum(visitors, 1)).sum(axis=1))
        difference = 100 * (rates[:, 1] - rates[:, 0])
        found[name] = (difference.tolist(), (100 * 1.959964 * error).tolist())
    return found


def stops_of(answer: Answer) -> dict[str, tuple[int, str]]:
    """Read where each test was stopped and what was said then."""
    stopped, verdict = answer.get("stopped"), answer.get("verdict")
    found = {}
    for name in TESTS:
        day = stopped.get(name) if isinstance(stopped, Mapping) else None
        said = verdict.get(name) if isinstance(verdict, Mapping) else None
        if isinstance(day, int) and not isinstance(day, bool) and said in VERDICTS:
            found[name] = (day, str(said))
    return found


# ---------------------------------------------------------------------------- calculation


def bounds_of(rule: str, looks: int) -> NDArray[np.float64]:
    """Return the critical value of |z| at each look.

    ``none`` takes that of a single look every time. ``always_valid`` expects effects of the size that the test was
    planned for.
    """
    import numpy as np

    from qspo_lab.methods.sequential import always_valid_bounds, obrien_fleming_bounds, pocock_bounds

    if rule == "pocock":
        return pocock_bounds(looks, ALPHA)
    if rule == "obrien_fleming":
        return obrien_fleming_bounds(looks, ALPHA)
    if rule == "always_valid":
        return always_valid_bounds(np.arange(1, looks + 1) / looks, tau=_planned_drift(), alpha=ALPHA)
    return np.full(looks, _normal_quantile(1 - ALPHA / 2))


def _normal_quantile(p: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def _planned_drift() -> float:
    """Mean of z at the end for an effect of the size that a single look finds with 80 %."""
    return _normal_quantile(1 - ALPHA / 2) + _normal_quantile(POWER)


@lru_cache(maxsize=256)
def rates_of(rule: str, looks: int) -> tuple[float, float, float]:
    """Return false alarm rate, power, and the share of the days that a real effect takes to be found on average.

    The last counts an effect that is never found with all days.
    """
    import numpy as np

    from qspo_lab.methods.sequential import crossing_probabilities

    bounds = bounds_of(rule, looks)
    found = crossing_probabilities(bounds, None, _planned_drift())
    share = float((found * np.arange(1, looks + 1) / looks).sum() + (1 - found.sum()))
    return float(crossing_probabilities(bounds).sum()), float(found.sum()), share


def evaluate(world: World, answer: Answer) -> Result:
    """Give the false winners among a hundred tests without a difference: exactly, over 2,000 years, and this year."""
    from qspo_lab.methods.sequential import first_crossing, type_one_error, z_paths

    settings = answer.get("settings")
    settings = settings if isinstance(settings, Mapping) else {}
    stops, days = stops_of(answer), world.pack.experiment.days
    looks, rule = settings.get("looks"), settings.get("rule")
    looks = int(looks) if isinstance(looks, (int, float)) and 1 <= looks <= days else None
    rule = rule if isinstance(rule, str) and rule in RULES else None
    steps = answer.get("step")
    begun = isinstance(steps, Mapping) and any(v for v in steps.values() if isinstance(v, int))
    if not stops and looks is None and rule is None and not begun:
        return Result(status="untouched")
    parts = {"tests": len(stops) == len(TESTS), "looks": looks is not None, "rule": rule is not None}
    missing = tuple(name for name, there in parts.items() if not there)
    if missing or looks is None or rule is None:
        return Result(status="incomplete", missing=missing, numbers={"left": len(TESTS) - len(stops)})
    rate, power, share = rates_of(rule, looks)
    draws = world.rng("peeking lab: years").binomial(BATCH, rate, DRAWS)
    paths = z_paths(world.rng("peeking lab: this year"), BATCH, looks)
    realised = int((first_crossing(paths, bounds_of(rule, looks)) > 0).sum())
    return Result(
        status="complete",
        outcome=outcome_of(draws, realised, "lower", BATCH * rate),
        success=rate < GOOD_RATE,
        numbers={
            "days": days,
            "looks": looks,
            "rule": rule,
            "rate": rate,
            "power": power,
            "found_after": share * days,
            "single_power": POWER,
            "curve": [type_one_error(n) for n in range(1, days + 1)],
            "stops": {name: {"day": day, "verdict": said} for name, (day, said) in stops.items()},
            "called": sum(said != "no_difference" for _, said in stops.values()),
            "early": sum(day < days for day, _ in stops.values()),
            "batch": BATCH,
        },
    )


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say how many false winners the rule lets through, and what it costs."""
    n = result.numbers
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", name, {"left": n["left"]}) for name in result.missing]
    values = {name: n[name] for name in ("looks", "rate", "days", "batch")} | {"winners": n["rate"] * n["batch"]}
    findings = [Finding("consequence", "consequence", values)]
    if n["rule"] == "none" and n["looks"] > 1:
        name = "every_day" if n["looks"] >= 10 else "now_and_then" if n["looks"] > 2 else "half_time"
        findings.append(Finding("misconception", name, {**values, "times": n["rate"] / ALPHA}))
    early = [
        name for name, stop in n["stops"].items() if stop["day"] < n["days"] and stop["verdict"] != "no_difference"
    ]
    if early:
        findings.append(Finding("for_review", "called_early", {"count": len(early), "days": n["days"]}))
    findings.append(
        Finding(
            "trade_off",
            "power",
            {"power": n["power"], "days": n["days"], "after": n["found_after"], "single": n["single_power"]},
        )
    )
    if n["rate"] <= ALPHA + 1e-6:
        findings.append(Finding("strength", "kept", values))
    return findings


def figure(result: Result, words: Words) -> Figure:
    """Draw the false alarm rate over the number of looks without a rule, and the learner's own."""
    n = result.numbers
    percent = lambda value: words.format(value, "percent")  # noqa: E731
    days = list(range(1, n["days"] + 1))
    return lines(
        title=words.say("figure.title", winners=n["rate"] * n["batch"], batch=n["batch"]),
        description=words.say(
            "figure.description", rate=n["rate"], looks=n["looks"], at_end=n["curve"][-1], days=n["days"]
        ),
        lines=[
            Line(words.say("figure.no_rule"), days, n["curve"], role="other"),
            Line(words.say("figure.yours"), [n["looks"]], [n["rate"]], role="you", dots=True),
        ],
        x_axis=Axis(words.say("figure.looks"), lambda value: words.format(value, "number"), 1, n["days"]),
        y_axis=Axis(words.say("figure.rate"), percent),
        levels=[Mark(ALPHA, words.say("figure.promised", alpha=ALPHA), "reference")],
        zero=True,
    )


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show that there was nothing to find, and where a single look's band would have called a winner."""
    import numpy as np

    rows = []
    for name, stop in result.numbers["stops"].items():
        points, half = (np.array(values) for values in _differences(world)[name])
        over = np.flatnonzero(np.abs(points) > half)
        first = words.say("reveal.day", day=int(over[0]) + 1) if len(over) else words.say("reveal.never")
        rows.append(
            (
                words.say(f"tests.{name}"),
                words.say("reveal.day", day=stop["day"]),
                words.say(f"board.{stop['verdict']}"),
                first,
                words.say("reveal.points", points=float(points[-1])),
            )
        )
    findings = [Finding("consequence", "nothing_to_find", {"called": result.numbers["called"], "tests": len(TESTS)})]
    table = Table(words.say("reveal.table"), tuple(words.raw("reveal.columns")), tuple(rows))
    return Reveal(findings=tuple(findings), tables=(table, _rules_table(world, words)))


def _rules_table(world: World, words: Words) -> Table:
    """Set the four rules side by side, one look a day."""
    days = world.pack.experiment.days
    rows = []
    for rule in RULES:
        rate, power, share = rates_of(rule, days)
        cells = (words.format(rate, "percent1"), words.format(power, "percent"), words.format(share * days, "number1"))
        rows.append((words.say(f"rules.{rule}"), *cells))
    title = words.say("reveal.rules", days=days)
    return Table(title, tuple(words.raw("reveal.rule_columns")), tuple(rows), (1, 2, 3))


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings."""
    days = world.pack.experiment.days
    watched = dict.fromkeys(TESTS, days)

    def answer(looks: int, rule: str) -> Answer:
        return {
            "step": dict(watched),
            "stopped": dict(watched),
            "verdict": dict.fromkeys(TESTS, "no_difference"),
            "settings": {"looks": looks, "rule": rule},
        }

    return {
        "reference": answer(days, "obrien_fleming"),
        "every_day": answer(days, "none"),
        "now_and_then": answer(4, "none"),
        "half_time": answer(2, "none"),
    }


def carry(world: World, answer: Answer, result: Result) -> Mapping[str, Any]:
    """Carry on how far a winner of this rule can be trusted."""
    return {"evidence": [{"claim": "tests", "quality": 1 - result.numbers["rate"], "from": EXERCISE.key}]}


EXERCISE = Exercise(
    key="peeking_lab",
    source=__file__,
    outcome="LO6",
    terms=("discovering",),
    minutes=20,
    measure="number",
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
