import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from qspo_lab.methods import sequential
from qspo_lab.methods.sequential import (
    alpha_spent,
    always_valid_bounds,
    conversion_paths,
    crossing_probabilities,
    equal_looks,
    first_crossing,
    mixture_likelihood_ratio,
    obrien_fleming_bounds,
    obrien_fleming_constant,
    pocock_bounds,
    pocock_constant,
    sample_inflation,
    spending_bounds,
    type_one_error,
    wald_bounds,
    z_paths,
)

# Published examples


@pytest.mark.parametrize(("looks", "error"), [(1, 0.050), (2, 0.083), (5, 0.142), (10, 0.193), (20, 0.248)])
def test_repeated_looks_cost_what_armitage_mcpherson_and_rowe_printed_in_1969(looks: int, error: float) -> None:
    assert type_one_error(looks) == pytest.approx(error, abs=0.0006)


def test_spending_bounds_are_those_of_lan_and_demets_for_five_looks() -> None:
    assert spending_bounds(5) == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=0.0006)


def test_the_two_conventions_of_sharing_alpha_between_the_sides_differ_at_the_first_look() -> None:
    assert spending_bounds(5, per_side=True)[0] == pytest.approx(4.877, abs=0.001)
    assert spending_bounds(5, per_side=False)[0] == pytest.approx(4.383, abs=0.001)


# Second routes


def test_two_looks_agree_with_the_bivariate_normal_distribution() -> None:
    c, rho = 1.959964, np.sqrt(0.5)
    inside = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([c, c], lower_limit=[-c, -c])
    assert type_one_error(2) == pytest.approx(1 - inside, abs=1e-5)


def test_three_uneven_looks_with_an_effect_agree_with_simulation() -> None:
    information, bounds, drift = [0.2, 0.7, 1.0], [2.5, 2.2, 2.0], 2.8
    paths = z_paths(np.random.default_rng(1), 200_000, 3, drift, information)
    found = np.bincount(first_crossing(paths, bounds), minlength=4)[1:] / 200_000
    exact = crossing_probabilities(bounds, information, drift)
    assert np.all(np.abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / 200_000))


def test_one_look_with_an_effect_has_the_power_of_the_z_test() -> None:
    power = norm.sf(1.96 - 2.8) + norm.cdf(-1.96 - 2.8)
    assert crossing_probabilities([1.96], drift=2.8).sum() == pytest.approx(power, abs=1e-10)


def test_the_first_bound_of_spending_is_the_normal_point_of_what_may_be_spent() -> None:
    for spending in sequential.SPENDING:
        spent = alpha_spent([0.3], 0.05, spending)[0]
        assert spending_bounds([0.3, 1.0], 0.05, spending)[0] == pytest.approx(norm.isf(spent / 2), abs=1e-6)


@pytest.mark.parametrize("looks", [1, 2, 5, 28])
@pytest.mark.parametrize("alpha", [1e-6, 0.001, 0.05, 0.5])
def test_constants_are_those_that_a_library_finds_without_a_hint_where_to_look(looks: int, alpha: float) -> None:
    shapes = {pocock_constant: np.ones(looks), obrien_fleming_constant: np.sqrt(1 / equal_looks(looks))}
    for constant, shape in shapes.items():
        found = brentq(lambda c, shape=shape: crossing_probabilities(c * shape).sum() - alpha, 0.01, 8.5, xtol=1e-12)
        assert constant(looks, alpha) == pytest.approx(found, abs=1e-9)


def test_the_always_valid_bound_is_where_the_likelihood_ratio_reaches_one_over_alpha() -> None:
    n = np.array([10.0, 100.0, 1000.0])
    bounds = always_valid_bounds(n / 2.0, 0.3, 0.05)
    effect = bounds * np.sqrt(2.0 / n)
    assert mixture_likelihood_ratio(n, effect, 2.0, 0.3) == pytest.approx([20, 20, 20], rel=1e-9)


def test_the_mixture_likelihood_ratio_is_the_integral_of_likelihood_ratios_over_effects() -> None:
    n, mean, variance, tau = 400, 0.2, 2.0, 0.3
    theta = np.linspace(-6 * tau, 6 * tau, 20_001)
    ratio = np.exp(n * (theta * mean - theta**2 / 2) / variance)
    expected = np.trapezoid(ratio * norm.pdf(theta, 0, tau), theta)
    assert mixture_likelihood_ratio(n, mean, variance, tau) == pytest.approx(expected, rel=1e-6)


def test_looking_daily_for_two_weeks_at_real_visitors_raises_false_alarms_as_the_theory_says() -> None:
    paths = conversion_paths(np.random.default_rng(2), 40_000, 14, 1000, 0.2, 0.2)
    seen = (first_crossing(paths, 1.959964) > 0).mean()
    assert seen == pytest.approx(type_one_error(14), abs=4 * np.sqrt(0.22 * 0.78 / 40_000) + 0.002)


