import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import forecasting as fc

TWELVE_WEEKS = [3, 5, 0, 7, 4, 6, 2, 5, 8, 4, 1, 6]
histories = st.lists(st.integers(0, 9), min_size=6, max_size=20).filter(lambda h: np.count_nonzero(h) >= 5)


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


# Derived examples, worked by hand


def test_two_four_or_six_a_week_finish_twelve_items_in_two_weeks_one_time_in_nine() -> None:
    assert fc.finish_probabilities([2, 4, 6], 12, 2)[2] == pytest.approx(1 / 9)


def test_the_average_based_date_is_kept_less_than_half_of_the_time() -> None:
    average = int(np.floor(40 / np.mean(TWELVE_WEEKS)))
    assert fc.likelihood(TWELVE_WEEKS, 40, average).probability < 0.5


# Second routes


@given(histories, st.integers(1, 30))
@settings(max_examples=15, deadline=None)
def test_draws_agree_with_the_exact_distribution(history: list[int], items: int) -> None:
    drawn = fc.periods_to_finish(rng(), history, items, 20_000)
    exact = fc.finish_probabilities(history, items, 60)
    seen = np.array([(drawn == k).mean() for k in range(61)])
    assert np.all(np.abs(seen - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 20_000) + 5e-4)


def test_items_within_a_horizon_and_periods_for_items_are_two_sides_of_one_thing() -> None:
    within = (fc.items_finished(rng(), TWELVE_WEEKS, 10, 50_000) >= 40).mean()
    assert within == pytest.approx(fc.finish_probabilities(TWELVE_WEEKS, 40, 10).sum(), abs=0.01)


def test_arrivals_that_never_come_change_nothing() -> None:
    still = fc.periods_to_finish(rng(), TWELVE_WEEKS, 40, 4000)
    none = fc.periods_to_finish(rng(), TWELVE_WEEKS, 40, 4000, arrivals=[0])
    assert still.mean() == pytest.approx(none.mean(), abs=0.2)


def test_arrivals_slow_the_finish_as_wald_says() -> None:
    """With a net rate of 4.25 - 1, about (items + overshoot) / net rate periods on average."""
    drawn = fc.periods_to_finish(rng(), TWELVE_WEEKS, 400, 2000, arrivals=[0, 2])
    assert drawn.mean() == pytest.approx(400 / 3.25, rel=0.03)


# What must always hold


