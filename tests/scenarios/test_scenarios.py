"""What a scenario pack holds, and what a trainer is told about a fault in one."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qspo_lab.scenarios import HERE, load_scenario, missing_words, scenario_names, scenario_words
from qspo_lab.scenarios.model import MetricsWorld, PackError, Scenario, parse_scenario
from qspo_lab.texts import Words

ORACLES = {record["name"]: record for record in json.loads((Path(__file__).parent / "oracles.json").read_text())}
TEXT = (HERE / "calmwatt.toml").read_text(encoding="utf-8")
SEGMENTS = ["optimisers", "calm_keepers", "small_landlords", "cost_cutters"]


@pytest.fixture(params=scenario_names())
def pack(request: pytest.FixtureRequest) -> Scenario:
    return load_scenario(request.param)


@pytest.fixture
def calmwatt() -> Scenario:
    return load_scenario("calmwatt")


def broken(old: str, new: str) -> str:
    """Return the trainer's report on the pack after one change that must have hit exactly one place."""
    assert TEXT.count(old) == 1, old
    with pytest.raises(PackError) as error:
        parse_scenario(TEXT.replace(old, new), "calmwatt.toml")
    return str(error.value)


def line_of(part: str) -> int:
    return next(number for number, line in enumerate(TEXT.splitlines(), 1) if part in line)


# The case as it was designed ------------------------------------------------------------------------------------------


def test_the_bets_are_those_of_the_case(calmwatt: Scenario) -> None:
    designed = ORACLES["case_calmwatt_bets_value_of_information"]["inputs"]
    assert [name.split()[0] for name in designed] == list(calmwatt.bets)
    for name, numbers in designed.items():
        bet = calmwatt.bets[name.split()[0]]
        assert (bet.probability, bet.payoff, bet.cost, bet.duration) == tuple(
            numbers[key] for key in ("p", "pay", "cost", "dur")
        )
        if bet.test:
            assert (bet.test.cost, bet.test.sensitivity, bet.test.specificity) == tuple(
                numbers[key] for key in ("test", "sens", "spec")
            )
        else:
            assert numbers["test"] == 0


def test_a_test_of_each_bet_is_worth_what_the_case_says(calmwatt: Scenario) -> None:
    record = ORACLES["case_calmwatt_bets_value_of_information"]
    for key, bet in calmwatt.bets.items():
        now = bet.probability * bet.payoff - bet.cost
        certain = bet.probability * max(bet.payoff - bet.cost, 0) + (1 - bet.probability) * max(-bet.cost, 0)
        tested, price = max(now, 0.0), 0.0
        if bet.test:
            good = bet.probability * bet.test.sensitivity
            good_signal = good + (1 - bet.probability) * (1 - bet.test.specificity)
            bad = bet.probability - good
            tested = max(good * bet.payoff - good_signal * bet.cost, 0)
            tested += max(bad * bet.payoff - (1 - good_signal) * bet.cost, 0)
            price = bet.test.cost
        worth = tested - max(now, 0)
        values = [now, certain - max(now, 0), worth, worth - price]
        assert values == pytest.approx(record["expected"][key], abs=record["tolerance"])


def test_delay_profiles_and_best_order_are_those_of_the_case(calmwatt: Scenario) -> None:
    record = ORACLES["case_calmwatt_bet_order"]
    constant = {k: b.delay.cost_of_delay for k, b in calmwatt.bets.items() if b.delay.kind == "constant"}
    fixed = {k: (b.delay.deadline, b.delay.loss) for k, b in calmwatt.bets.items() if b.delay.kind == "fixed_date"}
    assert constant == record["inputs"]["cod"]
    assert fixed == {"B6": (record["inputs"]["B6_deadline"], record["inputs"]["B6_penalty"])}
    assert {k: b.duration for k, b in calmwatt.bets.items()} == record["inputs"]["dur"]

    def cost(order: tuple[str, ...]) -> float:
        start, total = 0, 0.0
        for key in order:
            delay, end = calmwatt.bets[key].delay, start + calmwatt.bets[key].duration
            total += delay.cost_of_delay * start if delay.kind == "constant" else delay.loss * (end > delay.deadline)
            start = end
        return total

    best = min(itertools.permutations(calmwatt.bets), key=cost)
    assert list(best) == record["expected"]["best"]
    assert cost(best) == record["expected"]["best_cost"]


