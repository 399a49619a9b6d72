import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import messages as ms

# Published examples


def test_flesch_and_amstad_of_the_same_counts() -> None:
    """Flesch 1948 and Amstad 1978: 100 words in 5 sentences, 150 and 170 syllables."""
    assert ms.reading_ease(100, 5, 150) == pytest.approx(59.635)
    assert ms.reading_ease(100, 5, 170, "de") == pytest.approx(180 - 20 - 58.5 * 1.7)


# Second routes


@given(st.lists(st.floats(0, 10), max_size=6), st.floats(0, 10))
@settings(max_examples=60, deadline=None)
def test_arguments_are_averaged_with_what_was_thought_before(strengths, prior) -> None:
    assert ms.persuasion(strengths, prior=prior) == pytest.approx(np.mean([prior, *strengths]))


@pytest.mark.parametrize(
    ("text", "language", "syllables"),
    [
        ("the table is stable", "en", 6),
        ("we released the update", "en", 6),
        ("promise a price", "en", 4),
        ("installation", "en", 4),
        ("Die Rechnung bleibt gleich", "de", 5),
        ("Eine Wärmepumpe heizt leise", "de", 9),
        ("", "en", 0),
    ],
)
def test_syllables_are_those_counted_by_ear(text: str, language, syllables: int) -> None:
    assert ms.count_text(text, language).syllables == syllables


# What must always hold


def test_a_weak_third_argument_takes_away() -> None:
    assert ms.persuasion([9, 9, 4]) < ms.persuasion([9, 9])
    assert ms.persuasion([9, 9, 9.5]) > ms.persuasion([9, 9])
    assert ms.persuasion([9, 1], [1, 0]) == ms.persuasion([9])
    assert np.isnan(ms.persuasion([], prior_weight=0))


def test_short_words_in_short_sentences_read_more_easily() -> None:
    plain = ms.text_reading_ease("Your bill stays the same. If it does not, we pay.")
    heavy = ms.text_reading_ease(
        "Optimisation functionality facilitates tariff-oriented reconfiguration of installations."
    )
    assert plain > 90
    assert heavy < 0


def test_numbers_hyphens_and_abbreviated_ends_do_not_make_words_or_sentences() -> None:
    counted = ms.count_text("Save 4.90 EUR a month! One-visit set-up, isn't it?")
    assert (counted.words, counted.sentences) == (8, 2)
    assert ms.count_text("no full stop").sentences == 1


def test_an_empty_text_has_no_reading_ease() -> None:
    assert np.isnan(ms.text_reading_ease(""))
    assert np.isnan(ms.text_reading_ease("123 !!"))
    assert ms.text_reading_ease("Guten Tag.", "de") > 0


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ms.persuasion([1], [1, 2]), "strengths has 1, weights has 2"),
        (lambda: ms.persuasion([1], [-1]), "weights must be 0 or more, not -1"),
        (lambda: ms.reading_ease(10, 1, 15, "fr"), "language must be one of en, de, not 'fr'"),
        (lambda: ms.count_text("x", "fr"), "language must be one of en, de"),
        (lambda: ms.reading_ease(-1, 1, 1), "words must be 0 or more"),
        (lambda: ms.share_of_voice(5, 4), "must not be more than all_words"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
