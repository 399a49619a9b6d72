"""Which test would you pay for? Buy or skip a test for each of six bets, then build or leave it.

The value of information decides (Raiffa and Schlaifer, 1961): a test is worth what it changes in the decision, and
never more than knowing the truth would be. Chances, pay-offs and test qualities are known; whether a bet succeeds and
what a test says in this world is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Figure, bars
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.card_board import CardBoard

NEAR_BEST = 50.0
"""k EUR: a plan within this distance of the best one counts as not clearly beaten."""


def board(world: World, words: Words) -> CardBoard:
    """Make the board: six cards, three choices."""
    return CardBoard(
        columns=[{"id": name, "label": words.say(f"board.{name}")} for name in ("pool", "build", "test", "leave")],
        cards=[
            {
                "id": key,
                "label": world.words.say(f"bets.{key}.name"),
                "note": words.say("board.note", p=bet.probability, payoff=bet.payoff, cost=bet.cost)
                + " "
                + (_test_note(bet, words) if bet.test else words.say("board.no_test")),
                "meta": words.say("board.sprints", duration=bet.duration),
            }
            for key, bet in world.pack.bets.items()
        ],
        options=[
            {
                "id": "after_bad",
                "kind": "choice",
                "label": words.say("board.after_bad"),
                "options": [{"id": name, "label": words.say(f"board.{name}")} for name in ("drop", "build_anyway")],
                "default": "drop",
                "columns": ["test"],
            }
        ],
        pool="pool",
    )


def _test_note(bet: Any, words: Words) -> str:
    return words.say(
        "board.test_note",
        test_cost=bet.test.cost,
        sensitivity=bet.test.sensitivity,
        specificity=bet.test.specificity,
    )


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and of the half-worked hint: the dearest bet whose test cannot change the decision."""
    from qspo_lab.methods.information import bet_value, read_test

    bets: Mapping[str, Any] = world.pack.bets
    testable = {key: bet for key, bet in bets.items() if bet.test}
    example = max(testable, key=lambda key: (best_choice(bets[key]) == "build", worth(bets[key], "build")))
    bet = testable[example]
    after = read_test(bet.probability, bet.test.sensitivity, bet.test.specificity).good_if_negative
    return {
        "cfo": world.person("cfo"),
        "count": len(bets),
        "tests": sum(b.test.cost for b in testable.values()),
        "example": world.words.say(f"bets.{example}.name"),
        "value": bet_value(bet.probability, bet.payoff, bet.cost),
        "prior": bet.probability,
        "posterior": after,
        "after": bet_value(after, bet.payoff, bet.cost),
    }


# ---------------------------------------------------------------------------- decisions and what they are worth


def choices(world: World, answer: Answer) -> dict[str, str]:
    """Read the choice per bet: ``build``, ``test``, ``test_and_build_anyway`` or ``leave``."""
    columns = answer.get("columns")
    found = {}
    for choice in ("build", "test", "leave"):
        cards = columns.get(choice) if isinstance(columns, Mapping) else None
        for key in cards if isinstance(cards, list) else []:
            if isinstance(key, str) and key in world.pack.bets:
                found[key] = choice
    options = answer.get("options")
    for key, choice in found.items():
        own = options.get(key) if isinstance(options, Mapping) else None
        if choice == "test" and isinstance(own, Mapping) and own.get("after_bad") == "build_anyway":
            found[key] = "test_and_build_anyway"
    return found


def worth(bet: Any, choice: str) -> float:
    """Give the mean result of a choice for one bet, in k EUR."""
    from qspo_lab.methods.information import bet_value, read_test

    built = bet_value(bet.probability, bet.payoff, bet.cost)
    if choice == "leave":
        return 0.0
    if choice == "build":
        return built
    if choice == "test_and_build_anyway":
        return built - bet.test.cost
    reading = read_test(bet.probability, bet.test.sensitivity, bet.test.specificity)
    return reading.positive * bet_value(reading.good_if_positive, bet.payoff, bet.cost) - bet.test.cost


def best_choice(bet: Any) -> str:
    """Give the choice that is worth most on average; without a test on a tie."""
    open_choices = ("leave", "build", "test") if bet.test else ("leave", "build")
    return max(open_choices, key=lambda choice: (worth(bet, choice), choice != "test"))


