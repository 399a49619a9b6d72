"""The panel around every exercise, and the whole life of an answer.

empty -> draft (saved by itself) -> committed with confidence and a reason -> revealed -> revised in another world.

A `Frame` joins an exercise (a value), a workbook (a file) and widgets. It holds no answer of its own: the workbook's
entry is the one state, `Frame.show` draws it, and every act changes the entry first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from threading import Thread
from typing import Any

import traitlets
from ipywidgets import VBox

from qspo_lab.exercise import Answer, Exercise, Finding, Refused, Result, Reveal, Table
from qspo_lab.samples.world import World
from qspo_lab.texts import Words, course_words, panel_words
from qspo_lab.texts.markdown import markdown_tree
from qspo_lab.widgets.panel import ExerciseBox, Panel
from qspo_lab.widgets.plot_board import PlotBoard
from qspo_lab.workbook import Saved, Workbook

FINDING_ORDER = ("untouched", "incomplete", "consequence", "misconception", "trade_off", "strength", "for_review")
TONES = {"misconception": "warn", "incomplete": "warn", "strength": "good"}
Block = dict[str, Any]


class Frame:
    """One exercise on the page.

    Parameters
    ----------
    exercise
        The declared exercise.
    workbook
        Where its answer lives.
    language
        Language of every word.

    Attributes
    ----------
    widget
        What the notebook shows.
    """

    def __init__(self, exercise: Exercise, workbook: Workbook, language: str = "en") -> None:
        workbook.refresh()
        self.exercise = exercise
        self.workbook = workbook
        self.language = language
        self.panel_words = panel_words(language)
        self._busy = False
        self._warmed = False
        self._result: tuple[tuple[str, int, str], Result] | None = None
        self.trainer_open = False
        self.board_open = False
        self.notice: Block | None = None
        self.world = self._world()
        self.top = self._panel()
        self.bar = self._panel()
        self.widget = ExerciseBox(
            fallback=self.panel_words.say("frame.fallback", title=exercise.words(language).say("title"))
        )
        self._make_board()
        self._unwatch = workbook.watch(exercise.key, self._changed_elsewhere)
        self.show()

    # ------------------------------------------------------------------ parts that are made when first needed

    def _panel(self) -> Panel:
        panel = Panel(words=self.panel_words.raw("panel"))
        panel.on_act(self.act)
        return panel

    def _plot(self) -> PlotBoard:
        return PlotBoard(words=self.panel_words.raw("plot_board"))

    @cached_property
    def findings(self) -> Panel:
        """What follows from a committed answer."""
        return self._panel()

    @cached_property
    def plot(self) -> PlotBoard:
        """The exercise's figure; made with the first draft, so that the page can draw when the answer comes."""
        return self._plot()

    @cached_property
    def results(self) -> VBox:
        """Findings and figure, side by side."""
        box = VBox([self.findings, self.plot])
        box.add_class("qspo-two")
        return box

    @cached_property
    def truth(self) -> Panel:
        """What was hidden."""
        return self._panel()

    @cached_property
    def truth_plot(self) -> PlotBoard:
        """The reveal's own figure."""
        return self._plot()

    @cached_property
    def closing(self) -> Panel:
        """Comparison, luck, debrief and transfer."""
        return self._panel()

    # ------------------------------------------------------------------ what is known

    @property
    def entry(self) -> dict[str, Any]:
        """The workbook's entry for this exercise; ``{}`` if untouched."""
        return self.workbook.entry(self.exercise.key)

    @property
    def status(self) -> str:
        """``empty``, ``draft``, ``committed`` or ``revealed``."""
        return str(self.entry.get("status", "empty"))

    def words(self) -> Words:
        """Return the exercise's words with the pack's unit of value."""
        return self.exercise.words(self.language).in_case(self.world.words)

    def _world(self) -> World:
        entry, learner = self.entry, self.workbook.learner()
        scenario = entry.get("scenario", learner.get("scenario", "calmwatt"))
        return World(str(scenario), int(entry.get("seed", learner.get("seed", 1))))

    def result(self) -> Result:
        """Evaluate the present answer; kept until answer or world changes."""
        key = (self.world.scenario, self.world.seed, repr(self.board.value))
        if self._result is None or self._result[0] != key:
            self._result = (key, self.exercise.evaluate(self.world, dict(self.board.value)))
        return self._result[1]

    # ------------------------------------------------------------------ the board

    def _make_board(self) -> None:
        words = self.words()
        self.board = self.exercise.board(self.world, words)
        stem = self.board.stem
        own = self.panel_words.raw(stem) if self.panel_words.has(stem) else {}
        self.board.words = {**self.panel_words.raw("board"), **own, **self.board.words}
        self.board.label = self.board.label or words.say("title")
        self.board.name = f"{self.workbook.path}#{self.exercise.key}#{self.world.scenario}#{self.world.seed}"
        self.empty = dict(self.board.value)
        self._lay(self.entry.get("answer"))
        self.board.observe(self._drafted, "value")
        self.board.on_file(self._file)

    def _lay(self, answer: Answer | None) -> None:
        """Put an answer on the board; one that no longer fits is left in the workbook and said."""
        with self._quiet():
            try:
                self.board.value = dict(answer) if answer is not None else dict(self.empty)
            except traitlets.TraitError:
                self.board.value = dict(self.empty)
                self.notice = self._say_notice("answer_no_longer_fits", "warn")
            self._respond()

    def _respond(self) -> None:
        if self.exercise.respond is None:
            return
        traits = self.exercise.respond(self.world, dict(self.board.value))
        with self.board.hold_sync():
            for name, value in traits.items():
                setattr(self.board, name, value)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before

    # ------------------------------------------------------------------ acts

    def _drafted(self, _: Any) -> None:
        if self._busy or self.status in ("committed", "revealed"):
            return
        with self._quiet():
            self.notice = None
            self._respond()
        self._warm()
        self._put(answer=self.board.value, undo=None)
        self.board.saved_rev = self.board.rev

    def _warm(self) -> None:
        """Load what a commit needs while the learner still thinks, so that the answer comes at once."""
        if self._warmed:
            return
        self._warmed = True
        Thread(target=self._try_reference, daemon=True).start()

    def _try_reference(self) -> None:
        with suppress(Exception):  # whatever it is, the commit itself will meet it and say so
            self.exercise.evaluate(self.world, self.exercise.policies(self.world)["reference"])

    def _put(self, **changes: Any) -> Saved:
        """Change the entry; a first change makes it a draft in this world."""
        entry = self.entry
        if "status" not in changes and "status" not in entry:
            changes = {"status": "draft", **changes}
        changes = {"scenario": self.world.scenario, "seed": self.world.seed, **changes}
        with self._quiet():
            saved = self.workbook.put(self.exercise.key, **changes)
        if saved.problem == "committed_elsewhere":
            self._changed_elsewhere()
        self.show(saved)
        return saved

    def act(self, action: str, value: Any = None) -> None:
        """Do what a button or field of the panel asks for; an unknown or untimely act does nothing."""
        acts = {
            "reason": self._reason,
            "confidence": self._confidence,
            "transfer": lambda text: self._put(transfer=str(text)[:4000]),
            "hint": self._hint,
            "start_over": self._start_over,
            "undo": self._undo,
            "commit": self._commit,
            "reveal": self._reveal,
            "another_world": self._another_world,
            "show_answer": self._show_answer,
            "trainer": self._trainer,
            "demo": self._demo,
        }
        if action in acts:
            acts[action](value)

    def _open(self) -> bool:
        return self.status in ("empty", "draft")

    def _reason(self, text: Any) -> None:
        if self._open():
            self._put(reason=str(text)[:4000])

    def _confidence(self, percent: Any) -> None:
        if self._open() and isinstance(percent, (int, float)) and 0 <= percent <= 100:
            self._put(confidence=int(percent))

    def _hint(self, _: Any) -> None:
        if self._open():
            self._put(hints=min(3, int(self.entry.get("hints", 0)) + 1))
            self.bar.attend("hints")

    def _start_over(self, _: Any) -> None:
        if self.status != "draft":
            return
        entry = self.entry
        undo = {name: entry.get(name) for name in ("answer", "reason", "confidence")}
        self._lay(None)
        self._put(answer=self.board.value, reason="", confidence=None, undo=undo)

    def _undo(self, _: Any) -> None:
        undo = self.entry.get("undo")
        if self.status == "draft" and undo:
            self._lay(undo.get("answer"))
            self._put(**undo, undo=None)

    def _missing(self) -> list[str]:
        """Say what stands between the draft and a commit, as sentences."""
        words, result, entry = self.words(), self.result(), self.entry
        missing = []
        if result.status == "untouched":
            missing.append(self.panel_words.say("missing.answer"))
        missing += [words.say(f"missing.{name}") for name in result.missing]
        if entry.get("confidence") is None:
            missing.append(self.panel_words.say("missing.confidence"))
        if not str(entry.get("reason") or "").strip():
            missing.append(self.panel_words.say("missing.reason"))
        return missing

    def _commit(self, _: Any) -> None:
        self.workbook.refresh()
        if not self._open():
            return
        missing = self._missing()
        if missing:
            self.notice = self._notice(" ".join(missing), "warn")
            self.show()
            self.bar.attend("notice")
            return
        result = self.result()
        kept = {"success": result.success}
        if result.outcome is not None:
            kept |= {name: getattr(result.outcome, name) for name in ("realised", "expected", "percentile")}
        self.notice = None
        self._put(status="committed", answer=self.board.value, committed=_now(), result=kept, undo=None)
        self.findings.attend("findings")

    def _reveal(self, _: Any) -> None:
        if self.status == "committed":
            self._put(status="revealed", revealed=_now())
            self.truth.attend("reveal")

    def _another_world(self, _: Any) -> None:
        """Archive this try and open the same answer as a draft in the next world."""
        if self.status not in ("committed", "revealed"):
            return
        entry = self.entry
        tried = {name: value for name, value in entry.items() if name not in ("attempts", "transfer", "undo")}
        attempts = [*entry.get("attempts", []), tried]
        seed = self.world.seed + 1
        with self._quiet():
            saved = self.workbook.put(
                self.exercise.key,
                status="draft",
                seed=seed,
                attempts=attempts,
                confidence=None,
                reason="",
                result=None,
                committed=None,
                revealed=None,
            )
        self._renew(saved)
        self.top.attend("head")

    def _renew(self, saved: Saved | None = None) -> None:
        """Draw everything anew for the world that the entry names."""
        old = self.board
        self.world = self._world()
        self._result = None
        self.board_open = False
        self._make_board()
        old.close()
        self.show(saved)

    def _show_answer(self, _: Any) -> None:
        self.board_open = not self.board_open
        self.show()

    def _trainer(self, is_open: Any) -> None:
        self.trainer_open = bool(is_open)
        self.show()

    def _demo(self, policy: Any) -> None:
        """Lay one of the named policies on the board, for a trainer."""
        policies = self.exercise.policies(self.world)
        if policy in policies and self._open():
            self._lay(policies[policy])
            self._put(answer=self.board.value, undo=None)

    def _file(self, control: str, name: str, content: bytes) -> None:
        if self.exercise.read_file is None or not self._open():
            return
        try:
            answer = self.exercise.read_file(self.world, dict(self.board.value), control, name, content)
        except Refused as refused:
            self.notice = self._notice(self.words().say(f"refusals.{refused.name}", **refused.values), "warn")
            self.show()
            self.board.saved_rev = self.board.rev
            self.bar.attend("notice")
            return
        self.board.value = answer

    def _changed_elsewhere(self) -> None:
        """Another copy of this exercise, or another notebook, changed the entry."""
        if self._busy:
            return
        entry = self.entry
        if (entry.get("scenario", self.world.scenario), entry.get("seed", self.world.seed)) != (
            self.world.scenario,
            self.world.seed,
        ):
            self._renew()
            return
        if entry.get("answer") != self.board.value:
            self._lay(entry.get("answer"))
        self.show()

    def close(self) -> None:
        """Let go of the workbook; the widgets stay as they are on the page."""
        self._unwatch()
        self.board.unobserve(self._drafted, "value")

    # ------------------------------------------------------------------ show

    def show(self, saved: Saved | None = None) -> None:
        """Draw what the entry says."""
        entry, status = self.entry, self.status
        decided = status in ("committed", "revealed")
        self.board.locked = decided
        self.board.layout.display = "none" if decided and not self.board_open else ""
        self.top.blocks = self._top_blocks(entry, status)
        self.bar.saved = self._saved_mark(entry, saved)
        self.bar.blocks = self._bar_blocks(entry, status)
        shown: tuple[Any, ...] = (self.top, self.board)
        if decided:
            self._show_result()
        elif self._warmed:
            self.findings.blocks = []
            self.plot.show(None)
        if decided or self._warmed:
            shown += (self.results,)
        if status == "revealed":
            self._show_truth()
            self.closing.blocks = self._closing_blocks(entry)
            shown += (self.truth, self.truth_plot, self.closing)
        self.widget.children = (*shown, self.bar)

    def _show_result(self) -> None:
        words, result = self.words(), self.result()
        figure = self.exercise.figure(result, words)
        self.plot.show(figure)
        self.findings.blocks = [
            self._findings_block("findings", self.exercise.explain(result)),
            self._table_block(
                "numbers",
                Table(
                    self.panel_words.say("frame.as_table"),
                    figure.columns,
                    figure.rows,
                    figure.numeric,
                    figure.highlight,
                ),
                folded=True,
            ),
        ]

    def _top_blocks(self, entry: Mapping[str, Any], status: str) -> list[Block]:
        words, names = self.words(), course_words(self.language)
        facts = self.facts()
        terms = words.format([names.say(f"terms.{term}") for term in self.exercise.terms], "list")
        right = self.panel_words.say("frame.minutes", minutes=self.exercise.minutes)
        if status in ("committed", "revealed"):
            right = self.panel_words.say(
                "frame.committed_at", time=_clock(entry.get("committed")), confidence=entry.get("confidence")
            )
        blocks: list[Block] = [
            {
                "kind": "head",
                "id": "head",
                "title": words.say("title"),
                "meta": f"{terms} · {self.exercise.outcome}",
                "right": right,
            },
            {"kind": "prose", "id": "prompt", "tree": markdown_tree(words.say("prompt", **facts))},
            {"kind": "prose", "id": "goal", "tone": "soft", "tree": markdown_tree(words.say("goal"))},
        ]
        attempts = len(entry.get("attempts", []))
        if attempts:
            text = self.panel_words.say("frame.attempt", attempt=attempts + 1)
            blocks.append({"kind": "notice", "id": "attempt", "text": text})
        return blocks

    def facts(self) -> Mapping[str, Any]:
        """Values for the placeholders of prompt and hints."""
        return self.exercise.facts(self.world) if self.exercise.facts else {}

    def _bar_blocks(self, entry: Mapping[str, Any], status: str) -> list[Block]:
        say = self.panel_words.say
        if status in ("committed", "revealed"):
            show_answer = say("frame.hide_answer" if self.board_open else "frame.show_answer")
            buttons: list[Block] = [{"action": "show_answer", "label": show_answer}]
            buttons.append(
                {"action": "another_world", "label": say("frame.another_world"), "main": status == "revealed"}
            )
            if status == "committed":
                buttons.append({"action": "reveal", "label": say("frame.reveal"), "main": True})
            return [self._actions(buttons), self._trainer_block()]
        words = self.words()
        hints = int(entry.get("hints", 0))
        blocks: list[Block] = []
        if hints:
            texts = words.says("hints", **self.facts())[:hints]
            items = [{"label": say("frame.hint", number=i + 1), "text": text} for i, text in enumerate(texts)]
            blocks.append({"kind": "hints", "id": "hints", "items": items})
        blocks.append(
            {
                "kind": "confidence",
                "id": "confidence",
                "label": words.say("confidence"),
                "low": say("frame.confidence_low"),
                "high": say("frame.confidence_high"),
                "value": entry.get("confidence"),
            }
        )
        blocks.append(
            {
                "kind": "field",
                "id": "reason",
                "label": say("frame.reason"),
                "value": entry.get("reason") or "",
                "rows": 1,
            }
        )
        if self.notice:
            blocks.append(self.notice)
        open_buttons: list[Block] = []
        if hints < 3:
            open_buttons.append(
                {"action": "hint", "label": say("frame.first_hint" if not hints else "frame.next_hint")}
            )
        if entry.get("undo"):
            open_buttons.append({"action": "undo", "label": say("frame.undo")})
        else:
            open_buttons.append(
                {"action": "start_over", "label": say("frame.start_over"), "disabled": status == "empty"}
            )
        open_buttons.append({"action": "commit", "label": say("frame.commit"), "main": True})
        return [*blocks, self._actions(open_buttons), self._trainer_block()]

    def _actions(self, buttons: list[Block]) -> Block:
        return {"kind": "actions", "id": "actions", "saved": True, "buttons": buttons}

    def _trainer_block(self) -> Block:
        """Return the trainers' switch; its content is made only when it is open."""
        say = self.panel_words.say
        blocks: list[Block] = []
        if self.trainer_open:
            words = self.words()
            blocks.append(
                {
                    "kind": "prose",
                    "id": "facilitation",
                    "tree": markdown_tree(words.say("facilitation", **self.facts())),
                }
            )
            if self._open():
                buttons = [
                    {"action": "demo", "value": name, "label": words.say(f"policies.{name}")}
                    for name in self.exercise.policies(self.world)
                ]
                blocks.append({"kind": "prose", "id": "demo", "tree": markdown_tree(say("frame.demo"))})
                blocks.append({"kind": "actions", "id": "demos", "buttons": buttons})
        return {
            "kind": "fold",
            "id": "trainer",
            "summary": say("frame.trainer"),
            "action": "trainer",
            "open": self.trainer_open,
            "blocks": blocks,
        }

    def _show_truth(self) -> None:
        words = self.words()
        reveal: Reveal = self.exercise.reveal(self.world, dict(self.board.value), self.result(), words)
        heading = self.panel_words.say("frame.revealed")
        self.truth.blocks = [
            {**self._findings_block("reveal", reveal.findings), "heading": heading},
            *(self._table_block(f"truth-{i}", table) for i, table in enumerate(reveal.tables)),
        ]
        self.truth_plot.show(reveal.figure)

    def _closing_blocks(self, entry: Mapping[str, Any]) -> list[Block]:
        words, say = self.words(), self.panel_words.say
        blocks: list[Block] = []
        compared = self.comparison()
        if compared is not None:
            blocks.append(self._table_block("policies", compared))
            blocks.append({"kind": "prose", "id": "luck", "tree": markdown_tree(self._luck(self.result()))})
        items = words.says("debrief", **self.facts())
        blocks.append({"kind": "list", "id": "debrief", "heading": say("frame.debrief"), "items": items})
        blocks.append(
            {
                "kind": "field",
                "id": "transfer",
                "label": words.say("transfer"),
                "value": entry.get("transfer") or "",
                "note": say("frame.transfer_note"),
            }
        )
        return blocks

    def comparison(self) -> Table | None:
        """Set the learner's decision beside the named policies: in this world, and over many."""
        result = self.result()
        if result.outcome is None:
            return None
        words, say, measure = self.words(), self.panel_words.say, self.exercise.measure
        rows = [(say("frame.yours"), result.outcome)]
        for name, answer in self.exercise.policies(self.world).items():
            outcome = self.exercise.evaluate(self.world, answer).outcome
            if outcome is not None:
                rows.append((words.say(f"policies.{name}"), outcome))
        return Table(
            say("frame.compared", measure=words.say("measure")),
            tuple(self.panel_words.raw("frame.compared_columns")),
            tuple(
                (
                    name,
                    words.format(o.realised, measure),
                    words.format(o.expected, measure),
                    say("frame.from_to", low=words.format(o.low, measure), high=words.format(o.high, measure)),
                )
                for name, o in rows
            ),
            numeric=(1, 2, 3),
            highlight=0,
        )

    def _luck(self, result: Result) -> str:
        assert result.outcome is not None
        if result.outcome.low == result.outcome.high:
            return self.panel_words.say("luck.none")
        p = result.outcome.percentile
        name = "good" if p >= 0.8 else "bad" if p <= 0.2 else "neither"
        return self.panel_words.say(f"luck.{name}", percentile=p)

    def _findings_block(self, block: str, findings: Any) -> Block:
        words = self.words()
        ordered: list[Finding] = sorted(findings, key=lambda f: FINDING_ORDER.index(f.kind))
        items = [
            {
                "label": self.panel_words.say(f"finding_labels.{f.kind}"),
                "tone": TONES.get(f.kind, "soft"),
                "text": words.say(f"findings.{f.name}", **f.values),
            }
            for f in ordered
        ]
        return {"kind": "findings", "id": block, "items": items}

    def _table_block(self, block: str, table: Table, folded: bool = False) -> Block:
        return {
            "kind": "table",
            "id": block,
            "title": table.title,
            "columns": list(table.columns),
            "rows": [list(row) for row in table.rows],
            "numeric": list(table.numeric),
            "highlight": table.highlight,
            "folded": folded,
        }

    def _notice(self, text: str, tone: str = "plain") -> Block:
        return {"kind": "notice", "id": "notice", "text": text, "tone": tone}

    def _say_notice(self, name: str, tone: str = "plain", **values: Any) -> Block:
        return self._notice(self.panel_words.say(f"notices.{name}", **values), tone)

    def _saved_mark(self, entry: Mapping[str, Any], saved: Saved | None) -> dict[str, Any]:
        n = self.bar.saved.get("n", 0) + 1
        if saved is not None and not saved.ok:
            text = self.panel_words.say(f"workbook.{saved.problem}", **saved.values)
            return {"text": text, "ok": False, "n": n}
        if not entry.get("changed"):
            return {"text": self.panel_words.say("frame.saves_itself"), "ok": True, "n": n}
        name = "frame.draft_saved" if self._open() else "frame.saved"
        return {"text": self.panel_words.say(name, time=_clock(entry["changed"])), "ok": True, "n": n}


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _clock(stamp: Any) -> str:
    try:
        return dt.datetime.fromisoformat(str(stamp)).astimezone().strftime("%H:%M")
    except ValueError:
        return ""
