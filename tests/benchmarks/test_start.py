"""What it costs to begin, in a fresh process: the first line of a notebook, the first board, the first decision."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from qspo_lab import course
from qspo_lab.samples.world import World

SEED = 7
KERNEL = "from IPython.core.interactiveshell import InteractiveShell; InteractiveShell.instance(); import ipywidgets"


def time_afresh(code: str, before: str, folder: Path, rounds: int) -> tuple[float, float]:
    """Return the median seconds that code takes, and those of the processor, in fresh processes; `before` is free."""
    program = "\n".join(
        [
            before,
            "import json, time",
            "began = time.perf_counter(), time.process_time()",
            code,
            "print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1]]))",
        ]
    )
    times = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
        times.append(json.loads(done.stdout.splitlines()[-1]))
    passed, processor = zip(*times, strict=True)
    return median(passed), median(processor)


def test_the_lab_is_imported_hardly_later_than_the_widgets_it_needs(note, tmp_path: Path) -> None:
    passed, processor = time_afresh("from qspo_lab import lab", "import ipywidgets", tmp_path, 7)
    note("from qspo_lab import lab, above ipywidgets", passed, most=0.35, processor=processor)


def test_a_first_exercise_is_drawn_soon_after_the_widgets_are_there(note, tmp_path: Path) -> None:
    """What `lab` puts off until it is called counts here; a kernel has loaded IPython before."""
    code = "from qspo_lab import lab; lab.exercise('which_test_would_you_pay_for')"
    passed, processor = time_afresh(code, KERNEL, tmp_path, 5)
    note("first exercise drawn, above ipywidgets", passed, most=1.5, processor=processor)


@pytest.mark.parametrize("key", course.keys())
def test_the_first_decision_in_a_fresh_kernel_is_not_waited_for(key: str, note, tmp_path: Path) -> None:
    """The board is drawn; now all that is missing is imported."""
    try:
        answer = course.exercise(key).policies(World(seed=SEED))["reference"]
    except ImportError as error:
        pytest.skip(f"{key} cannot be imported: {error}")
    before = (
        "from qspo_lab import course; from qspo_lab.samples.world import World; import json\n"
        f"exercise, world, answer = course.exercise({key!r}), World(seed={SEED}), json.loads({json.dumps(answer)!r})\n"
        "board = exercise.board(world, exercise.words())"
    )
    passed, processor = time_afresh("exercise.evaluate(world, answer)", before, tmp_path, 3)
    note(f"first evaluate {key}", passed, most=1, processor=processor)
