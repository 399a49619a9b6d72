"""Who is tied to whom: centrality, distance to customers, spread, coordination and causal loops.

Ties carry a strength: high means close. Where a calculation needs a length, it is 1 / strength. Betweenness is counted
without strengths, because on a map of a dozen people every tie that exists may carry a message.

Sources: Freeman 1977 and 1979; Granovetter 1973; Dijkstra 1959; Mitchell, Agle and Wood 1997; Mendelow 1991; Cataldo
and others 2006; Sterman, Business Dynamics (2000), for polarity of loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, open_share, positive, share, whole

if TYPE_CHECKING:
    import networkx as nx

Tie = tuple[str, str, float]

SALIENCE = {
    (True, False, False): "dormant",
    (False, True, False): "discretionary",
    (False, False, True): "demanding",
    (True, True, False): "dominant",
    (True, False, True): "dangerous",
    (False, True, True): "dependent",
    (True, True, True): "definitive",
    (False, False, False): "non-stakeholder",
}
"""Classes by power, legitimacy and urgency (Mitchell, Agle and Wood 1997)."""
QUADRANTS = {
    (True, True): "manage closely",
    (True, False): "keep satisfied",
    (False, True): "keep informed",
    (False, False): "monitor",
}
"""Engagement by power and interest (Mendelow)."""


@dataclass(frozen=True)
class Centrality:
    """How central each person is; every map goes from person to a number of 0 to 1.

    Parameters
    ----------
    degree
        Share of the others with a direct tie.
    betweenness
        Share of shortest paths between others that run through the person, strengths left out.
    closeness
        Nearness to all others, a tie's length being 1 / strength.
    eigenvector
        Being tied strongly to those who are themselves central.
    """

    degree: dict[str, float]
    betweenness: dict[str, float]
    closeness: dict[str, float]
    eigenvector: dict[str, float]


@dataclass(frozen=True)
class Distance:
    """The way from one person to another.

    Parameters
    ----------
    days, fastest
        Length of the fastest path, and the people on it, ends included.
    hops, shortest
        Hand-offs on the path with the fewest of them, and the people on it.
    """

    days: float
    fastest: tuple[str, ...]
    hops: int
    shortest: tuple[str, ...]


@dataclass(frozen=True)
class Loop:
    """A causal loop.

    Parameters
    ----------
    variables
        In order, beginning with the first by name.
    reinforcing
        True if a push comes back as a push (an even number of negative links), False if the loop balances.
    delayed
        True if a link of the loop works with a delay.
    """

    variables: tuple[str, ...]
    reinforcing: bool
    delayed: bool


def centrality(ties: Iterable[Tie]) -> Centrality:
    """Give four kinds of centrality of everybody on a map.

    Parameters
    ----------
    ties
        (person, person, strength), strength above 0, direction does not matter.

    Raises
    ------
    ValueError
        If a tie leads from a person to the same person or has no strength.
    """
    import networkx as nx

    graph = _map(ties)
    if not len(graph):
        return Centrality({}, {}, {}, {})
    if graph.number_of_edges():
        values = _leading_eigenvector(nx.to_numpy_array(graph, weight="strength"))
        eigen = dict(zip(graph, values.tolist(), strict=True))
    else:
        eigen = dict.fromkeys(graph, 0.0)
    return Centrality(
        nx.degree_centrality(graph),
        nx.betweenness_centrality(graph),
        nx.closeness_centrality(graph, distance="length"),
        eigen,
    )


def brokers(ties: Iterable[Tie], count: int = 3, without: str | None = None) -> list[str]:
    """Name the people through whom most shortest paths run, most first; equal ones by name.

    Parameters
    ----------
    ties
        As in `centrality`.
    count
        How many to name; those through whom nothing runs are not named.
    without
        A person to take off the map first: who holds it together then?
    """
    kept = [tie for tie in ties if without not in tie[:2]]
    between = centrality(kept).betweenness
    named = sorted((person for person in between if between[person] > 1e-12), key=lambda p: (-between[p], p))
    return named[: whole("count", count)]


def distance(hand_offs: Iterable[Tie], start: str, end: str) -> Distance | None:
    """Give the fastest way and the way with fewest hand-offs between two people; they are often not the same.

    Parameters
    ----------
    hand_offs
        (person, person, days), days above 0, both directions.
    start, end
        People on the map.

    Returns
    -------
    Distance or None
        None if no path exists.
    """
    import networkx as nx

    graph = _map(hand_offs)
    for name in (start, end):
        if name not in graph:
            raise ValueError(f"{name!r} is not on the map")
    if not nx.has_path(graph, start, end):
        return None
    days, fastest = nx.single_source_dijkstra(graph, start, end, weight="strength")
    shortest = nx.shortest_path(graph, start, end)
    return Distance(float(days), tuple(fastest), len(shortest) - 1, tuple(shortest))


def error_after(errors: ArrayLike) -> float:
    """Give the chance that a yes or no has turned after several hand-offs: (1 - prod(1 - 2 e_i)) / 2.

    Parameters
    ----------
    errors
        Chance of each hand-off to turn the message.

    Examples
    --------
    >>> round(error_after([0.1] * 3), 3)
    0.244
    """
    e = numbers("errors", errors)
    for number, error in enumerate(e, 1):
        share(f"error {number}", error)
    return float((1 - np.prod(1 - 2 * e)) / 2)


def information_after(errors: ArrayLike) -> float:
    """Give the bits left of a yes or no after several hand-offs: 1 less the entropy of the error.

    Parameters
    ----------
    errors
        As in `error_after`.

    Examples
    --------
    >>> round(information_after([0.1]), 3)
    0.531
    """
    return 1 - binary_entropy(error_after(errors))


def binary_entropy(chance: float) -> float:
    """Give the uncertainty of a yes or no in bits: 0 if it is certain, 1 if it is a coin."""
    p = share("chance", chance)
    return float(-sum(x * np.log2(x) for x in (p, 1 - p) if x > 0)) + 0.0


def guidance(votes: ArrayLike) -> float:
    """Give the bits of guidance in a vision: 1 less the mean entropy of colleagues' "in" and "out".

    Parameters
    ----------
    votes
        For each proposal, the share of colleagues who say that it belongs to the vision.
    """
    shares = numbers("votes", votes)
    if not len(shares):
        return float("nan")
    return 1 - float(np.mean([binary_entropy(p) for p in shares]))


def salience_class(power: bool, legitimacy: bool, urgency: bool) -> str:
    """Name the class of a stakeholder, see `SALIENCE`."""
    return SALIENCE[bool(power), bool(legitimacy), bool(urgency)]


def engagement_quadrant(power: bool, interest: bool) -> str:
    """Name the quadrant of the power and interest grid, see `QUADRANTS`."""
    return QUADRANTS[bool(power), bool(interest)]


def spread_reached(start: float, contact_rate: float, time: ArrayLike) -> Floats:
    """Give the share reached by something that passes from person to person: 1 / (1 + ((1 - x0) / x0) e^(-beta t)).

    Parameters
    ----------
    start
        Share at time 0, above 0.
    contact_rate
        beta: how often one who has it meets another, per period.
    time
        Periods.
    """
    x = open_share("start", start)
    return 1 / (1 + (1 - x) / x * np.exp(-not_negative("contact_rate", contact_rate) * np.asarray(time, dtype=float)))


def time_to_reach(target: float, start: float, contact_rate: float) -> float:
    """Give the time until a share is reached: ln[(target / (1 - target)) / (x0 / (1 - x0))] / beta.

    Parameters
    ----------
    target
        Share to be reached; 0 periods if it is reached already.
    start, contact_rate
        As in `spread_reached`.

    Examples
    --------
    >>> round(time_to_reach(0.8, 1 / 6, 0.2), 2)
    14.98
    """
    goal, x = open_share("target", target), open_share("start", start)
    if goal <= x:
        return 0.0
    beta = not_negative("contact_rate", contact_rate)
    return float(np.log(goal / (1 - goal) / (x / (1 - x))) / beta) if beta else float("inf")


def vision_spread(start: float, contact_rate: float, time: float, error: float, hops: int) -> float:
    """Give the share of people who could restate a vision rightly: reach x (1 - 2e)^hops.

    Parameters
    ----------
    start, contact_rate, time
        As in `spread_reached`.
    error
        Chance of each telling to turn the message, at most 0.5.
    hops
        How many tellings lie between.
    """
    if not 0 <= finite("error", error) <= 0.5:
        raise ValueError(f"error must lie between 0 and 0.5, not {error!r}")
    return float(spread_reached(start, contact_rate, time)) * (1 - 2 * error) ** whole("hops", hops)


def coordination_required(assignment: ArrayLike, dependencies: ArrayLike) -> Floats:
    """Give how much people need to coordinate: assignment x dependencies x assignment transposed (Cataldo 2006).

    Parameters
    ----------
    assignment
        Shape (people, tasks): who works on what.
    dependencies
        Shape (tasks, tasks): which task depends on which.

    Returns
    -------
    numpy.ndarray
        Shape (people, people).
    """
    who, links = numbers("assignment", assignment, 2), numbers("dependencies", dependencies, 2)
    if links.shape != (who.shape[1], who.shape[1]):
        raise ValueError(f"dependencies must be {who.shape[1]} by {who.shape[1]}, one row and column for each task")
    return who @ links @ who.T


def congruence(required: ArrayLike, actual: ArrayLike) -> float:
    """Give the share of needed coordination that takes place; nan if none is needed.

    Parameters
    ----------
    required
        From `coordination_required`; a pair counts if either direction is above 0.
    actual
        Same shape: who talks to whom.
    """
    need, ties = numbers("required", required, 2), numbers("actual", actual, 2)
    if need.shape != ties.shape or need.shape[0] != need.shape[1]:
        raise ValueError(f"required and actual must be square and of one size, not {need.shape} and {ties.shape}")
    pairs = np.triu(np.ones(need.shape, dtype=bool), 1)
    needed, present = (need + need.T > 0) & pairs, (ties + ties.T > 0) & pairs
    return float((needed & present).sum() / needed.sum()) if needed.any() else float("nan")


def loops(links: Sequence[tuple[str, str, int] | tuple[str, str, int, bool]]) -> list[Loop]:
    """Find the causal loops in a drawing of signed links, shortest first.

    Parameters
    ----------
    links
        (cause, effect, sign) or (cause, effect, sign, delayed); sign 1: more leads to more, -1: more leads to less.

    Returns
    -------
    list of Loop

    Examples
    --------
    >>> loops([("calls", "patches", 1), ("patches", "calls", -1)])[0].reinforcing
    False
    """
    import networkx as nx

    graph = nx.DiGraph()
    for link in links:
        cause, effect, sign = link[:3]
        if sign not in (1, -1):
            raise ValueError(f"the sign from {cause!r} to {effect!r} must be 1 or -1, not {sign!r}")
        if graph.has_edge(cause, effect) and graph[cause][effect]["sign"] != sign:
            raise ValueError(f"the link from {cause!r} to {effect!r} is drawn with both signs")
        graph.add_edge(cause, effect, sign=sign, delayed=bool(link[3]) if len(link) > 3 else False)
    found = []
    for cycle in nx.simple_cycles(graph):
        first = cycle.index(min(cycle))
        around = cycle[first:] + cycle[:first]
        edges = [graph[a][b] for a, b in zip(around, around[1:] + around[:1], strict=True)]
        sign = int(np.prod([edge["sign"] for edge in edges]))
        found.append(Loop(tuple(around), sign > 0, any(edge["delayed"] for edge in edges)))
    return sorted(found, key=lambda loop: (len(loop.variables), loop.variables))


def hop_counts(ties: Iterable[Tie], start: str) -> Mapping[str, int]:
    """Give the number of hand-offs from one person to everybody who can be reached."""
    import networkx as nx

    graph = _map(ties)
    if start not in graph:
        raise ValueError(f"{start!r} is not on the map")
    return dict(nx.single_source_shortest_path_length(graph, start))


def _map(ties: Iterable[Tie]) -> nx.Graph:
    import networkx as nx

    graph = nx.Graph()
    for first, second, strength in ties:
        if first == second:
            raise ValueError(f"{first!r} cannot have a tie to itself")
        value = positive(f"strength of the tie between {first!r} and {second!r}", strength)
        graph.add_edge(first, second, strength=value, length=1 / value)
    return graph


def _leading_eigenvector(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    lead = vectors[:, np.isclose(values, values[-1], rtol=0, atol=1e-9)]
    # equal islands share the lead: take the part that all of them carry
    together = np.abs(lead @ (lead.T @ np.ones(len(matrix))))
    return together / np.linalg.norm(together)
