"""A notebook of the course runs by itself, keeps its keys to itself and shows no code; others stay as they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

PANEL = "window.jupyterapp.shell.currentWidget"
CONTROLS = """import ipywidgets as w
button = w.Button(description="Count")
slider = w.IntSlider(description="Size", value=5)
dropdown = w.Dropdown(description="Colour", options=["red", "green", "blue"])
w.VBox([button, slider, dropdown])"""
COUNTER = "opened = globals().get('opened', 0) + 1\nprint('opened', opened)"


@pytest.fixture
def course(lab):
    return lab.write_notebook("course.ipynb", "# A page", COUNTER, CONTROLS)


def test_a_notebook_of_the_course_runs_once_when_it_is_opened(open_notebook, course):
    tab = open_notebook(course)
    expect(tab.page.locator(".widget-button")).to_be_visible()
    tab.page.wait_for_timeout(1000)
    assert tab.ask("opened") == 1
    assert tab.runs() == 1


def test_an_activity_that_fails_does_not_hold_up_the_next(open_notebook, lab):
    tab = open_notebook(lab.write_notebook("fails.ipynb", "1/0", "print('reached')"))
    expect(tab.page.locator(".jp-OutputArea-output", has_text="reached")).to_be_visible()
    assert tab.page.evaluate(f"() => {PANEL}.node.dataset.qspoFailed") == "1"


def test_it_runs_again_after_a_restart(open_notebook, course):
    tab = open_notebook(course)
    before = tab.ask("__import__('os').getpid()")
    tab.page.evaluate(f"() => {PANEL}.sessionContext.restartKernel()")
    tab.wait_for_run(2)
    assert tab.ask("opened") == 1
    assert tab.ask("__import__('os').getpid()") != before
    expect(tab.page.locator(".widget-button")).to_have_count(1)
    tab.page.locator(".widget-button").click()
    tab.page.wait_for_timeout(500)
    assert tab.runs() == 2


def test_restart_and_run_all_of_the_menu_does_not_run_twice(open_notebook, course):
    tab = open_notebook(course)
    tab.page.evaluate("() => void window.jupyterapp.commands.execute('runmenu:restart-and-run-all')")
    tab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(tab.page.locator(".jp-Dialog")).to_have_count(0)
    tab.page.wait_for_timeout(4000)
    assert tab.ask("opened") == 1


def test_it_runs_again_after_a_crash_and_asks_nothing(open_notebook, course):
    tab = open_notebook(course)
    before = tab.ask("__import__('os').getpid()")
    tab.kill_kernel()
    tab.wait_for_run(2)
    assert tab.ask("__import__('os').getpid()") != before
    assert tab.ask("opened") == 1
    expect(tab.page.locator(".jp-Dialog")).to_have_count(0)
    tab.page.locator(".noUi-handle").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_timeout(300)
    assert tab.ask("slider.value") == 6


def test_an_activity_that_takes_the_kernel_down_is_not_run_for_ever(open_notebook, lab, tmp_path):
    counted = tmp_path / "runs"
    code = f"with open({str(counted)!r}, 'a') as file:\n    file.write('x')\nimport os; os._exit(1)"
    tab = open_notebook(lab.write_notebook("deadly.ipynb", code), wait=False)
    tab.page.wait_for_timeout(20_000)
    assert 1 <= len(counted.read_text()) <= 3
    expect(tab.page.get_by_role("button", name="Start / refresh all activities")).to_be_visible()


def test_the_start_button_runs_everything_again(open_notebook, course):
    tab = open_notebook(course)
    tab.page.get_by_role("button", name="Start / refresh all activities").click()
    tab.wait_for_run(2)
    assert tab.ask("opened") == 2


def test_the_start_button_revives_a_kernel_that_was_shut_down(open_notebook, course, lab):
    tab = open_notebook(course)
    tab.page.evaluate(f"() => {PANEL}.sessionContext.shutdown()")
    tab.page.get_by_role("button", name="Start / refresh all activities").click()
    tab.wait_for_run(2)
    assert tab.ask("opened") == 1


def test_no_key_typed_on_a_control_changes_the_notebook(open_notebook, course):
    tab = open_notebook(course)
    cells = tab.cells()
    for control in [".widget-button", ".noUi-handle", ".widget-dropdown select"]:
        target = tab.page.locator(control)
        for key in [*"baxmyddzv", "Shift+Enter", "Control+Enter", "Alt+Enter", "ArrowDown"]:
            target.focus()
            tab.page.keyboard.press(key)
            expect(target).to_be_focused()
    tab.page.wait_for_timeout(500)
    assert tab.cells() == cells
    assert tab.ask("opened") == 1


def test_no_key_typed_after_a_click_on_the_text_changes_the_notebook(open_notebook, course):
    tab = open_notebook(course)
    cells = tab.cells()
    tab.page.get_by_role("heading", name="A page").click()
    for key in ["b", "x", "m", "d", "d", "Shift+Enter"]:
        tab.page.keyboard.press(key)
    tab.page.wait_for_timeout(500)
    assert tab.cells() == cells
    assert tab.ask("opened") == 1


def test_keys_still_do_their_work_on_the_control_and_ctrl_s_saves(open_notebook, course, lab):
    tab = open_notebook(course)
    tab.page.locator(".noUi-handle").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.locator(".widget-dropdown select").focus()
    tab.page.keyboard.press("ArrowDown")
    tab.page.wait_for_timeout(500)
    assert tab.ask("[slider.value, dropdown.value]") == [6, "green"]
    assert tab.page.evaluate(f"() => {PANEL}.context.model.dirty")
    tab.page.keyboard.press("Control+s")
    tab.page.wait_for_function(f"() => !{PANEL}.context.model.dirty")


def test_a_slider_has_a_name_also_after_its_label_changed(open_notebook, course):
    tab = open_notebook(course)
    expect(tab.page.locator(".noUi-handle")).to_have_attribute("aria-label", "Size")
    tab.ask("setattr(slider, 'description', 'Height')")
    expect(tab.page.locator(".noUi-handle")).to_have_attribute("aria-label", "Height")


def test_code_is_nowhere_to_be_seen_until_the_menu_shows_it(open_notebook, course):
    tab = open_notebook(course)
    expect(tab.page.get_by_text("import ipywidgets")).to_be_hidden()
    expect(tab.page.locator(".jp-InputPlaceholder:visible")).to_have_count(0)
    expect(tab.page.locator(".jp-InputPrompt:visible, .jp-OutputPrompt:visible")).to_have_count(0)
    tab.command("notebook:show-all-cell-code")
    expect(tab.page.get_by_text("import ipywidgets")).to_be_visible()


def test_the_page_is_calm(open_notebook, course):
    tab = open_notebook(course)
    items = tab.page.locator(".jp-NotebookPanel-toolbar > [data-jp-item-name]:visible")
    shown = [items.nth(i).get_attribute("data-jp-item-name") for i in range(items.count())]
    assert shown == ["qspo-start", "save"]
    expect(tab.page.locator("#jp-main-statusbar:visible")).to_have_count(0)
    expect(tab.page.locator("#jp-MainMenu:visible")).to_have_count(1)
    expect(tab.page.locator(".jp-cell-toolbar:visible, .jp-Notebook-footer:visible")).to_have_count(0)
    assert tab.page.evaluate("() => window.jupyterapp.shell.mode") == "single-document"


def test_work_is_saved_within_twenty_seconds_without_asking(open_notebook, course):
    tab = open_notebook(course)
    tab.page.evaluate(f"() => {PANEL}.context.model.sharedModel.setMetadata('changed', true)")
    tab.page.wait_for_function(f"() => !{PANEL}.context.model.dirty", timeout=20_000)
    assert tab.lab.read_notebook(course).metadata["changed"] is True


def test_another_notebook_looks_and_acts_as_always(open_notebook, lab):
    name = lab.write_notebook("other.ipynb", "# Mine", COUNTER, course=False)
    tab = open_notebook(name, wait=False)
    tab.page.wait_for_timeout(2500)
    assert tab.ask("'opened' in globals()") is False
    assert tab.runs() == 0
    expect(tab.page.get_by_text("globals().get")).to_be_visible()
    expect(tab.page.locator(".jp-InputPrompt:visible").first).to_be_visible()
    expect(tab.page.get_by_role("button", name="Start / refresh all activities")).to_have_count(0)
    tab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-command-mode')")
    tab.page.keyboard.press("b")
    assert len(tab.cells()) == 3


def test_a_notebook_of_the_course_may_ask_not_to_run(open_notebook, lab):
    tab = open_notebook(lab.write_notebook("waits.ipynb", COUNTER, autorun=False), wait=False)
    tab.page.wait_for_timeout(2500)
    assert tab.ask("'opened' in globals()") is False
    tab.page.get_by_role("button", name="Start / refresh all activities").click()
    tab.wait_for_run()
    assert tab.ask("opened") == 1


def test_a_reload_of_the_browser_brings_the_activities_back(open_notebook, course):
    tab = open_notebook(course)
    tab.save()
    tab.page.reload()
    tab.page.wait_for_function("() => !!window.jupyterapp?.shell?.currentWidget?.context")
    tab.wait_for_run()
    expect(tab.page.locator(".widget-button")).to_have_count(1)
    assert tab.ask("opened") == 2


def test_what_leaves_the_machine_is_stopped_and_named(open_notebook, course, asked_outside):
    tab = open_notebook(course)
    tab.page.evaluate("() => fetch('http://192.0.2.1:9/x').catch(() => 0)")
    assert asked_outside == ["http://192.0.2.1:9/x"]
    asked_outside.clear()


def test_a_second_view_of_a_notebook_does_not_run_it_again(open_notebook, course):
    tab = open_notebook(course)
    tab.command("docmanager:clone")
    tab.page.wait_for_timeout(2000)
    assert tab.ask("opened") == 1
