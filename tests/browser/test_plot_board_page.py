"""Figures in a real page: plotly.js comes once, redraws stay in place, reload, restart and theme keep them right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

START = """import random
from qspo_lab.figures import Axis, Mark, Line, bars, lines
from qspo_lab.widgets import plot_board
from qspo_lab.widgets.plot_board import PlotBoard
words = {"no_kernel": "It is not running. Press Run all.", "failed": "It cannot be drawn.",
         "fallback": "Press Run all to see the picture.", "save": "Save picture", "file_name": "picture"}
def write(value):
    return "cannot say" if value is None else f"{value:g}"
def figure(k, text="Item"):
    return bars(title=f"Finding {k}", description=f"Bars number {k}.", labels=[f"{text} {i}" for i in range(5)],
                values=[k + i for i in range(5)], axis=Axis("Weeks", write), item="Item", you=2,
                marks=[Mark(3, text, "reference")])
boards = []
def board(k, text="Item"):
    one = PlotBoard(words=words)
    one.show(figure(k, text))
    boards.append(one)
    return one"""
PATIENCE = 30_000
DRAWN = ".qspo-plot[data-drawn]"
FILL = "() => getComputedStyle(document.querySelector('.qspo-plot .point path')).fill"


@pytest.fixture(autouse=True)
def patience():
    """A busy machine may take long over a first figure; speed is measured elsewhere."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def follow(page, sizes):
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))


def bring_up(tab, cell):
    tab.page.evaluate(
        """i => { const list = window.jupyterapp.shell.currentWidget.content;
          list.activeCellIndex = i; return list.scrollToItem(i, 'start'); }""",
        cell,
    )


def test_ten_figures_cost_plotly_once_and_are_all_drawn(open_notebook, lab):
    cells = [f"board({k})" for k in range(10)]
    tab = open_notebook(lab.write_notebook("ten.ipynb", START, *cells), wait=False)
    sizes: list[int] = []
    follow(tab.page, sizes)
    tab.page.reload()
    tab.page.wait_for_selector(DRAWN, timeout=2 * PATIENCE)
    tab.wait_for_run()
    for cell in range(1, 11):
        bring_up(tab, cell)
        expect(
            tab.page.locator(".qspo-plot", has_text=f"Finding {cell - 1}").locator(".main-svg").first
        ).to_be_visible()
    assert sum(size > 500_000 for size in sizes) == 1
    assert sum(sizes) < 6_000_000
    assert tab.page.evaluate("() => document.querySelectorAll('.modebar-btn').length") == 0
    bring_up(tab, 1)
    picture = tab.page.get_by_role("img", name="Finding 0 Bars number 0.")
    expect(picture).to_be_visible()


def test_a_redraw_stays_in_place_and_a_reload_shows_the_newest(open_notebook, lab):
    tab = open_notebook(lab.write_notebook("redraw.ipynb", START, "board(1)", autorun=False), wait=False)
    tab.command("notebook:run-all-cells")
    page = tab.page
    expect(page.locator(DRAWN)).to_have_count(1)
    page.evaluate("() => { window.kept = document.querySelector('.qspo-plot-area'); }")
    tab.ask("boards[0].show(figure(40))")
    expect(page.locator(".qspo-plot-title")).to_have_text("Finding 40")
    expect(page.locator(".qspo-plot[data-drawn='2']")).to_have_count(1)
    expect(page.locator(".qspo-plot text", has_text="44")).to_be_visible()
    assert page.evaluate("() => window.kept.isConnected")
    tab.save()
    page.goto(page.url)
    page.wait_for_selector(DRAWN, timeout=2 * PATIENCE)
    expect(page.locator(".qspo-plot-title")).to_have_text("Finding 40")
    expect(page.locator(".qspo-plot text", has_text="44")).to_be_visible()
    output = lab.read_notebook("redraw.ipynb").cells[1].outputs[0].data
    assert output["text/plain"] == "Finding 1 Bars number 1. Press Run all to see the picture."
    tab.ask("boards[0].show(None)")
    expect(page.locator(".qspo-plot")).to_be_hidden()
    tab.ask("boards[0].show(figure(7))")
    expect(page.locator(".qspo-plot text", has_text="11")).to_be_visible()


