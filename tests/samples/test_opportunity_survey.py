"""What respondents say leads back to what they want, segment by segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qspo_lab.samples.opportunity_survey import (
    make_opportunity_counts,
    make_opportunity_survey,
    true_means,
    true_ratings,
)
from qspo_lab.samples.recruiting import make_respondents
from qspo_lab.samples.world import World
from qspo_lab.scenarios import load_scenario, scenario_names

SEEDS = range(1, 31)


def opportunity(importance: Any, satisfaction: Any) -> Any:
    return importance + np.maximum(importance - satisfaction, 0)


@pytest.mark.parametrize("name", scenario_names())
def test_importance_satisfaction_and_opportunity_of_each_segment_come_back(name: str) -> None:
    pack = load_scenario(name)
    importance, satisfaction = true_ratings(pack)
    deviations = []
    for place, segment in enumerate(pack.segments):
        shares = {"importance": [], "satisfaction": []}
        for seed in SEEDS:
            survey = make_opportunity_survey(World(name, seed).rng("survey"), pack, 400, segment)
            assert set(survey.segment) == {place}
            shares["importance"].append((survey.importance >= 4).mean(axis=0))
            shares["satisfaction"].append((survey.satisfaction >= 4).mean(axis=0))
        found = {key: np.array(value) for key, value in shares.items()}
        for key, truth in (("importance", importance[place] / 10), ("satisfaction", satisfaction[place] / 10)):
            deviations.append((found[key] - truth) / (truth * (1 - truth) / 400) ** 0.5)
        scores = opportunity(10 * found["importance"].mean(axis=0), 10 * found["satisfaction"].mean(axis=0))
        truth = opportunity(importance[place], satisfaction[place])
        error = 10 * ((4 * found["importance"].var(axis=0) + found["satisfaction"].var(axis=0)) / len(SEEDS)) ** 0.5
        assert (np.abs(scores - truth) < 4 * error + 0.02).all()
    z = np.array(deviations)
    assert np.abs(z.mean(axis=1)).max() < 4.5 / len(SEEDS) ** 0.5
    assert z.std() == pytest.approx(1, abs=4.5 * (1 / (2 * z.size)) ** 0.5)


def test_the_forum_ranks_own_rules_first_and_the_market_does_not() -> None:
    pack = load_scenario("calmwatt")
    outcomes = list(pack.outcomes)

    def first_and_score(channel: str) -> tuple[str, dict[str, float]]:
        counts = make_opportunity_counts(np.random.default_rng(4), pack, 2_000, channel, 200)
        importance, satisfaction = (
            10 * getattr(counts, name).sum(axis=(0, 1)) / counts.respondents.sum()
            for name in ("importance", "satisfaction")
        )
        scores = opportunity(importance, satisfaction)
        return outcomes[scores.argmax()], dict(zip(outcomes, scores, strict=True))

    top, forum = first_and_score("forum")
    assert top == "O5"
    assert forum["O5"] == pytest.approx(7.75, abs=0.05)
    assert forum["O1"] == pytest.approx(5.94, abs=0.05)
    top, market = first_and_score("market")
    assert top == "O1"
    assert market["O1"] == pytest.approx(11.28, abs=0.05)
    assert first_and_score("customers")[1]["O1"] == pytest.approx(9.60, abs=0.05)
    assert first_and_score("calm_keepers")[1]["O1"] == pytest.approx(15.5, abs=0.05)


@pytest.mark.parametrize("channel", ["market", "customers", "forum", "small_landlords"])
def test_segments_answer_with_their_share_in_the_channel(channel: str) -> None:
    pack, size = load_scenario("calmwatt"), 40_000
    people = make_respondents(np.random.default_rng(6), pack, size, channel)
    for place, share in enumerate(pack.shares(channel).values()):
        assert abs((people == place).mean() - share) <= 4.5 * (share * (1 - share) / size) ** 0.5
    counts = make_opportunity_counts(np.random.default_rng(6), pack, 100, channel, 500).respondents
    assert (counts.sum(axis=1) == 100).all()


def test_single_answers_and_counts_follow_the_same_law() -> None:
    pack, size, draws = load_scenario("calmwatt"), 60, 1_500
    counts = make_opportunity_counts(np.random.default_rng(1), pack, size, "market", draws)
    surveys = [make_opportunity_survey(rng, pack, size, "market") for rng in np.random.default_rng(2).spawn(draws)]
    for place in (0, 1):
        singles = np.array([(s.importance[s.segment == place] >= 4).sum(axis=0) for s in surveys])
        quick = counts.importance[:, place]
        error = ((singles.var(axis=0) + quick.var(axis=0)) / draws) ** 0.5
        assert (np.abs(singles.mean(axis=0) - quick.mean(axis=0)) < 4.5 * error).all()
        assert (np.abs(np.log(singles.var(axis=0) / quick.var(axis=0))) < 4.5 * (4 / draws) ** 0.5).all()


def test_answers_of_one_person_are_alike_by_the_respondent_effect() -> None:
    """Two ratings that each exceed their middle agree with chance 1/2 + asin(rho)/pi (Sheppard 1899)."""
    pack = load_scenario("calmwatt")
    halves = {key: dict.fromkeys(pack.segments, 5.0) for key in ("importance", "satisfaction")}
    even = {key: outcome.model_copy(update=halves) for key, outcome in pack.outcomes.items()}
    survey = make_opportunity_survey(
        np.random.default_rng(3), pack.model_copy(update={"outcomes": even}), 40_000, "market"
    )
    agree = ((survey.importance[:, 0] >= 4) == (survey.importance[:, 1] >= 4)).mean()
    expected = 0.5 + np.arcsin(pack.survey.respondent_effect) / np.pi
    assert abs(agree - expected) < 4 * (expected * (1 - expected) / 40_000) ** 0.5
    apart = ((survey.importance[:, 0] >= 4) == (survey.satisfaction[:, 0] >= 4)).mean()
    assert abs(apart - 0.5) < 4 * 0.5 / 200


def test_all_five_ratings_occur_and_certain_outcomes_are_possible() -> None:
    pack = load_scenario("calmwatt")
    survey = make_opportunity_survey(np.random.default_rng(1), pack, 2_000, "market")
    assert set(np.unique(survey.importance)) == {1, 2, 3, 4, 5}
    flat = pack.outcomes["O1"].model_copy(
        update={"importance": dict.fromkeys(pack.segments, 10), "satisfaction": dict.fromkeys(pack.segments, 0)}
    )
    survey = make_opportunity_survey(
        np.random.default_rng(1), pack.model_copy(update={"outcomes": {"O1": flat}}), 500, "market"
    )
    assert survey.importance.min() >= 4
    assert survey.satisfaction.max() <= 3


def test_a_larger_survey_keeps_the_first_respondents() -> None:
    small, large = World(seed=2).opportunity_survey(30, "forum"), World(seed=2).opportunity_survey(300, "forum")
    assert np.array_equal(small.segment, large.segment[:30])
    assert np.array_equal(small.importance, large.importance[:30])
    assert np.array_equal(small.satisfaction, large.satisfaction[:30])


def test_true_means_are_weighted_by_the_channel() -> None:
    importance, satisfaction = true_means(load_scenario("calmwatt"), "market")
    assert opportunity(importance, satisfaction)[0] == pytest.approx(11.28)


def test_a_survey_of_nobody_is_empty() -> None:
    survey = World().opportunity_survey(0)
    assert survey.importance.shape == (0, 10)


@pytest.mark.parametrize("size", [-1, 2.5, "many", None])
def test_a_size_that_is_no_whole_number_is_refused(size: Any) -> None:
    with pytest.raises(ValueError, match=r"size must be (0 or more|a whole number|a number), not"):
        World().opportunity_survey(size)


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody can be recruited through 'street'"):
        World().opportunity_survey(10, "street")
