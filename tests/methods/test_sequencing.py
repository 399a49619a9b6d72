from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import sequencing as sq
from qspo_lab.methods.sequencing import Delay, Item


def items_of(durations, costs) -> list[Item]:
    return [Item(f"i{k}", d, Delay("constant", c)) for k, (d, c) in enumerate(zip(durations, costs, strict=True))]


delays = st.one_of(
    st.builds(Delay, st.just("constant"), st.floats(0, 50)),
    st.builds(Delay, st.just("fixed_date"), st.floats(0, 50), st.floats(0, 12), st.floats(0, 300)),
    st.builds(Delay, st.just("window"), st.floats(0, 50), st.floats(0, 12)),
    st.builds(Delay, st.just("step"), st.just(0.0), st.floats(0, 12), st.floats(0, 99), st.floats(1, 8)),
)
some_items = st.lists(st.builds(Item, st.text("ab", min_size=1), st.integers(1, 6), delays), min_size=1, max_size=5)

# Published examples


def test_reinertsens_three_jobs_cost_7_or_160_by_order_counted_to_the_start() -> None:
    """Reinertsen 2009: durations 1, 3, 10 with costs of delay 10, 3, 1; WSJF first against last."""
    jobs = items_of([1, 3, 10], [10, 3, 1])
    assert sq.delay_cost(jobs, [0, 1, 2]) == 7
    assert sq.delay_cost(jobs, [2, 1, 0]) == 160
    assert sq.delay_cost(jobs, [0, 1, 2], "finish") - 7 == sum(d * c for d, c in ((1, 10), (3, 3), (10, 1)))


def test_wsjf_ranks_the_deadline_last_and_loses_by_it() -> None:
    jobs = [Item("X", 3, Delay("constant", 4)), Item("Y", 2, Delay("fixed_date", date=2, loss=30))]
    assert sq.delay_cost(jobs, [0, 1], "finish") == 42
    assert sq.delay_cost(jobs, [1, 0], "finish") == 20


# Second routes


@given(some_items, st.sampled_from(["start", "finish"]))
@settings(max_examples=40, deadline=None)
def test_all_orders_at_once_cost_what_they_cost_one_by_one(items: list[Item], counted_to) -> None:
    one_by_one = [sq.delay_cost(items, order, counted_to) for order in permutations(range(len(items)))]
    assert sq.costs_of_all_orders(items, counted_to) == pytest.approx(one_by_one)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20)), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_smiths_rule_is_best_of_all_orders_while_delays_are_constant(pairs) -> None:
    jobs = items_of(*zip(*pairs, strict=True))
    smith = sq.rank_by_score([sq.cost_of_delay_per_duration(c, d) for d, c in pairs])
    assert sq.delay_cost(jobs, smith) == pytest.approx(sq.best_order(jobs)[1])


def test_order_stability_of_two_items_is_the_closed_form() -> None:
    found = sq.order_stability(np.random.default_rng(9), [1.3, 1.0], 0.4, 4, 100_000)
    flips = sq.swap_probability(1.3, 0.4, 4)
    assert 1 - found.top_stays == pytest.approx(flips, abs=4 * np.sqrt(0.25 / 100_000))
    assert found.beats[0, 1] == pytest.approx(1 - flips, abs=4 * np.sqrt(0.25 / 100_000))


# What must always hold


@given(some_items)
@settings(max_examples=40, deadline=None)
def test_no_order_beats_the_best_and_ranks_run_from_one(items: list[Item]) -> None:
    order, cost = sq.best_order(items)
    best = sq.rank_of_order(items, order)
    assert best.rank == 1
    assert best.best == pytest.approx(cost)
    other = sq.rank_of_order(items, list(reversed(range(len(items)))))
    assert best.best <= other.cost + 1e-9 <= other.worst + 2e-9
    assert 1 <= other.rank <= other.orders


@given(some_items, st.data())
@settings(max_examples=40, deadline=None)
def test_swapping_back_gives_back_what_swapping_cost(items: list[Item], data) -> None:
    places = range(len(items))
    a, b = data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))
    order = list(data.draw(st.permutations(places)))
    swapped = [b if i == a else a if i == b else i for i in order]
    assert sq.swap_cost(items, order, a, b) == pytest.approx(-sq.swap_cost(items, swapped, a, b))


