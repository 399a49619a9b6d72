"""Opportunity landscape: ask people, read the right group, and bet on one outcome that is important and not satisfied.

Opportunity scores follow Ulwick (2002, 2005, 2016): importance plus importance minus satisfaction where that is
positive, each of the two being ten times the share of 4s and 5s. Desired outcomes as the progress that people want to
make: Christensen, Hall, Dillon and Duncan (2016). True importance and satisfaction of each segment are hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qspo_lab.exercise import DRAWS, Answer, Exercise, Finding, Outcome, Result, Reveal, Table, outcome_of
from qspo_lab.figures import Axis, Dots, Figure, Mark, dots, grid
from qspo_lab.samples.world import World
from qspo_lab.texts import Words
from qspo_lab.widgets.point_map import PointMap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qspo_lab.samples.opportunity_survey import OpportunitySurvey

HOUSEHOLDS = 1000
"""Households of the region, of which each segment has its share of the market."""
VISITS, INTERVIEWS_PER_VISIT = 400, 5
"""What the money pays for: so many visits, and one less for every five interviews."""
FEWEST, MOST, STEP = 20, 300, 20
"""Interviews that can be asked for."""
EVERYONE = "everyone"
"""The group of all who answered; a product for it is offered to households of every segment."""

SOURCES = ("forum", "customers", "market")
"""Channels of the pack through which people can be asked, the cheapest way first."""
WORTH_A_LOOK, STRONG, EXTREME = 10, 12, 15
"""Ulwick's rough reading of a score."""
FEW = 20
"""With fewer answers, a single one moves importance by half a point or more."""
NEAR_BEST = 15.0
"""Homes: a bet within this distance of the best one counts as not clearly beaten."""
RESAMPLES, SURE, CONTENDER = 1000, 0.9, 0.1
"""Samples drawn anew from the answers; an outcome that leads in 90 % of them leads clearly, one above 10 % may lead."""


# ---------------------------------------------------------------------------- the board


def board(world: World, words: Words) -> PointMap:
    """Make the board: whom to ask, how many, for whom, and an empty map."""
    pack, names = world.pack, world.words
    groups = [{"id": EVERYONE, "label": words.say("board.everyone"), "note": _size_note(world, words, EVERYONE)}]
    groups += [
        {"id": key, "label": names.say(f"segments.{key}.name"), "note": _size_note(world, words, key)}
        for key in pack.segments
    ]
    return PointMap(
        controls=[
            {
                "id": "ask",
                "kind": "choice",
                "label": words.say("board.ask"),
                "options": [
                    {"id": key, "label": names.say(f"channels.{key}"), "note": words.say(f"board.ask_notes.{key}")}
                    for key in SOURCES
                ],
                "default": None,
            },
            {
                "id": "interviews",
                "kind": "slider",
                "label": words.say("board.interviews"),
                "note": words.say("board.interviews_note", count=INTERVIEWS_PER_VISIT),
                "min": FEWEST,
                "max": MOST,
                "step": STEP,
                "pattern": words.say("board.interviews_pattern"),
                "default": None,
            },
            {
                "id": "group",
                "kind": "choice",
                "label": words.say("board.group"),
                "note": words.say("board.group_note"),
                "options": groups,
                "default": None,
            },
        ],
        x={
            "label": words.say("board.importance"),
            "name": words.say("board.importance_name"),
            "low": words.say("board.to_few"),
            "high": words.say("board.to_all"),
            **_SCALE,
        },
        y={
            "label": words.say("board.satisfaction"),
            "name": words.say("board.satisfaction_name"),
            "low": words.say("board.few"),
            "high": words.say("board.all"),
            **_SCALE,
        },
        areas=[
            {
                "label": words.say("board.worth_a_look"),
                "x": 5.98,
                "y": 0.95,
                "slope": 2,
                "corners": _band(WORTH_A_LOOK, STRONG - _GAP),
            },
            {
                "label": words.say("board.strong"),
                "x": 7.22,
                "y": 0.95,
                "slope": 2,
                "corners": _band(STRONG, EXTREME - _GAP),
            },
            {"label": words.say("board.extreme"), "x": 8.85, "y": 1.5, "slope": 2, "corners": _band(EXTREME, 20)},
        ],
        points=_unknown_points(world),
        marks={"max": 1, "label": words.say("board.bet")},
    )