def test_after_a_restart_the_cells_draw_again(open_notebook, lab):
    tab = open_notebook(lab.write_notebook("restart.ipynb", START, "board(1)"))
    expect(tab.page.locator(DRAWN)).to_have_count(1)
    tab.kill_kernel()
    tab.wait_for_run(2)
    expect(tab.page.locator(DRAWN)).to_have_count(1)
    tab.ask("boards[0].show(figure(40))")
    expect(tab.page.locator(".qspo-plot text", has_text="44")).to_be_visible()


def test_theme_and_width_are_followed(open_notebook, lab):
    tab = open_notebook(lab.write_notebook("theme.ipynb", START, "board(1)"))
    page = tab.page
    expect(page.locator(DRAWN)).to_have_count(1)
    light = page.evaluate(FILL)
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    page.wait_for_function(f"(light) => ({FILL})() !== light", arg=light)
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")
    page.wait_for_function(f"(light) => ({FILL})() === light", arg=light)
    page.set_viewport_size({"width": 640, "height": 400})
    page.wait_for_function(
        """() => { const a = document.querySelector('.qspo-plot-area'); const s = a.querySelector('.main-svg');
          return a.clientWidth < 640 && Math.abs(s.getBoundingClientRect().width - a.clientWidth) < 1; }"""
    )


def test_hostile_text_is_shown_as_it_is_and_keys_stay_inside(open_notebook, lab, axe):
    text = "<i>zz</i> <img src=x onerror=alert(1)> $x$"
    tab = open_notebook(lab.write_notebook("hostile.ipynb", START, f"board(1, {text!r})"))
    page = tab.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    expect(page.locator(DRAWN)).to_have_count(1)
    shown = page.locator(".qspo-plot-area").evaluate(
        "a => [...a.querySelectorAll('text')].map((t) => t.textContent).join(' ')"
    )
    assert "<i>zz</i>" in shown
    assert "$x$" in shown
    assert page.locator(".qspo-plot-area i, .qspo-plot-area img").count() == 0
    assert not dialogs
    assert not axe(page)
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    button = page.get_by_role("button", name="Save picture")
    button.focus()
    for key in ("b", "x", "m", "d", "d"):
        page.keyboard.press(key)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "picture.png"
    assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    page.keyboard.press("Tab")
    assert page.evaluate("() => !document.activeElement.closest('.qspo-plot')")


def test_a_page_that_cannot_have_plotly_says_what_to_press(open_notebook, lab):
    deaf = "one = board(1)\none.on_msg(one._receive, remove=True)\none"
    tab = open_notebook(lab.write_notebook("deaf.ipynb", START, deaf, "print('between')"))
    note = tab.page.locator(".qspo-plot-note")
    expect(note).to_have_text("It is not running. Press Run all.")
    tab.ask("one.on_msg(one._receive)")
    expect(tab.page.locator(DRAWN)).to_have_count(1)
    expect(note).to_be_hidden()


def test_a_board_that_gets_no_answer_is_helped_by_the_next(open_notebook, lab):
    deaf = "one = board(1)\none.on_msg(one._receive, remove=True)\none"
    tab = open_notebook(lab.write_notebook("helped.ipynb", START, deaf, "board(2)"))
    expect(tab.page.locator(".qspo-plot[data-drawn]").first).to_contain_text("Finding 1")


def test_a_kernel_without_plotly_is_said(open_notebook, lab):
    tab = open_notebook(
        lab.write_notebook("none.ipynb", START, "plot_board.plotly_source = lambda packed: None\nboard(1)")
    )
    expect(tab.page.locator(".qspo-plot-note")).to_have_text("It cannot be drawn.")