def test_profiles_cost_what_their_names_say() -> None:
    waited = np.array([0.0, 2.0, 4.0, 9.0])
    assert Delay("constant", 3).cost(waited, waited).tolist() == [0, 6, 12, 27]
    assert Delay("fixed_date", 0, 4, 50).cost(waited, waited).tolist() == [0, 0, 0, 50]
    assert Delay("fixed_date", 1, 4, 50).cost(waited, waited).tolist() == [0, 2, 4, 59]
    assert Delay("window", 3, 4).cost(waited, waited).tolist() == [0, 6, 12, 12]
    assert Delay("step", 0, 2, 10, 3).cost(waited, waited).tolist() == [0, 0, 10, 30]


def test_a_deadline_looks_at_the_finish_even_if_waiting_is_counted_to_the_start() -> None:
    duty = [Item("duty", 3, Delay("fixed_date", date=2, loss=30))]
    assert sq.delay_cost(duty, [0], "start") == 30


def test_a_missing_size_is_not_a_score_of_zero() -> None:
    assert sq.wsjf(8, 5, 3, 0) is None
    assert sq.wsjf(8, 5, 3, None) is None
    assert sq.wsjf(8, 5, None, 4) is None
    assert sq.wsjf(0, 0, 0, 5) == 0
    assert sq.wsjf(8, 5, 0, 4) == 3.25
    assert sq.wsjf(8, 5, 3, 4) == 4.0
    assert sq.cost_of_delay_per_duration(None, 3) is None
    assert sq.cost_of_delay_per_duration(0, 3) == 0


def test_items_without_a_score_come_last_and_ties_keep_their_order() -> None:
    assert sq.rank_by_score([None, 0.0, 2.0, None, 2.0]) == (2, 4, 1, 0, 3)


def test_orders_of_equal_cost_share_a_rank() -> None:
    jobs = items_of([1, 1, 1], [5, 5, 5])
    assert {sq.rank_of_order(jobs, order).rank for order in permutations(range(3))} == {1}


def test_rank_shares_of_every_item_and_every_rank_add_up_to_one() -> None:
    found = sq.order_stability(np.random.default_rng(10), [5, 4, 0, 1], 0.8, draws=500)
    assert found.rank_shares.sum(axis=0) == pytest.approx(1)
    assert found.rank_shares.sum(axis=1) == pytest.approx(1)
    assert found.rank_shares[2, 3] == 1
    assert found.same_order <= found.top_stays
    assert sq.order_stability(np.random.default_rng(1), [3, 2, 1], 0.0).same_order == 1


def test_no_items_cost_nothing() -> None:
    assert sq.delay_cost([], []) == 0
    assert sq.best_order([]) == ((), 0)


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sq.delay_cost(items_of([1, 2], [1, 1]), [0, 0]), "each position from 0 to 1 exactly once"),
        (lambda: sq.delay_cost(items_of([1], [1]), [0], "end"), "counted_to must be one of start, finish"),
        (lambda: sq.costs_of_all_orders(items_of([1] * 9, [1] * 9)), "at most 8 items, not 9"),
        (lambda: Item("B3", 0), "duration of B3 must be above 0, not 0"),
        (lambda: Delay("cliff"), "kind must be one of constant, fixed_date, window, step, not 'cliff'"),
        (lambda: Delay("step", 0, 1, 1, 0), "every must be above 0, not 0"),
        (lambda: Delay("fixed_date", date=-1), "date must be 0 or more, not -1"),
        (lambda: sq.wsjf(-1, 1, 1, 1), "business_value must be 0 or more, not -1"),
        (lambda: sq.cost_of_delay_per_duration(3, -2), "duration must be above 0, not -2"),
        (lambda: sq.order_stability(np.random.default_rng(0), [1, None], 0.4), "score 2 is missing"),
        (lambda: sq.order_stability(np.random.default_rng(0), [1, -2], 0.4), "scores must be 0 or more"),
        (lambda: sq.swap_probability(0.5, 0.4), "ratio must be 1 or more, not 0.5"),
        (lambda: sq.value_within_horizon([1], [1, 2], [0, 1], 3), "gains has 1, durations has 2"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
