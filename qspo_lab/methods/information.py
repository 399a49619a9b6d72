"""What it is worth to know more before deciding.

Information has value only where it can change the decision: the most one should pay for certainty (EVPI), for an
imperfect test (EVSI), and for an option to stop half way. Money may be in any one unit, probabilities are 0 to 1.

Sources: Raiffa and Schlaifer, Applied Statistical Decision Theory (1961); Hubbard, How to Measure Anything (2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import Floats, finite, not_negative, numbers, positive, share, whole

_NORMAL = NormalDist()


@dataclass(frozen=True)
class TestReading:
    """What the two answers of a test say.

    Parameters
    ----------
    positive
        Chance that the test says "good".
    good_if_positive, good_if_negative
        Chance that the bet is good after either answer; nan if that answer never comes.
    """

    __test__ = False  # keeps pytest from taking the class for a test

    positive: float
    good_if_positive: float
    good_if_negative: float


def expected_values(payoffs: ArrayLike, probabilities: ArrayLike) -> Floats:
    """Give the mean pay-off of each action.

    Parameters
    ----------
    payoffs
        One row for each action, one column for each state of the world.
    probabilities
        Chance of each state; they add up to 1.
    """
    table, chances = _decision(payoffs, probabilities)
    return table @ chances


def expected_opportunity_losses(payoffs: ArrayLike, probabilities: ArrayLike) -> Floats:
    """Give what each action falls short, on average, of the best action in each state; the smallest is the EVPI.

    Parameters
    ----------
    payoffs, probabilities
        As in `expected_values`.
    """
    table, chances = _decision(payoffs, probabilities)
    return (table.max(axis=0) - table) @ chances


def evpi(payoffs: ArrayLike, probabilities: ArrayLike) -> float:
    """Give the value of knowing the state before acting: E[max over actions] - max over actions of E.

    Parameters
    ----------
    payoffs, probabilities
        As in `expected_values`.

    Examples
    --------
    >>> evpi([[40, -5], [0, 0]], [0.6, 0.4])
    2.0
    """
    return float(expected_opportunity_losses(payoffs, probabilities).min())


@dataclass(frozen=True)
class DecisionRules:
    """Which action each rule picks (position of the row) and what it looks at.

    Parameters
    ----------
    expected, maximin, minimax_regret, hurwicz
        Largest mean; largest worst case (Wald); smallest largest regret (Savage); largest mix of best and worst case
        (Hurwicz).
    largest_regrets
        Largest regret of each action.
    """

    expected: int
    maximin: int
    minimax_regret: int
    hurwicz: int
    largest_regrets: Floats


def decision_rules(payoffs: ArrayLike, probabilities: ArrayLike, optimism: float = 0.5) -> DecisionRules:
    """Apply four rules to one table; they may pick four different actions.

    Parameters
    ----------
    payoffs, probabilities
        As in `expected_values`.
    optimism
        Weight of the best case in Hurwicz' rule, 0 to 1.
    """
    table, chances = _decision(payoffs, probabilities)
    alpha = share("optimism", optimism)
    regrets = (table.max(axis=0) - table).max(axis=1)
    mixed = alpha * table.max(axis=1) + (1 - alpha) * table.min(axis=1)
    return DecisionRules(
        int((table @ chances).argmax()),
        int(table.min(axis=1).argmax()),
        int(regrets.argmin()),
        int(mixed.argmax()),
        regrets,
    )


def bet_value(probability: float, payoff: float, cost: float) -> float:
    """Give the mean result of building a bet that pays or pays nothing: p payoff - cost.

    Parameters
    ----------
    probability
        Chance that the bet is good.
    payoff
        What it brings if it is good.
    cost
        What building costs either way.
    """
    return share("probability", probability) * finite("payoff", payoff) - finite("cost", cost)


def bet_evpi(probability: float, payoff: float, cost: float) -> float:
    """Give the value of knowing for certain whether the bet is good, before building or leaving it.

    Parameters
    ----------
    probability, payoff, cost
        As in `bet_value`.

    Examples
    --------
    >>> round(bet_evpi(0.45, 5200, 1400))
    770
    """
    bet_value(probability, payoff, cost)
    return evpi([[payoff - cost, -cost], [0.0, 0.0]], [probability, 1 - probability])


def read_test(probability: float, sensitivity: float, specificity: float) -> TestReading:
    """Give what a test's two answers say about a bet (Bayes).

    Parameters
    ----------
    probability
        Chance that the bet is good, before the test.
    sensitivity
        Chance that the test says "good" of a good bet.
    specificity
        Chance that the test says "bad" of a bad bet.

    Examples
    --------
    >>> round(read_test(0.35, 0.8, 0.8).good_if_positive, 4)
    0.6829
    """
    p = share("probability", probability)
    hit = p * share("sensitivity", sensitivity)
    says_good = hit + (1 - p) * (1 - share("specificity", specificity))
    return TestReading(
        says_good,
        hit / says_good if says_good > 0 else float("nan"),
        (p - hit) / (1 - says_good) if says_good < 1 else float("nan"),
    )


def value_with_test(probability: float, payoff: float, cost: float, sensitivity: float, specificity: float) -> float:
    """Give the mean result of testing first and building only where that is worth it, the test's price left out.

    Parameters
    ----------
    probability, payoff, cost
        As in `bet_value`.
    sensitivity, specificity
        As in `read_test`.
    """
    bet_value(probability, payoff, cost)
    read_test(probability, sensitivity, specificity)
    good, bad = probability * (payoff - cost), (1 - probability) * -cost
    after_yes = sensitivity * good + (1 - specificity) * bad
    after_no = (1 - sensitivity) * good + specificity * bad
    return max(after_yes, 0.0) + max(after_no, 0.0)


def bet_evsi(probability: float, payoff: float, cost: float, sensitivity: float, specificity: float) -> float:
    """Give the value of an imperfect test of a bet: 0 if no answer of it would change the decision.

    Parameters
    ----------
    probability, payoff, cost
        As in `bet_value`.
    sensitivity, specificity
        As in `read_test`.

    Examples
    --------
    >>> round(bet_evsi(0.45, 5200, 1400, 0.85, 0.85))
    398
    """
    tested = value_with_test(probability, payoff, cost, sensitivity, specificity)
    gain = tested - max(bet_value(probability, payoff, cost), 0.0)
    return gain if gain > 1e-12 * (abs(payoff) + abs(cost)) else 0.0


def staged_value(
    probability: float, payoff: float, cost: float, test_cost: float, sensitivity: float, specificity: float
) -> float:
    """Give the mean result of a bet with a gate: pay for the test, then build only if its answer makes that worth it.

    -test_cost + sum over answers of P(answer) max(E[payoff | answer] - cost, 0)

    Parameters
    ----------
    probability, payoff, cost
        As in `bet_value`.
    test_cost
        Price of the first stage.
    sensitivity, specificity
        As in `read_test`.

    Examples
    --------
    >>> round(staged_value(0.35, 10, 4, 0.3, 0.8, 0.8), 2)
    0.86
    """
    return value_with_test(probability, payoff, cost, sensitivity, specificity) - not_negative("test_cost", test_cost)


def beta_binomial_evsi(n: int, prior: tuple[float, float] = (1.0, 1.0), breakeven: float = 0.5) -> float:
    """Give the value of n yes-or-no observations of a rate before a choice that pays (rate - breakeven) or nothing.

    Parameters
    ----------
    n
        Number of observations.
    prior
        Parameters of the Beta distribution of the rate; flat by default.
    breakeven
        Rate above which acting pays.

    Examples
    --------
    >>> [round(beta_binomial_evsi(n), 4) for n in (1, 2, 3)]
    [0.0833, 0.0833, 0.1]
    """
    count, a, b = whole("n", n), positive("prior", prior[0]), positive("prior", prior[1])
    from scipy.special import betaln, gammaln

    yes = np.arange(count + 1)
    ways = gammaln(count + 1) - gammaln(yes + 1) - gammaln(count - yes + 1)
    chance = np.exp(ways + betaln(a + yes, b + count - yes) - betaln(a, b))
    gain = np.maximum((a + yes) / (a + b + count) - finite("breakeven", breakeven), 0.0)
    return max(float(chance @ gain) - max(a / (a + b) - breakeven, 0.0), 0.0)


def beta_evpi(prior: tuple[float, float] = (1.0, 1.0), breakeven: float = 0.5) -> float:
    """Give the value of knowing a rate exactly before a choice that pays (rate - breakeven) or nothing.

    Parameters
    ----------
    prior, breakeven
        As in `beta_binomial_evsi`.

    Examples
    --------
    >>> beta_evpi()
    0.125
    """
    from scipy.special import betaincc

    a, b = positive("prior", prior[0]), positive("prior", prior[1])
    c, mean = share("breakeven", breakeven), a / (a + b)
    above = mean * betaincc(a + 1, b, c) - c * betaincc(a, b, c)
    return max(float(above) - max(mean - c, 0.0), 0.0)


def unit_normal_loss(u: float) -> float:
    """Give L(u) = phi(u) - u (1 - Phi(u)): the mean of what a standard normal number exceeds u by.

    Examples
    --------
    >>> [round(unit_normal_loss(u), 4) for u in (0, 0.5, 1, 2)]
    [0.3989, 0.1978, 0.0833, 0.0085]
    """
    at = finite("u", u)
    return max(_NORMAL.pdf(at) - at * _NORMAL.cdf(-at), 0.0)


def normal_evpi(mean: float, sd: float, breakeven: float = 0.0) -> float:
    """Give the value of certainty about a normally distributed result: sd L(|mean - breakeven| / sd).

    Parameters
    ----------
    mean, sd
        Of the result of acting; sd 0 means that it is known already.
    breakeven
        Result above which acting is right.

    Examples
    --------
    >>> round(normal_evpi(2, 5), 4)
    1.1522
    """
    distance = abs(finite("mean", mean) - finite("breakeven", breakeven))
    return sd * unit_normal_loss(distance / sd) if not_negative("sd", sd) > 0 else 0.0


def normal_evsi(mean: float, sd: float, n: int, noise_sd: float, breakeven: float = 0.0) -> float:
    """Give the value of n noisy observations of a normally distributed result, before acting or leaving it.

    s* L(|mean - breakeven| / s*) with s* = sd^2 / sqrt(sd^2 + noise_sd^2 / n): how far the mean is expected to move
    (Raiffa and Schlaifer 1961). The observations are independent, their errors normal with mean 0.

    Parameters
    ----------
    mean, sd, breakeven
        As in `normal_evpi`.
    n
        Number of observations; none are worth nothing.
    noise_sd
        Standard deviation of the error of one observation; 0 means that the first one tells all.

    Examples
    --------
    >>> [round(normal_evsi(2, 5, n, 10), 4) for n in (1, 4, 100)]
    [0.2269, 0.6303, 1.1165]
    """
    count, spread, noise = whole("n", n), not_negative("sd", sd), not_negative("noise_sd", noise_sd)
    if not count or not spread:
        return normal_evpi(mean, 0.0, breakeven)
    return normal_evpi(mean, spread / float(np.hypot(1.0, noise / spread / np.sqrt(count))), breakeven)


def _decision(payoffs: ArrayLike, probabilities: ArrayLike) -> tuple[Floats, Floats]:
    table, chances = numbers("payoffs", payoffs, 2), numbers("probabilities", probabilities)
    if table.shape[1] != len(chances) or not len(table):
        raise ValueError(
            f"payoffs must have a row for each action and a column for each of the {len(chances)} probabilities"
        )
    if np.any(chances < 0) or abs(chances.sum() - 1) > 1e-9:
        raise ValueError(f"probabilities must be 0 or more and add up to 1, not {chances.sum():g}")
    return table, chances
