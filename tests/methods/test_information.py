from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qspo_lab.methods import information as info

chance = st.floats(0, 1)
money = st.floats(0, 1000)

# Published examples


def test_hubbards_campaign_is_worth_knowing_for_two() -> None:
    """Hubbard 2014: approve wins 40 million with 60 %, else loses 5; the expected losses are 2 and 24."""
    table, chances = [[40, -5], [0, 0]], [0.6, 0.4]
    assert info.expected_opportunity_losses(table, chances) == pytest.approx([2, 24])
    assert info.evpi(table, chances) == pytest.approx(2)
    assert info.expected_values(table, chances) == pytest.approx([22, 0])


def test_the_unit_normal_loss_is_that_of_raiffa_and_schlaifers_table() -> None:
    found = [info.unit_normal_loss(u) for u in (0, 0.5, 1, 2)]
    assert found == pytest.approx([0.3989, 0.1978, 0.0833, 0.0085], abs=6e-5)


def test_the_first_observation_buys_two_thirds_of_all_there_is_to_know() -> None:
    assert info.beta_binomial_evsi(1) / info.beta_evpi() == pytest.approx(2 / 3)


# Second routes


@given(chance, money, money, chance, chance)
@settings(max_examples=80, deadline=None)
def test_the_value_of_a_test_is_that_of_the_decision_tree(p, pay, cost, sens, spec) -> None:
    reading = info.read_test(p, sens, spec)
    tree = 0.0
    for weight, good in (
        (reading.positive, reading.good_if_positive),
        (1 - reading.positive, reading.good_if_negative),
    ):
        if weight > 0:
            tree += weight * max(good * pay - cost, 0)
    direct = max(p * pay - cost, 0)
    assert info.bet_evsi(p, pay, cost, sens, spec) == pytest.approx(max(tree - direct, 0), abs=1e-6)
    assert info.staged_value(p, pay, cost, 7, sens, spec) == pytest.approx(tree - 7, abs=1e-6)


def test_the_value_of_a_test_agrees_with_playing_it_out() -> None:
    rng = np.random.default_rng(8)
    good = rng.random(400_000) < 0.45
    says = np.where(good, rng.random(400_000) < 0.85, rng.random(400_000) > 0.85)
    result = np.where(says, good * 5200.0 - 1400, 0.0)
    error = result.std() / np.sqrt(400_000)
    assert info.value_with_test(0.45, 5200, 1400, 0.85, 0.85) == pytest.approx(result.mean(), abs=4 * error)


def test_certainty_about_a_rate_is_worth_the_integral_above_break_even() -> None:
    for prior, c in (((1, 1), 0.5), ((2, 5), 0.4), ((8, 3), 0.6)):
        p = np.linspace(0, 1, 200_001)
        above = np.trapezoid(np.maximum(p - c, 0) * stats.beta.pdf(p, *prior), p)
        expected = above - max(prior[0] / sum(prior) - c, 0)
        assert info.beta_evpi(prior, c) == pytest.approx(expected, abs=1e-8)


def test_certainty_about_a_normal_result_is_worth_its_integral() -> None:
    x = np.linspace(-60, 60, 400_001)
    expected = np.trapezoid(np.maximum(x, 0) * stats.norm.pdf(x, 2, 5), x) - 2
    assert info.normal_evpi(2, 5) == pytest.approx(expected, abs=1e-7)
    assert info.normal_evpi(-2, 5) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("mean", "breakeven", "n", "noise"), [(2, 0, 1, 10), (2, 0, 4, 10), (1, 3, 9, 6), (0, 0, 2, 3)]
)
def test_observing_a_normal_result_is_worth_what_deciding_on_the_sample_brings(mean, breakeven, n, noise) -> None:
    """Played out: draw the result, draw what is observed, act where the mean after the sample lies above break-even."""
    rng = np.random.default_rng(31)
    result = rng.normal(mean, 5, 400_000)
    seen = result + rng.normal(0, noise / np.sqrt(n), 400_000)
    after = (mean / 25 + seen * n / noise**2) / (1 / 25 + n / noise**2)
    gain = np.where(after > breakeven, result - breakeven, 0.0) - (result - breakeven) * (mean > breakeven)
    error = gain.std() / np.sqrt(len(gain))
    assert info.normal_evsi(mean, 5, n, noise, breakeven) == pytest.approx(gain.mean(), abs=4 * error)
    assert gain.mean() > 20 * error, "so few draws could not tell the value from nothing"


def test_observing_a_normal_result_is_worth_the_integral_over_what_the_mean_may_become() -> None:
    """Raiffa and Schlaifer 1961: the mean after the sample is normal with variance sd^2 less what is left of it."""
    for mean, sd, n, noise in ((2, 5, 4, 10), (-1, 3, 7, 2)):
        moved = np.sqrt(sd**2 - 1 / (1 / sd**2 + n / noise**2))
        x = np.linspace(mean - 12 * moved, mean + 12 * moved, 400_001)
        expected = np.trapezoid(np.maximum(x, 0) * stats.norm.pdf(x, mean, moved), x) - max(mean, 0)
        assert info.normal_evsi(mean, sd, n, noise) == pytest.approx(expected, abs=1e-7)


