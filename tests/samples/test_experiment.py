"""Online experiments follow their rates, and their z paths are those of the textbook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from statsmodels.stats.proportion import proportions_ztest

from qspo_lab.samples.experiment import Experiment, make_experiment, z_path


@pytest.mark.parametrize("effect", [0.0, 0.02])
def test_visitors_and_rates_come_back_from_the_draws(effect: float) -> None:
    run = make_experiment(np.random.default_rng(4), 420, 28, 0.10, effect, draws=400)
    totals = run.visitors.sum(axis=-1).ravel()
    assert abs(totals.mean() - 420) < 4 * (420 / totals.size) ** 0.5
    assert abs(totals.var() / 420 - 1) < 5 * (2 / totals.size) ** 0.5
    treated = run.visitors[..., 1].sum() / run.visitors.sum()
    assert abs(treated - 0.5) < 4 * 0.5 / run.visitors.sum() ** 0.5
    for arm, rate in enumerate((0.10, 0.10 + effect)):
        visitors = run.visitors[..., arm].sum()
        assert abs(run.conversions[..., arm].sum() / visitors - rate) < 4 * (rate * (1 - rate) / visitors) ** 0.5


def test_the_last_z_of_an_a_a_test_is_standard_normal() -> None:
    z = z_path(make_experiment(np.random.default_rng(6), 420, 28, 0.10, draws=4_000))[:, -1]
    assert abs(z.mean()) < 4 / 4_000**0.5
    assert abs(z.var() - 1) < 4 * (2 / 4_000) ** 0.5
    share = (np.abs(z) > 1.96).mean()
    assert abs(share - 0.05) < 4 * (0.05 * 0.95 / 4_000) ** 0.5


def test_z_paths_move_like_a_running_sum() -> None:
    """The correlation of z at half time and at the end is the root of one half."""
    z = z_path(make_experiment(np.random.default_rng(7), 420, 28, 0.10, draws=4_000))
    assert np.corrcoef(z[:, 13], z[:, 27])[0, 1] == pytest.approx(0.5**0.5, abs=4 * 0.5 / 4_000**0.5)


def test_each_day_agrees_with_a_two_proportion_test_of_all_days_so_far() -> None:
    run = make_experiment(np.random.default_rng(2), 300, 6, 0.1, 0.03)
    for day, z in enumerate(z_path(run), 1):
        counts, visitors = run.conversions[:day].sum(axis=0), run.visitors[:day].sum(axis=0)
        assert z == pytest.approx(proportions_ztest(counts[::-1], visitors[::-1])[0])


def test_z_is_undefined_while_nothing_can_be_said() -> None:
    visitors = np.array([[10, 0], [0, 10], [5, 5], [5, 5]])
    conversions = np.array([[0, 0], [0, 0], [0, 0], [0, 3]])
    z = z_path(Experiment(visitors, conversions))
    assert np.isnan(z[:3]).all()
    assert z[3] > 0
    assert np.isnan(z_path(Experiment(visitors, visitors))).all()


def test_shapes_follow_the_arguments() -> None:
    rng = np.random.default_rng(1)
    assert make_experiment(rng, 10, 3, 0.1).visitors.shape == (3, 2)
    assert make_experiment(rng, 10, 3, 0.1, draws=4).conversions.shape == (4, 3, 2)
    assert z_path(make_experiment(rng, 10, 3, 0.1, draws=4)).shape == (4, 3)
    assert make_experiment(rng, 10, 0, 0.1).visitors.shape == (0, 2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"baseline_rate": 1.2}, "both rates must lie between 0 and 1, not"),
        ({"effect": -0.2}, "both rates must lie between 0 and 1, not"),
        ({"effect": float("nan")}, "both rates must lie between 0 and 1, not"),
        ({"days": -1}, "days must be 0 or more, not -1"),
        ({"visitors_per_day": 2.5}, "visitors_per_day must be a whole number, not 2.5"),
        ({"draws": -2}, "draws must be 0 or more, not -2"),
    ],
)
def test_impossible_experiments_are_refused(changes: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {"visitors_per_day": 100, "days": 5, "baseline_rate": 0.1} | changes
    with pytest.raises(ValueError, match=words):
        make_experiment(np.random.default_rng(1), **arguments)
