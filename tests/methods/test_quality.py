from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import quality as qu

shares = st.lists(st.floats(0, 1), max_size=8)

# Published example


def test_nine_rows_of_the_l9_array_cover_all_54_pairs() -> None:
    """Taguchi's L9 orthogonal array: four factors of three levels."""
    l9 = [(a, b, (a + b) % 3, (a + 2 * b) % 3) for a, b in product(range(3), repeat=2)]
    assert qu.pair_coverage(l9, [range(3)] * 4) == qu.PairCoverage(54, 54)
    assert qu.pair_coverage(l9[:8], [range(3)] * 4).covered < 54


# Second route


def test_checks_one_after_another_agree_with_simulation() -> None:
    rng = np.random.default_rng(41)
    escaped = np.ones(200_000, dtype=bool)
    for caught in (0.6, 0.3, 0.8):
        escaped &= rng.random(200_000) >= caught
    assert 1 - qu.removal_efficiency([0.6, 0.3, 0.8]) == pytest.approx(escaped.mean(), abs=0.002)


# What must always hold


@given(shares)
@settings(max_examples=60, deadline=None)
def test_one_more_criterion_never_helps_a_promise_and_one_more_check_never_hurts(values) -> None:
    assert qu.promise_kept([*values, 0.98]) <= qu.promise_kept(values)
    assert qu.removal_efficiency([*values, 0.5]) >= qu.removal_efficiency(values) - 1e-12
    assert qu.journey_success(values) == pytest.approx(qu.promise_kept(values))


def test_depth_first_leaves_a_journey_that_nobody_finishes() -> None:
    depth_first = qu.journey_success([0.95] * 4 + [0.3] * 4)
    thin_slice = qu.journey_success([0.8] * 8)
    assert thin_slice > 10 * depth_first


def test_all_done_leaves_nothing_undone() -> None:
    assert qu.undone_work(1.0, 30, 6) == qu.Undone(0, 0)
    assert qu.undone_work(0.8, 30, 6).points == pytest.approx(54)


def test_examples_at_the_edges_catch_what_the_happy_path_lets_pass() -> None:
    def rule(age: int) -> bool:
        return age >= 16

    def late(age: int) -> bool:
        return age > 16

    assert qu.try_mutants(rule, [late], [(10,), (30,)]) == qu.Mutants(0.0, (0,))
    assert qu.try_mutants(rule, [late], [(16,)]).score == 1
    assert qu.try_mutants(rule, [late], []).survivors == (0,)
    assert np.isnan(qu.try_mutants(rule, [], [(16,)]).score)


def test_trust_is_lost_faster_than_it_is_won() -> None:
    assert qu.trust_after(0.5, 3, 0, 0.05, 0.3) == pytest.approx(1 - 0.5 * 0.95**3)
    assert qu.trust_after(0.5, 3, 1, 0.05, 0.3) < 0.5
    assert qu.trust_after(1.0, 5, 0, 0.05, 0.3) == 1


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: qu.undone_work(0.8, 0, 6), "velocity must be above 0, not 0"),
        (lambda: qu.removal_efficiency([0.5, 60]), "stages 2 must lie between 0 and 1, not"),
        (lambda: qu.promise_kept([None]), "criteria must hold finite numbers"),
        (lambda: qu.pair_coverage([(1,)], [[1], [2]]), "example 1 must have 2 values, not 1"),
        (lambda: qu.pair_coverage([(1, 3)], [[1], [2]]), "example 1: 3 is none of 2"),
        (lambda: qu.trust_after(2, 1, 1, 0.1, 0.1), "trust must lie between 0 and 1"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
