"""Looking at a running test more than once: what it costs, and bounds that make it honest.

A test statistic z that is 1.96 or more by chance in one look of twenty gets there far more often when it is looked
at again and again. This module holds the exact error of repeated looks, the classic bounds that repair it, and paths
of running tests to try them on.

The exact figures come from following the density of the running sum from look to look (Armitage, McPherson and Rowe
1969, Journal of the Royal Statistical Society A 132). On the scale of information t (0 at the start, 1 at the planned
end) the sum is S(t) = z(t) sqrt(t), a Brownian motion with drift.

Sources: Pocock 1977; O'Brien and Fleming 1979; Lan and DeMets 1983; Jennison and Turnbull, Group Sequential Methods
(2000); Johari, Pekelis and Walsh 2017 for the mixture likelihood ratio; Wald 1945.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, finite, numbers, one_of, open_share, positive, share, whole

REACH = 9.0
"""Standard deviations beyond which a normal density is taken as nothing (2e-19)."""

Spending = Literal["obrien_fleming", "pocock"]
SPENDING = ("obrien_fleming", "pocock")


def equal_looks(looks: int) -> Floats:
    """Give the shares of information at equally spaced looks: 1/K, 2/K, ..., 1."""
    return np.arange(1, whole("looks", looks, 1) + 1) / looks


def crossing_probabilities(bounds: ArrayLike, information: ArrayLike | None = None, drift: float = 0.0) -> Floats:
    """Give the chance that |z| reaches its bound for the first time at each look.

    Parameters
    ----------
    bounds
        Critical value of |z| at each look; ``inf`` means that nothing can be concluded at that look.
    information
        Share of the planned information at each look, rising, the last usually 1. Equally spaced if left out.
    drift
        Mean of z at information 1: 0 if there is no effect.

    Returns
    -------
    numpy.ndarray
        One probability per look. Their sum is the error of the first kind if ``drift`` is 0, the power otherwise.

    Raises
    ------
    ValueError
        For bounds that are not above 0, or information that does not rise.

    Examples
    --------
    >>> crossing_probabilities([1.959964, 1.959964]).round(4).tolist()
    [0.05, 0.0331]
    """
    critical = np.asarray(bounds, dtype=np.float64)
    if critical.ndim != 1 or not len(critical) or not np.all(critical > 0):
        raise ValueError(f"bounds must be a list of numbers above 0, not {bounds!r}")
    times = _rising(information, len(critical))
    drift = finite("drift", drift)

    remaining = 1.0
    first = np.empty(len(critical))
    at, density, before = np.zeros(1), np.ones(1), 0.0
    for look, (bound, now) in enumerate(zip(critical, times, strict=True)):
        step = np.sqrt(now - before)
        low = max(-bound * np.sqrt(now), drift * now - REACH * np.sqrt(now))
        high = min(bound * np.sqrt(now), drift * now + REACH * np.sqrt(now))
        if low >= high:
            first[look:] = 0.0
            first[look] = remaining
            break
        nodes, weights = _legendre(int(np.clip(16 * np.ceil((high - low) / step / 4), 48, 800)))
        points = 0.5 * (high - low) * nodes + 0.5 * (high + low)
        gaps = (points[:, None] - at[None, :] - drift * (now - before)) / step
        mass = np.exp(-0.5 * gaps**2) @ density / (step * np.sqrt(2 * np.pi))
        at, density, before = points, mass * weights * 0.5 * (high - low), now
        inside = float(density.sum())
        first[look] = max(remaining - inside, 0.0)
        remaining = inside
    return first


def type_one_error(looks: int, bound: ArrayLike | None = None, alpha: float = 0.05) -> float:
    """Give the chance of a false alarm somewhere in several equally spaced looks.

    Parameters
    ----------
    looks
        How many times the test is looked at.
    bound
        Critical value of |z|: one number for all looks or one for each. Left out, it is the one of a single look
        at level ``alpha`` (1.96 for 5 %), that is, looking as if looking were free.
    alpha
        Level that the single look would have; not used if ``bound`` is given.

    Returns
    -------
    float
        Probability from 0 to 1.

    Examples
    --------
    >>> round(type_one_error(14), 4)
    0.2196
    """
    looks = whole("looks", looks, 1)
    level = NormalDist().inv_cdf(1 - open_share("alpha", alpha) / 2) if bound is None else bound
    bounds = np.asarray(level, dtype=np.float64)
    if bounds.ndim == 1 and len(bounds) != looks:
        raise ValueError(f"bound must be one number or {looks} numbers, one for each look, not {len(bounds)}")
    return float(crossing_probabilities(np.broadcast_to(bounds, (looks,))).sum())


@lru_cache(maxsize=256)
def pocock_constant(looks: int, alpha: float = 0.05) -> float:
    """Give the one critical value of |z| that keeps the false alarm rate at ``alpha`` over all looks (Pocock 1977).

    Examples
    --------
    >>> round(pocock_constant(5), 3)
    2.413
    """
    return _constant(np.ones(whole("looks", looks, 1)), alpha)


@lru_cache(maxsize=256)
def obrien_fleming_constant(looks: int, alpha: float = 0.05) -> float:
    """Give C of the bounds C sqrt(K/k): strict at first, close to the single look at the end (O'Brien, Fleming 1979).

    Examples
    --------
    >>> round(obrien_fleming_constant(5), 3)
    2.04
    """
    return _constant(np.sqrt(1 / equal_looks(looks)), alpha)


def pocock_bounds(looks: int, alpha: float = 0.05) -> Floats:
    """Give Pocock's bound for each of the equally spaced looks: the same number every time."""
    return np.full(looks, pocock_constant(looks, alpha))


def obrien_fleming_bounds(looks: int, alpha: float = 0.05) -> Floats:
    """Give O'Brien and Fleming's bound for each of the equally spaced looks.

    Examples
    --------
    >>> obrien_fleming_bounds(5).round(3).tolist()
    [4.562, 3.226, 2.634, 2.281, 2.04]
    """
    return obrien_fleming_constant(looks, alpha) / np.sqrt(equal_looks(looks))


def alpha_spent(
    information: ArrayLike, alpha: float = 0.05, spending: Spending = "obrien_fleming", per_side: bool = True
) -> Floats:
    """Give how much of the error may be spent up to each share of information (Lan and DeMets 1983).

    ``obrien_fleming``: 2 - 2 Phi(z / sqrt(t)) with z the point for half the level; ``pocock``:
    alpha ln(1 + (e - 1) t).

    Parameters
    ----------
    information
        Shares of the planned information, 0 to 1.
    alpha
        Two-sided level in all.
    spending
        Which of the two functions.
    per_side
        Two conventions are in print. True gives each side its own function at alpha / 2, the first O'Brien-Fleming
        bound of five is then 4.877; False spends alpha for both sides together, and it is 4.383. The Pocock type is
        the same either way.
    """
    times = numbers("information", information)
    if np.any((times <= 0) | (times > 1)):
        raise ValueError(f"information must lie above 0 and up to 1, not {information!r}")
    open_share("alpha", alpha)
    if one_of("spending", spending, SPENDING) == "pocock":
        return alpha * np.log1p((np.e - 1) * times)
    sides = 2 if per_side else 1
    z = NormalDist().inv_cdf(1 - alpha / sides / 2)
    return np.array([sides * 2 * NormalDist().cdf(-z / np.sqrt(t)) for t in times])


def spending_bounds(
    information: int | Sequence[float] | Floats,
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
    per_side: bool = True,
) -> Floats:
    """Give the bounds of |z| that spend the error as planned, at whatever times the looks take place.

    Parameters
    ----------
    information
        Share of the planned information at each look, rising; or the number of equally spaced looks.
    alpha, spending, per_side
        As in `alpha_spent`.

    Examples
    --------
    >>> spending_bounds(5).round(3).tolist()
    [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    times = equal_looks(information) if isinstance(information, int) else _rising(information, np.size(information))
    budget = np.diff(alpha_spent(times, alpha, spending, per_side), prepend=0.0)
    bounds: list[float] = []

    def left_over(bound: float) -> float:
        return float(crossing_probabilities([*bounds, bound], times[: len(bounds) + 1])[-1] - budget[len(bounds)])

    for _ in times:
        bounds.append(_root(left_over, 0.01, REACH - 0.5) if left_over(REACH - 0.5) < 0 else np.inf)
    return np.array(bounds)


def sample_inflation(bounds: ArrayLike, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give how many times larger a test with looks must be planned than one with a single look at the end.

    Parameters
    ----------
    bounds
        Critical value of |z| at each of the equally spaced looks.
    alpha, power
        Two-sided level and power of both designs.

    Examples
    --------
    >>> round(sample_inflation(pocock_bounds(5)), 3)
    1.228
    """
    normal = NormalDist()
    alone = normal.inv_cdf(1 - open_share("alpha", alpha) / 2) + normal.inv_cdf(open_share("power", power))
    needed = _root(lambda drift: crossing_probabilities(bounds, None, drift).sum() - power, 0.0, 5 * alone + 5)
    return (needed / alone) ** 2


def wald_bounds(alpha: float = 0.05, beta: float = 0.2) -> tuple[float, float]:
    """Give Wald's bounds on the log likelihood ratio: stop below the first, reject at the second.

    Lower ln(beta / (1 - alpha)), upper ln((1 - beta) / alpha).

    Examples
    --------
    >>> [round(b, 4) for b in wald_bounds()]
    [-1.5581, 2.7726]
    """
    open_share("alpha", alpha)
    open_share("beta", beta)
    return float(np.log(beta / (1 - alpha))), float(np.log((1 - beta) / alpha))


def mixture_likelihood_ratio(n: ArrayLike, effect: ArrayLike, variance: float, tau: float) -> Floats:
    """Give the evidence against "no effect" that stays valid whenever one looks.

    L = sqrt(V / (V + n tau^2)) exp(n^2 tau^2 effect^2 / (2 V (V + n tau^2))): the likelihood ratio, averaged over
    effects that are normal around 0 with standard deviation tau. Reject as soon as L reaches 1 / alpha.

    Parameters
    ----------
    n
        Observations so far (pairs, if the effect is a difference).
    effect
        Mean effect seen so far.
    variance
        Variance V of one observation of the effect.
    tau
        Size of the effects one expects, in the unit of ``effect``.

    Examples
    --------
    >>> round(float(mixture_likelihood_ratio(400, 0.2, 2.0, 0.3)), 4)
    10.1478
    """
    v = positive("variance", variance)
    spread = np.asarray(n, dtype=np.float64) * positive("tau", tau) ** 2
    theta = np.asarray(effect, dtype=np.float64)
    exponent = np.asarray(n) * spread * theta**2 / (2 * v * (v + spread))
    with np.errstate(over="ignore"):
        return np.sqrt(v / (v + spread)) * np.exp(exponent)


def always_valid_bounds(information: ArrayLike, tau: float, alpha: float = 0.05) -> Floats:
    """Give the bound of |z| at which the mixture likelihood ratio reaches 1 / alpha.

    Parameters
    ----------
    information
        n / V at each look; or shares of the planned information if tau is measured in units of z at the end.
    tau
        Size of the effects one expects, in the matching unit.
    alpha
        False alarm rate over any number of looks, for ever.

    Examples
    --------
    >>> always_valid_bounds([0.5, 1.0], tau=2.0).round(3).tolist()
    [3.261, 3.082]
    """
    spread = numbers("information", information) * positive("tau", tau) ** 2
    if np.any(spread <= 0):
        raise ValueError(f"information must be above 0 at every look, not {information!r}")
    return np.sqrt((1 + spread) / spread * (2 * np.log(1 / open_share("alpha", alpha)) + np.log1p(spread)))


def z_paths(
    rng: np.random.Generator,
    tests: int,
    looks: int,
    drift: float | ArrayLike = 0.0,
    information: ArrayLike | None = None,
) -> Floats:
    """Draw running z statistics of many tests.

    Parameters
    ----------
    rng
        Source of the draws.
    tests, looks
        How many tests, and how often each is looked at.
    drift
        Mean of z at the planned end: 0 for a test of two equal variants (A/A), z_(alpha/2) + z_power for an effect
        of the size the test was planned for. One number, or one for each test.
    information
        As in `crossing_probabilities`.

    Returns
    -------
    numpy.ndarray
        Shape (tests, looks).
    """
    times = _rising(information, whole("looks", looks, 1))
    steps = np.diff(times, prepend=0.0)
    moves = rng.standard_normal((whole("tests", tests, 1), looks)) * np.sqrt(steps)
    moves += np.asarray(drift, dtype=np.float64).reshape(-1, 1) * steps
    return np.cumsum(moves, axis=1, out=moves) / np.sqrt(times)


def conversion_paths(
    rng: np.random.Generator, tests: int, looks: int, visitors: int, rate_a: float, rate_b: float
) -> Floats:
    """Draw running z statistics of many tests from visitors who convert or do not.

    Parameters
    ----------
    rng
        Source of the draws.
    tests, looks
        How many tests, and how often each is looked at.
    visitors
        New visitors per arm between two looks.
    rate_a, rate_b
        True conversion rates; equal in an A/A test.

    Returns
    -------
    numpy.ndarray
        Shape (tests, looks): pooled two-proportion z of b against a; 0 while nobody, or everybody, has converted.
    """
    size = (whole("tests", tests, 1), whole("looks", looks, 1))
    per_look = whole("visitors", visitors, 1)
    a = np.cumsum(rng.binomial(per_look, share("rate_a", rate_a), size), axis=1)
    b = np.cumsum(rng.binomial(per_look, share("rate_b", rate_b), size), axis=1)
    n = per_look * np.arange(1, looks + 1)
    pooled = (a + b) / (2 * n)
    error = np.sqrt(2 * pooled * (1 - pooled) / n)
    return np.divide((b - a) / n, error, out=np.zeros(size), where=error > 0)


def first_crossing(paths: ArrayLike, bounds: ArrayLike) -> NDArray[np.int64]:
    """Give the look (1, 2, ...) at which each path first reaches its bound; 0 if it never does.

    Parameters
    ----------
    paths
        Shape (tests, looks), from `z_paths` or `conversion_paths`.
    bounds
        Critical value of |z|: one number or one for each look.
    """
    over = np.abs(np.asarray(paths, dtype=np.float64)) >= np.asarray(bounds, dtype=np.float64)
    return np.where(over.any(axis=1), over.argmax(axis=1) + 1, 0)


def _rising(information: ArrayLike | None, looks: int) -> Floats:
    if information is None:
        return equal_looks(looks)
    times = numbers("information", information)
    if len(times) != looks or times[0] <= 0 or np.any(np.diff(times) <= 0):
        raise ValueError(f"information must hold {looks} rising numbers above 0, not {information!r}")
    return times


def _constant(shape: Floats, alpha: float) -> float:
    """Return the constant that spends alpha with bounds of a shape that ends at 1.

    It lies between the critical value of the last look alone and that of as many tests as there are looks (Bonferroni).
    """
    open_share("alpha", alpha)
    alone, apart = (NormalDist().inv_cdf(1 - alpha / tests / 2) for tests in (1, len(shape)))
    return _root(lambda c: crossing_probabilities(c * shape).sum() - alpha, 0.999 * alone, 1.001 * apart)


def _root(f: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function that changes its sign once is 0 (Ridders 1979, IEEE Transactions CAS 26).

    Own few lines: the library's root finders take far longer to load than these to run.
    """
    at_low, at_high, found = f(low), f(high), np.inf
    if at_low * at_high > 0:
        raise ValueError(f"there is no solution between {low:g} and {high:g}")
    while True:
        middle = (low + high) / 2
        at_middle = f(middle)
        bend = np.sqrt(at_middle**2 - at_low * at_high)
        step = (middle - low) * np.sign(at_low - at_high) * at_middle / bend if bend else 0.0
        before, found = found, float(middle + step)
        at_found = f(found)
        if at_found == 0 or abs(found - before) < 1e-11:
            return found
        points = sorted([(low, at_low), (middle, at_middle), (found, at_found), (high, at_high)])
        (low, at_low), (high, at_high) = next((a, b) for a, b in pairwise(points) if a[1] * b[1] <= 0)


@lru_cache(maxsize=64)
def _legendre(count: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights
