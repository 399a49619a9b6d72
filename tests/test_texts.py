"""Words and numbers as people read them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.texts import TextError, Words, format_value, load_words
from qspo_lab.texts.markdown import ALLOWED, markdown_tree


@pytest.mark.parametrize(
    ("value", "kind", "language", "text"),
    [
        (2571, "money", "en", "2,571 k EUR"),
        (-8, "money", "en", "\u22128 k EUR"),
        (-0.4, "number", "en", "0"),
        (0.0831, "percent1", "en", "8.3 %"),
        (0.0831, "percent1", "de", "8,3 %"),
        (1234.5, "number1", "de", "1.234,5"),
        (["a", "b", "c"], "list", "en", "a, b and c"),
        (["a", "b"], "list", "de", "a und b"),
        (22, "ordinal", "en", "22nd"),
        (13, "ordinal", "en", "13th"),
        (dt.date(2026, 11, 25), "date", "en", "25 November 2026"),
        (None, "money", "en", "cannot say"),
        (float("nan"), "percent", "en", "cannot say"),
    ],
)
def test_a_value_is_written_as_the_language_sets_it(value: Any, kind: str, language: str, text: str) -> None:
    assert format_value(value, kind, language) == text


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown format 'euro'; known are money"):
        format_value(1, "euro")


def test_a_missing_text_or_value_names_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "a.en.toml").write_text('[findings]\ncost = "Costs {cost:money}."\n')
    words = load_words(tmp_path / "a")
    assert words.say("findings.cost", cost=3) == "Costs 3 k EUR."
    with pytest.raises(TextError, match=r"a\.en\.toml has no text 'findings\.worth'"):
        words.say("findings.worth")
    with pytest.raises(TextError, match="needs a value for 'cost'"):
        words.say("findings.cost")
    with pytest.raises(TextError, match=r"there is no text file a\.de\.toml"):
        load_words(tmp_path / "a", "de")
    (tmp_path / "b.en.toml").write_text("title = unquoted")
    with pytest.raises(TextError, match=r"b\.en\.toml cannot be read"):
        load_words(tmp_path / "b")


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert Words({"a": "{x}"}, "en", "t").say("a", x="{y}") == "{y}"


def test_markdown_becomes_a_tree_of_few_tags() -> None:
    tree = markdown_tree("Two **bold** words\n\n- one\n- *two*")
    assert tree == [["p", "Two ", ["strong", "bold"], " words"], ["ul", ["li", "one"], ["li", ["em", "two"]]]]


def tags(tree: Any) -> set[str]:
    if isinstance(tree, str):
        return set()
    return {tree[0]} | {tag for child in tree[1:] for tag in tags(child)}


@given(
    st.text(max_size=200)
    | st.sampled_from(["<img src=x onerror=a>", "[a](javascript:b)", "![x](y)", "<b>x</b>\n\n<p>"])
)
def test_no_text_becomes_anything_but_text_and_few_tags(text: str) -> None:
    trees = markdown_tree(text)
    json.dumps(trees)
    for tree in trees:
        assert tags(tree) <= ALLOWED | {"br"}
