"""How long the calculations of the course take, warm, in one process."""

import datetime as dt
from itertools import count, cycle

import numpy as np
import pytest

from qspo_lab import course
from qspo_lab.exercise import DRAWS
from qspo_lab.methods import forecasting, kano, opportunity, sequencing, sequential
from qspo_lab.samples.world import World

FINISHED_A_DAY = (2, 0, 1, 3, 0, 0, 1, 2, 4, 0, 1, 0, 2, 1, 0, 3, 1, 0, 0, 2, 1, 1, 0, 5, 0, 0, 2, 1, 0, 1)
ITEMS, TRIALS = 40, 10_000
LEVELS = (0.5, 0.85, 0.95)


@pytest.mark.parametrize("key", course.keys())
def test_a_decision_is_tried_in_all_its_futures_within_150_ms(key: str, time) -> None:
    """Each round is the first in its world: samples are drawn, as when the board was, and no answer is remembered."""
    assert DRAWS == 2000
    try:
        exercise = course.exercise(key)
    except ImportError as error:
        pytest.skip(f"{key} cannot be imported: {error}")
    assert exercise.evaluate(World(seed=99), exercise.policies(World(seed=99))["reference"]).status == "complete"
    seeds = count(100)

    def new_world() -> tuple[World, dict]:
        world = World(seed=next(seeds))
        exercise.board(world, exercise.words())
        answer = exercise.policies(world)["reference"]
        return world, answer

    time(f"evaluate {key}", exercise.evaluate, 15, most=0.15, prepare=new_world)


def test_a_forecast_is_150_times_as_fast_as_that_of_a_flow_metrics_package(time, note) -> None:
    """The same history, items, trials and percentiles; the exact convolution beside them."""
    quando = pytest.importorskip("quando", reason="the peer is missing: pip install quando-forecast")
    day = dt.date(2026, 1, 5)
    dates = [day + dt.timedelta(n) for n, items in enumerate(FINISHED_A_DAY) for _ in range(items)]
    history = forecasting.throughput(dates)
    peer = quando.Quando([(date, date) for date in dates])
    seeds = count(1)

    def theirs() -> list[int]:
        drawn = peer.forecast_days(ITEMS, num_simulations=TRIALS, seed=next(seeds))
        return [drawn.percentile(100 * level) for level in LEVELS]

    def ours() -> list[int | None]:
        drawn = forecasting.periods_to_finish(np.random.default_rng(next(seeds)), history, ITEMS, TRIALS)
        return [forecasting.percentile(drawn, level) for level in LEVELS]

    def exactly() -> list[int]:
        chances = forecasting.finish_probabilities(history, ITEMS, 120).cumsum()
        return [int(np.searchsorted(chances, level)) for level in LEVELS]

    assert np.abs(np.subtract(theirs(), exactly())).max() <= 1
    assert np.abs(np.subtract(ours(), exactly())).max() <= 1
    slow = time("forecast of 40 items by 10,000 trials, the peer", theirs, 3)
    fast = time("forecast of 40 items by 10,000 trials", ours, 31)
    time("forecast of 40 items, exact convolution", exactly, 31, most=fast)
    note("forecast of 40 items by 10,000 trials, the peer's time to ours", slow / fast, "times", least=150)


def test_ten_thousand_tests_of_two_equal_variants_are_looked_at_14_times_within_half_a_second(time) -> None:
    rng, bounds = np.random.default_rng(1), np.full(14, 1.959964)

    def watch() -> float:
        return float((sequential.first_crossing(sequential.z_paths(rng, 10_000, 14), bounds) > 0).mean())

    assert watch() == pytest.approx(sequential.type_one_error(14), abs=0.02)
    time("10,000 A/A tests with 14 looks", watch, 15, most=0.5)


def test_ten_thousand_tests_of_visitors_are_looked_at_14_times_within_half_a_second(time) -> None:
    rng, bounds = np.random.default_rng(1), np.full(14, 1.959964)

    def watch() -> float:
        paths = sequential.conversion_paths(rng, 10_000, 14, 14_000, 0.06, 0.06)
        return float((sequential.first_crossing(paths, bounds) > 0).mean())

    assert watch() == pytest.approx(sequential.type_one_error(14), abs=0.02)
    time("10,000 A/A tests of visitors with 14 looks", watch, 15, most=0.5)


def test_every_order_of_eight_items_is_tried_within_a_tenth_of_a_second(time) -> None:
    rng = np.random.default_rng(2)
    backlogs = cycle(
        [
            sequencing.Item(str(i), float(rng.integers(1, 9)), sequencing.Delay("constant", float(rng.integers(1, 99))))
            for i in range(7)
        ]
        + [sequencing.Item("date", 2.0, sequencing.Delay("fixed_date", date=float(date), loss=500.0))]
        for date in range(3, 30)
    )
    time("every order of 8 items", lambda: sequencing.best_order(next(backlogs)), 21, most=0.1)


def test_an_opportunity_survey_of_a_thousand_is_drawn_anew_2000_times_within_half_a_second(time) -> None:
    rng = np.random.default_rng(3)
    needs = 9
    importance, satisfaction = rng.integers(1, 6, (2, 1000, needs)).astype(float)

    def bootstrap() -> opportunity.OpportunityInterval:
        return opportunity.opportunity_interval(rng, importance, satisfaction, draws=2000)

    assert len(bootstrap().low) == needs
    time("opportunity bootstrap, 2,000 draws of 1,000 answers", bootstrap, 9, most=0.5)


def test_a_kano_survey_is_drawn_anew_2000_times_within_half_a_second(time) -> None:
    rng, seen = np.random.default_rng(4), [300, 300, 200, 150, 30, 20]

    def bootstrap() -> None:
        better, worse = kano.better_worse(kano.bootstrap_counts(rng, seen, 2000))
        assert len(better) == len(worse) == 2000

    time("Kano bootstrap, 2,000 draws of 1,000 answers", bootstrap, 15, most=0.5)