_GAP = 0.15  # a strip between two parts that stays unshaded and so draws the line
_SCALE = {"min": 0, "max": 10, "step": 1, "places": 1}


def _band(low: float, high: float) -> list[list[float]]:
    """Return the corners of the part with scores from low to high: satisfaction is twice the importance minus score."""
    return [[low / 2, 0], [10, 20 - low], [10, 20 - high], [high / 2, 0]]


def _size_note(world: World, words: Words, group: str) -> str:
    return words.say("board.size", count=_households(world, group))


def _unknown_points(world: World) -> list[dict[str, Any]]:
    return [{"id": key, "label": _outcome_name(world, key)} for key in world.pack.outcomes]


def _outcome_name(world: World, key: str) -> str:
    return world.words.say(f"outcomes.{key}.name")


def _group_name(world: World, words: Words, group: str) -> str:
    return words.say("board.everyone") if group == EVERYONE else world.words.say(f"segments.{group}.name")


def respond(world: World, answer: Answer) -> Mapping[str, Any]:
    """Run the survey that is asked for and show what the chosen group answered."""
    words, plan = EXERCISE.words(), plan_of(world, answer)
    if plan.ask is None or plan.interviews is None:
        return {"points": _unknown_points(world), "marks": {"max": 1, "label": words.say("board.bet")}}
    group = plan.group or EVERYONE
    survey = world.opportunity_survey(plan.interviews, plan.ask)
    count = int(_members(survey, group).sum())
    label = words.say("board.answers", answers=count, total=plan.interviews, group=_group_name(world, words, group))
    return {
        "points": _points(world, words, survey, group) if count else _unknown_points(world),
        "marks": {"max": 1, "label": label},
    }


def _points(world: World, words: Words, survey: OpportunitySurvey, group: str) -> list[dict[str, Any]]:
    """Place each outcome where the group puts it, with 90 % intervals (Wilson) across and upwards."""
    from qspo_lab.methods.experiments import proportion_interval

    members = _members(survey, group)
    scores = _scores(survey, members)
    spans = [
        proportion_interval((table[members] >= 4).sum(axis=0), members.sum(), confidence=0.9)
        for table in (survey.importance, survey.satisfaction)
    ]
    return [
        {
            "id": key,
            "label": _outcome_name(world, key),
            "x": round(float(scores.importance[i]), 2),
            "y": round(float(scores.satisfaction[i]), 2),
            "error": {
                axis: [round(10 * float(low[i]), 2), round(10 * float(high[i]), 2)]
                for axis, (low, high) in zip("xy", spans, strict=True)
            },
            "note": words.say("board.score", score=float(scores.score[i])),
        }
        for i, key in enumerate(survey.outcomes)
    ]


def facts(world: World) -> Mapping[str, Any]:
    """Numbers of the prompt and the hints; the worked score is Ulwick's own formula on made-up ratings."""
    from qspo_lab.methods.opportunity import opportunity

    return {
        "ceo": world.person("ceo"),
        "outcomes": len(world.pack.outcomes),
        "households": HOUSEHOLDS,
        "visits": VISITS,
        "per_visit": INTERVIEWS_PER_VISIT,
        "worth_a_look": WORTH_A_LOOK,
        "strong": STRONG,
        "extreme": EXTREME,
        "mean_score": float(opportunity(6, 5)),
        "half_score": float(opportunity(9, 3)),
        "other_score": float(opportunity(3, 7)),
    }


# ---------------------------------------------------------------------------- what is decided


