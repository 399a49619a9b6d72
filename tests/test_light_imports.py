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
KERNEL = "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.instance()\n"


def loaded_after(steps: list[str], folder: Path) -> list[set[str]]:
    """Return the heavy packages that a fresh process has loaded after each of some steps."""
    look = f"seen.append([name for name in {HEAVY} if name in sys.modules])"
    lines = [
        "import json, sys",
        "seen = []",
        *(line for step in steps for line in (step, look)),
        "print(json.dumps(seen))",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [set(names) for names in json.loads(done.stdout.splitlines()[-1])]


def test_a_heavy_package_is_seen_when_it_is_loaded(tmp_path: Path) -> None:
    assert loaded_after(["import json", "import numpy.linalg"], tmp_path) == [set(), {"numpy"}]


def test_opening_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = loaded_after([f"import {module}" for module in OPENING], tmp_path)
    first = next((f"{module} loads {names}" for module, names in zip(OPENING, loaded, strict=True) if names), None)
    assert first is None


@pytest.mark.parametrize("key", course.keys())
def test_an_exercise_is_drawn_with_numpy_at_most_and_evaluated_with_scipy_at_most(key: str, tmp_path: Path) -> None:
    draw = f"{KERNEL}from qspo_lab import lab\nlab.exercise({key!r})"
    decide = f"""
from qspo_lab import course
from qspo_lab.samples.world import World
assert "qspo_lab.frame" in sys.modules
exercise, world = course.exercise({key!r}), World()
result = exercise.evaluate(world, exercise.policies(world)["reference"])
assert result.status == "complete"
exercise.figure(result, exercise.words())
"""
    drawn, decided = loaded_after([draw, decide], tmp_path)
    assert drawn <= {"numpy"}
    assert decided <= {"numpy", "scipy"}


def test_self_checks_and_the_progress_are_drawn_with_numpy_at_most(tmp_path: Path) -> None:
    steps = [f"{KERNEL}from qspo_lab import lab", "lab.progress()"]
    steps += [f"lab.self_check({outcome.key!r})" for module in course.MODULES for outcome in module.outcomes]
    assert loaded_after(steps, tmp_path)[-1] <= {"numpy"}
