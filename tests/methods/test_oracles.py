"""Published and derived values that the calculations must reproduce: a table from record to function call."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qspo_lab.methods import (
    estimation,
    experiments,
    forecasting,
    groups,
    information,
    judgement,
    kano,
    opportunity,
    sequencing,
    sequential,
)
from qspo_lab.methods.sequencing import Delay, Item

RECORDS = json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))


def constant_items(durations: dict[str, float], cost_of_delay: dict[str, float]) -> list[Item]:
    return [Item(key, durations[key], Delay("constant", cost_of_delay[key])) for key in cost_of_delay]


def kano_counts(shares: dict[str, float]) -> list[float]:
    return [shares.get(kano.LETTERS[name], 0) for name in kano.CATEGORIES]


def kano_table(variant: str) -> list[list[str]]:
    codes = np.arange(1, 6)
    functional, dysfunctional = np.meshgrid(codes, codes, indexing="ij")
    found = kano.classify(functional, dysfunctional, variant)
    return [[kano.LETTERS[kano.CATEGORIES[c]] for c in row] for row in found]


def kano_cell_counts(_: dict[str, Any]) -> dict[str, int]:
    cells = sum(kano_table("classic"), [])
    return {letter: cells.count(letter) for letter in "AOMIRQ"}


def kano_fong(i: dict[str, Any]) -> dict[str, Any]:
    return {
        "diff": abs(i["a"] - i["b"]),
        "threshold": kano.fong_threshold(**i),
        "significant": kano.fong_differs(**i),
    }


def kano_scores(_: dict[str, Any]) -> dict[str, list[float]]:
    each = np.arange(1, 6)[None, :]
    functional, dysfunctional = kano.continuous_scores(each, each)
    return {"functional": functional.tolist(), "dysfunctional": dysfunctional.tolist()}


def topbox(i: dict[str, Any]) -> dict[str, float]:
    importance = opportunity.rating_score(i["importance_ratings"])
    satisfaction = opportunity.rating_score(i["satisfaction_ratings"])
    return {"I": importance, "S": satisfaction, "opp": opportunity.opportunity(importance, satisfaction)}


def segment_opportunities(i: dict[str, Any]) -> dict[str, dict[str, float]]:
    found = {}
    for place, segment in enumerate(i["segments"]):
        scores = {
            need: float(opportunity.opportunity(*pairs[place])) for need, pairs in i["importance_satisfaction"].items()
        }
        named = 4 if segment == "Calm keepers" else 2  # the record names the highest four of one segment, two of others
        found[segment] = dict(sorted(scores.items(), key=lambda pair: -pair[1])[:named])
    return found


def icecream(i: dict[str, Any]) -> dict[str, float]:
    gains, weeks = [i["A"]["gain"], i["B"]["gain"]], [i["A"]["weeks"], i["B"]["weeks"]]
    return {
        "cd3_A": sequencing.cost_of_delay_per_duration(gains[0], weeks[0]),
        "cd3_B": sequencing.cost_of_delay_per_duration(gains[1], weeks[1]),
        "A_then_B": sequencing.value_within_horizon(gains, weeks, [0, 1], i["horizon_weeks"], i["base_per_week"]),
        "B_then_A": sequencing.value_within_horizon(gains, weeks, [1, 0], i["horizon_weeks"], i["base_per_week"]),
    }


def two_projects(i: dict[str, Any]) -> dict[str, float]:
    gains = [i[key]["value_per_month"] for key in "AB"]
    months = [i[key]["months"] for key in "AB"]
    return {
        "B_first": sequencing.value_within_horizon(gains, months, [1, 0], i["horizon"]),
        "A_first": sequencing.value_within_horizon(gains, months, [0, 1], i["horizon"]),
    }


def five_jobs(i: dict[str, Any]) -> dict[str, Any]:
    items = [Item(str(k), d, Delay("constant", c)) for k, (d, c) in enumerate(zip(i["duration"], i["cod"], strict=True))]
    order, cost = sequencing.best_order(items)
    return {"order": list(order), "cost": cost}


def deadline_items(i: dict[str, Any]) -> dict[str, float]:
    items = [
        Item("X", i["X"]["dur"], Delay("constant", i["X"]["cod"])),
        Item("Y", i["Y"]["dur"], Delay("fixed_date", date=i["Y"]["deadline"], loss=i["Y"]["loss"])),
    ]
    return {
        "X_first": sequencing.delay_cost(items, [0, 1], "finish"),
        "Y_first": sequencing.delay_cost(items, [1, 0], "finish"),
    }


def bet_order(i: dict[str, Any]) -> dict[str, Any]:
    items = constant_items(i["dur"], i["cod"])
    items.append(Item("B6", i["dur"]["B6"], Delay("fixed_date", date=i["B6_deadline"], loss=i["B6_penalty"])))
    order, cost = sequencing.best_order(items)
    scores = [sequencing.cost_of_delay_per_duration(item.delay.cost_of_delay, item.duration) for item in items]
    smith = sequencing.rank_by_score(scores)
    assert smith[-1] == 5
    return {
        "best": [items[k].key for k in order],
        "best_cost": cost,
        "wsjf_B6_last": sequencing.delay_cost(items, smith),
        "wsjf_B6_first": sequencing.delay_cost(items, [5, *smith[:-1]]),
    }


def bets_value_of_information(inputs: dict[str, Any]) -> dict[str, list[float]]:
    rows = {}
    for name, bet in inputs.items():
        triple = bet["p"], bet["pay"], bet["cost"]
        evsi = information.bet_evsi(*triple, bet["sens"], bet["spec"])
        rows[name.split()[0]] = [
            information.bet_value(*triple),
            information.bet_evpi(*triple),
            evsi,
            evsi - bet["test"],
        ]
    return rows


def staged_bet(i: dict[str, Any]) -> dict[str, float]:
    return {
        "direct": max(information.bet_value(i["p"], i["payoff"], i["build"]), 0),
        "staged": information.staged_value(i["p"], i["payoff"], i["build"], i["test"], i["sens"], i["spec"]),
        "posterior_good": information.read_test(i["p"], i["sens"], i["spec"]).good_if_positive,
    }


def sample_sizes(i: dict[str, Any], **names: str) -> dict[str, float]:
    return {
        said: experiments.sample_size_two_proportions(i["p1"], i["p2"] - i["p1"], i["alpha"], i["power"], formula)
        for said, formula in names.items()
    }


def ratio_check(i: dict[str, Any]) -> experiments.SampleRatio:
    return experiments.sample_ratio_check([i["control"], i["treatment"]], [1, 1])


def intervals(i: dict[str, Any], method: str) -> list[list[float]]:
    return [[float(b) for b in experiments.proportion_interval(*case, method)] for case in i["cases"]]


def stones(i: dict[str, Any]) -> dict[str, list[float]]:
    return {
        arm: experiments.rates_by_segment(*zip(i[arm]["small"], i[arm]["large"], strict=True)).tolist() for arm in "AB"
    }


def inflation(i: dict[str, Any]) -> dict[str, list[float]]:
    bounds = {"pocock": sequential.pocock_bounds, "obf": sequential.obrien_fleming_bounds}
    return {
        name: [sequential.sample_inflation(make(k, i["alpha"]), i["alpha"], i["power"]) for k in i["K"]]
        for name, make in bounds.items()
    }


def simulated_error(i: dict[str, Any]) -> float:
    paths = sequential.z_paths(np.random.default_rng(20), 200_000, i["looks"])
    assert (sequential.first_crossing(paths, 1.959964) > 0).mean() == pytest.approx(
        sequential.type_one_error(i["looks"]), abs=4 * np.sqrt(0.12 / 200_000)
    )
    return sequential.type_one_error(i["looks"])


def murphy(i: dict[str, Any]) -> dict[str, float]:
    forecasts, outcomes = [], []
    for stated, (happened, count) in i["bins"].items():
        forecasts += [float(stated)] * count
        outcomes += [1] * happened + [0] * (count - happened)
    parts = judgement.brier_parts(forecasts, outcomes)
    return {
        "reliability": parts.reliability,
        "resolution": parts.resolution,
        "uncertainty": parts.uncertainty,
        "brier": parts.score,
    }


def finish_by_week(i: dict[str, Any]) -> dict[str, float]:
    chances = forecasting.finish_probabilities(i["samples"], i["items"], 10)
    return {str(week): float(chance) for week, chance in enumerate(chances) if chance > 0}


def window(i: dict[str, Any]) -> dict[str, int | None]:
    found = forecasting.forecast(np.random.default_rng(3), i["samples"], i["items"], 100_000)
    return {"p50": found.p50, "p85": found.p85, "p95": found.p95}


def crowd(i: dict[str, Any]) -> dict[str, float]:
    found = groups.diversity_prediction(i["estimates"], i["truth"])
    return {"crowd_sq": found.crowd_error, "avg_sq": found.average_error, "diversity": found.diversity}


def rejected(i: dict[str, Any]) -> dict[str, int]:
    return {
        "bh": int(experiments.reject_benjamini_hochberg(i["p"], i["q"]).sum()),
        "bonferroni": int(experiments.reject_bonferroni(i["p"], i["q"]).sum()),
    }


SIEGEL = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
"""Three executives rank six applicants (Siegel and Castellan 1988)."""

CALLS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "kano_table_cell_counts": kano_cell_counts,
    "kano_table_pouliot_variant": lambda i: kano_table("pouliot"),
    "kano_timko_ski_example": lambda i: {
        name: [float(c) for c in kano.better_worse(kano_counts(shares))] for name, shares in i.items()
    },
    "kano_fong_threshold_n60": kano_fong,
    "kano_fong_threshold_n100": kano_fong,
    "kano_fong_true_size_p40_n100": lambda i: kano.fong_error_rate(i["n"], i["p_each"]),
    "kano_continuous_scores": kano_scores,
    "ulwick_opportunity_cordis_restenosis": lambda i: opportunity.opportunity(**i),
    "ulwick_opportunity_8_4": lambda i: opportunity.opportunity(**i),
    "ulwick_overserved": lambda i: opportunity.opportunity(**i),
    "ulwick_topbox_scaling": topbox,
    "case_calmwatt_opportunity_by_segment": segment_opportunities,
    "cd3_icecream_arnold": icecream,
    "cd3_brunton_two_projects": two_projects,
    "wsjf_optimal_vs_bruteforce": five_jobs,
    "wsjf_fails_with_deadline": deadline_items,
    "safe_wsjf_relative": lambda i: [sequencing.wsjf(j["bv"], j["tc"], j["rr"], j["size"]) for j in i["items"]],
    "rice_rank_flip_probability": lambda i: sequencing.swap_probability(i["ratio"], i["sigma"], 4),
    "case_calmwatt_bet_order": bet_order,
    "case_calmwatt_bets_value_of_information": bets_value_of_information,
    "staged_roadmap_bet": staged_bet,
    "evsi_beta_binomial_uniform": lambda i: [
        information.beta_binomial_evsi(n, tuple(i["prior"]), i["c"]) for n in i["n"]
    ],
    "evpi_uniform_linear": lambda i: information.beta_evpi((1, 1), i["c"]),
    "evpi_normal_unit_loss": lambda i: information.normal_evpi(**i),
    "unit_normal_loss_table": lambda i: [information.unit_normal_loss(u) for u in i["u"]],
    "power_prop_R_n50": lambda i: experiments.power_two_proportions(
        i["p1"], i["p2"] - i["p1"], i["n_per_group"], i["alpha"]
    ),
    "power_prop_R_n_for_90": lambda i: experiments.sample_size_two_proportions(
        i["p1"], i["p2"] - i["p1"], i["alpha"], i["power"]
    ),
    "n_two_prop_10_to_12": lambda i: sample_sizes(
        i, pooled="pooled", unpooled="unpooled", arcsine="arcsine", pooled_cc="continuity"
    ),
    "n_two_prop_20_to_25": lambda i: sample_sizes(
        i, pooled="pooled", unpooled="unpooled", evan_miller_form="baseline"
    ),
    "n_rule_of_thumb_16": lambda i: experiments.sample_size_rule_of_16(i["p"] * (1 - i["p"]), i["p"] * i["rel"]),
    "t_n_cohen_small_medium_large": lambda i: [
        experiments.sample_size_t_test(d, i["alpha"], i["power"]) for d in i["d"]
    ],
    "beta_p_b_gt_a_trivial": lambda i: [experiments.probability_b_beats_a(c[:2], c[2:]) for c in i["cases"]],
    "beta_p_b_gt_a_120_140": lambda i: experiments.probability_b_beats_a(i["A"], i["B"]),
    "beta_p_b_gt_a_small": lambda i: experiments.probability_b_beats_a(i["A"], i["B"]),
    "bayes_expected_loss_120_140": lambda i: experiments.expected_loss(i["A"], i["B"]),
    "wilson_newcombe_1998": lambda i: intervals(i, "wilson"),
    "wald_newcombe_1998": lambda i: intervals(i, "wald"),
    "clopper_pearson_81_263": lambda i: [float(b) for b in experiments.proportion_interval(i["x"], i["n"], "exact")],
    "rule_of_three": lambda i: {
        "rule": experiments.rule_of_three(i["n"]),
        "exact": experiments.upper_limit_without_a_case(i["n"]),
    },
    "srm_kohavi": lambda i: {
        "p_times_1e6": ratio_check(i).p_value * 1e6,
        "ratio_treatment_to_control": ratio_check(i).observed[1] / ratio_check(i).observed[0],
    },
    "srm_kohavi_exact": lambda i: {"chi2": ratio_check(i).chi2, "log10p": np.log10(ratio_check(i).p_value)},
    "false_positive_risk_kohavi": lambda i: [
        experiments.false_positive_risk(s, i["alpha"], i["power"]) for s in i["success_rate"]
    ],
    "benjamini_hochberg_1995_example": rejected,
    "simpson_kidney_stones": stones,
    "cuped_variance_factor": lambda i: experiments.cuped_variance_factor(i["rho"]).tolist(),
    "expected_max_of_k_normals": lambda i: [experiments.expected_maximum(k) for k in i["k"]],
    "sprint_review_adaptation_value": lambda i: [
        experiments.adaptation_value(i["k"], rho, i["sd"], i["sprints"]) for rho in i["rho"]
    ],
    "peeking_type1_AMR1969": lambda i: [sequential.type_one_error(k) for k in i["looks"]],
    "peeking_type1_precise": lambda i: [sequential.type_one_error(k) for k in i["looks"]],
    "peeking_14_days": lambda i: sequential.type_one_error(i["looks"]),
    "peeking_simulation_5": simulated_error,
    "pocock_constants_alpha05": lambda i: [sequential.pocock_constant(k, i["alpha"]) for k in i["K"]],
    "obrien_fleming_constants_alpha05": lambda i: [sequential.obrien_fleming_constant(k, i["alpha"]) for k in i["K"]],
    "obrien_fleming_bounds_K5": lambda i: sequential.obrien_fleming_bounds(i["K"], i["alpha"]).tolist(),
    "lan_demets_pocock_K5": lambda i: sequential.spending_bounds(i["K"], i["alpha_two_sided"], "pocock").tolist(),
    "group_sequential_inflation_power80": inflation,
    "sprt_wald_bounds": lambda i: dict(zip(("lower", "upper"), sequential.wald_bounds(**i), strict=True)),
    "msprt_statistic": lambda i: sequential.mixture_likelihood_ratio(i["n"], i["theta_hat"], i["V"], i["tau"]),
    "calibration_binomial_tail": lambda i: {
        f"le{k}": judgement.chance_of_hits_at_most(k, i["n"], i["p"]) for k in (5, 6, 7)
    },
    "brier_score_example": lambda i: judgement.brier_score(i["forecast"], i["outcome"]),
    "brier_murphy_decomposition": murphy,
    "throughput_forecast_exact_small": finish_by_week,
    "throughput_forecast_percentiles": window,
    "throughput_forecast_cdf": lambda i: [
        float(forecasting.finish_probabilities(i["samples"], i["items"], week).sum()) for week in i["weeks"]
    ],
    "lognormal_mean_exceed_prob": lambda i: [
        (spread := estimation.Lognormal(0, sigma)).chance_below(spread.mean) for sigma in i["sigma"]
    ],
    "planning_poker_deck": lambda i: list(estimation.POKER_DECK),
    "bucket_system_labels": lambda i: list(estimation.BUCKETS),
    "bucket_log_rounding": lambda i: estimation.nearest_bucket(i["x"]).tolist(),
    "pert_three_point": lambda i: dict(zip(("mean", "sd"), estimation.pert(i["a"], i["m"], i["b"]), strict=True)),
    "krippendorff_4x12": lambda i: {
        level: groups.krippendorff_alpha(i["data_rows_observers"], level) for level in groups.LEVELS
    },
    "krippendorff_binary_2x10": lambda i: groups.krippendorff_alpha(i["data"], "nominal"),
    "kendall_w_to_spearman": lambda i: groups.mean_spearman_from_w(groups.kendall_w(SIEGEL), 3),
    "fleiss_kappa_wikipedia": lambda i: groups.fleiss_kappa(i["table"]),
    "cohen_kappa_small": lambda i: groups.cohen_kappa(i["table"]),
    "diversity_prediction_theorem": crowd,
    "averaging_correlated_estimators": lambda i: [groups.variance_of_mean(i["n"], r, i["s2"]) for r in i["rho"]],
}


def agrees(found: Any, expected: Any, tolerance: float) -> bool:
    """Compare two answers of the same shape, numbers within the tolerance and the eight digits that records print."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(agrees(found[k], expected[k], tolerance) for k in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(
            agrees(f, e, tolerance) for f, e in zip(found, expected, strict=True)
        )
    if isinstance(expected, bool | str):
        return found == expected
    return abs(float(found) - expected) <= tolerance + 5e-8 * abs(expected)


@pytest.mark.parametrize("record", RECORDS, ids=[record["name"] for record in RECORDS])
def test_a_published_value_is_reproduced(record: dict[str, Any]) -> None:
    found = CALLS[record["name"]](record["inputs"])
    assert agrees(found, record["expected"], record["tolerance"]), (
        f"{record['name']} ({record['source']}): {found} instead of {record['expected']}"
    )


def test_every_record_has_its_call_and_every_call_its_record() -> None:
    assert sorted(CALLS) == sorted(record["name"] for record in RECORDS)


def test_the_comparison_notices_a_wrong_number() -> None:
    assert not agrees({"a": [1.0, 2.1]}, {"a": [1.0, 2.0]}, 0.05)
    assert not agrees({"a": 1}, {"a": 1, "b": 2}, 0.05)