@dataclass(frozen=True)
class Plan:
    """Channel, number of interviews, group and outcome; None where it is still open."""

    ask: str | None = None
    interviews: int | None = None
    group: str | None = None
    pick: str | None = None


def plan_of(world: World, answer: Answer) -> Plan:
    """Read the four decisions; what cannot be one counts as open."""
    settings, marked = answer.get("settings"), answer.get("marked")
    settings = settings if isinstance(settings, Mapping) else {}
    ask, interviews, group = (settings.get(name) for name in ("ask", "interviews", "group"))
    pick = marked[0] if isinstance(marked, list) and marked else None
    pack = world.pack
    return Plan(
        ask=ask if isinstance(ask, str) and ask in SOURCES else None,
        interviews=interviews if type(interviews) is int and FEWEST <= interviews <= MOST else None,
        group=group if isinstance(group, str) and group in (EVERYONE, *pack.segments) else None,
        pick=pick if isinstance(pick, str) and pick in pack.outcomes else None,
    )


def _households(world: World, group: str) -> int:
    return HOUSEHOLDS if group == EVERYONE else round(HOUSEHOLDS * world.pack.shares("market")[group])


def visits_of(world: World, group: str, interviews: int) -> int:
    """Return how many households are visited: what the money leaves, and no more than there are in the group."""
    return min(VISITS - -(-interviews // INTERVIEWS_PER_VISIT), _households(world, group))


# ---------------------------------------------------------------------------- what the answers say


@dataclass(frozen=True)
class Scores:
    """Importance, satisfaction and score of each outcome, 0 to 10, 10 and 20 at most."""

    importance: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    score: NDArray[np.float64]


def _members(survey: OpportunitySurvey, group: str) -> NDArray[np.bool_]:
    """Say of each respondent whether the group is theirs."""
    import numpy as np

    if group == EVERYONE:
        return np.ones(len(survey.segment), dtype=bool)
    return survey.segment == survey.segments.index(group)


def _scores(survey: OpportunitySurvey, members: NDArray[np.bool_], weights: Any = None) -> Scores:
    from qspo_lab.methods.opportunity import opportunity, rating_score

    importance, satisfaction = (
        rating_score(table[members], weights=weights) for table in (survey.importance, survey.satisfaction)
    )
    return Scores(importance, satisfaction, opportunity(importance, satisfaction))


def _leads(score: Any, place: int) -> bool:
    return bool(score[place] >= score.max() - 1e-9)


# ---------------------------------------------------------------------------- what is true (hidden)


def unmet(world: World, group: str) -> NDArray[np.float64]:
    """Give the true share of a group's households to whom each outcome is important and not satisfied.

    Within a segment a person's ratings of importance and of satisfaction lean independently, see
    `qspo_lab.samples.opportunity_survey`.
    """
    from qspo_lab.samples.opportunity_survey import true_ratings
    from qspo_lab.samples.recruiting import shares_of

    importance, satisfaction = true_ratings(world.pack)
    shares = shares_of(world.pack, "market" if group == EVERYONE else group)
    return shares @ (importance / 10 * (1 - satisfaction / 10))


def leaders(world: World, ask: str, interviews: int, group: str, draws: int = DRAWS) -> NDArray[np.int64]:
    """Give the place of the outcome that leads in the group, in each of many surveys of this kind.

    Ties, and surveys that reach nobody of the group, are settled by lot.
    """
    import numpy as np

    from qspo_lab.methods.opportunity import opportunity
    from qspo_lab.samples.opportunity_survey import make_opportunity_counts

    rng = world.rng("opportunity landscape: other surveys")
    counts = make_opportunity_counts(rng, world.pack, interviews, ask, draws)
    places = range(len(world.pack.segments)) if group == EVERYONE else [list(world.pack.segments).index(group)]
    people = np.maximum(counts.respondents[:, places].sum(axis=1), 1)[:, None]
    importance, satisfaction = (
        10 * table[:, places].sum(axis=1) / people for table in (counts.importance, counts.satisfaction)
    )
    score = opportunity(importance, satisfaction)
    best: NDArray[np.int64] = (score + 1e-9 * rng.random(score.shape)).argmax(axis=1)
    return best


def best_homes(world: World, interviews: int) -> dict[str, tuple[int, float]]:
    """Give the place of the best outcome for each group, and the homes it wins on average."""
    found = {}
    for group in (EVERYONE, *world.pack.segments):
        homes = visits_of(world, group, interviews) * unmet(world, group)
        found[group] = (int(homes.argmax()), float(homes.max()))
    return found


# ---------------------------------------------------------------------------- evaluation


def evaluate(world: World, answer: Answer) -> Result:
    """Read the learner's own survey, and try the way of choosing in 2,000 surveys and visits.

    A bet on the outcome that leads on the map is tried as a way of choosing: each time another survey of the same kind
    decides. A bet against the map stays the same outcome each time.
    """
    plan = plan_of(world, answer)
    if plan == Plan():
        return Result(status="untouched")
    open_parts = [name for name in ("ask", "interviews", "group", "pick") if getattr(plan, name) is None]
    if open_parts:
        return Result(status="incomplete", missing=tuple(open_parts), numbers={"left": len(open_parts)})
    assert plan.ask and plan.interviews and plan.group and plan.pick
    survey = world.opportunity_survey(plan.interviews, plan.ask)
    members = _members(survey, plan.group)
    if not members.any():
        return Result(status="incomplete", missing=("nobody",), numbers={"left": plan.interviews})
    place = survey.outcomes.index(plan.pick)
    follows = _leads(_scores(survey, members).score, place)
    homes = visits_of(world, plan.group, plan.interviews) * unmet(world, plan.group)[place]
    return Result(
        status="complete",
        outcome=_outcome(world, plan, place, follows),
        success=max(best for _, best in best_homes(world, plan.interviews).values()) - float(homes) <= NEAR_BEST,
        numbers=_numbers(world, plan, survey, members, place),
    )


def _outcome(world: World, plan: Plan, place: int, follows: bool) -> Outcome:
    """Count homes won: the same households of a year meet every decision."""
    import numpy as np

    assert plan.ask and plan.interviews and plan.group
    visits, share = visits_of(world, plan.group, plan.interviews), unmet(world, plan.group)
    picks = leaders(world, plan.ask, plan.interviews, plan.group) if follows else np.full(DRAWS, place)
    other_years = world.rng("opportunity landscape: visits of other years").random((visits, DRAWS))
    this_year = world.rng("opportunity landscape: visits").random(visits)
    won = (other_years < share[picks]).sum(axis=0)
    return outcome_of(won, float((this_year < share[place]).sum()), "higher", float(visits * share[picks].mean()))


def _numbers(
    world: World, plan: Plan, survey: OpportunitySurvey, members: NDArray[np.bool_], place: int
) -> dict[str, Any]:
    """Gather what the learner's own answers say; nothing hidden is in it."""
    from qspo_lab.methods.experiments import proportion_interval
    from qspo_lab.methods.opportunity import opportunity_interval

    assert plan.ask and plan.interviews and plan.group
    importance, satisfaction = survey.importance[members], survey.satisfaction[members]
    rng = world.rng("opportunity landscape: answers drawn anew")
    found = opportunity_interval(rng, importance, satisfaction, draws=RESAMPLES)
    names = [_outcome_name(world, key) for key in survey.outcomes]
    columns = {name: getattr(found, name) for name in ("importance", "satisfaction", "score", "low", "high", "first")}
    open_need = int(((importance[:, place] >= 4) & (satisfaction[:, place] < 4)).sum())
    low, high = proportion_interval(open_need, len(importance), confidence=0.9)
    visits = visits_of(world, plan.group, plan.interviews)
    return {
        "ask": plan.ask,
        "interviews": plan.interviews,
        "cost": VISITS - visits_of(world, EVERYONE, plan.interviews),
        "group": plan.group,
        "group_name": _group_name(world, EXERCISE.words(), plan.group),
        "answers": len(importance),
        "households": _households(world, plan.group),
        "visits": visits,
        "idle": visits_of(world, EVERYONE, plan.interviews) - visits,
        "pick": place,
        "share": open_need / len(importance),
        "share_low": float(low),
        "share_high": float(high),
        "rows": [
            {"name": name} | {column: float(values[i]) for column, values in columns.items()}
            for i, name in enumerate(names)
        ],
        "segments": _segments(world, survey, place),
        "weighted": _weighted_leader(world, survey, names),
    }


def _segments(world: World, survey: OpportunitySurvey, place: int) -> list[dict[str, Any]]:
    """Say of each segment how much of the answers and of the market it is, and how its own answers score the pick."""
    rows = []
    for key, market in world.pack.shares("market").items():
        members = _members(survey, key)
        count = int(members.sum())
        score = float(_scores(survey, members).score[place]) if count else None
        name = world.words.say(f"segments.{key}.name")
        rows.append({"name": name, "answers": count, "asked": count / len(members), "market": market, "score": score})
    return rows


def _weighted_leader(world: World, survey: OpportunitySurvey, names: Sequence[str]) -> str | None:
    """Name what leads once everybody's answers are weighted like the market; None if a segment is silent."""
    from qspo_lab.methods.opportunity import segment_weights

    keys = [survey.segments[place] for place in survey.segment]
    if len(set(keys)) < len(survey.segments):
        return None
    weights = segment_weights(keys, world.pack.shares("market"))
    return names[int(_scores(survey, _members(survey, EVERYONE), weights).score.argmax())]


# ---------------------------------------------------------------------------- what to say about it


def explain(result: Result) -> Sequence[Finding]:
    """Argue with the learner's own answers: who gave them, how many there are, and what they can tell apart."""
    n = result.numbers
    if result.status == "untouched":
        return [Finding("untouched", "untouched")]
    if result.status == "incomplete":
        return [Finding("incomplete", name, n) for name in result.missing]
    rows, pick = n["rows"], n["rows"][n["pick"]]
    leader = max(rows, key=lambda row: row["score"])
    follows = pick["score"] >= leader["score"] - 1e-9
    values = {name: n[name] for name in ("interviews", "cost", "group_name", "answers", "households", "visits", "idle")}
    values |= {"name": pick["name"], "score": pick["score"], "low": pick["low"], "high": pick["high"]}
    shares = {name: n[name] for name in ("share", "share_low", "share_high")}
    findings = [
        Finding("consequence", "consequence", {**values, **shares, "homes": n["share"] * n["visits"]}),
        Finding("trade_off", "price", values),
        *(_about_everyone(n, values) if n["group"] == EVERYONE else _about_one_group(n, values)),
    ]
    if n["answers"] < FEW:
        findings.append(Finding("misconception", "few", values))
    if not follows:
        against = {f"leader_{name}": leader[name] for name in ("name", "score", "importance", "satisfaction")}
        against |= {name: pick[name] for name in ("name", "score", "importance", "satisfaction")}
        more = pick["importance"] >= leader["importance"]
        findings.append(
            Finding("misconception" if more else "for_review", "importance" if more else "against", against)
        )
    contenders = [row for row in rows if row["first"] >= CONTENDER]
    if follows and pick["first"] >= SURE:
        findings.append(Finding("strength", "clear", {**values, "first": pick["first"], "draws": RESAMPLES}))
    elif len(contenders) > 1:
        shares = {row["name"]: row["first"] for row in sorted(contenders, key=lambda row: -row["first"])}
        findings.append(Finding("for_review", "tied", {"names": list(shares), **_two(shares), "draws": RESAMPLES}))
    return findings


def _two(shares: Mapping[str, float]) -> dict[str, Any]:
    (first, often), (second, seldom) = list(shares.items())[:2]
    return {"first": first, "often": often, "second": second, "seldom": seldom}


def _about_everyone(n: Mapping[str, Any], values: Mapping[str, Any]) -> list[Finding]:
    """Name what an average hides: of a slanted sample, or of the market."""
    loud = max(n["segments"], key=lambda row: row["asked"] - row["market"])
    mixed = {"loud": loud["name"], "asked": loud["asked"], "market": loud["market"], **_ends(n)}
    if n["ask"] == "forum":
        silent = [row["name"] for row in n["segments"] if not row["answers"]]
        if silent:
            return [Finding("misconception", "forum_silent", {**values, **mixed, "silent": silent})]
        return [Finding("misconception", "forum", {**values, **mixed, "weighted": n["weighted"]})]
    return [Finding("misconception", "average" if n["ask"] == "market" else n["ask"], {**values, **mixed})]


def _about_one_group(n: Mapping[str, Any], values: Mapping[str, Any]) -> list[Finding]:
    ends, found = _ends(n), []
    if ends["most_name"] != ends["least_name"]:
        found.append(Finding("strength", "one_group", {**values, **ends}))
    if n["idle"] > n["visits"] / 10:
        found.append(Finding("misconception", "small", values))
    return found


def _ends(n: Mapping[str, Any]) -> dict[str, Any]:
    """Name the segments in which the pick scores highest and lowest, in the learner's own answers."""
    known = sorted((row for row in n["segments"] if row["answers"]), key=lambda row: row["score"])
    return {
        f"{end}_{part}": row[part]
        for end, row in (("most", known[-1]), ("least", known[0]))
        for part in ("name", "score", "answers")
    }


def figure(result: Result, words: Words) -> Figure:
    """Draw the scores that the learner read, with what they may be."""
    n = result.numbers
    rows = sorted(n["rows"], key=lambda row: -row["score"])
    pick, leader = n["rows"][n["pick"]], rows[0]
    contenders = [row["name"] for row in sorted(rows, key=lambda row: -row["first"]) if row["first"] >= CONTENDER]
    name = "against" if pick["score"] < leader["score"] - 1e-9 else "clear" if pick["first"] >= SURE else "tied"
    said = {"name": pick["name"], "score": pick["score"], "leader": leader["name"], "leader_score": leader["score"]}
    number = lambda value: words.format(value, "number1")  # noqa: E731
    return dots(
        title=words.say(f"figure.{name}", count=len(contenders), **said),
        description=words.say("figure.description", answers=n["answers"], group=n["group_name"], draws=RESAMPLES),
        labels=[row["name"] for row in rows],
        sets=[
            Dots(
                words.say("figure.score"),
                [row["score"] for row in rows],
                low=[row["low"] for row in rows],
                high=[row["high"] for row in rows],
            )
        ],
        axis=Axis(words.say("figure.axis", group=n["group_name"]), number, 0, 20),
        item=words.say("figure.item"),
        you=rows.index(pick),
        ends=(words.say("figure.low"), words.say("figure.high")),
        marks=[Mark(at, words.format(at, "number"), "other") for at in (WORTH_A_LOOK, STRONG, EXTREME)],
    )


# ---------------------------------------------------------------------------- what was hidden


def reveal(world: World, answer: Answer, result: Result, words: Words) -> Reveal:
    """Show the true landscape of each channel and segment, and what each group was worth."""
    plan, n = plan_of(world, answer), result.numbers
    assert plan.ask and plan.interviews and plan.group and result.outcome
    truth, place = unmet(world, plan.group), n["pick"]
    best = best_homes(world, plan.interviews)
    group, (outcome, homes) = max(best.items(), key=lambda item: item[1][1])
    own = {"name": n["rows"][place]["name"], "group_name": n["group_name"], "visits": n["visits"]}
    own |= {"expected": float(n["visits"] * truth[place]), "share": float(truth[place])}
    rest = {"best_name": n["rows"][outcome]["name"], "best_group": _group_name(world, words, group), "best": homes}
    leading = leaders(world, plan.ask, plan.interviews, plan.group)
    again = {"first": float((leading == place).mean()), "draws": DRAWS, "name": own["name"]}
    again |= {"expected": float(n["visits"] * truth[leading].mean()), "interviews": plan.interviews}
    return Reveal(
        findings=(
            Finding("consequence", "truth", {**own, "realised": result.outcome.realised}),
            _beside_the_best(own | rest, bool(result.success)),
            Finding("consequence", "sources", {"name": own["name"], **_sources(world, place)}),
            Finding("for_review", "again", again),
        ),
        tables=(_groups_table(world, words, plan, best), _truth_table(world, words)),
        figure=_landscape(world, words, plan, place),
    )


def _beside_the_best(values: Mapping[str, Any], near: bool) -> Finding:
    if values["best"] <= values["expected"] + 1e-9:
        return Finding("strength", "best_bet", values)
    return Finding("strength", "near_best", values) if near else Finding("for_review", "another_bet", values)


def _sources(world: World, place: int) -> dict[str, Any]:
    """Name the channels that score an outcome lowest and highest on average, and the segment that scores it highest."""
    scores = {key: float(score[place]) for key, score in true_scores(world).items()}
    channels = sorted(SOURCES, key=lambda key: scores[key])
    segment = max(world.pack.segments, key=lambda key: scores[key])
    return {
        "low": scores[channels[0]],
        "low_name": world.words.say(f"channels.{channels[0]}"),
        "high": scores[channels[-1]],
        "high_name": world.words.say(f"channels.{channels[-1]}"),
        "most": scores[segment],
        "most_name": world.words.say(f"segments.{segment}.name"),
    }


def _groups_table(world: World, words: Words, plan: Plan, best: Mapping[str, tuple[int, float]]) -> Table:
    """Set the best bet of each group side by side."""
    from qspo_lab.methods.opportunity import opportunity
    from qspo_lab.samples.opportunity_survey import true_means

    assert plan.interviews and plan.group
    keys, rows = list(world.pack.outcomes), []
    for group, (place, homes) in best.items():
        score = opportunity(*true_means(world.pack, "market" if group == EVERYONE else group))[place]
        rows.append(
            (
                _group_name(world, words, group),
                _outcome_name(world, keys[place]),
                words.format(float(score), "number1"),
                words.format(float(unmet(world, group)[place]), "percent"),
                words.format(visits_of(world, group, plan.interviews), "number"),
                words.format(homes, "number"),
            )
        )
    title = words.say("reveal.groups", interviews=plan.interviews)
    columns, own = tuple(words.raw("reveal.group_columns")), list(best).index(plan.group)
    return Table(title, columns, tuple(rows), (2, 3, 4, 5), own)


def _truth_table(world: World, words: Words) -> Table:
    """Set true score, importance and satisfaction of every segment side by side."""
    segments, scores = list(world.pack.segments), true_scores(world)
    columns = (words.say("figure.item"), *(world.words.say(f"segments.{key}.name") for key in segments))

    def cell(place: int, segment: str) -> str:
        outcome = list(world.pack.outcomes.values())[place]
        pair = {"importance": outcome.importance[segment], "satisfaction": outcome.satisfaction[segment]}
        return words.say("reveal.cell", score=float(scores[segment][place]), **pair)

    rows = tuple(
        (_outcome_name(world, key), *(cell(place, segment) for segment in segments))
        for place, key in enumerate(world.pack.outcomes)
    )
    return Table(words.say("reveal.table"), columns, rows, tuple(range(1, len(columns))))


def true_scores(world: World) -> dict[str, NDArray[np.float64]]:
    """Give the true opportunity scores as each channel and each segment alone would show them (hidden)."""
    from qspo_lab.methods.opportunity import opportunity
    from qspo_lab.samples.opportunity_survey import true_means

    pack = world.pack
    return {key: opportunity(*true_means(pack, key)) for key in (*SOURCES, *pack.segments)}


def _landscape(world: World, words: Words, plan: Plan, place: int) -> Figure:
    scores = true_scores(world)
    own = plan.ask if plan.group == EVERYONE else plan.group
    names = [world.words.say(f"channels.{key}" if key in SOURCES else f"segments.{key}.name") for key in scores]
    name = _outcome_name(world, list(world.pack.outcomes)[place])
    return grid(
        title=words.say("reveal.title", name=name, **_sources(world, place)),
        description=words.say("reveal.description"),
        values=[[float(scores[key][i]) for key in scores] for i in range(len(world.pack.outcomes))],
        row_labels=[_outcome_name(world, key) for key in world.pack.outcomes],
        column_labels=names,
        row_axis=words.say("figure.item"),
        column_axis=words.say("reveal.asked"),
        write=lambda value: words.format(value, "number1"),
        outlined=[(place, list(scores).index(str(own)))],
    )


# ---------------------------------------------------------------------------- named answers


@lru_cache(maxsize=8)
def _best_plan(scenario: str) -> tuple[str, int]:
    """Return the group in which most homes can be won, and the number of interviews that wins most there."""
    world = World(scenario)
    group = max(best_homes(world, FEWEST).items(), key=lambda item: item[1][1])[0]

    def homes(interviews: int) -> float:
        leading = leaders(world, "market", interviews, group, 1000)
        return float(visits_of(world, group, interviews) * unmet(world, group)[leading].mean())

    return group, max(range(FEWEST, MOST + 1, 2 * STEP), key=homes)


def policies(world: World) -> Mapping[str, Answer]:
    """Give the reference and the misunderstandings: each runs its survey in this world and bets on what it reads."""
    pack = world.pack
    group, size = _best_plan(world.scenario)
    scores = true_scores(world)
    highest = max(pack.segments, key=lambda key: float(scores[key].max()))
    loudest = max(pack.shares("forum").items(), key=lambda item: item[1])[0]
    return {
        "reference": _bet(world, "market", size, group),
        "forum_favourite": _bet(world, "forum", MOST, EVERYONE),
        "customer_list": _bet(world, "customers", MOST, EVERYONE),
        "market_average": _bet(world, "market", MOST, EVERYONE),
        "importance_only": _bet(world, "forum", MOST, loudest, by="importance"),
        "highest_score": _bet(world, "market", size, highest),
        "tiny_sample": _bet(world, "market", FEWEST, group),
    }


def _bet(world: World, ask: str, interviews: int, group: str, by: str = "score") -> Answer:
    """Bet on what leads in a survey: by score, or by importance where that points elsewhere."""
    survey = world.opportunity_survey(interviews, ask)
    scores = _scores(survey, _members(survey, group))
    place = int(scores.score.argmax())
    if by == "importance":
        place = max((i for i in range(len(survey.outcomes)) if i != place), key=lambda i: scores.importance[i])
    settings = {"ask": ask, "interviews": interviews, "group": group}
    return {"positions": {}, "lines": {}, "marked": [survey.outcomes[place]], "settings": settings}


def carry(world: World, answer: Answer, result: Result) -> Mapping[str, Any]:
    """Carry on for whom the product is made, and how well the answers support the outcome."""
    n, plan = result.numbers, plan_of(world, answer)
    evidence = {"claim": plan.pick, "quality": n["rows"][n["pick"]]["first"], "from": EXERCISE.key}
    return {"target_segment": "" if plan.group == EVERYONE else plan.group, "evidence": [evidence]}


EXERCISE = Exercise(
    key="opportunity_landscape",
    source=__file__,
    outcome="LO5",
    terms=("jobs_to_be_done", "customer_needs"),
    minutes=30,
    measure="number",
    better="higher",
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