@given(histories, st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_the_window_is_never_the_wrong_way_round(history: list[int], items: int) -> None:
    found = fc.forecast(rng(), history, items, 500)
    assert found.p50 <= found.p85 <= found.p95
    finished = fc.items_finished(rng(), history, 4, 500)
    assert fc.at_least(finished, 0.95) <= fc.at_least(finished, 0.85) <= fc.at_least(finished, 0.5)


@given(histories, st.integers(1, 40), st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_more_time_never_lowers_a_likelihood_and_none_is_ever_certain(history, items, periods) -> None:
    sooner, later = fc.likelihood(history, items, periods), fc.likelihood(history, items, periods + 1)
    assert sooner.probability <= later.probability <= 0.95


def test_without_history_there_is_no_forecast() -> None:
    assert fc.likelihood([], 12, 10) == fc.Likelihood(None, False, "no_history")
    assert fc.forecast(rng(), [], 12) == fc.Forecast(None, None, None, "no_history", 0)
    assert fc.forecast(rng(), [None, None], 12).reason == "no_history"


def test_four_active_days_are_too_few_and_five_are_enough() -> None:
    four = [0, 0, 1, 0, 2, 0, 0, 1, 0, 1]
    assert fc.likelihood(four, 12, 10) == fc.Likelihood(None, False, "too_little_history")
    assert fc.forecast(rng(), four, 12).reason == "too_little_history"
    assert fc.likelihood([*four, 1], 12, 10).reason is None


def test_a_history_of_nothing_but_zeros_does_not_converge() -> None:
    assert fc.forecast(rng(), [0] * 20, 5).reason == "not_converging"
    assert np.isinf(fc.periods_to_finish(rng(), [0] * 20, 5, 10)).all()


def test_as_much_coming_in_as_going_out_does_not_converge() -> None:
    history = [1, 2, 1, 1, 1, 2, 1, 1, 1, 2]
    found = fc.forecast(rng(), history, 40, arrivals=history)
    assert (found.p50, found.reason) == (None, "not_converging")
    assert fc.cannot_say(history, history) == "not_converging"
    assert fc.cannot_say(history, [*history[:-1], 1]) is None
    assert fc.forecast(rng(), history, 10, 500, arrivals=[]).reason is None


def test_a_cap_on_the_horizon_leaves_slow_futures_open() -> None:
    drawn = fc.periods_to_finish(rng(), [0] * 30 + [1], 50, 200, limit=20)
    assert np.isinf(drawn).all()
    assert fc.percentile(drawn, 0.5) is None


def test_the_past_gives_certainty_either_way() -> None:
    assert fc.likelihood(TWELVE_WEEKS, 3, 0).probability == 0
    assert fc.likelihood([], 3, -2).probability == 0
    assert fc.likelihood([], 0, -2).probability == 1
    assert fc.forecast(rng(), [], 0).p95 == 0
    assert fc.finish_probabilities(TWELVE_WEEKS, 0, 2).tolist() == [1, 0, 0]


def test_a_likelihood_above_the_cap_says_more_than() -> None:
    assert fc.likelihood(TWELVE_WEEKS, 3, 30) == fc.Likelihood(0.95, True, None)


def test_all_in_time_is_never_likelier_than_each() -> None:
    assert fc.likelihood_of_all([0.9, 0.8]) == pytest.approx(0.72)
    assert fc.likelihood_of_all([0.9, None]) is None
    assert fc.likelihood_of_all([]) == 1


def test_periods_that_were_not_recorded_are_not_periods_without_a_finish() -> None:
    with_gaps = [3, None, 5, float("nan"), 4, 6, 2]
    assert fc.finish_probabilities(with_gaps, 9, 5) == pytest.approx(fc.finish_probabilities([3, 5, 4, 6, 2], 9, 5))
    assert not np.allclose(
        fc.finish_probabilities(with_gaps, 9, 5), fc.finish_probabilities([3, 0, 5, 0, 4, 6, 2], 9, 5)
    )


def test_idle_days_and_weeks_are_kept_as_zero() -> None:
    dates = [dt.date(2026, 1, 1), dt.datetime(2026, 1, 4, 17, 30), dt.date(2026, 1, 1)]
    assert fc.throughput(dates) == [2, 0, 0, 1]
    assert fc.throughput(dates, dt.date(2025, 12, 31), dt.date(2026, 1, 5)) == [0, 2, 0, 0, 1, 0]
    assert fc.throughput(dates, last=dt.date(2026, 1, 2)) == [2, 0]
    assert fc.throughput([]) == []
    assert fc.throughput([], dt.date(2026, 1, 1), dt.date(2026, 1, 3)) == [0, 0, 0]


def test_weeks_run_from_monday_to_sunday_across_new_year() -> None:
    """Monday 29 December 2025 and Sunday 4 January 2026 are one ISO week."""
    dates = [dt.date(2025, 12, 29), dt.date(2026, 1, 4), dt.date(2026, 1, 5), dt.date(2026, 1, 19)]
    assert fc.throughput(dates, period="week") == [2, 1, 0, 1]
    assert fc.throughput([dt.date(2026, 1, 4), dt.date(2026, 1, 5)], period="week") == [1, 1]


def test_a_back_test_of_a_steady_history_keeps_its_promises_near_the_past() -> None:
    found = fc.back_test([3, 4, 3, 2, 4, 3, 3, 4, 3, 3, 4, 3], 4)
    assert found.after == (5, 6, 7, 8)
    assert all(said < 39 * 1.15 / 3 for said in found.forecast)
    assert found.actual == (13, 13, 14, 13)
    assert found.kept == 1


def test_a_back_test_says_at_least_what_draws_say() -> None:
    found = fc.back_test(TWELVE_WEEKS, 3)
    drawn = fc.items_finished(rng(), TWELVE_WEEKS[: found.after[-1]], 3, 200_000)
    assert found.forecast[-1] == fc.at_least(drawn, 0.85)


def test_a_back_test_without_enough_history_says_nothing() -> None:
    assert fc.back_test([1, 0, 2], 4) == fc.BackTest((), (), (), None)


def test_percentiles_of_nothing_are_none() -> None:
    assert fc.percentile([], 0.5) is None
    assert fc.at_least([], 0.5) is None


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fc.periods_to_finish(rng(), [], 5), "history must hold at least one period"),
        (lambda: fc.periods_to_finish(rng(), [1, -2], 5), "history must hold whole numbers of 0 or more, not -2"),
        (lambda: fc.forecast(rng(), [1.5, 2], 5), "not 1.5"),
        (lambda: fc.forecast(rng(), ["many"], 5), "history must hold numbers only"),
        (lambda: fc.forecast(rng(), TWELVE_WEEKS, -1), "items must be 0 or more, not -1"),
        (lambda: fc.percentile([1, 2], 1.0), "level must lie above 0 and below 1"),
        (lambda: fc.throughput(["1 May"]), "date 1 is '1 May'"),
        (lambda: fc.throughput([dt.date(2026, 1, 1)], period="month"), "period must be day or week"),
        (lambda: fc.throughput([], dt.date(2026, 1, 2), dt.date(2026, 1, 1)), "must not lie before first"),
        (lambda: fc.likelihood_of_all([0.5, 1.5]), "chance 2 must lie between 0 and 1"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
