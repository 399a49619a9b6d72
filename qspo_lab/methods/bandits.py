"""Testing while earning: rules that send more visitors to what seems to work, and what they cost.

Regret is what is lost against showing the best arm to everybody.

Sources: Thompson 1933; Lai and Robbins 1985; Sutton and Barto, Reinforcement Learning (2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qspo_lab.methods._checks import Floats, numbers, one_of, open_share, share, whole

Rule = Literal["equal", "epsilon_greedy", "thompson"]
RULES = ("equal", "epsilon_greedy", "thompson")


@dataclass(frozen=True)
class BanditRuns:
    """What many runs of one rule came to.

    Parameters
    ----------
    regret
        Conversions lost against the best arm, one for each run (expected, given the visitors each arm got).
    pulls
        Shape (runs, arms): visitors each arm got.
    """

    regret: Floats
    pulls: Floats


def play(
    rng: np.random.Generator,
    rates: Sequence[float],
    visitors: int,
    rule: Rule = "thompson",
    runs: int = 500,
    epsilon: float = 0.1,
) -> BanditRuns:
    """Play a rule many times over.

    Parameters
    ----------
    rng
        Source of the draws.
    rates
        True conversion rate of each arm.
    visitors
        Visitors in a run, one after another.
    rule
        ``equal``: all arms in turn. ``epsilon_greedy``: the arm with the best rate so far, but with chance epsilon any
        arm. ``thompson``: each arm as often as it may be the best (flat prior).
    runs
        How many runs, drawn side by side.
    epsilon
        Share of visitors sent anywhere.
    """
    true = _rates(rates)
    one_of("rule", rule, RULES)
    count, arms = whole("runs", runs, 1), len(true)
    total = whole("visitors", visitors)
    share("epsilon", epsilon)
    if rule == "equal":
        pulls = np.tile((total + np.arange(arms)[::-1]) // arms, (count, 1)).astype(np.float64)
        return BanditRuns(pulls @ (true.max() - true), pulls)
    wins, losses = np.zeros((count, arms)), np.zeros((count, arms))
    rows = np.arange(count)
    for _ in range(total):
        if rule == "thompson":
            arm = rng.beta(1 + wins, 1 + losses).argmax(axis=1)
        else:
            seen = (1 + wins) / (2 + wins + losses)
            arm = np.where(rng.random(count) < epsilon, rng.integers(arms, size=count), seen.argmax(axis=1))
        converted = rng.random(count) < true[arm]
        wins[rows, arm] += converted
        losses[rows, arm] += ~converted
    pulls = wins + losses
    return BanditRuns(pulls @ (true.max() - true), pulls)


def least_regret_per_log(rates: Sequence[float]) -> float:
    """Give the constant of Lai and Robbins: no rule that works everywhere can lose less than this times ln(visitors).

    The sum, over arms that are not the best, of (best - rate) / KL(rate, best).

    Parameters
    ----------
    rates
        True conversion rate of each arm.

    Examples
    --------
    >>> round(least_regret_per_log([0.5, 0.6]), 3)
    4.899
    """
    true = _rates(rates)
    best = open_share("best rate", true.max())
    lost = 0.0
    for rate in true[true < best]:
        p = open_share("rate", rate)
        lost += (best - p) / float(p * np.log(p / best) + (1 - p) * np.log((1 - p) / (1 - best)))
    return lost


def _rates(rates: Sequence[float]) -> Floats:
    true = numbers("rates", rates)
    if len(true) < 2:
        raise ValueError(f"rates must name at least two arms, not {len(true)}")
    for number, rate in enumerate(true, 1):
        share(f"rate {number}", rate)
    return true
