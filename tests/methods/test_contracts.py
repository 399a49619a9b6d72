import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import contracts as co
from qspo_lab.methods.estimation import Lognormal

COST = Lognormal(np.log(100), 0.4)
costs = st.lists(st.floats(0, 500), min_size=1, max_size=6)

# Published example


def test_the_textbook_contract_past_its_ceiling() -> None:
    """Project management textbook: target 150, fee 30, ceiling 200, 60/40, actual 210."""
    settled = co.target_cost([210], 150, 30, 0.6, 200)
    assert (settled.client_pays[0], settled.supplier_earns[0]) == (200, -10)
    assert co.point_of_total_assumption(150, 30, 200, 0.6) == pytest.approx(183.333, abs=1e-3)


# Second routes


@pytest.mark.parametrize(
    "contract",
    [
        lambda c: co.fixed_price(c, 115),
        lambda c: co.time_and_materials(c, 0.12),
        lambda c: co.time_and_materials(c, 0.12, 125),
        lambda c: co.target_cost(c, 108.33, 12, 0.5, 140),
    ],
)
def test_exposure_is_that_of_simulation(contract) -> None:
    found = co.exposure(contract, COST)
    settled = contract(COST.draw(np.random.default_rng(38), 200_000))
    error = settled.supplier_earns.std() / np.sqrt(200_000)
    assert found.supplier_mean == pytest.approx(settled.supplier_earns.mean(), abs=4 * error + 1e-9)
    assert found.client_sd == pytest.approx(settled.client_pays.std(), rel=0.02, abs=1e-6)
    assert found.chance_of_loss == pytest.approx((settled.supplier_earns < 0).mean(), abs=0.005)


def test_the_capped_price_has_its_closed_form() -> None:
    """Limited expected value of a lognormal: E[min(C, k)] = mean Phi(d - s) + k (1 - Phi(d))."""
    from scipy.stats import norm

    cap = 125 / 1.12
    d = (np.log(cap) - COST.mu) / COST.sigma
    limited = COST.mean * norm.cdf(d - COST.sigma) + cap * norm.sf(d)
    found = co.exposure(lambda c: co.time_and_materials(c, 0.12, 125), COST)
    assert found.client_mean == pytest.approx(1.12 * limited, abs=1e-3)


def test_the_point_of_total_assumption_is_where_the_ceiling_bites() -> None:
    point = co.point_of_total_assumption(60_000, 15_000, 100_000, 0.6)
    at, beyond = (co.target_cost([c], 60_000, 15_000, 0.6, 100_000) for c in (point, point + 1000))
    assert at.client_pays[0] == pytest.approx(100_000)
    assert at.supplier_earns[0] - beyond.supplier_earns[0] == pytest.approx(1000)


def test_stopping_by_the_rule_is_the_best_of_all_stops() -> None:
    values = [100 * 0.85**k for k in range(12)]
    worth = [sum(values[:n]) - 50 * n - 0.2 * 50 * (12 - n) for n in range(13)]
    assert int(np.argmax(worth)) == co.stop_after(values, 50, 0.2) == 6


# What must always hold


@given(costs, st.floats(0, 1), st.floats(0, 300), st.floats(0, 50))
@settings(max_examples=60, deadline=None)
def test_what_the_client_pays_is_cost_and_what_the_supplier_earns(cost, client_share, target, fee) -> None:
    for settled in (
        co.fixed_price(cost, target, fee),
        co.time_and_materials(cost, 0.2, target),
        co.target_cost(cost, target, fee, client_share, target + fee),
    ):
        assert settled.client_pays - settled.supplier_earns == pytest.approx(cost, abs=1e-9)
        assert np.all(settled.client_pays <= np.maximum(target + fee, 1.2 * np.array(cost)) + 1e-9)


def test_all_risk_to_one_side_and_half_to_each() -> None:
    fixed = co.exposure(lambda c: co.fixed_price(c, 115), COST)
    half = co.exposure(lambda c: co.target_cost(c, 108.33, 12, 0.5), COST)
    assert fixed.client_sd == pytest.approx(0, abs=1e-9)
    assert fixed.supplier_sd == pytest.approx(COST.sd, rel=1e-5)
    assert half.client_sd == pytest.approx(COST.sd / 2, rel=1e-5)
    assert half.supplier_sd == pytest.approx(COST.sd / 2, rel=1e-5)


def test_an_early_end_shares_the_remainder() -> None:
    found = co.money_for_nothing(1000, 600)
    assert (found.client_pays, found.client_saves, found.supplier_for_nothing) == (680, 320, 80)
    assert co.money_for_nothing(1000, 1000).supplier_for_nothing == 0


def test_stopping_before_the_first_sprint_or_never() -> None:
    assert co.stop_after([10, 5], 50) == 0
    assert co.stop_after([90, 80], 50) == 2


def test_a_fee_keeps_within_its_limits() -> None:
    assert co.target_cost([0, 500], 100, 10, 0.5, None, 2, 20).supplier_earns.tolist() == [20, 2]


def test_a_careful_bid_is_above_the_mean() -> None:
    assert co.cost_at_confidence(Lognormal(np.log(600), 0.45)) == pytest.approx(876, abs=1)


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: co.fixed_price([-1], 5), "cost must be 0 or more, not -1"),
        (lambda: co.time_and_materials([1], -0.1), "margin must be 0 or more"),
        (lambda: co.target_cost([1], 1, 1, 1.5), "client_share must lie between 0 and 1, not 1.5"),
        (lambda: co.point_of_total_assumption(150, 30, 170, 0.6), r"ceiling \(170\) must not be below"),
        (lambda: co.point_of_total_assumption(150, 30, 200, 0), "client_share must be above 0"),
        (lambda: co.money_for_nothing(1000, 1200), "billed must lie between 0 and the price"),
        (lambda: co.stop_after([1, 2], 1), "values must fall from Sprint to Sprint"),
        (lambda: co.price_with_change_orders(1, 2, 1), "changed_share must lie between 0 and 1"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
