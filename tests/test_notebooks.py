"""The notebooks as files: their form, their words, and each of their cells alone in a fresh kernel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import nbformat
import pytest

from qspo_lab import checks, course, lab
from qspo_lab.samples.world import World
from qspo_lab.tables import table_names
from qspo_lab.texts import readings
from qspo_lab.workbook import Workbook

FOLDER = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
CALL = re.compile(r'lab\.(?:exercise|self_check|table)\("\w+"\)|lab\.progress\(\)')
AMERICAN = re.compile(
    r"\b(?:behavior|color|favor|labor|center)\w*"
    r"|\b\w{2,}(?:iz|lyz)(?:e|es|ed|ing|ation)\b"
    r"|\b(?:travel|label|model|cancel)(?:ed|ing)\b",
    re.IGNORECASE,
)
NOT_AMERICAN = {"size", "sizes", "sized", "prize"}
LONGEST_SENTENCE = 20


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@cache
def notebook(path: Path) -> Any:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)


def cells(path: Path, kind: str) -> list[Any]:
    return [cell for cell in notebook(path).cells if cell.cell_type == kind]


def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def calls(path: Path) -> list[str]:
    return [cell.source.split("\n")[1] for cell in cells(path, "code")]


def sentences(text: str) -> Iterator[str]:
    """Give the sentences of Markdown prose; headings, tables and marks are left out."""
    for block in re.split(r"\n\s*\n|\n(?=[-*>] |\d\. )", text):
        lines = [line.lstrip("> ").strip() for line in block.split("\n")]
        plain = " ".join(line for line in lines if line and not line.startswith(("#", "|")))
        plain = re.sub(r"\]\(#[^)]*\)|[*`_\[\]]", "", re.sub(r"^(?:- |\d\. )", "", plain))
        yield from (s for s in re.split(r"(?<=[.?:;])\s+", plain) if s.split())


# ---------------------------------------------------------------------------- form


def test_there_is_a_notebook_for_the_opening_and_each_module_with_an_exercise() -> None:
    needed = {course.OPENING} | {course.notebook_of(each.key) for each in course.exercises()}
    assert {path.name for path in PATHS} == needed


def test_it_is_a_valid_notebook_that_the_lab_runs_by_itself(path: Path) -> None:
    nbformat.validate(notebook(path))
    text, metadata = path.read_text(encoding="utf-8"), notebook(path).metadata
    assert text.endswith("}\n") and text.startswith("{\n ")
    assert json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n" == text
    assert metadata.qspo == {"autorun": True}
    assert metadata.kernelspec == {"name": "python3", "display_name": "Python 3", "language": "python"}
    assert metadata.language_info == {"name": "python"}
    assert "widgets" not in metadata
    assert path.stat().st_size < 200_000


def test_every_code_cell_is_an_import_and_one_call_and_shows_no_code(path: Path) -> None:
    for cell in cells(path, "code"):
        first, second = cell.source.split("\n")
        assert first == "from qspo_lab import lab"
        assert CALL.fullmatch(second), second
        stored = {"qspo": {"stored": True}} if second.startswith("lab.table(") else {}
        assert cell.metadata == {"jupyter": {"source_hidden": True}, "editable": False, "deletable": False, **stored}


def test_at_most_one_code_cell_stands_in_a_row_and_each_has_a_name_of_its_own(path: Path) -> None:
    kinds = [cell.cell_type for cell in notebook(path).cells]
    assert kinds[0] == "markdown"
    assert ("code", "code") not in list(pairwise(kinds))
    ids = [cell.id for cell in notebook(path).cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids)


def test_only_tables_keep_an_output_and_no_picture_does(path: Path) -> None:
    for cell in cells(path, "code"):
        if "lab.table" not in cell.source:
            assert cell.outputs == [] and cell.execution_count is None
            continue
        assert cell.execution_count == 1
        [output] = cell.outputs
        assert set(output.data) == {"text/plain", "text/html"}


def test_a_stored_table_is_what_a_fresh_call_gives(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QSPO_WORKBOOK", str(tmp_path / "workbook.json"))
    for cell in cells(path, "code"):
        found = re.search(r'lab\.table\("(\w+)"\)', cell.source)
        if found:
            assert found[1] in table_names()
            shown = lab.table(found[1])
            assert cell.outputs[0].data == {"text/plain": repr(shown), "text/html": shown._repr_html_()}
    Workbook._shared.clear()


# ---------------------------------------------------------------------------- the course


def test_every_exercise_stands_once_in_its_notebook_in_teaching_order() -> None:
    for path in PATHS:
        shown = [call.split('"')[1] for call in calls(path) if "exercise" in call]
        assert shown == [e.key for e in course.exercises() if course.notebook_of(e.key) == path.name]


def test_every_outcome_that_a_module_practises_has_its_self_check_there_and_progress_comes_last(path: Path) -> None:
    shown = [call.split('"')[1] for call in calls(path) if "self_check" in call]
    practised = [o.key for m, o, place in course.places() if m.notebook == path.name and "opening." not in place]
    assert shown == list(dict.fromkeys(practised))
    assert all(checks.has_check(outcome) for outcome in shown)
    assert calls(path)[-1] == "lab.progress()"


def test_its_minutes_are_those_of_the_exercises(path: Path) -> None:
    exercises = [course.exercise(c.split('"')[1]) for c in calls(path) if "exercise" in c]
    for exercise in exercises:
        row = re.search(rf"^\|[^|]*\| {re.escape(exercise.title.split(':')[0])} \| (\d+) \|", prose(path), re.MULTILINE)
        assert row, f"no row for {exercise.title}"
        assert int(row[1]) == exercise.minutes
    whole = re.search(r"\*\*Minutes:\*\* (\d+)", prose(path))
    assert whole and int(whole[1]) >= sum(exercise.minutes for exercise in exercises)


def test_every_exercise_has_situation_and_guess_before_it_and_read_and_name_after_it(path: Path) -> None:
    for before, cell, after in zip(
        notebook(path).cells, notebook(path).cells[1:], notebook(path).cells[2:], strict=False
    ):
        if "lab.exercise" not in cell.source:
            continue
        earlier = prose(path)[: prose(path).index(before.source)] + before.source
        assert re.search(r"\*\*Situation\.\*\*", earlier)
        assert "**Guess.**" in before.source and "**Act.**" in before.source
        assert "**Read.**" in after.source and re.search(r"\*\*Name[:.]", after.source)
        assert re.search(r"\b(?:19|20)\d\d\)", after.source), "names its sources"


def test_a_term_without_a_public_definition_is_marked_with_the_courses_reading() -> None:
    words = readings()
    for exercise in course.exercises():
        text = " ".join(prose(FOLDER / course.notebook_of(exercise.key)).replace("\n>", "\n").split())
        for term in exercise.terms:
            if words.has(term):
                assert f"**This course's own reading.** {words.say(f'{term}.reading')}" in text, term
                assert words.say(f"{term}.relatives") in text, term


def test_every_reading_is_of_a_term_and_has_relatives() -> None:
    from qspo_lab.texts import course_words

    for term in readings().table:
        assert course_words().has(f"terms.{term}"), term
        assert set(readings().raw(term)) == {"reading", "relatives"}


def test_the_case_is_told_as_the_pack_has_it() -> None:
    world, text = World(), " ".join(prose(FOLDER / course.OPENING).split())
    company, duty = world.pack.company, world.pack.market.duty
    situation = world.words.say(
        "company.situation", people=company.people, customers=company.customers, price=company.price
    )
    rule = world.words.say("market.duty", sprint=duty.sprint)
    assert situation.rstrip(".") in text
    assert rule[0].lower() + rule[1:] in text.replace("From the end", "from the end")
    for role in ("ceo", "cfo", "sales", "care", "field", "forum"):
        assert world.person(role) in text


# ---------------------------------------------------------------------------- words


def test_its_title_is_a_question(path: Path) -> None:
    first = notebook(path).cells[0].source.split("\n")[0]
    assert first.startswith("# ") and first.endswith("?")
    assert [line for line in prose(path).split("\n") if line.startswith("# ")] == [first]


def test_every_link_leads_to_a_heading_of_the_same_notebook(path: Path) -> None:
    headings = {re.sub(r"\s", "-", line.lstrip("# ")) for line in prose(path).split("\n") if line.startswith("#")}
    links = re.findall(r"\]\(([^)]*)\)", prose(path))
    assert links
    assert {link.removeprefix("#") for link in links} <= headings
    assert not re.search(r"https?:|!\[|<\w", prose(path))


def test_its_prose_keeps_to_the_style(path: Path, record_property: pytest.RecordProperty) -> None:
    text = prose(path)
    assert "!" not in text
    banned = ("widget", "python", "jupyter", "well done", "congratulations", "wrong answer", "you failed", "incorrect")
    assert [phrase for phrase in banned if phrase in text.lower()] == []
    lengths = {sentence: len(sentence.split()) for sentence in sentences(text)}
    record_property("mean_words", mean(lengths.values()))
    record_property("longest", max(lengths.values()))
    assert len(lengths) > 20
    assert {s: n for s, n in lengths.items() if n > LONGEST_SENTENCE} == {}
    assert mean(lengths.values()) < 12


def test_its_spelling_is_british(path: Path) -> None:
    found = {m[0].lower() for m in AMERICAN.finditer(prose(path))} - NOT_AMERICAN
    assert found == set()


@pytest.mark.parametrize(
    "word", ["behavior", "color", "favored", "center", "organized", "analyze", "labeled", "modeling"]
)
def test_an_american_spelling_would_be_found(word: str) -> None:
    assert AMERICAN.search(f"The {word} of it")


@pytest.mark.parametrize(
    "word", ["behaviour", "colour", "enter", "organised", "analyse", "labelled", "or", "for", "modelling"]
)
def test_a_british_spelling_is_let_through(word: str) -> None:
    assert not AMERICAN.search(f"The {word} of it")


# ---------------------------------------------------------------------------- each cell alone


def all_calls() -> list[str]:
    return sorted({call for path in PATHS for call in calls(path)})


@pytest.mark.slow
@pytest.mark.parametrize("call", all_calls())
def test_each_cell_runs_alone_in_a_fresh_kernel(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("QSPO_WORKBOOK", str(tmp_path / "workbook.json"))
    alone = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"from qspo_lab import lab\n{call}")])
    NotebookClient(alone, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = alone.cells[0].outputs
    kinds = {kind for output in outputs for kind in output.get("data", {output.output_type: None})}
    if "lab.table" in call:
        assert kinds == {"text/plain", "text/html"}
    else:
        assert "application/vnd.jupyter.widget-view+json" in kinds
    assert [output.output_type for output in outputs if output.output_type in ("error", "stream")] == []
