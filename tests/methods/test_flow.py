import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize_scalar

from qspo_lab.methods import flow as fl

# Published examples


def test_the_hospital_of_hillier_and_lieberman() -> None:
    """Introduction to Operations Research: arrivals 2, service 3, one doctor or two."""
    one, two = fl.queue(2, 3), fl.queue(2, 3, 2)
    assert (one.in_system, one.in_queue, one.time, one.wait) == pytest.approx((2, 4 / 3, 1, 2 / 3))
    assert (two.in_system, two.in_queue, two.time, two.wait) == pytest.approx((0.75, 1 / 12, 0.375, 1 / 24))


def test_two_areas_each_in_a_ring_give_almost_full_flexibility() -> None:
    """Jordan and Graves 1995, ten plants and products: 853, 950 and 954 of 1,000."""
    rng = np.random.default_rng(34)
    drawn = rng.normal(100, 40, (20_000, 10))
    demand = drawn[(np.abs(drawn - 100) <= 80).all(axis=1)]
    served = [fl.served_demand(demand, np.full(10, 100.0), fl.chain_skills(10, k)).mean() for k in (1, 2, 10)]
    assert served == pytest.approx([853, 950, 954], abs=4)
    assert served[0] == pytest.approx(fl.dedicated_capacity(10, 100, 40), abs=1.5)


# Second routes


@given(st.integers(1, 12), st.floats(0.05, 0.95))
@settings(max_examples=40, deadline=None)
def test_erlang_c_is_its_sum_of_terms(servers: int, load: float) -> None:
    a = load * servers
    terms = np.array([a**k / float(np.prod(np.arange(1, k + 1))) for k in range(servers + 1)])
    last = terms[-1] / (1 - load)
    assert fl.erlang_c(servers, a) == pytest.approx(last / (terms[:-1].sum() + last))


@given(st.floats(0.1, 0.95))
@settings(max_examples=30, deadline=None)
def test_three_formulas_for_the_same_queue_agree(load: float) -> None:
    wait = fl.queue(load, 1).wait
    assert fl.wait_one_server(load, 1, 1) == pytest.approx(wait)
    assert fl.wait_approximate(load, 1, 1, 1) == pytest.approx(wait)
    assert fl.lead_time(fl.queue(load, 1).in_system, load) == pytest.approx(fl.queue(load, 1).time)


def test_served_demand_is_the_optimum_of_a_linear_programme() -> None:
    rng = np.random.default_rng(35)
    for _ in range(15):
        demand, capacity = rng.uniform(0, 100, 4), rng.uniform(0, 120, 3)
        skills = (rng.random((3, 4)) < 0.5).astype(float)
        by_team = np.kron(np.eye(3), np.ones(4))
        by_area = np.kron(np.ones(3), np.eye(4))
        bounds = [(0, None if can else 0) for can in skills.ravel()]
        best = linprog(
            -np.ones(12),
            A_ub=np.vstack([by_team, by_area]),
            b_ub=np.concatenate([capacity, demand]),
            bounds=bounds,
        )
        assert fl.served_demand(demand, capacity, skills)[0] == pytest.approx(-best.fun, abs=1e-6)


def test_no_other_batch_costs_less_than_the_best() -> None:
    size, cost = fl.best_batch(1000, 100, 2)

    def total(q: float) -> float:
        return 1000 / q * 100 + q / 2 * 2

    found = minimize_scalar(total, bounds=(1, 5000), method="bounded")
    assert (found.x, found.fun) == pytest.approx((size, cost), rel=1e-4)
    assert total(2 * size) / cost == pytest.approx(fl.batch_cost_ratio(2.0))


def test_the_buffer_of_least_cost_is_that_of_simulation() -> None:
    drawn = np.random.default_rng(36).normal(20, 5, 100_000)
    buffers = np.linspace(15, 30, 301)
    cost = [(4 * np.maximum(drawn - b, 0) + np.maximum(b - drawn, 0)).mean() for b in buffers]
    assert fl.ready_buffer(20, 5, 4, 1) == pytest.approx(buffers[int(np.argmin(cost))], abs=0.3)


# What must always hold


def test_overload_has_no_steady_state() -> None:
    found = fl.queue(5, 1, 4)
    assert found.load == 1.25
    assert found.wait_chance == 1
    assert np.isinf([found.in_system, found.in_queue, found.time, found.wait]).all()
    assert fl.wait_one_server(1.0, 1, 0) == np.inf
    assert fl.wait_approximate(1.0, 1, 1, 1) == np.inf


def test_one_queue_for_all_waits_less_than_a_queue_for_each() -> None:
    for teams in range(2, 8):
        assert fl.queue(0.8 * teams, 1, teams).wait < fl.queue(0.8, 1).wait


def test_the_largest_useful_team_is_the_top_of_the_parabola() -> None:
    sizes = np.arange(1, 130)
    work = [fl.team_capacity(n, 0.008) for n in sizes]
    assert sizes[int(np.argmax(work))] == fl.largest_useful_team(0.008)
    assert fl.team_capacity(500, 0.01) == 0
    assert fl.team_capacity(0, 0.01) == 0


def test_adding_people_who_cost_nothing_to_teach_always_helps() -> None:
    assert fl.brooks_break_even(0.5, 0.2, 1, 20) == 0
    assert fl.brooks_break_even(0.2, 0.4, 1, 20) == pytest.approx(24)


def test_a_steady_process_has_no_signal_and_a_jump_is_one() -> None:
    limits = fl.process_limits([10, 12, 11, 13, 12])
    assert (limits.low, limits.high) == pytest.approx((11.6 - 2.66 * 1.5, 11.6 + 2.66 * 1.5))
    rng = np.random.default_rng(37)
    steady = rng.normal(10, 1, 500)
    assert len(fl.process_limits(steady).signals) <= 6
    assert 20 in fl.process_limits([*steady[:20], 30.0]).signals
    assert fl.process_limits([4.0, 4.0]).signals == ()


def test_pairs_of_people_grow_with_the_square() -> None:
    assert [fl.communication_paths(n) for n in (0, 1, 5, 50)] == [0, 0, 10, 1225]


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fl.lead_time(5, 0), "throughput must be above 0, not 0"),
        (lambda: fl.queue(1, 1, 0), "servers must be 1 or more, not 0"),
        (lambda: fl.wait_approximate(1.2, 1, 1, 1), "load must lie between 0 and 1, not 1.2"),
        (lambda: fl.best_batch(0, 1, 1), "demand must be above 0"),
        (lambda: fl.batch_cost_ratio([1, 0]), "times_best must be above 0, not 0"),
        (lambda: fl.served_demand([1, 2], [1], [[1]]), "skills must have 1 rows and 2 columns, not 1 and 1"),
        (lambda: fl.served_demand([1] * 15, [1], [[1] * 15]), "at most 14 areas, not 15"),
        (lambda: fl.process_limits([1]), "at least two values, not 1"),
        (lambda: fl.learning_curve([0]), "units must be 1 or more, not 0"),
        (lambda: fl.on_time_chance(3, 1.5), "single must lie between 0 and 1"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
