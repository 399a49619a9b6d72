"""How opinions move when people listen to each other.

``listening`` holds in row i how much weight person i gives to everybody, itself included; rows add up to 1.

Sources: DeGroot 1974; Friedkin and Johnsen 1990.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, numbers, same_length, share, whole


def social_influence(listening: ArrayLike) -> Floats:
    """Give everybody's weight in the common opinion to which all come in the end (DeGroot).

    Parameters
    ----------
    listening
        Square matrix, see the module.

    Returns
    -------
    numpy.ndarray
        Weights that add up to 1; all nan if the group never comes to one opinion.

    Examples
    --------
    >>> social_influence([[0.5, 0.5], [0.25, 0.75]]).round(4).tolist()
    [0.3333, 0.6667]
    """
    w = _listening(listening)
    values, vectors = np.linalg.eig(w.T)
    if (np.abs(values) > 1 - 1e-9).sum() != 1:
        return np.full(len(w), np.nan)
    lead = np.abs(vectors[:, np.argmax(values.real)].real)
    return lead / lead.sum()


def consensus(listening: ArrayLike, opinions: ArrayLike) -> float:
    """Give the opinion to which all come in the end, nan if they never agree; arguments as in `opinion_path`."""
    start = numbers("opinions", opinions)
    weights = social_influence(listening)
    same_length(listening=weights, opinions=start)
    return float(weights @ start)


def opinion_path(listening: ArrayLike, opinions: ArrayLike, steps: int, openness: ArrayLike | None = None) -> Floats:
    """Follow opinions: x(t+1) = L W x(t) + (1 - L) x(0).

    Parameters
    ----------
    listening
        W, see the module.
    opinions
        x(0).
    steps
        Rounds of talk.
    openness
        L: how far each person lets itself be moved, 0 stubborn to 1 open. Left out, all are open.

    Returns
    -------
    numpy.ndarray
        Shape (steps + 1, people).
    """
    w, start = _listening(listening), numbers("opinions", opinions)
    same_length(listening=w, opinions=start)
    let_in = _openness(openness, len(w))
    path = np.empty((whole("steps", steps) + 1, len(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = let_in * (w @ path[t]) + (1 - let_in) * start
    return path


def settled_opinions(listening: ArrayLike, opinions: ArrayLike, openness: ArrayLike) -> Floats:
    """Give where opinions come to rest when some are stubborn: (I - L W)^-1 (I - L) x(0) (Friedkin and Johnsen).

    Parameters
    ----------
    listening, opinions, openness
        As in `opinion_path`.

    Returns
    -------
    numpy.ndarray
        All nan if the resting place is not unique, as when everybody is fully open; see `consensus` for that case.
    """
    w, start = _listening(listening), numbers("opinions", opinions)
    same_length(listening=w, opinions=start)
    let_in = _openness(openness, len(w))
    system = np.eye(len(w)) - let_in[:, None] * w
    if np.linalg.matrix_rank(system, tol=1e-10) < len(w):
        return np.full(len(w), np.nan)
    return np.asarray(np.linalg.solve(system, (1 - let_in) * start), dtype=np.float64)


def _listening(listening: ArrayLike) -> Floats:
    w = numbers("listening", listening, 2)
    if w.shape[0] != w.shape[1] or not len(w):
        raise ValueError(f"listening must be square, not {w.shape[0]} by {w.shape[1]}")
    for row, weights in enumerate(w, 1):
        if np.any(weights < 0) or abs(weights.sum() - 1) > 1e-9:
            raise ValueError(f"row {row} of listening must hold weights of 0 or more that add up to 1")
    return w


def _openness(openness: ArrayLike | None, people: int) -> Floats:
    if openness is None:
        return np.ones(people)
    let_in = numbers("openness", openness)
    same_length(openness=let_in, people=range(people))
    for number, value in enumerate(let_in, 1):
        share(f"openness {number}", value)
    return let_in
