import json
import subprocess
import sys
from pathlib import Path

import pytest

from qspo_lab import course

HEAVY = ["numpy", "pandas", "scipy", "statsmodels", "networkx", "simpy", "plotly", "nbformat"]
WIDGETS = Path(__file__).resolve().parents[1] / "qspo_lab" / "widgets"
OPENING = [
    *("qspo_lab.lab", "qspo_lab.cli", "qspo_lab.course", "qspo_lab.frame", "qspo_lab.workbook", "qspo_lab.progress"),
    *("qspo_lab.self_check", "qspo_lab.tables", "qspo_lab.figures", "qspo_lab.samples.world"),
    *(f"qspo_lab.widgets.{path.stem}" for path in sorted(WIDGETS.glob("[!_]*.py"))),
]


def loaded_by(code: str, folder: Path) -> list[str]:
    """Return the heavy packages that a fresh process has loaded after some code."""
    program = f"{code}\nimport json, sys\nprint(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout.splitlines()[-1]))


def test_a_heavy_package_is_seen_when_it_is_loaded(tmp_path: Path) -> None:
    assert loaded_by("import numpy.linalg", tmp_path) == ["numpy"]


@pytest.mark.parametrize("module", OPENING)
def test_opening_loads_nothing_heavy(module: str, tmp_path: Path) -> None:
    assert loaded_by(f"import {module}", tmp_path) == []


@pytest.mark.parametrize("key", course.keys())
def test_an_untouched_exercise_is_drawn_with_numpy_at_most(key: str, tmp_path: Path) -> None:
    code = f"""
from qspo_lab import lab
import qspo_lab.frame
lab._show = lambda view: print(view.widget)
lab.exercise({key!r})
assert "qspo_lab.exercises" in __import__("sys").modules
"""
    assert set(loaded_by(code, tmp_path)) <= {"numpy"}


@pytest.mark.parametrize("key", course.keys())
def test_a_decision_is_evaluated_without_tables_graphs_and_figures(key: str, tmp_path: Path) -> None:
    code = f"""
from qspo_lab import course
from qspo_lab.samples.world import World
exercise, world = course.exercise({key!r}), World()
assert exercise.evaluate(world, exercise.policies(world)["reference"]).status == "complete"
"""
    assert set(loaded_by(code, tmp_path)) <= {"numpy", "scipy"}


@pytest.mark.parametrize("outcome", ["LO2", "LO6"])
def test_a_self_check_and_the_progress_are_drawn_with_numpy_at_most(outcome: str, tmp_path: Path) -> None:
    code = f"from qspo_lab import lab\nlab.self_check({outcome!r})\nlab.progress()"
    assert set(loaded_by(code, tmp_path)) <= {"numpy"}
