"""What respondents answer leads back to the classes they hold, and classes drift."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qspo_lab.samples.kano_survey import (
    CLASSES,
    EVALUATION,
    MEANT,
    make_kano_counts,
    make_kano_survey,
    read_as,
    true_mix,
)
from qspo_lab.samples.world import World
from qspo_lab.scenarios import load_scenario, scenario_names

PRINTED = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
LETTER = dict(zip("AOMIRQ", CLASSES, strict=True))


def test_the_evaluation_table_is_the_printed_one() -> None:
    """Kano 1984, as printed in CQM Journal 2(4), 1993: A 3, O 1, M 3, I 9, R 7, Q 2 of 25 cells."""
    for row, letters in enumerate(PRINTED):
        assert [CLASSES[place] for place in EVALUATION[row]] == [LETTER[letter] for letter in letters]


def test_each_class_means_answers_that_the_table_reads_as_this_class() -> None:
    for name, pairs in MEANT.items():
        assert sum(pairs.values()) == pytest.approx(1)
        assert {CLASSES[EVALUATION[a - 1, b - 1]] for a, b in pairs} == {name}


def faultless(pack: Any) -> Any:
    clear = pack.kano.wordings["plain"].model_copy(update={"slip": 0.0, "misread": 0.0})
    return pack.model_copy(update={"kano": pack.kano.model_copy(update={"wordings": {"plain": clear}})})


def shares_read(survey: Any) -> np.ndarray:
    read = EVALUATION[survey.present - 1, survey.absent - 1]
    return np.stack([(read == place).mean(axis=0) for place in range(len(CLASSES))], axis=1)


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("month", [0, 12])
def test_class_shares_of_each_segment_come_back_from_faultless_answers(name: str, month: int) -> None:
    pack, size = faultless(load_scenario(name)), 6_000
    truth = true_mix(pack, month)
    for place, segment in enumerate(pack.segments):
        found = shares_read(make_kano_survey(World(name, 3).rng(segment), pack, size, segment, month))
        error = (truth[place] * (1 - truth[place]) / size) ** 0.5
        assert (np.abs(found - truth[place]) <= 4.5 * error).all()


def test_faultless_answers_are_always_read_as_meant() -> None:
    assert np.allclose(read_as(faultless(load_scenario("calmwatt")), "plain")[:5], np.eye(6)[:5])


@pytest.mark.parametrize("wording", ["plain", "feature_list", "double_negative"])
def test_answers_with_faults_come_out_as_a_listing_of_all_cases_says(wording: str) -> None:
    """The second route goes through every class, pair, misreading and slip one by one."""
    pack = load_scenario("calmwatt")
    faults = pack.kano.wordings[wording]
    slips = {
        answer: {answer: 1 - faults.slip}
        | {near: faults.slip / (1 if answer in (1, 5) else 2) for near in (answer - 1, answer + 1) if 0 < near < 6}
        for answer in range(1, 6)
    }
    expected = np.zeros((6, 6))
    for name, pairs in MEANT.items():
        for (present, absent), chance in pairs.items():
            for second, how_often in ((absent, 1 - faults.misread), (present, faults.misread)):
                for a, p in slips[present].items():
                    for b, q in slips[second].items():
                        place = EVALUATION[a - 1, b - 1]
                        expected[CLASSES.index(name), place] += chance * how_often * p * q
    assert np.allclose(read_as(pack, wording), expected)

    size = 20_000
    found = shares_read(make_kano_survey(np.random.default_rng(5), pack, size, "market", 4, wording))
    weights = np.array(list(pack.shares("market").values()))
    truth = np.einsum("s,sac,ck->ak", weights, true_mix(pack, 4), expected)
    assert (np.abs(found - truth) <= 4.5 * (truth * (1 - truth) / size) ** 0.5).all()


def test_a_poor_wording_makes_more_answers_questionable() -> None:
    pack = load_scenario("calmwatt")
    shares = [
        shares_read(make_kano_survey(np.random.default_rng(1), pack, 4_000, "market", 0, wording))[:, 5].mean()
        for wording in ("plain", "feature_list", "double_negative")
    ]
    assert shares == sorted(shares)
    assert shares[2] > 3 * shares[0]


def test_what_delights_today_turns_must_be_when_the_duty_arrives() -> None:
    pack = load_scenario("calmwatt")
    place = list(pack.kano.attributes).index("tariff_autopilot")
    calm = list(pack.segments).index("calm_keepers")
    top = [CLASSES[true_mix(pack, month)[calm, place].argmax()] for month in (0, pack.months_to_duty(), 18)]
    assert top == ["attractive", "attractive", "must_be"]
    others = [column for column in range(len(pack.kano.attributes)) if column != place]
    before, after = true_mix(pack, 0)[:, others], true_mix(pack, 18)[:, others]
    must_be = CLASSES.index("must_be")
    turned = (before.argmax(axis=2) != must_be) & (after.argmax(axis=2) == must_be)
    assert not turned.any()


def test_half_have_moved_after_a_half_life() -> None:
    pack = load_scenario("calmwatt")
    place = list(pack.kano.attributes).index("peer_league")
    attractive = true_mix(pack)[:, place, 0]
    assert np.allclose(true_mix(pack, 10)[:, place, 0], attractive / 2)
    assert np.allclose(true_mix(pack, 20)[:, place, 0], attractive / 4)


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("month", [0, 3.7, 9, 18, 600])
def test_shares_always_sum_to_one_and_nobody_holds_questionable(name: str, month: float) -> None:
    mix = true_mix(load_scenario(name), month)
    assert np.allclose(mix.sum(axis=2), 1)
    assert (mix >= 0).all()
    assert (mix[:, :, 5] == 0).all()


def test_single_answers_and_counts_follow_the_same_law() -> None:
    pack, size, draws = load_scenario("calmwatt"), 50, 1_200
    counts = make_kano_counts(np.random.default_rng(1), pack, size, "customers", draws, 6, "feature_list").sum(axis=1)
    assert (counts.sum(axis=2) == size).all()
    surveys = [
        make_kano_survey(rng, pack, size, "customers", 6, "feature_list")
        for rng in np.random.default_rng(2).spawn(draws)
    ]
    singles = np.array([shares_read(survey) * size for survey in surveys])
    spread = singles.var(axis=0) + counts.var(axis=0)
    assert (np.abs(singles.mean(axis=0) - counts.mean(axis=0)) <= 4.5 * (spread / draws) ** 0.5 + 0.02).all()
    common = counts.mean(axis=0) > 5
    ratio = singles.var(axis=0)[common] / counts.var(axis=0)[common]
    assert (np.abs(np.log(ratio)) < 4.5 * (4 / draws) ** 0.5).all()


def test_a_larger_survey_keeps_the_first_respondents() -> None:
    small, large = World(seed=2).kano_survey(30, "forum"), World(seed=2).kano_survey(300, "forum")
    for name in ("segment", "present", "absent"):
        assert np.array_equal(getattr(small, name), getattr(large, name)[:30])


def test_unknown_wordings_channels_and_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no wording 'latin'; use one of plain, feature_list"):
        World().kano_survey(10, wording="latin")
    with pytest.raises(ValueError, match="nobody can be recruited through 'street'"):
        World().kano_survey(10, "street")
    with pytest.raises(ValueError, match="size must be 0 or more, not -3"):
        World().kano_survey(-3)
