"""The fate of bets follows the chances of the pack."""

from __future__ import annotations

import numpy as np
import pytest

from qspo_lab.samples.bets import make_bets
from qspo_lab.samples.world import World
from qspo_lab.scenarios import load_scenario, scenario_names

DRAWS, SEEDS = 2_000, range(1, 21)


@pytest.mark.parametrize("name", scenario_names())
def test_chances_of_success_and_of_each_test_come_back_from_the_draws(name: str) -> None:
    pack = load_scenario(name)
    bets = list(pack.bets.values())
    runs = [make_bets(World(name, seed).rng("bets"), pack, DRAWS) for seed in SEEDS]
    success, signal = (np.concatenate([getattr(run, field) for run in runs]) for field in ("success", "signal"))
    for place, bet in enumerate(bets):
        won = success[:, place]
        cases = [(won, bet.probability)]
        if bet.test:
            cases += [(signal[won, place], bet.test.sensitivity), (signal[~won, place], 1 - bet.test.specificity)]
        for events, chance in cases:
            assert abs(events.mean() - chance) < 4.5 * (chance * (1 - chance) / len(events)) ** 0.5


def test_bets_succeed_independently() -> None:
    success = make_bets(np.random.default_rng(3), load_scenario("calmwatt"), 40_000).success
    correlations = np.corrcoef(success.T) - np.eye(success.shape[1])
    assert np.abs(correlations).max() < 4.5 / 200


def test_one_world_is_one_draw() -> None:
    world = World(seed=2)
    assert world.bets.success.shape == world.bets.signal.shape == (len(world.pack.bets),)
    assert world.bets.keys == tuple(world.pack.bets)
    one = make_bets(np.random.default_rng(5), world.pack)
    many = make_bets(np.random.default_rng(5), world.pack, 1)
    assert np.array_equal(one.success, many.success[0])
    assert np.array_equal(one.signal, many.signal[0])


def test_what_is_set_by_law_has_a_date_and_no_test() -> None:
    bets = World().bets
    assert dict(zip(bets.keys, bets.testable.tolist(), strict=True)) == {
        "B1": True, "B2": True, "B3": True, "B4": True, "B5": True, "B6": False,
    }  # fmt: skip
    assert np.flatnonzero(np.isfinite(bets.deadline)).tolist() == [5]
    assert bets.deadline[5] == 8
