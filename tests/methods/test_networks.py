import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import networks as nw

CHAIN = [("Team", "PO", 2), ("PO", "Sales", 1), ("Sales", "Reseller", 4)]
errors = st.lists(st.floats(0, 0.5), max_size=8)

# Published example


def test_the_medici_stood_between_the_families_of_florence() -> None:
    """Padgett and Ansell 1993: betweenness .522."""
    ties = [(a, b, 1) for a, b in nx.florentine_families_graph().edges]
    assert nw.brokers(ties, 1) == ["Medici"]
    assert nw.centrality(ties).betweenness["Medici"] == pytest.approx(0.522, abs=5e-4)


# Second routes


def test_strength_is_nearness_and_not_distance() -> None:
    """Closeness worked by hand: lengths 1/2, 1 and 1/4 along a chain."""
    found = nw.centrality(CHAIN)
    assert found.closeness["Team"] == pytest.approx(3 / (0.5 + 1.5 + 1.75))
    stronger = nw.centrality([("Team", "PO", 8), *CHAIN[1:]])
    assert stronger.closeness["Team"] > found.closeness["Team"]
    assert stronger.betweenness == found.betweenness


def test_the_eigenvector_is_that_of_networkx() -> None:
    graph = nx.karate_club_graph()
    ties = [(str(a), str(b), float(w)) for a, b, w in graph.edges(data="weight")]
    expected = nx.eigenvector_centrality_numpy(graph, weight="weight")
    found = nw.centrality(ties).eigenvector
    assert [found[str(n)] for n in graph] == pytest.approx([expected[n] for n in graph], abs=1e-6)


def test_hand_offs_that_turn_a_message_agree_with_simulation() -> None:
    rng, chances = np.random.default_rng(39), [0.08, 0.2, 0.18]
    turned = sum((rng.random(100_000) < e).astype(int) for e in chances) % 2
    assert nw.error_after(chances) == pytest.approx(turned.mean(), abs=4 * np.sqrt(0.25 / 100_000))


def test_spread_is_the_solution_of_its_equation() -> None:
    x, dt = 0.05, 1e-3
    for _ in range(10_000):
        x += dt * 0.4 * x * (1 - x)
    assert nw.spread_reached(0.05, 0.4, 10) == pytest.approx(x, abs=1e-3)
    assert nw.spread_reached(1 / 6, 0.2, nw.time_to_reach(0.8, 1 / 6, 0.2)) == pytest.approx(0.8)


def test_a_vision_arrives_as_far_as_it_reaches_and_stays_true() -> None:
    arrived = nw.vision_spread(0.05, 0.9, 6, 0.25, 3)
    assert arrived == pytest.approx(nw.spread_reached(0.05, 0.9, 6) * (1 - 2 * nw.error_after([0.25] * 3)))


# What must always hold


@given(errors)
@settings(max_examples=60, deadline=None)
def test_every_hand_off_adds_error_and_takes_information(chances: list[float]) -> None:
    error = nw.error_after(chances)
    assert -1e-12 <= error <= 0.5 + 1e-12
    assert nw.error_after([*chances, 0.1]) >= error - 1e-12
    assert nw.information_after([*chances, 0.1]) <= nw.information_after(chances) + 1e-12


def test_information_halves_long_before_the_error_looks_bad() -> None:
    assert [nw.information_after([0.1] * h) for h in range(4)] == pytest.approx([1, 0.531, 0.320, 0.198], abs=6e-4)
    assert nw.information_after([0.5]) == pytest.approx(0)


def test_fewest_hand_offs_and_fewest_days_may_be_two_ways() -> None:
    ties = [("Dev", "Field", 5), ("Field", "Customer", 1), ("Dev", "PO", 1), ("PO", "Care", 2), ("Care", "Customer", 1)]
    way = nw.distance(ties, "Dev", "Customer")
    assert (way.days, way.fastest) == (4, ("Dev", "PO", "Care", "Customer"))
    assert (way.hops, way.shortest) == (2, ("Dev", "Field", "Customer"))


