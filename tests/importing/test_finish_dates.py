"""Finish dates from a learner's own export."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.exercise import Refused
from qspo_lab.exercises.m1_strategy import bets_on_a_line
from qspo_lab.importing.finish_dates import CannotRead, read_finish_dates
from qspo_lab.methods.forecasting import finish_probabilities, throughput
from qspo_lab.samples.world import World

REAL = Path(__file__).parents[3] / "shared" / "real-files"
needs_real_files = pytest.mark.skipif(not REAL.exists(), reason="the real exports are not beside the project")


@needs_real_files
def test_a_real_export_with_mark_and_dotted_dates_is_read_as_a_plain_reader_reads_it() -> None:
    path = REAL / "ado_flat_bom_dmy_dots.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["State"] == "Closed"]
    expected = [dt.datetime.strptime(row["Closed Date"].split()[0], "%d.%m.%Y").date() for row in rows]
    read = read_finish_dates(path.read_bytes())
    assert list(read.dates) == expected
    assert len(read.dates) == 88
    assert (min(read.dates), max(read.dates)) == (dt.date(2025, 6, 7), dt.date(2025, 8, 27))
    assert read.column == "Closed Date"


@needs_real_files
def test_thirty_items_at_the_real_pace_take_29_39_and_46_days_zero_days_kept() -> None:
    world = World()
    content = (REAL / "ado_flat_bom_dmy_dots.csv").read_bytes()
    answer = bets_on_a_line.read_file(
        world, bets_on_a_line.policies(world)["reference"], "history", "mine.csv", content
    )
    daily = answer["settings"]["history"]["daily"]
    assert (len(daily), sum(daily), sum(n > 0 for n in daily)) == (82, 88, 29)
    own = bets_on_a_line.evaluate(world, answer).numbers["own"]
    assert [own["p50"], own["p85"], own["p95"]] == [pytest.approx(days, abs=1) for days in (29, 39, 46)]
    exact = finish_probabilities(daily, 30, 100).cumsum()
    for level, days in ((0.5, own["p50"]), (0.85, own["p85"]), (0.95, own["p95"])):
        assert abs(int(np.argmax(exact >= level)) - days) <= 1


@needs_real_files
@pytest.mark.parametrize("name", sorted(p.name for p in REAL.glob("*.csv")) if REAL.exists() else [])
def test_every_real_file_is_read_or_refused_in_a_sentence(name: str) -> None:
    words = bets_on_a_line.EXERCISE.words()
    world, answer = World(), {"settings": {"level": "p85"}}
    try:
        taken = bets_on_a_line.read_file(world, answer, "history", name, (REAL / name).read_bytes())
    except Refused as refused:
        sentence = words.say(f"refusals.{refused.name}", **refused.values)
        assert name in sentence and sentence.endswith(".")
    else:
        assert sum(taken["settings"]["history"]["daily"]) > 0
    assert answer == {"settings": {"level": "p85"}}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["10/9/2016", "30/9/2016"], [dt.date(2016, 9, 10), dt.date(2016, 9, 30)]),
        (["9/10/2016", "9/30/2016"], [dt.date(2016, 9, 10), dt.date(2016, 9, 30)]),
        (["12/Mar/24 3:04 PM"], [dt.date(2024, 3, 12)]),
        (["2024-03-12T23:30-04:00"], [dt.date(2024, 3, 12)]),
        (["Tue May 14 2024 08:53:33 GMT+0000 (GMT)"], [dt.date(2024, 5, 14)]),
        (["14. März 2024", "1 dez 2023"], [dt.date(2024, 3, 14), dt.date(2023, 12, 1)]),
        (["05/05/2024"], [dt.date(2024, 5, 5)]),
    ],
)
def test_dates_are_read_in_either_order_of_rows(entries: list[str], expected: list[dt.date]) -> None:
    def file(rows: list[str]) -> bytes:
        return ("Key,Resolved\n" + "\n".join(f'K,"{row}"' for row in rows)).encode()

    assert list(read_finish_dates(file(entries)).dates) == expected
    assert list(read_finish_dates(file(entries[::-1])).dates) == expected[::-1]


def test_items_that_were_given_up_do_not_count() -> None:
    read = read_finish_dates(b"Key,State,Closed Date\nA,Closed,2024-01-02\nB,Removed,2024-01-03\nC,New,\n")
    assert (read.dates, read.skipped) == ((dt.date(2024, 1, 2),), 2)


def test_an_unreadable_date_is_counted_and_never_becomes_today() -> None:
    read = read_finish_dates(b"Key,Done\nA,2024-01-02\nB,soon\nC,{w-132}\n")
    assert (len(read.dates), read.unread) == (1, 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str) -> None:
    text = f'Größe{delimiter}Closed Date\n"a, b; c | d"{delimiter}2024-01-02\nx{delimiter}2024-01-03\n'
    assert len(read_finish_dates(text.encode(encoding)).dates) == 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "not_a_table"),
        (b"\x00\x01\x02", "not_a_table"),
        (b"PK\x03\x04\x00\x00", "not_a_table"),
        (b"Key,Summary\nA,B\n", "no_finish_column"),
        (b"Key,Done\nA,soon\n", "no_dates"),
        (b"Key,Done\nA,\n", "no_dates"),
        (b"Key,Done\nA,1/2/2024\nB,3/4/2024\n", "ambiguous_dates"),
        (b"Key,Done\nA,13/2/2024\nB,3/14/2024\n", "ambiguous_dates"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(content: bytes, name: str) -> None:
    with pytest.raises(CannotRead, match=name):
        read_finish_dates(content)


@settings(max_examples=300, deadline=None)
@given(
    content=st.binary(max_size=300) | st.text(max_size=200).map(lambda t: ("Key,Done\n" + t).encode("utf-8", "ignore"))
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read = read_finish_dates(content)
    except CannotRead:
        return
    assert read.dates


@given(dates=st.lists(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), min_size=1, max_size=30))
def test_what_was_written_is_what_is_read(dates: list[dt.date]) -> None:
    content = "Key,Closed Date\n" + "\n".join(f"K,{d.isoformat()} 12:00" for d in dates)
    read = read_finish_dates(content.encode())
    assert list(read.dates) == dates
    assert sum(throughput(read.dates)) == len(dates)
