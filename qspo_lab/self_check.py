"""The self-check of a learning outcome on the page: answer, say how sure, then compare. No grade, no total."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from qspo_lab import checks
from qspo_lab.samples.world import World
from qspo_lab.texts import course_words, panel_words
from qspo_lab.texts.markdown import markdown_tree
from qspo_lab.widgets.panel import ExerciseBox, Panel
from qspo_lab.widgets.settings_board import SettingsBoard
from qspo_lab.workbook import Workbook

Block = dict[str, Any]


class SelfCheck:
    """One outcome's self-check.

    Parameters
    ----------
    outcome
        ``LO1`` to ``LO16``.
    workbook
        Where the answers live, under ``self_check_lo6``.
    language
        Language of every word.

    Attributes
    ----------
    widget
        What the notebook shows.
    """

    def __init__(self, outcome: str, workbook: Workbook, language: str = "en") -> None:
        workbook.refresh()
        self.outcome = outcome
        self.workbook = workbook
        self.language = language
        self.key = f"self_check_{outcome.lower()}"
        self.panel_words = panel_words(language)
        self.words = checks.check_words(outcome, language)
        plain = self.panel_words.raw("panel")
        self.top, self.bar = Panel(words=plain), Panel(words=plain)
        self.bar.on_act(self.act)
        self.widget = ExerciseBox(fallback=self.panel_words.say("frame.fallback", title=self._title()))
        self._busy = False
        self._make_boards()
        self._unwatch = workbook.watch(self.key, self._changed_elsewhere)
        self.show()

    def close(self) -> None:
        """Let go of the workbook."""
        self._unwatch()

    @property
    def entry(self) -> dict[str, Any]:
        """The workbook's entry; ``{}`` if untouched."""
        return self.workbook.entry(self.key)

    @property
    def decided(self) -> bool:
        """Whether the answers are committed."""
        return self.entry.get("status") == "committed"

    # ------------------------------------------------------------------ items

    def _seed(self) -> int:
        return int(self.entry.get("seed", self.workbook.learner().get("seed", 1)))

    def _make_boards(self) -> None:
        self.seed = self._seed()
        world = World(seed=self.seed)
        self.items = checks.items(self.outcome)
        self.made: dict[str, tuple[Mapping[str, Any], float]] = {
            item.name: item.make(world.rng(f"self check {self.outcome} {item.name}"))
            for item in self.items
            if isinstance(item, checks.Number)
        }
        words = {**self.panel_words.raw("board")}
        self.board = SettingsBoard(
            label=self._title(), controls=self._controls(), words=words, name=self._name("answers")
        )
        self.rubric = SettingsBoard(
            label=self._title(), controls=self._criteria(), words=words, name=self._name("rubric")
        )
        for board, part in ((self.board, "answer"), (self.rubric, "rubric")):
            self._lay(board, self.entry.get(part))
            board.observe(self._drafted, "value")

    def _name(self, part: str) -> str:
        return f"{self.workbook.path}#{self.key}#{self.seed}#{part}"

    def _lay(self, board: SettingsBoard, settings: Any) -> None:
        import traitlets

        self._busy = True
        try:
            board.value = {"settings": dict(settings or {})}
        except traitlets.TraitError:
            board.value = board.empty_value()
        finally:
            self._busy = False

    def _title(self) -> str:
        title = course_words(self.language).say(f"outcomes.{self.outcome}")
        return self.panel_words.say("self_check.title", outcome=self.outcome, title=title)

    def question(self, item: checks.Item) -> str:
        """Return an item's question with its numbers."""
        facts = self.made[item.name][0] if isinstance(item, checks.Number) else {}
        return self.words.say(f"{item.name}.question", **facts)

    def _controls(self) -> list[Block]:
        controls: list[Block] = []
        for number, item in enumerate(self.items, start=1):
            label = f"{number}. {self.question(item)}"
            if isinstance(item, checks.Open):
                controls.append({"id": item.name, "kind": "text", "label": label, "default": ""})
                continue
            if isinstance(item, checks.Number):
                unit = "{} %" if item.format.startswith("percent") else "{}"
                field = {"kind": "number", "min": -(10**9), "max": 10**9, "step": "any", "pattern": unit}
            else:
                options = self.words.raw(f"{item.name}.options")
                field = {"kind": "choice", "options": [{"id": k, "label": v} for k, v in options.items()]}
            controls.append({"id": item.name, "label": label, **field})
            controls.append(
                {
                    "id": f"{item.name}_sure",
                    "kind": "slider",
                    "label": self.panel_words.say("self_check.sure"),
                    "min": 0,
                    "max": 100,
                    "step": 5,
                    "pattern": "{} %",
                }
            )
        return controls

    def _criteria(self) -> list[Block]:
        return [
            {"id": f"{item.name}_{i}", "kind": "toggle", "label": text, "default": False}
            for item in self.items
            if isinstance(item, checks.Open)
            for i, text in enumerate(self.words.raw(f"{item.name}.rubric"))
        ]

    # ------------------------------------------------------------------ acts

    def _drafted(self, change: Any) -> None:
        if self._busy:
            return
        board = change["owner"]
        part = "answer" if board is self.board else "rubric"
        self._put(**{part: dict(board.value["settings"])})
        board.saved_rev = board.rev

    def _put(self, **changes: Any) -> None:
        self._busy = True
        try:
            self.workbook.put(self.key, **{"status": self.entry.get("status", "draft"), "seed": self.seed, **changes})
        finally:
            self._busy = False
        self.show()

    def act(self, action: str, _: Any = None) -> None:
        """Do what a button asks for."""
        if action == "check" and not self.decided:
            said = [[sure, right] for _, sure, right in self.compared() if sure is not None and right is not None]
            now = dt.datetime.now().astimezone().isoformat(timespec="seconds")
            self._put(
                status="committed", answer=self.board.value["settings"], committed=now, result={"statements": said}
            )
            self.bar.attend("compared")
        elif action == "again" and self.decided:
            entry = self.entry
            attempts = [*entry.get("attempts", []), {k: v for k, v in entry.items() if k != "attempts"}]
            self._busy = True
            try:
                self.workbook.put(
                    self.key,
                    status="draft",
                    seed=self.seed + 1,
                    answer=None,
                    rubric=None,
                    result=None,
                    committed=None,
                    attempts=attempts,
                )
            finally:
                self._busy = False
            self._make_boards()
            self.show()

    def compared(self) -> list[tuple[checks.Item, int | None, bool | None]]:
        """Return (item, confidence, whether the answer fits) of every closed item; None where nothing was answered."""
        settings = self.board.value["settings"]
        found: list[tuple[checks.Item, int | None, bool | None]] = []
        for item in self.items:
            if isinstance(item, checks.Open):
                continue
            given = settings.get(item.name)
            fits: bool | None = None
            if given is not None:
                fits = given == item.right if isinstance(item, checks.Choice) else self._near(item, given)
            found.append((item, settings.get(f"{item.name}_sure"), fits))
        return found

    def _near(self, item: checks.Number, given: float) -> bool:
        factor = 100 if item.format.startswith("percent") else 1
        return abs(given / factor - self.made[item.name][1]) <= item.tolerance

    def _changed_elsewhere(self) -> None:
        if self._busy:
            return
        if self._seed() != self.seed:
            self._make_boards()
        else:
            self._lay(self.board, self.entry.get("answer"))
            self._lay(self.rubric, self.entry.get("rubric"))
        self.show()

    # ------------------------------------------------------------------ show

    def show(self) -> None:
        """Draw the present state."""
        say, decided = self.panel_words.say, self.decided
        self.board.locked = decided
        self.top.blocks = [
            {"kind": "head", "id": "head", "title": self._title(), "meta": "", "right": ""},
            {"kind": "prose", "id": "intro", "tone": "soft", "tree": markdown_tree(say("self_check.intro"))},
        ]
        changed = self.entry.get("changed")
        clock = dt.datetime.fromisoformat(changed).astimezone().strftime("%H:%M") if changed else None
        text = say("frame.draft_saved", time=clock) if clock else say("frame.saves_itself")
        self.bar.saved = {"text": text, "ok": True, "n": self.bar.saved.get("n", 0) + 1}
        if decided:
            buttons = [{"action": "again", "label": say("self_check.again"), "main": True}]
            blocks = [self._compared_block()]
            if self.rubric.controls:
                blocks.append({"kind": "prose", "id": "rubric", "tree": markdown_tree(say("self_check.rubric"))})
        else:
            buttons = [{"action": "check", "label": say("self_check.check"), "main": True}]
            blocks = []
        actions = {"kind": "actions", "id": "actions", "saved": True, "buttons": buttons}
        self.bar.blocks = [*blocks, actions]
        shown = [self.top, self.board, self.bar]
        if decided and self.rubric.controls:
            shown.append(self.rubric)
        self.widget.children = tuple(shown)

    def _compared_block(self) -> Block:
        settings, rows = self.board.value["settings"], []
        for item, sure, fits in self.compared():
            given = settings.get(item.name)
            if isinstance(item, checks.Number):
                factor = 100 if item.format.startswith("percent") else 1
                yours = "" if given is None else self.words.format(given / factor, item.format)
                answer = self.words.format(self.made[item.name][1], item.format)
            else:
                options = self.words.raw(f"{item.name}.options")
                right = item.right if isinstance(item, checks.Choice) else ""
                yours, answer = options.get(given, ""), options[right]
            mark = self.panel_words.say(f"self_check.{'open' if fits is None else 'fits' if fits else 'differs'}")
            facts = self.made[item.name][0] if isinstance(item, checks.Number) else {}
            because = self.words.say(f"{item.name}.because", **facts)
            rows.append([self.question(item), yours, "" if sure is None else f"{sure} %", answer, mark, because])
        return {
            "kind": "table",
            "id": "compared",
            "title": self.panel_words.say("self_check.compared"),
            "columns": self.panel_words.raw("self_check.columns"),
            "rows": rows,
            "numeric": [],
            "highlight": None,
            "folded": False,
        }
