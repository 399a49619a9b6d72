"""A whole value poker meeting: facts spoken make it accurate, silence only makes it agree."""

from __future__ import annotations

import numpy as np
import pytest

from qspo_lab.methods.groups import read_votes
from qspo_lab.samples.value_meeting import Meeting, in_points, play_meeting
from qspo_lab.samples.value_votes import (
    ValueTruth,
    against_anchor,
    believed,
    make_value_votes,
    next_votes,
    spoken,
    to_cards,
)
from qspo_lab.samples.world import World

DRAWS = 2_000
WORLD = World()
DECK = WORLD.value_table.deck
FINE = np.concatenate([[0.0], np.geomspace(1, 5_000, 800)])
"""A deck so fine that rounding to cards does not matter."""


def tables(draws: int = DRAWS, seed: int = 3) -> ValueTruth:
    return make_value_votes(World(seed=seed).rng("tables"), WORLD.pack, draws)[1]


def five(draws: int = DRAWS, anchor: int | None = 5) -> ValueTruth:
    return in_points(tables(draws), [0, 1, 2, 3, 6], anchor, 100.0)


def played(truth: ValueTruth, *rules: str, deck: object = DECK) -> Meeting:
    return play_meeting(truth, deck, [rules] * truth.value.shape[-1], len(rules) + 1, 0)


def miss(meeting: Meeting, truth: ValueTruth, number: int) -> float:
    middle = meeting.middle([number] * truth.value.shape[-1])
    return float(np.abs(np.log(np.maximum(middle, 5) / truth.value)).mean())


# ---------------------------------------------------------------------------- a second route


def test_one_table_by_hand_is_one_table_of_the_meeting() -> None:
    truth = five(None)  # type: ignore[arg-type]
    meeting = play_meeting(truth, DECK, [("ends",), ("nobody",), ("everybody",), ("loudest",), ()], 2, 0)
    first = to_cards(next_votes(truth), DECK)
    assert np.array_equal(meeting.cards[0], first)
    speak = np.zeros_like(first, dtype=bool)
    column = first[:, 0]
    speak[:, 0] = [card in (column.min(), column.max()) and column.min() < column.max() for card in column]
    speak[:, 2] = True
    speak[0, 3] = True
    assert np.array_equal(meeting.speakers[0], speak)
    assert np.array_equal(meeting.heard[0], spoken(truth, speak))
    second = next_votes(truth, spoken(truth, speak), next_votes(truth), speak)
    assert np.array_equal(meeting.cards[1], to_cards(second, DECK))


def test_many_tables_are_many_single_ones() -> None:
    many = five(6)
    together = played(many, "ends", "ends")
    for draw in range(6):
        lone = ValueTruth(
            **{
                name: getattr(many, name)[draw]
                if name in ("value", "impression", "knows", "mood")
                else getattr(many, name)
                for name in many.__dataclass_fields__
            }
        )
        alone = played(lone, "ends", "ends")
        assert np.array_equal(alone.cards, together.cards[:, draw])
        assert np.array_equal(alone.heard, together.heard[:, draw])


def test_the_middle_card_is_the_one_that_reading_the_votes_gives() -> None:
    meeting = played(five(20), "ends")
    middle = meeting.middle([1, 2, 1, 2, 1])
    for draw, (item, number) in [(d, pair) for d in range(20) for pair in enumerate([1, 2, 1, 2, 1])]:
        cards = meeting.cards[number - 1, draw, :, item]
        assert middle[draw, item] == read_votes({str(i): f"{c:g}" for i, c in enumerate(cards)}, DECK).median


def test_points_are_votes_against_an_anchor_that_was_talked_through() -> None:
    whole, anchor = tables(200), 5
    about = whole.dealt & (whole.fact_item == anchor)
    expected = against_anchor(believed(whole, about), anchor, 100.0)[..., [0, 1, 2, 3, 6]]
    assert np.allclose(next_votes(five(200)), expected)
    true = whole.value[:, [0, 1, 2, 3, 6]] / whole.value[:, [anchor]] * 100
    assert np.allclose(five(200).value, true)


