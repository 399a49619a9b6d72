"""Benchmarks: measured on request, by naming this folder, and never part of the other tests.

    python3 run.py test tests/benchmarks
    python3 run.py test tests/benchmarks --store-figures

Each benchmark says how much it may need and fails above that. With ``--store-figures`` the measured medians are kept
in ``figures.json``, beside the machine's class, the versions and the load it was measured under.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import statistics
import time as clock
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

STORE = Path(__file__).with_name("figures.json")
PACKAGES = ("numpy", "scipy", "ipywidgets", "jupyterlab", "plotly")
_figures: dict[str, dict[str, Any]] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to keep what was measured."""
    parser.addoption("--store-figures", action="store_true", help="keep the measured medians in figures.json")


@pytest.fixture
def note() -> Callable[..., None]:
    """Note a measured figure and hold it against its limit: ``note(name, value, unit, most=..., least=...)``.

    With ``processor``, the seconds that the processor worked: on a machine that is busy with other things they are
    fewer than the seconds that passed, and the limit is held against them.
    """

    def note_one(
        name: str,
        value: float,
        unit: str = "s",
        most: float | None = None,
        least: float | None = None,
        processor: float | None = None,
    ) -> None:
        parts = {"median": value, "processor": processor, "most": most, "least": least, "load": load()}
        _figures[name] = {"unit": unit, **{key: float(f"{n:.3g}") for key, n in parts.items() if n is not None}}
        held = value if processor is None else min(value, processor)
        assert most is None or held <= most, f"{name} needs {held:.3g} {unit}, allowed are {most}"
        assert least is None or held >= least, f"{name} reaches {held:.3g} {unit}, wanted are {least}"

    return note_one


def load() -> float | None:
    """Return how many processes wanted to run during the last minute; None where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


@pytest.fixture
def time(note: Callable[..., None]) -> Callable[..., float]:
    """Time an act and note the median: ``time(name, act, rounds, most=..., prepare=...)``, in seconds.

    What `prepare` returns goes into the act, and its own time is not counted; nor is the first round.
    """

    def time_one(
        name: str,
        act: Callable[..., Any],
        rounds: int,
        most: float | None = None,
        prepare: Callable[[], tuple[Any, ...]] = tuple,
    ) -> float:
        times = []
        for _ in range(rounds + 1):
            ready = prepare()
            began = clock.perf_counter(), clock.process_time()
            act(*ready)
            times.append((clock.perf_counter() - began[0], clock.process_time() - began[1]))
        passed, processor = (statistics.median(column) for column in zip(*times[1:], strict=True))
        note(name, passed, most=most, processor=processor)
        return passed

    return time_one


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show all figures in one list."""
    for name, found in sorted(_figures.items()):
        rest = ", ".join(f"{key} {part}" for key, part in found.items() if key not in ("median", "unit"))
        terminalreporter.write_line(f"{found['median']:>9} {found['unit']:<5} {name} ({rest})")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep the figures, if asked to; those that were not measured this time stay as they are."""
    if not session.config.getoption("--store-figures") or not _figures:
        return
    stored = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {"figures": {}}
    for found in _figures.values():
        found["date"] = dt.date.today().isoformat()
    stored["machine"] = {"cores": os.cpu_count(), "system": platform.system(), "processor": platform.machine()}
    stored["versions"] = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    stored["figures"] = dict(sorted({**stored["figures"], **_figures}.items()))
    STORE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