def paid(bet: Any, choice: str, success: Any, says_good: Any) -> Any:
    """Give what a choice brings; one number, or one per draw."""
    if choice == "leave":
        return success * 0.0
    built = success * bet.payoff - bet.cost
    if choice == "build":
        return built
    return (built if choice == "test_and_build_anyway" else says_good * built) - bet.test.cost


def _plan(world: World, chosen: Mapping[str, str], fate: Any) -> Any:
    """Sum what the choices bring; one number, or one per draw."""
    bets: Mapping[str, Any] = world.pack.bets
    return sum(paid(bets[k], chosen[k], fate.success[..., i], fate.signal[..., i]) for i, k in enumerate(fate.keys))


def evaluate(world: World, answer: Answer) -> Result:
    """Value the plan: exactly on average, and over 2,000 futures."""
    from qspo_lab.methods.information import bet_evpi, bet_evsi, bet_value
    from qspo_lab.samples.bets import make_bets

    bets: Mapping[str, Any] = world.pack.bets
    chosen = choices(world, answer)
    if not chosen:
        return Result(status="untouched")
    if len(chosen) < len(bets):
        return Result(
            status="incomplete", missing=("undecided",), numbers={"count": len(bets) - len(chosen), "total": len(bets)}
        )
    if any(choice.startswith("test") and bets[key].test is None for key, choice in chosen.items()):
        return Result(status="incomplete", missing=("no_test",), numbers={"total": len(bets)})
    rows: list[dict[str, Any]] = []
    for key, bet in bets.items():
        evsi = (
            bet_evsi(bet.probability, bet.payoff, bet.cost, bet.test.sensitivity, bet.test.specificity)
            if bet.test
            else 0.0
        )
        rows.append(
            {
                "bet": key,
                "name": world.words.say(f"bets.{key}.name"),
                "choice": chosen[key],
                "value": bet_value(bet.probability, bet.payoff, bet.cost),
                "evpi": bet_evpi(bet.probability, bet.payoff, bet.cost),
                "evsi": evsi,
                "price": bet.test.cost if bet.test else None,
                "net": evsi - bet.test.cost if bet.test else None,
                "worth": worth(bet, chosen[key]),
                "best": worth(bet, best_choice(bet)),
            }
        )
    draws = _plan(world, chosen, make_bets(world.rng("futures of the bets"), world.pack, DRAWS))
    realised = _plan(world, chosen, world.bets)
    expected, best = sum(row["worth"] for row in rows), sum(row["best"] for row in rows)
    return Result(
        status="complete",
        outcome=outcome_of(draws, float(realised), "higher", expected),
        success=best - expected <= NEAR_BEST,
        numbers={"rows": rows, "expected": expected, "best": best},
    )


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Say what the tests buy: decisions, or comfort."""
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", result.missing[0], result.numbers)]
    rows = result.numbers["rows"]
    tested = [row for row in rows if row["choice"].startswith("test")]
    spent = sum(row["price"] for row in tested)
    findings = [
        Finding(
            "consequence",
            "consequence",
            {"expected": result.numbers["expected"], "spent": spent, "best": result.numbers["best"]},
        )
    ]
    wasted = [row for row in tested if row["choice"] == "test" and row["net"] < 0]
    ignored = [row for row in tested if row["choice"] == "test_and_build_anyway"]
    missed = [row for row in rows if row not in tested and row["price"] is not None and row["net"] > 0]
    negative = [row for row in rows if row["choice"] == "build" and row["value"] < 0]
    if wasted:
        findings.append(_named("misconception", "wasted", wasted, cost=sum(row["price"] for row in wasted)))
    if ignored:
        findings.append(_named("misconception", "ignored", ignored, cost=sum(row["price"] for row in ignored)))
    if missed:
        findings.append(_named("misconception", "missed", missed, worth=sum(row["net"] for row in missed)))
    if negative:
        findings.append(_named("misconception", "negative", negative, loss=sum(row["value"] for row in negative)))
    dear = max((row for row in rows if row["price"] is not None), key=lambda row: row["evpi"])
    findings.append(
        Finding(
            "for_review",
            "certainty",
            {"bet": dear["name"], "evpi": dear["evpi"], "evsi": dear["evsi"], "test_cost": dear["price"]},
        )
    )
    held = [row for row in rows if row["worth"] >= row["best"] - 1e-9]
    if len(held) == len(rows):
        findings.append(Finding("strength", "every", {"total": len(rows)}))
    elif held:
        findings.append(_named("strength", "strength", held, count=len(held), total=len(rows)))
    return findings


def _named(kind: Any, name: str, rows: Sequence[Mapping[str, Any]], **values: Any) -> Finding:
    return Finding(kind, name, {"bets": [row["name"] for row in rows], **values})


def figure(result: Result, words: Words) -> Figure:
    """Draw what each test is worth minus its price."""
    rows = [row for row in result.numbers["rows"] if row["price"] is not None]
    tested = [row for row in rows if row["choice"].startswith("test")]
    pays = sum(row["net"] > 0 for row in rows)
    right = sum(row["net"] > 0 for row in tested)
    title = words.say(
        "figure.worth_it" if tested else "figure.none_tested",
        pays=pays,
        total=len(rows),
        count=len(tested),
        right=right,
    )
    labels = [words.say(f"figure.{'tested' if row in tested else 'not_tested'}", bet=row["name"]) for row in rows]
    return bars(
        title=title,
        description=words.say("figure.description"),
        labels=labels,
        values=[row["net"] for row in rows],
        axis=Axis(words.say("figure.axis"), lambda value: words.format(value, "number")),
        item=words.say("figure.item"),
        roles=["you" if row in tested else "other" for row in rows],
    )


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show which bets succeed here and what each test would have said."""
    bets: Mapping[str, Any] = world.pack.bets
    fate, rows = world.bets, []
    for i, row in enumerate(result.numbers["rows"]):
        choice, success, signal = row["choice"], bool(fate.success[i]), bool(fate.signal[i])
        test = "none" if row["price"] is None else "good" if signal else "bad"
        rows.append(
            (
                row["name"],
                words.say(f"reveal.{'success' if success else 'failure'}"),
                words.say(f"reveal.{test}"),
                words.say(f"reveal.{choice}"),
                words.format(paid(bets[row["bet"]], choice, success, signal), "money"),
            )
        )
    return Reveal(tables=(Table(words.say("reveal.table"), tuple(words.raw("reveal.columns")), tuple(rows), (4,)),))