def test_without_an_anchor_all_stays_in_the_unit_of_value() -> None:
    whole, part = tables(50), five(50, None)
    assert np.array_equal(part.value, whole.value[:, [0, 1, 2, 3, 6]])
    assert np.allclose(next_votes(part), believed(whole)[..., [0, 1, 2, 3, 6]])


# ---------------------------------------------------------------------------- what must always hold


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_private_facts_that_are_spoken_lower_the_error(seed: int) -> None:
    truth = in_points(tables(seed=seed), [0, 1, 2, 3, 6], 5, 100.0)
    meeting = played(truth, "ends", "ends")
    misses = [miss(meeting, truth, number) for number in (1, 2, 3)]
    assert misses[1] < 0.75 * misses[0]
    assert misses[2] < 0.75 * misses[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_herding_without_facts_narrows_the_spread_and_leaves_middle_and_error(seed: int) -> None:
    """As in a Delphi study without reasons: the spread falls, the median does not move."""
    truth = in_points(tables(seed=seed), [0, 1, 2, 3, 6], 5, 100.0)
    meeting = played(truth, "nobody", "nobody", deck=FINE)
    spreads = [np.log(np.maximum(cards, 1)).std(axis=-2).mean() for cards in meeting.cards]
    assert spreads[2] < 0.8 * spreads[0]
    assert np.allclose(np.log(meeting.middle([3] * 5) / meeting.middle([1] * 5)), 0, atol=0.02)
    assert miss(meeting, truth, 3) == pytest.approx(miss(meeting, truth, 1), rel=0.01)
    assert not meeting.heard.any()


def test_with_every_player_following_fully_three_rounds_agree_and_know_nothing_more() -> None:
    truth = five(300)
    follower = ValueTruth(**{**truth.__dict__, "herding": np.full(5, 0.75)})
    meeting = played(follower, "nobody", deck=FINE)
    quarter = np.log(meeting.cards[1]).std(axis=-2).mean() / np.log(meeting.cards[0]).std(axis=-2).mean()
    assert quarter == pytest.approx(0.25, abs=0.01)
    assert np.allclose(np.log(meeting.middle([2] * 5) / meeting.middle([1] * 5)), 0, atol=0.02)


def test_one_loud_voice_makes_agreement_and_no_accuracy() -> None:
    truth = five()
    loud, ends = played(truth, "loudest", "loudest"), played(truth, "ends", "ends")
    assert (
        np.log(np.maximum(loud.cards[2], 5)).std(axis=-2).mean()
        < np.log(np.maximum(loud.cards[0], 5)).std(axis=-2).mean()
    )
    assert miss(loud, truth, 3) > 1.5 * miss(ends, truth, 3)


def test_minutes_are_rounds_and_speeches() -> None:
    truth = five(40)
    meeting = play_meeting(truth, DECK, [("everybody", "everybody"), ("nobody",), (), ("loudest",), ("ends",)], 3, 2)
    minutes = meeting.minutes([3, 2, 1, 2, 2], 2.0, 1.0)
    assert (minutes[:, :4] == [16, 4, 2, 5]).all()
    assert np.array_equal(minutes[:, 4], 4 + meeting.speakers[0, :, :, 4].sum(axis=1))


def test_nobody_is_lowest_or_highest_where_all_agree() -> None:
    truth = five(4)
    agreed = ValueTruth(
        **{**truth.__dict__, "leaning": truth.leaning * 0, "mood": truth.mood * 0, "knows": truth.knows & False}
    )
    meeting = played(agreed, "ends")
    assert (meeting.cards[0].min(axis=-2) == meeting.cards[0].max(axis=-2)).all()
    assert not meeting.speakers.any()


def test_every_fact_is_news_once() -> None:
    meeting = played(five(200), "everybody", "everybody")
    assert (meeting.heard.sum(axis=0) <= 1).all()
    assert not meeting.heard[1].any()
    assert meeting.heard[0].any()
