from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import votes as vo

TENNESSEE = {"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17}
ballots = st.dictionaries(st.sampled_from(["".join(p) for p in permutations("ABCD")]), st.integers(1, 30), min_size=1)

# Published example


def test_one_set_of_votes_has_three_winners() -> None:
    """The capital of Tennessee, the usual textbook example."""
    found = vo.winners(TENNESSEE)
    assert (found.plurality, found.borda, found.runoff, found.condorcet) == (("M",), ("N",), ("K",), ("N",))


def test_majorities_may_run_in_a_circle() -> None:
    """Condorcet 1785."""
    found = vo.winners({"ABC": 1, "BCA": 1, "CAB": 1})
    assert found.condorcet == ()
    assert found.plurality == found.borda == found.runoff == ("A", "B", "C")


# Second routes


@given(ballots)
@settings(max_examples=60, deadline=None)
def test_points_and_pairs_are_those_of_counting_ballot_by_ballot(counted) -> None:
    points = dict.fromkeys("ABCD", 0)
    for ranking, people in counted.items():
        for place, option in enumerate(ranking):
            points[option] += people * (3 - place)
    assert vo.borda_scores(counted) == points
    _, preferred = vo.pairwise(counted)
    b_over_c = sum(n for ranking, n in counted.items() if ranking.index("B") < ranking.index("C"))
    assert preferred[1, 2] == b_over_c


# What must always hold


@given(ballots)
@settings(max_examples=60, deadline=None)
def test_every_pair_of_options_shares_all_votes(counted) -> None:
    _, preferred = vo.pairwise(counted)
    total = sum(counted.values())
    assert np.all((preferred + preferred.T)[~np.eye(4, dtype=bool)] == total)
    assert sum(vo.first_places(counted).values()) == total


@given(ballots)
@settings(max_examples=60, deadline=None)
def test_who_has_more_than_half_of_the_first_places_wins_by_every_rule_but_perhaps_points(counted) -> None:
    firsts = vo.first_places(counted)
    top = max(firsts, key=firsts.get)
    found = vo.winners(counted)
    assert len(found.condorcet) <= 1
    if 2 * firsts[top] > sum(counted.values()):
        assert found.plurality == found.runoff == found.condorcet == (top,)


def test_ties_are_named() -> None:
    assert vo.winners({"AB": 3, "BA": 3}).plurality == ("A", "B")
    assert vo.runoff({"AB": 3, "BA": 3}) == ("A", "B")


def test_names_may_be_words() -> None:
    assert vo.winners({("autopilot", "league"): 2, ("league", "autopilot"): 1}).condorcet == ("autopilot",)


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: vo.winners({}), "at least one vote"),
        (lambda: vo.winners({"AB": 0}), "at least one vote"),
        (lambda: vo.winners({"ABC": 1, "AB": 1}), "must name each of A, B, C exactly once"),
        (lambda: vo.winners({"AAB": 1}), "exactly once"),
        (lambda: vo.winners({"AB": -1}), "number of people for AB must be 0 or more, not -1"),
    ],
)
def test_the_impossible_is_refused_with_its_words(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
