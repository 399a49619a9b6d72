"""The learner's answers in one readable JSON file; knows nothing of notebooks, widgets or exercises.

The file::

    {"format": 1,
     "course_version": "...",         version of the course that wrote it last
     "learner": {...},                free settings: scenario, seed, ...; `changed` is stamped here
     "answers": {key: entry, ...}}    one entry per exercise, by the exercise's key

An entry::

    status          "draft", "committed" or "revealed"
    answer          the board's value, any JSON
    confidence      per cent, whole, or null
    reason          text
    scenario, seed  the world that it belongs to
    hints           how many were seen
    result          a small table of numbers
    transfer        text about the learner's own product
    committed, revealed   times, ISO with offset
    attempts        earlier entries of the same exercise
    undo            what "start over" took away
    changed         time of the last change, ISO with offset; stamped here
    course_version  version of the course that changed it last; stamped here

The workbook reads `status`, `changed` and `attempts`, and compares a few others to tell one decision from another.
It gives no meaning to the rest. What it does not know it keeps, at every level.

How it is written. Under a lock with a time limit: read what is on disk, lay over it what this process changed, write a
new file of a unique name beside it, flush it, move it into place. The content before stays as ``workbook.backup.json``.
So a reader finds the old or the new workbook and never half of one. A file that cannot be used is moved aside, a file
of a newer format is not touched. When writing fails the change stays in memory and goes out with the next one.

How two processes meet. Only what this process changed is laid over the file. If another process changed the same entry,
notes (hints, transfer, ...) are joined to it. A decision replaces it, and a committed answer that is replaced is kept
under `attempts`. A draft never replaces an answer that was committed elsewhere.

The lock is a file created exclusively, not a lock of the operating system: those hang or lie on network drives. Its
holder keeps it for milliseconds. One that did not change while watched, and whose process is dead or whose age is over
a limit, is removed. A holder looks once more whether the lock is its own before it moves the new file into place.
"""

from __future__ import annotations

import copy
import datetime as dt
import errno
import json
import logging
import math
import os
import platform
import random
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

FORMAT = 1
LOCK_AGE = 30.0  # seconds after which a lock is stale, whoever holds it
LOCK_WATCH = 0.5  # seconds for which a lock must stand unchanged before it is judged
IMPATIENT = 0.2  # seconds to wait for a lock that one holder has not let go for long
DEPTH = 64  # levels of tables and lists in one value that is put
DEPTH_TAKEN_IN = DEPTH + 16  # in a whole file from elsewhere: a value may stand in an earlier attempt
DEPTH_READ = 2 * DEPTH  # in the own file
PAUSES = (0.01, 0.05, 0.1, 0.3) if os.name == "nt" else ()

SETTLED = ("committed", "revealed")
STATE_FIELDS = ("status", "answer", "scenario", "seed")
DECISION_FIELDS = ("answer", "confidence", "reason", "scenario", "seed", "committed")
OWN_KEYS = ("format", "course_version", "learner", "answers")

PROBLEMS = {
    "disk_full": ("ENOSPC", "EDQUOT"),
    "read_only": ("EACCES", "EPERM", "EROFS"),
    "folder_gone": ("ENOENT", "ENOTDIR", "ESTALE", "ENODEV", "ENXIO", "EHOSTDOWN", "EHOSTUNREACH", "ENOTCONN"),
}

Entry = dict[str, Any]
Document = dict[str, Any]

