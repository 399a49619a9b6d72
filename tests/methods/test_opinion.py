import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import opinion as op

W = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.4, 0.5]]


@st.composite
def groups(draw):
    people = draw(st.integers(2, 5))
    raw = np.array(
        draw(st.lists(st.lists(st.floats(0.05, 1), min_size=people, max_size=people), min_size=people, max_size=people))
    )
    opinions = draw(st.lists(st.floats(0, 1), min_size=people, max_size=people))
    openness = draw(st.lists(st.floats(0, 0.95), min_size=people, max_size=people))
    return raw / raw.sum(axis=1, keepdims=True), opinions, openness


# Derived example


def test_two_people_agree_on_two_thirds() -> None:
    """DeGroot 1974: stationary weights of [[1/2, 1/2], [1/4, 3/4]] are 1/3 and 2/3."""
    assert op.consensus([[0.5, 0.5], [0.25, 0.75]], [0, 1]) == pytest.approx(2 / 3)


# Second routes


@given(groups())
@settings(max_examples=40, deadline=None)
def test_talking_for_long_leads_to_the_resting_place(group) -> None:
    listening, opinions, openness = group
    end = op.opinion_path(listening, opinions, 600)[-1]
    assert end == pytest.approx(op.consensus(listening, opinions), abs=1e-6)
    stubborn = op.opinion_path(listening, opinions, 600, openness)[-1]
    assert stubborn == pytest.approx(op.settled_opinions(listening, opinions, openness), abs=1e-6)


# What must always hold


@given(groups())
@settings(max_examples=40, deadline=None)
def test_no_opinion_leaves_the_range_of_the_first_ones(group) -> None:
    listening, opinions, openness = group
    path = op.opinion_path(listening, opinions, 20, openness)
    assert path.min() >= min(opinions) - 1e-12
    assert path.max() <= max(opinions) + 1e-12


def test_weights_of_influence_add_up_to_one() -> None:
    assert op.social_influence(W).sum() == pytest.approx(1)


def test_a_person_who_listens_to_nobody_decides_for_all() -> None:
    assert op.social_influence([[1, 0], [0.5, 0.5]]) == pytest.approx([1, 0])


def test_groups_that_never_agree_have_no_consensus() -> None:
    for never in ([[1, 0], [0, 1]], [[0, 1], [1, 0]]):
        assert np.isnan(op.social_influence(never)).all()
        assert np.isnan(op.consensus(never, [0, 1]))


def test_somebody_who_cannot_be_moved_stays_and_full_openness_has_no_single_resting_place() -> None:
    assert op.settled_opinions(W, [0.1, 0.2, 0.9], [0, 0.5, 0.5])[0] == pytest.approx(0.1)
    assert np.isnan(op.settled_opinions(W, [0.1, 0.2, 0.9], [1, 1, 1])).all()


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: op.social_influence([[0.5, 0.4], [0.5, 0.5]]), "row 1 of listening must hold weights"),
        (lambda: op.social_influence([[1, 0, 0]]), "listening must be square, not 1 by 3"),
        (lambda: op.consensus(W, [1, 2]), "listening has 3, opinions has 2"),
        (lambda: op.opinion_path(W, [1, 2, 3], -1), "steps must be 0 or more"),
        (lambda: op.opinion_path(W, [1, 2, 3], 1, [1, 1, 2]), "openness 3 must lie between 0 and 1"),
        (lambda: op.settled_opinions(W, [1, 2, 3], [1, 1]), "openness has 2, people has 3"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
