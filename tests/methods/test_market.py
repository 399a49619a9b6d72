import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from qspo_lab.methods import market as mk

utilities = st.lists(st.floats(-5, 5), min_size=1, max_size=6)

# Published example


def test_average_parameters_of_adoption_peak_after_six_periods() -> None:
    """Bass 1969 with the mean p and q of Sultan, Farley and Lehmann 1990."""
    peak = mk.bass_peak(0.03, 0.38)
    assert (peak.time, peak.rate, peak.adopted) == pytest.approx((6.193, 0.11059, 0.4605), abs=5e-4)


# Second routes


def test_bass_agrees_with_its_differential_equation() -> None:
    other = solve_ivp(lambda t, f: (0.03 + 0.38 * f) * (1 - f), (0, 12), [0.0], rtol=1e-10, atol=1e-12)
    assert mk.bass_adoption(0.03, 0.38, 12) == pytest.approx(other.y[0, -1], abs=1e-8)


def test_nobody_gains_by_leaving_cournots_quantity() -> None:
    q, price = mk.cournot(100, 1, 10, 3)
    best = minimize_scalar(lambda mine: -(100 - 2 * q - mine - 10) * mine, bounds=(0, 90), method="bounded").x
    assert best == pytest.approx(q, abs=1e-4)
    assert price == pytest.approx(100 - 3 * q)


def test_nobody_gains_by_leaving_hotellings_price() -> None:
    price, share = mk.hotelling(2, 1.5)

    def profit(mine: float) -> float:
        return (mine - 2) * np.clip(0.5 + (price - mine) / 3, 0, 1)

    prices = np.linspace(2, 8, 6001)
    assert max(profit(p) for p in prices) == pytest.approx(profit(price))
    assert share == 0.5


@pytest.mark.parametrize(("h", "shift"), [(4, 1.0), (5, 0.5), (3, 0.0)])
def test_the_run_length_of_a_chart_is_that_of_simulation(h: float, shift: float) -> None:
    z = np.random.default_rng(31).normal(shift, 1, (4000, 1200))
    alarms = mk.first_alarm(z, 0.5, h)
    assert (alarms > 0).all()
    error = alarms.std() / np.sqrt(4000)
    assert mk.cusum_run_length(0.5, h, shift) == pytest.approx(alarms.mean(), abs=4 * error)


def test_the_run_length_hardly_depends_on_how_finely_the_level_is_cut() -> None:
    assert mk.cusum_run_length(0.5, 4, 0, states=60) == pytest.approx(mk.cusum_run_length(0.5, 4, 0), rel=2e-3)


def test_detection_is_that_of_two_normal_distributions() -> None:
    rng = np.random.default_rng(32)
    noise, signal = rng.normal(0, 1, 200_000), rng.normal(1.3, 1, 200_000)
    d, criterion = mk.signal_detection((signal > 0.4).mean(), (noise > 0.4).mean())
    assert d == pytest.approx(1.3, abs=0.02)
    assert criterion == pytest.approx(0.4 - 0.65, abs=0.02)


# What must always hold


@given(utilities, st.floats(-50, 50))
@settings(max_examples=60, deadline=None)
def test_shares_add_up_and_only_differences_count(v: list[float], shift: float) -> None:
    shares = mk.logit_shares(v)
    assert shares.sum() == pytest.approx(1)
    assert mk.logit_shares(np.array(v) + shift) == pytest.approx(shares)


def test_a_copy_takes_from_all_in_proportion() -> None:
    two, three = mk.logit_shares([0, 0]), mk.logit_shares([0, 0, 0])
    assert two.tolist() == [0.5, 0.5]
    assert three == pytest.approx([1 / 3] * 3)


def test_shares_of_several_segments_come_row_by_row() -> None:
    together = mk.logit_shares([[1, 0], [0, 3]])
    assert together[1] == pytest.approx(mk.logit_shares([0, 3]))


def test_less_anxiety_is_worth_as_much_as_more_pull() -> None:
    assert mk.switch_probability(2, 1.5, 1.5, 1.5) == mk.switch_probability(2, 2.5, 2.5, 1.5)
    assert mk.switch_probability(1, 1, 1, 1) == 0.5


def test_a_market_that_nobody_can_serve_stays_empty() -> None:
    assert mk.cournot(5, 1, 10, 2) == (0.0, 5)


def test_adoption_without_imitation_is_fastest_at_the_start() -> None:
    assert mk.bass_peak(0.1, 0.0).time == 0
    assert mk.bass_peak(0.3, 0.1).time == 0


def test_most_alarms_on_rare_shifts_are_false() -> None:
    assert mk.true_alarm_share(0.05, 0.8, 0.2) == pytest.approx(0.174, abs=5e-4)
    assert np.isnan(mk.true_alarm_share(0.0, 0.5, 0.0))


def test_a_quiet_series_gives_no_alarm_and_a_shift_does() -> None:
    assert mk.first_alarm([0.1] * 50).tolist() == [0]
    assert mk.first_alarm([0.0] * 5 + [2.0] * 10, 0.5, 4).tolist() == [8]
    assert mk.cusum([1.0, -9.0, 1.0], 0.5).tolist() == [0.5, 0.0, 0.5]


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mk.logit_shares([1, None]), "utilities must hold finite numbers"),
        (lambda: mk.switch_probability(1, 1, 1, 1, 0), "scale must be above 0"),
        (lambda: mk.cournot(100, 1, 10, 0), "firms must be 1 or more"),
        (lambda: mk.bass_adoption(0, 0.3, 1), "innovation must be above 0"),
        (lambda: mk.lanchester_left(3, 4), r"larger \(3\) must not be below smaller \(4\)"),
        (lambda: mk.signal_detection(1.0, 0.2), "hit_rate must lie above 0 and below 1, not 1.0"),
        (lambda: mk.true_alarm_share(2, 0.5, 0.5), "prior must lie between 0 and 1"),
        (lambda: mk.first_alarm([1.0], 0.5, 0), "threshold must be above 0"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
