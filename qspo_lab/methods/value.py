"""Money over time and scores of worth.

Sources: McBride, RICE (Intercom, 2016); Cox, Ross and Rubinstein 1979 (one-step option); Hubbard, How to Measure
Anything (2014), for ranges. Present value and internal rate of return are standard; their own few lines are here
because no package in use offers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, positive, whole
from qspo_lab.methods.estimation import Lognormal

RICE_IMPACTS = (3.0, 2.0, 1.0, 0.5, 0.25)
RICE_CONFIDENCES = (1.0, 0.8, 0.5)


@dataclass(frozen=True)
class Swing:
    """What one input alone does to a result.

    Parameters
    ----------
    name
        The input.
    low, high
        Result with this input at its low and at its high end, all others at their middle.
    """

    name: str
    low: float
    high: float

    @property
    def size(self) -> float:
        """Distance between the two results."""
        return abs(self.high - self.low)


def npv(rate: float, cash: ArrayLike) -> float:
    """Give the worth today of money that comes and goes, the first amount now, the next one period later.

    Parameters
    ----------
    rate
        Interest for one period, above -1.
    cash
        Amounts, costs below 0.

    Examples
    --------
    >>> round(npv(0.08, [-40000, 5000, 8000, 12000, 30000]), 2)
    3065.22
    """
    amounts = numbers("cash", cash)
    if finite("rate", rate) <= -1:
        raise ValueError(f"rate must be above -1, not {rate!r}")
    return float(amounts @ (1 + rate) ** -np.arange(len(amounts), dtype=np.float64))


def irr(cash: ArrayLike) -> float:
    """Give the interest at which the money is worth nothing today.

    Parameters
    ----------
    cash
        As in `npv`.

    Returns
    -------
    float
        nan if there is no such rate, or more than one: [-100, 230, -132] has 10 % and 20 %, and neither means much.

    Examples
    --------
    >>> round(irr([-100, 39, 59, 55, 20]), 5)
    0.28095
    """
    amounts = np.trim_zeros(numbers("cash", cash), "b")
    if not np.any(amounts > 0) or not np.any(amounts < 0):
        return float("nan")
    roots = np.roots(amounts[::-1])
    real = roots[np.abs(roots.imag) < 1e-7].real
    rates = 1 / real[real > 0] - 1
    return float(rates[0]) if len(rates) == 1 else float("nan")


def rice(reach: float | None, impact: float | None, confidence: float | None, effort: float | None) -> float | None:
    """Give the RICE score: reach x impact x confidence / effort.

    Parameters
    ----------
    reach, impact, confidence
        People in a period; one of `RICE_IMPACTS`; a share such as those of `RICE_CONFIDENCES`. 0 is a value, None is
        missing.
    effort
        Person-months; None or 0 is missing.

    Returns
    -------
    float or None
        None if any part is missing.

    Examples
    --------
    >>> rice(2000, 2, 0.8, 4), rice(2000, 2, 0.8, 0)
    (800.0, None)
    """
    if reach is None or impact is None or confidence is None or not effort:
        return None
    product = not_negative("reach", reach) * not_negative("impact", impact) * not_negative("confidence", confidence)
    return product / positive("effort", effort)


def tornado(result: Callable[..., float], ranges: Mapping[str, tuple[float, float, float]]) -> list[Swing]:
    """Say which input moves a result most, one at a time.

    Parameters
    ----------
    result
        ``result(**inputs)``.
    ranges
        Input to (low, middle, high).

    Returns
    -------
    list of Swing
        Largest first.

    Examples
    --------
    >>> swings = tornado(lambda users, fee: users * fee, {"users": (80, 100, 120), "fee": (1, 3, 6)})
    >>> [(s.name, s.size) for s in swings]
    [('fee', 500), ('users', 120)]
    """
    for name, (low, middle, high) in ranges.items():
        if not low <= middle <= high:
            raise ValueError(f"the range of {name} must rise, not {low:g}, {middle:g}, {high:g}")
    base = {name: middle for name, (_, middle, _) in ranges.items()}
    swings = [
        Swing(name, result(**{**base, name: low}), result(**{**base, name: high}))
        for name, (low, _, high) in ranges.items()
    ]
    return sorted(swings, key=lambda swing: -swing.size)


def draw_value(
    rng: np.random.Generator, result: Callable[..., Floats], inputs: Mapping[str, Lognormal], draws: int = 10_000
) -> Floats:
    """Draw a result from uncertain inputs that do not depend on each other.

    Parameters
    ----------
    rng
        Source of the draws.
    result
        ``result(**inputs)``, taking arrays.
    inputs
        Input to its distribution, see `qspo_lab.methods.estimation.lognormal_from_range`.
    draws
        How many.
    """
    size = whole("draws", draws, 1)
    return np.asarray(result(**{name: spread.draw(rng, size) for name, spread in inputs.items()}))


def option_one_step(
    value: float, exercise: float, up: float, down: float, rate: float, time: float
) -> tuple[float, float]:
    """Give the risk-neutral chance of the good turn and the worth of the right, not the duty, to go on.

    Parameters
    ----------
    value
        Worth of the project today.
    exercise
        What going on will cost.
    up, down
        Factors by which the worth rises or falls.
    rate
        Riskless interest for one year, continuous.
    time
        Years until the decision.

    Examples
    --------
    >>> [round(v, 3) for v in option_one_step(20, 21, 1.1, 0.9, 0.12, 0.25)]
    [0.652, 0.633]
    """
    growth = float(np.exp(finite("rate", rate) * not_negative("time", time)))
    if not finite("down", down) < growth < finite("up", up):
        raise ValueError(f"riskless growth ({growth:.4g}) must lie between down ({down:g}) and up ({up:g})")
    chance = (growth - down) / (up - down)
    worth = chance * max(value * up - exercise, 0.0) + (1 - chance) * max(value * down - exercise, 0.0)
    return chance, worth / growth