def test_the_fixed_date_of_a_bet_is_the_date_of_the_duty(calmwatt: Scenario) -> None:
    assert calmwatt.bets["B6"].delay.deadline == calmwatt.market.duty.sprint
    assert calmwatt.months_to_duty() == pytest.approx(16 * 7 / 30.4375)


def opportunity(pack: Scenario, shares: dict[str, float]) -> dict[str, float]:
    scores = {}
    for key, outcome in pack.outcomes.items():
        importance = sum(share * outcome.importance[segment] for segment, share in shares.items())
        satisfaction = sum(share * outcome.satisfaction[segment] for segment, share in shares.items())
        scores[key] = importance + max(importance - satisfaction, 0)
    return scores


def test_outcomes_are_those_of_the_case(calmwatt: Scenario) -> None:
    record = ORACLES["case_calmwatt_opportunity_by_segment"]
    words = scenario_words("calmwatt")
    assert [words.say(f"segments.{key}.name") for key in calmwatt.segments] == record["inputs"]["segments"]
    pairs = {
        key: [[outcome.importance[segment], outcome.satisfaction[segment]] for segment in SEGMENTS]
        for key, outcome in calmwatt.outcomes.items()
    }
    assert pairs == record["inputs"]["importance_satisfaction"]
    for segment, expected in zip(SEGMENTS, record["inputs"]["segments"], strict=True):
        scores = opportunity(calmwatt, calmwatt.shares(segment))
        for key, value in record["expected"][expected].items():
            assert scores[key] == pytest.approx(value)


def test_where_one_asks_decides_what_looks_under_served(calmwatt: Scenario) -> None:
    forum, customers, market, inside = (
        opportunity(calmwatt, calmwatt.shares(each)) for each in ("forum", "customers", "market", "calm_keepers")
    )
    assert max(forum, key=forum.__getitem__) == "O5"
    assert round(forum["O5"], 2) == 7.75
    assert round(forum["O1"], 2) == 5.94
    assert round(customers["O1"], 2) == 9.60
    assert round(market["O1"], 2) == 11.28
    assert max(market, key=market.__getitem__) == "O1"
    assert (round(inside["O1"], 1), round(inside["O2"], 1)) == (15.5, 14.8)


def test_shares_by_channel_are_those_of_the_case(calmwatt: Scenario) -> None:
    assert list(calmwatt.segments) == SEGMENTS
    assert list(calmwatt.shares("market").values()) == [0.12, 0.38, 0.20, 0.30]
    assert list(calmwatt.shares("customers").values()) == [0.30, 0.34, 0.10, 0.26]
    assert list(calmwatt.shares("forum").values()) == [0.62, 0.11, 0.07, 0.20]
    assert calmwatt.shares("calm_keepers") == dict.fromkeys(SEGMENTS, 0.0) | {"calm_keepers": 1.0}
    assert [each.willingness_to_pay for each in calmwatt.segments.values()] == [1.2, 6.0, 3.5, 0.8]


def test_the_network_is_that_of_the_case(calmwatt: Scenario) -> None:
    names = {
        "PO": "product_owner", "CEO": "ines", "CFO": "teo", "Sales": "rolf", "Care": "amina", "DPO": "lene",
        "Teams": "teams", "Field": "jonas", "Installers": "guild", "Households": "customers",
        "Reseller": "haustech", "Investor": "polder", "Firmware": "voltfern", "Regulator": "regulator",
        "GridOp": "netzwest", "Forum": "steffi", "Landlords": "landlords",
    }  # fmt: skip
    edges = ORACLES["case_calmwatt_network_brokers"]["inputs"]["edges"]
    assert {(names[a], names[b], n) for a, b, n in edges} == set(calmwatt.network.ties)
    assert len(calmwatt.stakeholders) == 14


