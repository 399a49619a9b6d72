"""What it costs to begin: imports in a fresh process, and the first decision of all."""

import json
import subprocess
import sys
from statistics import median

import pytest

from qspo_lab import course

ROUNDS = 7


def seconds(code: str) -> float:
    """Return what a piece of code prints about itself, in a fresh process."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout))


def timed(*statements: str, before: str = "") -> str:
    """Return a program that says how long some statements take, and nothing of what comes before."""
    lines = [before, "import time", "began = time.perf_counter()", *statements, "print(time.perf_counter() - began)"]
    return "\n".join(lines)


def test_the_lab_is_imported_hardly_later_than_the_widgets_it_needs(note) -> None:
    """What a notebook's first line asks for, above ipywidgets; both in the same run, one after the other."""
    above = []
    for _ in range(ROUNDS):
        bare = seconds(timed("import ipywidgets"))
        above.append(seconds(timed("import ipywidgets", "from qspo_lab import lab")) - bare)
    note("from qspo_lab import lab, above ipywidgets", median(above), most=0.35)


@pytest.mark.parametrize("key", course.keys())
def test_the_first_decision_in_a_fresh_kernel_comes_soon(key: str, note) -> None:
    """The board is drawn; the learner commits for the first time and all that is missing is imported."""
    try:
        course.exercise(key)
    except ImportError as error:
        pytest.skip(f"{key} cannot be imported: {error}")
    drawn = (
        "from qspo_lab import course; from qspo_lab.samples.world import World\n"
        f"exercise, world = course.exercise({key!r}), World(seed=7)\n"
        "board = exercise.board(world, exercise.words())\n"
    )
    answer = json.dumps(policy_of(key))
    before = f"{drawn}import json; answer = json.loads({answer!r})"
    times = [seconds(timed("exercise.evaluate(world, answer)", before=before)) for _ in range(3)]
    note(f"first evaluate {key}, imports included", median(times), most=1.0)


def policy_of(key: str) -> dict:
    """Return the reference answer of an exercise in the world that the benchmark uses."""
    from qspo_lab.samples.world import World

    return dict(course.exercise(key).policies(World(seed=7))["reference"])
