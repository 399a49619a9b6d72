import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from qspo_lab.methods import surveys as su

# Published example


def test_five_talks_find_84_percent_only_if_all_needs_are_voiced_alike() -> None:
    """Nielsen and Landauer 1993 with p = .31; unequal chances of the same mean find 64 %."""
    assert su.share_discovered(0.31, 5) == pytest.approx(0.844, abs=5e-4)
    assert su.share_discovered_unequal(0.62, 1.38, 5) == pytest.approx(0.637, abs=5e-4)


# Second routes


def test_unequal_chances_agree_with_drawing_them() -> None:
    p = np.random.default_rng(42).beta(0.62, 1.38, 200_000)
    found = 1 - (1 - p) ** 5
    assert su.share_discovered_unequal(0.62, 1.38, 5) == pytest.approx(found.mean(), abs=4 * found.std() / 447)


def test_chaos_estimate_is_a_lower_bound_that_beats_what_was_heard() -> None:
    rng = np.random.default_rng(43)
    estimates, heard = [], []
    for _ in range(200):
        counts = (rng.random((12, 60)) < rng.beta(1, 6, 60)).sum(axis=0)
        heard.append((counts > 0).sum())
        estimates.append(su.needs_in_all(heard[-1], (counts == 1).sum(), (counts == 2).sum()))
    assert np.mean(heard) < np.mean(estimates) < 66


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=3, max_size=30))
@settings(max_examples=30, deadline=None)
def test_the_retention_curve_is_that_of_scipy(observed) -> None:
    times, left = zip(*observed, strict=True)
    if not any(left):
        assert not len(su.kaplan_meier(times, left).times)
        return
    gone = [t for t, event in observed if event]
    still = [t for t, event in observed if not event]
    theirs = stats.ecdf(stats.CensoredData(uncensored=gone, right=still)).sf
    found = su.kaplan_meier(times, left)
    assert [found.at(t) for t in range(22)] == pytest.approx(theirs.evaluate(np.arange(22.0)), abs=1e-9)
    assert np.all((found.low <= found.staying + 1e-12) & (found.staying <= found.high + 1e-12))


def test_the_interval_of_retention_rests_on_the_variance_of_statsmodels() -> None:
    times, left = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32], [1] * 9 + [0] * 9
    found, theirs = su.kaplan_meier(times, left), SurvfuncRight(np.array(times, float), np.array(left))
    reach = 1.959964 * theirs.surv_prob_se / (theirs.surv_prob * np.abs(np.log(theirs.surv_prob)))
    assert found.low == pytest.approx(theirs.surv_prob ** np.exp(reach), abs=1e-6)


def test_the_margin_of_a_net_score_agrees_with_simulation() -> None:
    drawn = np.random.default_rng(44).multinomial(200, [0.5, 0.2, 0.3], size=50_000)
    scores = (drawn[:, 0] - drawn[:, 1]) / 200
    assert su.nps(100, 40, 200)[1] == pytest.approx(1.96 * scores.std(), rel=0.02)


def test_chance_groupings_agree_by_nothing_on_average() -> None:
    rng = np.random.default_rng(45)
    found = [su.adjusted_rand(rng.integers(0, 3, 40), rng.integers(0, 4, 40)) for _ in range(400)]
    assert np.mean(found) == pytest.approx(0, abs=4 * np.std(found) / 20)


# What must always hold


@given(st.lists(st.integers(0, 3), min_size=2, max_size=20), st.permutations(range(4)))
@settings(max_examples=60, deadline=None)
def test_the_names_of_groups_do_not_matter(groups: list[int], renamed) -> None:
    assert su.adjusted_rand(groups, [renamed[g] for g in groups]) == pytest.approx(1)


def test_groupings_of_nobody_and_of_one() -> None:
    assert np.isnan(su.adjusted_rand([], []))
    assert su.adjusted_rand([1], ["x"]) == 1


def test_customers_still_there_count_as_long_as_they_were_seen() -> None:
    assert su.kaplan_meier([5, 10], [1, 0]).at(7) == 0.5
    assert su.kaplan_meier([5, 3], [1, 0]).at(7) == 0
    assert su.kaplan_meier([5, 10], [1, 0]).at(4.9) == 1


def test_chaos_classic_form_cannot_say_without_a_need_heard_twice() -> None:
    assert np.isnan(su.needs_in_all(10, 3, 0, corrected=False))
    assert su.needs_in_all(10, 0, 0, corrected=False) == 10
    assert su.needs_in_all(10, 3, 0) == 13


def test_nobody_asked_has_no_score() -> None:
    assert np.isnan(su.nps(0, 0, 0)).all()


def test_six_points_of_net_score_at_two_hundred_answers_are_noise() -> None:
    assert su.nps(100, 40, 200)[1] > 0.06


def test_curves_cross_between_the_points_or_not_at_all() -> None:
    assert su.crossing([1, 2, 3], [0.9, 0.5, 0.1], [0.1, 0.3, 0.9]) == pytest.approx(2 + 0.2 / 1.0)
    assert su.crossing([1, 2], [0.5, 0.2], [0.5, 0.9]) == 1
    assert np.isnan(su.crossing([1, 2], [0.9, 0.8], [0.1, 0.2]))
    assert np.isnan(su.crossing([1, 2], [0.1, 0.0], [0.5, 0.9]))


def test_price_points_come_in_their_order() -> None:
    rng = np.random.default_rng(46)
    middle = rng.lognormal(np.log(6), 0.3, 300)
    found = su.van_westendorp(middle * 0.5, middle * 0.8, middle * 1.2, middle * 1.8)
    assert found.lowest < found.optimal < found.highest
    assert found.lowest < found.indifference < found.highest


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: su.share_discovered(1.2, 5), "chance must lie between 0 and 1"),
        (lambda: su.share_discovered(0.2, -5), "conversations must be 0 or more, not -5"),
        (lambda: su.needs_in_all(5, 4, 3), "must not add up to more than observed"),
        (lambda: su.nps(5, 6, 10), "must not add up to more than n"),
        (lambda: su.kaplan_meier([1, -1], [1, 0]), "times must be 0 or more, not -1"),
        (lambda: su.kaplan_meier([1], [1, 0]), "times has 1, left has 2"),
        (lambda: su.best_price([], []), "at least one price"),
        (lambda: su.best_price([3], [66]), "would_buy 1 must lie between 0 and 1"),
        (lambda: su.van_westendorp([3], [2], [4], [5]), "prices of respondent 1 must rise"),
        (lambda: su.van_westendorp([], [], [], []), "at least one answer"),
        (lambda: su.adjusted_rand([1], [1, 2]), "first has 1, second has 2"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
