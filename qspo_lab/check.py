"""The pre-flight for a room: is this machine ready for a workshop? One plain line for each point."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qspo_lab import launch
from qspo_lab.texts import Words

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient

PYTHONS = ((3, 11), (3, 13))
"""The oldest and the newest Python that the lab is tested with."""

ENOUGH_MB = 100
PATIENCE = 60
"""Seconds until a kernel counts as not answering."""

NEEDED_FILES = (
    "share/jupyter/lab/static/package.json",
    "share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/package.json",
    "share/jupyter/labextensions/anywidget/package.json",
)
"""What a browser asks JupyterLab for, below the folder of the environment."""

OPEN_A_BOARD = """
import sys
asked = []
def note(event, args):
    if event == "socket.getaddrinfo" and args[0] not in (None, "localhost", "127.0.0.1", "::1", ""):
        asked.append(str(args[0]))
    if event == "socket.connect" and isinstance(args[1], tuple) and not str(args[1][0]).startswith(("127.", "::1")):
        asked.append(str(args[1][0]))
sys.addaudithook(note)
from qspo_lab import course, lab
from qspo_lab.widgets.settings_board import SettingsBoard
course.exercises()
board = SettingsBoard(controls=[{"id": "light", "kind": "toggle", "label": "light"}])
"""
"""Run in the kernel: everything an exercise needs is imported, one board is opened, and requests are written down."""


@dataclass(frozen=True)
class Found:
    """One point of the check: whether it is fine, and what to say about it."""

    ok: bool
    said: str


def points(folder: Path, port: int | None, words: Words) -> Iterator[tuple[str, Found]]:
    """Give the points of the check one after the other, each as soon as it is known.

    Parameters
    ----------
    folder
        Where the learner will work.
    port
        The port that the lab is to use; None for 8888 or the next free one.
    words
        The words of the command line.

    Yields
    ------
    (str, Found)
        Name of the point and what was found.
    """
    yield "python", check_python(words)
    yield "packages", check_packages(words)
    yield "extension", check_extension(words)
    yield from check_kernel(words)
    yield "folder", check_folder(folder, words)
    yield "port", check_port(port, words)


def good(words: Words, name: str, **values: Any) -> Found:
    """Return a point that is fine."""
    return Found(True, words.say(f"check.good.{name}", **values))


def mend(words: Words, name: str, **values: Any) -> Found:
    """Return a point that needs attention, with what to do."""
    return Found(False, words.say(f"check.mend.{name}", **values))


def check_python(words: Words, version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Found:
    """Check the version of Python."""
    fine = PYTHONS[0] <= version[:2] <= PYTHONS[1]
    return (good if fine else mend)(words, "python", version=".".join(map(str, version)))


def pins(text: str) -> dict[str, str]:
    """Return the version of each package that a requirements file pins for this machine and this Python.

    Parameters
    ----------
    text
        Its text: lines of a name, a version and maybe a marker; lines of hashes are passed over.
    """
    from packaging.requirements import Requirement

    lines = [line.rstrip(" \\") for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    wanted = [Requirement(line) for line in lines]
    return {r.name: next(iter(r.specifier)).version for r in wanted if r.marker is None or r.marker.evaluate()}


def check_packages(words: Words, wanted: dict[str, str] | None = None) -> Found:
    """Check that every package is the one that this version was tested with."""
    wanted = pins(launch.pinned_requirements().read_text(encoding="utf-8")) if wanted is None else wanted
    differences = []
    for name, version in wanted.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            differences.append(words.say("check.difference.missing", name=name))
            continue
        if found != version:
            differences.append(words.say("check.difference.other", name=name, found=found, wanted=version))
    if not differences:
        return good(words, "packages", count=len(wanted))
    shown, more = differences[:4], len(differences) - 4
    return mend(
        words, "packages", differences=shown + ([words.say("check.difference.more", count=more)] if more > 0 else [])
    )


def check_extension(words: Words) -> Found:
    """Check that JupyterLab has the lab's page settings, and has those of this version."""
    from jupyter_core.paths import jupyter_path

    shipped = launch.HERE / "jupyter" / "labextension"
    places = [Path(place) / "qspo-lab-ui" for place in jupyter_path("labextensions")]
    installed = next((place for place in places if place.is_dir()), None)
    same = installed is not None and all(
        (installed / path.relative_to(shipped)).is_file()
        and (installed / path.relative_to(shipped)).read_bytes() == path.read_bytes()
        for path in shipped.rglob("*")
        if path.is_file()
    )
    return (good if same else mend)(words, "extension")


