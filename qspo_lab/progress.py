"""Where the learner stands: what is open, committed and revealed; how well confidence fits; the work to take home."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from qspo_lab import course
from qspo_lab.case import DEFAULT, CaseState, carried
from qspo_lab.figures import Figure
from qspo_lab.samples.world import World
from qspo_lab.summary import summary_page
from qspo_lab.texts import course_words, panel_words
from qspo_lab.texts.markdown import markdown_tree
from qspo_lab.widgets.panel import ExerciseBox, Panel
from qspo_lab.widgets.plot_board import PlotBoard
from qspo_lab.workbook import Notice, Saved, Workbook

FEWEST_STATEMENTS = 5
"""Below this number of statements nothing is said about calibration."""


def statements(answers: Mapping[str, Mapping[str, Any]]) -> list[tuple[float, bool]]:
    """Return (confidence, came true) of everything the learner put a confidence on, earlier attempts included.

    Parameters
    ----------
    answers
        The workbook's entries by key. A self-check keeps its items under ``result.statements``.

    Returns
    -------
    list of (float, bool)
        Confidence from 0 to 1.
    """
    found: list[tuple[float, bool]] = []
    for entry in answers.values():
        for tried in [*entry.get("attempts", []), entry]:
            result = tried.get("result") or {}
            for percent, true in result.get("statements", []):
                found.append((percent / 100, bool(true)))
            if result.get("success") is not None and tried.get("confidence") is not None:
                found.append((tried["confidence"] / 100, bool(result["success"])))
    return found


def case_of(answers: Mapping[str, Mapping[str, Any]]) -> CaseState:
    """Return what the committed answers carry on, in teaching order, from the default state."""
    state = DEFAULT
    for key in list(course.keys()):
        entry = answers.get(key, {})
        exercise = course.exercise(key)
        if exercise.carry is None or entry.get("status") not in ("committed", "revealed"):
            continue
        world = World(entry["scenario"], entry["seed"])
        result = exercise.evaluate(world, entry["answer"])
        state = carried(state, exercise.carry(world, entry["answer"], result))
    return state


class Progress:
    """The progress view.

    Attributes
    ----------
    widget
        What the notebook shows.
    """

    def __init__(self, workbook: Workbook, language: str = "en") -> None:
        workbook.refresh()
        self.workbook = workbook
        self.language = language
        self.words = panel_words(language)
        self.panel = Panel(words=self.words.raw("panel"))
        self.panel.on_act(self.act)
        self.plot = PlotBoard(words=self.words.raw("plot_board"))
        self.home = Panel(words=self.words.raw("panel"))
        self.home.on_act(self.act)
        self.widget = ExerciseBox(
            [self.panel], fallback=self.words.say("frame.fallback", title=self.words.say("progress.title"))
        )
        self.told: list[str] = []
        self._carried: tuple[list[Any], CaseState] | None = None
        self._unwatch = [workbook.watch(key, self.show) for key in list(course.keys())]
        self.show()

    def close(self) -> None:
        """Let go of the workbook."""
        for unwatch in self._unwatch:
            unwatch()

    def act(self, action: str, value: Any = None) -> None:
        """Do what a button asks for."""
        if action == "page":
            page = summary_page(self.workbook, self.language)
            self.home.give(self.words.say("progress.page_name"), page.encode(), "text/html")
        elif action == "file":
            self.home.give("workbook.json", self.workbook.to_bytes(), "application/json")
        elif action == "take_in" and isinstance(value, Mapping):
            told = self.workbook.take_in(value["content"])
            self.told = [self._sentence(told)]
            self.show()
        elif action == "refresh":
            self.workbook.refresh()
            self.show()

    def _sentence(self, told: Saved | Notice) -> str:
        if isinstance(told, Notice):
            return self.words.say(f"workbook.{told.name}", **told.values)
        if told.ok:
            return self.words.say("progress.taken_in")
        return self.words.say(f"workbook.{told.problem}", **told.values)

    def show(self) -> None:
        """Draw the present state."""
        answers = self.workbook.answers()
        calibration = self._calibration(answers)
        self.panel.blocks = [
            *self._notices(answers),
            *self._modules(answers),
            *self._case(answers),
            *calibration[0],
        ]
        self.home.blocks = self._home()
        if calibration[1] is None:
            self.widget.children = (self.panel, self.home)
        else:
            self.plot.show(calibration[1])
            self.widget.children = (self.panel, self.plot, self.home)

    def _notices(self, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
        texts = [self._sentence(notice) for notice in self.workbook.notices] + self.told
        retired = [k for k in self.workbook.unknown(course.keys()) if not k.startswith("self_check_")]
        if retired:
            texts.append(self.words.say("progress.retired", keys=self.words.format(retired, "list")))
        return [{"kind": "notice", "id": f"notice-{i}", "text": text, "tone": "warn"} for i, text in enumerate(texts)]

    def _modules(self, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
        names = course_words(self.language)
        blocks: list[dict[str, Any]] = []
        for module in course.MODULES:
            items = []
            for outcome in module.outcomes:
                for place in outcome.exercises:
                    key = place.rpartition(".")[2]
                    exercise, entry = course.exercise(key), answers.get(key, {})
                    status = entry.get("status", "empty")
                    note = self.words.say("frame.minutes", minutes=exercise.minutes)
                    if status in ("committed", "revealed"):
                        note = self.words.say("progress.with_confidence", confidence=entry.get("confidence"))
                    items.append(
                        {
                            "label": exercise.words(self.language).say("title"),
                            "mark": self.words.say(f"progress.status.{status}"),
                            "state": {"committed": "done", "revealed": "done"}.get(status, "open"),
                            "note": note,
                        }
                    )
            if items:
                title = names.say(f"modules.{module.key}")
                blocks.append({"kind": "prose", "id": f"{module.key}-title", "heading": title, "tree": []})
                blocks.append({"kind": "steps", "id": module.key, "items": items})
        return blocks

    def _case(self, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Say what the committed decisions carry on; worked out anew only when one was committed."""
        committed = [(key, entry.get("committed")) for key, entry in answers.items() if entry.get("committed")]
        if self._carried is None or self._carried[0] != committed:
            self._carried = (committed, case_of(answers))
        state = self._carried[1]
        scenario = str(self.workbook.learner().get("scenario", "calmwatt"))
        names, say = World(scenario).words, self.words.say
        items = []
        if state.bets_order:
            bets = [names.say(f"bets.{key}.name") for key in state.bets_order]
            items.append(say("progress.case.order", bets=bets, level=state.forecast_level))
        if state.gates:
            items.append(say("progress.case.gates", bets=[names.say(f"bets.{key}.name") for key in state.gates]))
        if state.target_segment:
            items.append(say("progress.case.segment", segment=names.say(f"segments.{state.target_segment}.name")))
        if state.evidence:
            items.append(say("progress.case.evidence", count=len(state.evidence)))
        return (
            [{"kind": "list", "id": "case", "heading": say("progress.case.heading"), "items": items}] if items else []
        )

    def _calibration(self, answers: Mapping[str, Any]) -> tuple[list[dict[str, Any]], Figure | None]:
        said = statements(answers)
        heading = self.words.say("progress.calibration")
        if len(said) < FEWEST_STATEMENTS:
            text = self.words.say("progress.too_few", count=len(said), needed=FEWEST_STATEMENTS)
            too_few: dict[str, Any] = {"kind": "prose", "id": "calibration", "heading": heading}
            return [{**too_few, "tree": markdown_tree(text)}], None
        from qspo_lab.figures import Axis, Line, lines
        from qspo_lab.methods.judgement import brier_score, calibration_points

        forecasts, outcomes = [s[0] for s in said], [float(s[1]) for s in said]
        mean, hits = sum(forecasts) / len(said), sum(outcomes) / len(said)
        name = "over" if mean - hits > 0.1 else "under" if hits - mean > 0.1 else "fits"
        brier = float(brier_score(forecasts, outcomes))
        text = self.words.say(f"progress.{name}", mean=mean, hits=int(sum(outcomes)), count=len(said), brier=brier)
        points = calibration_points(forecasts, outcomes)
        percent = partial(self.words.format, kind="percent")
        figure = lines(
            title=self.words.say("progress.figure", mean=mean, hits=int(sum(outcomes)), count=len(said)),
            description=text,
            lines=[
                Line(self.words.say("progress.perfect"), (0.0, 1.0), (0.0, 1.0), role="reference"),
                Line(
                    self.words.say("progress.you"),
                    points.stated.tolist(),
                    points.happened.tolist(),
                    role="you",
                    dots=True,
                ),
            ],
            x_axis=Axis(self.words.say("progress.axis_said"), percent, 0.0, 1.0),
            y_axis=Axis(self.words.say("progress.axis_true"), percent, 0.0, 1.0),
        )
        return [{"kind": "prose", "id": "calibration", "heading": heading, "tree": markdown_tree(text)}], figure

    def _home(self) -> list[dict[str, Any]]:
        say = self.words.say
        return [
            {
                "kind": "prose",
                "id": "home",
                "heading": say("progress.home"),
                "tree": markdown_tree(say("progress.home_text")),
            },
            {
                "kind": "actions",
                "id": "take",
                "buttons": [
                    {"action": "refresh", "label": say("progress.refresh")},
                    {"action": "file", "label": say("progress.file")},
                    {"action": "page", "label": say("progress.page"), "main": True},
                ],
            },
            {
                "kind": "file",
                "id": "take_in",
                "label": say("progress.take_in"),
                "accept": ".json,application/json",
                "action": "take_in",
            },
        ]
