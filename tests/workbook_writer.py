"""What one process of the workbook's tests does; run as a script."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from qspo_lab.workbook import Workbook, _Lock


def write(path: Path, name: str, times: int) -> None:
    """Write own exercises and one shared one; wait for the lock as long as it takes."""
    workbook = Workbook.open(path, course_version="1")
    for n in range(times):
        workbook.put(f"{name}-{n}", status="draft", answer=n)
        workbook.put("shared", **{name: n})
    for _ in range(20):
        if workbook.put(f"{name}-done", answer=True).ok:
            return
    raise SystemExit(f"{name} could not save")


def hang_before_replace(path: Path) -> None:
    """Write up to the moment before the new file is moved into place, say so, and wait to be killed."""
    workbook = Workbook.open(path, course_version="1")

    def replace(source: Path, target: Path) -> None:
        if Path(target) == path:
            print("ready", flush=True)
            time.sleep(60)

    os.replace = replace
    workbook.put("half", answer="never seen")


def hold_lock(path: Path) -> None:
    """Hold the lock, say so, and wait to be killed."""
    lock = _Lock(path.with_name(f"{path.name}.lock"))
    lock.acquire(5)
    print("ready", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    act, file, *rest = sys.argv[1:]
    if act == "write":
        write(Path(file), rest[0], int(rest[1]))
    else:
        {"hang_before_replace": hang_before_replace, "hold_lock": hold_lock}[act](Path(file))
