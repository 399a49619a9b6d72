import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import kstest

from qspo_lab.methods import systems as sy

# Published example


def test_the_logistic_curve_of_verhulst_reaches_half_its_limit_at_the_known_time() -> None:
    half = np.log((1000 - 50) / 50) / 0.3
    assert sy.limits_to_growth(50, 0.3, 1000, half) == pytest.approx(500)


# Second routes


def test_the_integrator_agrees_with_the_closed_form_and_its_error_falls_with_the_fourth_power() -> None:
    def error(steps: int) -> float:
        path = sy.integrate(lambda t, n: 0.3 * n * (1 - n / 1000), [50.0], 20, steps)
        return abs(path.stocks[-1, 0] - float(sy.limits_to_growth(50, 0.3, 1000, 20)))

    assert error(20) < 1e-6
    assert error(1) / error(2) == pytest.approx(16, rel=0.3)


@pytest.mark.parametrize("x", [0.0, 0.3, 0.7, 1.0])
def test_shifting_the_burden_agrees_with_another_solver_and_with_its_resting_place(x: float) -> None:
    path = sy.shifting_the_burden(x, 40)

    def rates(_, s):
        c, p = s
        return [0.15 * x * (1 - c) - 0.05 * (1 - x) * c, 6 * (1 - c) - (0.6 * (1 - x) + 0.8 * x * c) * p]

    other = solve_ivp(rates, (0, 40), [0.5, 6.0], rtol=1e-10, atol=1e-10)
    assert path.stocks[-1] == pytest.approx(other.y[:, -1], abs=1e-6)
    assert sy.shifting_the_burden(x, 400).stocks[-1] == pytest.approx(sy.shifting_the_burden_steady(x), abs=1e-4)


def test_fixes_that_fail_settle_where_the_formula_says_or_grow_without_bound() -> None:
    assert sy.fixes_that_fail(0.3, 0.25, 6, 500)[-1] == pytest.approx(sy.fixes_that_fail_steady(0.3, 0.25))
    assert sy.fixes_that_fail_steady(0.3, 1.0) == np.inf
    assert sy.fixes_that_fail(0.3, 1.2, 6, 500)[-1] > 100


def test_the_best_effort_on_a_commons_beats_every_other_effort() -> None:
    found = sy.commons(0.5, 1000, 0.01, 2, 4)
    effort = np.linspace(0, 50, 5001)
    stock = np.maximum(1000 * (1 - 0.01 * effort / 0.5), 0)
    profit = (2 * 0.01 * stock - 4) * effort
    assert profit.max() == pytest.approx(found.best_profit)
    assert effort[profit.argmax()] == pytest.approx(found.best_effort, abs=0.01)
    assert found.sustainable_yield == pytest.approx((0.01 * stock * effort).max())


def test_the_commons_comes_to_rest_where_free_access_ends() -> None:
    path = sy.commons_path(1000, 40, 200, 0.5, 1000, 0.01)
    assert path.stocks[-1, 0] == pytest.approx(200, abs=0.1)


def test_escalation_runs_into_its_equilibrium_or_away() -> None:
    calm = {"k": 0.3, "a": 0.5, "g": 1.0, "l": 0.3, "b": 0.5, "h": 1.0}
    assert sy.escalation_path([0, 9], 80, **calm).stocks[-1] == pytest.approx(
        sy.escalation(**calm).equilibrium, abs=1e-3
    )
    wild = {**calm, "k": 0.7, "l": 0.6}
    assert not sy.escalation(**wild).stable
    assert sy.escalation_path([0, 9], 80, **wild).stocks[-1].max() > 100
    assert np.isnan(sy.escalation(0.5, 0.5, 1, 0.5, 0.5, 1).equilibrium[0])


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_escalation_is_stable_exactly_if_tiring_outweighs_answering(k, l, a, b) -> None:  # noqa: E741
    if abs(a * b - k * l) < 1e-6 or a + b < 1e-6:
        return
    assert sy.escalation(k, a, 1, l, b, 1).stable == (a * b > k * l)


def test_luck_that_breeds_luck_makes_every_split_equally_likely() -> None:
    shares = sy.urn_shares(np.random.default_rng(30), 400, 3000)
    assert kstest(shares, "uniform").pvalue > 0.001


def test_the_circle_of_influence_is_its_recursion() -> None:
    influence = 0.2
    for _ in range(12):
        influence += 0.15 * 0.8 * (1 - influence) - 0.05 * 0.2 * influence
    assert sy.circle_of_influence(0.2, 0.8, 12) == pytest.approx(influence)
    assert sy.circle_of_influence(0.2, 0.5, 2000) == pytest.approx(0.75)
    assert sy.circle_of_influence(0.2, 0.5, 9, 0, 0) == 0.2


# What must always hold


@given(st.floats(0.01, 0.99), st.floats(0.1, 20))
@settings(max_examples=30, deadline=None)
def test_who_is_ahead_stays_ahead_and_nobody_leaves_the_scale(start: float, duration: float) -> None:
    end = sy.success_to_the_successful(start, duration).stocks[-1, 0]
    assert 0 <= end <= 1
    assert (end - 0.5) * (start - 0.5) >= -1e-12


def test_the_quick_fix_looks_better_first_and_loses_later() -> None:
    quick, root = sy.shifting_the_burden(0, 60), sy.shifting_the_burden(0.7, 60)
    early = np.searchsorted(quick.times, 2.0)
    assert quick.stocks[early, 1] < root.stocks[early, 1]
    assert quick.stocks[-1, 1] > root.stocks[-1, 1]


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sy.integrate(lambda t, s: s, [1.0], -1), "duration must be 0 or more, not -1"),
        (lambda: sy.limits_to_growth(0, 1, 1, 1), "start must be above 0"),
        (lambda: sy.shifting_the_burden(1.5, 1), "root_share must lie between 0 and 1, not 1.5"),
        (lambda: sy.fixes_that_fail(0.3, 1, 2.5, 4), "delay must be a whole number, not 2.5"),
        (lambda: sy.commons(0, 1, 1, 1, 1), "growth must be above 0"),
        (lambda: sy.success_to_the_successful(-0.1, 1), "start must lie between 0 and 1"),
        (lambda: sy.urn_shares(np.random.default_rng(0), 5, 0), "trials must be 1 or more"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
