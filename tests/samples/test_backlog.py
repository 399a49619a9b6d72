"""The Product Backlog follows its recipe at any size, and shows nothing that it hides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qspo_lab.samples.backlog import VALUE_CLASSES, Backlog, make_backlog
from qspo_lab.samples.world import World
from qspo_lab.scenarios import scenario_names

SEEDS = range(1, 41)


@pytest.fixture(params=scenario_names())
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_sizes_are_lognormal_over_many_worlds(scenario: str) -> None:
    recipe = World(scenario).pack.backlog
    logs = [np.log(World(scenario, seed).backlog_truth.size) for seed in SEEDS]
    originals = World(scenario).backlog_truth.same_as < 0
    values = np.array(logs)
    means, spreads = values.mean(axis=1), values.std(axis=1, ddof=1)
    assert abs(means.mean() - np.log(recipe.size_median)) < 4 * means.std() / len(SEEDS) ** 0.5
    assert abs(spreads.mean() - recipe.size_sigma) < 4 * spreads.std() / len(SEEDS) ** 0.5 + 0.02
    assert originals.sum() == 55


def test_titles_suggest_sizes_as_well_as_the_pack_says(scenario: str) -> None:
    recipe = World(scenario).pack.backlog
    hints = np.array([item.hint for item in recipe.items.values()])
    found = []
    for seed in SEEDS:
        truth = World(scenario, seed).backlog_truth
        free = truth.same_as < 0
        found.append(np.corrcoef(hints[free], np.log(truth.size[free]))[0, 1])
    assert np.mean(found) == pytest.approx(recipe.hint_correlation, abs=4 * np.std(found) / len(SEEDS) ** 0.5 + 0.02)


def test_values_follow_the_class_that_is_claimed(scenario: str) -> None:
    recipe = World(scenario).pack.backlog
    for place, name in enumerate(VALUE_CLASSES):
        logs = []
        for seed in SEEDS:
            backlog, truth = World(scenario, seed).backlog, World(scenario, seed).backlog_truth
            logs.append(np.log(truth.value[(backlog.value_class == place) & (truth.same_as < 0)]))
        all_logs = np.concatenate(logs)
        assert abs(all_logs.mean() - np.log(recipe.value_median[name])) < 4 * recipe.value_sigma / len(all_logs) ** 0.5
        assert abs(all_logs.std() - recipe.value_sigma) < 4 * recipe.value_sigma / (2 * len(all_logs)) ** 0.5


def test_calmwatt_hides_five_copies_two_double_meanings_and_three_that_no_team_can_finish_alone() -> None:
    backlog, truth = World(seed=6).backlog, World(seed=6).backlog_truth
    assert len(backlog) == 60
    copies = np.flatnonzero(truth.same_as >= 0)
    assert len(copies) == 5
    assert np.array_equal(truth.size[copies], truth.size[truth.same_as[copies]])
    assert np.array_equal(truth.value[copies], truth.value[truth.same_as[copies]])
    assert (truth.same_as[truth.same_as[copies]] == -1).all()
    twofold = np.flatnonzero(np.isfinite(truth.second_size))
    assert backlog.key[twofold].tolist() == ["I15", "I27"]
    assert np.allclose(truth.second_size[twofold] / truth.size[twofold], 6)
    assert (truth.spans.sum(axis=1) > 1).sum() == 3
    assert truth.spans[np.arange(60), backlog.area].all()


def test_what_may_be_seen_holds_nothing_hidden() -> None:
    assert set(Backlog.__dataclass_fields__) == {"areas", "key", "title", "area", "value_class", "needs"}
    world = World(seed=6)
    seen = [world.backlog.area, world.backlog.value_class, world.backlog.needs]
    assert not any(np.array_equal(each, world.backlog_truth.same_as) for each in seen)


def test_links_point_to_the_items_that_the_pack_names(scenario: str) -> None:
    world = World(scenario)
    keys = world.backlog.key.tolist()
    for place, (key, item) in enumerate(world.pack.backlog.items.items()):
        assert keys[place] == key
        assert world.backlog.title[place] == world.words.raw(f"backlog.items.{key}")
        assert world.backlog.needs[place] == (keys.index(item.needs) if item.needs else -1)


@pytest.mark.parametrize("size", [0, 1, 10, 59])
def test_a_smaller_backlog_is_a_choice_of_the_written_items(size: int) -> None:
    world = World(seed=3)
    backlog, truth = make_backlog(world.rng("small"), world.pack, world.words, size)
    keys = backlog.key.tolist()
    assert len(keys) == len(set(keys)) == len(truth.size) == size
    assert keys == sorted(keys)
    assert set(keys) <= set(world.pack.backlog.items)
    for links in (backlog.needs, truth.same_as):
        assert ((links >= -1) & (links < max(size, 1))).all()
    for place in np.flatnonzero(backlog.needs >= 0):
        assert keys[backlog.needs[place]] == world.pack.backlog.items[keys[place]].needs


def test_a_large_backlog_has_the_shares_of_the_written_one() -> None:
    world, size = World(seed=3), 200_000
    backlog, truth = make_backlog(world.rng("large"), world.pack, world.words, size)
    written = list(world.pack.backlog.items.values())
    more = slice(60, None)

    def close(found: Any, share: float) -> bool:
        return bool(abs(np.mean(found) - share) < 4.5 * (share * (1 - share) / (size - 60)) ** 0.5)

    assert close(truth.same_as[more] >= 0, 5 / 60)
    assert close(np.isfinite(truth.second_size[more]), 2 / 60)
    assert close(truth.spans[more].sum(axis=1) > 1, 3 / 60)
    assert close(backlog.needs[more] >= 0, world.pack.backlog.dependency_share)
    for place, area in enumerate(backlog.areas):
        assert close(backlog.area[more] == place, sum(item.area == area for item in written) / 60)
    for place, name in enumerate(VALUE_CLASSES):
        assert close(backlog.value_class[more] == place, sum(item.value == name for item in written) / 60)
    links, places = np.stack([backlog.needs, truth.same_as]), np.arange(size)
    assert (links[:, more] < places[more]).all()
    copies = truth.same_as >= 0
    assert (truth.same_as[truth.same_as[copies]] == -1).all()
    logs = np.log(truth.size)
    assert abs(logs.mean() - np.log(world.pack.backlog.size_median)) < 6 * logs.std() / size**0.5
    assert abs(logs.std() / world.pack.backlog.size_sigma - 1) < 6 / (2 * size) ** 0.5
    assert np.unique(backlog.key).size == np.unique(backlog.title).size == size


def test_a_size_that_is_no_whole_number_is_refused() -> None:
    world = World()
    with pytest.raises(ValueError, match="size must be 0 or more, not -5"):
        make_backlog(world.rng("x"), world.pack, world.words, -5)


def test_titles_without_any_hint_fall_to_chance() -> None:
    """All titles of one hint: the sizes stay lognormal, no title suggests anything."""
    pack = World().pack
    items = {key: item.model_copy(update={"hint": 3}) for key, item in pack.backlog.items.items()}
    flat = pack.model_copy(update={"backlog": pack.backlog.model_copy(update={"items": items})})
    _, truth = make_backlog(np.random.default_rng(1), flat, World().words)
    assert np.isfinite(truth.size).all()
    assert np.unique(truth.size).size == 55
