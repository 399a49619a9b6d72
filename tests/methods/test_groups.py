import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from qspo_lab.methods import groups

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

# Published examples


def test_the_six_intraclass_correlations_are_those_of_shrout_and_fleiss() -> None:
    found = [groups.intraclass_correlation(SHROUT_FLEISS, form) for form in groups.ICC_FORMS]
    assert found == pytest.approx([0.17, 0.29, 0.71, 0.44, 0.62, 0.91], abs=0.006)


def test_six_applicants_ranked_by_three_executives_have_a_w_of_162() -> None:
    """Siegel 1956; Siegel and Castellan 1988."""
    assert groups.kendall_w([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]) == pytest.approx(
        0.162, abs=5e-4
    )


def test_six_anchored_heads_are_worth_1_3() -> None:
    assert groups.worth_of_estimators(6, 0.7) == pytest.approx(1.33, abs=0.005)


# Second routes


@given(
    st.integers(2, 5).flatmap(
        lambda raters: st.lists(
            st.lists(st.sampled_from([1.0, 2, 3, 5, 8, np.nan]), min_size=raters, max_size=raters),
            min_size=2,
            max_size=12,
        )
    ),
    st.sampled_from(groups.LEVELS),
)
@settings(max_examples=80, deadline=None)
def test_alpha_is_that_of_the_library_with_gaps_and_ties(items, level) -> None:
    ratings = np.array(items).T
    found = groups.krippendorff_alpha(ratings, level)
    paired = ratings[:, (~np.isnan(ratings)).sum(axis=0) > 1]
    if len(np.unique(paired[~np.isnan(paired)])) < 2:
        assert np.isnan(found)
        return
    expected = krippendorff.alpha(reliability_data=ratings, level_of_measurement=level)
    assert found == pytest.approx(expected, abs=1e-9)


def test_kappas_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(20)
    for _ in range(20):
        table = rng.integers(0, 9, (4, 4)) + np.eye(4)
        assert groups.cohen_kappa(table) == pytest.approx(cohens_kappa(table).kappa)
        ratings = rng.multinomial(7, [0.2, 0.5, 0.3], size=9)
        assert groups.fleiss_kappa(ratings) == pytest.approx(fleiss_kappa(ratings))


def test_w_is_the_mean_rank_correlation_of_all_pairs_in_disguise() -> None:
    rng = np.random.default_rng(21)
    ranks = np.array([rng.permutation(8) for _ in range(5)])
    pairs = [spearmanr(ranks[i], ranks[j]).statistic for i in range(5) for j in range(i)]
    assert groups.mean_spearman_from_w(groups.kendall_w(ranks), 5) == pytest.approx(np.mean(pairs))


def test_anchored_estimators_average_as_the_formula_says() -> None:
    rng = np.random.default_rng(22)
    shared, own = rng.standard_normal((100_000, 1)), rng.standard_normal((100_000, 6))
    mean = (np.sqrt(0.3) * shared + np.sqrt(0.7) * own).mean(axis=1)
    expected = groups.variance_of_mean(6, 0.3)
    assert mean.var() == pytest.approx(expected, abs=4 * expected * np.sqrt(2 / 100_000))


# What must always hold


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=12), st.floats(0, 1000))
@settings(max_examples=80, deadline=None)
def test_the_crowds_error_is_the_average_error_less_the_diversity(estimates: list[float], truth: float) -> None:
    found = groups.diversity_prediction(estimates, truth)
    assert found.crowd_error == pytest.approx(found.average_error - found.diversity, abs=1e-6)
    assert found.crowd_error <= found.average_error + 1e-6


@given(st.lists(st.sampled_from(["1/2", 1, "2", "3", 5, "8.0", "?", "break", None]), max_size=9))
@settings(max_examples=100, deadline=None)
def test_median_and_modes_are_cards_that_were_played(cards: list[object]) -> None:
    found = groups.read_votes({f"p{i}": card for i, card in enumerate(cards)})
    played = [groups.card_size(card) for card in cards if card is not None]
    sizes = [size for size in played if not isinstance(size, str)]
    assert found.count == len(sizes)
    assert found.count + sum(found.specials.values()) + len(found.silent) == len(cards)
    if sizes:
        assert found.median in sizes
        assert set(found.modes) <= set(sizes)
        assert found.low <= found.median <= found.high
        assert (found.steps == 0) == (len(set(sizes)) == 1)
    else:
        assert found.median is None
        assert found.mean is None


