"""Controlled experiments: how large, what was seen, how sure one may be, and what can go wrong.

Rates are shares from 0 to 1, effects of rates are differences of shares (0.02 is two percentage points), sample sizes
are per arm and not rounded: round them up.

Sources: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions; Cohen 1988; Newcombe 1998 (Statistics
in Medicine 17); Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020); Kohavi, Deng and Vermeer 2022;
Deng, Xu, Kohavi and Walker 2013; Benjamini and Hochberg 1995; Hanley and Lippman-Hand 1983; van Belle 2002.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qspo_lab.methods._checks import Floats, finite, numbers, one_of, open_share, positive, same_length, share, whole

Formula = Literal["pooled", "unpooled", "arcsine", "continuity", "baseline"]
FORMULAS = ("pooled", "unpooled", "arcsine", "continuity", "baseline")
IntervalMethod = Literal["wilson", "wald", "exact"]
INTERVALS = ("wilson", "wald", "exact")
MINIMUM_PER_ARM = 2
"""Below this many observations an arm has no spread of its own, and nothing is said."""

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Comparison:
    """Two arms side by side.

    Parameters
    ----------
    status
        ``ok``, or ``insufficient`` if an arm is missing or has fewer than two observations; every number that cannot
        be said is nan then.
    a, b
        Rate or mean of each arm.
    difference, low, high
        b minus a, and its interval.
    statistic
        z (rates) or t (means).
    p_value
        Two-sided.
    """

    status: Literal["ok", "insufficient"]
    a: float
    b: float
    difference: float
    low: float
    high: float
    statistic: float
    p_value: float


@dataclass(frozen=True)
class SampleRatio:
    """Whether visitors were split as planned.

    Parameters
    ----------
    chi2, p_value
        Test of the split against the plan.
    observed, planned
        Share of each arm.
    deviation
        Largest distance between the two, as a share of all visitors: with millions of visitors a tiny one alarms.
    """

    chi2: float
    p_value: float
    observed: tuple[float, ...]
    planned: tuple[float, ...]
    deviation: float


def sample_size_two_proportions(
    baseline_rate: float,
    minimum_detectable_effect: float,
    alpha: float = 0.05,
    power: float = 0.8,
    formula: Formula = "pooled",
) -> float:
    """Give the visitors per arm needed to tell two rates apart.

    Parameters
    ----------
    baseline_rate
        Rate p1 of today.
    minimum_detectable_effect
        Smallest change worth having, as a difference of rates, up or down: p2 = p1 + change.
    alpha
        False alarm rate, two-sided.
    power
        Chance to see the change if it is there.
    formula
        Five answers to one question are in use; with d = p2 - p1, q = 1 - p and pbar their mean:

        ``pooled``      (z_a sqrt(2 pbar qbar) + z_b sqrt(p1 q1 + p2 q2))^2 / d^2
        ``unpooled``    (z_a + z_b)^2 (p1 q1 + p2 q2) / d^2
        ``arcsine``     2 (z_a + z_b)^2 / (2 asin sqrt(p1) - 2 asin sqrt(p2))^2
        ``continuity``  the pooled n, then n / 4 (1 + sqrt(1 + 4 / (n |d|)))^2
        ``baseline``    the pooled form with p1 q1 in place of pbar qbar, as a well-known web calculator has it

    Returns
    -------
    float
        Visitors per arm, not rounded.

    Raises
    ------
    ValueError
        If a rate leaves 0 to 1 or the effect is 0, which no sample is large enough for.

    Examples
    --------
    >>> round(sample_size_two_proportions(0.10, 0.02), 2)
    3840.85
    """
    p1, p2 = _two_rates(baseline_rate, minimum_detectable_effect)
    one_of("formula", formula, FORMULAS)
    z_a = _NORMAL.inv_cdf(1 - open_share("alpha", alpha) / 2)
    z_b = _NORMAL.inv_cdf(open_share("power", power))
    d = abs(p2 - p1)
    if formula == "arcsine":
        return float(2 * ((z_a + z_b) / (2 * np.arcsin(np.sqrt(p1)) - 2 * np.arcsin(np.sqrt(p2)))) ** 2)
    n = ((z_a * _null_spread(p1, p2, formula) + z_b * _spread(p1, p2)) / d) ** 2
    if formula == "continuity":
        n = n / 4 * (1 + np.sqrt(1 + 4 / (n * d))) ** 2
    return float(n)


def power_two_proportions(
    baseline_rate: float,
    minimum_detectable_effect: float,
    n_per_arm: float,
    alpha: float = 0.05,
    formula: Literal["pooled", "unpooled", "baseline"] = "pooled",
) -> float:
    """Give the chance to see a change of a rate with so many visitors per arm.

    Parameters
    ----------
    baseline_rate, minimum_detectable_effect, alpha
        As in `sample_size_two_proportions`.
    n_per_arm
        Visitors per arm.
    formula
        As in `sample_size_two_proportions`, of which it is the inverse.

    Examples
    --------
    >>> round(power_two_proportions(0.5, 0.25, 50), 4)
    0.7402
    """
    p1, p2 = _two_rates(baseline_rate, minimum_detectable_effect)
    one_of("formula", formula, ("pooled", "unpooled", "baseline"))
    z_a = _NORMAL.inv_cdf(1 - open_share("alpha", alpha) / 2)
    reach = np.sqrt(positive("n_per_arm", n_per_arm)) * abs(p2 - p1)
    return _NORMAL.cdf(float((reach - z_a * _null_spread(p1, p2, formula)) / _spread(p1, p2)))


def sample_size_rule_of_16(variance: float, difference: float) -> float:
    """Give the rule of thumb 16 s^2 / d^2 per arm (5 % two-sided, 80 % power; van Belle 2002).

    Examples
    --------
    >>> round(sample_size_rule_of_16(0.05 * 0.95, 0.05 * 0.05))
    121600
    """
    return 16 * positive("variance", variance) / positive("difference", abs(difference)) ** 2


def power_t_test(effect_size: float, n_per_arm: float, alpha: float = 0.05) -> float:
    """Give the power of a two-sided t-test of two equal groups.

    Parameters
    ----------
    effect_size
        Difference of means in standard deviations (Cohen's d).
    n_per_arm
        Observations per arm, at least 2.
    alpha
        Two-sided level.

    Examples
    --------
    >>> round(power_t_test(1.0, 20), 5)
    0.86895
    """
    from scipy.stats import nct, norm, t

    effect = finite("effect_size", effect_size)
    if finite("n_per_arm", n_per_arm) < 2:
        raise ValueError(f"n_per_arm must be 2 or more, not {n_per_arm!r}")
    freedom, shift = 2 * n_per_arm - 2, abs(effect) * np.sqrt(n_per_arm / 2)
    edge = t.isf(open_share("alpha", alpha) / 2, freedom)
    seen = nct.sf(edge, freedom, shift) + nct.cdf(-edge, freedom, shift)
    return float(min(seen, 1.0)) if np.isfinite(seen) else float(norm.sf(edge - shift))


def sample_size_t_test(effect_size: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give the observations per arm that a two-sided t-test needs.

    Parameters
    ----------
    effect_size
        Difference of means in standard deviations; 0 is refused, a huge one gives 2, the fewest a t-test can use.
    alpha, power
        As in `power_t_test`.

    Examples
    --------
    >>> round(sample_size_t_test(0.5), 2)
    63.77
    """
    from scipy.optimize import brentq

    if finite("effect_size", effect_size) == 0:
        raise ValueError("effect_size must not be 0: no sample is large enough to see no effect")
    open_share("power", power)
    if power_t_test(effect_size, 2, alpha) >= power:
        return 2.0
    z = _NORMAL.inv_cdf(1 - open_share("alpha", alpha) / 2) + _NORMAL.inv_cdf(power)
    above = 2 * (z / effect_size) ** 2 + 1000
    return float(brentq(lambda n: power_t_test(effect_size, n, alpha) - power, 2, above))


def proportion_interval(
    successes: ArrayLike, n: ArrayLike, method: IntervalMethod = "wilson", confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the interval of a rate.

    Parameters
    ----------
    successes, n
        Those who did, out of how many; numbers or arrays that fit together.
    method
        ``wilson`` (score, the default to use), ``wald`` (the textbook one, which may leave 0 to 1 and calls 0 of 20
        certain; to be shown, not to be used), ``exact`` (Clopper and Pearson, wide).
    confidence
        Share of such intervals that hold the truth.

    Returns
    -------
    low, high : numpy.ndarray
        nan where n is 0: nothing was observed, so nothing is said.

    Raises
    ------
    ValueError
        If there are more successes than observations.

    Examples
    --------
    >>> [round(float(b), 4) for b in proportion_interval(0, 20)]
    [0.0, 0.1611]
    """
    x, total = _counts(successes, n)
    one_of("method", method, INTERVALS)
    z = _NORMAL.inv_cdf(0.5 + open_share("confidence", confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / total
        if method == "exact":
            from scipy.special import betaincinv

            tail = (1 - confidence) / 2
            low = np.where(x > 0, betaincinv(np.maximum(x, 1), total - x + 1, tail), 0.0)
            high = np.where(x < total, betaincinv(x + 1, np.maximum(total - x, 1), 1 - tail), 1.0)
            return np.where(total > 0, low, np.nan), np.where(total > 0, high, np.nan)
        if method == "wald":
            half = z * np.sqrt(p * (1 - p) / total)
            return p - half, p + half
        middle = (x + z**2 / 2) / (total + z**2)
        half = z / (total + z**2) * np.sqrt(x * (1 - p) + z**2 / 4)
    low = np.where(x == 0, 0.0, middle - half)
    high = np.where(x == total, 1.0, middle + half)
    return np.where(total > 0, low, np.nan), np.where(total > 0, high, np.nan)


def difference_interval(
    conversions_a: float, visitors_a: float, conversions_b: float, visitors_b: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Give the interval of rate b minus rate a (Newcombe 1998, method 10, from two Wilson intervals).

    Examples
    --------
    >>> [round(b, 4) for b in difference_interval(48, 80, 56, 70)]
    [0.0524, 0.3339]
    """
    counts = np.array([conversions_a, conversions_b]), np.array([visitors_a, visitors_b])
    low, high = proportion_interval(*counts, "wilson", confidence)
    with np.errstate(invalid="ignore"):
        a, b = counts[0] / np.where(counts[1] > 0, counts[1], np.nan)
    return (
        float(b - a - np.hypot(b - low[1], high[0] - a)),
        float(b - a + np.hypot(high[1] - b, a - low[0])),
    )


def compare_proportions(
    conversions_a: float, visitors_a: float, conversions_b: float, visitors_b: float, confidence: float = 0.95
) -> Comparison:
    """Compare two conversion rates: pooled z test, two-sided, and Newcombe's interval of the difference.

    Nobody converted in either arm, or everybody did: the difference is 0, z is 0 and p is 1, as in Fisher's exact
    test; the interval still says how little that shows.

    Parameters
    ----------
    conversions_a, visitors_a, conversions_b, visitors_b
        Counts of the two arms.
    confidence
        Of the interval.

    Returns
    -------
    Comparison
        ``insufficient`` if an arm has fewer than two visitors.

    Examples
    --------
    >>> round(compare_proportions(9, 149, 4, 145).p_value, 3)
    0.171
    """
    _counts([conversions_a, conversions_b], [visitors_a, visitors_b])
    a = conversions_a / visitors_a if visitors_a else np.nan
    b = conversions_b / visitors_b if visitors_b else np.nan
    if min(visitors_a, visitors_b) < MINIMUM_PER_ARM:
        return Comparison("insufficient", a, b, np.nan, np.nan, np.nan, np.nan, np.nan)
    pooled = (conversions_a + conversions_b) / (visitors_a + visitors_b)
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / visitors_a + 1 / visitors_b)))
    z = (b - a) / error if error > 0 else 0.0
    low, high = difference_interval(conversions_a, visitors_a, conversions_b, visitors_b, confidence)
    return Comparison("ok", a, b, b - a, low, high, z, 2 * _NORMAL.cdf(-abs(z)))


