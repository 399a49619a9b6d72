import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import bargaining as ba

issues = st.lists(
    st.lists(st.tuples(st.integers(-5, 10), st.integers(-5, 10)), min_size=1, max_size=3), min_size=1, max_size=4
)

# Published example


def test_nashs_bill_and_jack_gain_12_and_5() -> None:
    """Nash 1950: nine objects, who ends with the box, the pen, the toy and the knife."""
    bill = [2, 2, 2, 2, 4, 10, 4, 6, 2]
    jack = [4, 2, 1, 2, 1, 1, 1, 2, 2]
    deals = ba.all_deals([[[b, 0], [0, j]] for b, j in zip(bill, jack, strict=True)])
    assert len(deals.values) == 512
    own = [sum(bill[:5]), sum(jack[5:])]
    best = ba.solutions(deals.values, own).nash
    assert (deals.values[best] - own).tolist() == [12, 5]
    assert [i for i in range(9) if deals.options[best, i] == 0] == [4, 5, 6, 7]


# Second routes


@given(issues)
@settings(max_examples=40, deadline=None)
def test_the_front_is_that_of_comparing_every_deal_with_every_other(values) -> None:
    worth = ba.all_deals(values).values
    front = ba.pareto_front(worth)
    for i, mine in enumerate(worth):
        beaten = any((other >= mine).all() and (other > mine).any() for other in worth)
        assert front[i] == (not beaten)


# What must always hold


@given(issues)
@settings(max_examples=40, deadline=None)
def test_solutions_lie_on_the_front_or_leave_nothing_better_for_all(values) -> None:
    worth = ba.all_deals(values).values
    found = ba.solutions(worth, [0, 0])
    assert ba.left_on_the_table(worth, found.utilitarian) == pytest.approx(0)
    if found.nash is None:
        assert not (worth >= 0).all(axis=1).any()
    else:
        assert (worth[found.nash] >= 0).all()
        assert worth[found.egalitarian].min() >= worth[found.nash].min()


def test_splitting_every_issue_leaves_value_on_the_table() -> None:
    issue_a = [[10, 0], [4, 1], [0, 2]]
    issue_b = [[2, 0], [1, 4], [0, 10]]
    deals = ba.all_deals([issue_a, issue_b])
    half = int(np.flatnonzero((deals.options == 1).all(axis=1))[0])
    assert ba.left_on_the_table(deals.values, half) == pytest.approx(20 - 10)
    assert not ba.pareto_front(deals.values)[half]


def test_three_parties_and_no_deal_that_suits_all() -> None:
    worth = ba.all_deals([[[5, -1, 0], [-1, 5, 0]]]).values
    found = ba.solutions(worth, [0, 0, 0])
    assert found.nash is None
    assert found.egalitarian is None
    assert found.utilitarian == 0


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ba.all_deals([]), "at least one issue"),
        (lambda: ba.all_deals([[[1, 2]], [[1, 2, 3]]]), "the same parties for each option"),
        (lambda: ba.all_deals([[[1, 2]] * 2] * 17), "there are 131072 deals"),
        (lambda: ba.all_deals([[[1, None]]]), "values of issue 1 must hold finite numbers"),
        (lambda: ba.solutions([[1, 2]], [0]), "parties has 2, no_deal has 1"),
        (lambda: ba.left_on_the_table([[1, 2]], 3), "deal must be a position from 0 to 0, not 3"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
