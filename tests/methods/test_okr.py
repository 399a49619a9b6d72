import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qspo_lab.methods import okr

number = st.floats(-1000, 1000)

# Published example


def test_the_bands_are_those_of_doerr() -> None:
    """Measure What Matters (2018): 0.7 to 1.0 green, 0.4 to 0.6 yellow, 0.0 to 0.3 red."""
    assert [okr.band(t / 10) for t in range(11)] == ["red"] * 4 + ["yellow"] * 3 + ["green"] * 4


# Second route


def test_picking_the_top_by_a_proxy_keeps_only_the_share_that_is_real() -> None:
    rng = np.random.default_rng(40)
    proxy, noise = rng.standard_normal((2, 400_000))
    true = 0.5 * proxy + np.sqrt(0.75) * noise
    top = true[proxy >= np.quantile(proxy, 0.9)]
    assert okr.true_gain_of_top(0.1, 0.5) == pytest.approx(top.mean(), abs=4 * top.std() / np.sqrt(len(top)))
    near_two = true[np.abs(proxy - 2) < 0.1]
    assert okr.true_gain(2.0, 0.5) == pytest.approx(near_two.mean(), abs=0.05)


# What must always hold


@given(number, number, number)
@settings(max_examples=80, deadline=None)
def test_rising_and_falling_targets_are_scored_alike(baseline: float, target: float, actual: float) -> None:
    up, down = okr.progress(baseline, target, actual), okr.progress(-baseline, -target, -actual)
    assert up == down
    if up.score is not None:
        assert 0 <= up.score <= 1
        assert up.reached == (up.unclipped >= 1)


def test_decimals_are_kept_and_the_score_is_not_truncated() -> None:
    assert okr.progress(0, 10, 5.9).score == pytest.approx(0.59)


def test_a_falling_target_is_met_by_falling() -> None:
    assert okr.progress(40, 20, 20).score == 1
    assert okr.progress(40, 20, 50).score == 0
    assert okr.progress(40, 20, 50).unclipped == -0.5


@pytest.mark.parametrize("same", [0, 5])
def test_baseline_and_target_alike_have_no_range(same: float) -> None:
    assert okr.progress(same, same, same) == okr.Progress(None, None, "no_range", True)
    assert okr.progress(same, same, same + 1).reached is False


def test_what_is_missing_is_not_zero() -> None:
    assert okr.progress(None, 10, 5).reason == "missing"
    assert okr.progress(0, 10, None).score is None
    assert okr.objective_score([okr.progress(0, 10, 5), okr.progress(0, 10, None)]) == 0.5
    assert okr.objective_score([okr.progress(1, 1, 1)]) is None


def test_scores_between_the_bands_are_rounded_first() -> None:
    assert okr.band(0.65) == "green"
    assert okr.band(0.649) == "yellow"
    assert okr.band(0.35) == "yellow"
    assert okr.band(0.349) == "red"


def test_orphans_and_unserved_goals_are_named() -> None:
    found = okr.alignment([[1, 0], [0, 0]])
    assert (found.orphans, found.unserved, found.coverage, found.aligned) == ((1,), (1,), 0.5, 0.5)


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: okr.progress(0, "ten", 5), "target must be a number, not 'ten'"),
        (lambda: okr.band(1.2), "score must lie between 0 and 1, not 1.2"),
        (lambda: okr.alignment([[]]), "at least one initiative and one goal"),
        (lambda: okr.true_gain(1, 1.5), "correlation must lie between -1 and 1"),
        (lambda: okr.true_gain_of_top(0, 0.5), "top_share must lie above 0 and below 1"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
