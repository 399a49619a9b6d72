import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from qspo_lab.methods import experiments as ex

# Published examples


def test_the_power_of_rs_example_is_that_of_r() -> None:
    assert ex.power_two_proportions(0.5, 0.25, 50) == pytest.approx(0.7401659, abs=1e-6)


def test_one_question_has_five_sample_sizes_by_formula() -> None:
    sizes = [np.ceil(ex.sample_size_two_proportions(0.10, 0.02, formula=f)) for f in ex.FORMULAS[:4]]
    assert sizes == [3841, 3839, 3835, 3941]
    assert ex.sample_size_two_proportions(0.2, 0.05, formula="baseline") == pytest.approx(1030.22, abs=0.01)


def test_newcombes_example_of_a_difference() -> None:
    """Newcombe 1998, Statistics in Medicine 17:873, 56/70 against 48/80, method 10."""
    assert ex.difference_interval(48, 80, 56, 70) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_planned_split_of_95_to_5_is_no_alarm() -> None:
    assert ex.sample_ratio_check([950, 50], [95, 5]).p_value == 1.0
    assert ex.sample_ratio_check([950, 50], [1, 1]).p_value < 1e-100
    assert ex.sample_ratio_check([5000, 4700], [1, 1]).p_value == pytest.approx(0.00232, abs=5e-6)


def test_nine_of_149_against_four_of_145_is_no_evidence() -> None:
    found = ex.compare_proportions(9, 149, 4, 145)
    assert found.p_value == pytest.approx(0.171, abs=0.0005)
    assert found.low < 0 < found.high


# Second routes


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 60), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_the_z_test_is_that_of_statsmodels(n_a: int, x_a: int, n_b: int, x_b: int) -> None:
    n_a, n_b = n_a + max(x_a, 2), n_b + max(x_b, 2)
    if x_a + x_b == 0:
        return
    z, p = proportions_ztest([x_b, x_a], [n_b, n_a])
    found = ex.compare_proportions(x_a, n_a, x_b, n_b)
    assert (found.statistic, found.p_value) == pytest.approx((z, p), abs=1e-9)
    expected = confint_proportions_2indep(x_b, n_b, x_a, n_a, method="newcomb")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("ours", "theirs"), [("wilson", "wilson"), ("exact", "beta")])
def test_intervals_of_all_counts_are_those_of_statsmodels(ours: str, theirs: str) -> None:
    x = np.arange(31)
    low, high = ex.proportion_interval(x, 30, ours, 0.9)
    for k in x:
        assert (low[k], high[k]) == pytest.approx(proportion_confint(k, 30, 0.1, theirs), abs=1e-9)


def test_the_wilson_interval_covers_a_small_rate_near_its_nominal_level_and_wald_does_not() -> None:
    n, p = 30, 0.05
    x = np.arange(n + 1)
    covered = {}
    for method in ("wilson", "wald"):
        low, high = ex.proportion_interval(x, n, method)
        covered[method] = stats.binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum()
    assert covered["wilson"] > 0.92
    assert covered["wald"] < 0.80


def test_the_power_agrees_with_every_possible_outcome_weighed() -> None:
    """The normal formula against the exact power of the pooled z test, all 101 x 101 outcomes."""
    n, p1, p2 = 100, 0.3, 0.5
    x = np.arange(n + 1)
    pooled = (x[:, None] + x) / (2 * n)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (x[None, :] - x[:, None]) / n / np.sqrt(2 * pooled * (1 - pooled) / n)
    weight = stats.binom.pmf(x, n, p1)[:, None] * stats.binom.pmf(x, n, p2)
    exact = weight[np.abs(np.nan_to_num(z)) >= 1.959964].sum()
    assert ex.power_two_proportions(p1, p2 - p1, n) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize(("d", "n"), [(0.2, 50), (0.5, 64), (1.0, 20), (-1.0, 20)])
def test_the_t_test_has_the_power_of_statsmodels(d: float, n: int) -> None:
    assert ex.power_t_test(d, n) == pytest.approx(TTestIndPower().power(d, n, 0.05), abs=1e-8)


def test_the_t_test_needs_the_sample_that_statsmodels_solves_for() -> None:
    assert ex.sample_size_t_test(1.0, power=0.9) == pytest.approx(22.0211, abs=1e-4)
    assert ex.sample_size_t_test(0.3) == pytest.approx(TTestIndPower().solve_power(0.3, None, 0.05, 0.8), rel=1e-6)


@pytest.mark.parametrize("effect", [8.0, 50.0, 1e4])
def test_huge_effects_need_two_observations_and_no_less(effect: float) -> None:
    assert ex.sample_size_t_test(effect) == 2.0
    assert ex.power_t_test(effect, 50) == pytest.approx(1.0)


