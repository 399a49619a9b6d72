import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qspo_lab.methods import estimation as est

# Published examples


def test_the_range_of_10_to_40_has_a_mean_of_21_86_and_not_of_25() -> None:
    """The 90 % range convention of Hubbard, How to Measure Anything."""
    assert est.lognormal_from_range(10, 40).mean == pytest.approx(21.86, abs=0.005)
    assert est.lognormal_from_range(10, 40).median == pytest.approx(20)


def test_the_99th_case_in_a_hundred_takes_3_10_or_33_times_the_estimate() -> None:
    found = [est.Lognormal(0, sigma).quantile(0.99) for sigma in (0.5, 1, 1.5)]
    assert found == pytest.approx([3.20, 10.24, 32.77], abs=0.01)


def test_borders_of_buckets_are_geometric_means() -> None:
    border = np.sqrt(5 * 8)
    assert est.nearest_bucket([border * 0.999, border * 1.001]).tolist() == [5, 8]
    assert est.nearest_bucket(4, [2, 8]) == 8


# Second routes


@given(st.floats(0.1, 300))
@settings(max_examples=80, deadline=None)
def test_the_nearest_bucket_has_the_smallest_ratio_of_all(size: float) -> None:
    found = float(est.nearest_bucket(size, est.BUCKETS))
    ratios = [max(size / label, label / size) for label in est.BUCKETS if label > 0]
    assert max(size / found, found / size) <= min(ratios) * (1 + 1e-12)


@given(st.floats(0.5, 50), st.floats(1.01, 20), st.floats(0.5, 0.99))
@settings(max_examples=60, deadline=None)
def test_the_range_is_where_it_was_said_to_be(low: float, factor: float, confidence: float) -> None:
    found = est.lognormal_from_range(low, low * factor, confidence)
    assert found.quantile((1 - confidence) / 2) == pytest.approx(low)
    assert found.quantile((1 + confidence) / 2) == pytest.approx(low * factor)
    theirs = stats.lognorm(found.sigma, scale=np.exp(found.mu))
    assert (found.mean, found.sd) == pytest.approx((theirs.mean(), theirs.std()))
    assert found.chance_below(low * 1.3) == pytest.approx(theirs.cdf(low * 1.3))


@pytest.mark.parametrize(("tasks", "median"), [(1, 1.00), (5, 1.42), (10, 1.52), (20, 1.57)])
def test_sums_of_honest_medians_are_late(tasks: int, median: float) -> None:
    found = est.sum_overrun(np.random.default_rng(23), tasks, 1.0, 60_000)
    assert found.median == pytest.approx(median, abs=0.02)
    assert found.p10 < found.median < found.p90


def test_rank_correlations_are_those_of_scipy_with_ties() -> None:
    rng = np.random.default_rng(24)
    a, b = rng.integers(0, 6, 40), rng.integers(0, 6, 40)
    assert est.rank_correlation(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)
    assert est.rank_correlation(a, b, "kendall") == pytest.approx(stats.kendalltau(a, b).statistic)


@given(st.lists(st.lists(st.sampled_from([-3.0, 0.0, 0.5, 2.0, 2.5, 7.0]), min_size=6, max_size=6), min_size=1))
@settings(max_examples=60, deadline=None)
def test_ranks_are_those_of_scipy_in_every_row(rows: list[list[float]]) -> None:
    assert np.array_equal(est.ranks(rows), stats.rankdata(rows, axis=-1))
    assert np.array_equal(est.ranks(rows[0]), stats.rankdata(rows[0]))


def test_draws_have_the_median_and_mean_they_should() -> None:
    spread = est.Lognormal(1.0, 0.5)
    drawn = spread.draw(np.random.default_rng(25), 100_000)
    assert drawn.mean() == pytest.approx(spread.mean, abs=4 * spread.sd / np.sqrt(100_000))
    assert (drawn < spread.median).mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(100_000))


# What must always hold


def test_half_of_the_single_tasks_and_few_of_the_large_projects_stay_within_their_estimate() -> None:
    one = est.sum_overrun(np.random.default_rng(26), 1, 1.0)
    many = est.sum_overrun(np.random.default_rng(26), 20, 1.0)
    assert one.chance_within == pytest.approx(0.5, abs=0.02)
    assert many.chance_within < 0.05


def test_only_nothing_goes_into_the_bucket_of_nothing() -> None:
    assert est.nearest_bucket([0, 0.01]).tolist() == [0, 0.5]
    assert est.nearest_bucket([0, 0.01], [1, 2]).tolist() == [1, 1]
    assert est.nearest_bucket(1e6) == 100


def test_no_spread_is_a_certain_quantity() -> None:
    sure = est.lognormal_from_range(7, 7)
    assert (sure.median, sure.mean, sure.sd) == pytest.approx((7, 7, 0))
    assert (sure.chance_below(6.9), sure.chance_below(7.1), sure.chance_below(-1)) == (0, 1, 0)


def test_an_order_without_differences_has_no_correlation() -> None:
    assert np.isnan(est.rank_correlation([1, 1, 1], [1, 2, 3]))
    assert np.isnan(est.rank_correlation([1], [2], "kendall"))
    assert est.rank_correlation([1, 2, 3], [10, 20, 30]) == pytest.approx(1)


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: est.nearest_bucket(-1), "sizes must be 0 or more, not -1"),
        (lambda: est.nearest_bucket(1, [3, 2]), "buckets must rise from 0 or more"),
        (lambda: est.nearest_bucket([1, None]), "number 2 is nan"),
        (lambda: est.lognormal_from_range(0, 5), "low must be above 0, not 0"),
        (lambda: est.lognormal_from_range(6, 5), r"low \(6\) must not be above high \(5\)"),
        (lambda: est.Lognormal(0, -1), "sigma must be 0 or more, not -1"),
        (lambda: est.pert(3, 2, 5), "low, likely and high must rise, not 3, 2, 5"),
        (lambda: est.rank_correlation([1, 2], [1]), "first has 2, second has 1"),
        (lambda: est.rank_correlation([1, 2], [1, 2], "pearson"), "method must be one of spearman, kendall"),
        (lambda: est.sum_overrun(np.random.default_rng(0), 0, 1.0), "tasks must be 1 or more"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
