"""The workbook as one readable page: what was committed, why, what followed, and what it means for the own product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from qspo_lab import course
from qspo_lab.exercise import Exercise
from qspo_lab.samples.world import World
from qspo_lab.texts import course_words, panel_words
from qspo_lab.workbook import Workbook


def summary_page(workbook: Workbook, language: str = "en") -> str:
    """Return an HTML page that needs nothing else: no script, no network.

    Parameters
    ----------
    workbook
        The learner's workbook; only what is committed is shown.
    language
        Language of every word.

    Returns
    -------
    str
        HTML. All text of the learner is escaped by the template engine.
    """
    words, names = panel_words(language), course_words(language)
    answers = workbook.answers()
    sections = []
    count = 0
    for module in course.MODULES:
        found = []
        for outcome in module.outcomes:
            for place in outcome.exercises:
                key = place.rpartition(".")[2]
                count += 1
                if answers.get(key, {}).get("status") in ("committed", "revealed"):
                    found.append(_section(course.exercise(key), answers[key], language))
        if found:
            sections.append({"title": names.say(f"modules.{module.key}"), "exercises": found})
    committed = sum(len(s["exercises"]) for s in sections)
    made = words.say("summary.made", date=dt.datetime.now().astimezone().date(), committed=committed, count=count)
    return str(
        _template().render(
            language=language,
            title=words.say("summary.title", course=names.say("title")),
            made=made,
            nothing=words.say("summary.nothing"),
            sections=sections,
            labels={name: words.say(f"summary.{name}") for name in ("reason", "consequences", "transfer", "limits")},
        )
    )


def _section(exercise: Exercise, entry: Mapping[str, Any], language: str) -> dict[str, Any]:
    world = World(entry["scenario"], entry["seed"])
    words = exercise.words(language).in_case(world.words)
    findings = exercise.explain(exercise.evaluate(world, entry["answer"]))
    return {
        "title": words.say("title"),
        "outcome": exercise.outcome,
        "confidence": panel_words(language).say("summary.confidence", confidence=entry.get("confidence")),
        "reason": entry.get("reason") or "",
        "findings": [words.say(f"findings.{f.name}", **f.values) for f in findings],
        "question": words.say("transfer"),
        "transfer": entry.get("transfer") or "",
    }


@cache
def _template() -> Any:
    from jinja2 import Environment

    source = (Path(__file__).parent / "texts" / "summary.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
