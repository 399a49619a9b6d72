"""Rivals, adoption and signals from the market: small models to think with, not to predict with.

Sources: McFadden 1974 (logit); Debreu 1960 (its limit); Hotelling 1929; Cournot 1838; Bass 1969; Lanchester 1916 (an
analogy only); Page 1954 (CUSUM); Green and Swets 1966 (signal detection); forces of switching after Moesta and Spiek,
put into a logit here.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, open_share, positive, share, whole

_NORMAL = NormalDist()


@dataclass(frozen=True)
class BassPeak:
    """When adoption is fastest.

    Parameters
    ----------
    time
        Periods from the start; 0 if sales only fall.
    rate
        New adopters per period at that time.
    adopted
        Share of the market that has adopted by then.
    """

    time: float
    rate: float
    adopted: float


def logit_shares(utilities: ArrayLike) -> Floats:
    """Give the share of each offer: exp(v_j) / sum exp(v_k) over the last axis.

    A new offer takes from all others in proportion, even if it is the twin of one of them. Real choices do not.

    Parameters
    ----------
    utilities
        What each offer is worth to the segment, on the logit scale.

    Examples
    --------
    >>> logit_shares([1.0, 0.5, 0.0]).round(4).tolist()
    [0.5065, 0.3072, 0.1863]
    """
    v = numbers("utilities", utilities, None)
    powers = np.exp(v - v.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def switch_probability(push: float, pull: float, anxiety: float, habit: float, scale: float = 1.0) -> float:
    """Give the chance that a customer switches: 1 / (1 + exp(-b (push + pull - anxiety - habit))).

    Parameters
    ----------
    push, pull
        What drives away from the old and draws to the new.
    anxiety, habit
        What holds back. One point less of anxiety is worth as much as one point more of pull.
    scale
        b: how decisively people act on the sum.

    Examples
    --------
    >>> round(switch_probability(2, 1.5, 2.5, 1.5), 4)
    0.3775
    """
    forces = finite("push", push) + finite("pull", pull) - finite("anxiety", anxiety) - finite("habit", habit)
    return float(1 / (1 + np.exp(-positive("scale", scale) * forces)))


def hotelling(cost: float, travel: float) -> tuple[float, float]:
    """Give price and share of each of two rivals at the ends of a line: price = cost + travel, share 1/2.

    Parameters
    ----------
    cost
        Unit cost of both.
    travel
        What customers lose per unit of distance from what they want: the strength of being different.
    """
    return finite("cost", cost) + not_negative("travel", travel), 0.5


def cournot(intercept: float, slope: float, cost: float, firms: int) -> tuple[float, float]:
    """Give quantity of each firm and the price when equal firms choose quantities.

    q = (a - c) / (b (n + 1)), P = (a + n c) / (n + 1)

    Parameters
    ----------
    intercept, slope
        a and b of the demand P = a - b Q.
    cost
        c of one unit.
    firms
        n.

    Examples
    --------
    >>> [cournot(100, 1, 10, n)[1] for n in (1, 2, 3)]
    [55.0, 40.0, 32.5]
    """
    a, b, c, n = (
        finite("intercept", intercept),
        positive("slope", slope),
        finite("cost", cost),
        whole("firms", firms, 1),
    )
    if a < c:
        return 0.0, a
    return (a - c) / (b * (n + 1)), (a + n * c) / (n + 1)


def bass_adoption(innovation: float, imitation: float, times: ArrayLike) -> Floats:
    """Give the share of the market that has adopted: F = (1 - e^(-(p+q)t)) / (1 + q/p e^(-(p+q)t)).

    Parameters
    ----------
    innovation
        p: chance per period to adopt without having seen others.
    imitation
        q: how strongly adopters draw others.
    times
        Periods from the start.
    """
    p, q = positive("innovation", innovation), not_negative("imitation", imitation)
    faded = np.exp(-(p + q) * np.asarray(times, dtype=np.float64))
    return (1 - faded) / (1 + q / p * faded)


def bass_peak(innovation: float, imitation: float, market: float = 1.0) -> BassPeak:
    """Say when adoption is fastest: t = ln(q/p) / (p + q).

    Parameters
    ----------
    innovation, imitation
        As in `bass_adoption`.
    market
        Number of people who will ever adopt.

    Examples
    --------
    >>> round(bass_peak(0.03, 0.38).time, 3)
    6.193
    """
    p, q = positive("innovation", innovation), not_negative("imitation", imitation)
    time = max(float(np.log(q / p)) / (p + q), 0.0) if q > 0 else 0.0
    adopted = float(bass_adoption(p, q, time))
    return BassPeak(time, not_negative("market", market) * (p + q * adopted) * (1 - adopted), adopted)


def lanchester_left(larger: float, smaller: float) -> float:
    """Give what is left of the larger of two equally good forces: sqrt(A^2 - B^2). An analogy for focus, no more.

    Examples
    --------
    >>> lanchester_left(1000, 800)
    600.0
    """
    a, b = not_negative("larger", larger), not_negative("smaller", smaller)
    if b > a:
        raise ValueError(f"larger ({a:g}) must not be below smaller ({b:g})")
    return float(np.sqrt(a**2 - b**2))


def signal_detection(hit_rate: float, false_alarm_rate: float) -> tuple[float, float]:
    """Give how well signals are told from noise, and how ready one is to say "signal".

    d' = z(H) - z(F), criterion = -(z(H) + z(F)) / 2

    Parameters
    ----------
    hit_rate, false_alarm_rate
        Share of signals and of noises that were called a signal; above 0 and below 1.

    Examples
    --------
    >>> [round(v, 4) for v in signal_detection(0.9, 0.3)]
    [1.806, -0.3786]
    """
    hit = _NORMAL.inv_cdf(open_share("hit_rate", hit_rate))
    false = _NORMAL.inv_cdf(open_share("false_alarm_rate", false_alarm_rate))
    return hit - false, -(hit + false) / 2 + 0.0


def true_alarm_share(prior: float, hit_rate: float, false_alarm_rate: float) -> float:
    """Give the share of alarms that are true: pi H / (pi H + (1 - pi) F); nan if there never is an alarm.

    Examples
    --------
    >>> round(true_alarm_share(0.05, 0.8, 0.2), 3)
    0.174
    """
    true = share("prior", prior) * share("hit_rate", hit_rate)
    all_alarms = true + (1 - prior) * share("false_alarm_rate", false_alarm_rate)
    return true / all_alarms if all_alarms > 0 else float("nan")


def cusum(values: ArrayLike, slack: float = 0.5) -> Floats:
    """Give the running sum of what lies above the slack: C = max(0, C + z - k).

    Parameters
    ----------
    values
        Deviations from the usual level in standard deviations; several series as rows.
    slack
        k: half the shift that one wants to notice. Alarm when C passes h, often 4 or 5.
    """
    z = numbers("values", values, None)
    k = not_negative("slack", slack)
    sums = np.zeros_like(z)
    running = np.zeros(z.shape[:-1])
    for t in range(z.shape[-1]):
        running = np.maximum(0.0, running + z[..., t] - k)
        sums[..., t] = running
    return sums


def first_alarm(values: ArrayLike, slack: float = 0.5, threshold: float = 5.0) -> NDArray[np.int64]:
    """Give the period (1, 2, ...) in which each series first gives an alarm, 0 for never; arguments as in `cusum`."""
    over = np.atleast_2d(cusum(values, slack)) > positive("threshold", threshold)
    return np.where(over.any(axis=1), over.argmax(axis=1) + 1, 0)


def cusum_run_length(slack: float = 0.5, threshold: float = 5.0, shift: float = 0.0, states: int = 400) -> float:
    """Give the mean number of periods until a CUSUM chart gives an alarm (one-sided, from 0).

    The chart's level is cut into narrow bands and followed as a Markov chain (Brook and Evans 1972).

    Parameters
    ----------
    slack, threshold
        k and h, in standard deviations.
    shift
        True shift of the level: 0 gives the time between false alarms.
    states
        Number of bands.

    Examples
    --------
    >>> round(cusum_run_length(0.5, 5, 1), 2)
    10.38
    """
    k, h, mean = not_negative("slack", slack), positive("threshold", threshold), finite("shift", shift)
    from scipy.special import ndtr

    count = whole("states", states, 2)
    width = 2 * h / (2 * count - 1)
    level = width * np.arange(count)
    upper = ndtr(level[None, :] + width / 2 - level[:, None] + k - mean)
    moves = np.diff(upper, axis=1, prepend=0.0)
    return float(np.linalg.solve(np.eye(count) - moves, np.ones(count))[0])
