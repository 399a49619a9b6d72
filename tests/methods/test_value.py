import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import value as va
from qspo_lab.methods.estimation import lognormal_from_range

# Published example


def test_hulls_one_step_option_is_worth_633() -> None:
    """Hull, Options, Futures and Other Derivatives: S 20, K 21, three months, 12 %."""
    chance, worth = va.option_one_step(20, 21, 1.1, 0.9, 0.12, 0.25)
    assert (chance, worth) == pytest.approx((0.6523, 0.633), abs=5e-4)


# Second routes


@given(st.lists(st.floats(1, 100), min_size=1, max_size=8), st.floats(10, 300))
@settings(max_examples=60, deadline=None)
def test_money_at_its_internal_rate_is_worth_nothing(income: list[float], spent: float) -> None:
    cash = [-spent, *income]
    rate = va.irr(cash)
    assert va.npv(rate, cash) == pytest.approx(0, abs=1e-5 * spent)


def test_the_option_is_worth_the_portfolio_that_copies_it() -> None:
    _, worth = va.option_one_step(20, 21, 1.1, 0.9, 0.12, 0.25)
    shares = (1.0 - 0.0) / (22 - 18)
    assert worth == pytest.approx(shares * 20 - shares * 18 * np.exp(-0.03))


def test_drawn_values_have_the_mean_of_a_product_of_lognormals() -> None:
    inputs = {"users": lognormal_from_range(800, 1200), "fee": lognormal_from_range(1, 6)}
    drawn = va.draw_value(np.random.default_rng(33), lambda users, fee: users * fee, inputs, 100_000)
    expected = inputs["users"].mean * inputs["fee"].mean
    assert drawn.mean() == pytest.approx(expected, abs=4 * drawn.std() / np.sqrt(100_000))


# What must always hold


def test_no_rate_and_two_rates_are_both_not_a_number() -> None:
    assert np.isnan(va.irr([100, 20]))
    assert np.isnan(va.irr([-100, -20]))
    assert np.isnan(va.irr([]))
    assert np.isnan(va.irr([-100, 230, -132]))
    for rate in (0.1, 0.2):
        assert va.npv(rate, [-100, 230, -132]) == pytest.approx(0, abs=1e-9)


def test_a_missing_part_is_not_a_score_of_zero() -> None:
    assert va.rice(None, 2, 0.8, 4) is None
    assert va.rice(100, 2, 0.8, None) is None
    assert va.rice(100, 2, 0.8, 0) is None
    assert va.rice(0, 2, 0.8, 4) == 0


def test_the_tornado_starts_with_what_moves_most() -> None:
    swings = va.tornado(lambda a, b, c: a + 2 * b - 10 * c, {"a": (0, 1, 2), "b": (0, 1, 2), "c": (0, 1, 2)})
    assert [(s.name, s.size) for s in swings] == [("c", 20), ("b", 4), ("a", 2)]
    assert swings[0].low > swings[0].high


def test_nothing_is_worth_nothing() -> None:
    assert va.npv(0.1, []) == 0
    assert va.npv(0.0, [1, 2, 3]) == 6


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: va.npv(-1, [1]), "rate must be above -1, not -1"),
        (lambda: va.npv(0.1, [1, None]), "cash must hold finite numbers; number 2"),
        (lambda: va.rice(-1, 1, 1, 1), "reach must be 0 or more, not -1"),
        (lambda: va.rice(1, 1, 1, -2), "effort must be above 0, not -2"),
        (lambda: va.tornado(lambda a: a, {"a": (2, 1, 3)}), "the range of a must rise, not 2, 1, 3"),
        (lambda: va.option_one_step(20, 21, 1.01, 0.9, 0.12, 0.25), "riskless growth"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
