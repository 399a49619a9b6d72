"""The series board in a real JupyterLab: by keys alone, by mouse, playing, and calm where motion is not wanted."""

from __future__ import annotations

from playwright.sync_api import expect

WORDS = {
    "twin": "Show as a table",
    "at": "{label} {n}",
    "of": "{at} of {count}",
    "next": "Next {one}",
    "jump": "Next {n} {many}",
    "play": "Play",
    "pause": "Pause",
    "stop": "Stop here",
    "stopped": "{at}: stopped",
    "verdict": "Your verdict",
    "from_to": "{low} to {high}",
}
# The kernel's part: it answers each raised step with the points up to there, and nothing beyond.
BOARD = f"""from qspo_lab.widgets.series_board import SeriesBoard
def points(name, n):
    return [0.01 * (i + 1) + (0.1 if name == "s2" else 0) if i != 2 else None for i in range(n)]
def one(name, label, n):
    own = points(name, n)
    lines = [dict(id="a", label="A", points=own, low=own, high=own),
             dict(id="b", label="B <i>x</i>", points=points("s1", n))]
    return dict(id=name, label=label, lines=lines, y=dict(min=0, max=0.3, label="Share", pattern="{{}} %", factor=100),
                threshold=dict(at=0.25, label="target"), marks=[dict(at=5, label="planned")])
def upto(step):
    return [one(name, label, step.get(name, 1)) for name, label in [("s1", "First"), ("s2", "Second")]]
board = SeriesBoard(label="Tests", name="tests", words={WORDS!r}, series=upto({{}}),
  steps=dict(count=20, label="Day", one="day", many="days", start=1),
  verdicts=[dict(id="a", label="A wins"), dict(id="no", label="No difference")])
def answer(change):
    board.series = upto(board.value["step"])
    board.saved_rev = board.rev
board.observe(answer, "value")
board"""
SEEN = "[len(line['points']) for one in board.get_state()['series'] for line in one['lines']]"


def open_board(lab, open_notebook, **options):
    tab = open_notebook(lab.write_notebook("series_board.ipynb", "# Tests", BOARD), **options)
    board = tab.page.get_by_role("group", name="Tests", exact=True)
    expect(board).to_have_attribute("data-ready", "1")
    return tab, board


def test_a_series_is_stepped_and_stopped_by_keys_alone_and_a_stop_is_for_good(lab, open_notebook, axe) -> None:
    tab, board = open_board(lab, open_notebook)
    press, live, place = tab.page.keyboard.press, board.get_by_role("status"), board.locator(".qspo-series-place")
    board.get_by_role("button", name="Next day").focus()
    press("Enter")
    expect(place).to_have_text("Day 2 of 20")
    expect(live).to_have_text("Day 2: A 2 %, B <i>x</i> 2 %")
    assert tab.ask(SEEN) == [2, 2, 1, 1]
    press("Tab")
    press("Enter")
    expect(place).to_have_text("Day 7 of 20")
    expect(board.get_by_role("img")).to_have_attribute("aria-label", "First. Day 7: A 7 %, B <i>x</i> 7 %")
    assert tab.ask(SEEN) == [7, 7, 1, 1]
    press("Tab")
    press("Tab")
    press("Enter")
    expect(live).to_have_text("Day 7: stopped")
    expect(board.get_by_role("button", name="Next day")).to_be_hidden()
    tab.page.wait_for_function("() => document.activeElement.type === 'radio'")
    press("ArrowDown")
    expect(place).to_have_text("Day 7: No difference")
    tab.page.wait_for_timeout(200)
    assert tab.ask("board.value") == {
        "settings": {},
        "step": {"s1": 7, "s2": 1},
        "stopped": {"s1": 7, "s2": None},
        "verdict": {"s1": "no", "s2": None},
    }
    board.get_by_text("Show as a table").click()
    rows = board.get_by_role("row")
    expect(rows).to_have_count(8)
    expect(rows.nth(3)).to_contain_text("no_figure")
    expect(rows.nth(4)).to_contain_text("4 % (4 % to 4 %)")
    expect(rows.nth(7)).to_contain_text("Day 7: No difference")
    assert not axe(tab.page)
    tab.ask("setattr(board, 'locked', True)")
    expect(board.get_by_role("radio", name="No difference")).to_be_disabled()
    board.locator("[data-series=s2]").click()
    expect(board.get_by_role("heading", name="Second")).to_be_visible()
    expect(board.get_by_role("button", name="Next day")).to_be_hidden()
    assert len(tab.cells()) == 2


def test_it_plays_until_paused_looking_pauses_it_and_the_end_stops_it(lab, open_notebook) -> None:
    tab, board = open_board(lab, open_notebook)
    place = board.locator(".qspo-series-place")
    board.get_by_role("button", name="Play").click()
    expect(place).to_have_text("Day 4 of 20")
    board.get_by_role("button", name="Pause").click()
    paused = tab.ask("board.value['step']['s1']")
    tab.page.wait_for_timeout(1600)
    assert tab.ask("board.value['step']['s1']") == paused
    board.get_by_role("button", name="Play").click()
    board.locator("[data-series=s2]").click()
    seen = tab.ask("board.value['step']")
    expect(place).to_have_text("Day 1 of 20")
    tab.page.wait_for_timeout(1600)
    assert tab.ask("board.value['step']") == seen
    for day in (6, 11, 16, 20):
        board.get_by_role("button", name="Next 5 days").click()
        expect(place).to_have_text(f"Day {day} of 20")
    expect(board.get_by_role("button", name="Next day")).to_be_hidden()
    expect(board.get_by_text("ended")).to_be_visible()
    board.get_by_role("button", name="Stop here").click()
    expect(board.locator("[data-series=s2]")).to_contain_text("Day 20: stopped")
    small = tab.page.evaluate(
        "() => [...document.querySelectorAll('.qspo-series button, .qspo-series label, .qspo-series summary')]"
        ".filter((n) => n.offsetParent).map((n) => n.getBoundingClientRect())"
        ".filter((r) => r.width < 44 || r.height < 44).length"
    )
    assert small == 0


def test_where_motion_is_not_wanted_nothing_plays_by_itself(lab, open_notebook) -> None:
    _, board = open_board(lab, open_notebook, reduced_motion="reduce")
    expect(board.get_by_role("button", name="Next day")).to_be_visible()
    expect(board.get_by_role("button", name="Play")).to_be_hidden()
