"""A world follows from its scenario and seed, and from nothing else."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qspo_lab.samples.world import World
from qspo_lab.scenarios.model import PackError

SAMPLES = (
    "bets",
    "throughput",
    "backlog",
    "backlog_truth",
    "estimates",
    "estimates_truth",
    "value_table",
    "value_truth",
)


def same(a: Any, b: Any) -> bool:
    """Compare two samples field by field."""
    if dataclasses.is_dataclass(a):
        return all(same(getattr(a, field.name), getattr(b, field.name)) for field in dataclasses.fields(a))
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    return bool(a == b)


def test_the_default_is_the_first_world_of_calmwatt() -> None:
    assert World() == World("calmwatt", 1)
    assert World(seed=2) != World(seed=3)
    assert len({World(seed=1), World("calmwatt", 1), World(seed=2)}) == 2


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_scenario_and_seed_give_the_same_sample_whatever_was_made_before(name: str) -> None:
    first, second = World(seed=4), World(seed=4)
    for other in reversed(SAMPLES):
        getattr(second, other)
    assert same(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize("name", ["bets", "throughput", "backlog_truth", "estimates", "value_truth"])
def test_another_seed_gives_another_sample(name: str) -> None:
    assert any(not same(getattr(World(seed=1), name), getattr(World(seed=seed), name)) for seed in (2, 3))


def test_surveys_follow_from_the_seed_and_the_channel() -> None:
    assert same(World(seed=5).opportunity_survey(40, "forum"), World(seed=5).opportunity_survey(40, "forum"))
    assert not same(World(seed=5).kano_survey(40, "forum"), World(seed=5).kano_survey(40, "market"))
    assert not same(World(seed=5).opportunity_survey(40), World(seed=6).opportunity_survey(40))


def test_a_new_name_never_changes_the_draws_of_an_old_one() -> None:
    plain, busy = World(seed=9), World(seed=9)
    for name in ("a", "b", "a new sample"):
        busy.rng(name).random(1000)
    assert plain.rng("bets").random(5).tolist() == busy.rng("bets").random(5).tolist()


def test_the_draws_of_a_name_are_the_same_in_another_process() -> None:
    """Python's own hash differs from process to process; the seed of a name must not."""
    code = "from qspo_lab.samples.world import World; print(World(seed=7).rng('bets').integers(10**9))"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(2)}
    assert runs == {f"{World(seed=7).rng('bets').integers(10**9)}\n"}


@given(st.text(max_size=8), st.text(max_size=8), st.integers(0, 2**70))
def test_each_name_has_draws_of_its_own(first: str, second: str, seed: int) -> None:
    a, b = (World(seed=seed).rng(name).integers(2**62, size=4).tolist() for name in (first, second))
    assert (a == b) == (first == second)


def test_draws_of_neighbouring_seeds_and_names_are_not_related() -> None:
    draws = np.array([[World(seed=seed).rng(name).random() for seed in range(400)] for name in ("a", "b")])
    error = 1 / 400**0.5
    assert abs(np.corrcoef(draws)[0, 1]) < 4 * error
    assert abs(np.corrcoef(draws[0, :-1], draws[0, 1:])[0, 1]) < 4 * error
    assert abs(draws.mean() - 0.5) < 4 * (1 / 12) ** 0.5 / 800**0.5


@pytest.mark.parametrize("seed", [-1, 1.0, "1", True, None])
def test_a_seed_that_is_not_a_whole_number_from_0_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed of a world must be a whole number from 0 up, not"):
        World(seed=seed)


def test_an_unknown_scenario_is_refused_when_it_is_needed() -> None:
    world = World("elsewhere", 1)
    with pytest.raises(PackError, match="there is no scenario 'elsewhere'"):
        world.pack  # noqa: B018
    with pytest.raises(PackError, match="there is no scenario 'elsewhere'"):
        world.words  # noqa: B018


def test_creating_a_world_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom qspo_lab.samples.world import World\nw = World('calmwatt', 3)\nw.words.money\n"
        "print(sorted({'numpy', 'pandas', 'scipy', 'pydantic'} & set(sys.modules)))\n"
        "w.pack.bets\nprint(sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules)))\n"
        "w.value_truth, w.backlog, w.estimates, w.kano_survey(3), w.opportunity_survey(3), w.bets, w.throughput\n"
        "print(sorted({'pandas', 'scipy', 'statsmodels'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "[]\n[]\n[]\n", run.stderr


def test_people_are_named_by_their_role() -> None:
    assert World().person("cfo") == "Teo Marsh"
