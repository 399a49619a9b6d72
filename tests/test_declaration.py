"""What every declared exercise must be. Nothing here names an exercise: a new one is tested by its declaration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qspo_lab import course
from qspo_lab.exercise import Exercise, Result
from qspo_lab.samples.world import World
from qspo_lab.texts import course_words, load_words, panel_words

SEEDS = range(1, 9)
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
PACKAGE = Path(__file__).parents[1] / "qspo_lab"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(params=course.keys())
def exercise(request: pytest.FixtureRequest) -> Exercise:
    return course.exercise(request.param)


def words_of(exercise: Exercise) -> Any:
    return exercise.words().in_case(World().words)


def facts_of(exercise: Exercise, world: World) -> Any:
    return exercise.facts(world) if exercise.facts else {}


def misconceptions(exercise: Exercise, result: Result) -> list[str]:
    words = words_of(exercise)
    found = [f for f in exercise.explain(result) if f.kind == "misconception"]
    return [words.say(f"findings.{f.name}", **f.values) for f in found]


def test_its_key_is_its_file_and_its_terms_and_outcome_are_the_courses(exercise: Exercise) -> None:
    assert Path(exercise.source).stem == exercise.key
    assert exercise.terms
    names = course_words()
    assert all(names.has(f"terms.{term}") for term in exercise.terms)
    place = next(p for _, o, p in course.places() if p.endswith(f".{exercise.key}") and o.key == exercise.outcome)
    assert place
    assert 5 <= exercise.minutes <= 60


def test_its_words_are_complete(exercise: Exercise) -> None:
    words, facts = words_of(exercise), facts_of(exercise, World())
    for name in ("title", "goal", "misconception", "confidence", "measure", "transfer"):
        assert words.say(name, **facts)
    assert len(words.says("hints", **facts)) == 3
    assert len(words.says("debrief", **facts)) >= 2
    assert words.say("goal").startswith("After this you can ")
    assert len(words.say("prompt", **facts).split()) >= 25
    assert len(words.say("facilitation", **facts).split()) >= 30


def test_its_words_keep_to_the_style(exercise: Exercise) -> None:
    words = words_of(exercise)
    for name in words.names():
        for text in [words.raw(name)] if isinstance(words.raw(name), str) else words.raw(name):
            assert "!" not in text, name
            assert "wrong" not in text.lower().split(), f"{name}: findings argue with numbers, they do not judge"


def test_a_new_board_is_untouched(exercise: Exercise) -> None:
    world = World()
    board = exercise.board(world, words_of(exercise))
    result = exercise.evaluate(world, dict(board.value))
    assert result.status == "untouched"
    assert result.outcome is None
    assert [f.kind for f in exercise.explain(result)] == ["untouched"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    junk=st.dictionaries(st.sampled_from(["settings", "columns", "order", "options", "marked", "x"]), JSON, max_size=5)
)
def test_junk_answers_are_survived(exercise: Exercise, junk: dict[str, Any]) -> None:
    result = exercise.evaluate(World(), junk)
    assert result.status in ("untouched", "incomplete", "complete")
    words = words_of(exercise)
    for finding in exercise.explain(result):
        assert words.say(f"findings.{finding.name}", **finding.values)


def test_every_named_policy_is_an_answer_the_board_takes(exercise: Exercise) -> None:
    for seed in (1, 2):
        world = World(seed=seed)
        words = words_of(exercise)
        policies = exercise.policies(world)
        assert next(iter(policies)) == "reference"
        assert len(policies) >= 3
        for name, answer in policies.items():
            assert words.say(f"policies.{name}")
            board = exercise.board(world, words)
            board.value = json.loads(json.dumps(answer, allow_nan=False))
            result = exercise.evaluate(world, dict(board.value))
            assert result.status == "complete", name
            assert result.outcome is not None, name
            assert result.outcome.low <= result.outcome.expected <= result.outcome.high or exercise.measure == "percent"
            assert 0 <= result.outcome.percentile <= 1


def test_the_reference_beats_every_other_policy_in_expectation(exercise: Exercise) -> None:
    sign = 1 if exercise.better == "higher" else -1
    totals: dict[str, float] = {}
    for seed in SEEDS:
        world = World(seed=seed)
        for name, answer in exercise.policies(world).items():
            outcome = exercise.evaluate(world, answer).outcome
            assert outcome is not None
            totals[name] = totals.get(name, 0.0) + sign * outcome.expected
    words = words_of(exercise)
    for name in exercise.unbeaten:
        assert words.say(f"unbeaten.{exercise.unbeaten[name]}")
    for name, total in totals.items():
        if name != "reference" and name not in exercise.unbeaten:
            assert totals["reference"] > total, f"{name} is not beaten"


def test_each_misunderstanding_is_named_in_words_of_its_own(exercise: Exercise) -> None:
    world = World()
    said: dict[str, tuple[str, ...]] = {}
    for name, answer in exercise.policies(world).items():
        said[name] = tuple(misconceptions(exercise, exercise.evaluate(world, answer)))
    assert said.pop("reference") == ()
    assert all(said.values()), [name for name, texts in said.items() if not texts]
    assert len(set(said.values())) == len(said)


def test_every_finding_argues_with_a_number_of_the_learners(exercise: Exercise) -> None:
    world = World()
    for name, answer in exercise.policies(world).items():
        findings = exercise.explain(exercise.evaluate(world, answer))
        assert any(f.kind == "consequence" for f in findings), name
        for finding in findings:
            numbers = [v for v in finding.values.values() if isinstance(v, (int, float))]
            assert numbers or any(isinstance(v, (list, tuple)) for v in finding.values.values()), finding.name


def test_a_result_is_plain_json_without_nan(exercise: Exercise) -> None:
    world = World()
    for answer in exercise.policies(world).values():
        json.dumps(exercise.evaluate(world, answer).numbers, allow_nan=False)


def test_the_same_answer_gives_the_same_result(exercise: Exercise) -> None:
    answer = exercise.policies(World(seed=3))["reference"]
    assert exercise.evaluate(World(seed=3), answer) == exercise.evaluate(World(seed=3), json.loads(json.dumps(answer)))


def test_its_figure_is_a_plotly_figure_that_states_the_finding_and_has_a_table(exercise: Exercise) -> None:
    world, words = World(), words_of(exercise)
    for answer in exercise.policies(world).values():
        figure = exercise.figure(exercise.evaluate(world, answer), words)
        go.Figure(data=figure.data, layout=figure.layout)
        assert figure.title and figure.description
        assert figure.rows and all(len(row) == len(figure.columns) for row in figure.rows)


def test_its_reveal_shows_the_truth_in_words(exercise: Exercise) -> None:
    world, words = World(), words_of(exercise)
    for answer in exercise.policies(world).values():
        result = exercise.evaluate(world, answer)
        reveal = exercise.reveal(world, answer, result, words)
        assert reveal.tables or reveal.figure
        for table in reveal.tables:
            assert all(len(row) == len(table.columns) for row in table.rows)
        for finding in reveal.findings:
            assert words.say(f"findings.{finding.name}", **finding.values)


def test_another_world_changes_what_comes_true(exercise: Exercise) -> None:
    answer = exercise.policies(World(seed=1))["reference"]
    realised = set()
    for seed in SEEDS:
        outcome = exercise.evaluate(World(seed=seed), answer).outcome
        realised.add(None if outcome is None else round(outcome.realised, 9))
    assert len(realised) > 1 or "no_luck" in exercise.unbeaten


def test_it_stands_in_exactly_one_notebook(exercise: Exercise) -> None:
    calls = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        calls += [path.name for source in sources if f'lab.exercise("{exercise.key}")' in source]
    assert calls == [course.notebook_of(exercise.key)]


def text_files(language: str) -> list[Path]:
    return sorted(PACKAGE.rglob(f"*.{language}.toml"))


@pytest.mark.parametrize("path", text_files("en"), ids=lambda p: p.name)
def test_a_second_language_has_the_same_names_and_placeholders(path: Path) -> None:
    import re

    stem = path.with_name(path.name.removesuffix(".en.toml"))
    english = load_words(stem, "en")
    languages = [p.name.split(".")[-2] for p in path.parent.glob(f"{stem.name}.*.toml")]
    assert "en" in languages
    for language in languages:
        other = load_words(stem, language)
        assert set(other.names()) == set(english.names())
        for name in english.names():
            one, two = english.raw(name), other.raw(name)
            assert type(one) is type(two)
            pattern = r"\{(\w+)[^}]*\}"
            assert sorted(re.findall(pattern, str(one))) == sorted(re.findall(pattern, str(two))), name


def test_every_term_and_outcome_of_the_course_has_a_name() -> None:
    names = course_words()
    assert len([o for m in course.MODULES for o in m.outcomes]) == 16
    for module in course.MODULES:
        assert names.say(f"modules.{module.key}")
        for outcome in module.outcomes:
            assert names.say(f"outcomes.{outcome.key}")
            assert all(names.say(f"terms.{term}") for term in outcome.terms)


def test_a_term_without_an_exercise_is_visible_as_open() -> None:
    still_open = course.open_terms()
    practised = {(e.outcome, t) for e in course.exercises() for t in e.terms}
    for module in course.MODULES:
        for outcome in module.outcomes:
            for term in outcome.terms:
                assert ((outcome.key, term) in still_open) != ((outcome.key, term) in practised)


def test_the_frames_words_are_there() -> None:
    words = panel_words()
    for part in ("panel", "board", "frame", "luck", "missing", "finding_labels", "notices", "progress", "plot_board"):
        assert words.has(part), part
