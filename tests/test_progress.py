"""Progress, calibration, and the work to take home."""

from __future__ import annotations

import html.parser
from collections.abc import Callable
from typing import Any

import pytest

from qspo_lab import course
from qspo_lab.frame import Frame
from qspo_lab.progress import FEWEST_STATEMENTS, Progress, case_of, statements
from qspo_lab.summary import summary_page
from qspo_lab.workbook import Workbook

KEY = "which_test_would_you_pay_for"
HOSTILE = "<script>alert(1)</script> & </article>"


def commit(
    workbook: Workbook, key: str, confidence: int = 70, reason: str = "because", name: str = "reference"
) -> Frame:
    frame = Frame(course.exercise(key), workbook)
    frame.board.value = frame.exercise.policies(frame.world)[name]
    frame.act("confidence", confidence)
    frame.act("reason", reason)
    frame.act("commit")
    return frame


def shown(view: Progress) -> dict[str, dict[str, Any]]:
    return {block["id"]: block for panel in (view.panel, view.home) for block in panel.blocks}


def test_it_shows_what_is_open_committed_and_revealed(workbook: Workbook) -> None:
    commit(workbook, KEY)
    commit(workbook, "peeking_lab").act("reveal")
    view = Progress(workbook)
    marks = {
        item["label"]: item["mark"]
        for block in view.panel.blocks
        if block["kind"] == "steps"
        for item in block["items"]
    }
    assert marks["Which test would you pay for?"] == "committed"
    assert marks["The peeking lab"] == "revealed"
    assert marks["Bets on a line"] == "open"
    assert len(marks) == len(course.keys())


def test_it_follows_the_work_while_it_is_on_the_page(workbook: Workbook) -> None:
    view = Progress(workbook)
    commit(workbook, KEY)
    assert any(i["mark"] == "committed" for b in view.panel.blocks if b["kind"] == "steps" for i in b["items"])


def test_below_five_statements_nothing_is_said_about_calibration(workbook: Workbook) -> None:
    commit(workbook, KEY)
    view = Progress(workbook)
    assert str(FEWEST_STATEMENTS) in str(shown(view)["calibration"]["tree"])
    assert view.plot.figure == {}


@pytest.mark.parametrize(("confidence", "word"), [(95, "surer"), (60, "fits"), (20, "could be surer")])
def test_calibration_compares_what_was_said_with_what_came_true(workbook: Workbook, confidence: int, word: str) -> None:
    said = [[confidence, True]] * 3 + [[confidence, False]] * 2
    workbook.put("self_check_lo6", status="committed", result={"statements": said})
    view = Progress(workbook)
    assert word in str(shown(view)["calibration"]["tree"])
    assert view.plot.title


def test_statements_come_from_attempts_answers_and_self_checks() -> None:
    answers = {
        "a": {
            "confidence": 80,
            "result": {"success": True},
            "attempts": [
                {"confidence": 60, "result": {"success": False}},
                {"confidence": None, "result": {"success": True}},
            ],
        },
        "self_check_lo6": {"result": {"statements": [[50, True]]}},
        "draft": {"confidence": 90, "result": None},
    }
    assert sorted(statements(answers)) == [(0.5, True), (0.6, False), (0.8, True)]


def test_the_case_carries_committed_decisions_only(workbook: Workbook) -> None:
    assert case_of(workbook.answers()).bets_order == ()
    frame = commit(workbook, "bets_on_a_line")
    state = case_of(workbook.answers())
    assert state.bets_order == tuple(
        frame.exercise.evaluate(frame.world, dict(frame.board.value)).numbers["rows"][i]["bet"] for i in range(6)
    )
    assert state.forecast_level == 0.85


class _Strict(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_holds_what_was_committed_and_escapes_it(workbook: Workbook) -> None:
    frame = commit(workbook, KEY, reason=HOSTILE, name="test_everything")
    frame.act("reveal")
    frame.act("transfer", HOSTILE)
    Frame(course.exercise("bets_on_a_line"), workbook).act("reason", "only a draft")
    page = summary_page(workbook)
    parsed = _Strict()
    parsed.feed(page)
    assert "script" not in parsed.tags and "link" not in parsed.tags and "img" not in parsed.tags
    assert parsed.text.count(HOSTILE) == 2
    assert "You pay 100 k EUR to test" in parsed.text
    assert "only a draft" not in page
    assert "http" not in page


def test_an_empty_workbook_gives_a_page_that_says_so(workbook: Workbook) -> None:
    assert "Nothing is committed yet" in summary_page(workbook)


def test_the_file_taken_home_continues_the_work_elsewhere(
    workbook: Workbook, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(workbook, KEY)
    given: list[tuple[str, bytes]] = []
    view = Progress(workbook)
    monkeypatch.setattr(view.home, "give", lambda name, content, media_type: given.append((name, content)))
    view.act("file")
    view.act("page")
    assert [name for name, _ in given] == ["workbook.json", "my-qspo-workbook.html"]
    (tmp_path / "there").mkdir()
    elsewhere = Workbook.open(tmp_path / "there" / "workbook.json", course_version="test")
    there = Progress(elsewhere)
    there.act("take_in", {"name": "workbook.json", "content": given[0][1]})
    assert elsewhere.entry(KEY)["status"] == "committed"
    assert "taken in" in shown(there)["notice-0"]["text"]


def test_a_file_that_is_no_workbook_is_refused_and_changes_nothing(workbook: Workbook) -> None:
    commit(workbook, KEY)
    before = workbook.answers()
    view = Progress(workbook)
    view.act("take_in", {"name": "x.json", "content": b"not json"})
    assert "not a workbook" in shown(view)["notice-0"]["text"]
    assert workbook.answers() == before


def test_a_damaged_workbook_is_named(tmp_path: Any) -> None:
    (tmp_path / "workbook.json").write_text('{"format": 1, "answ')
    view = Progress(Workbook.open(tmp_path / "workbook.json", course_version="test"))
    assert "damaged" in shown(view)["notice-0"]["text"]


def test_answers_to_exercises_that_are_gone_are_kept_and_named(
    workbook: Workbook, reopened: Callable[[], Workbook]
) -> None:
    workbook.put("an_old_exercise", status="committed", answer={"x": 1})
    view = Progress(reopened())
    assert any("an_old_exercise" in block.get("text", "") for block in view.panel.blocks)


def test_what_decisions_carry_on_is_said_once_something_is_decided(workbook: Workbook) -> None:
    view = Progress(workbook)
    assert "case" not in shown(view)
    commit(workbook, "bets_on_a_line")
    commit(workbook, "opportunity_landscape")
    commit(workbook, KEY)
    items = shown(view)["case"]["items"]
    assert items[0].startswith("Your roadmap: Bill-guarantee autopilot, Dynamic-tariff duty") and "85 %" in items[0]
    assert any("Calm keepers" in item for item in items)
    assert any("evidence" in item for item in items)
