"""The model behind "Five ranges"."""

from __future__ import annotations

import json
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from qspo_lab.exercises.opening import five_ranges as subject
from qspo_lab.samples.world import World

SEEDS = range(1, 21)


def settings(low: Any, high: Any) -> dict[str, Any]:
    ends = zip(subject.QUANTITIES, low, high, strict=True)
    return {"settings": {f"{q}_{end}": v for q, *pair in ends for end, v in zip(subject.ENDS, pair, strict=True)}}


# ---------------------------------------------------------------------------- a published example


def test_few_hits_are_as_rare_as_the_binomial_tail_says_and_five_of_five_have_words_of_their_own() -> None:
    """Binomial tail as in the course's calibration exercise; .0128 for ten ranges at 90 %."""
    assert stats.binom.cdf(6, 10, subject.CONFIDENCE) == pytest.approx(0.0128, abs=5e-5)
    world = World()
    low, high = np.zeros(5), np.array([subject.truths(world)[0] + 1, 0, 0, 0, 0])
    answer = settings(low, high)
    found = subject.reveal(world, answer, subject.evaluate(world, answer), subject.EXERCISE.words()).findings[0].values
    assert found["hits"] == 1
    assert found["chance"] == pytest.approx(stats.binom.cdf(1, 5, 0.9))
    sure = subject.policies(world)["cannot_miss"]
    every = subject.reveal(world, sure, subject.evaluate(world, sure), subject.EXERCISE.words()).findings[0]
    assert (every.name, every.values["hits"]) == ("all_hold", 5)
    assert every.values["chance"] == pytest.approx(stats.binom.pmf(5, 5, 0.9))


# ---------------------------------------------------------------------------- a second route


def test_what_can_happen_has_the_packs_means_and_quantiles_in_standard_errors() -> None:
    pack, n = World().pack, 100_000
    drawn = subject.make_quantities(np.random.default_rng(5), pack, n)
    tp = pack.throughput
    works, m = 1 - tp.idle_share, tp.per_week
    weekly_variance = works * (m + (tp.variation * m) ** 2 + m**2) - (works * m) ** 2
    p, visitors = pack.experiment.baseline_rate, pack.experiment.visitors_per_day
    payoff = [(b.probability, b.payoff) for b in pack.bets.values()]
    means = {0: 4 * works * m, 1: visitors * p, 4: sum(q * x for q, x in payoff)}
    variances = {0: 4 * weekly_variance, 1: visitors * p * (1 - p), 4: sum(q * (1 - q) * x * x for q, x in payoff)}
    for column, mean in means.items():
        error = (variances[column] / n) ** 0.5
        assert abs(drawn[:, column].mean() - mean) < 4 * error
        assert drawn[:, column].var() == pytest.approx(variances[column], rel=0.03)
    z = NormalDist().inv_cdf(0.95)
    low, high = subject.middle(drawn, 0.9)
    for column, median, sigma in (
        (2, pack.contract.cost_median, pack.contract.cost_sigma),
        (3, pack.backlog.size_median, pack.backlog.size_sigma),
    ):
        assert low[column] == pytest.approx(median * np.exp(-z * sigma), rel=0.02, abs=0.6)
        assert high[column] == pytest.approx(median * np.exp(z * sigma), rel=0.02, abs=0.6)


def test_a_range_costs_its_width_and_twenty_times_its_miss() -> None:
    cost = subject.range_costs(np.array([10.0] * 3), np.array([15.0] * 3), np.array([12.0, 8.0, 16.5]))
    assert cost == pytest.approx([5, 5 + 20 * 2, 5 + 20 * 1.5])


def test_the_expected_cost_is_the_sum_by_hand() -> None:
    world = World(seed=4)
    answer = settings([10, 30, 300, 2, 2000], [20, 50, 900, 20, 9000])
    drawn, total = subject.futures(world), 0.0
    for column, (low, high) in enumerate(subject.ranges(answer).values()):
        assert low is not None and high is not None
        values = np.sort(drawn[:, column])
        best_low, best_high = values[int(np.ceil(0.05 * len(values))) - 1], values[int(np.ceil(0.95 * len(values))) - 1]

        def mean_cost(a: float, b: float, values: Any = values) -> float:
            return sum(b - a + 20 * max(a - v, 0, v - b) for v in values) / len(values)

        total += 100 * mean_cost(low, high) / mean_cost(best_low, best_high)
    outcome = subject.evaluate(world, answer).outcome
    assert outcome is not None
    assert outcome.expected == pytest.approx(total / 5)


