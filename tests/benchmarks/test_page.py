"""How long a page takes, in a real JupyterLab and a real browser, on a warm server."""

from __future__ import annotations

import subprocess
import sys
import time as clock
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import pytest

from qspo_lab import course

ROOT = Path(__file__).resolve().parents[2]
BARE = ("-m", "jupyterlab", "--no-browser", "--ServerApp.port_retries=0")


def browser_tests(stem: str) -> ModuleType:
    """Return a module of the browser tests, whose folder is not a package."""
    spec = spec_from_file_location(f"browser_{stem}", ROOT / "tests" / "browser" / f"{stem}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[f"browser_{stem}"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pages, maps, plots = (browser_tests(stem) for stem in ("conftest", "test_point_map_page", "test_plot_board_page"))
lab, browser, new_page, open_notebook = pages.lab, pages.browser, pages.new_page, pages.open_notebook
asked_outside, page_errors, open_map = pages.asked_outside, pages.page_errors, maps.open_map

READY = """(n) => {
  const boards = [...document.querySelectorAll('.qspo-exercise .qspo-board')].filter((b) => b.dataset.ready === '1');
  return boards.length >= n && document.querySelectorAll(".qspo-exercise [data-action='commit']").length >= n;
}"""
REDRAW = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const board = document.querySelector('.qspo-plot'), before = board.dataset.drawn, began = performance.now();
  kernel.requestExecute({ code });
  while (board.dataset.drawn === before) await new Promise((done) => requestAnimationFrame(done));
  await new Promise((done) => requestAnimationFrame(done));
  return (performance.now() - began) / 1000;
}"""


def test_a_notebook_of_seven_exercises_is_interactive_within_5_seconds(lab, new_page, note) -> None:
    """From opening it in a lab that is there, until all seven boards and commit buttons are; each time a new kernel.

    Beside it, without a limit: the same from asking for the page with nothing of it in the browser yet, which is mostly
    JupyterLab's own time.
    """
    found = [place.rpartition(".")[2] for _, _, place in course.places() if not place.startswith("opening.")]
    keys = found[:7]
    name = lab.write_notebook("seven.ipynb", *(f"from qspo_lab import lab\nlab.exercise({key!r})" for key in keys))
    opened, asked = [], []
    for _ in range(4):
        page = new_page()
        page.goto(f"{lab.address}/lab?reset&token={pages.TOKEN}")
        page.wait_for_function("() => !!window.jupyterapp")
        page.evaluate("() => window.jupyterapp.restored")
        page.wait_for_timeout(1000)
        began = clock.perf_counter()
        page.evaluate("(path) => void window.jupyterapp.commands.execute('docmanager:open', { path })", name)
        opened.append(seconds_until_ready(page, len(keys), began))
        lab.stop_kernels()
        began = clock.perf_counter()
        page = new_page()
        page.goto(f"{lab.address}/doc/tree/{name}?reset&token={pages.TOKEN}")
        asked.append(seconds_until_ready(page, len(keys), began))
        lab.stop_kernels()
    note("a notebook of seven exercises, from an empty browser", median(asked[1:]))
    note("a notebook of seven exercises, opened in the lab", median(opened[1:]), most=5)
    assert len(keys) == 7


def seconds_until_ready(page: Any, boards: int, began: float) -> float:
    """Wait until so many exercises can be used, close the page and return how long it took."""
    page.wait_for_function(READY, arg=boards, timeout=pages.PATIENCE * 1000)
    taken = clock.perf_counter() - began
    page.close()
    return taken


def test_a_drag_follows_within_a_frame_and_its_echo_comes_within_150_ms(open_map, note) -> None:
    tab, board = open_map()
    page, rolf = tab.page, maps.point(board, "rolf")
    rolf.evaluate(maps.WATCH)
    board.evaluate(maps.ECHO)
    for x, y in [(7, 3), (2, 8), (8, 8), (3, 3), (6, 6), (1, 4), (9, 5)]:
        maps.drag(page, maps.middle(rolf.locator(".qspo-map-dot")), maps.on_plane(board, x, y), steps=20)
        page.wait_for_timeout(400)
    frames, late, echoes = page.evaluate("() => [window.frames_seen, window.late.length, window.echoes]")
    assert frames > 70
    assert len(echoes) == 7
    note("drag: frames in which the point is not under the pointer", 100 * late / frames, "%", most=0)
    note("echo of the kernel after a drag", median(echoes[1:]) / 1000, most=0.15)


def test_ten_figures_stay_below_6_mb_and_are_redrawn_within_150_ms(open_notebook, lab, note) -> None:
    tab = open_notebook(lab.write_notebook("ten.ipynb", plots.START, *(f"board({k})" for k in range(10))), wait=False)
    sizes: list[int] = []
    plots.follow(tab.page, sizes)
    tab.page.reload()
    tab.page.wait_for_selector(plots.DRAWN, timeout=pages.PATIENCE * 1000)
    tab.wait_for_run()
    for cell in range(1, 11):
        plots.bring_up(tab, cell)
        drawn = tab.page.locator(".qspo-plot", has_text=f"Finding {cell - 1}").locator(".main-svg").first
        drawn.wait_for(timeout=pages.PATIENCE * 1000)
    note("ten figures on a page", sum(sizes) / 1e6, "MB", most=6)
    plots.bring_up(tab, 1)
    times = [tab.page.evaluate(REDRAW, f"boards[0].show(figure({n}))") for n in range(20, 36)]
    note("a figure is redrawn, from the kernel to the page", median(times[1:]), most=0.15)


@pytest.fixture
def run_py() -> list[str]:
    """The command of the README, if it has set up this folder and finds nothing to do."""
    spec = spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None and spec.loader is not None
    run = module_from_spec(spec)
    spec.loader.exec_module(run)
    if run.read_stamp().get("fingerprint") != run.fingerprint():
        pytest.skip("python3 run.py has not set up this folder as it is now")
    return [sys.executable, str(ROOT / "run.py"), "start", "--no-browser"]


def test_a_second_start_is_within_6_seconds_of_bare_jupyter_lab(run_py, browser, tmp_path: Path, note) -> None:
    """From the command to a page that can be used, one after the other in the same run."""
    bare = [sys.executable, *BARE, f"--notebook-dir={tmp_path}", "--allow-root"]
    ours = [*run_py, "--workspace", str(tmp_path / "work")]
    above = [seconds_to_page(ours, browser, tmp_path) - seconds_to_page(bare, browser, tmp_path) for _ in range(4)]
    note("a second start, above bare jupyter lab", median(above[1:]), most=6)


def seconds_to_page(command: list[str], browser: Any, folder: Path) -> float:
    """Return how long it takes from a command to a page whose menus are there."""
    port, log = pages.free_port(), folder / "start.log"
    environment = pages.isolated(folder)
    began = clock.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, cwd=folder, stdout=output, stderr=output
        )
    try:
        pages.wait_until_it_answers(f"http://127.0.0.1:{port}", process, log)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/lab?token={pages.TOKEN}")
        page.wait_for_selector(".jp-Launcher, .jp-Notebook, .jp-DirListing-content", timeout=pages.PATIENCE * 1000)
        taken = clock.perf_counter() - began
        page.close()
        return taken
    finally:
        pages.stop(process)
