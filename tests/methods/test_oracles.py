"""Published and derived values that the calculations must reproduce: a table from record to function call."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qspo_lab.methods import (
    bandits,
    bargaining,
    contracts,
    estimation,
    experiments,
    flow,
    forecasting,
    groups,
    information,
    judgement,
    kano,
    market,
    messages,
    networks,
    okr,
    opinion,
    opportunity,
    quality,
    sequencing,
    sequential,
    surveys,
    systems,
    value,
    votes,
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
    cells = [letter for row in kano_table("classic") for letter in row]
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
    items = [
        Item(str(k), d, Delay("constant", c)) for k, (d, c) in enumerate(zip(i["duration"], i["cod"], strict=True))
    ]
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


def ordered_rules(i: dict[str, Any]) -> dict[str, Any]:
    found = information.decision_rules(i["payoff"], i["prob"], i["hurwicz"])
    return {
        "ev": information.expected_values(i["payoff"], i["prob"]).tolist(),
        "best_ev": found.expected,
        "maximin": found.maximin,
        "minimax_regret": found.minimax_regret,
        "max_regret": found.largest_regrets.tolist(),
        "hurwicz_best": found.hurwicz,
    }


def quick_fix_first(i: dict[str, Any]) -> dict[str, bool]:
    quick, root = (systems.shifting_the_burden(x, i["t"][1]) for x in i["x"])
    early = int(np.searchsorted(quick.times, i["t"][0]))
    assert quick.stocks[early, 1] == pytest.approx(5.503, abs=0.001)
    assert root.stocks[early, 1] == pytest.approx(5.734, abs=0.001)
    return {
        "t2_quickfix_lower": bool(quick.stocks[early, 1] < root.stocks[early, 1]),
        "t60_fundamental_lower": bool(root.stocks[-1, 1] < quick.stocks[-1, 1]),
    }


def dip_then_rise(i: dict[str, Any]) -> dict[str, Any]:
    path = systems.fixes_that_fail(i["strength"], i["side"], i["tau"], i["T"])
    return {
        "min_at": int(path.argmin()),
        "P_at_6": path[6],
        "P_at_40_gt_start": bool(path[40] > path[0]),
    }


def arms_race(i: dict[str, Any]) -> dict[str, Any]:
    found = systems.escalation(**i)
    return {"equilibrium": list(found.equilibrium), "eigs": list(found.eigenvalues), "stable": found.stable}


def fishery(i: dict[str, Any]) -> dict[str, float]:
    found = systems.commons(i["r"], i["K"], i["q"], i["price"], i["cost"])
    return {
        "MSY": found.sustainable_yield,
        "N_msy": found.stock_at_sustainable_yield,
        "N_open_access": found.open_stock,
        "E_open_access": found.open_effort,
        "E_mey": found.best_effort,
        "profit_mey": found.best_profit,
        "profit_open": found.open_profit,
    }


def hospital(i: dict[str, Any]) -> dict[str, dict[str, float]]:
    queues = {f"s{c}": flow.queue(i["lambda"], i["mu"], c) for c in (1, 2)}
    return {c: {"L": q.in_system, "Lq": q.in_queue, "W": q.time, "Wq": q.wait} for c, q in queues.items()}


def pooling(i: dict[str, Any]) -> dict[str, float]:
    alone = flow.queue(i["rho"] / i["mean_service"], 1 / i["mean_service"])
    together = flow.queue(i["teams"] * i["rho"] / i["mean_service"], 1 / i["mean_service"], i["teams"])
    return {
        "separate_Wq": alone.wait,
        "pooled_Wq": together.wait,
        "erlang_C": together.wait_chance,
        "ratio": alone.wait / together.wait,
    }


def batches(i: dict[str, Any]) -> dict[str, list[float]]:
    found = [flow.best_batch(i["D"], fixed, i["H"]) for fixed in i["F"]]
    return {"Q": [size for size, _ in found], "TC": [cost for _, cost in found]}


def flexibility(i: dict[str, Any]) -> dict[str, float]:
    n = i["n"]
    drawn = np.random.default_rng(27).normal(i["demand_mean"], i["sd"], (60_000, n))
    inside = np.abs(drawn - i["demand_mean"]) <= 2 * i["sd"]
    kept = drawn[inside][: 4000 * n].reshape(4000, n)
    capacity = np.full(n, float(i["capacity"]))
    return {
        name: flow.served_demand(kept, capacity, flow.chain_skills(n, areas)).mean()
        for name, areas in (("ded", 1), ("chain", 2), ("full", n))
    }


def capacity_parabola(i: dict[str, Any]) -> dict[str, Any]:
    return {
        "capacity": [flow.team_capacity(n, i["kappa"]) for n in i["n"]],
        "n_star": flow.largest_useful_team(i["kappa"]),
    }


def simulated_queue(i: dict[str, Any]) -> float:
    """Mean wait of many arrivals at several servers, each taken by the server that is free first."""
    rng, waits = np.random.default_rng(28), []
    for _ in range(6):
        arrivals = np.cumsum(rng.exponential(1 / i["lambda"], 60_000))
        services = rng.exponential(1 / i["mu"], 60_000)
        free, total = [0.0] * i["c"], 0.0
        for arrival, service in zip(arrivals.tolist(), services.tolist(), strict=True):
            first = free.index(min(free))
            begins = max(arrival, free[first])
            total += begins - arrival
            free[first] = begins + service
        waits.append(total / 60_000)
    exact = flow.queue(i["lambda"], i["mu"], i["c"]).wait
    assert np.mean(waits) == pytest.approx(exact, abs=4 * np.std(waits, ddof=1) / np.sqrt(6))
    return exact


def kite(_: dict[str, Any]) -> dict[str, Any]:
    import networkx as nx

    found = networks.centrality((str(a), str(b), 1) for a, b in nx.krackhardt_kite_graph().edges)
    tops = [max(m, key=m.get) for m in (found.degree, found.closeness, found.betweenness)]
    return {
        "deg_node3": found.degree["3"],
        "close_node5": found.closeness["5"],
        "betw_node7": found.betweenness["7"],
        "argmax": [int(top) for top in tops],
    }


def medici(_: dict[str, Any]) -> dict[str, float]:
    import networkx as nx

    found = networks.centrality((a, b, 1) for a, b in nx.florentine_families_graph().edges)
    return {"betweenness": found.betweenness["Medici"], "eigenvector": found.eigenvector["Medici"]}


def calmwatt_brokers(i: dict[str, Any]) -> dict[str, Any]:
    ties = [tuple(tie) for tie in i["edges"]]
    way = networks.distance(ties, "Teams", "Households")
    return {
        "top": networks.brokers(ties, 1)[0],
        "top_without_PO": networks.brokers(ties, 2, without="PO"),
        "hops_teams_households": way.hops,
        "via": way.shortest[1],
    }


def customer_way(i: dict[str, Any]) -> dict[str, Any]:
    way = networks.distance([tuple(edge) for edge in i["edges"]], "Dev", "Customer")
    return {"days": way.days, "hops_on_fastest": len(way.fastest) - 1, "min_hops": way.hops}


def bill_and_jack(i: dict[str, Any]) -> dict[str, Any]:
    """Each object goes to Bill (option 0) or to Jack (option 1)."""
    names = list(i["utilities"])
    deals = bargaining.all_deals([[[bill, 0], [0, jack]] for bill, jack in i["utilities"].values()])
    own = [
        sum(u[0] for name, u in i["utilities"].items() if name in i["bill_owns"]),
        sum(u[1] for name, u in i["utilities"].items() if name not in i["bill_owns"]),
    ]
    best = bargaining.solutions(deals.values, own).nash
    gains = deals.values[best] - own
    return {
        "product": gains.prod(),
        "gain_bill": gains[0],
        "gain_jack": gains[1],
        "bill_ends_with": sorted(name for name, option in zip(names, deals.options[best], strict=True) if option == 0),
    }


def condorcet(i: dict[str, Any]) -> dict[str, int]:
    options, preferred = votes.pairwise({tuple(profile): 1 for profile in i["profiles"]})
    at = {name: place for place, name in enumerate(options)}
    return {pair: int(preferred[at[pair[0]], at[pair[2]]]) for pair in ("A>B", "B>C", "C>A")}


def tennessee(i: dict[str, Any]) -> dict[str, Any]:
    found = votes.winners(i["profiles"])
    return {
        "plurality": found.plurality[0],
        "borda": found.borda[0],
        "irv": found.runoff[0],
        "condorcet": found.condorcet[0],
        "borda_scores": votes.borda_scores(i["profiles"]),
    }


def incentive_rows(i: dict[str, Any]) -> dict[str, Any]:
    terms = i["target_cost"], i["target_fee"]
    settled = contracts.target_cost(i["actual"], *terms, i["buyer_share"], i["ceiling"])
    return {
        "price": settled.client_pays.tolist(),
        "profit": settled.supplier_earns.tolist(),
        "pta": contracts.point_of_total_assumption(*terms, i["ceiling"], i["buyer_share"]),
    }


def incentive_row(i: dict[str, Any]) -> dict[str, Any]:
    return {
        name: found[0] if isinstance(found, list) else found
        for name, found in incentive_rows({**i, "actual": [i["actual"]]}).items()
    }


def limited_fee(i: dict[str, Any]) -> dict[str, list[float]]:
    settled = contracts.target_cost(
        i["actual"], i["target_cost"], i["target_fee"], 1 - i["seller_share"], None, i["min"], i["max"]
    )
    return {"fee": settled.supplier_earns.tolist(), "price": settled.client_pays.tolist()}


def early_end(i: dict[str, Any]) -> dict[str, float]:
    found = contracts.money_for_nothing(i["contract"], i["billed_at_stop"], i["exit_share"])
    return {
        "customer_pays": found.client_pays,
        "customer_saves": found.client_saves,
        "supplier_for_nothing": found.supplier_for_nothing,
    }


def stop_rule(i: dict[str, Any]) -> dict[str, float]:
    values = [i["v1"] * i["r"] ** k for k in range(i["N"])]
    return {
        "stop_after": contracts.stop_after(values, i["price"], i["exit"]),
        "threshold_value": i["price"] * (1 - i["exit"]),
    }


def lognormal_payoffs(i: dict[str, Any]) -> dict[str, float]:
    cost = estimation.Lognormal(np.log(100), i["sigma"])
    fixed = contracts.exposure(lambda c: contracts.fixed_price(c, i["fixed_price"]), cost)
    free = contracts.exposure(lambda c: contracts.time_and_materials(c, i["tm_markup"]), cost)
    capped = contracts.exposure(lambda c: contracts.time_and_materials(c, i["tm_markup"], i["tm_cap"]), cost)
    target = contracts.exposure(lambda c: contracts.target_cost(c, i["target_cost"], i["target_fee"], i["share"]), cost)
    return {
        "E_cost": cost.mean,
        "fp_supplier_profit": fixed.supplier_mean,
        "fp_p_loss": fixed.chance_of_loss,
        "tm_buyer_pays": free.client_mean,
        "tm_capped_buyer_pays": capped.client_mean,
        "tc_buyer_pays": target.client_mean,
        "tc_supplier_profit": target.supplier_mean,
    }


def risk_split(i: dict[str, Any]) -> dict[str, float]:
    cost = estimation.Lognormal(np.log(100), i["sigma"])
    fixed = contracts.exposure(lambda c: contracts.fixed_price(c, 115), cost)
    free = contracts.exposure(lambda c: contracts.time_and_materials(c, 0.12), cost)
    target = contracts.exposure(lambda c: contracts.target_cost(c, 108.33, 12, 0.5), cost)
    assert fixed.client_sd == pytest.approx(0, abs=1e-9)
    return {
        "sd_cost": cost.sd,
        "fp_supplier_sd": fixed.supplier_sd,
        "tm_buyer_sd": free.client_sd,
        "tc_buyer_sd": target.client_sd,
        "tc_supplier_sd": target.supplier_sd,
    }


def aligned(i: dict[str, Any]) -> dict[str, Any]:
    found = okr.alignment(i["matrix"])
    return {
        "orphans": list(found.orphans),
        "unserved_goals": list(found.unserved),
        "coverage": found.coverage,
        "aligned_share": found.aligned,
    }


def colour_bands(_: dict[str, Any]) -> dict[str, list[float]]:
    tenths = [t / 10 for t in range(11)]
    found = {name: [t for t in tenths if okr.band(t) == name] for name in ("green", "yellow", "red")}
    return {name: [min(scores), max(scores)] for name, scores in found.items()} | {"sweet_spot": list(okr.SWEET_SPOT)}


def undone(i: dict[str, Any]) -> dict[str, float]:
    found = quality.undone_work(i["done_fraction"], i["velocity"], i["sprints"], i["rework_factor"])
    return {"undone": found.points, "stabilisation_sprints": found.sprints}


def fare(age: int, member: bool) -> float:
    """Share of the full price: free under 6, half from 6 to 15, a fifth off for adult members."""
    return 0.0 if age < 6 else 0.5 if age < 16 else 0.8 if member else 1.0


WRONG_FARES = (
    lambda age, member: 0.0 if age < 5 else 0.5 if age < 16 else 0.8 if member else 1.0,
    lambda age, member: 0.0 if age < 7 else 0.5 if age < 16 else 0.8 if member else 1.0,
    lambda age, member: 0.0 if age < 6 else 0.5 if age < 17 else 0.8 if member else 1.0,
    lambda age, member: 0.0 if age < 6 else 0.5 if age < 16 else 1.0,
    lambda age, member: 0.0 if age < 6 else 0.5 if age < 16 else 0.8,
)


def dilution(i: dict[str, Any]) -> dict[str, float]:
    return {
        name: messages.persuasion(i[name], prior=i["prior"], prior_weight=i["w0"])
        for name in ("two_strong", "plus_weak")
    }


def linear_price_curves(_: dict[str, Any]) -> float:
    prices = np.linspace(3, 9, 61)
    return surveys.crossing(prices, (9 - prices) / 8, (prices - 3) / 10)


def retention(i: dict[str, Any]) -> dict[str, float]:
    curve = surveys.kaplan_meier(i["time"], i["event"])
    return {f"{t:g}": curve.at(t) for t in curve.times}


def bass(i: dict[str, Any]) -> dict[str, float]:
    peak = market.bass_peak(i["p"], i["q"], i["m"])
    return {"t_peak": peak.time, "peak_rate": peak.rate, "F_at_peak": peak.adopted}


def price_answers(i: dict[str, Any]) -> dict[str, Any]:
    best, income = surveys.best_price(i["price"], i["share_would_buy"])
    return {"revenue_per_100": income.tolist(), "best_price": best}


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
    "n_two_prop_20_to_25": lambda i: sample_sizes(i, pooled="pooled", unpooled="unpooled", evan_miller_form="baseline"),
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
    "strategy_decision_rules": ordered_rules,
    "archetype_limits_to_growth_logistic": lambda i: systems.limits_to_growth(i["N0"], i["r"], i["K"], i["t"]),
    "archetype_shifting_the_burden_steady_state": lambda i: [
        list(systems.shifting_the_burden_steady(x, i["g"], i["e"], i["kq"], i["kf"], i["a"])) for x in i["x"]
    ],
    "archetype_shifting_the_burden_worse_before_better": quick_fix_first,
    "archetype_fixes_that_fail_steady_state": lambda i: systems.fixes_that_fail_steady(
        i["strength"], i["side"], i["inflow"]
    ),
    "archetype_fixes_that_fail_dip_then_rise": dip_then_rise,
    "archetype_escalation_richardson": arms_race,
    "archetype_commons_gordon_schaefer": fishery,
    "archetype_success_replicator": lambda i: systems.success_to_the_successful(i["x0"], i["t"]).stocks[-1, 0],
    "circle_of_influence_after_12": lambda i: [systems.circle_of_influence(i["I0"], x, i["steps"]) for x in i["x"]],
    "jtbd_switch_logit": lambda i: {
        "p": market.switch_probability(**i),
        "p_anxiety_minus1": market.switch_probability(**{**i, "anxiety": i["anxiety"] - 1}),
        "p_pull_plus1": market.switch_probability(**{**i, "pull": i["pull"] + 1}),
    },
    "bass_peak_average_parameters": bass,
    "sdt_dprime_market_signals": lambda i: [list(market.signal_detection(*case)) for case in i["cases"]],
    "cusum_arl0_one_sided": lambda i: {f"h{h}": market.cusum_run_length(i["k"], h, i["shift"]) for h in i["h"]},
    "cusum_arl1_shift1": lambda i: {f"h{h}": market.cusum_run_length(i["k"], h, i["shift"]) for h in i["h"]},
    "mnl_share_usp": lambda i: market.logit_shares(i["utility"]).tolist(),
    "mnl_red_bus_blue_bus": lambda i: [
        market.logit_shares(i[name]).tolist() for name in ("utility_two", "utility_three")
    ],
    "hotelling_linear_city": lambda i: dict(zip(("price", "share"), market.hotelling(i["c"], i["t"]), strict=True)),
    "lanchester_square_law": lambda i: market.lanchester_left(i["A"], i["B"]),
    "cournot_entry": lambda i: [list(market.cournot(i["a"], i["b"], i["c"], n)) for n in i["n"]],
    "rice_example_pmtools_like": lambda i: value.rice(**i),
    "rice_scales": lambda i: {
        "impact": list(value.RICE_IMPACTS),
        "confidence": list(value.RICE_CONFIDENCES),
    },
    "irr_numpy_financial_doc_1": lambda i: value.irr(i["cash"]),
    "irr_numpy_financial_doc_2": lambda i: value.irr(i["cash"]),
    "npv_numpy_financial_doc": lambda i: value.npv(i["rate"], i["cash"]),
    "crr_one_step_hull": lambda i: dict(
        zip(("p", "value"), value.option_one_step(i["S"], i["K"], i["u"], i["d"], i["r"], i["T"]), strict=True)
    ),
    "little_law": lambda i: flow.lead_time(i["L"], i["lambda"]),
    "mm1_hillier_lieberman_er": hospital,
    "mm1_queue_vs_utilisation": lambda i: [flow.queue(rho, 1).in_system for rho in i["rho"]],
    "kingman_vut": lambda i: [flow.wait_approximate(*case) for case in i["cases"]],
    "pollaczek_khinchine": lambda i: [flow.wait_one_server(i["lambda"], i["ES"], v) for v in i["cs2"]],
    "pooling_four_teams": pooling,
    "pooling_simulation_check": simulated_queue,
    "erlang_c_values": lambda i: [flow.erlang_c(*case) for case in i["cases"]],
    "eoq_harris_1913": lambda i: flow.best_batch(12 * i["M"], i["S"], 0.1 * i["C"])[0],
    "batch_u_curve_flatness": lambda i: flow.batch_cost_ratio(i["x"]).tolist(),
    "batch_transaction_cost_halving": batches,
    "communication_paths": lambda i: [flow.communication_paths(n) for n in i["n"]],
    "dependency_two_power_n": lambda i: [flow.on_time_chance(n) for n in i["n"]],
    "dependency_p85": lambda i: [flow.on_time_chance(n, i["p"]) for n in i["n"]],
    "jordan_graves_chaining": flexibility,
    "dedicated_capacity_analytic": lambda i: flow.dedicated_capacity(i["n"], 100, 40),
    "team_capacity_parabola": capacity_parabola,
    "brooks_break_even_time": lambda i: flow.brooks_break_even(i["p0"], i["training_drain"], i["p1"], i["ramp_days"]),
    "wright_learning_curve_80": lambda i: flow.learning_curve(i["n"], i["rate"]).tolist(),
    "krackhardt_kite": kite,
    "florentine_medici": medici,
    "case_calmwatt_network_brokers": calmwatt_brokers,
    "customer_distance_shortest_path": customer_way,
    "customer_distance_error_per_hop": lambda i: [
        networks.error_after([i["error_per_hop"]] * hops) for hops in i["hops"]
    ],
    "community_diffusion_si_time80": lambda i: [
        networks.time_to_reach(i["target"], i["x0"], beta) for beta in i["beta"]
    ],
    "mitchell_agle_wood_classes": lambda i: {
        "".join(map(str, bits)): networks.salience_class(*bits) for bits in product((0, 1), repeat=3)
    },
    "mendelow_quadrants": lambda i: {
        f"{power}{interest}": networks.engagement_quadrant(power, interest) for power in (0, 1) for interest in (0, 1)
    },
    "coordination_requirements_matrix": lambda i: networks.coordination_required(i["TA"], i["TD"]).tolist(),
    "vision_filter_information": lambda i: networks.guidance(i["votes_in_share"]),
    "degroot_consensus": lambda i: {
        "weights": opinion.social_influence(i["P"]).tolist(),
        "consensus": opinion.consensus(i["P"], i["x0"]),
    },
    "friedkin_johnsen_fixed_point": lambda i: opinion.settled_opinions(i["W"], i["x0"], i["susceptibility"]).tolist(),
    "nash_bargaining_bill_jack": bill_and_jack,
    "condorcet_cycle": condorcet,
    "tennessee_voting": tennessee,
    "fpif_scribd_table": incentive_rows,
    "fpif_pmp_textbook": incentive_row,
    "cpif_85_15_example": limited_fee,
    "money_for_nothing": early_end,
    "money_for_nothing_stop_rule": stop_rule,
    "change_for_free_vs_change_orders": lambda i: {
        "fixed_price_with_change_orders": contracts.price_with_change_orders(
            i["contract"], i["swap_share"], i["markup"]
        ),
        "change_for_free": contracts.price_with_change_orders(i["contract"], i["swap_share"], 0),
    },
    "contract_payoffs_lognormal_cost": lognormal_payoffs,
    "contract_risk_split": risk_split,
    "goal_alignment_coverage": aligned,
    "okr_bands": colour_bands,
    "goodhart_regressional": lambda i: okr.true_gain(i["proxy"], i["rho"]),
    "goodhart_top_decile": lambda i: okr.true_gain_of_top(i["top"], i["rho"]),
    "undone_work_accumulation": undone,
    "defect_removal_cascade": lambda i: {
        "dre": quality.removal_efficiency(i["stages"]),
        "escaped_of_1000": 1000 * (1 - quality.removal_efficiency(i["stages"])),
    },
    "promise_chain_reliability": lambda i: [quality.promise_kept([i["p_each"]] * n) for n in i["criteria"]],
    "acceptance_examples_mutation_score": lambda i: {
        name: quality.try_mutants(fare, WRONG_FARES, i[name]).score for name in ("happy", "boundary")
    },
    "discovery_problem_finding_curve": lambda i: surveys.share_discovered(i["p"], i["n"]).tolist(),
    "discovery_beta_binomial_curve": lambda i: surveys.share_discovered_unequal(i["alpha"], i["beta"], i["n"]).tolist(),
    "chao1_unseen_needs": lambda i: {
        "chao1": surveys.needs_in_all(i["observed"], i["seen_once"], i["seen_twice"], corrected=False),
        "chao1_bc": surveys.needs_in_all(i["observed"], i["seen_once"], i["seen_twice"]),
    },
    "nps_margin_of_error": lambda i: dict(
        zip(
            ("nps", "moe"),
            surveys.nps(round(i["promoters"] * i["n"]), round(i["detractors"] * i["n"]), i["n"]),
            strict=True,
        )
    ),
    "kaplan_meier_6mp": retention,
    "gabor_granger_optimum": price_answers,
    "van_westendorp_opp": linear_price_curves,
    "adjusted_rand_index_small": lambda i: surveys.adjusted_rand(i["x"], i["y"]),
    "message_dilution_averaging": dilution,
    "flesch_reading_ease": lambda i: messages.reading_ease(**i),
    "kotter_undercommunication": lambda i: messages.share_of_voice(i["vision_words"], i["all_words"]),
    "thompson_regret_band": lambda i: bandits.play(
        np.random.default_rng(29), i["arms"], i["T"], "thompson", 700
    ).regret.mean(),
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