def simulated(world: MetricsWorld, intervention: int, size: int) -> dict[str, np.ndarray]:
    """Play the causal world straight from its description."""
    rng = np.random.default_rng(11)
    values: dict[str, np.ndarray] = {trait: rng.standard_normal(size) for trait in world.traits}
    values[world.intervention] = np.full(size, float(intervention))
    for key, metric in world.measures.items():
        level = metric.intercept + sum(weight * values[cause] for cause, weight in metric.causes.items())
        if metric.law == "poisson":
            values[key] = rng.poisson(np.exp(level)).astype(float)
        elif metric.law == "bernoulli":
            values[key] = (rng.random(size) < 1 / (1 + np.exp(-level))).astype(float)
        else:
            values[key] = level + metric.spread * rng.standard_normal(size)
    return values


def test_the_vanity_metric_falls_when_the_product_works(calmwatt: Scenario) -> None:
    size = 200_000
    expected = ORACLES["case_calmwatt_vanity_metric_do"]["expected"]
    runs = [simulated(calmwatt.metrics, intervention, size) for intervention in (0, 1)]
    for run, values in zip(runs, (expected["do0"], expected["do1"]), strict=True):
        for key, name in (("app_opens", "opens"), ("bill_surprises", "surprises"), ("stays", "retention")):
            error = run[key].std() / size**0.5
            assert abs(run[key].mean() - values[name]) < 4 * error + 0.002, key
    switched = np.random.default_rng(1).random(size) < calmwatt.metrics.intervention_share
    mixed = {key: np.where(switched, runs[1][key], runs[0][key]) for key in calmwatt.metrics.measures}
    assert np.corrcoef(mixed["app_opens"], mixed["stays"])[0, 1] == pytest.approx(0.06, abs=0.012)
    assert np.corrcoef(mixed["bill_surprises"], mixed["stays"])[0, 1] == pytest.approx(-0.34, abs=0.015)
    assert mixed["automated_share"].mean() > 0.3


def test_the_rest_of_the_case_is_as_designed(calmwatt: Scenario) -> None:
    assert sum(team.developers for team in calmwatt.teams.values()) == 44
    assert len(calmwatt.teams) == len(calmwatt.areas) == 6
    assert calmwatt.team_counts == (4, 6, 8, 12)
    assert [each.place for each in calmwatt.done.values()].count("sprint") == 9
    assert len(calmwatt.done) == 16
    assert [key for key, each in calmwatt.promises.items() if each.sold and not each.backed_by] == [
        "works_in_power_cut",
        "data_stays_home",
    ]
    rolf, lene = calmwatt.stakeholders["rolf"], calmwatt.stakeholders["lene"]
    assert rolf.blocks > 0.5 > 0 > rolf.support
    assert rolf.seen_support > 0.5
    assert lene.loudness == max(each.loudness for each in calmwatt.stakeholders.values())
    assert lene.gain_if_asked_early == max(each.gain_if_asked_early for each in calmwatt.stakeholders.values())
    assert max(calmwatt.stakeholders, key=lambda key: calmwatt.stakeholders[key].knowledge) == "jonas"


@pytest.mark.parametrize(("path", "error"), [("forum", 0.28), ("care", 0.13), ("field", 0.14), ("sales", 0.37)])
def test_the_nearest_way_to_the_customer_is_not_the_truest(calmwatt: Scenario, path: str, error: float) -> None:
    hops = calmwatt.customer_distance.paths[path]
    kept = np.prod([1 - 2 * calmwatt.customer_distance.error_per_hop[hop] for hop in hops])
    assert (1 - kept) / 2 == pytest.approx(error, abs=0.005)