def test_people_without_a_way_between_them_have_no_distance() -> None:
    assert nw.distance([("a", "b", 1), ("c", "d", 1)], "a", "d") is None
    assert nw.hop_counts([("a", "b", 1), ("c", "d", 1)], "a") == {"a": 0, "b": 1}


def test_two_islands_have_finite_numbers_for_everybody() -> None:
    found = nw.centrality([("a", "b", 1), ("c", "d", 1)])
    assert found.eigenvector == pytest.approx(dict.fromkeys("abcd", 0.5))
    assert nw.brokers([("a", "b", 1), ("c", "d", 1)]) == []


def test_an_empty_map_has_nobody() -> None:
    assert nw.centrality([]).degree == {}
    assert nw.brokers([("a", "b", 1)], without="a") == []


def test_taking_the_broker_off_the_map_shows_who_holds_it_together_then() -> None:
    ring = [("a", "b", 1), ("b", "c", 1), ("c", "d", 1), ("d", "a", 1), ("e", "a", 1)]
    assert nw.brokers(ring)[0] == "a"
    assert "a" not in nw.brokers(ring, without="a")


def test_loops_have_the_polarity_of_their_links() -> None:
    found = nw.loops(
        [("sales", "staff", 1), ("staff", "sales", 1, True), ("sales", "queue", 1), ("queue", "sales", -1)]
    )
    assert [(loop.variables, loop.reinforcing, loop.delayed) for loop in found] == [
        (("queue", "sales"), False, False),
        (("sales", "staff"), True, True),
    ]
    assert nw.loops([("a", "b", 1)]) == []
    assert nw.loops([("a", "a", -1)])[0].reinforcing is False
    assert nw.loops([("a", "b", -1), ("b", "c", -1), ("c", "a", 1)])[0].reinforcing


def test_congruence_is_the_share_of_needed_talk_that_happens() -> None:
    required = nw.coordination_required([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert nw.congruence(required, [[0, 1, 0], [0, 0, 0], [0, 0, 0]]) == 0.5
    assert nw.congruence(required, required) == 1
    assert np.isnan(nw.congruence(np.zeros((2, 2)), np.ones((2, 2))))


def test_guidance_is_nothing_if_everybody_is_in_two_minds() -> None:
    assert nw.guidance([0.5, 0.5]) == 0
    assert nw.guidance([0, 1, 1]) == 1
    assert np.isnan(nw.guidance([]))


def test_what_is_reached_takes_no_time_and_what_never_spreads_takes_for_ever() -> None:
    assert nw.time_to_reach(0.2, 0.5, 1) == 0
    assert nw.time_to_reach(0.8, 0.5, 0) == np.inf


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nw.centrality([("a", "a", 1)]), "'a' cannot have a tie to itself"),
        (lambda: nw.centrality([("a", "b", 0)]), "strength of the tie between 'a' and 'b' must be above 0, not 0"),
        (lambda: nw.distance(CHAIN, "PO", "Nobody"), "'Nobody' is not on the map"),
        (lambda: nw.hop_counts(CHAIN, "Nobody"), "'Nobody' is not on the map"),
        (lambda: nw.error_after([0.1, 1.2]), "error 2 must lie between 0 and 1"),
        (lambda: nw.vision_spread(0.1, 1, 1, 0.7, 1), "error must lie between 0 and 0.5, not 0.7"),
        (lambda: nw.loops([("a", "b", 2)]), "sign from 'a' to 'b' must be 1 or -1, not 2"),
        (lambda: nw.loops([("a", "b", 1), ("a", "b", -1)]), "drawn with both signs"),
        (lambda: nw.coordination_required([[1, 0]], [[1]]), "dependencies must be 2 by 2"),
        (lambda: nw.congruence([[1, 0]], [[1, 0]]), "must be square and of one size"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
