import numpy as np
import pytest

from qspo_lab.methods import bandits as bd

# Published example


def test_the_constant_of_lai_and_robbins() -> None:
    """Lai and Robbins 1985: sum of gaps over Kullback-Leibler distances."""
    assert bd.least_regret_per_log([0.5, 0.6]) == pytest.approx(4.899, abs=5e-4)
    assert bd.least_regret_per_log([0.10, 0.12]) == pytest.approx(10.033, abs=5e-4)
    assert bd.least_regret_per_log([0.3, 0.3]) == 0


# Second route


def test_regret_is_what_was_lost_against_the_best_arm() -> None:
    runs = bd.play(np.random.default_rng(47), [0.2, 0.5, 0.4], 300, "epsilon_greedy", 50)
    assert runs.pulls.sum(axis=1) == pytest.approx(300)
    assert runs.regret == pytest.approx(runs.pulls[:, 0] * 0.3 + runs.pulls[:, 2] * 0.1)


# What must always hold


def test_learning_rules_lose_less_than_an_equal_split() -> None:
    lost = {rule: bd.play(np.random.default_rng(48), [0.1, 0.2], 800, rule, 200).regret.mean() for rule in bd.RULES}
    assert lost["equal"] == pytest.approx(40)
    assert lost["thompson"] < 25
    assert lost["epsilon_greedy"] < 25


def test_equal_arms_lose_nothing_and_an_odd_visitor_goes_to_the_first() -> None:
    assert bd.play(np.random.default_rng(0), [0.3, 0.3], 100, "thompson", 5).regret.tolist() == [0] * 5
    assert bd.play(np.random.default_rng(0), [0.3, 0.1], 5, "equal", 1).pulls.tolist() == [[3, 2]]


def test_an_exploring_rule_without_exploration_may_stay_with_the_worse_arm() -> None:
    stuck = bd.play(np.random.default_rng(49), [0.5, 0.55], 600, "epsilon_greedy", 200, epsilon=0.0)
    assert (stuck.pulls[:, 0] > 300).mean() > 0.2


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bd.play(np.random.default_rng(0), [0.5], 10), "at least two arms, not 1"),
        (lambda: bd.play(np.random.default_rng(0), [0.5, 5], 10), "rate 2 must lie between 0 and 1"),
        (lambda: bd.play(np.random.default_rng(0), [0.5, 0.4], 10, "ucb"), "rule must be one of equal"),
        (lambda: bd.play(np.random.default_rng(0), [0.5, 0.4], 10, epsilon=2), "epsilon must lie between 0 and 1"),
        (lambda: bd.least_regret_per_log([0.0, 0.5]), "rate must lie above 0 and below 1"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
