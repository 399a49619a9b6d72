"""Finished items follow the pace that the pack describes."""

from __future__ import annotations

import numpy as np
import pytest

from qspo_lab.samples.throughput import make_throughput
from qspo_lab.samples.world import World
from qspo_lab.scenarios import load_scenario, scenario_names


@pytest.mark.parametrize("name", scenario_names())
def test_mean_spread_and_idle_weeks_come_back_from_the_draws(name: str) -> None:
    pack = load_scenario(name)
    recipe, size = pack.throughput, 60_000
    weekly = make_throughput(np.random.default_rng(8), pack, weeks=30, draws=size // 30).weekly.ravel()
    working = 1 - recipe.idle_share
    mean = working * recipe.per_week
    second = recipe.per_week + recipe.per_week**2 * (1 + recipe.variation**2)
    variance = working * second - mean**2
    assert abs(weekly.mean() - mean) < 4 * (variance / size) ** 0.5
    fourth = ((weekly - weekly.mean()) ** 4).mean()
    assert abs(weekly.var() - variance) < 4 * ((fourth - variance**2) / size) ** 0.5
    certainty = recipe.variation**-2
    nothing = recipe.idle_share + working * (certainty / (certainty + recipe.per_week)) ** certainty
    assert abs((weekly == 0).mean() - nothing) < 4 * (nothing * (1 - nothing) / size) ** 0.5


def test_days_add_up_to_weeks_and_weekends_are_free() -> None:
    world = World(seed=3)
    daily = world.throughput.daily.reshape(world.pack.throughput.weeks, 7)
    assert np.array_equal(daily.sum(axis=1), world.throughput.weekly)
    assert daily[:, world.pack.throughput.working_days :].sum() == 0
    assert daily[:, : world.pack.throughput.working_days].sum(axis=0).min() > 0


def test_a_history_keeps_its_weeks_without_any_item() -> None:
    zero_weeks = [(World(seed=seed).throughput.weekly == 0).sum() for seed in range(1, 21)]
    assert sum(zero_weeks) > 0
    assert len(World().throughput.weekly) == 30


def test_weeks_without_variation_are_plain_poisson() -> None:
    pack = load_scenario("calmwatt")
    even = pack.throughput.model_copy(update={"variation": 0.0, "idle_share": 0.0})
    weekly = make_throughput(
        np.random.default_rng(2), pack.model_copy(update={"throughput": even}), 20, 2_000
    ).weekly.ravel()
    error = (2 * even.per_week**2 / 40_000) ** 0.5
    assert abs(weekly.var() - even.per_week) < 5 * error


def test_shapes_follow_the_arguments() -> None:
    rng, pack = np.random.default_rng(1), load_scenario("calmwatt")
    assert make_throughput(rng, pack, 5).daily.shape == (35,)
    assert make_throughput(rng, pack, 5, 4).daily.shape == (4, 35)
    assert make_throughput(rng, pack, 5, 4).weekly.shape == (4, 5)
    assert make_throughput(rng, pack, 0).weekly.shape == (0,)