def test_the_contract_offers_cost_what_the_case_says(calmwatt: Scenario) -> None:
    deal = calmwatt.contract
    mean = deal.cost_median * np.exp(deal.cost_sigma**2 / 2)
    spread = mean * np.sqrt(np.exp(deal.cost_sigma**2) - 1)
    assert (round(mean), round(spread)) == (664, 315)
    assert round(mean * (1 + deal.margin)) == 744
    assert deal.fixed_price * (1 + deal.change_share * deal.change_rate) == pytest.approx(1280, abs=1)
    paid = deal.target_fee + deal.client_share * mean + (1 - deal.client_share) * deal.target_cost
    assert paid == pytest.approx(724, abs=0.5)
    assert deal.client_share * spread == pytest.approx(157, abs=0.6)


def test_the_backlog_hides_what_the_case_says(calmwatt: Scenario) -> None:
    items = calmwatt.backlog.items.values()
    assert len(items) == 60
    assert sum(item.same_as is not None for item in items) == 5
    assert sum(item.second_meaning for item in items) == 2
    assert sum(len(item.spans) > 1 for item in items) == 3
    assert {item.area for item in items} == set(calmwatt.areas)


# Every pack ----------------------------------------------------------------------------------------------------------


def test_a_pack_has_all_its_words(pack: Scenario) -> None:
    assert missing_words(pack, scenario_words(pack.name)) == []


def test_a_missing_word_is_named(calmwatt: Scenario) -> None:
    table = dict(scenario_words("calmwatt").raw("segments"))
    table = {"segments": {key: value for key, value in table.items() if key != "cost_cutters"}}
    missing = missing_words(calmwatt, Words(table, "en", "test"))
    assert "segments.cost_cutters.name" in missing
    assert "segments.optimisers.name" not in missing


def test_titles_of_items_are_distinct_short_and_plain(pack: Scenario) -> None:
    titles = scenario_words(pack.name).raw("backlog.items")
    assert set(titles) == set(pack.backlog.items)
    assert len(set(titles.values())) == len(titles)
    assert all(8 < len(title) < 64 and title[0].isupper() and title[-1] not in ".!" for title in titles.values())


def test_every_fact_says_its_number(pack: Scenario) -> None:
    words = scenario_words(pack.name)
    for key, fact in pack.value_poker.facts.items():
        sentence = words.raw(f"value_poker.facts.{key}")
        assert re.findall(r"\{(\w+)", sentence) == ["number"]
        assert f"{fact.number:,g}" in words.say(f"value_poker.facts.{key}", number=fact.number)


def test_sentences_of_the_case_take_their_numbers_from_the_pack(pack: Scenario) -> None:
    words = scenario_words(pack.name)
    situation = words.say("company.situation", **pack.company.model_dump())
    assert f"{pack.company.customers:,}" in situation
    assert f"Sprint {pack.market.duty.sprint}" in words.say("market.duty", sprint=pack.market.duty.sprint)


def test_sentences_are_short_and_calm(pack: Scenario) -> None:
    words = scenario_words(pack.name)
    for name in words.names():
        texts = words.raw(name)
        for text in [texts] if isinstance(texts, str) else texts:
            assert "!" not in text, name
            assert all(len(sentence.split()) < 21 for sentence in re.split(r"[.?:;] ", text)), name


def test_a_pack_writes_money_in_its_own_unit() -> None:
    words = scenario_words("calmwatt")
    assert words.format(1092, "money") == "1,092 k EUR"
    hours = Words({"money": "{} hours", "vocabulary": {"customer": "resident"}}, "en", "hours")
    told = Words({"line": "A {customer} waits {wait:money}. {customer:cap} or not."}, "en", "line").in_case(hours)
    assert told.say("line", wait=3) == "A resident waits 3 hours. Resident or not."


