"""The poker table in a real JupyterLab: by keys alone, by mouse, as a table, in two views at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

WORDS = {
    "twin": "Show as a table",
    "turn": "Turn the cards",
    "again": "Play another round",
    "round": "Round {round}",
    "revealed": "Round {round}: {cards}",
    "done": "{card}",
    "final_said": "{item}: {card}",
    "lowest": "Lowest {card}: {seats}.",
    "highest": "Highest {card}: {seats}.",
    "all_on": "All on {card}: {seats}.",
    "no_number": "{seat} laid {card}, no number.",
}
# The kernel's part: it answers each raised number of rounds with the cards of that round, and nothing beyond.
TABLE = f"""from qspo_lab.widgets.poker_table import PokerTable
HIDDEN = {{
  "a": [dict(ines="13", teo="half"), dict(ines="13", teo="13")],
  "b": [dict(ines="1", teo="unsure"), dict(ines="1", teo="1")],
}}
table = PokerTable(label="Votes", name="votes", words={WORDS!r}, max_rounds=2,
  deck=[dict(id="half", label="½", value=0.5), dict(id="1", label="1", value=1), dict(id="13", label="13", value=13),
        dict(id="unsure", label="?", value=None)],
  items=[dict(id="a", label="Autopilot <img src=x onerror=alert(1)>"), dict(id="b", label="Rule studio")],
  seats=[dict(id="ines", label="Ines"), dict(id="teo", label="Teo")],
  rules=[dict(id="ends", label="Lowest and highest"), dict(id="nobody", label="Nobody")])
def spoken(rule):
    return [] if rule == "nobody" else [dict(seat="teo", text="<b>Two</b> would sign.")]
def answer(change):
    value = table.value
    table.cards = {{item: HIDDEN[item][:n] for item, n in value["revealed"].items()}}
    table.said = {{item: [spoken(rule) for rule in rules] for item, rules in value["rounds"].items()}}
    table.notes = {{item: ["Note 1", "Note 2"][:n] for item, n in value["revealed"].items()}}
    table.saved_rev = table.rev
