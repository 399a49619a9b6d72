"""The card board in a real JupyterLab: by mouse, by touch, by keys alone, as a table; nothing is ever lost."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from qspo_lab.widgets.card_board import CardBoard, moved

WORDS = {
    "twin": "Show as a table",
    "not_set": "not set",
    "on": "on",
    "off": "off",
    "restored": "A change that was not saved is back.",
    "help": "Drag a card, or choose it and then its new place.",
    "help_digits": "The keys 1 to {last} send a card straight to a column.",
    "chosen": "{card} is picked up.",
    "picked": "{card} picked up from {column}, place {place} of {count}",
    "picked_plain": "{card} picked up from {column}",
    "carried": "{column}, place {place} of {count}",
    "carried_plain": "{column}",
    "moved": "{card} moved to {column}, place {place} of {count}",
    "moved_plain": "{card} moved to {column}",
    "put_back": "{card} is back in {column}, place {place} of {count}",
    "put_back_plain": "{card} is back in {column}",
    "put_here": "Put here",
    "put_into": "Put here: {card} into {column}",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "card": "Card",
    "column": "Column",
    "place": "Place",
}
BETS = f"""from qspo_lab.widgets.card_board import CardBoard
WORDS = {WORDS!r}
def show(**traits):
    board = CardBoard(words=WORDS, **traits)
    board.observe(lambda change: setattr(board, "saved_rev", change["new"]), "rev")
    return board
bets = show(label="Bets", pool="open", sorted=True, moves=True,
  columns=[dict(id="open", label="Not decided"), dict(id="now", label="Now"), dict(id="next", label="Next"),
           dict(id="later", label="Later")],
  cards=[dict(id="b1", label="Bill-guarantee autopilot", meta="5 Sprints"), dict(id="b2", label="Rule studio"),
         dict(id="b3", label="Tenant statement", note="Needs a contract"),
         dict(id="b4", label="Tariff duty", tone="warn")],
  options=[dict(id="gate", kind="toggle", label="Gate", default=False, columns=["now", "next"])],
  value=dict(columns=dict(now=["b1", "b2"], next=["b3"])))
bets"""
BUCKETS = """items = show(label="Items", arrangement="buckets", pool="wall", moves=True,
  columns=[dict(id="wall", label="On the table")]
    + [dict(id=str(n), label=str(n)) for n in (0, 1, 2, 3, 4, 5, 8, 13, 20, 30, 50, 100, 200)],
  cards=[dict(id=f"i{n}", label=f"Item number {n}") for n in range(60)])
items"""
HUNDRED = """many = show(label="Hundred", sorted=True,
  columns=[dict(id=f"c{n}", label=f"Column {n}") for n in range(4)],
  cards=[dict(id=f"k{n}", label=f"Card {n}") for n in range(100)],
  value=dict(columns={f"c{c}": [f"k{n}" for n in range(c, 100, 4)] for c in range(4)}))
