"""One set of votes, several winners: the rule is a decision too.

A ballot is a ranking of all options, best first, with the number of people who gave it.

Sources: Borda 1781; Condorcet 1785; Hare 1857 (runoff).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qspo_lab.methods._checks import whole

Ballots = Mapping[Sequence[str] | str, int]


@dataclass(frozen=True)
class Winners:
    """What each rule says; more than one name is a tie, none means that the rule names nobody.

    Parameters
    ----------
    plurality
        Most first places.
    borda
        Most points: n - 1 for a first place, 0 for the last.
    runoff
        Instant runoff: the option with the fewest first places drops out until one has more than half.
    condorcet
        Beats every other option in a vote between the two; empty if there is a cycle or a draw.
    """

    plurality: tuple[str, ...]
    borda: tuple[str, ...]
    runoff: tuple[str, ...]
    condorcet: tuple[str, ...]


def pairwise(ballots: Ballots) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Give how many people prefer the row's option to the column's.

    Parameters
    ----------
    ballots
        Ranking (a tuple of names, or a text of one-letter names) to number of people.

    Returns
    -------
    options : tuple of str
        Sorted by name.
    preferred : numpy.ndarray
        Shape (options, options).

    Examples
    --------
    >>> pairwise({"ABC": 1, "BCA": 1, "CAB": 1})[1].tolist()
    [[0, 2, 1], [1, 0, 2], [2, 1, 0]]
    """
    options, rankings, people = _read(ballots)
    places = np.array([[ranking.index(option) for option in options] for ranking in rankings])
    before = places[:, :, None] < places[:, None, :]
    return options, np.einsum("b,bij->ij", people, before.astype(np.int64))


def borda_scores(ballots: Ballots) -> dict[str, int]:
    """Give Borda's points of each option: one for every other option placed below it, on every ballot."""
    options, preferred = pairwise(ballots)
    return dict(zip(options, preferred.sum(axis=1).tolist(), strict=True))


def first_places(ballots: Ballots) -> dict[str, int]:
    """Give the first places of each option."""
    options, rankings, people = _read(ballots)
    return {
        option: int(sum(n for ranking, n in zip(rankings, people, strict=True) if ranking[0] == option))
        for option in options
    }


def runoff(ballots: Ballots) -> tuple[str, ...]:
    """Give the winner of instant runoff.

    If several options are last together they drop out together; if those are all that is left, they tie.
    """
    options, rankings, people = _read(ballots)
    left = set(options)
    while True:
        firsts = dict.fromkeys(sorted(left), 0)
        for ranking, n in zip(rankings, people, strict=True):
            firsts[next(option for option in ranking if option in left)] += int(n)
        top, least = max(firsts.values()), min(firsts.values())
        if 2 * top > sum(firsts.values()) or top == least:
            return tuple(option for option in firsts if firsts[option] == top)
        left -= {option for option in firsts if firsts[option] == least}


def winners(ballots: Ballots) -> Winners:
    """Give the winners by four rules.

    Parameters
    ----------
    ballots
        As in `pairwise`.

    Examples
    --------
    >>> winners({"MNCK": 42, "NCKM": 26, "CKNM": 15, "KCNM": 17})
    Winners(plurality=('M',), borda=('N',), runoff=('K',), condorcet=('N',))
    """
    options, preferred = pairwise(ballots)
    beats_all = (preferred > preferred.T).sum(axis=1) == len(options) - 1
    return Winners(
        _most(first_places(ballots)),
        _most(borda_scores(ballots)),
        runoff(ballots),
        tuple(option for option, wins in zip(options, beats_all, strict=True) if wins),
    )


def _most(points: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(option for option in points if points[option] == max(points.values()))


def _read(ballots: Ballots) -> tuple[tuple[str, ...], list[tuple[str, ...]], NDArray[np.int64]]:
    rankings = [tuple(ranking) for ranking in ballots]
    people = [whole(f"number of people for {''.join(map(str, r))}", n) for r, n in ballots.items()]
    if not sum(people):
        raise ValueError("ballots must hold at least one vote")
    options = tuple(sorted(rankings[0]))
    for ranking in rankings:
        if tuple(sorted(ranking)) != options or len(set(ranking)) != len(ranking):
            raise ValueError(f"ballot {ranking!r} must name each of {', '.join(options)} exactly once")
    return options, rankings, np.array(people, dtype=np.int64)