def closed_form(a: tuple[int, int], b: tuple[int, int]) -> float:
    """P(B > A) as a sum over the successes of b, for whole numbers (Miller 2014)."""
    from scipy.special import betaln

    i = np.arange(b[0])
    logs = betaln(a[0] + i, b[1] + a[1]) - np.log(b[1] + i) - betaln(1 + i, b[1]) - betaln(*a)
    return float(np.exp(logs).sum())


@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.tuples(st.integers(1, 300), st.integers(1, 300)))
@settings(max_examples=40, deadline=None)
def test_the_chance_that_b_wins_is_the_closed_form_and_the_two_chances_add_up(a, b) -> None:
    chance = ex.probability_b_beats_a(a, b)
    assert chance == pytest.approx(closed_form(a, b), abs=1e-8)
    assert chance + ex.probability_b_beats_a(b, a) == pytest.approx(1, abs=1e-8)


@given(st.tuples(st.floats(0.3, 500), st.floats(0.3, 500)), st.tuples(st.floats(0.3, 500), st.floats(0.3, 500)))
@example((3.0, 2.25), (0.375, 1.0))
@settings(max_examples=40, deadline=None)
def test_losses_of_the_two_choices_differ_by_the_difference_of_means(a, b) -> None:
    """E[max(A - B, 0)] - E[max(B - A, 0)] = E[A] - E[B], whatever the distributions."""
    means = a[0] / sum(a) - b[0] / sum(b)
    assert ex.expected_loss(a, b) - ex.expected_loss(b, a) == pytest.approx(means, abs=1e-8)


def test_benjamini_hochberg_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        p = np.concatenate([rng.uniform(size=12), rng.uniform(0, 0.01, 4)])
        assert (ex.reject_benjamini_hochberg(p) == multipletests(p, 0.05, "fdr_bh")[0]).all()


def test_welch_is_that_of_scipy_without_looking_at_the_sign_of_b_minus_a() -> None:
    a, b = [1.0, 2.0, 4.0, 3.0], [5.0, 4.0, 6.0]
    found = ex.compare_means(a, b)
    assert found.difference == pytest.approx(2.5)
    assert found.p_value == pytest.approx(stats.ttest_ind(b, a, equal_var=False).pvalue)
    assert found.low < 2.5 < found.high
    assert found.statistic > 0


def test_the_expected_maximum_is_that_of_simulation_and_of_the_closed_form_for_two() -> None:
    assert ex.expected_maximum(2) == pytest.approx(1 / np.sqrt(np.pi), abs=1e-6)
    drawn = np.random.default_rng(6).standard_normal((200_000, 7)).max(axis=1)
    assert ex.expected_maximum(7) == pytest.approx(drawn.mean(), abs=4 * drawn.std() / np.sqrt(200_000))


def test_cuped_leaves_the_mean_and_takes_out_the_share_rho_squared() -> None:
    rng = np.random.default_rng(7)
    before = rng.normal(10, 3, 4000)
    metric = 2 * before + rng.normal(0, 4, 4000)
    adjusted = ex.cuped(metric, before)
    rho = np.corrcoef(metric, before)[0, 1]
    assert adjusted.mean() == pytest.approx(metric.mean())
    assert adjusted.var() / metric.var() == pytest.approx(ex.cuped_variance_factor(rho), rel=1e-9)


# What must always hold


@given(st.floats(0.02, 0.9), st.floats(-0.6, 0.6), st.floats(0.55, 0.99))
@settings(max_examples=60, deadline=None)
def test_a_sample_of_the_planned_size_has_the_planned_power(rate: float, effect: float, power: float) -> None:
    if not 0.01 < rate + effect < 0.99 or abs(effect) < 0.01:
        return
    for formula in ("pooled", "unpooled", "baseline"):
        n = ex.sample_size_two_proportions(rate, effect, power=power, formula=formula)
        assert ex.power_two_proportions(rate, effect, n, formula=formula) == pytest.approx(power, abs=1e-9)


@given(st.integers(0, 50), st.integers(0, 50), st.sampled_from(["wilson", "exact"]))
@settings(max_examples=60, deadline=None)
def test_an_honest_interval_holds_what_was_seen_and_stays_between_0_and_1(x: int, more: int, method: str) -> None:
    n = x + more
    low, high = ex.proportion_interval(x, n, method)
    if n == 0:
        assert np.isnan(low)
        assert np.isnan(high)
    else:
        assert 0 <= low <= x / n + 1e-12
        assert x / n - 1e-12 <= high <= 1


def test_wald_leaves_the_scale_and_calls_nothing_seen_certain() -> None:
    assert ex.proportion_interval(1, 29, "wald")[0] < 0
    assert [float(b) for b in ex.proportion_interval(0, 20, "wald")] == [0, 0]


def test_zero_conversions_in_both_arms_are_no_evidence_and_not_a_fault() -> None:
    for conversions in (0, 50):
        found = ex.compare_proportions(conversions, 50, conversions, 50)
        assert (found.status, found.statistic, found.p_value) == ("ok", 0.0, 1.0)
        assert found.low < 0 < found.high
    assert stats.fisher_exact([[0, 50], [0, 50]]).pvalue == 1.0


