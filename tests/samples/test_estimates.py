"""Estimates carry the errors that the recipe names, and two camps where a title has two meanings."""

from __future__ import annotations

import numpy as np
import pytest

from qspo_lab.samples.backlog import Backlog, BacklogTruth, make_backlog
from qspo_lab.samples.estimates import EstimatesTruth, make_estimates
from qspo_lab.samples.world import World


def large(seed: int, items: int = 60_000) -> tuple[Backlog, BacklogTruth, np.ndarray, EstimatesTruth]:
    world = World(seed=seed)
    backlog, truth = make_backlog(world.rng("backlog"), world.pack, world.words, items)
    estimates, why = make_estimates(world.rng("estimates"), world.pack, backlog, truth)
    return backlog, truth, estimates, why


def test_bias_noise_correlation_and_knowledge_come_back() -> None:
    recipe = World().pack.estimators
    backlog, truth, estimates, why = large(3)
    read = np.where(why.reads_second, truth.second_size, truth.size)
    errors = np.log(estimates / read) - why.bias[:, None]
    knows = why.knows[:, backlog.area]
    for expert, scale in ((False, recipe.noise), (True, recipe.noise * recipe.knowledge_factor)):
        some = errors[knows == expert]
        assert abs(some.std() / scale - 1) < 5 * ((1 + recipe.correlation * 5) / (2 * len(some))) ** 0.5
    assert np.abs(errors.mean(axis=1)).max() < 4.5 * recipe.noise / errors.shape[1] ** 0.5
    found = np.corrcoef(errors / np.where(knows, recipe.knowledge_factor, 1.0))
    pairs = found[np.triu_indices(len(found), 1)]
    assert np.abs(pairs - recipe.correlation).max() < 4.5 * (1 - recipe.correlation**2) / errors.shape[1] ** 0.5


def test_leanings_have_the_packs_spread_over_many_worlds() -> None:
    recipe = World().pack.estimators
    bias = np.concatenate([World(seed=seed).estimates_truth.bias for seed in range(1, 61)])
    assert abs(bias.mean()) < 4 * recipe.bias / len(bias) ** 0.5
    assert abs(bias.std() / recipe.bias - 1) < 4 / (2 * len(bias)) ** 0.5


def test_two_camps_estimate_different_things_where_a_title_has_two_meanings() -> None:
    backlog, truth, estimates, why = large(5, 20_000)
    twofold = np.isfinite(truth.second_size)
    assert not why.reads_second[:, ~twofold].any()
    assert (why.reads_second[:, twofold].sum(axis=0) == len(estimates) / 2).all()
    logs = np.log(estimates)
    spread_apart = logs[:, twofold].std(axis=0).mean()
    assert spread_apart > 2 * logs[:, ~twofold].std(axis=0).mean()
    chance = why.reads_second[:, twofold].mean(axis=1)
    assert np.abs(chance - 0.5).max() < 4.5 * 0.5 / twofold.sum() ** 0.5
    assert len(backlog) == estimates.shape[1]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_any_number_of_people_may_estimate(count: int) -> None:
    world = World(seed=2)
    estimates, why = make_estimates(world.rng("x"), world.pack, world.backlog, world.backlog_truth, count)
    assert estimates.shape == (count, 60)
    assert why.knows.sum() == count
    camps = why.reads_second[:, np.isfinite(world.backlog_truth.second_size)].sum(axis=0)
    assert ((camps == count // 2) | (camps == (count + 1) // 2)).all()


def test_each_area_is_known_by_somebody_when_six_people_share_six_areas() -> None:
    assert World(seed=4).estimates_truth.knows.any(axis=0).all()


def test_a_count_that_is_no_whole_number_is_refused() -> None:
    world = World()
    with pytest.raises(ValueError, match="count must be 0 or more, not -1"):
        make_estimates(world.rng("x"), world.pack, world.backlog, world.backlog_truth, -1)
