"""The life of an answer, without a browser: draft, commit, reveal, another world, and everything that may go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from qspo_lab import course
from qspo_lab.frame import Frame
from qspo_lab.workbook import Workbook

KEY = "which_test_would_you_pay_for"
HOSTILE = "<img src=x onerror=alert(1)></script>\u2028{x}"


@pytest.fixture
def frame(workbook: Workbook) -> Frame:
    return Frame(course.exercise(KEY), workbook)


def blocks(frame: Frame) -> dict[str, dict[str, Any]]:
    panels = (frame.top, frame.bar, frame.findings, frame.truth, frame.closing)
    return {block["id"]: block for panel in panels for block in panel.blocks}


def actions(frame: Frame) -> list[str]:
    return [button["action"] for button in blocks(frame)["actions"]["buttons"]]


def policy(frame: Frame, name: str = "reference") -> dict[str, Any]:
    return frame.board.check_value(frame.exercise.policies(frame.world)[name])


def commit(frame: Frame, name: str = "reference") -> None:
    frame.board.value = policy(frame, name)
    frame.act("confidence", 70)
    frame.act("reason", "because")
    frame.act("commit")


def test_an_untouched_exercise_shows_three_things_to_press_and_writes_nothing(frame: Frame) -> None:
    assert actions(frame) == ["hint", "start_over", "commit"]
    assert frame.entry == {}
    assert not frame.workbook.path.exists()


def test_a_draft_is_saved_by_itself_and_found_again(frame: Frame, reopened: Callable[[], Workbook]) -> None:
    frame.board.value = policy(frame)
    frame.act("confidence", 65)
    assert "Draft saved" in frame.bar.saved["text"]
    assert frame.board.saved_rev == frame.board.rev
    other = Frame(course.exercise(KEY), reopened())
    assert other.board.value == frame.board.value
    assert blocks(other)["confidence"]["value"] == 65


def test_hints_come_one_by_one_and_stay(frame: Frame, reopened: Callable[[], Workbook]) -> None:
    for number in (1, 2, 3):
        frame.act("hint")
        assert len(blocks(frame)["hints"]["items"]) == number
    assert "hint" not in actions(frame)
    frame.act("hint")
    assert len(blocks(Frame(course.exercise(KEY), reopened()))["hints"]["items"]) == 3


def test_a_commit_names_all_that_is_missing_and_changes_nothing(frame: Frame) -> None:
    frame.act("commit")
    text = blocks(frame)["notice"]["text"]
    assert all(word in text for word in ("decided", "sure", "reason"))
    assert frame.status == "empty"
    frame.board.value = policy(frame)
    frame.act("confidence", 50)
    frame.act("reason", "   ")
    frame.act("commit")
    assert frame.status == "draft"
    assert "reason" in blocks(frame)["notice"]["text"] and "sure" not in blocks(frame)["notice"]["text"]


def test_a_committed_answer_is_locked_and_shows_findings_figure_and_table(frame: Frame) -> None:
    commit(frame, "test_everything")
    shown = blocks(frame)
    assert frame.board.locked and frame.board.layout.display == "none"
    assert "70 %" in shown["head"]["right"]
    assert {item["tone"] for item in shown["findings"]["items"]} >= {"warn"}
    assert frame.plot.title and shown["numbers"]["folded"]
    assert actions(frame) == ["show_answer", "another_world", "reveal"]
    frame.act("show_answer")
    assert frame.board.layout.display == ""


def test_what_is_hidden_is_shown_only_after_the_commit_and_on_request(frame: Frame) -> None:
    frame.act("reveal")
    frame.board.value = policy(frame)
    frame.act("reveal")
    assert frame.status == "draft" and "reveal" not in blocks(frame)
    commit(frame)
    assert "reveal" not in blocks(frame) and "policies" not in blocks(frame)
    frame.act("reveal")
    shown = blocks(frame)
    assert frame.status == "revealed"
    assert shown["policies"]["highlight"] == 0 and len(shown["policies"]["rows"]) == 1 + len(
        frame.exercise.policies(frame.world)
    )
    assert shown["debrief"]["items"] and shown["luck"]["tree"] and shown["transfer"]["label"]


def test_a_committed_answer_cannot_be_changed_by_any_act(frame: Frame) -> None:
    commit(frame)
    before = frame.entry
    for action, value in (
        ("commit", None),
        ("confidence", 10),
        ("reason", "other"),
        ("hint", None),
        ("start_over", None),
        ("undo", None),
        ("demo", "test_everything"),
        ("nonsense", None),
    ):
        frame.act(action, value)
    frame.board.value = frame.empty
    assert frame.entry == before


def test_start_over_can_be_undone(frame: Frame) -> None:
    frame.board.value = policy(frame)
    frame.act("confidence", 80)
    frame.act("reason", "because")
    frame.act("start_over")
    assert frame.board.value == frame.empty and frame.entry["confidence"] is None
    assert "undo" in actions(frame)
    frame.act("undo")
    assert frame.board.value == policy(frame)
    assert (frame.entry["confidence"], frame.entry["reason"]) == (80, "because")
    assert "undo" not in actions(frame)


def test_another_world_keeps_the_attempt_and_the_answer_and_asks_anew(frame: Frame) -> None:
    commit(frame)
    first = frame.entry
    frame.act("another_world")
    entry = frame.entry
    assert (entry["status"], entry["seed"], entry["confidence"], entry["reason"]) == (
        "draft",
        first["seed"] + 1,
        None,
        "",
    )
    assert entry["attempts"][0]["result"] == first["result"]
    assert frame.board.value == first["answer"] and not frame.board.locked
    assert "attempt" in blocks(frame)
    commit(frame, "build_everything")
    frame.act("another_world")
    assert [a["seed"] for a in frame.entry["attempts"]] == [first["seed"], first["seed"] + 1]


def test_a_click_that_arrives_twice_counts_once(frame: Frame) -> None:
    message = {"type": "act", "action": "hint", "value": None, "token": "t1"}
    for _ in range(2):
        frame.bar._receive(None, message, [])
    assert frame.entry["hints"] == 1
    assert frame.bar.answered == "t1"


def test_two_copies_in_one_notebook_stay_in_step(workbook: Workbook) -> None:
    one, two = (Frame(course.exercise(KEY), workbook) for _ in range(2))
    one.board.value = policy(one)
    assert two.board.value == one.board.value
    two.act("confidence", 40)
    two.act("reason", "x")
    two.act("commit")
    assert one.status == "committed" and one.board.locked
    two.act("another_world")
    assert one.world.seed == two.world.seed and not one.board.locked


def test_a_copy_that_was_let_go_listens_no_more(workbook: Workbook) -> None:
    old, new = (Frame(course.exercise(KEY), workbook) for _ in range(2))
    old.close()
    new.board.value = policy(new)
    assert old.board.value == old.empty
    old.board.value = policy(old, "build_everything")
    assert workbook.entry(KEY)["answer"] == policy(new)


def test_two_kernels_at_once_lose_nothing(workbook: Workbook, reopened: Callable[[], Workbook]) -> None:
    other = reopened()
    one, two = Frame(course.exercise(KEY), workbook), Frame(course.exercise("peeking_lab"), other)
    one.board.value = policy(one)
    two.act("hint")
    one.act("confidence", 30)
    assert set(reopened().answers()) == {KEY, "peeking_lab"}


def test_a_commit_in_another_kernel_is_not_overwritten(workbook: Workbook, reopened: Callable[[], Workbook]) -> None:
    here, there = Frame(course.exercise(KEY), workbook), Frame(course.exercise(KEY), reopened())
    commit(there)
    here.board.value = policy(here, "build_everything")
    assert reopened().entry(KEY)["answer"] == policy(there)
    assert here.status == "committed"


def test_an_answer_of_an_earlier_version_is_kept_and_said(workbook: Workbook) -> None:
    workbook.put(KEY, status="draft", answer={"columns": {"build": ["B99"]}}, scenario="calmwatt", seed=1)
    frame = Frame(course.exercise(KEY), workbook)
    assert frame.board.value == frame.empty
    assert "earlier version" in blocks(frame)["notice"]["text"]
    assert workbook.entry(KEY)["answer"] == {"columns": {"build": ["B99"]}}


def test_an_answer_that_cannot_be_written_is_said_and_not_lost(frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", full)
        frame.board.value = policy(frame)
        assert "disk is full" in frame.bar.saved["text"] and frame.bar.saved["ok"] is False
    frame.act("confidence", 10)
    assert frame.bar.saved["ok"] is True
    assert json.loads(frame.workbook.path.read_text())["answers"][KEY]["answer"] == policy(frame)


def test_hostile_text_is_kept_as_text(frame: Frame) -> None:
    frame.act("reason", HOSTILE)
    assert blocks(frame)["reason"]["value"] == HOSTILE
    commit(frame)
    frame.act("reveal")
    frame.act("transfer", HOSTILE)
    assert blocks(frame)["transfer"]["value"] == HOSTILE
    assert "<img" not in json.dumps([b for b in frame.closing.blocks if b["kind"] == "prose"])


def test_trainers_notes_and_answers_are_made_only_when_asked_for(frame: Frame) -> None:
    assert blocks(frame)["trainer"]["blocks"] == []
    frame.act("trainer", True)
    inner = {block["id"]: block for block in blocks(frame)["trainer"]["blocks"]}
    assert [b["value"] for b in inner["demos"]["buttons"]] == list(frame.exercise.policies(frame.world))
    frame.act("demo", "test_everything")
    assert frame.board.value == policy(frame, "test_everything") and frame.status == "draft"
    frame.act("demo", "nobody")
    frame.act("trainer", False)
    assert blocks(frame)["trainer"]["blocks"] == []


def test_a_file_that_cannot_be_used_is_said_in_a_sentence(workbook: Workbook) -> None:
    frame = Frame(course.exercise("bets_on_a_line"), workbook)
    frame.board._receive(None, {"type": "file", "control": "history", "name": "<b>.csv"}, [memoryview(b"a,b\n1,2\n")])
    assert "<b>.csv" in blocks(frame)["notice"]["text"] and frame.entry == {}
    rows = "\n".join(f"K,2025-01-{day:02d}" for day in range(1, 29))
    frame.board._receive(
        None, {"type": "file", "control": "history", "name": "mine.csv"}, [memoryview(b"k,Done\n" + rows.encode())]
    )
    assert frame.entry["answer"]["settings"]["history"]["name"] == "mine.csv"


@pytest.mark.parametrize("key", course.keys())
def test_every_exercise_lives_its_whole_life(key: str, workbook: Workbook) -> None:
    frame = Frame(course.exercise(key), workbook)
    for name in frame.exercise.policies(frame.world):
        commit(frame, name)
        assert frame.status == "committed", (name, blocks(frame).get("notice"))
        frame.act("reveal")
        assert frame.status == "revealed"
        frame.act("another_world")
    assert len(frame.entry["attempts"]) == len(frame.exercise.policies(frame.world))
