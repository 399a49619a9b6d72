"""What becomes of the bets of a roadmap, and what tests of them would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario


@dataclass(frozen=True, eq=False)
class Bets:
    """The hidden fate of each bet; the last axis runs over the bets in the pack's order.

    Parameters
    ----------
    keys
        Keys of the bets.
    success
        Whether the bet succeeds.
    signal
        Whether its test says "it will succeed"; meaningless where `testable` is False.
    testable
        Whether there is a test at all, one value per bet.
    deadline
        End of the Sprint by which a bet with a fixed date must be finished; nan where there is none.
    """

    keys: tuple[str, ...]
    success: NDArray[np.bool_]
    signal: NDArray[np.bool_]
    testable: NDArray[np.bool_]
    deadline: NDArray[np.float64]


def make_bets(rng: np.random.Generator, pack: Scenario, draws: int | None = None) -> Bets:
    """Draw the fate of every bet.

    1. Each bet succeeds with its own probability, independent of the others.
    2. The test of a bet that succeeds is good with the test's sensitivity; that of a bet that fails is good with one
       minus its specificity. A bet without a test gets a coin.

    Parameters
    ----------
    rng
        Source of random numbers.
    pack
        The scenario.
    draws
        Number of worlds; None makes one, without an axis for it.

    Returns
    -------
    Bets
        Arrays of shape ``(bets,)`` or ``(draws, bets)``.
    """
    bets = pack.bets
    shape = (len(bets),) if draws is None else (draws, len(bets))
    probability = np.array([bet.probability for bet in bets.values()])
    sensitivity = np.array([bet.test.sensitivity if bet.test else 0.5 for bet in bets.values()])
    specificity = np.array([bet.test.specificity if bet.test else 0.5 for bet in bets.values()])
    success = rng.random(shape) < probability
    signal = rng.random(shape) < np.where(success, sensitivity, 1 - specificity)
    return Bets(
        keys=tuple(bets),
        success=success,
        signal=signal,
        testable=np.array([bet.test is not None for bet in bets.values()]),
        deadline=np.array([getattr(bet.delay, "deadline", np.nan) for bet in bets.values()], dtype=float),
    )