def check_kernel(words: Words) -> Iterator[tuple[str, Found]]:
    """Start a kernel, open a board in it, click on it as a browser would, and see that it answers."""
    from jupyter_client.manager import start_new_kernel

    begun = time.monotonic()
    try:
        manager, client = start_new_kernel(startup_timeout=PATIENCE, kernel_name="python3", stderr=subprocess.DEVNULL)
    except Exception as error:
        yield "kernel", mend(words, "kernel", reason=reason(error))
        return
    try:
        yield "kernel", good(words, "kernel", seconds=time.monotonic() - begun)
        try:
            milliseconds = click_on_a_board(client)
            yield "widgets", good(words, "widgets", milliseconds=milliseconds)
            asked = json.loads(evaluate(client, "__import__('json').dumps(sorted(set(asked)))"))
        except Exception as error:
            yield "widgets", mend(words, "widgets", reason=reason(error))
            return
        yield "offline", check_offline(words, asked)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def check_offline(words: Words, asked: list[str]) -> Found:
    """Check that nothing was asked from the network, and that all that a page needs lies on this machine."""
    if asked:
        return mend(words, "offline", asked=asked)
    missing = [name for name in NEEDED_FILES if not (Path(sys.prefix) / name).is_file()]
    return mend(words, "offline_missing", missing=missing) if missing else good(words, "offline")


def click_on_a_board(client: BlockingKernelClient) -> float:
    """Open a board in a kernel, send it a change as a browser would, and return the time of the answer in ms.

    Raises
    ------
    RuntimeError, TimeoutError
        If the board does not open, or the change does not arrive.
    """
    comms = []

    def note(message: dict[str, Any]) -> None:
        if message["msg_type"] == "comm_open" and "_esm" in message["content"]["data"].get("state", {}):
            comms.append(message["content"]["comm_id"])

    run(client, OPEN_A_BOARD, note)
    if not comms:
        raise RuntimeError("no board was opened")
    begun = time.monotonic()
    change = {"method": "update", "state": {"value": {"settings": {"light": True}}}, "buffer_paths": []}
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comms[-1], "data": change}))
    if evaluate(client, "board.value['settings']['light']") != "True":
        raise RuntimeError("the change did not arrive")
    return (time.monotonic() - begun) * 1000


def run(client: BlockingKernelClient, code: str, note: Any = None) -> None:
    """Run code in a kernel; raise RuntimeError with the last line of what went wrong."""
    reply = client.execute_interactive(code, timeout=PATIENCE, output_hook=note or (lambda message: None))
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"{reply['content'].get('ename')}: {reply['content'].get('evalue')}")


def evaluate(client: BlockingKernelClient, expression: str) -> str:
    """Return what an expression is in a kernel, as Python writes it; a text comes without its quotes."""
    reply = client.execute_interactive(
        "", user_expressions={"it": expression}, timeout=PATIENCE, output_hook=lambda message: None
    )
    found = reply["content"]["user_expressions"]["it"]
    if found["status"] != "ok":
        raise RuntimeError(f"{found.get('ename')}: {found.get('evalue')}")
    return str(found["data"]["text/plain"]).strip("'")


def reason(error: Exception) -> str:
    """Return an error in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def check_folder(folder: Path, words: Words) -> Found:
    """Check that answers can be saved: a file is written, moved into place as the workbook is, and taken away."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, draft = tempfile.mkstemp(prefix=".qspo-check-", dir=folder)
        os.close(number)
        target = Path(draft + "-moved")
        Path(draft).replace(target)
        target.unlink()
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError as error:
        return mend(words, "folder", folder=folder, reason=error.strerror or error)
    if free < ENOUGH_MB:
        return mend(words, "folder_full", folder=folder, free=free)
    return good(words, "folder", folder=folder, free=free)


def check_port(port: int | None, words: Words) -> Found:
    """Check the port: one that was named must be free, else the next one will do."""
    if launch.port_is_free(port or 8888):
        return good(words, "port", port=port or 8888)
    return mend(words, "port", port=port) if port else good(words, "port_next", port=8888)
