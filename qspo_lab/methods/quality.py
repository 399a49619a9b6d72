"""Done, promised, accepted: how quality adds up.

Sources: Larman and Vodde on undone work (Large-Scale Scrum, 2016), put into numbers here; Jones on defect removal;
Adzic, Specification by Example (2011); DeMillo, Lipton and Sayward 1978 on mutants; Patton, User Story Mapping (2014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, positive, share, whole


@dataclass(frozen=True)
class Undone:
    """Work left over by a narrow definition of done.

    Parameters
    ----------
    points
        Undone work in all, grown by the rework that waiting brings.
    sprints
        Sprints of stabilisation it will take.
    """

    points: float
    sprints: float


@dataclass(frozen=True)
class Mutants:
    """Which wrong implementations a set of examples would have let pass.

    Parameters
    ----------
    score
        Share of the mutants caught; nan if there are none.
    survivors
        Positions of those that pass every example.
    """

    score: float
    survivors: tuple[int, ...]


@dataclass(frozen=True)
class PairCoverage:
    """How many pairs of values of two factors a set of examples tries.

    Parameters
    ----------
    covered, pairs
        Pairs tried, and pairs there are.
    """

    covered: int
    pairs: int


def undone_work(done_share: float, velocity: float, sprints: int, rework_factor: float = 1.5) -> Undone:
    """Give the work that is left after some Sprints.

    Parameters
    ----------
    done_share
        Share of the work of an item that is finished in the Sprint.
    velocity
        Points per Sprint.
    sprints
        How many Sprints.
    rework_factor
        How much the left-over work grows by waiting.

    Examples
    --------
    >>> round(undone_work(0.8, 30, 6).sprints, 2)
    1.8
    """
    speed = positive("velocity", velocity)
    left = (1 - share("done_share", done_share)) * speed * whole("sprints", sprints)
    points = left * not_negative("rework_factor", rework_factor)
    return Undone(points, points / speed)


def removal_efficiency(stages: ArrayLike) -> float:
    """Give the share of defects caught by a chain of checks: 1 - product of what each lets pass.

    Examples
    --------
    >>> round(removal_efficiency([0.6, 0.6, 0.6]), 3)
    0.936
    """
    caught = _shares("stages", stages)
    return float(1 - np.prod(1 - caught))


def promise_kept(criteria: ArrayLike) -> float:
    """Give the chance that a promise is kept which rests on several independent criteria: their product.

    Examples
    --------
    >>> round(promise_kept([0.98] * 20), 3)
    0.668
    """
    return float(np.prod(_shares("criteria", criteria)))


def journey_success(steps: ArrayLike) -> float:
    """Give the share of users who get through all steps of a journey: the product of the steps."""
    return float(np.prod(_shares("steps", steps)))


def try_mutants(
    rule: Callable[..., Any], mutants: Sequence[Callable[..., Any]], examples: Sequence[Sequence[Any]]
) -> Mutants:
    """Say which wrong implementations a set of examples tells from the right one.

    Parameters
    ----------
    rule
        The rule as meant.
    mutants
        Wrong implementations, called like the rule.
    examples
        Inputs, one tuple each. The expected result is that of the rule.
    """
    survivors = tuple(
        i for i, mutant in enumerate(mutants) if all(mutant(*given) == rule(*given) for given in examples)
    )
    return Mutants(1 - len(survivors) / len(mutants) if mutants else float("nan"), survivors)


def pair_coverage(examples: Sequence[Sequence[Any]], levels: Sequence[Sequence[Any]]) -> PairCoverage:
    """Count the pairs of values, of any two factors, that occur in a set of examples.

    Parameters
    ----------
    examples
        One value for each factor in each example.
    levels
        The values of each factor.

    Raises
    ------
    ValueError
        If an example has a value that its factor does not have.
    """
    for number, example in enumerate(examples, 1):
        if len(example) != len(levels):
            raise ValueError(f"example {number} must have {len(levels)} values, not {len(example)}")
        for value, allowed in zip(example, levels, strict=True):
            if value not in allowed:
                raise ValueError(f"example {number}: {value!r} is none of {', '.join(map(str, allowed))}")
    factors = range(len(levels))
    tried = {(i, j, example[i], example[j]) for example in examples for i, j in combinations(factors, 2)}
    return PairCoverage(len(tried), sum(len(levels[i]) * len(levels[j]) for i, j in combinations(factors, 2)))


def trust_after(trust: float, kept: float, broken: float, gain: float, loss: float) -> float:
    """Give the trust after promises were kept and broken: it grows towards 1 and falls towards 0.

    Parameters
    ----------
    trust
        Before, 0 to 1.
    kept, broken
        How many promises of each kind.
    gain, loss
        Share of what is missing that a kept promise adds, share of the trust that a broken one takes.
    """
    before = share("trust", trust)
    up = 1 - (1 - before) * (1 - share("gain", gain)) ** not_negative("kept", kept)
    return finite("trust", up * (1 - share("loss", loss)) ** not_negative("broken", broken))


def _shares(name: str, values: ArrayLike) -> Floats:
    array = numbers(name, values)
    for number, value in enumerate(array, 1):
        share(f"{name} {number}", value)
    return array