def test_always_valid_bounds_keep_their_promise_over_very_many_looks() -> None:
    bounds = always_valid_bounds(equal_looks(200), 3.0, 0.05)
    assert crossing_probabilities(bounds).sum() < 0.05


# What must always hold


@given(st.integers(2, 8), st.floats(0.005, 0.2))
@settings(max_examples=15, deadline=None)
def test_every_set_of_bounds_spends_exactly_alpha(looks: int, alpha: float) -> None:
    for bounds in (pocock_bounds(looks, alpha), obrien_fleming_bounds(looks, alpha), spending_bounds(looks, alpha)):
        assert crossing_probabilities(bounds).sum() == pytest.approx(alpha, abs=1e-7)


@given(st.lists(st.floats(0.3, 6), min_size=1, max_size=6), st.floats(-4, 4))
@settings(max_examples=30, deadline=None)
def test_crossing_probabilities_are_probabilities_and_know_no_side(bounds: list[float], drift: float) -> None:
    found = crossing_probabilities(bounds, drift=drift)
    assert np.all(found >= 0)
    assert found.sum() <= 1 + 1e-9
    assert found == pytest.approx(crossing_probabilities(bounds, drift=-drift), abs=1e-9)


def test_more_looks_cost_more_and_stricter_bounds_cost_less() -> None:
    errors = [type_one_error(k) for k in range(1, 15)]
    assert errors == sorted(errors)
    assert type_one_error(5, 3.0) < type_one_error(5, 2.5) < type_one_error(5, 2.0)
    assert type_one_error(14, pocock_constant(14)) == pytest.approx(0.05, abs=1e-7)


def test_a_test_with_looks_must_be_planned_larger() -> None:
    assert 1 < sample_inflation(obrien_fleming_bounds(4)) < sample_inflation(pocock_bounds(4))


def test_a_look_without_a_bound_costs_nothing() -> None:
    assert crossing_probabilities([np.inf, 1.959964]) == pytest.approx([0, 0.05], abs=1e-6)


def test_an_effect_beyond_all_bounds_is_found_at_the_first_look() -> None:
    assert crossing_probabilities([2.0, 2.0], drift=60) == pytest.approx([1, 0], abs=1e-9)


def test_spending_so_little_that_no_bound_can_hold_it_gives_none() -> None:
    bounds = spending_bounds([0.01, 1.0])
    assert np.isinf(bounds[0])
    assert bounds[1] == pytest.approx(1.96, abs=0.001)


def test_paths_start_alike_whether_there_is_an_effect_or_not() -> None:
    still = z_paths(np.random.default_rng(4), 50, 5)
    moved = z_paths(np.random.default_rng(4), 50, 5, drift=2.0)
    assert moved - still == pytest.approx(np.tile(2 * np.sqrt(equal_looks(5)), (50, 1)))


def test_nobody_and_everybody_converting_gives_z_of_zero() -> None:
    rng = np.random.default_rng(0)
    assert not conversion_paths(rng, 3, 2, 10, 0.0, 0.0).any()
    assert not conversion_paths(rng, 3, 2, 10, 1.0, 1.0).any()


def test_first_crossing_counts_looks_from_one_and_says_zero_for_never() -> None:
    assert first_crossing([[0, 3.0], [-2.5, 0], [0, 0]], [2.4, 2.4]).tolist() == [2, 1, 0]


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: type_one_error(0), "looks must be 1 or more, not 0"),
        (lambda: type_one_error(2.5), "looks must be a whole number, not 2.5"),
        (lambda: type_one_error(5, [2, 2]), "bound must be one number or 5 numbers"),
        (lambda: type_one_error(5, alpha=1.5), "alpha must lie above 0 and below 1, not 1.5"),
        (lambda: crossing_probabilities([2, -1]), "bounds must be a list of numbers above 0"),
        (lambda: crossing_probabilities([2, 2], [0.5, 0.5]), "information must hold 2 rising numbers"),
        (lambda: alpha_spent([1.2]), "information must lie above 0 and up to 1"),
        (lambda: spending_bounds(3, spending="haybittle"), "spending must be one of obrien_fleming, pocock"),
        (lambda: always_valid_bounds([0.0], 1.0), "information must be above 0 at every look"),
        (lambda: mixture_likelihood_ratio(10, 0.1, 0, 1), "variance must be above 0, not 0"),
        (lambda: wald_bounds(0, 0.2), "alpha must lie above 0"),
        (lambda: conversion_paths(np.random.default_rng(0), 1, 1, 10, 1.2, 0.1), "rate_a must lie between 0 and 1"),
        (lambda: z_paths(np.random.default_rng(0), 0, 1), "tests must be 1 or more"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
