import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import kano

six_counts = st.lists(st.integers(0, 40), min_size=6, max_size=6)

# Published examples


def test_the_corners_of_the_table_are_those_in_print() -> None:
    """Kano and others 1984, as in CQM Journal 2(4): like and dislike make O, neutral and dislike M."""
    found = kano.classify([1, 1, 3, 5, 1, 3], [5, 3, 5, 1, 1, 3])
    assert "".join(kano.LETTERS[kano.CATEGORIES[c]] for c in found) == "OAMRQI"


def test_pouliot_questions_the_two_inner_cells_of_the_diagonal() -> None:
    classic = kano.classify([2, 3, 4], [2, 3, 4])
    variant = kano.classify([2, 3, 4], [2, 3, 4], "pouliot")
    assert [kano.CATEGORIES[c] for c in classic] == ["indifferent"] * 3
    assert [kano.CATEGORIES[c] for c in variant] == ["questionable", "indifferent", "questionable"]


def test_fong_calls_48_against_30_of_100_different_and_25_against_20_of_60_not() -> None:
    assert kano.fong_differs(48, 30, 100)
    assert not kano.fong_differs(25, 20, 60)
    assert kano.count_difference_z(48, 30) == pytest.approx(2.038, abs=0.0005)


# Second routes


def test_fongs_true_error_agrees_with_simulation() -> None:
    drawn = np.random.default_rng(12).multinomial(100, [0.4, 0.4, 0.2], size=100_000)
    a, b = drawn[:, 0], drawn[:, 1]
    wrong = np.abs(a - b) >= 1.65 * np.sqrt((a + b) * (200 - a - b) / 200)
    assert kano.fong_error_rate(100, 0.4) == pytest.approx(wrong.mean(), abs=4 * np.sqrt(0.16 / 100_000))


def test_the_honest_test_keeps_its_level_where_fong_does_not() -> None:
    drawn = np.random.default_rng(13).multinomial(100, [0.4, 0.4, 0.2], size=20_000)
    z = [kano.count_difference_z(*pair) for pair in drawn[:, :2]]
    assert (np.abs(z) >= 1.645).mean() == pytest.approx(0.10, abs=0.02)
    assert kano.fong_error_rate(100, 0.4) > 0.18


def test_drawing_counts_is_drawing_respondents() -> None:
    categories = np.repeat([0, 1, 2, 3], [30, 40, 20, 10])
    people = np.random.default_rng(14).choice(categories, (4000, 100))
    by_person = kano.better_worse(kano.counts(people.T))[0]
    by_count = kano.better_worse(kano.bootstrap_counts(np.random.default_rng(15), kano.counts(categories), 4000))[0]
    assert by_count.mean() == pytest.approx(by_person.mean(), abs=0.005)
    assert by_count.std() == pytest.approx(by_person.std(), rel=0.06)


# What must always hold


@given(six_counts)
@settings(max_examples=80, deadline=None)
def test_coefficients_stay_on_their_sides_and_ignore_reverse_and_questionable(counted: list[int]) -> None:
    better, worse = kano.better_worse(counted)
    if sum(counted[:4]) == 0:
        assert np.isnan(better)
        assert np.isnan(worse)
        return
    assert 0 <= better <= 1
    assert -1 <= worse <= 0
    assert np.allclose(kano.better_worse([*counted[:4], 99, 99]), (better, worse))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=40))
@settings(max_examples=50, deadline=None)
def test_every_complete_pair_is_counted_once_and_no_other(pairs) -> None:
    codes = np.array(pairs, dtype=float).reshape(-1, 2)
    codes[codes == 0] = np.nan
    counted = kano.counts(kano.classify(codes[:, 0], codes[:, 1]))
    assert counted.sum() == sum(1 for f, d in pairs if f and d)


def test_a_blank_is_no_category() -> None:
    functional = kano.code_answers(["like", "", "like"])
    dysfunctional = kano.code_answers(["dislike", "dislike", ""])
    assert kano.classify(functional, dysfunctional).tolist() == [1, kano.MISSING, kano.MISSING]
    assert kano.mode(kano.counts(kano.classify(functional, dysfunctional))).n == 1


def test_ties_are_named_and_the_must_be_wins_them() -> None:
    found = kano.mode([5, 5, 5, 5, 0, 0])
    assert found.tied == ("must_be", "one_dimensional", "attractive", "indifferent")
    assert found.category == "must_be"
    assert kano.mode([0, 1, 3, 3, 0, 0]).category == "attractive"
    assert kano.mode([0] * 6) == kano.Mode(None, (), 0, 0)


def test_answers_are_read_as_words_and_as_codes() -> None:
    assert kano.code_answers(["Live with", "must-be", "5", 4, 3.0]).tolist() == [4, 2, 5, 4, 3]


def test_swapped_columns_are_noticed() -> None:
    liked, disliked = np.ones(8), np.full(8, 5.0)
    assert not kano.looks_swapped(kano.counts(kano.classify(liked, disliked)))
    assert kano.looks_swapped(kano.counts(kano.classify(disliked, liked)))


def test_scores_use_complete_pairs_only() -> None:
    nan = np.nan
    functional, dysfunctional = kano.continuous_scores([[1, nan], [2, 3]], [[5, 5], [nan, nan]])
    assert functional[0] == 4
    assert dysfunctional[0] == 4
    assert np.isnan(functional[1])


def test_many_attributes_are_classified_at_once() -> None:
    rng = np.random.default_rng(16)
    functional, dysfunctional = rng.integers(1, 6, (2, 50, 4)).astype(float)
    together = kano.counts(kano.classify(functional, dysfunctional))
    assert together.shape == (4, 6)
    assert (together[2] == kano.counts(kano.classify(functional[:, 2], dysfunctional[:, 2]))).all()


def test_nothing_counted_has_no_difference() -> None:
    assert np.isnan(kano.count_difference_z(0, 0))
    assert not kano.fong_differs(0, 0, 0)
    assert kano.fong_threshold(0, 0, 0) == 0
    assert kano.bootstrap_counts(np.random.default_rng(0), [0] * 6, 3).sum() == 0


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: kano.code_answers([1, 2, 7], "F2 dysfunctional"),
            "row 3, column 'F2 dysfunctional': 7 is not on the scale",
        ),
        (lambda: kano.code_answers([True]), "row 1, column 'answers': True is not on the scale"),
        (lambda: kano.code_answers(["1.5"]), "'1.5' is not on the scale"),
        (lambda: kano.classify([1, 0], [1, 1]), "functional, row 2: 0 is not on the scale of 1 to 5"),
        (lambda: kano.classify([[1, 2]], [[1, 6]]), "dysfunctional, row 1, column 2: 6"),
        (lambda: kano.classify([1], [1, 2]), "must have one shape"),
        (lambda: kano.classify([1], [1], "newer"), "table must be one of classic, pouliot"),
        (lambda: kano.mode([1, 2, 3]), "counts must have 6 numbers"),
        (lambda: kano.better_worse([1, 2, 3, -4, 0, 0]), "counts must be 0 or more, not -4"),
        (lambda: kano.fong_threshold(6, 5, 10), "together at most n"),
        (lambda: kano.fong_error_rate(10, 0.6), "category_share must be 0.5 or less"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