def test_reading_packs_is_light_until_one_is_wanted() -> None:
    code = "import sys, qspo_lab.scenarios as s; s.scenario_names(); print({'pydantic', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_a_pack_cannot_be_changed(calmwatt: Scenario) -> None:
    assert load_scenario("calmwatt") is calmwatt
    with pytest.raises(Exception, match="frozen"):
        calmwatt.company.people = 3  # type: ignore[misc]


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nowhere", "../texts/panel", "calmwatt.en", "", "/etc/passwd"])
def test_an_unknown_scenario_is_refused_and_never_becomes_a_path(name: str) -> None:
    with pytest.raises(PackError, match=r"there is no scenario .* choose one of .*calmwatt"):
        load_scenario(name)
    with pytest.raises(PackError, match="there is no scenario"):
        scenario_words(name)


def test_a_recruiting_channel_that_does_not_exist_is_refused(calmwatt: Scenario) -> None:
    with pytest.raises(
        ValueError, match="through 'street'; use one of market, customers, forum, referrals, optimisers"
    ):
        calmwatt.shares("street")


def test_broken_toml_is_reported_with_its_place() -> None:
    with pytest.raises(PackError, match=r"calmwatt.toml cannot be read: .*line 2"):
        parse_scenario("name = 1\nhalf =\nmore = 2", "calmwatt.toml")


