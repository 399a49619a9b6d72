import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qspo_lab.methods import judgement as ju

pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0]), st.integers(0, 1)), min_size=1, max_size=40)

# Published example


def test_six_hits_of_ten_ranges_of_90_percent_are_rarely_chance() -> None:
    """Binomial tail, as in Alpert and Raiffa's reading of interval questions."""
    found = [ju.chance_of_hits_at_most(hits, 10) for hits in (5, 6, 7)]
    assert found == pytest.approx([0.0016, 0.0128, 0.0702], abs=5e-5)


# Second routes


@given(pairs)
@settings(max_examples=80, deadline=None)
def test_the_three_parts_add_up_to_the_score(stated) -> None:
    forecasts, outcomes = zip(*stated, strict=True)
    parts = ju.brier_parts(forecasts, outcomes)
    assert parts.score == pytest.approx(np.mean((np.array(forecasts) - np.array(outcomes)) ** 2))
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(parts.score, abs=1e-12)
    assert min(parts.reliability, parts.resolution, parts.uncertainty) >= 0


@given(st.integers(0, 20), st.integers(0, 20), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_the_tail_is_that_of_the_binomial_distribution(hits: int, more: int, confidence: float) -> None:
    found = ju.chance_of_hits_at_most(hits, hits + more, confidence)
    assert found == pytest.approx(stats.binom.cdf(hits, hits + more, confidence), abs=1e-12)


# What must always hold


def test_saying_fifty_always_scores_a_quarter_and_knowing_scores_nothing() -> None:
    assert ju.brier_score([0.5] * 6, [0, 1, 1, 0, 1, 1]) == 0.25
    assert ju.brier_score([0, 1, 1], [0, 1, 1]) == 0


def test_without_a_forecast_there_is_no_score() -> None:
    assert np.isnan(ju.brier_score([], []))
    assert np.isnan(ju.brier_parts([], []).reliability)
    assert not len(ju.calibration_points([], []).count)


def test_ranges_hold_the_truth_at_their_ends_too() -> None:
    assert ju.interval_hits([1, 2, 3], [2, 4, 5], [1, 4, 6]) == 2


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_calibration_points_keep_every_forecast_and_the_overall_share(stated) -> None:
    forecasts, outcomes = zip(*stated, strict=True)
    points = ju.calibration_points(forecasts, outcomes)
    assert points.count.sum() == len(stated)
    assert points.count @ points.happened == pytest.approx(sum(outcomes))
    assert points.count @ points.stated == pytest.approx(sum(forecasts))


def test_a_forecast_on_a_border_belongs_to_the_band_above_and_certainty_to_the_last() -> None:
    points = ju.calibration_points([0.2, 0.3, 1.0], [1, 0, 1])
    assert points.stated.tolist() == [0.25, 1.0]
    assert points.happened.tolist() == [0.5, 1.0]


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ju.brier_score([70], [1]), "forecast 1 must lie between 0 and 1, not"),
        (lambda: ju.brier_score([0.7], [2]), "outcomes must be 0 or 1; outcome 1 is 2"),
        (lambda: ju.brier_score([0.7, 0.2], [1]), "forecasts has 2, outcomes has 1"),
        (lambda: ju.interval_hits([3], [2], [1]), "range 1 is upside down: 3 to 2"),
        (lambda: ju.chance_of_hits_at_most(4, 3), "hits must be at most the number of ranges, 3, not 4"),
        (lambda: ju.calibration_points([0.5], [1], [0.5, 0.5]), "edges must rise"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