def test_one_observation_per_arm_is_insufficient() -> None:
    assert ex.compare_means([2.0], [1.0]).status == "insufficient"
    assert np.isnan(ex.compare_means([2.0], [1.0]).p_value)
    assert ex.compare_means([], [1.0, 2.0]).status == "insufficient"
    assert ex.compare_means([3.0, 3.0], [3.0, 3.0]).status == "insufficient"


def test_a_segment_with_a_missing_arm_does_not_stop_the_others() -> None:
    found = ex.compare_segments({"DE": {"A": (10, 100), "B": (12, 100)}, "FR": {"A": (0, 1)}}, "A", "B")
    assert {segment: comparison.status for segment, comparison in found.items()} == {"DE": "ok", "FR": "insufficient"}
    assert np.isnan(found["FR"].p_value)
    assert found["DE"].difference == pytest.approx(0.02)


def test_a_huge_sample_alarms_on_a_tiny_deviation_and_says_how_tiny() -> None:
    found = ex.sample_ratio_check([821_588, 815_482], [1, 1])
    assert found.p_value < 1e-5
    assert found.deviation < 0.002


def test_the_false_positive_risk_of_nothing_ever_found_is_not_a_number() -> None:
    assert np.isnan(ex.false_positive_risk(0.0, alpha=0.0))
    assert ex.false_positive_risk(0.1) == pytest.approx(0.0225 / (0.0225 + 0.08))
    assert ex.false_positive_risk(1.0) == 0
    assert ex.false_positive_risk(0.0) == 1


def test_no_test_stands_among_none() -> None:
    assert not len(ex.reject_benjamini_hochberg([]))
    assert not ex.reject_benjamini_hochberg([0.9, 0.8]).any()


def test_cuped_with_nothing_known_before_changes_nothing() -> None:
    assert ex.cuped([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]).tolist() == [1, 2, 3]


def test_simpson_all_segments_for_one_arm_and_the_total_for_the_other() -> None:
    a, b = ex.rates_by_segment([81, 192], [87, 263]), ex.rates_by_segment([234, 55], [270, 80])
    assert (a[:2] > b[:2]).all()
    assert a[2] < b[2]
    assert np.isnan(ex.rates_by_segment([0, 1], [0, 2])[0])


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ex.sample_size_two_proportions(0.1, 0), "minimum_detectable_effect must not be 0"),
        (lambda: ex.sample_size_two_proportions(0.95, 0.1), "takes the rate from 0.95 to 1.05"),
        (lambda: ex.sample_size_two_proportions(0, 0.1), "baseline_rate must lie above 0 and below 1, not 0"),
        (lambda: ex.sample_size_two_proportions("x", 0.1), "baseline_rate must be a number, not 'x'"),
        (lambda: ex.sample_size_two_proportions(0.1, float("nan")), "minimum_detectable_effect must be a finite"),
        (lambda: ex.sample_size_two_proportions(0.1, 0.02, formula="exact"), "formula must be one of pooled"),
        (lambda: ex.power_two_proportions(0.1, 0.02, 0), "n_per_arm must be above 0, not 0"),
        (lambda: ex.power_t_test(0.5, 1), "n_per_arm must be 2 or more, not 1"),
        (lambda: ex.sample_size_t_test(0), "effect_size must not be 0"),
        (lambda: ex.proportion_interval(5, 4), r"more successes \(5\) than observations \(4\)"),
        (lambda: ex.compare_proportions(5, 4, 1, 10), "more successes"),
        (lambda: ex.compare_proportions(-1, 4, 1, 10), "successes must be 0 or more, not -1"),
        (lambda: ex.proportion_interval(1, 4, "agresti"), "method must be one of wilson, wald, exact"),
        (lambda: ex.posterior(11, 10), "more successes"),
        (lambda: ex.probability_b_beats_a((0, 1), (1, 1)), "a must be above 0, not 0"),
        (lambda: ex.sample_ratio_check([1, 2], [1, 1, 1]), "visitors has 2, planned has 3"),
        (lambda: ex.sample_ratio_check([5], [1]), "at least two arms"),
        (lambda: ex.sample_ratio_check([0, 0], [1, 1]), "not all 0"),
        (lambda: ex.sample_ratio_check([1, 1], [1, 0]), "planned must hold ratios above 0"),
        (lambda: ex.reject_benjamini_hochberg([0.1, 1.2]), "p_values must lie between 0 and 1, not 1.2"),
        (lambda: ex.cuped_variance_factor(1.5), "correlation must lie between -1 and 1"),
        (lambda: ex.compare_means([1.0, None], [1.0, 2.0]), "a must hold finite numbers; number 2 is nan"),
        (lambda: ex.rule_of_three(0), "n must be 1 or more"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