def test_every_missing_table_is_named() -> None:
    with pytest.raises(PackError) as error:
        parse_scenario('name = "empty"', "empty.toml")
    assert "empty.toml, line 1: segments is missing; add it." in str(error.value)
    assert len(str(error.value).splitlines()) > 20


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("small_landlords = 0.07, cost_cutters = 0.20 }", "small_landlords = 0.07, cost_cutters = 0.10 }",
         "forum     = {", "channels.forum sums to 0.9; change its shares so that they sum to 1."),
        ("probability = 0.65", "probability = 65", "probability = 0.65",
         "bets.B3.probability is 65; it must be at most 1."),
        ("probability = 0.65", "probability = -0.1", "probability = 0.65",
         "bets.B3.probability is -0.1; it must be at least 0."),
        ("probability = 0.65", 'probability = "often"', "probability = 0.65",
         "bets.B3.probability must be a number, such as 0.5."),
        ("probability = 0.65\n", "", "[bets.B3]", "bets.B3.probability is missing; add it."),
        ('segment = "small_landlords"\n', 'segment = "nobody"\n', 'segment = "small_landlords"',
         "bets.B5.segment names 'nobody', which is not in segments; use one of optimisers, calm_keepers"),
        ('kind = "fixed_date"', 'kind = "someday"', 'kind = "fixed_date"',
         "bets.B6.delay must be one of 'constant', 'fixed_date'."),
        ("deadline = 8, loss = 1_800", "loss = 1_800", "deadline = 8, loss = 1_800",
         "bets.B6.delay.deadline is missing; add it."),
        ('["landlords", "rolf", 1]', '["landlords", "ghost", 1]', "ties = [",
         "network.ties names 'ghost', which is not in stakeholders"),
        ("sprint_weeks = 2", "sprint_weeks = 2.5", "sprint_weeks = 2",
         "company.sprint_weeks must be a whole number."),
        ("sprint_weeks = 2", "sprint_weks = 2", "sprint_weeks = 2",
         "company.sprint_weks is not known here; check its spelling or remove it."),
        ('I60 = { area = "portal"', 'I60 = { area = "kitchen"', "I60 = {",
         "backlog.items.I60.area names 'kitchen', which is not in areas"),
        ('value = "medium", same_as = "I07"', 'value = "medium", same_as = "I58"', "I58 = {",
         "backlog.items.I58 is the same as 'I58', which is itself or a copy; name the original item."),
        ('value = "high" }\nI42', 'value = "high", needs = "I13" }\nI42', "I13 = {",
         "backlog.items.I13 needs 'I41', which in the end needs it again; remove one of these needs."),
        ("facts_dealt = 8", "facts_dealt = 80", "facts_dealt = 8",
         "value_poker.facts_dealt is more than the 12 facts listed; lower it."),
        ("deck = [0, 10,", "deck = [10, 0,", "deck = [0, 10,",
         "value_poker.deck must rise from card to card without repeats; sort it."),
        ('number = 38, known_to = ["jonas"]', "number = 38, known_to = []", "F03 = {",
         "value_poker.facts.F03 is known to nobody; name at least one player in known_to."),
        ("lowest = 0.28", "lowest = 0.38", "lowest = 0.28", "special_requests.lowest is above highest; swap the two."),
        ("ceiling = 1_000", "ceiling = 700", "ceiling = 1_000",
         "contract.ceiling is below target_cost plus target_fee; raise it."),
        ("spread = 2.4\n", "", "[metrics.measures.nps]",
         "metrics.measures.nps needs a spread if its law is normal, and only then."),
        ("low = 20, medium", "medium", "value_median = {",
         "backlog.value_median says nothing about low; add an entry for each."),
        ('care = "amina"\n', "", "[roles]", "roles says nothing about care; add an entry for each."),
        ("optimisers = 2.0, calm_keepers = 3.0, small_landlords = 9.5", "calm_keepers = 3.0, small_landlords = 9.5",
         "importance   = { optimisers = 2.0", "outcomes.O7.importance says nothing about optimisers"),
        ("{ attractive = 0.46, one", "{ attractiv = 0.46, one", "{ attractive = 0.46",
         "kano.attributes.peer_league.mix.optimisers.attractiv must be one of 'attractive', 'one_dimensional'"),
        ("probability = 0.65", "probability = nan", "probability = 0.65",
         "bets.B3.probability must be a finite number."),
        ("payoff = 2_600", "payoff = inf", "payoff = 2_600", "bets.B3.payoff must be a finite number."),
        ("market    = {", "street    = {", "[channels]", "channels says nothing about market; add an entry for each"),
        ("sold = true, backed_by = [\"help_text\"]", "sold = true, backed_by = [\"hope\"]", "help_in_a_minute",
         "promises.help_in_a_minute names 'hope', which is not in done"),
    ],
)  # fmt: skip
def test_a_trainer_is_told_the_line_the_table_and_the_way_out(old: str, new: str, line: str, sentence: str) -> None:
    assert f"calmwatt.toml, line {line_of(line)}: {sentence}" in broken(old, new)


def test_an_empty_table_is_refused() -> None:
    start, end = TEXT.index("[promises]"), TEXT.index("[events.E1]")
    assert parse_scenario(TEXT[:start] + "[promises]\n" + TEXT[end:], "calmwatt.toml").promises == {}
    with pytest.raises(PackError, match=r"line \d+: areas is empty; add at least one"):
        parse_scenario(re.sub(r"^areas = .*$", "areas = []", TEXT, flags=re.M), "calmwatt.toml")


def test_all_faults_are_reported_at_once() -> None:
    text = TEXT.replace("probability = 0.65", "probability = 65").replace("sprint_weeks = 2", "sprint_weeks = 0")
    with pytest.raises(PackError) as error:
        parse_scenario(text, "calmwatt.toml")
    assert len(str(error.value).splitlines()) == 2


def test_entries_of_repeated_tables_are_found_too() -> None:
    from qspo_lab.scenarios.model import _line

    text = "[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[c]\ny.z = 3\n"
    wanted: list[tuple[tuple[Any, ...], int]] = [
        (("a", "b", 0, "x"), 2),
        (("a", "b", 1, "x"), 4),
        (("c", "y", "z"), 6),
        (("d",), 1),
    ]
    assert [_line(text, path) for path, _ in wanted] == [line for _, line in wanted]
