import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import opportunity as op

score = st.floats(0, 10)

# Published examples


def test_the_restenosis_row_of_ulwicks_table_scores_15_8() -> None:
    assert op.opportunity(9.5, 3.2) == pytest.approx(15.8)


def test_what_is_overserved_keeps_its_importance_and_no_more() -> None:
    assert op.opportunity(4, 9) == 4
    assert op.opportunity(4, 9, "unclipped") == -1
    assert op.opportunity(4, 9, "gap") == -5


def test_the_average_of_everybody_hides_a_segment_that_is_badly_served() -> None:
    """A tenth of the respondents have the need; the mean of all sees little."""
    everybody = op.opportunity(0.9 * 4 + 0.1 * 9.6, 0.9 * 7 + 0.1 * 3.8)
    assert everybody < 7
    assert op.opportunity(9.6, 3.8) == pytest.approx(15.4)


# Second routes


def test_the_interval_is_that_of_drawing_respondents_one_by_one() -> None:
    rng = np.random.default_rng(17)
    importance, satisfaction = rng.choice([3.0, 4.0, 5.0], 80), rng.choice([1.0, 2.0, 4.0], 80)
    found = op.opportunity_interval(rng, importance, satisfaction, draws=8000)
    by_hand = []
    for _ in range(8000):
        who = rng.integers(80, size=80)
        i, s = 10 * (importance[who] >= 4).mean(), 10 * (satisfaction[who] >= 4).mean()
        by_hand.append(i + max(i - s, 0))
    assert (found.low[0], found.high[0]) == pytest.approx(np.quantile(by_hand, (0.05, 0.95)), abs=0.3)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(18)
    p_important, p_satisfied = 0.7, 0.4
    truth = op.opportunity(7, 4)
    held = 0
    for _ in range(200):
        importance = np.where(rng.random(150) < p_important, 5.0, 2.0)
        satisfaction = np.where(rng.random(150) < p_satisfied, 5.0, 2.0)
        found = op.opportunity_interval(rng, importance, satisfaction, draws=300)
        held += found.low[0] <= truth <= found.high[0]
    assert held / 200 == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 200))


def test_weights_give_the_score_of_the_population() -> None:
    segments = ["forum"] * 80 + ["quiet"] * 20
    ratings = np.array([5.0] * 80 + [1.0] * 20)
    weights = op.segment_weights(segments, {"forum": 0.2, "quiet": 0.8})
    assert op.rating_score(ratings) == pytest.approx(8)
    assert op.rating_score(ratings, weights=weights) == pytest.approx(2)
    found = op.opportunity_interval(np.random.default_rng(0), ratings, ratings, weights, draws=200)
    assert found.importance[0] == pytest.approx(2)


# What must always hold


@given(score, score)
@settings(max_examples=80, deadline=None)
def test_the_score_lies_between_importance_and_twice_importance(importance: float, satisfaction: float) -> None:
    found = float(op.opportunity(importance, satisfaction))
    assert importance <= found <= 2 * importance + 1e-12
    assert found == max(importance, float(op.opportunity(importance, satisfaction, "unclipped")))


@given(st.lists(st.sampled_from([1.0, 2, 3, 4, 5, np.nan]), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_blanks_count_neither_for_nor_against(ratings: list[float]) -> None:
    known = [r for r in ratings if r == r]
    for by in op.SCALES:
        found = op.rating_score(ratings, by)
        if known:
            assert found == pytest.approx(op.rating_score(known, by))
        else:
            assert np.isnan(found)


def test_a_need_nobody_rated_has_no_score_and_does_not_spoil_the_others() -> None:
    nan = np.nan
    importance = np.array([[5, nan], [4, nan], [2, nan], [5, nan]])
    found = op.opportunity_interval(np.random.default_rng(1), importance, importance, draws=100)
    assert np.isnan(found.score[1])
    assert np.isnan(found.low[1])
    assert found.first.tolist() == [1, 0]


def test_shares_of_first_places_add_up_to_one() -> None:
    ratings = np.random.default_rng(2).integers(1, 6, (60, 5)).astype(float)
    found = op.opportunity_interval(np.random.default_rng(3), ratings, ratings[::-1], draws=500)
    assert found.first.sum() == pytest.approx(1)
    assert np.all(found.low <= found.high)


def test_the_mean_of_ratings_is_another_scale_than_top_two_box() -> None:
    assert op.rating_score([1, 5], "mean") == 5
    assert op.rating_score([3, 3], "mean") == 5
    assert op.rating_score([1, 5]) == 5
    assert op.rating_score([3, 3]) == 0


def test_weights_have_mean_one_and_empty_segments_of_no_share_do_not_matter() -> None:
    weights = op.segment_weights(["a", "b", "b"], {"a": 1, "b": 1, "c": 0})
    assert weights.mean() == pytest.approx(1)
    assert weights.tolist() == pytest.approx([1.5, 0.75, 0.75])


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: op.opportunity(11, 4), "importance must lie between 0 and 10, not 11"),
        (lambda: op.opportunity(1, -4), "satisfaction must lie between 0 and 10, not -4"),
        (lambda: op.opportunity(1, 4, "max"), "convention must be one of ulwick, unclipped, gap"),
        (lambda: op.rating_score([1, 2, 7]), "ratings, row 3: 7 is not on the scale of 1 to 5"),
        (lambda: op.rating_score([[1, 9]]), "row 1, column 2: 9"),
        (lambda: op.rating_score([1], "median"), "by must be one of top_two_box, mean"),
        (lambda: op.rating_score([1, 2], weights=[1, -1]), "weights must be 0 or more; weight 2 is -1"),
        (lambda: op.rating_score([1, 2], weights=[1]), "weights has 1, respondents has 2"),
        (lambda: op.rating_score([1, 2], weights=[0, 0]), "sum of weights must be above 0"),
        (lambda: op.segment_weights(["a"], {"a": 0.5, "b": 0.5}), "nobody of segment 'b' was asked"),
        (lambda: op.segment_weights(["x"], {"a": 1}), "no share for segment 'x'"),
        (lambda: op.segment_weights(["a"], {"a": 0}), "not all 0"),
        (lambda: op.opportunity_interval(np.random.default_rng(0), [], []), "at least one respondent"),
        (lambda: op.opportunity_interval(np.random.default_rng(0), [1], [1, 2]), "must have one shape"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