table.observe(answer, "value")
table"""


@pytest.fixture
def votes(lab, open_notebook):
    tab = open_notebook(lab.write_notebook("poker_table.ipynb", "# Votes", TABLE, "table"))
    boards = tab.page.get_by_role("group", name="Votes", exact=True)
    expect(boards).to_have_count(2)
    for board in boards.all():
        expect(board).to_have_attribute("data-ready", "1")
    return tab, boards.first, boards.last


def focused(tab) -> str:
    """Name what the keyboard is on."""
    return tab.page.evaluate(
        "() => Object.values(document.activeElement.dataset).join() || document.activeElement.tagName"
    )


def test_an_item_is_played_to_its_final_card_by_keys_alone(votes) -> None:
    tab, board, _ = votes
    press, live = tab.page.keyboard.press, board.get_by_role("status")
    expect(board.get_by_role("img", name="face_down")).to_have_count(2)
    expect(board.locator(".qspo-poker-pick").first).to_be_hidden()
    board.get_by_role("button", name="Turn the cards").focus()
    press("Enter")
    expect(live).to_have_text("Round 1: Ines 13, Teo ½")
    expect(board.get_by_text("Lowest ½: Teo. Highest 13: Ines. Note 1")).to_be_visible()
    assert tab.ask("table.get_state()['cards']") == {"a": [{"ines": "13", "teo": "half"}], "b": []}
    assert focused(tab) == "ends"
    press("Enter")
    expect(live).to_have_text("Teo: <b>Two</b> would sign.")
    assert focused(tab) == "turn"
    press("Enter")
    expect(live).to_have_text("Round 2: Ines 13, Teo 13")
    expect(board.get_by_text("All on 13: Ines and Teo. Note 2")).to_be_visible()
    assert focused(tab) == "ends"
    press("Tab")
    press("Space")
    expect(board.get_by_text("last_round")).to_be_visible()
    tab.page.wait_for_function("() => document.activeElement.type === 'radio'")
    press("ArrowRight")
    press("ArrowRight")
    expect(live).to_have_text("Autopilot <img src=x onerror=alert(1)>: 1")
    tab.page.wait_for_timeout(200)
    assert tab.ask("table.value") == {
        "settings": {},
        "revealed": {"a": 2, "b": 0},
        "rounds": {"a": ["ends", "nobody"], "b": []},
        "final": {"a": "1", "b": None},
        "current": "a",
    }
    assert len(tab.cells()) == 3


def test_looking_and_voting_again_leave_every_other_item_alone_and_a_second_view_follows(votes) -> None:
    tab, board, second = votes
    item = {name: board.locator(f"[data-item={name}]") for name in "ab"}
    board.get_by_role("button", name="Turn the cards").click()
    board.get_by_role("button", name="Lowest and highest").click()
    board.locator(".qspo-poker-pick", has_text="13").click()
    expect(item["a"]).to_contain_text("13")
    before = tab.ask("table.value")
    item["b"].click()
    expect(board.get_by_role("button", name="Turn the cards")).to_be_visible()
    item["a"].click()
    expect(board.get_by_text("Note 1")).to_be_visible()
    tab.page.wait_for_timeout(200)
    assert tab.ask("table.value") == before
    item["b"].click()
    board.get_by_role("button", name="Turn the cards").click()
    expect(board.get_by_text("Lowest 1: Ines.")).to_have_count(0)
    expect(board.get_by_text("All on 1: Ines. Teo laid ?, no number. Note 1")).to_be_visible()
    board.get_by_role("button", name="Nobody").click()
    board.locator(".qspo-poker-pick", has_text="½").click()
    board.get_by_role("button", name="Play another round").click()
    expect(board.get_by_text("All on 1: Ines and Teo. Note 2")).to_be_visible()
    expect(board.get_by_text("Teo laid ?, no number. Note 1")).to_be_visible()
    tab.page.wait_for_timeout(200)
    assert tab.ask("table.value['final']") == {"a": "13", "b": "half"}
    assert tab.ask("table.value['revealed']") == {"a": 1, "b": 2}
    expect(second.get_by_text("All on 1: Ines and Teo. Note 2")).to_be_visible()
    second.get_by_text("Show as a table").click()
    rows = second.get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("Rule studio")
    rows.nth(2).get_by_role("combobox").select_option(label="13")
    expect(item["b"]).to_contain_text("13")
    tab.page.wait_for_timeout(200)
    assert tab.ask("table.value['final']") == {"a": "13", "b": "13"}


def test_a_committed_table_can_be_read_and_not_changed_and_has_no_serious_fault(votes, axe) -> None:
    tab, board, second = votes
    board.get_by_role("button", name="Turn the cards").click()
    board.get_by_role("button", name="Lowest and highest").click()
    expect(board.locator("dd")).to_have_text("<b>Two</b> would sign.")
    second.get_by_text("Show as a table").click()
    assert not axe(tab.page)
    tab.ask("setattr(table, 'locked', True)")
    expect(board.get_by_role("button", name="Play another round")).to_be_hidden()
    before = tab.ask("table.value")
    expect(board.locator(".qspo-poker-pick input").first).to_be_disabled()
    board.locator("[data-item=b]").click()
    expect(board.get_by_role("heading", name="Rule studio")).to_be_visible()
    expect(board.get_by_role("button", name="Turn the cards")).to_be_hidden()
    assert tab.ask("table.value") == before
    small = tab.page.evaluate(
        "() => [...document.querySelectorAll('.qspo-poker button, .qspo-poker label, .qspo-poker summary')]"
        ".filter((n) => n.offsetParent).map((n) => n.getBoundingClientRect())"
        ".filter((r) => r.width < 44 || r.height < 44).length"
    )
    assert small == 0
