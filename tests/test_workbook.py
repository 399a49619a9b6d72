from __future__ import annotations

import builtins
import datetime as dt
import errno
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab import workbook as module
from qspo_lab.texts import panel_words
from qspo_lab.workbook import Notice, Saved, Workbook, default_path

WRITER = Path(__file__).with_name("workbook_writer.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workbook.json"


def opened(path: Path, version: str = "1", lock_timeout: float = 0.3) -> Workbook:
    return Workbook.open(path, course_version=version, lock_timeout=lock_timeout)


def on_disk(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def names(workbook: Workbook) -> list[str]:
    return [notice.name for notice in workbook.notices]


def without_stamps(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ("changed", "course_version")}


def beside(path: Path) -> set[str]:
    return {p.name for p in path.parent.iterdir()} - {path.name, "workbook.backup.json"}


@contextmanager
def running(act: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, WRITER, act, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def age_the_lock(path: Path, seconds: float) -> Path:
    lock = path.with_name("workbook.json.lock")
    then = time.time() - seconds
    os.utime(lock, (then, then))
    return lock


# ---------------------------------------------------------------------- what it is for


def test_an_answer_is_found_again_with_all_its_fields(path: Path) -> None:
    before = dt.datetime.now().astimezone()
    fields = {
        "status": "committed",
        "answer": {"order": ["a", "b"], "settings": {"k": None}},
        "confidence": 70,
        "reason": "Größe zählt",
        "scenario": "calmwatt",
        "seed": 3,
        "hints": 1,
        "result": {"gain": 1.5, "ok": True},
    }
    saved = opened(path).put("peeking_lab", **fields)
    assert (saved.ok, saved.problem) == (True, None)
    entry = opened(path).entry("peeking_lab")
    assert without_stamps(entry) == fields
    assert before - dt.timedelta(seconds=1) < dt.datetime.fromisoformat(entry["changed"]) <= saved.at + dt.timedelta(1)
    assert saved.at.utcoffset() is not None
    assert entry["course_version"] == "1"


def test_the_file_can_be_read_by_a_person(path: Path) -> None:
    opened(path).put("a", status="draft", reason="über")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0:3] == ["{", ' "format": 1,', ' "course_version": "1",']
    assert '   "reason": "über",' in lines


def test_opening_a_missing_or_a_good_workbook_writes_nothing_and_says_nothing(path: Path) -> None:
    assert opened(path).notices == []
    assert not path.exists()
    opened(path).put("a", answer=1)
    content = path.read_bytes()
    assert opened(path).notices == []
    assert path.read_bytes() == content
    assert beside(path) == set()


def test_what_is_handed_out_is_a_copy(path: Path) -> None:
    workbook = opened(path)
    answer = {"cards": ["a"]}
    workbook.put("a", answer=answer)
    workbook.put_learner(seed=1)
    answer["cards"].append("later")
    workbook.entry("a")["answer"]["cards"].append("x")
    workbook.answers()["a"]["answer"]["cards"].append("y")
    workbook.learner()["seed"] = 2
    assert workbook.entry("a")["answer"] == {"cards": ["a"]}
    assert workbook.learner()["seed"] == 1
    assert workbook.entry("none") == {}
    assert repr(workbook) == "<Workbook workbook.json, 1 answers>"


def test_a_put_changes_only_the_fields_it_names(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1, reason="r")
    workbook.put("a", answer=2, undo={"answer": 1})
    workbook.remove("a", "undo", "never there")
    assert without_stamps(opened(path).entry("a")) == {"answer": 2, "reason": "r"}


def test_removing_fields_of_no_entry_makes_none(path: Path) -> None:
    workbook = opened(path)
    assert workbook.remove("a", "undo").ok
    assert workbook.answers() == {}


def test_the_learners_settings_are_kept(path: Path) -> None:
    opened(path).put_learner(scenario="calmwatt", seed=4)
    opened(path).put_learner(seed=5)
    learner = opened(path).learner()
    assert (learner["scenario"], learner["seed"]) == ("calmwatt", 5)


def test_the_backup_is_the_workbook_before_the_last_change(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    assert not workbook.backup_path.exists()
    first = path.read_bytes()
    workbook.put("a", answer=2)
    assert workbook.backup_path.name == "workbook.backup.json"
    assert workbook.backup_path.read_bytes() == first


def test_the_workbook_is_beside_the_notebook_or_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QSPO_WORKBOOK", raising=False)
    assert default_path(tmp_path) == tmp_path / "workbook.json"
    assert default_path(tmp_path / "gone") == tmp_path / "gone" / "workbook.json"
    monkeypatch.setenv("QSPO_WORKBOOK", str(tmp_path))
    assert default_path(Path("elsewhere")) == tmp_path / "workbook.json"
    monkeypatch.setenv("QSPO_WORKBOOK", str(tmp_path / "mine.json"))
    assert default_path(Path("elsewhere")) == tmp_path / "mine.json"
    monkeypatch.setenv("QSPO_WORKBOOK", "")
    assert default_path(tmp_path) == tmp_path / "workbook.json"


def test_one_process_shares_one_workbook_per_file(path: Path) -> None:
    first = Workbook.shared(path, course_version="1")
    link = path.with_name("link.json")
    path.touch()
    link.symlink_to(path)
    assert Workbook.shared(path.parent / "." / "workbook.json", course_version="1") is first
    assert Workbook.shared(link, course_version="1") is first
    assert Workbook.shared(path.with_name("other.json"), course_version="1") is not first


def test_a_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path)
    opened(link).put("a", answer=1)
    assert link.is_symlink()
    assert "a" in on_disk(path)["answers"]


def test_a_private_file_stays_private(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    path.chmod(0o600)
    workbook.put("a", answer=2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert workbook.backup_path.stat().st_mode & 0o777 == 0o600


def test_neither_numpy_nor_a_notebook_is_loaded() -> None:
    code = "import sys, qspo_lab.workbook; print(sorted({'numpy','pandas','IPython','ipywidgets'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


# ---------------------------------------------------------------------- what must always hold

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
field_names = st.sampled_from(["status", "answer", "reason", "attempts", "x"]) | st.text(
    st.characters(codec="utf-8"), min_size=1
).filter(lambda name: name not in ("changed", "course_version"))
keys = st.sampled_from(["a", "b", "c/../d"])
acts = st.lists(
    st.one_of(
        st.tuples(st.just("put"), keys, st.dictionaries(field_names, plain, max_size=3)),
        st.tuples(st.just("remove"), keys, field_names),
        st.tuples(st.just("forget"), keys, st.none()),
        st.tuples(st.just("fail"), keys, st.dictionaries(field_names, plain, max_size=2)),
        st.tuples(st.just("reopen"), keys, st.none()),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(acts)
def test_any_sequence_of_changes_comes_back_as_made(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "workbook.json"
    workbook = opened(path)
    expected: dict[str, dict[str, Any]] = {}
    for act, key, more in acts:
        if act == "put":
            assert workbook.put(key, **more).ok
            expected.setdefault(key, {}).update(more)
        elif act == "fail":
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(os, "replace", failing(errno.ENOSPC))
                assert not workbook.put(key, **more).ok
            expected.setdefault(key, {}).update(more)
            workbook.refresh()
        elif act == "remove":
            assert workbook.remove(key, more).ok
            expected.get(key, {}).pop(more, None)
        elif act == "forget":
            assert workbook.forget(key).ok
            expected.pop(key, None)
        else:
            workbook = opened(path)
            assert workbook.notices == []
        assert {k: without_stamps(entry) for k, entry in workbook.answers().items()} == expected
    assert {k: without_stamps(entry) for k, entry in opened(path).answers().items()} == expected
    assert beside(path) == set()


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>alert(1)</script>",
        "lone \ud800 half",
        "\udfff\ud800",
        "NUL \0 bell \a escape \x1b",
        "\u2028\u2029\ufeff\u202e",
        '"\\\n\r\t',
        "long " * 200_000,
        "\N{PINCHING HAND}",
        "../../etc/passwd",
        "CON",
    ],
)
def test_hostile_texts_survive_as_key_as_name_and_as_value(path: Path, text: str) -> None:
    assert opened(path).put(text, answer={text: [text]}).ok
    workbook = opened(path)
    assert workbook.notices == []
    assert workbook.entry(text)["answer"] == {text: [text]}
    path.read_bytes().decode("utf-8")
    assert [p.name for p in path.parent.iterdir()] == ["workbook.json"]


def test_two_halves_of_one_character_become_the_character_at_once(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer="\ud83d\ude00")
    assert workbook.entry("a")["answer"] == opened(path).entry("a")["answer"] == "\N{GRINNING FACE}"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_the_deepest_answer_that_is_taken_can_be_read_again_even_as_an_attempt_from_elsewhere(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", status="committed", answer=nested(module.DEPTH - 1))
    other = opened(path.with_name("other.json"))
    other.put("a", status="committed", answer=2)
    assert isinstance(other.take_in(workbook.to_bytes()), Saved)
    assert isinstance(workbook.take_in(other.to_bytes()), Saved)
    assert opened(path).notices == []
    assert opened(path).entry("a")["attempts"][0]["answer"] == nested(module.DEPTH - 1)


class Odd:
    pass


ring: list[Any] = []
ring.append(ring)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        {"deep": [1, float("inf")]},
        {1: "a"},
        dt.date(2026, 1, 1),
        b"bytes",
        {1, 2},
        Odd(),
        10**400,
        ring,
        nested(module.DEPTH + 1),
        range(3),
    ],
    ids=["nan", "inf", "number as name", "date", "bytes", "set", "object", "huge", "ring", "deep", "range"],
)
def test_what_json_cannot_hold_is_refused_by_name_before_anything_is_changed(path: Path, value: Any) -> None:
    workbook = opened(path)
    workbook.put("peeking_lab", answer=1)
    content = path.read_bytes()
    with pytest.raises(TypeError, match=r"peeking_lab\.answer: "):
        workbook.put("peeking_lab", reason="new", answer=value)
    with pytest.raises(TypeError, match=r"learner\.seed: "):
        workbook.put_learner(seed=value)
    assert without_stamps(workbook.entry("peeking_lab")) == {"answer": 1}
    assert workbook.learner() == {}
    assert path.read_bytes() == content


@pytest.mark.parametrize("key", ["", None, 3])
def test_a_key_is_a_text(path: Path, key: Any) -> None:
    with pytest.raises(TypeError, match="key"):
        opened(path).put(key, answer=1)


def test_numbers_of_numpy_become_plain_ones(path: Path) -> None:
    np = pytest.importorskip("numpy")
    opened(path).put("a", answer=[np.float64(0.5), np.str_("x")], pair=(1, 2))
    entry = opened(path).entry("a")
    assert entry["answer"] == [0.5, "x"]
    assert entry["pair"] == [1, 2]
    with pytest.raises(TypeError, match=r"a\.answer"):
        opened(path).put("a", answer=np.int64(3))


# ---------------------------------------------------------------------- files that cannot be used

USELESS = {
    "zero bytes": b"",
    "blanks": b" \n\n",
    "NUL bytes after a power cut": b"\0" * 4096,
    "truncated": b'{"format": 1, "course_version": "1", "learner": {}, "answers": {"a": {"answ',
    "two documents": b'{"format": 1, "answers": {}}{"format": 1, "answers": {}}',
    "not a table": b"[1, 2]",
    "a number": b"7",
    "no format": b'{"answers": {}}',
    "format as text": b'{"format": "1", "answers": {}}',
    "format true": b'{"format": true, "answers": {}}',
    "format zero": b'{"format": 0, "answers": {}}',
    "no answers": b'{"format": 1}',
    "answers as list": b'{"format": 1, "answers": []}',
    "learner as list": b'{"format": 1, "answers": {}, "learner": []}',
    "NaN": b'{"format": 1, "answers": {"a": {"answer": NaN}}}',
    "a number beyond all": b'{"format": 1, "answers": {"a": {"answer": 1e999}}}',
    "a very long number": b'{"format": 1, "answers": {"a": {"answer": ' + b"9" * 5000 + b"}}}",
    "deep": b'{"format": 1, "answers": {"a": {"answer": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}",
    "other encoding": '{"format": 1, "answers": {}}'.encode("utf-16"),
    "binary": bytes(range(256)),
}
EMPTY = ("zero bytes", "blanks", "NUL bytes after a power cut")


@pytest.mark.parametrize("case", USELESS)
def test_a_useless_file_is_set_aside_whole_and_the_backup_is_used(path: Path, case: str) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    workbook.put("b", answer=2)
    path.write_bytes(USELESS[case])
    again = opened(path)
    first, second = again.notices
    kind = "empty_set_aside" if case in EMPTY else "damaged_set_aside"
    assert (first.name, first.values["file"]) == (kind, "workbook.json")
    assert (path.parent / first.values["kept_as"]).read_bytes() == USELESS[case]
    assert second == Notice("backup_used", {"backup": "workbook.backup.json"})
    assert list(again.answers()) == ["a"]
    assert list(on_disk(path)["answers"]) == ["a"]
    assert again.put("c", answer=3).ok
    assert opened(path).notices == []
    assert list(opened(path).answers()) == ["a", "c"]


@pytest.mark.parametrize("case", USELESS)
def test_a_useless_file_without_a_backup_is_set_aside_and_the_work_begins_empty(path: Path, case: str) -> None:
    path.write_bytes(USELESS[case])
    workbook = opened(path)
    assert names(workbook) == ["empty_set_aside" if case in EMPTY else "damaged_set_aside"]
    assert workbook.answers() == {}
    assert workbook.put("a", answer=1).ok
    assert (path.parent / workbook.notices[0].values["kept_as"]).read_bytes() == USELESS[case]


def test_a_useless_backup_is_no_help_and_no_harm(path: Path) -> None:
    path.write_bytes(b"{")
    path.with_name("workbook.backup.json").write_bytes(b"")
    workbook = opened(path)
    assert names(workbook) == ["damaged_set_aside"]
    assert workbook.answers() == {}


def test_files_set_aside_in_the_same_second_get_different_names(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
    monkeypatch.setattr(module, "_now", lambda: moment)
    kept = []
    for content in (b"{1", b"{2", b"{3"):
        path.write_bytes(content)
        kept.append(opened(path).notices[0].values["kept_as"])
    assert kept == [f"workbook.damaged-2026-03-04-050607{end}.json" for end in ("", "-2", "-3")]
    assert [(path.parent / name).read_bytes() for name in kept] == [b"{1", b"{2", b"{3"]


def test_a_file_damaged_while_the_lab_runs_costs_nothing(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    workbook.put("b", answer=2)
    path.write_bytes(b"")
    assert workbook.refresh() == set()
    assert workbook.put("c", answer=3).ok
    assert names(workbook) == ["empty_set_aside"]
    assert list(opened(path).answers()) == ["a", "b", "c"]


def test_a_file_deleted_while_the_lab_runs_is_written_again(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    path.unlink()
    assert workbook.refresh() == set()
    assert workbook.put("b", answer=2).ok
    assert names(workbook) == ["missing"]
    assert list(opened(path).answers()) == ["a", "b"]


def test_a_missing_file_with_a_backup_continues_from_the_backup(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    workbook.put("b", answer=2)
    path.unlink()
    again = opened(path)
    assert names(again) == ["missing", "backup_used"]
    assert again.put("c", answer=3).ok
    assert list(opened(path).answers()) == ["a", "c"]


@pytest.mark.parametrize("name", ["workbook.json", "workbook.backup.json"])
def test_a_newer_workbook_is_not_touched_and_the_lab_goes_on_in_memory(path: Path, name: str) -> None:
    newer = path.with_name(name)
    newer.write_bytes(b'{"format": 2, "replies": {}}')
    stamp = newer.stat().st_mtime_ns
    workbook = opened(path)
    assert workbook.notices == [Notice("newer_format", {"file": name, "folder": str(path.parent)})]
    saved = workbook.put("a", answer=1)
    assert (saved.ok, saved.problem, saved.values["file"]) == (False, "newer_format", name)
    assert workbook.entry("a")["answer"] == 1
    assert (newer.read_bytes(), newer.stat().st_mtime_ns) == (b'{"format": 2, "replies": {}}', stamp)
    assert [p.name for p in path.parent.iterdir()] == [name]
    newer.unlink()
    assert workbook.put("b", answer=2).ok
    assert list(on_disk(path)["answers"]) == ["a", "b"]


def test_a_folder_in_the_place_of_the_workbook_is_said_and_left(path: Path) -> None:
    path.mkdir()
    workbook = opened(path)
    assert names(workbook) == ["cannot_read"]
    assert workbook.put("a", answer=1).problem == "cannot_read"
    assert path.is_dir()


def test_a_file_that_may_not_be_read_is_said_and_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(path).put("a", answer=1)
    content = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", failing(errno.EACCES))
        workbook = opened(path)
        assert names(workbook) == ["cannot_read"]
        assert not workbook.put("b", answer=2).ok
    assert path.read_bytes() == content
    path.with_name("workbook.json.lock").unlink(missing_ok=True)
    assert workbook.put("c", answer=3).ok
    assert list(opened(path).answers()) == ["a", "b", "c"]


def test_a_damaged_file_in_a_folder_that_cannot_be_written_is_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    workbook.put("b", answer=2)
    path.write_bytes(b"{")
    monkeypatch.setattr(module._Lock, "acquire", failing(errno.EROFS))
    again = opened(path)
    assert names(again) == ["damaged_left", "backup_used"]
    assert list(again.answers()) == ["a"]
    assert path.read_bytes() == b"{"


# ---------------------------------------------------------------------- writing that fails


def failing(code: int) -> Any:
    def act(*args: Any, **kwargs: Any) -> None:
        raise OSError(code, os.strerror(code))

    return act


PROBLEMS = {
    errno.EACCES: "read_only",
    errno.EROFS: "read_only",
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.ESTALE: "folder_gone",
    errno.EIO: "cannot_write",
}


@pytest.mark.parametrize("code", PROBLEMS, ids=errno.errorcode.get)
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_the_next_one_writes_everything(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, moment: str
) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    content = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, moment, failing(code))
        for n, key in enumerate(["b", "c"]):
            saved = workbook.put(key, answer=n)
            assert (saved.ok, saved.problem) == (False, PROBLEMS[code])
            assert saved.values == {"file": "workbook.json", "folder": str(path.parent)}
        workbook.put_learner(seed=9)
    assert path.read_bytes() == content
    assert beside(path) == set()
    assert list(opened(path).answers()) == ["a"]
    assert list(workbook.answers()) == ["a", "b", "c"]
    assert workbook.put("d", answer=4).ok
    assert list(opened(path).answers()) == ["a", "b", "c", "d"]
    assert opened(path).learner()["seed"] == 9


def test_what_could_not_be_written_goes_out_with_a_refresh_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = opened(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(errno.ENOSPC))
        workbook.put("a", answer=1)
    opened(path).put("b", answer=2)
    assert workbook.refresh() == {"b"}
    assert set(on_disk(path)["answers"]) == {"a", "b"}


def test_a_disk_that_is_full_when_the_lock_is_written_leaves_no_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: Any) -> None:
            return None

        write = failing(errno.ENOSPC)

    workbook = opened(path)
    workbook.put("a", answer=1)
    real = Path.open

    def open_(self: Path, *args: Any) -> Any:
        file = real(self, *args)
        if self.suffix == ".lock":
            file.close()
            return Full()
        return file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", open_)
        assert workbook.put("a", answer=2).problem == "disk_full"
    assert beside(path) == set()
    assert workbook.put("a", answer=3).ok


def test_a_real_limit_on_file_size_leaves_the_old_file(path: Path) -> None:
    resource = pytest.importorskip("resource")
    opened(path).put("a", answer=1)
    content = path.read_bytes()
    code = (
        "import resource, signal, sys; from pathlib import Path; from qspo_lab.workbook import Workbook\n"
        "w = Workbook.open(Path(sys.argv[1]), course_version='1')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "print(w.put('b', answer='x' * 9000).problem)"
    )
    result = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert resource and result.stdout == "cannot_write\n"
    assert path.read_bytes() == content
    assert beside(path) == set()


def test_a_vanished_folder_is_said_and_its_return_is_enough(path: Path) -> None:
    folder = path.parent / "drive"
    folder.mkdir()
    workbook = opened(folder / "workbook.json")
    workbook.put("a", answer=1)
    folder.rename(path.parent / "away")
    saved = workbook.put("b", answer=2)
    assert (saved.ok, saved.problem, saved.values["folder"]) == (False, "folder_gone", str(folder))
    assert not folder.exists()
    (path.parent / "away").rename(folder)
    assert workbook.put("c", answer=3).ok
    assert list(opened(folder / "workbook.json").answers()) == ["a", "b", "c"]


@pytest.mark.parametrize("way", ["missing", "a file"])
def test_a_workbook_in_no_folder_is_said_at_once(path: Path, way: str) -> None:
    if way == "a file":
        (path.parent / "none").touch()
    workbook = opened(path.parent / "none" / "workbook.json")
    assert names(workbook) == ["folder_gone"]
    assert workbook.put("a", answer=1).problem == "folder_gone"
    assert workbook.entry("a")["answer"] == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_may_not_be_written_is_said(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        assert opened(path).put("a", answer=1).problem == "read_only"
    finally:
        path.parent.chmod(0o700)


def test_a_file_that_windows_refuses_for_a_moment_is_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSES", (0.0, 0.0))
    real, tries = os.replace, []

    def replace(source: Path, target: Path) -> None:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(errno.EACCES, "in use")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    assert opened(path).put("a", answer=1).ok
    assert len(tries) == 3


def test_a_process_killed_before_the_new_file_is_in_place_leaves_the_old_one(path: Path) -> None:
    opened(path).put("a", answer=1)
    content = path.read_bytes()
    with running("hang_before_replace", path) as process:
        process.kill()
        process.wait()
    assert path.read_bytes() == content
    assert {name.rsplit(".", 1)[1] for name in beside(path)} == {"lock", "tmp"}
    workbook = opened(path, lock_timeout=5)
    assert list(workbook.answers()) == ["a"]
    start = time.monotonic()
    assert workbook.put("b", answer=2).ok
    assert time.monotonic() - start < 5
    assert names(workbook) == ["stale_lock_removed"]
    assert list(opened(path).answers()) == ["a", "b"]
    assert beside(path) == set()


# ---------------------------------------------------------------------- the lock


def test_a_lock_held_by_a_living_process_is_waited_for_then_the_lab_goes_on_in_memory(path: Path) -> None:
    workbook = opened(path, lock_timeout=1.0)
    workbook.put("a", answer=1)
    with running("hold_lock", path):
        start = time.monotonic()
        saved = workbook.put("b", answer=2)
        waited = time.monotonic() - start
        assert (saved.ok, saved.problem) == (False, "locked")
        assert 1.0 <= waited < 2.0
        start = time.monotonic()
        assert workbook.put("c", answer=3).problem == "locked"
        assert time.monotonic() - start < 0.9, "once refused, it does not make the learner wait again"
        assert list(on_disk(path)["answers"]) == ["a"]
        assert list(workbook.answers()) == ["a", "b", "c"]
        assert workbook.notices == []
    path.with_name("workbook.json.lock").unlink()
    assert workbook.put("d", answer=4).ok
    assert list(opened(path).answers()) == ["a", "b", "c", "d"]


def test_a_lock_that_is_let_go_in_time_is_only_waited_for(path: Path) -> None:
    lock = module._Lock(path.with_name("workbook.json.lock"))
    lock.acquire(0)
    workbook = opened(path, lock_timeout=5)
    timer = threading.Timer(0.2, lock.release)
    timer.start()
    assert workbook.put("a", answer=1).ok
    timer.join()
    assert workbook.notices == []


@pytest.mark.parametrize(
    "record",
    [b"", b"\xff\xfe", b"1\nanother-machine\nx\n", f"{os.getpid()}\n{module.platform.node()}\nx\n".encode()],
    ids=["empty", "junk", "another machine", "this process"],
)
def test_a_lock_older_than_the_limit_is_removed_with_a_notice_whoever_left_it(path: Path, record: bytes) -> None:
    path.with_name("workbook.json.lock").write_bytes(record)
    workbook = opened(path, lock_timeout=1)
    assert workbook.put("a", answer=1).problem == "locked", "young: it may be alive"
    age_the_lock(path, module.LOCK_AGE + 1)
    assert opened(path, lock_timeout=2).put("b", answer=2).ok
    assert workbook.put("c", answer=3).ok
    assert set(opened(path).answers()) == {"a", "b", "c"}
    assert beside(path) == set()


@pytest.mark.parametrize("record", ["0999999999\n{node}\nx\n", f"{10**30}\n{{node}}\nx\n"])
def test_a_lock_of_a_dead_process_is_removed_after_a_short_watch(path: Path, record: str) -> None:
    path.with_name("workbook.json.lock").write_text(record.format(node=module.platform.node()))
    workbook = opened(path, lock_timeout=3)
    assert workbook.put("a", answer=1).ok
    assert workbook.notices == [Notice("stale_lock_removed", {"file": "workbook.json", "folder": str(path.parent)})]


def test_a_process_of_somebody_else_counts_as_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    record = f"1\n{module.platform.node()}\nx\n".encode()
    monkeypatch.setattr(os, "kill", failing(errno.EPERM))
    assert not module._owner_is_dead(record)
    monkeypatch.setattr(os, "kill", failing(errno.ESRCH))
    assert module._owner_is_dead(record)
    assert not module._owner_is_dead(b"1\nanother-machine\nx\n")


def test_an_old_lock_that_still_changes_hands_is_not_stale(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_WATCH", 0.05)
    file = path.with_name("workbook.json.lock")
    waiting = module._Lock(file)
    for n in range(4):
        file.write_bytes(b"1\nanother-machine\n%d\n" % n)
        age_the_lock(path, 1000)
        assert not waiting._remove_if_stale()
        time.sleep(0.06)
    assert waiting._remove_if_stale()
    assert not file.exists()


def test_a_stale_lock_that_another_process_removes_first_is_no_trouble(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_WATCH", 0.0)
    file = path.with_name("workbook.json.lock")
    file.write_bytes(b"x")
    age_the_lock(path, 1000)
    monkeypatch.setattr(Path, "rename", failing(errno.ENOENT))
    assert not module._Lock(file)._remove_if_stale()
    file.unlink()
    assert not module._Lock(file)._remove_if_stale()


def test_a_writer_whose_lock_was_taken_away_does_not_replace_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    content = path.read_bytes()
    lock = path.with_name("workbook.json.lock")
    real = os.fsync

    def suspended(handle: int) -> None:
        real(handle)
        lock.write_bytes(b"somebody else's")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", suspended)
        assert workbook.put("b", answer=2).problem == "locked"
    assert path.read_bytes() == content
    assert lock.read_bytes() == b"somebody else's", "what another process holds stays"
    lock.unlink()
    assert workbook.put("c", answer=3).ok
    assert list(opened(path).answers()) == ["a", "b", "c"]


def test_an_interrupt_in_the_middle_of_a_write_leaves_neither_lock_nor_half_a_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    workbook = opened(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            workbook.put("a", answer=1)
    assert beside(path) == set()
    assert workbook.put("b", answer=2).ok
    assert list(opened(path).answers()) == ["a", "b"]


@pytest.mark.slow
def test_twenty_processes_writing_fifty_times_lose_nothing_and_never_show_half_a_file(path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, WRITER, "write", path, f"p{n}", "25"]) for n in range(20)]
    seen = 0
    while any(process.poll() is None for process in processes):
        if path.exists():
            assert on_disk(path)["format"] == 1
            seen += 1
        time.sleep(0.01)
    assert [process.returncode for process in processes] == [0] * 20
    assert seen > 20
    answers = on_disk(path)["answers"]
    assert {key: entry["answer"] for key, entry in answers.items() if key != "shared"} == {
        f"p{n}-{m}": m for n in range(20) for m in range(25)
    } | {f"p{n}-done": True for n in range(20)}
    assert without_stamps(answers["shared"]) == {f"p{n}": 24 for n in range(20)}
    assert beside(path) == set()


# ---------------------------------------------------------------------- two at once


def test_two_workbooks_on_one_file_keep_both_their_exercises(path: Path) -> None:
    one, two = opened(path), opened(path)
    one.put("a", answer=1)
    two.put("b", answer=2)
    one.put("c", answer=3)
    assert list(opened(path).answers()) == ["a", "b", "c"]
    assert list(one.answers()) == ["a", "b", "c"]
    assert list(two.answers()) == ["a", "b"]
    assert two.refresh() == {"c"}
    assert two.refresh() == set()
    assert two.answers() == one.answers()


def test_notes_on_the_same_exercise_join(path: Path) -> None:
    one = opened(path)
    one.put("a", status="draft", answer=1)
    two = opened(path)
    one.put("a", status="committed", answer=1, confidence=80)
    assert two.put("a", status="draft", answer=1, hints=2).ok
    entry = opened(path).entry("a")
    assert (entry["status"], entry["confidence"], entry["hints"]) == ("committed", 80, 2)
    assert two.notices == []


def test_what_was_saved_once_is_not_laid_over_later_changes_of_others(path: Path) -> None:
    one = opened(path)
    one.put("a", answer=1, reason="first")
    one.put_learner(seed=1)
    two = opened(path)
    two.put("a", reason="second")
    two.put_learner(seed=2)
    one.put("b", answer=2)
    assert opened(path).entry("a")["reason"] == one.entry("a")["reason"] == "second"
    assert opened(path).learner()["seed"] == one.learner()["seed"] == 2


def test_the_later_draft_of_the_same_exercise_wins_and_it_is_said(path: Path) -> None:
    one, two = opened(path), opened(path)
    one.put("a", status="draft", answer=1)
    assert two.put("a", status="draft", answer=2).ok
    assert without_stamps(opened(path).entry("a")) == {"status": "draft", "answer": 2}
    assert two.notices == [Notice("changed_elsewhere", {"exercise": "a"})]


def test_a_draft_does_not_replace_an_answer_committed_elsewhere(path: Path) -> None:
    one = opened(path)
    one.put("a", status="draft", answer=1)
    two = opened(path)
    calls: list[Any] = []
    two.watch("a", lambda: calls.append(two.entry("a")["status"]))
    one.put("a", status="committed", answer=1)
    saved = two.put("a", answer=2)
    assert (saved.ok, saved.problem, saved.values["exercise"]) == (False, "committed_elsewhere", "a")
    assert (opened(path).entry("a")["status"], opened(path).entry("a")["answer"]) == ("committed", 1)
    assert two.entry("a") == one.entry("a")
    assert calls == ["committed"]
    assert two.put("b", answer=3).ok


def test_of_two_commits_the_later_counts_and_the_other_is_kept_among_the_attempts(path: Path) -> None:
    one, two = opened(path), opened(path)
    one.put("a", status="committed", answer=1, attempts=[{"answer": 0}], undo={})
    assert two.put("a", status="committed", answer=2, attempts=[{"answer": 9}]).ok
    entry = opened(path).entry("a")
    assert entry["answer"] == 2
    assert [without_stamps(attempt) for attempt in entry["attempts"]] == [
        {"answer": 9},
        {"answer": 0},
        {"status": "committed", "answer": 1},
    ]


def test_a_reveal_in_one_place_does_not_leak_into_another_world_begun_elsewhere(path: Path) -> None:
    one = opened(path)
    one.put("a", status="committed", answer=1, seed=1)
    two = opened(path)
    earlier = two.entry("a")
    two.put("a", status="draft", seed=2, answer=5, attempts=[earlier])
    one.put("a", status="revealed")
    entry = opened(path).entry("a")
    assert (entry["status"], entry["seed"], entry["answer"], entry["attempts"]) == ("revealed", 1, 1, [earlier])


def test_an_exercise_forgotten_elsewhere_does_not_come_back(path: Path) -> None:
    one = opened(path)
    one.put("stance", answer="private", status="committed")
    two = opened(path)
    one.forget("stance")
    two.put("b", answer=1)
    assert list(two.answers()) == ["b"]
    two.put("stance", answer="anew")
    assert without_stamps(opened(path).entry("stance")) == {"answer": "anew"}


def test_copies_of_one_exercise_stay_in_step(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, two = opened(path), opened(path)
    calls: list[str] = []

    def broken() -> None:
        raise RuntimeError("a copy with a fault")

    one.watch("a", broken)
    stop = one.watch("a", lambda: calls.append("a"))
    one.watch("b", lambda: calls.append("b"))
    with caplog.at_level(logging.ERROR):
        assert one.put("a", answer=1).ok
    assert "could not follow" in caplog.text
    assert calls == ["a"]
    two.put("b", answer=2)
    two.put("c", answer=3)
    one.refresh()
    assert calls == ["a", "b"]
    two.put("b", answer=4)
    one.put("c", answer=5)
    assert calls == ["a", "b", "b"], "found while writing something else"
    stop()
    stop()
    one.put("a", answer=6)
    assert calls == ["a", "b", "b"]


# ---------------------------------------------------------------------- versions and unknown things


def test_answers_to_exercises_the_course_no_longer_has_are_kept_and_named(path: Path) -> None:
    opened(path, version="1").put("kept", answer=1)
    opened(path, version="1").put("retired", answer=2)
    later = opened(path, version="2")
    assert later.unknown(["kept", "new"]) == ["retired"]
    later.put("kept", answer=3)
    assert on_disk(path)["course_version"] == "2"
    answers = opened(path, version="2").answers()
    assert (answers["retired"]["answer"], answers["retired"]["course_version"]) == (2, "1")
    assert answers["kept"]["course_version"] == "2"


def test_what_the_workbook_does_not_know_is_kept_at_every_level(path: Path) -> None:
    document = {
        "club": {"x": [1]},
        "format": 1,
        "learner": {"mood": "good"},
        "answers": {"a": {"answer": {"zone": {"deep": 1}}, "stars": 3, "attempts": 7}, "odd": 5},
    }
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(document).encode())
    workbook = opened(path)
    assert workbook.notices == []
    workbook.put("a", reason="r")
    workbook.put_learner(seed=1)
    after = on_disk(path)
    assert after["club"] == {"x": [1]}
    assert after["learner"]["mood"] == "good"
    assert without_stamps(after["answers"]["a"]) == document["answers"]["a"] | {"reason": "r"}  # type: ignore[index]
    assert after["answers"]["odd"] == {"unreadable": 5}


def test_a_forgotten_exercise_is_gone_from_the_backup_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = opened(path)
    workbook.put("stance", answer="private", attempts=[{"answer": "private"}])
    workbook.put("a", answer=1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(errno.ENOSPC))
        assert not workbook.forget("stance").ok
        assert workbook.entry("stance") == {}
    assert workbook.put("b", answer=2).ok
    for file in path.parent.iterdir():
        assert b"private" not in file.read_bytes(), file.name
    assert list(opened(path).answers()) == ["a", "b"]


def test_forgetting_and_answering_anew_before_it_could_be_written_keeps_only_the_new(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook = opened(path)
    workbook.put("stance", answer="private", reason="private")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing(errno.ENOSPC))
        workbook.forget("stance")
        workbook.put("stance", answer="new")
    assert workbook.put("stance", hints=1).ok
    assert without_stamps(opened(path).entry("stance")) == {"answer": "new", "hints": 1}
    assert b"private" not in workbook.backup_path.read_bytes()


# ---------------------------------------------------------------------- continuing elsewhere


def stamped(hour: int, offset: str = "+00:00", **fields: Any) -> dict[str, Any]:
    return {**fields, "changed": f"2026-03-04T{hour:02}:00:00{offset}"}


def file(answers: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"format": 1, "answers": answers, **more}).encode()


def test_a_file_taken_home_continues_in_an_empty_workbook(path: Path) -> None:
    workbook = opened(path)
    workbook.put("a", status="committed", answer={"x": 1})
    workbook.put_learner(seed=7)
    home = opened(path.with_name("home.json"))
    called: list[int] = []
    home.watch("a", lambda: called.append(1))
    saved = home.take_in(workbook.to_bytes())
    assert isinstance(saved, Saved) and saved.ok
    again = opened(path.with_name("home.json"))
    assert again.answers() == workbook.answers()
    assert again.learner() == workbook.learner()
    assert called == [1]
    content = again.to_bytes()
    assert isinstance(again.take_in(workbook.to_bytes()), Saved)
    assert again.to_bytes() == content, "twice is as good as once"


def test_per_exercise_the_later_change_wins_whatever_the_time_zone(path: Path) -> None:
    path.write_bytes(file({"a": stamped(12, answer="mine"), "b": stamped(12, answer="mine", mine_only=1)}))
    workbook = opened(path)
    theirs = {
        "a": stamped(13, "+02:00", answer="theirs"),
        "b": stamped(11, "-02:00", answer="theirs"),
        "c": {"answer": "theirs", "changed": "2026-03-04T10:00:00"},
    }
    workbook.take_in(file(theirs))
    answers = opened(path).answers()
    assert {key: entry["answer"] for key, entry in answers.items()} == {"a": "mine", "b": "theirs", "c": "theirs"}
    assert answers["b"] == theirs["b"], "the entry is taken whole"


@pytest.mark.parametrize(("mine", "theirs", "winner"), [(12, 13, "theirs"), (13, 12, "mine")])
def test_a_committed_answer_that_loses_is_kept_among_the_attempts(
    path: Path, mine: int, theirs: int, winner: str
) -> None:
    path.write_bytes(file({"a": stamped(mine, status="committed", answer="mine", attempts=[{"answer": 0}])}))
    workbook = opened(path)
    workbook.take_in(file({"a": stamped(theirs, status="revealed", answer="theirs")}))
    entry = opened(path).entry("a")
    assert entry["answer"] == winner
    assert {attempt["answer"] for attempt in entry["attempts"]} == {0, "mine", "theirs"} - {winner}


def test_the_same_commit_revealed_later_is_not_an_attempt_of_its_own(path: Path) -> None:
    path.write_bytes(file({"a": stamped(12, status="committed", answer=1)}))
    workbook = opened(path)
    workbook.take_in(file({"a": stamped(13, status="revealed", answer=1, result={"gain": 2})}))
    entry = opened(path).entry("a")
    assert entry["status"] == "revealed"
    assert "attempts" not in entry


def test_settings_and_unknown_parts_of_a_file_from_elsewhere_are_taken_in(path: Path) -> None:
    path.write_bytes(file({}, learner=stamped(12, seed=1, mine=1), club="mine"))
    workbook = opened(path)
    workbook.take_in(file({}, learner=stamped(11, seed=2, theirs=1), club="theirs", guild=[1]))
    after = on_disk(path)
    assert (after["learner"]["seed"], after["learner"]["mine"], after["learner"]["theirs"]) == (1, 1, 1)
    assert (after["club"], after["guild"]) == ("mine", [1])
    workbook.take_in(file({}, learner=stamped(13, seed=3)))
    assert opened(path).learner()["seed"] == 3


@pytest.mark.parametrize("changed", [None, 5, [], "yesterday", "", {}])
def test_an_entry_without_a_usable_time_is_older_than_any_other(path: Path, changed: Any) -> None:
    path.write_bytes(file({"a": stamped(1, answer="mine")}))
    workbook = opened(path)
    workbook.take_in(file({"a": {"answer": "theirs", "changed": changed}, "b": {"answer": "theirs"}}))
    assert opened(path).entry("a")["answer"] == "mine"
    assert opened(path).entry("b")["answer"] == "theirs"


@pytest.mark.parametrize("case", USELESS)
def test_a_file_that_is_no_workbook_is_refused_and_nothing_is_changed(path: Path, case: str) -> None:
    workbook = opened(path)
    workbook.put("a", answer=1)
    content, stamp = path.read_bytes(), path.stat().st_mtime_ns
    assert workbook.take_in(USELESS[case]) == Notice("not_a_workbook")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, stamp)
    assert workbook.notices == []


def test_a_newer_file_from_elsewhere_is_refused_by_its_own_sentence(path: Path) -> None:
    workbook = opened(path)
    assert workbook.take_in(b'{"format": 2}') == Notice("newer_file_refused")
    assert not path.exists()


def test_no_file_is_opened_outside_the_workbooks_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[Path] = []
    real = Path.open

    def spy(self: Path, *args: Any, **kwargs: Any) -> Any:
        touched.append(self)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", spy)
    monkeypatch.setattr(builtins, "open", failing(errno.EACCES))
    workbook = opened(path)
    workbook.put("../../outside", answer="../x")
    workbook.put_learner(team="../../team")
    assert touched
    assert {p.parent for p in touched} == {path.parent}


# ---------------------------------------------------------------------- words


def test_everything_the_workbook_can_say_has_a_sentence() -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    said = set(re.findall(r'(?:_Trouble|Notice|_note|_restored)\("(\w+)"', source)) | set(module.PROBLEMS)
    said |= set(re.findall(r'"(newer_file_refused|not_a_workbook|cannot_\w+)"', source))
    said -= {"damaged", "empty"}
    said |= {f"{kind}_{what}" for kind in ("damaged", "empty") for what in ("set_aside", "left")}
    assert len(said) == 18
    own = {
        "damaged_set_aside": {"file", "kept_as"},
        "empty_set_aside": {"file", "kept_as"},
        "backup_used": {"backup"},
        "changed_elsewhere": {"exercise"},
        "committed_elsewhere": {"exercise"},
        "not_a_workbook": set(),
        "newer_file_refused": set(),
    }
    for name in sorted(said):
        assert panel_words().say(f"workbook.{name}", **dict.fromkeys(own.get(name, {"file", "folder"}), "x"))