def test_a_half_is_a_card_and_not_a_text() -> None:
    found = groups.read_votes({"Ana": "1/2", "Bo": "1", "Cy": "2"})
    assert found.mean == pytest.approx(3.5 / 3)
    assert groups.card_size("½") == 0.5


def test_special_cards_are_counted_and_never_averaged() -> None:
    found = groups.read_votes({"Ana": "?", "Bo": 5, "Cy": "coffee", "Di": 5})
    assert found.specials == {"?": 1, "break": 1}
    assert found.mean == 5
    assert groups.read_votes({"Ana": "?"}).median is None


def test_ties_are_named_and_of_two_middle_cards_the_higher_is_taken() -> None:
    found = groups.read_votes({"Ana": 3, "Bo": 8, "Cy": 3, "Di": 8})
    assert found.modes == (3, 8)
    assert found.median == 8
    assert found.steps == 2
    assert (found.lowest, found.highest) == (("Ana", "Cy"), ("Bo", "Di"))


def test_agreement_has_no_extremes_to_speak_first() -> None:
    found = groups.read_votes({"Ana": 5, "Bo": 5, "Cy": ""})
    assert (found.lowest, found.highest, found.silent) == ((), (), ("Cy",))


def test_agreement_that_cannot_be_told_from_habit_has_no_alpha() -> None:
    assert np.isnan(groups.krippendorff_alpha([[5, 5, 5], [5, 5, 5]]))
    assert np.isnan(groups.krippendorff_alpha([[1, np.nan], [np.nan, 2]]))
    assert groups.krippendorff_alpha([[1, 2, 3], [1, 2, 3]]) == 1
    assert groups.krippendorff_alpha([[0.0, 1], [0.0, 1]], "ratio") == 1


def test_w_without_any_difference_is_not_a_number() -> None:
    assert np.isnan(groups.kendall_w([[2, 2], [3, 3]]))
    assert np.isnan(groups.kendall_w([[1], [1]]))
    assert groups.kendall_w([[1, 2, 3]] * 4) == 1


def test_kappa_and_icc_of_what_never_varies_are_not_numbers() -> None:
    assert np.isnan(groups.cohen_kappa([[5, 0], [0, 0]]))
    assert np.isnan(groups.cohen_kappa([[0, 0], [0, 0]]))
    assert np.isnan(groups.fleiss_kappa([[3, 0], [3, 0]]))
    assert np.isnan(groups.intraclass_correlation([[2, 2], [2, 2]]))


def test_spread_is_a_factor() -> None:
    assert groups.log_spread([5, 5, 5]) == 1
    assert groups.log_spread([1, np.e**2]) == pytest.approx(np.exp(np.sqrt(2)))
    assert np.isnan(groups.log_spread([5]))


def test_errors_that_cancel_are_worth_any_number() -> None:
    assert groups.worth_of_estimators(2, -1.0) == np.inf
    assert groups.worth_of_estimators(1, 0.5) == 1


# Refusals


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: groups.read_votes({"Ana": "4"}), "Ana: '4' is no card of this deck"),
        (lambda: groups.card_size("nan"), "'nan' is no card of this deck"),
        (lambda: groups.krippendorff_alpha([1, 2]), "a row for each rater"),
        (lambda: groups.krippendorff_alpha([[1, 2], [1, 2]], "cardinal"), "level must be one of nominal"),
        (lambda: groups.krippendorff_alpha([[-1, 2], [1, 2]], "ratio"), "ratio level must be 0 or more"),
        (lambda: groups.kendall_w([[1, None]]), "ratings must hold finite numbers"),
        (lambda: groups.cohen_kappa([[1, 2, 3]]), "table must be square"),
        (lambda: groups.fleiss_kappa([[1, 2], [1, 1]]), "same number of ratings"),
        (lambda: groups.intraclass_correlation([[1, 2]]), "two or more items and raters, not 1 and 2"),
        (lambda: groups.intraclass_correlation([[1, 2], [2, 3]], "icc4"), "form must be one of icc1"),
        (lambda: groups.diversity_prediction([], 3), "at least one estimate"),
        (lambda: groups.variance_of_mean(3, -0.9), "must lie between -0.5 and 1, not -0.9"),
        (lambda: groups.log_spread([0, 1]), "estimates must be above 0"),
        (lambda: groups.mean_spearman_from_w(0.5, 1), "raters must be 2 or more"),
    ],
)
def test_the_impossible_is_refused_with_its_name(call, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