@given(
    at=st.integers(0, 4),
    low_move=st.floats(-400, 400),
    high_move=st.floats(-400, 400),
)
def test_no_range_costs_less_on_average_than_the_honest_one(at: int, low_move: float, high_move: float) -> None:
    drawn = subject.futures(World(seed=2))
    low, high = subject.middle(drawn, 0.9)
    best = subject.range_costs(low, high, drawn).mean(axis=0)[at]
    a, b = sorted((max(low[at] + low_move, 0), max(high[at] + high_move, 0)))
    assert subject.range_costs(a, b, drawn[:, at]).mean() >= best - 1e-9


# ---------------------------------------------------------------------------- what must always hold


def test_honest_ranges_hold_about_nine_times_in_ten_over_many_worlds() -> None:
    held = []
    for seed in range(1, 121):
        world = World(seed=seed)
        low, high = subject.middle(subject.futures(world), 0.9)
        truth = subject.truths(world)
        held += ((low <= truth) & (truth <= high)).tolist()
    error = (0.9 * 0.1 / len(held)) ** 0.5
    assert abs(np.mean(held) - 0.91) < 4 * error


def test_each_usual_answer_costs_more_than_the_honest_one_in_every_world() -> None:
    for seed in SEEDS:
        world = World(seed=seed)
        costs = {name: subject.evaluate(world, a).numbers["cost"] for name, a in subject.policies(world).items()}
        assert costs.pop("reference") == pytest.approx(100)
        assert min(costs.values()) > 110


def test_the_board_does_not_change_with_what_comes_true(monkeypatch: pytest.MonkeyPatch) -> None:
    words = subject.EXERCISE.words()
    states, truths = [], []
    real = World.rng
    for extra in ("", " again", " once more"):
        monkeypatch.setattr(World, "rng", lambda self, name, extra=extra: real(self, name + extra * ("true" in name)))
        board = subject.board(World(), words)
        states.append(json.dumps([board.controls, board.value, board.words, board.label]))
        truths.append(subject.truths(World()).tolist())
    assert states[0] == states[1] == states[2]
    assert truths[0] != truths[1]


def test_no_truth_is_in_the_result_before_the_reveal(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = settings([10, 30, 300, 2, 2000], [20, 50, 900, 20, 9000])
    seen = json.dumps(subject.evaluate(World(), answer).numbers)
    monkeypatch.setattr(subject, "truths", lambda world: np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert json.dumps(subject.evaluate(World(), answer).numbers) == seen


def test_success_is_four_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "truths", lambda world: np.array([15.0, 40.0, 500.0, 10.0, 50_000.0]))
    answer = settings([10, 30, 300, 2, 2000], [20, 50, 900, 20, 9000])
    assert subject.evaluate(World(), answer).success is True
    answer["settings"]["items_high"] = 14
    assert subject.evaluate(World(), answer).success is False


# ---------------------------------------------------------------------------- refusals


def test_a_range_upside_down_is_named_with_its_numbers() -> None:
    result = subject.evaluate(World(), {"settings": {"bookings_low": 50, "bookings_high": 40}})
    assert (result.status, result.missing) == ("incomplete", ("upside_down",))
    text = subject.EXERCISE.words().say("findings.upside_down", **subject.explain(result)[0].values)
    assert text == "Bookings tomorrow: the lower end, 50, lies above the upper end, 40. Swap them."


def test_what_is_no_number_counts_as_open() -> None:
    answer = settings([10, True, "30", -1, float("inf")], [20, 50, 900, 20, 9000])
    result = subject.evaluate(World(), answer)
    assert result.numbers["left"] == 4
