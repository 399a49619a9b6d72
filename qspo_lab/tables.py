"""Tables of the case that anybody may see, as plain output: they stand in a notebook without a running lab."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qspo_lab.exercise import Table
from qspo_lab.samples.world import World
from qspo_lab.texts import Words, load_words


class ShownTable:
    """A table with a text and an HTML form.

    Parameters
    ----------
    table
        What it shows.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def __repr__(self) -> str:
        return f"{self.table.title}\n\n{self._frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        shown = self._frame().to_html(index=False, border=0)
        return shown.replace("<thead>", f"<caption>{html.escape(self.table.title)}</caption><thead>", 1)

    def _frame(self) -> Any:
        import pandas as pd

        return pd.DataFrame(self.table.rows, columns=list(self.table.columns))


def table_names() -> list[str]:
    """Return the names that `case_table` knows."""
    return list(TABLES)


def case_table(name: str, learner: Mapping[str, Any], language: str = "en") -> ShownTable:
    """Return a table of the learner's case.

    Parameters
    ----------
    name
        One of `table_names`.
    learner
        The workbook's settings: scenario and seed.
    language
        Language of headings.
    """
    world = World(str(learner.get("scenario", "calmwatt")), int(learner.get("seed", 1)))
    words = load_words(Path(__file__).parent / "texts" / "tables", language).in_case(world.words)
    columns, rows, numeric = TABLES[name](world, words)
    return ShownTable(Table(words.say(f"{name}.title"), columns, tuple(rows), numeric))


Rows = list[tuple[str, ...]]
Made = tuple[tuple[str, ...], Rows, tuple[int, ...]]


def _bets(world: World, words: Words) -> Made:
    rows: Rows = []
    for key, bet in world.pack.bets.items():
        delay = bet.delay.model_dump(exclude={"kind"})
        rows.append(
            (
                world.words.say(f"bets.{key}.name"),
                words.format(bet.probability, "percent"),
                words.format(bet.payoff, "number"),
                words.format(bet.cost, "number"),
                str(bet.duration),
                words.say(f"bets.{bet.delay.kind}", **delay),
            )
        )
    return tuple(words.raw("bets.columns")), rows, (1, 2, 3, 4)


def _named(part: str) -> Callable[[World, Words], Made]:
    def made(world: World, words: Words) -> Made:
        keys = getattr(world.pack, part)
        rows: Rows = [(world.words.say(f"{part}.{key}.name"), world.words.say(f"{part}.{key}.line")) for key in keys]
        return tuple(words.raw(f"{part}.columns")), rows, ()

    return made


def _history(world: World, words: Words) -> Made:
    weekly = world.throughput.weekly.tolist()
    rows: Rows = [(str(week), str(count)) for week, count in enumerate(weekly, start=1)]
    return tuple(words.raw("history.columns")), rows, (0, 1)


TABLES: dict[str, Callable[[World, Words], Made]] = {
    "bets": _bets,
    "segments": _named("segments"),
    "outcomes": _named("outcomes"),
    "history": _history,
}