_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Notice:
    """Something that the learner should know about the workbook.

    Parameters
    ----------
    name
        Name of the sentence under ``[workbook]`` of the panel's text file.
    values
        Its named placeholders.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """Whether a change is safe on disk.

    Parameters
    ----------
    ok
        False: the change is in memory only, or was refused; `problem` says which.
    at
        When, with the local offset.
    problem
        Name of the sentence under ``[workbook]`` of the panel's text file; None if ok.
    values
        Its named placeholders.
    """

    ok: bool
    at: dt.datetime
    problem: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


class _Trouble(Exception):
    """Why a workbook cannot be read or written, as the name of a sentence."""

    def __init__(self, name: str, **values: Any) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


_GONE: Any = object()  # stands for a field that was removed


def default_path(folder: Path) -> Path:
    """Say where the workbook is.

    Parameters
    ----------
    folder
        The notebook's folder.

    Returns
    -------
    Path
        ``workbook.json`` in the folder, or what the environment variable ``QSPO_WORKBOOK`` names: a file, or a folder
        for ``workbook.json``.
    """
    path = folder / os.environ.get("QSPO_WORKBOOK", "workbook.json")
    return path / "workbook.json" if path.is_dir() else path


class Workbook:
    """One learner's answers; open it with `Workbook.open` or `Workbook.shared`.

    Parameters
    ----------
    path
        The file; links are followed.
    course_version
        Version of the course that writes.
    lock_timeout
        Seconds to wait for another process that is writing.

    Attributes
    ----------
    path
        The file.
    backup_path
        The file's content before the last change.
    notices
        What the learner should know, oldest first.
    """

    _shared: ClassVar[dict[Path, Workbook]] = {}

    def __init__(self, path: Path, *, course_version: str, lock_timeout: float = 5.0) -> None:
        self.path = _resolved(path)
        self.backup_path = self.path.with_name(f"{self.path.stem}.backup{self.path.suffix}")
        self.course_version = course_version
        self.lock_timeout = lock_timeout
        self.notices: list[Notice] = []
        self._lock = _Lock(self.path.with_name(f"{self.path.name}.lock"))
        self._wait = lock_timeout
        self._mutex = threading.RLock()
        self._watchers: dict[str, list[Callable[[], Any]]] = {}
        self._content: bytes | None = None  # the file as last read or written
        self._known = _empty(course_version)  # what it said
        self._document = self._known  # the same with the unsaved changes
        self._changes: dict[str, Entry] = {}  # unsaved fields by exercise
        self._learner_changes: dict[str, Any] = {}
        self._other_changes: dict[str, Any] = {}
        self._forgotten: set[str] = set()

    @classmethod
    def open(cls, path: Path, *, course_version: str, lock_timeout: float = 5.0) -> Workbook:
        """Open a workbook; a missing one begins empty and is written with the first answer.

        A damaged, empty, newer or unreadable file raises nothing: see `notices` for what was done about it.

        Parameters
        ----------
        path
            The file.
        course_version
            Version of the course that writes.
        lock_timeout
            Seconds to wait for another process that is writing.
        """
        workbook = cls(path, course_version=course_version, lock_timeout=lock_timeout)
        workbook._load()
        return workbook

    @classmethod
    def shared(cls, path: Path, *, course_version: str, lock_timeout: float = 5.0) -> Workbook:
        """Open a workbook once per process; the same file gives the same object."""
        resolved = _resolved(path)
        if resolved not in cls._shared:
            cls._shared[resolved] = cls.open(path, course_version=course_version, lock_timeout=lock_timeout)
        return cls._shared[resolved]

    def __repr__(self) -> str:
        return f"<Workbook {self.path.name}, {len(self._document['answers'])} answers>"

    # ------------------------------------------------------------------ reading

    def answers(self) -> dict[str, Entry]:
        """Return a copy of all entries by exercise, unsaved changes included."""
        return copy.deepcopy(self._document["answers"])

    def entry(self, key: str) -> Entry:
        """Return a copy of one exercise's entry; ``{}`` if there is none."""
        return copy.deepcopy(self._document["answers"].get(key, {}))

    def learner(self) -> dict[str, Any]:
        """Return a copy of the learner's settings."""
        return copy.deepcopy(self._document["learner"])

    def unknown(self, known_keys: Iterable[str]) -> list[str]:
        """Name the entries whose exercise the course no longer has; they are kept."""
        known = set(known_keys)
        return [key for key in self._document["answers"] if key not in known]

    def to_bytes(self) -> bytes:
        """Return the workbook as a file to take home, unsaved changes included."""
        return _written(self._document)

    # ------------------------------------------------------------------ changing

    def put(self, key: str, /, **changes: Any) -> Saved:
        """Change fields of an exercise's entry and write the workbook.

        Parameters
        ----------
        key
            The exercise's key.
        **changes
            Fields and their new values: plain JSON.

        Returns
        -------
        Saved
            If it could not be written the change is in memory and goes out with the next one.

        Raises
        ------
        TypeError
            For what JSON cannot hold (nan, dates, ...); the text names key and field, and nothing is changed.
        """
        if not isinstance(key, str) or not key:
            raise TypeError(f"an exercise's key is a text, not {key!r}")
        plain = {name: _plain(value, f"{key}.{name}") for name, value in changes.items()}
        with self._mutex:
            self._changes.setdefault(key, {}).update(plain | self._stamp())
            return self._save(key)

    def put_learner(self, **changes: Any) -> Saved:
        """Change the learner's settings and write the workbook; as `put`."""
        plain = {name: _plain(value, f"learner.{name}") for name, value in changes.items()}
        with self._mutex:
            self._learner_changes.update(plain | {"changed": _stamp()})
            return self._save()

    def remove(self, key: str, /, *fields: str) -> Saved:
        """Take fields out of an exercise's entry and write the workbook; as `put`."""
        with self._mutex:
            if key in self._document["answers"]:
                self._changes.setdefault(key, {}).update(dict.fromkeys(fields, _GONE) | self._stamp())
            return self._save(key)

    def forget(self, key: str, /) -> Saved:
        """Delete an exercise's entry with its attempts, from the backup too; as `put`."""
        with self._mutex:
            self._changes.pop(key, None)
            self._forgotten.add(key)
            return self._save(key)

    def take_in(self, content: bytes) -> Saved | Notice:
        """Continue with a file that was taken home from another machine.

        Merges per exercise: what was changed later wins, and a committed answer that loses is kept under `attempts`.

        Parameters
        ----------
        content
            The file, see `to_bytes`.

        Returns
        -------
        Saved or Notice
            A notice if this is no workbook or one of a newer format; then nothing is changed.
        """
        try:
            theirs = _parsed(content, DEPTH_TAKEN_IN)
        except _Trouble as trouble:
            return Notice("newer_file_refused" if trouble.name == "newer_format" else "not_a_workbook")
        with self._mutex:
            self.refresh()
            mine, both = self._document, _merged(self._document, theirs)
            for key, entry in both["answers"].items():
                if changes := _difference(mine["answers"].get(key, {}), entry):
                    self._changes.setdefault(key, {}).update(changes)
            self._learner_changes.update(_difference(mine["learner"], both["learner"]))
            self._other_changes.update({k: both[k] for k in both if k not in mine})
            return self._save()

    # ------------------------------------------------------------------ other copies

    def refresh(self) -> set[str]:
        """Read what other processes wrote.

        Returns
        -------
        set of str
            Keys of the exercises whose entry changed. A file that cannot be used changes nothing here; the next
            change deals with it.
        """
        with self._mutex:
            before = self._document
            if self._has_changes():
                self._save()
                return _changed_keys(before, self._document)
            try:
                content = self._read(self.path)
                if content is None or content == self._content:
                    return set()
                self._known, self._content = _parsed(content), content
            except _Trouble:
                return set()
            self._document = self._known
            changed = _changed_keys(before, self._document)
        self._tell(changed)
        return changed

    def watch(self, key: str, callback: Callable[[], Any]) -> Callable[[], None]:
        """Call back whenever an exercise's entry has changed.

        Parameters
        ----------
        key
            The exercise's key.
        callback
            Called without arguments after each change made or found by this process. What it raises is logged.

        Returns
        -------
        Callable
            Ends it.
        """
        self._watchers.setdefault(key, []).append(callback)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._watchers[key].remove(callback)

        return unsubscribe

    def _tell(self, keys: Iterable[str]) -> None:
        for key in sorted(keys):
            for callback in list(self._watchers.get(key, ())):
                try:
                    callback()
                except Exception:
                    log.exception("a copy of %r could not follow a change", key)

    # ------------------------------------------------------------------ the file

    def _load(self) -> None:
        try:
            content = self._read(self.path)
            if content is not None:
                self._known, self._content = _parsed(content), content
            elif self.path.parent.is_dir():
                self._known = self._restored("missing")
            else:
                self._note("folder_gone", **self._where())
        except _Trouble as trouble:
            if trouble.name not in ("damaged", "empty"):
                self._note(trouble.name, **self._where() | trouble.values)
            elif not self._save().ok:
                self._note(f"{trouble.name}_left", **self._where())
                with suppress(_Trouble):
                    self._known = self._restored()
        self._document = self._known

    def _save(self, key: str | None = None) -> Saved:
        """Read, merge, write; `key` is the exercise that the caller changes."""
        at = _now()
        before = self._document
        self._document, _ = self._laid_over(self._known)
        lost: list[str] = []
        problem: _Trouble | None = None
        try:
            lost = self._write_under_lock(at)
        except _Trouble as trouble:
            problem = trouble
        except OSError as error:
            problem = _Trouble(_problem(error, "cannot_write"))
        stuck = problem is not None and problem.name == "locked" and self._lock.is_stuck()
        self._wait = IMPATIENT if stuck else self.lock_timeout
        if key in lost:
            problem = _Trouble("committed_elsewhere", exercise=key)
        self._tell(_changed_keys(before, self._document) | ({key} if key else set()))
        if problem is None:
            return Saved(True, at)
        return Saved(False, at, problem.name, self._where() | problem.values)

    def _write_under_lock(self, at: dt.datetime) -> list[str]:
        """Write the workbook; return the exercises whose draft gave way to an answer committed elsewhere."""
        broke_one = self._lock.acquire(min(self._wait, self.lock_timeout))
        try:
            if broke_one:
                self._note("stale_lock_removed", **self._where())
                self._sweep()
            base, previous = self._base(at)
            document, lost = self._laid_over(base)
            content = _written(document)
            backup = content if self._forgotten else previous
            if backup is not None:
                self._move_into_place(self.backup_path, backup, flush=False)
            self._move_into_place(self.path, content, flush=True)
        finally:
            self._lock.release()
        self._known = self._document = document
        self._content = content
        self._changes, self._learner_changes, self._other_changes = {}, {}, {}
        self._forgotten = set()
        return lost

    def _base(self, at: dt.datetime) -> tuple[Document, bytes | None]:
        """Return what is on disk, and its bytes if they are good enough for a backup."""
        content = self._read(self.path)
        if content is None:
            return self._restored("missing"), None
        if content == self._content:
            return self._known, content
        try:
            return _parsed(content), content
        except _Trouble as trouble:
            if trouble.name not in ("damaged", "empty"):
                raise
            kept_as = self._free_name(f"damaged-{at:%Y-%m-%d-%H%M%S}")
            _patiently(self.path.rename, kept_as)
            self._note(f"{trouble.name}_set_aside", file=self.path.name, kept_as=kept_as.name)
            return self._restored(), None

    def _restored(self, cause: str = "") -> Document:
        """Return what is known without the file: from memory and from the backup."""
        known = self._known
        try:
            content = self._read(self.backup_path)
            backup = None if content is None else _parsed(content)
        except _Trouble as trouble:
            if trouble.name == "newer_format":
                raise _Trouble("newer_format", file=self.backup_path.name) from trouble
            backup = None
        both = known if backup is None else _merged(known, backup)
        if cause and (both["answers"] or both["learner"]):
            self._note(cause, **self._where())
        if _changed_keys(known, both):
            self._note("backup_used", backup=self.backup_path.name)
        return both

    def _laid_over(self, base: Document) -> tuple[Document, list[str]]:
        """Lay the unsaved changes over a document; also name the drafts that gave way."""
        answers = {key: entry for key, entry in base["answers"].items() if key not in self._forgotten}
        lost = []
        for key, changes in self._changes.items():
            known = {} if key in self._forgotten else self._known["answers"].get(key, {})
            theirs = answers.get(key, {})
            news = {name: value for name, value in changes.items() if name not in known or known[name] != value}
            if not theirs or theirs == known:
                answers[key] = _applied(theirs, changes)
            elif not any(name in news for name in STATE_FIELDS):
                answers[key] = _applied(theirs, news)
            elif _settled(theirs) and not _settled(_applied(known, changes)):
                lost.append(key)
                self._note("committed_elsewhere", exercise=key)
            else:
                answers[key] = _joined(_applied(known, changes), theirs)
                self._note("changed_elsewhere", exercise=key)
        document = {
            "format": FORMAT,
            "course_version": self.course_version,
            "learner": _applied(base["learner"], self._learner_changes),
            "answers": answers,
        }
        document |= {key: value for key, value in (base | self._other_changes).items() if key not in OWN_KEYS}
        return document, lost

    def _has_changes(self) -> bool:
        return bool(self._changes or self._learner_changes or self._other_changes or self._forgotten)

    def _read(self, path: Path) -> bytes | None:
        try:
            return _patiently(path.read_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            gone = _problem(error, "") == "folder_gone"
            raise _Trouble("folder_gone" if gone else "cannot_read") from error

    def _move_into_place(self, target: Path, content: bytes, *, flush: bool) -> None:
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.tmp")
        try:
            with new.open("xb") as file:
                with suppress(OSError):
                    new.chmod(stat.S_IMODE(self.path.stat().st_mode))
                file.write(content)
                file.flush()
                if flush:
                    os.fsync(file.fileno())
            if not self._lock.is_held():
                raise _Trouble("locked")
            _patiently(os.replace, new, target)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise

    def _sweep(self) -> None:
        """Delete half-written files of a process that died with the lock."""
        for path in self.path.parent.iterdir():
            if path.name.startswith(f".{self.path.name}.") and path.name.endswith(".tmp"):
                with suppress(OSError):
                    path.unlink()

    def _free_name(self, word: str) -> Path:
        path, n = self.path.with_name(f"{self.path.stem}.{word}{self.path.suffix}"), 1
        while path.exists():
            n += 1
            path = self.path.with_name(f"{self.path.stem}.{word}-{n}{self.path.suffix}")
        return path

    def _note(self, name: str, **values: Any) -> None:
        notice = Notice(name, values)
        if notice not in self.notices:
            self.notices.append(notice)

    def _where(self) -> dict[str, Any]:
        return {"file": self.path.name, "folder": str(self.path.parent)}

    def _stamp(self) -> dict[str, str]:
        return {"changed": _stamp(), "course_version": self.course_version}


class _Lock:
    """A file that exists while one process writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._record = b""
        self._seen: tuple[bytes, float] | None = None

    def acquire(self, timeout: float) -> bool:
        """Take the lock or raise ``locked``; return whether a stale one was removed for it."""
        deadline = time.monotonic() + timeout
        broke_one = False
        while not self._create():
            if self._remove_if_stale():
                broke_one = True
            elif time.monotonic() >= deadline:
                raise _Trouble("locked")
            else:
                time.sleep(random.uniform(0.001, 0.02))
        return broke_one

    def release(self) -> None:
        """Let go; what another process holds by now stays."""
        if self.is_held():
            with suppress(OSError):
                _patiently(self.path.unlink)

    def is_held(self) -> bool:
        """Tell whether the lock is still this process's."""
        with suppress(OSError):
            return self.path.read_bytes() == self._record
        return False

    def is_stuck(self) -> bool:
        """Tell whether one holder was seen with it all the time, not many that take turns."""
        return self._seen is not None and time.monotonic() - self._seen[1] >= LOCK_WATCH

    def _create(self) -> bool:
        self._record = f"{os.getpid()}\n{platform.node()}\n{secrets.token_hex(8)}\n".encode("utf-8", "replace")
        try:
            file = _patiently(self.path.open, "xb")
        except FileExistsError:
            return False
        try:
            with file:
                file.write(self._record)
        except BaseException:
            with suppress(OSError):
                self.path.unlink()
            raise
        return True

    def _remove_if_stale(self) -> bool:
        try:
            record, age = self.path.read_bytes(), time.time() - self.path.stat().st_mtime
        except OSError:
            return False
        now = time.monotonic()
        if self._seen is None or self._seen[0] != record:
            self._seen = (record, now)
        if now - self._seen[1] < LOCK_WATCH or not (age > LOCK_AGE or _owner_is_dead(record)):
            return False
        self._seen = None
        aside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.tmp")
        try:
            self.path.rename(aside)
            aside.unlink()
        except OSError:
            return False
        return True


def _owner_is_dead(record: bytes) -> bool:
    """Tell whether a lock names a process of this machine that no longer runs; only where asking is harmless."""
    lines = record.decode("utf-8", "replace").split("\n")
    if os.name != "posix" or len(lines) < 2 or lines[1] != platform.node() or not lines[0].isdecimal():
        return False
    try:
        os.kill(int(lines[0]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False


# ---------------------------------------------------------------------- entries


def _settled(entry: Entry) -> bool:
    return entry.get("status") in SETTLED


def _applied(entry: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**entry, **changes}.items() if value is not _GONE}


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that make the new table of the old one."""
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    return changed | {name: _GONE for name in old if name not in new}


def _joined(winner: Entry, loser: Entry) -> Entry:
    """Return the winner with all that was committed in either."""
    attempts, more = _attempts(winner), _attempts(loser)
    if _settled(loser) and any(winner.get(name) != loser.get(name) for name in DECISION_FIELDS):
        more.append({name: value for name, value in loser.items() if name not in ("attempts", "undo")})
    attempts += [attempt for attempt in more if attempt not in attempts]
    return {**winner, "attempts": attempts} if attempts else winner


def _attempts(entry: Entry) -> list[Any]:
    attempts = entry.get("attempts")
    return list(attempts) if isinstance(attempts, list) else []


def _merged(mine: Document, theirs: Document) -> Document:
    """Merge two workbooks: per exercise the later change wins, and nothing committed is lost."""
    answers = dict(mine["answers"])
    for key, entry in theirs["answers"].items():
        own = answers.get(key, {})
        if not own or _when(entry) > _when(own):
            answers[key] = _joined(entry, own)
        else:
            answers[key] = _joined(own, entry)
    mine_is_newer = mine["learner"] and _when(mine["learner"]) >= _when(theirs["learner"])
    first, second = (theirs, mine) if mine_is_newer else (mine, theirs)
    return {**theirs, **mine, "learner": {**first["learner"], **second["learner"]}, "answers": answers}


def _when(entry: Mapping[str, Any]) -> dt.datetime:
    """Return the time of an entry's last change; the beginning of time if it has none."""
    try:
        at = dt.datetime.fromisoformat(entry["changed"])
    except (KeyError, TypeError, ValueError):
        at = dt.datetime.min
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _changed_keys(before: Document, after: Document) -> set[str]:
    old, new = before["answers"], after["answers"]
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


# ---------------------------------------------------------------------- JSON


def _empty(course_version: str) -> Document:
    return {"format": FORMAT, "course_version": course_version, "learner": {}, "answers": {}}


def _parsed(content: bytes, levels: int = DEPTH_READ) -> Document:
    """Return the workbook in a file's bytes, or raise ``empty``, ``damaged`` or ``newer_format``."""
    if not content.strip(b" \t\r\n\0"):
        raise _Trouble("empty")
    try:
        document = _plain(json.loads(content.decode("utf-8-sig")), "workbook", levels)
        number = document["format"]
        if type(number) is int and number > FORMAT:
            raise _Trouble("newer_format")
        answers = document["answers"]
        learner = document.setdefault("learner", {})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _Trouble("damaged") from error
    if type(number) is not int or number != FORMAT or not isinstance(answers, dict) or not isinstance(learner, dict):
        raise _Trouble("damaged")
    for key, entry in answers.items():
        if not isinstance(entry, dict):
            answers[key] = {"unreadable": entry}
    return document


def _written(document: Document) -> bytes:
    """Return a workbook as bytes: one line per field of an entry; lone surrogates as escapes."""
    return (_lines(document, 3) + "\n").encode("utf-8", "backslashreplace")


def _lines(value: Any, levels: int, indent: str = "") -> str:
    if levels == 0 or not isinstance(value, dict) or not value:
        return _json(value)
    inner = indent + " "
    rows = [f"{inner}{_json(name)}: {_lines(part, levels - 1, inner)}" for name, part in value.items()]
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"


def _plain(value: Any, where: str, levels: int = DEPTH) -> Any:
    """Return a copy in plain JSON types, exactly what the file will give back, or raise a TypeError."""
    if isinstance(value, str):
        return _joined_surrogates(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and int(value).bit_length() <= 1024:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if levels == 0:
        raise TypeError(f"{where}: too many tables and lists stand in each other")
    if isinstance(value, list | tuple):
        return [_plain(part, where, levels - 1) for part in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {_joined_surrogates(name): _plain(part, where, levels - 1) for name, part in value.items()}
    raise TypeError(f"{where}: JSON cannot hold {value!r:.80}")


def _joined_surrogates(text: str) -> str:
    """Return the text as JSON gives it back: two halves of one character become the character."""
    if text.isascii():
        return str.__str__(text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


# ---------------------------------------------------------------------- small things


def _problem(error: OSError, otherwise: str) -> str:
    code = errno.errorcode.get(error.errno or 0, "")
    return next((name for name, codes in PROBLEMS.items() if code in codes), otherwise)


def _patiently(act: Callable[..., Any], *args: Any) -> Any:
    """Try again for a moment: Windows refuses what a scanner or another reader has open."""
    for pause in PAUSES:
        try:
            return act(*args)
        except PermissionError:
            time.sleep(pause)
    return act(*args)


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


def _stamp() -> str:
    return _now().isoformat(timespec="milliseconds")