# ---------------------------------------------------------------------------- named answers


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings, computed from the pack."""
    bets: Mapping[str, Any] = world.pack.bets
    untested = {key: "build" if worth(bet, "build") > 0 else "leave" for key, bet in bets.items()}
    tests = [key for key, bet in bets.items() if bet.test]
    cheapest = sorted(tests, key=lambda key: bets[key].test.cost)[:3]
    plans = {
        "reference": {key: best_choice(bet) for key, bet in bets.items()},
        "test_everything": {**untested, **dict.fromkeys(tests, "test")},
        "test_nothing": untested,
        "build_everything": dict.fromkeys(bets, "build"),
        "cheapest_tests": {**untested, **dict.fromkeys(cheapest, "test")},
    }
    return {name: _answer(plan) for name, plan in plans.items()}


def _answer(plan: Mapping[str, str]) -> Answer:
    columns: dict[str, list[str]] = {"pool": [], "build": [], "test": [], "leave": []}
    for key, choice in plan.items():
        columns[choice].append(key)
    return {"columns": columns, "options": {}, "settings": {}}


def carry(world: World, answer: Answer, result: Result) -> Mapping[str, Any]:
    """Carry on what the bought tests will say, as evidence of their quality."""
    bets: Mapping[str, Any] = world.pack.bets
    return {
        "evidence": [
            {
                "claim": row["bet"],
                "quality": (bets[row["bet"]].test.sensitivity + bets[row["bet"]].test.specificity) / 2,
            }
            | {"from": EXERCISE.key}
            for row in result.numbers["rows"]
            if row["choice"] == "test"
        ]
    }


EXERCISE = Exercise(
    key="which_test_would_you_pay_for",
    source=__file__,
    outcome="LO6",
    terms=("discovering",),
    minutes=30,
    measure="money",
    better="higher",
    board=board,
    evaluate=evaluate,
    explain=explain,
    figure=figure,
    reveal=reveal,
    policies=policies,
    facts=facts,
    carry=carry,
)
