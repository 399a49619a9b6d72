"""A wall of cards: silent moves, what votes say of sizes, and what each method costs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from qspo_lab.methods.estimation import BUCKETS, FIRST_BUCKET
from qspo_lab.samples.world import World
from qspo_lab.simulations import estimation_wall as walls

SEEDS = range(1, 41)


def wall(seed: int = 1) -> walls.Wall:
    world = World(seed=seed)
    return walls.make_wall(world.rng("orders"), world.estimates)


def made(votes: list[list[int]]) -> walls.Wall:
    """A wall on which people pass in the order in which they stand, twice."""
    table = np.array(votes)
    return walls.Wall(table, np.tile(np.arange(len(table)), (table.shape[1], walls.PASSES)), 0)


# ---------------------------------------------------------------------------- a published example


def test_the_buckets_are_berteigs_without_those_that_no_card_needs() -> None:
    assert set(BUCKETS) - set(walls.SCALE) == {0, 4, 200}
    assert set(walls.SCALE) < set(BUCKETS)
    assert walls.SCALE[walls.EIGHT] == FIRST_BUCKET == 8


def test_sixty_cards_take_eighteen_minutes_in_buckets_and_three_hours_at_poker() -> None:
    assert 60 * walls.MINUTES["bucket"] == pytest.approx(18)
    assert 60 * walls.MINUTES["poker"] == 180


# ---------------------------------------------------------------------------- a second route


def test_a_card_with_two_camps_jumps_at_every_pass_and_one_without_stays() -> None:
    camps = made([[2], [6], [2], [6], [2], [6]])
    assert walls.journey(camps, 0, None) == walls.Journey(11, 2, 6)
    assert walls.journey(camps, 0, 4) == walls.Journey(12, 2, 6)
    assert walls.journey(made([[4], [5], [4], [5], [4], [5]]), 0, 4) == walls.Journey(0, 4, 4)


def test_cards_come_to_rest_in_the_middle_of_all_voices() -> None:
    votes = made([[1, 3], [2, 3], [2, 3], [5, 8], [6, 8], [9, 8]])
    assert walls.resting_places(votes, {}).tolist() == [4, 6]
    assert walls.resting_places(votes, {0: 0}).tolist() == [2, 6]
    assert walls.resting_places(votes, {1: 9}).tolist() == [4, 8]


def test_without_second_meanings_the_weight_of_a_size_is_the_textbooks() -> None:
    """Bayes on a grid of sizes gives mean and variance of the log size."""
    pack = World().pack
    items = {key: item.model_copy(update={"second_meaning": False}) for key, item in pack.backlog.items.items()}
    plain = pack.model_copy(update={"backlog": pack.backlog.model_copy(update={"items": items})})
    one = made([[4], [5], [4], [5], [6], [3]])
    weights, means, variance = walls.meanings(one, plain)
    assert weights[0, 0] == pytest.approx(1)

    said = np.log(walls.SCALE)[one.votes]
    leaning = np.median(said - np.median(said, axis=0), axis=1)
    middle = float((said[:, 0] - (leaning - leaning.mean())).mean())
    own, shared = walls.error_variances(pack)
    grid = np.linspace(-3, 8, 40_001)
    density = stats.norm.pdf(grid, np.log(pack.backlog.size_median), pack.backlog.size_sigma)
    density *= stats.norm.pdf(middle, grid, (own / 6 + shared) ** 0.5)
    density /= density.sum()
    mean = float((grid * density).sum())
    assert means[0, 0] == pytest.approx(mean, abs=1e-3)
    assert variance == pytest.approx(float(((grid - mean) ** 2 * density).sum()), abs=1e-3)


@given(st.lists(st.integers(0, 10), min_size=12, max_size=12), st.lists(st.booleans(), min_size=3, max_size=3))
def test_the_best_mix_is_the_best_of_all(costs: list[int], large: list[bool]) -> None:
    cost = {name: np.array(costs[i * 3 : i * 3 + 3], dtype=float) for i, name in enumerate(walls.MINUTES)}
    best = walls.best_mix(cost, np.array(large), 2)
    brute = min(
        sum(cost["poker" if card in talked else by[large[card]]][card] for card in range(3))
        for by in product(cost, repeat=2)
        for talked in [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    )
    assert best.hours == pytest.approx(brute)


def test_the_order_kept_is_spearmans_mean_over_the_draws() -> None:
    rng = np.random.default_rng(4)
    sizes = rng.lognormal(size=(5, 30))
    fixed = np.tile(walls.SCALE, 3)
    assert walls.order_kept(sizes, fixed) == pytest.approx(
        np.mean([stats.spearmanr(row, fixed).statistic for row in sizes])
    )
    assert walls.order_kept(sizes, np.full(30, 11.0)) == 0


def test_a_card_misses_if_it_is_off_by_factor_and_by_days() -> None:
    sizes, said = np.array([26.0, 23.0, 2.0, 60.0, 10.0]), np.array([13.0, 13.0, 1.0, 50.0, 30.0])
    assert walls.misses(sizes, said).tolist() == [True, False, False, False, True]


def test_the_mean_over_draws_is_the_expected_cost_in_standard_errors() -> None:
    world = World()
    board = wall()
    truths = walls.fitting_truths(np.random.default_rng(8), board, world.pack, 20_000)
    said = walls.said_by(board, {}, truths.poker, world.pack)
    for method in walls.MINUTES:
        methods = [method] * 60
        drawn = walls.hours(methods, truths, walls.mixed(methods, said, truths.sizes.shape), 7)
        exact = walls.expected_hours(truths, said, 7)[method].sum()
        assert abs(drawn.mean() - exact) < 4 * max(drawn.std(), 1e-9) / len(drawn) ** 0.5 + 1e-9


# ---------------------------------------------------------------------------- what must always hold


def test_sizes_that_fit_the_votes_cover_the_true_ones_as_often_as_they_say() -> None:
    """Over many worlds the true size lies below the median, and below the 90th percentile, as often as it should."""
    below: dict[float, list[float]] = {0.5: [], 0.9: []}
    for seed in SEEDS:
        world = World(seed=seed)
        truths = walls.fitting_truths(world.rng("fit"), wall(seed), world.pack, 500)
        single = np.isnan(world.backlog_truth.second_size)
        for level, found in below.items():
            found.append((world.backlog_truth.size < np.quantile(truths.sizes, level, axis=0))[single].mean())
    for level, found in below.items():
        assert abs(np.mean(found) - level) < 4 * np.std(found) / len(found) ** 0.5 + 0.02


def test_votes_tell_cards_with_two_meanings_from_the_others() -> None:
    double, single, jumps, stays = [], [], [], []
    for seed in SEEDS:
        world, board = World(seed=seed), wall(seed)
        both = np.isfinite(world.backlog_truth.second_size)
        chance = 1 - walls.meanings(board, world.pack)[0][0]
        double += chance[both].tolist()
        single += chance[~both].tolist()
        moves = np.array([walls.journey(board, card, None).moves for card in range(60)])
        jumps += moves[both].tolist()
        stays += moves[~both].tolist()
    assert np.mean(double) > 0.75
    assert np.mean(single) < 0.02
    assert np.mean(jumps) > 2 * np.mean(stays)


def test_a_talk_finds_the_meaning_and_silence_cannot() -> None:
    for seed in range(1, 9):
        world, board = World(seed=seed), wall(seed)
        truths = walls.fitting_truths(world.rng("fit"), board, world.pack, 2000)
        said = walls.said_by(board, {}, truths.poker, world.pack)
        missed = {name: walls.misses(truths.sizes, size).mean(axis=0) for name, size in said.items()}
        clear = 1 - walls.meanings(board, world.pack)[0][0] > 0.9
        assert missed["poker"][clear].max(initial=0) < 0.15
        assert missed["magic"][clear].min(initial=1) > 0.3


def test_poker_errs_less_than_silence() -> None:
    pack = World().pack
    own, shared = walls.error_variances(pack)
    assert walls.talked_error(pack) < (own / pack.estimators.count + shared) ** 0.5
    assert (own + shared) ** 0.5 > pack.estimators.noise * pack.estimators.knowledge_factor


def test_nobody_but_the_placer_matters_in_a_bucket_unless_the_check_corrects_it() -> None:
    board = made([[4], [4], [4], [4], [4], [4]])
    pack = World().pack
    poker = np.array([8.0])
    assert walls.said_by(board, {0: 5}, poker, pack)["bucket"].tolist() == [13]
    assert walls.said_by(board, {0: 9}, poker, pack)["bucket"].tolist() == [8]
    assert walls.said_by(board, {0: 5}, poker, pack)["magic"].tolist() == [8]