many"""
COLUMNS = "bets.value['columns']"
START = {"open": ["b4"], "now": ["b1", "b2"], "next": ["b3"], "later": []}


@pytest.fixture
def bets(lab, open_notebook):
    tab = open_notebook(lab.write_notebook("card_board.ipynb", "# Cards", BETS))
    return tab, board_of(tab, "Bets")


def board_of(tab, label):
    board = tab.page.get_by_role("group", name=label, exact=True)
    board.scroll_into_view_if_needed()
    expect(board).to_have_attribute("data-ready", "1")
    return board


def face(board, card):
    return board.locator(f"[data-card={card}] .qspo-face")


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for(tab, expression, wanted):
    tab.page.wait_for_function("() => true")
    for _ in range(50):
        if tab.ask(expression) == wanted:
            return
        tab.page.wait_for_timeout(40)
    assert tab.ask(expression) == wanted


def live(board):
    return board.locator(".qspo-live")


# ---------------------------------------------------------------- mouse


def test_a_card_dropped_between_two_cards_lands_there_is_said_and_keeps_the_focus(bets):
    tab, board = bets
    tab.page.mouse.move(*middle(face(board, "b4")))
    tab.page.mouse.down()
    box = board.locator("[data-card=b2]").bounding_box()
    tab.page.mouse.move(box["x"] + 90, box["y"] + 6, steps=6)
    expect(board.locator(".qspo-line")).to_be_visible()
    expect(board.locator("[data-column=now]")).to_have_class("qspo-zone qspo-over")
    tab.page.mouse.up()
    wait_for(tab, COLUMNS, {"open": [], "now": ["b1", "b4", "b2"], "next": ["b3"], "later": []})
    assert tab.ask("bets.value['moves']") == {"b1": 0, "b2": 0, "b3": 0, "b4": 1}
    expect(live(board)).to_have_text("Tariff duty moved to Now, place 2 of 3")
    expect(face(board, "b4")).to_be_focused()
    expect(tab.page.locator(".qspo-ghost")).to_have_count(0)
    expect(board.locator(".qspo-line")).to_be_hidden()


def test_the_card_follows_the_pointer_within_the_frame_and_the_kernel_hears_nothing_before_the_drop(bets):
    tab, board = bets
    x, y = middle(face(board, "b1"))
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.evaluate(
        """([x, y]) => {
      const panel = window.jupyterapp.shell.currentWidget;
      window.sent = 0; window.late = []; window.seen = 0;
      panel.sessionContext.session.kernel.anyMessage.connect((_, m) => { if (m.direction === 'send') window.sent++; });
      document.addEventListener('pointermove', (e) => requestAnimationFrame(() => {
        const ghost = document.querySelector('.qspo-ghost');
        if (!ghost) return;
        const at = new DOMMatrix(getComputedStyle(ghost).transform);
        window.seen++;
        const off = [at.e - (e.clientX - x), at.f - (e.clientY - y)];
        if (off.some((distance) => Math.abs(distance) > 1)) window.late.push(off);
      }));
    }""",
        [x, y],
    )
    for step in range(1, 30):
        tab.page.mouse.move(x + 10 * step, y + step)
    tab.page.wait_for_timeout(100)
    assert tab.page.evaluate("window.seen") > 10
    assert tab.page.evaluate("window.late") == []
    assert tab.page.evaluate("window.sent") == 0
    tab.page.mouse.up()
    tab.page.wait_for_timeout(200)
    assert tab.page.evaluate("window.sent") > 0


def test_escape_a_drop_in_its_own_place_and_a_drop_beside_the_board_change_nothing(bets):
    tab, board = bets
    x, y = middle(face(board, "b1"))
    nx, ny = middle(board.locator("[data-column=later]"))
    for end in ("escape", "own place", "outside"):
        tab.page.mouse.move(x, y)
        tab.page.mouse.down()
        tab.page.mouse.move(nx, ny, steps=4)
        expect(tab.page.locator(".qspo-ghost")).to_have_count(1)
        if end == "escape":
            tab.page.keyboard.press("Escape")
            expect(tab.page.locator(".qspo-ghost")).to_have_count(0)
        elif end == "own place":
            tab.page.mouse.move(x + 3, y + 6, steps=3)
            expect(board.locator(".qspo-line")).to_be_hidden()
        else:
            tab.page.mouse.move(nx, 5, steps=3)
        tab.page.mouse.up()
        expect(tab.page.locator(".qspo-ghost")).to_have_count(0)
        tab.page.wait_for_timeout(150)
        assert (tab.ask(COLUMNS), tab.ask("bets.rev")) == (START, 0)
    expect(face(board, "b1")).to_have_attribute("aria-pressed", "false")


def test_clicks_alone_move_a_card_to_a_column_and_up_and_down_in_it(bets):
    tab, board = bets
    face(board, "b3").click()
    expect(face(board, "b3")).to_have_attribute("aria-pressed", "true")
    board.get_by_role("button", name="Put here: Tenant statement into Now").click()
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b1", "b2", "b3"], "next": [], "later": []})
    face(board, "b3").click()
    board.get_by_role("button", name="Up: Tenant statement").click()
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b1", "b3", "b2"], "next": [], "later": []})
    board.locator("[data-column=later] h4").click()
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b1", "b2"], "next": [], "later": ["b3"]})
    assert tab.ask("bets.value['moves']")["b3"] == 3
    face(board, "b3").click()
    face(board, "b3").click()
    expect(face(board, "b3")).to_have_attribute("aria-pressed", "false")
    expect(board.get_by_text("Put here")).to_have_count(4)
    expect(board.locator(".qspo-put:visible")).to_have_count(0)


def test_an_option_is_offered_only_in_its_columns_keeps_its_value_and_never_starts_a_drag(bets):
    tab, board = bets
    gate = board.get_by_label("Gate: Bill-guarantee autopilot")
    expect(board.get_by_label("Gate: Tariff duty")).to_be_hidden()
    gate.check()
    wait_for(tab, "bets.value['options']['b1']", {"gate": True})
    tab.page.mouse.move(*middle(gate))
    tab.page.mouse.down()
    tab.page.mouse.move(*middle(board.locator("[data-column=later]")), steps=4)
    expect(tab.page.locator(".qspo-ghost")).to_have_count(0)
    tab.page.mouse.up()
    face(board, "b1").press("3")
    expect(gate).to_be_hidden()
    face(board, "b1").press("1")
    expect(gate).to_be_checked()
    expect(board.locator(".qspo-tick:visible").first).to_have_css("min-height", "44px")


def test_near_the_edge_a_drag_scrolls_the_notebook(lab, open_notebook):
    tab = open_notebook(lab.write_notebook("card_board_long.ipynb", "# Cards", BETS, HUNDRED))
    board = board_of(tab, "Hundred")
    face(board, "k0").scroll_into_view_if_needed()
    x, y = middle(face(board, "k0"))
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x, 770, steps=4)
    expect(tab.page.locator(".qspo-ghost")).to_have_count(1)
    tab.page.wait_for_function(
        "([card, y]) => document.querySelector(`[data-card=${card}]`).getBoundingClientRect().top < y",
        arg=["k0", y - 200],
    )
    tab.page.keyboard.press("Escape")
    tab.page.mouse.up()
    assert tab.ask("many.rev") == 0


# ---------------------------------------------------------------- keys


def test_keys_alone_pick_a_card_up_carry_it_and_put_it_down(bets):
    tab, board = bets
    page = tab.page
    face(board, "b4").focus()
    for key, card in (("ArrowDown", "b1"), ("ArrowDown", "b2"), ("ArrowRight", "b3"), ("ArrowLeft", "b1")):
        page.keyboard.press(key)
        expect(face(board, card)).to_be_focused()
    page.keyboard.press("Space")
    expect(live(board)).to_have_text("Bill-guarantee autopilot picked up from Now, place 1 of 2")
    for key, said in (
        ("ArrowDown", "Now, place 2 of 2"),
        ("ArrowRight", "Next, place 2 of 2"),
        ("ArrowUp", "Next, place 1 of 2"),
    ):
        page.keyboard.press(key)
        expect(live(board)).to_have_text(said)
        expect(face(board, "b1")).to_be_focused()
    assert tab.ask(COLUMNS) == START
    page.keyboard.press("Space")
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b2"], "next": ["b1", "b3"], "later": []})
    assert (tab.ask("bets.value['moves']['b1']"), tab.ask("bets.rev")) == (1, 1)
    expect(live(board)).to_have_text("Bill-guarantee autopilot moved to Next, place 1 of 2")
    expect(face(board, "b1")).to_be_focused()


def test_escape_puts_a_carried_card_back_and_leaving_the_board_puts_it_down(bets):
    tab, board = bets
    face(board, "b1").focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "Escape"):
        tab.page.keyboard.press(key)
    expect(live(board)).to_have_text("Bill-guarantee autopilot is back in Now, place 1 of 2")
    assert (tab.ask(COLUMNS), tab.ask("bets.rev")) == (START, 0)
    for key in ("Space", "ArrowRight", "ArrowRight"):
        tab.page.keyboard.press(key)
    board.locator("summary").focus()
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b2"], "next": ["b3"], "later": ["b1"]})


def test_tab_reaches_one_card_then_its_options_then_leaves_and_no_key_reaches_the_notebook(bets):
    tab, board = bets
    cells = tab.cells()
    face(board, "b1").focus()
    tab.page.keyboard.press("Tab")
    expect(board.get_by_label("Gate: Bill-guarantee autopilot")).to_be_focused()
    tab.page.keyboard.press("Tab")
    expect(board.locator("summary")).to_be_focused()
    tab.page.keyboard.press("Shift+Tab")
    tab.page.keyboard.press("Shift+Tab")
    expect(face(board, "b1")).to_be_focused()
    for key in ("b", "x", "m", "d", "d", "a", "Shift+Enter", "ArrowDown", "z"):
        tab.page.keyboard.press(key)
    assert tab.cells() == cells


def test_sixty_items_go_into_thirteen_buckets_by_keys(lab, open_notebook):
    tab = open_notebook(lab.write_notebook("card_buckets.ipynb", "# Cards", BETS, BUCKETS))
    board = board_of(tab, "Items")
    face(board, "i7").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowRight"):
        tab.page.keyboard.press(key)
    said = live(board).inner_text()
    tab.page.keyboard.press("Space")
    expect(live(board)).to_have_text(f"Item number 7 moved to {said}")
    wait_for(tab, f"items.value['columns']['{said}']", ["i7"])
    assert int(said) > 8
    assert tab.ask("items.value['moves']['i7']") == 1
    assert len(tab.ask("items.value['columns']['wall']")) == 59


# ---------------------------------------------------------------- touch


def finger(page, *points):
    """Put a finger down at the first point, move it over the others and lift it."""
    session = page.context.new_cdp_session(page)

    def send(kind, x=None, y=None):
        touches = [] if x is None else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        page.wait_for_timeout(30)

    send("touchStart", *points[0])
    for (x0, y0), (x1, y1) in pairwise(points):
        for step in range(1, 9):
            send("touchMove", x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
    send("touchEnd")
    page.wait_for_timeout(200)


def test_a_finger_drags_by_the_grip_scrolls_elsewhere_and_taps_to_choose(lab, open_notebook):
    tab = open_notebook(lab.write_notebook("card_touch.ipynb", "# Cards", BETS, HUNDRED), has_touch=True)
    board = board_of(tab, "Bets")
    grip = board.locator("[data-card=b2] .qspo-grip")
    assert grip.bounding_box()["width"] >= 44 and grip.bounding_box()["height"] >= 44
    finger(tab.page, middle(grip), middle(board.locator("[data-column=later]")))
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b1"], "next": ["b3"], "later": ["b2"]})

    face(board, "b3").tap()
    expect(face(board, "b3")).to_have_attribute("aria-pressed", "true")
    board.locator("[data-column=later] .qspo-put").tap()
    wait_for(tab, COLUMNS, {"open": ["b4"], "now": ["b1"], "next": [], "later": ["b2", "b3"]})

    rev, (x, y) = tab.ask("bets.rev"), middle(face(board, "b1"))
    before = face(board, "b1").bounding_box()["y"]
    finger(tab.page, (x, y), (x, y - 160))
    assert face(board, "b1").bounding_box()["y"] < before - 40
    assert tab.ask("bets.rev") == rev


# ---------------------------------------------------------------- table, lock, looks


def test_the_table_alone_moves_orders_and_sets_options_and_keeps_the_focus(bets):
    tab, board = bets
    board.locator("summary").press("Enter")
    column = board.get_by_label("Column: Tariff duty")
    expect(board.get_by_label("Place: Tariff duty")).to_have_count(0)
    column.focus()
    column.press("n")
    wait_for(tab, "bets.value['columns']['open']", [])
    expect(column).to_be_focused()
    column.select_option("now")
    wait_for(tab, COLUMNS, {"open": [], "now": ["b1", "b2", "b4"], "next": ["b3"], "later": []})
    board.get_by_label("Place: Tariff duty").select_option("1")
    wait_for(tab, COLUMNS, {"open": [], "now": ["b4", "b1", "b2"], "next": ["b3"], "later": []})
    expect(live(board)).to_have_text("Tariff duty moved to Now, place 1 of 3")
    board.locator(".qspo-twin").get_by_label("Gate: Tariff duty").check()
    wait_for(tab, "bets.value['options']['b4']", {"gate": True})


def test_a_committed_board_is_readable_and_nothing_on_it_moves(bets):
    tab, board = bets
    tab.page.evaluate(
        "(code) => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }).done",
        "bets.locked = True",
    )
    expect(board.locator("[data-card=b1] input")).to_be_disabled()
    face(board, "b1").click(force=True)
    face(board, "b1").press("3")
    face(board, "b1").press("Space")
    tab.page.mouse.move(*middle(face(board, "b1")))
    tab.page.mouse.down()
    tab.page.mouse.move(*middle(board.locator("[data-column=later]")), steps=4)
    tab.page.mouse.up()
    expect(board.locator(".qspo-put:visible, .qspo-help:visible, .qspo-picked")).to_have_count(0)
    expect(face(board, "b1")).to_have_css("cursor", "default")
    expect(face(board, "b1")).to_have_css("opacity", "1")
    expect(board.locator("[data-card=b1]")).to_have_css("opacity", "1")
    assert (tab.ask(COLUMNS), tab.ask("bets.rev")) == (START, 0)
    board.locator("summary").click()
    expect(board.locator(".qspo-twin select, .qspo-twin input")).to_have_count(0)
    expect(board.get_by_role("row", name="Tenant statement Next 1 off")).to_be_visible()


def test_a_change_from_the_kernel_keeps_the_nodes_and_the_focus(bets):
    tab, board = bets
    face(board, "b1").focus()
    tab.page.evaluate("document.activeElement.dataset.marked = 'yes'")
    tab.page.evaluate(
        "(code) => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }).done",
        "bets.value = dict(columns=dict(later=['b1'], next=['b2', 'b3'], now=['b4']))\n"
        "bets.cards = [{**card, 'note': 'New'} for card in bets.cards]",
    )
    moved_face = board.locator("[data-column=later] [data-card=b1] .qspo-face")
    expect(moved_face).to_have_attribute("data-marked", "yes")
    expect(moved_face).to_contain_text("New")
    expect(moved_face).to_be_focused()


def test_a_redraw_of_a_hundred_cards_touches_only_what_moved(lab, open_notebook):
    tab = open_notebook(lab.write_notebook("card_hundred.ipynb", "# Cards", BETS, HUNDRED))
    board = board_of(tab, "Hundred")
    touched = board.evaluate("""async (root) => {
      const cards = new Set();
      const watch = new MutationObserver((all) => all.forEach((m) => {
        for (const node of [m.target, ...m.addedNodes]) cards.add(node.closest?.('[data-card]')?.dataset.card);
      }));
      const card = root.querySelector('[data-card=k99] .qspo-face');
      card.focus();
      await new Promise((done) => setTimeout(done, 100));
      const all = { subtree: true, childList: true, attributes: true, characterData: true };
      watch.observe(root.querySelector('.qspo-surface'), all);
      card.dispatchEvent(new KeyboardEvent('keydown', { key: '1', bubbles: true }));
      await new Promise((done) => setTimeout(done, 100));
      return [...cards].filter(Boolean);
    }""")
    assert touched == ["k99"]


def test_browser_and_kernel_move_cards_by_the_same_rule(bets):
    tab, _ = bets
    draw = random.Random(7)
    names, zones = [f"c{n}" for n in range(7)], ["0", "13", "now", "later"]
    runs = []
    for _ in range(40):
        columns = {zone: [] for zone in zones}
        for name in names:
            columns[draw.choice(zones)].append(name)
        moves = [[draw.choice(names), draw.choice(zones), draw.randint(-2, 8)] for _ in range(12)]
        runs.append([columns, moves])
    found = tab.page.evaluate(
        """async ([source, runs]) => {
          const url = URL.createObjectURL(new Blob([source + '\\nexport { moved };'], { type: 'text/javascript' }));
          const board = await import(url);
          return runs.map(([columns, moves]) => moves.reduce((all, move) => board.moved(all, ...move), columns));
        }""",
        [CardBoard._esm, runs],
    )
    for (columns, moves), result in zip(runs, found, strict=True):
        for move in moves:
            columns = moved(columns, *move)
        assert result == columns


def test_at_twice_the_size_and_in_the_dark_nothing_runs_over_and_axe_finds_no_serious_fault(lab, open_notebook, axe):
    kinds = ("columns", "buckets", "slices")
    cells = [BETS, *(f"show(**(bets_traits | dict(label={kind!r}, arrangement={kind!r})))" for kind in kinds)]
    cells[0] += "\nbets_traits = {n: getattr(bets, n) for n in 'pool sorted moves columns cards options value'.split()}"
    name = lab.write_notebook("card_looks.ipynb", "# Cards", *cells)
    tab = open_notebook(name, viewport={"width": 640, "height": 400})
    for kind in kinds:
        board = board_of(tab, kind)
        board.locator("summary").click()
        assert board.evaluate("(node) => node.scrollWidth <= node.clientWidth")
        assert board.locator(".qspo-card").evaluate_all("(all) => all.every((n) => n.scrollWidth <= n.clientWidth)")
    assert axe(tab.page) == []
    tab.page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    expect(tab.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert axe(tab.page) == []


def test_hostile_words_are_shown_as_they_are(lab, open_notebook):
    hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{card}'
    source = (
        BETS.replace("'Put here'", json.dumps(hostile))
        + f"""
evil = {hostile!r}
worst = show(label=evil, columns=[dict(id=evil, label=evil, note=evil), dict(id='__proto__', label='P')],
  cards=[dict(id=evil, label=evil, note=evil, meta=evil), dict(id='constructor', label='C')],
  options=[dict(id=evil, kind='choice', label=evil, options=[dict(id=evil, label=evil)], default=evil)])
worst"""
    )
    tab = open_notebook(lab.write_notebook("card_hostile.ipynb", "# Cards", source))
    board = tab.page.locator(".qspo-cards")
    board.locator(".qspo-face").first.click()
    board.locator("[data-column=__proto__] .qspo-put").click()
    board.locator("summary").click()
    tab.page.wait_for_timeout(200)
    assert tab.page.evaluate("window.hacked") is None
    assert board.locator("img, script").count() == 0
    assert tab.ask("worst.value['columns']['__proto__']") == [
        '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{card}'
    ]