def compare_means(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Comparison:
    """Compare two means: Welch's t test, two-sided.

    Parameters
    ----------
    a, b
        Observations of the two arms.
    confidence
        Of the interval of the difference.

    Returns
    -------
    Comparison
        ``insufficient`` if an arm has fewer than two observations, or neither arm varies at all.

    Examples
    --------
    >>> compare_means([2.0], [1.0]).status
    'insufficient'
    """
    arms = numbers("a", a), numbers("b", b)
    mean_a, mean_b = (float(arm.mean()) if len(arm) else np.nan for arm in arms)
    if min(map(len, arms)) < MINIMUM_PER_ARM or all(np.ptp(arm) == 0 for arm in arms):
        return Comparison("insufficient", mean_a, mean_b, np.nan, np.nan, np.nan, np.nan, np.nan)
    from scipy.stats import ttest_ind

    test = ttest_ind(arms[1], arms[0], equal_var=False)
    low, high = test.confidence_interval(open_share("confidence", confidence))
    return Comparison(
        "ok", mean_a, mean_b, mean_b - mean_a, float(low), float(high), float(test.statistic), float(test.pvalue)
    )


def compare_segments(
    counts: Mapping[str, Mapping[str, tuple[float, float]]], a: str, b: str, confidence: float = 0.95
) -> dict[str, Comparison]:
    """Compare two arms in every segment; a segment without enough data does not stop the others.

    Parameters
    ----------
    counts
        Segment, then arm, then (conversions, visitors). An arm may be missing.
    a, b
        Names of the arms; b is compared with a.
    confidence
        Of the intervals.

    Returns
    -------
    dict
        Segment to comparison, in the order given.
    """
    return {
        segment: compare_proportions(*arms.get(a, (0, 0)), *arms.get(b, (0, 0)), confidence=confidence)
        for segment, arms in counts.items()
    }


def rates_by_segment(conversions: ArrayLike, visitors: ArrayLike) -> Floats:
    """Give the rate of each segment and, last, of all together; the last may contradict all others (Simpson).

    Examples
    --------
    >>> rates_by_segment([81, 192], [87, 263]).round(2).tolist()
    [0.93, 0.73, 0.78]
    """
    x, n = _counts(conversions, visitors)
    x, n = np.append(x, x.sum()), np.append(n, n.sum())
    return np.divide(x, n, out=np.full(len(x), np.nan), where=n > 0)


def sample_ratio_check(visitors: Sequence[float], planned: Sequence[float]) -> SampleRatio:
    """Check whether the visitors were split as planned; if not, no other number of the test can be trusted.

    Parameters
    ----------
    visitors
        Visitors of each arm.
    planned
        Planned ratios in the same order: [1, 1], [95, 5], [0.8, 0.1, 0.1].

    Returns
    -------
    SampleRatio

    Examples
    --------
    >>> sample_ratio_check([950, 50], [95, 5]).p_value
    1.0
    """
    seen, plan = numbers("visitors", visitors), numbers("planned", planned)
    if same_length(visitors=seen, planned=plan) < 2:
        raise ValueError("visitors must name at least two arms")
    if np.any(seen < 0) or seen.sum() == 0:
        raise ValueError(f"visitors must be counts of 0 or more and not all 0, not {list(visitors)!r}")
    if np.any(plan <= 0):
        raise ValueError(f"planned must hold ratios above 0, not {list(planned)!r}")
    from scipy.special import chdtrc

    observed, shares = seen / seen.sum(), plan / plan.sum()
    expected = shares * seen.sum()
    chi2 = float(((seen - expected) ** 2 / expected).sum())
    deviation = float(np.abs(observed - shares).max())
    return SampleRatio(
        chi2, float(chdtrc(len(seen) - 1, chi2)), tuple(observed.tolist()), tuple(shares.tolist()), deviation
    )


def false_positive_risk(success_rate: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give the chance that a significant gain is none.

    alpha/2 (1 - s) / (alpha/2 (1 - s) + power s): only the half of the false alarms that point upwards count.

    Parameters
    ----------
    success_rate
        Share s of ideas that truly help.
    alpha, power
        Of the tests, two-sided.

    Examples
    --------
    >>> round(false_positive_risk(0.1), 4)
    0.2195
    """
    false = share("alpha", alpha) / 2 * (1 - share("success_rate", success_rate))
    true = share("power", power) * success_rate
    return false / (false + true) if false + true > 0 else float("nan")


def posterior(conversions: float, visitors: float, prior: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
    """Give the two parameters of the Beta distribution of a rate after the data; the prior is flat by default."""
    _counts(conversions, visitors)
    return positive("prior", prior[0]) + conversions, positive("prior", prior[1]) + visitors - conversions


def probability_b_beats_a(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the chance that rate b is higher than rate a.

    A dashboard that is watched daily and stopped at "95 % once" still stops on luck.

    Parameters
    ----------
    a, b
        Parameters of the two Beta distributions, from `posterior`.

    Examples
    --------
    >>> round(probability_b_beats_a(posterior(120, 1000), posterior(140, 1000)), 6)
    0.907873
    """
    from scipy.special import betainc

    rates, weights = _beta_nodes(b, a)
    return float(weights @ betainc(*a, rates))


def expected_loss(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the rate lost on average by choosing b: the mean of a - b where a is better, 0 elsewhere.

    Parameters
    ----------
    a, b
        As in `probability_b_beats_a`.

    Examples
    --------
    >>> round(expected_loss(posterior(120, 1000), posterior(140, 1000)), 6)
    0.000646
    """
    from scipy.special import betaincc

    rates, weights = _beta_nodes(b, a)
    mean_a = a[0] / (a[0] + a[1])
    return float(weights @ (mean_a * betaincc(a[0] + 1, a[1], rates) - rates * betaincc(*a, rates)))


def reject_benjamini_hochberg(p_values: ArrayLike, false_discovery_rate: float = 0.05) -> NDArray[np.bool_]:
    """Say which of many tests stand if only this share of those named may be false.

    The k smallest p values stand, k being the largest number for which the k-th is at most k / m times the rate.
    """
    p = numbers("p_values", p_values)
    if np.any((p < 0) | (p > 1)):
        raise ValueError(f"p_values must lie between 0 and 1, not {p[(p < 0) | (p > 1)][0]}")
    open_share("false_discovery_rate", false_discovery_rate)
    order = np.sort(p)
    passed = np.flatnonzero(order <= np.arange(1, len(p) + 1) / max(len(p), 1) * false_discovery_rate)
    return p <= order[passed[-1]] if len(passed) else np.zeros(len(p), dtype=bool)


def reject_bonferroni(p_values: ArrayLike, alpha: float = 0.05) -> NDArray[np.bool_]:
    """Say which of many tests stand if not one false alarm is wanted among them."""
    p = numbers("p_values", p_values)
    return p <= open_share("alpha", alpha) / max(len(p), 1)


def cuped_variance_factor(correlation: ArrayLike) -> Floats:
    """Give the share of variance that is left after taking out what was known before: 1 - rho^2."""
    rho = numbers("correlation", correlation, None)
    if np.any(np.abs(rho) > 1):
        raise ValueError(f"correlation must lie between -1 and 1, not {correlation!r}")
    return 1 - rho**2


def cuped(metric: ArrayLike, before: ArrayLike) -> Floats:
    """Take out of a metric what each person's earlier value foretold; its mean stays (Deng and others 2013).

    Parameters
    ----------
    metric
        Value of each person in the test, all arms together.
    before
        The same persons' value before the test. If it never varies, it foretells nothing and the metric comes back.
    """
    y, x = numbers("metric", metric), numbers("before", before)
    if same_length(metric=y, before=x) < 2 or np.ptp(x) == 0:
        return y.copy()
    centred = x - x.mean()
    return y - (centred @ y) / (centred @ centred) * centred


def rule_of_three(n: int) -> float:
    """Give the quick upper limit (95 %) of a rate after n observations without a single case: 3 / n.

    Examples
    --------
    >>> rule_of_three(20)
    0.15
    """
    return min(3 / whole("n", n, 1), 1.0)


def upper_limit_without_a_case(n: int, confidence: float = 0.95) -> float:
    """Give the exact upper limit of a rate after n observations without a single case.

    Examples
    --------
    >>> round(upper_limit_without_a_case(20), 5)
    0.13911
    """
    return float(1 - (1 - open_share("confidence", confidence)) ** (1 / whole("n", n, 1)))


def expected_maximum(count: int) -> float:
    """Give the mean of the largest of so many standard normal numbers: the winner's luck, in standard deviations.

    Examples
    --------
    >>> round(expected_maximum(3), 4)
    0.8463
    """
    k = whole("count", count, 1)
    from scipy.special import log_ndtr

    x = np.linspace(0, 12, 4801)
    above, below = -np.expm1(k * log_ndtr(x)), np.exp(k * log_ndtr(-x))
    return float(np.trapezoid(above - below, x))


def adaptation_value(options: int, correlation: float, spread: float, rounds: int = 1) -> float:
    """Give what choosing the best of several options on evidence brings: rho E[max] sd for each round.

    Parameters
    ----------
    options
        How many to choose from each time.
    correlation
        Between the evidence and the truth, 0 to 1.
    spread
        Standard deviation of the options' true worth.
    rounds
        How many choices.

    Examples
    --------
    >>> round(adaptation_value(3, 0.3, 10, 10), 1)
    25.4
    """
    share("correlation", correlation)
    return whole("rounds", rounds) * correlation * expected_maximum(options) * spread


def _two_rates(baseline_rate: float, effect: float) -> tuple[float, float]:
    p1 = open_share("baseline_rate", baseline_rate)
    p2 = p1 + finite("minimum_detectable_effect", effect)
    if p1 == p2:
        raise ValueError("minimum_detectable_effect must not be 0: no sample is large enough to see no effect")
    if not 0 < p2 < 1:
        raise ValueError(
            f"minimum_detectable_effect {effect!r} takes the rate from {p1:g} to {p2:g}; it must stay between 0 and 1"
        )
    return p1, p2


def _spread(p1: float, p2: float) -> float:
    return float(np.sqrt(p1 * (1 - p1) + p2 * (1 - p2)))


def _null_spread(p1: float, p2: float, formula: str) -> float:
    if formula == "unpooled":
        return _spread(p1, p2)
    p = p1 if formula == "baseline" else (p1 + p2) / 2
    return float(np.sqrt(2 * p * (1 - p)))


def _counts(successes: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    x, total = np.broadcast_arrays(numbers("successes", successes, None), numbers("n", n, None))
    if np.any(x < 0):
        raise ValueError(f"successes must be 0 or more, not {x.min():g}")
    over = np.argwhere(x > total)
    if len(over):
        place = tuple(over[0])
        raise ValueError(f"there cannot be more successes ({x[place]:g}) than observations ({total[place]:g})")
    return x, total


def _beta_nodes(of: tuple[float, float], other: tuple[float, float]) -> tuple[Floats, Floats]:
    """Quadrature points and weights of one Beta distribution, finer where the other one changes."""
    from scipy.special import betainc, betaincinv

    for name, parameters in (("a", other), ("b", of)):
        positive(name, parameters[0])
        positive(name, parameters[1])
    tails = np.array([1e-12, 1e-9, 1e-6, 1e-4, 1e-2, 0.1])
    levels = np.concatenate([tails, [0.5], 1 - tails])
    edges = np.concatenate([[0.0], levels, betainc(*of, betaincinv(*other, levels)), [1.0]])
    edges = np.unique(edges[(edges == 0) | (edges >= 1e-15)])  # less weighs nothing, and has no inverse in scipy
    nodes, weights = np.polynomial.legendre.leggauss(24)
    half = np.diff(edges)[:, None] / 2
    at = edges[:-1, None] + half * (nodes + 1)
    return betaincinv(*of, at.ravel()), (half * weights).ravel()