# What must always hold


@given(chance, money, money, chance, chance)
@settings(max_examples=80, deadline=None)
def test_a_test_is_never_worth_more_than_certainty_nor_less_than_nothing(p, pay, cost, sens, spec) -> None:
    evsi, evpi = info.bet_evsi(p, pay, cost, sens, spec), info.bet_evpi(p, pay, cost)
    assert 0 <= evsi <= evpi + 1e-6
    assert info.bet_evsi(p, pay, cost, 1, 1) == pytest.approx(evpi, abs=1e-6)


def test_an_answer_that_cannot_change_the_decision_is_worth_nothing() -> None:
    assert info.bet_evsi(0.65, 2600, 700, 0.8, 0.75) == 0
    assert info.bet_evsi(0.5, 100, 40, 0.5, 0.5) == 0


def test_more_observations_are_never_worth_less_and_approach_certainty() -> None:
    values = [info.beta_binomial_evsi(n, (2, 3), 0.45) for n in range(60)]
    assert values[0] == 0
    assert all(later >= earlier - 1e-12 for earlier, later in pairwise(values))
    assert info.beta_binomial_evsi(4000, (2, 3), 0.45) == pytest.approx(info.beta_evpi((2, 3), 0.45), rel=1e-3)


@given(st.floats(-20, 20), st.floats(0.1, 20), st.integers(0, 200), st.floats(0, 50), st.floats(-20, 20))
@settings(max_examples=80, deadline=None)
def test_observing_a_normal_result_is_never_worth_more_than_certainty_and_approaches_it(m, sd, n, noise, at) -> None:
    evpi = info.normal_evpi(m, sd, at)
    fewer, more = info.normal_evsi(m, sd, n, noise, at), info.normal_evsi(m, sd, n + 1, noise, at)
    assert 0 <= fewer <= more + 1e-12 <= evpi + 2e-12
    assert info.normal_evsi(m, sd, 0, noise, at) == 0
    assert info.normal_evsi(m, sd, 1, 0, at) == pytest.approx(evpi)
    assert info.normal_evsi(m, sd, 10**12, noise, at) == pytest.approx(evpi, abs=1e-6)


def test_an_answer_that_never_comes_says_nothing() -> None:
    assert np.isnan(info.read_test(0.0, 0.8, 1.0).good_if_positive)
    assert np.isnan(info.read_test(1.0, 1.0, 0.5).good_if_negative)


def test_what_is_known_already_is_worth_nothing_to_know() -> None:
    assert info.normal_evpi(3, 0) == 0
    assert info.normal_evsi(3, 0, 5, 1) == 0
    assert info.evpi([[5, 5], [1, 1]], [0.5, 0.5]) == 0


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: info.bet_value(1.1, 1, 1), "probability must lie between 0 and 1, not 1.1"),
        (lambda: info.bet_evsi(0.5, 1, 1, 2, 0.5), "sensitivity must lie between 0 and 1, not 2"),
        (lambda: info.bet_evsi(0.5, 1, 1, 0.5, -1), "specificity must lie between 0 and 1, not -1"),
        (lambda: info.staged_value(0.5, 1, 1, -3, 0.5, 0.5), "test_cost must be 0 or more, not -3"),
        (lambda: info.evpi([[1, 2]], [0.5, 0.4]), "probabilities must be 0 or more and add up to 1, not 0.9"),
        (lambda: info.evpi([[1, 2, 3]], [0.5, 0.5]), "a column for each of the 2 probabilities"),
        (lambda: info.evpi([[1, None]], [0.5, 0.5]), "payoffs must hold finite numbers; number 1, 2 is nan"),
        (lambda: info.beta_binomial_evsi(-1), "n must be 0 or more, not -1"),
        (lambda: info.normal_evpi(1, -1), "sd must be 0 or more, not -1"),
        (lambda: info.normal_evsi(1, -1, 3, 1), "sd must be 0 or more, not -1"),
        (lambda: info.normal_evsi(1, 1, 2.5, 1), "n must be a whole number, not 2.5"),
        (lambda: info.normal_evsi(1, 1, 3, -2), "noise_sd must be 0 or more, not -2"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


# Rules of decision


def test_four_rules_pick_four_strategies() -> None:
    """Wald 1950, Savage and Hurwicz 1951, on one table."""
    payoffs = [[60, 20, -30], [30, 25, 10], [90, -20, -50], [15, 15, 15]]
    found = info.decision_rules(payoffs, [0.3, 0.45, 0.25], 0.6)
    assert (found.minimax_regret, found.expected, found.hurwicz, found.maximin) == (0, 1, 2, 3)
    with pytest.raises(ValueError, match="optimism must lie between 0 and 1"):
        info.decision_rules(payoffs, [0.3, 0.45, 0.25], 2)
