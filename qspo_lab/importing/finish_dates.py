"""The days on which items were finished, from a CSV export.

A refusal says why in one sentence's name and changes nothing. A date that cannot be read is counted and never guessed;
day and month are told apart once for the whole column, so the order of rows does not matter. A date is the day as it
is written; no time zone moves it.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS = {
    "closed date", "closed", "closed at", "date closed", "resolved", "resolved date", "resolution date", "done",
    "done date", "date done", "finished", "finish date", "finished at", "completed", "completed at", "completed date",
    "completion date", "end", "end date", "ended", "merged at",
    "abgeschlossen", "abgeschlossen am", "erledigt", "erledigt am", "erledigungsdatum", "fertig", "fertig am", "ende",
    "enddatum", "gelöst", "termine", "terminé", "terminé le", "date de fin", "résolu", "résolue", "fermé", "fermé le",
    "cerrado", "fecha de cierre", "terminado", "finalizado", "resuelta", "resuelto", "fecha de finalización",
}  # fmt: skip
"""Headings of a column of finish dates: English, German, French, Spanish; case and blanks do not matter."""
STATES = {"state", "status", "zustand", "état", "etat", "statut", "estado"}
DROPPED = {
    "removed", "cancelled", "canceled", "won't do", "wont do", "won't fix", "rejected", "duplicate", "abandoned",
    "entfernt", "abgebrochen", "verworfen", "abgelehnt", "annulé", "annulée", "rejeté", "cancelado", "rechazado",
}  # fmt: skip
"""States of items that were given up: not finished, whatever date stands there."""
DELIMITERS = (",", ";", "\t", "|")
MONTHS = (
    ("jan", "ene"), ("feb", "fév", "fev"), ("mar", "mär", "maer", "mrz"), ("apr", "avr", "abr"), ("may", "mai"),
    ("jun", "juin"), ("jul", "juil"), ("aug", "aoû", "aou", "ago"), ("sep", "set"), ("oct", "okt"), ("nov",),
    ("dec", "dez", "déc", "dic"),
)  # fmt: skip
NUMERIC = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[T ,].*)?$")
DAY_FIRST = re.compile(r"(?:[^\W\d]+,? )?(\d{1,2})[-/. ]+([^\W\d]{3,10})[-/., ]+(\d{4}|\d{2})(?:\D.*)?$")
MONTH_FIRST = re.compile(r"(?:[^\W\d]+,? )?([^\W\d]{3,10})\.? (\d{1,2}),? (\d{4})(?:\D.*)?$")
LARGEST = 50_000_000
"""Bytes above which a file is not looked at."""


class CannotRead(Exception):
    """Why a file cannot be used: the name of a sentence and its placeholders."""

    def __init__(self, name: str, **values: Any) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


@dataclass(frozen=True)
class FinishDates:
    """What was read.

    Parameters
    ----------
    dates
        One day per finished item, in the order of the file.
    column
        Heading of the column that they come from.
    skipped
        Rows that do not count: no date (unfinished) or given up.
    unread
        Entries of the column that are no dates.
    """

    dates: tuple[dt.date, ...]
    column: str
    skipped: int
    unread: int


def read_finish_dates(content: bytes) -> FinishDates:
    r"""Read the finish dates of a CSV file.

    Parameters
    ----------
    content
        The file's bytes: UTF-8 or UTF-16 with or without a mark, or Windows-1252; comma, semicolon, tab or bar.

    Returns
    -------
    FinishDates

    Raises
    ------
    CannotRead
        ``not_a_table``; ``no_finish_column`` with ``columns``; ``no_dates`` with ``column`` and ``unread``;
        ``ambiguous_dates`` with ``example``: day and month cannot be told apart.

    Examples
    --------
    >>> read_finish_dates(b"Key;Closed Date\nA;7.6.2025 14:59\nB;\n").dates
    (datetime.date(2025, 6, 7),)
    """
    rows = _rows(_text(content))
    header = [" ".join(cell.split()).casefold() for cell in rows[0]]
    candidates = [i for i, name in enumerate(header) if name in COLUMNS]
    if not candidates:
        raise CannotRead("no_finish_column", columns=[cell.strip() for cell in rows[0][:12]])
    state = next((i for i, name in enumerate(header) if name in STATES), None)
    body = rows[1:]
    counted = [row for row in body if state is None or _cell(row, state).casefold() not in DROPPED]
    column = max(candidates, key=lambda i: sum(_parts(_cell(row, i)) is not None for row in counted))
    entries = [entry for row in counted if (entry := _cell(row, column))]
    dates = _dates(entries)
    name = rows[0][column].strip()
    if not dates:
        raise CannotRead("no_dates", column=name, unread=len(entries))
    return FinishDates(tuple(dates), name, len(body) - len(entries), len(entries) - len(dates))


def _text(content: bytes) -> str:
    if not content.strip() or len(content) > LARGEST:
        raise CannotRead("not_a_table")
    encodings: tuple[str, ...]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise CannotRead("not_a_table")


def _rows(text: str) -> list[list[str]]:
    """Split by the delimiter whose header has most columns among those that most rows agree with."""
    best: tuple[float, int, list[list[str]]] = (0.0, 0, [])
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        if len(rows) < 2:
            continue
        widths = Counter(len(row) for row in rows)
        agree = sum(count for width, count in widths.items() if abs(width - len(rows[0])) <= 1) / len(rows)
        score = (agree if len(rows[0]) > 1 else 0.0, len(rows[0]), rows)
        if score[:2] > best[:2]:
            best = score
    if not best[2]:
        raise CannotRead("not_a_table")
    return best[2]


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _parts(entry: str) -> tuple[str, int, int, int] | None:
    """Take a date apart: (kind, a, b, c); kind ``ymd``, ``dmy`` or, where day and month are open, ``numeric``."""
    if found := NUMERIC.match(entry):
        a, separator, b, c = int(found[1]), found[2], int(found[3]), int(found[4])
        if len(found[1]) == 4:
            return "ymd", a, b, c
        if len(found[1]) <= 2:
            year = c if len(found[4]) == 4 else 2000 + c
            return ("dmy" if separator == "." else "numeric"), a, b, year
        return None
    for pattern, day, month in ((DAY_FIRST, 1, 2), (MONTH_FIRST, 2, 1)):
        if found := pattern.match(entry):
            number = _month(found[month])
            if number is not None:
                year = int(found[3])
                return "dmy", int(found[day]), number, year if year > 99 else 2000 + year
    return None


def _month(name: str) -> int | None:
    low = name.casefold()
    return next((i for i, names in enumerate(MONTHS, start=1) if low.startswith(names)), None)


def _dates(entries: Sequence[str]) -> list[dt.date]:
    parts = [(entry, found) for entry in entries if (found := _parts(entry)) is not None]
    open_order = [(entry, found) for entry, found in parts if found[0] == "numeric"]
    day_first = any(found[1] > 12 for _, found in open_order)
    month_first = any(found[2] > 12 for _, found in open_order)
    if open_order and day_first == month_first and any(found[1] != found[2] for _, found in open_order):
        raise CannotRead("ambiguous_dates", example=open_order[0][0])
    dates = []
    for _, (kind, a, b, c) in parts:
        year, month, day = (a, b, c) if kind == "ymd" else (c, a, b) if kind == "numeric" and month_first else (c, b, a)
        try:
            dates.append(dt.date(year, month, day))
        except ValueError:
            continue
    return dates
