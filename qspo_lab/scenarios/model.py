"""What a scenario pack must hold: the schema of ``<name>.toml`` and the checks that go across its tables.

A pack is data. It holds numbers and keys only; every word stands in ``<name>.<language>.toml`` beside it. Reading a
pack runs nothing. What is wrong with one is said in sentences that name the line, the table and the way out.

Shares and probabilities lie between 0 and 1. Money stands in thousands of the pack's unit of value, as its text file
writes it. Durations of bets are counted in Sprints.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Rating = Annotated[float, Field(ge=0, le=10)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]

Tie = Annotated[tuple[Key, Key, Annotated[int, Field(ge=1, le=4)]], Field(strict=False)]

Where = tuple[str | int, ...]
Problem = tuple[Where, str]

CHANNELS = ("market", "customers", "forum", "referrals")
"""Where one can ask: all possible customers, today's customers, those who speak up, those named by partners."""

NODES_BESIDE_STAKEHOLDERS = ("product_owner", "teams", "customers")

# The classes that a person can hold; "questionable" is a fault of the answer, not an opinion.
KanoClass = Literal["attractive", "one_dimensional", "must_be", "indifferent", "reverse"]
Role = Literal["ceo", "cfo", "sales", "care", "field", "forum", "critic", "blocker", "investor"]
ValueClass = Literal["low", "medium", "high"]


class PackError(ValueError):
    """A scenario pack cannot be used; the text names each line to mend and how."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Company(_Part):
    """Size and price of the product; no price means that nobody pays for it directly."""

    people: Count
    customers: Count
    price: Positive | None = None
    sprint_weeks: Count


class Duty(_Part):
    """An outside obligation: due at the end of a Sprint."""

    sprint: Count


class Market(_Part):
    """What happens outside: a duty, and what customers compare with.

    ``rivals`` gives each quality of each rival from 0, worst in the market, to 1, best.
    """

    duty: Duty
    rivals: dict[Key, dict[Key, Share]]

    @property
    def qualities(self) -> tuple[str, ...]:
        """What rivals are compared by."""
        return tuple(next(iter(self.rivals.values()), {}))


class Team(_Part):
    """A team and the area of the product that it knows."""

    area: Key
    developers: Count
    kind: Literal["feature", "component"]


class Partner(_Part):
    """An outside supplier and the area that it works in."""

    area: Key
    stakeholder: Key


class Segment(_Part):
    """A group of customers; what one of them would pay a month for the central promise (hidden)."""

    willingness_to_pay: Amount


class DesiredOutcome(_Part):
    """A desired outcome: true importance and satisfaction, 0 to 10, for each segment (hidden)."""

    importance: dict[Key, Rating]
    satisfaction: dict[Key, Rating]


class Survey(_Part):
    """How people answer questionnaires; ``respondent_effect`` is the correlation of one person's answers."""

    respondent_effect: Annotated[float, Field(ge=0, lt=1)]
    invitations: Count
    price: Amount


class Drift(_Part):
    """A move from one Kano class to another: half of those in ``from`` have moved after ``half_life`` months.

    It starts at month 0, or when the duty arrives if ``with_duty`` is set.
    """

    origin: KanoClass = Field(alias="from")
    to: KanoClass
    half_life: Positive
    with_duty: bool = False


class Attribute(_Part):
    """A product attribute: the share of each Kano class in each segment (hidden), and how it drifts."""

    outcome: Key
    mix: dict[Key, dict[KanoClass, Share]]
    drift: Many[Drift] = ()


class Wording(_Part):
    """How well a question is understood.

    ``slip``: chance that an answer lands one step beside the meant one; ``misread``: chance that the second question
    is read as a repetition of the first.
    """

    slip: Share
    misread: Share


class Kano(_Part):
    """The Kano survey: attributes, the wordings of its questions, months that the clock may run."""

    months: Count
    wordings: dict[Key, Wording]
    attributes: dict[Key, Attribute]


class ConstantDelay(_Part):
    """Every Sprint of waiting costs the same."""

    kind: Literal["constant"]
    cost_of_delay: Amount


class FixedDate(_Part):
    """Waiting costs nothing until the end of a Sprint; being later costs the loss."""

    kind: Literal["fixed_date"]
    deadline: Count
    loss: Amount


class BetTest(_Part):
    """A test bought before building: its price, and how often it recognises a success and a failure."""

    cost: Amount
    sensitivity: Share
    specificity: Share


class Bet(_Part):
    """A bet of the roadmap: chance of success, pay-off if it succeeds, cost, duration in Sprints, size in items."""

    segment: Key | None = None
    outcomes: Many[Key] = ()
    probability: Share
    payoff: Amount
    cost: Amount
    duration: Count
    items: Count
    delay: Annotated[ConstantDelay | FixedDate, Field(discriminator="kind")]
    test: BetTest | None = None


class Metric(_Part):
    """A measure with its hidden causes, on the scale of its law.

    ``poisson``: log of the mean; ``bernoulli``: log odds; ``normal``: the mean, with standard deviation ``spread``.
    A cause is another metric, a hidden trait of the household, or the intervention.
    """

    role: Literal["vanity", "lead", "weak", "noisy", "result"]
    law: Literal["poisson", "bernoulli", "normal"]
    intercept: Number
    spread: Positive | None = None
    causes: dict[Key, Number] = {}


class MetricsWorld(_Part):
    """Metrics and what causes them; hidden traits are normal with mean 0 and standard deviation 1."""

    intervention: Key
    intervention_share: Share
    traits: Many[Key]
    measures: dict[Key, Metric]


class Stakeholder(_Part):
    """A person or body with a stake. What is ``seen_`` is what a newcomer would think, the rest is hidden.

    ``support`` -1 (against) to 1 (for); ``stubbornness`` how little others move them; ``loudness`` how much they are
    heard; ``blocks`` how much they hold up, whatever they say.
    """

    power: Share
    interest: Share
    legitimacy: Share
    urgency: Share
    seen_power: Share
    seen_interest: Share
    support: Annotated[float, Field(ge=-1, le=1)]
    seen_support: Annotated[float, Field(ge=-1, le=1)]
    stubbornness: Share
    loudness: Share
    knowledge: Share
    blocks: Share = 0.0
    trust: Share = 0.5
    gain_if_asked_early: Share = 0.0


class Network(_Part):
    """Who talks with whom: two nodes and a strength from 1, rarely, to 4, daily.

    Nodes are the stakeholders and ``product_owner``, ``teams`` and ``customers``.
    """

    ties: Many[Tie]


class SpecialRequests(_Part):
    """Interruptions fed by a bonus rule: the share of capacity that they take, until the rule is changed."""

    source: Key
    lowest: Share
    highest: Share


class CustomerDistance(_Part):
    """How a need travels to the teams: error (hidden) and days per hop, and the paths in use."""

    error_per_hop: dict[Key, Annotated[float, Field(ge=0, le=0.5)]]
    days_per_hop: dict[Key, Amount]
    paths: dict[Key, Many[Key]]


class Contract(_Part):
    """The supplier's work: lognormal cost (hidden) and what is on offer."""

    partner: Key
    cost_median: Positive
    cost_sigma: Positive
    fixed_price: Positive
    change_share: Share
    change_rate: Positive
    margin: Share
    target_cost: Positive
    target_fee: Amount
    client_share: Share
    ceiling: Positive


class BacklogItem(_Part):
    """An item of the Product Backlog whose title stands in the text file.

    ``hint`` is the size that its title suggests, 1 (a day) to 5 (a quarter). Hidden: it is ``same_as`` another item
    in other words; its title can be read in two ways; it ``spans`` several areas, so no team finishes it alone.
    """

    area: Key
    hint: Annotated[int, Field(ge=1, le=5)]
    value: ValueClass
    needs: Key | None = None
    same_as: Key | None = None
    second_meaning: bool = False
    spans: Many[Key] = ()


class Backlog(_Part):
    """The recipe of the Product Backlog; items beyond the written ones follow the same shares."""

    size_median: Positive
    size_sigma: Positive
    hint_correlation: Annotated[float, Field(ge=0, le=1)]
    second_meaning_factor: Annotated[float, Field(gt=1)]
    dependency_share: Share
    value_median: dict[ValueClass, Positive]
    value_sigma: Positive
    items: dict[Key, BacklogItem]


class Estimators(_Part):
    """People who estimate sizes: error on the log scale, how much of it they share, what knowing an area takes off."""

    count: Count
    noise: Positive
    correlation: Share
    bias: Amount
    knowledge_factor: Share


class Player(_Part):
    """A stakeholder at the value poker table (hidden): bias and interests on the log scale, and herding."""

    bias: Number
    herding: Share
    interest: dict[Key, Number] = {}


class Fact(_Part):
    """A fact that multiplies the true value of an item. One of those in ``known_to`` knows it, drawn by the seed."""

    item: Key
    factor: Positive
    number: Number
    known_to: Many[Key]


class ValuePoker(_Part):
    """The value poker table: items with the value that everybody supposes (k), players, facts, cards."""

    impressions: dict[Key, Positive]
    base_sigma: Amount
    noise: Positive
    facts_dealt: Count
    deck: Many[Amount]
    players: dict[Key, Player]
    facts: dict[Key, Fact]


class Experiment(_Part):
    """An online experiment: visitors a day over both arms, the rate without a change, and ideas for a change.

    An idea changes the rate by so much (hidden).
    """

    visitors_per_day: Count
    baseline_rate: Annotated[float, Field(gt=0, lt=1)]
    days: Count
    minimum_detectable_effect: Positive
    ideas: dict[Key, Annotated[float, Field(gt=-1, lt=1)]]


class Throughput(_Part):
    """Finished items: mean of a working week, variation between weeks, share of weeks in which nothing finishes."""

    weeks: Count
    per_week: Positive
    variation: Amount
    idle_share: Annotated[float, Field(ge=0, lt=1)]
    working_days: Annotated[int, Field(ge=1, le=7)]


class DoneActivity(_Part):
    """An activity that shipping needs: where it happens at the start, the share of faults that it finds, effort."""

    place: Literal["sprint", "release", "elsewhere"]
    finds: Share
    effort: Amount


class Promise(_Part):
    """What customers rely on: whether sales already says it, and what backs it."""

    sold: bool
    backed_by: Many[Key] = ()


class EventEffect(_Part):
    """A change of one attribute of a stakeholder."""

    stakeholder: Key
    attribute: Literal["power", "legitimacy", "urgency", "interest", "support"]
    to: Annotated[float, Field(ge=-1, le=1)]


class Event(_Part):
    """Something that happens at the end of a Sprint."""

    sprint: Count
    effects: Many[EventEffect] = ()


class Need(_Part):
    """Something people struggle with: the chance (hidden) that one of a segment speaks of it in a conversation.

    A segment that is not named does not have the need.
    """

    voiced: dict[Key, Share]


class Interviews(_Part):
    """Conversations: what one costs through each channel, and what can be heard."""

    cost: dict[Key, Amount]
    needs: dict[Key, Need]


class Forces(_Part):
    """Why people change what they use, and why not (hidden), each from 0 to 10."""

    push: Rating
    pull: Rating
    anxiety: Rating
    habit: Rating


class Move(_Part):
    """Something that changes one force for some segments, by so many points (hidden), at a cost."""

    force: Literal["push", "pull", "anxiety", "habit"]
    cost: Amount
    change: dict[Key, Number]


class Switching(_Part):
    """Switching as a logit of push + pull - anxiety - habit: its slope, the forces, and the moves on offer."""

    slope: Positive
    forces: dict[Key, Forces]
    moves: dict[Key, Move]


class Variable(_Part):
    """A thing known about customers: the mean of each segment (hidden), the spread inside one, its limits."""

    kind: Literal["demographic", "behaviour"]
    mean: dict[Key, Number]
    spread: Positive
    lowest: Number | None = None
    highest: Number | None = None
    decimals: Annotated[int, Field(ge=0, le=3)] = 0


class Buyer(_Part):
    """Who could pay for an increment: how many, the price that half of them would pay (hidden), and for how long.

    ``median`` is a price a month, ``sigma`` the spread of the log of what they would pay, ``stay`` counts months.
    """

    count: Count
    median: Positive
    sigma: Positive
    stay: Positive


class Increment(_Part):
    """A finished increment: who uses it, who could buy it, which part of that is its own doing (all hidden).

    Keys of ``use`` are segments, those of ``buyers`` segments or stakeholders.
    """

    use: dict[Key, Share]
    buyers: dict[Key, Buyer] = {}
    attribution: Share


class Framing(_Part):
    """One thing in two wordings: interest in the feature wording, and what the benefit wording adds (hidden).

    ``interest`` is a share; ``lift`` adds to its log odds.
    """

    interest: dict[Key, Annotated[float, Field(gt=0, lt=1)]]
    lift: dict[Key, Number]


class Horizon(_Part):
    """What a unit of money brings back in a part of the portfolio: lognormal, and so fat-tailed (hidden)."""

    median: Positive
    sigma: Positive


class Innovation(_Part):
    """The portfolio of ideas, and concept pages with the share of visitors that each wins (hidden)."""

    core: Horizon
    adjacent: Horizon
    new: Horizon
    concepts: dict[Key, Share]


class Evidence(_Part):
    """Evidence for a Sprint Review: minutes it takes, and how well it tells the true value (hidden correlation)."""

    minutes: Count
    rho: Share


class Reviews(_Part):
    """Sprint Reviews: the spread of true value among the next steps on offer, and the evidence that can be brought."""

    value_sigma: Positive
    evidence: dict[Key, Evidence]


class Story(_Part):
    """What the case is built to teach (hidden); tests show that the pack's numbers hold it.

    ``segment`` has the ``outcome`` that is badly served; ``bet`` pays and ``tempting_bet`` does not; ``vanity`` looks
    good and ``lead`` foretells; ``loop`` is the structure behind repeated trouble.
    """

    segment: Key
    outcome: Key
    loud_segment: Key
    bet: Key
    tempting_bet: Key
    vanity: Key
    lead: Key
    loop: Literal[
        "limits_to_growth",
        "shifting_the_burden",
        "fixes_that_fail",
        "tragedy_of_the_commons",
        "escalation",
        "success_to_the_successful",
    ]


class Scenario(_Part):
    """A complete pack. Tables keep the order in which the file lists them."""

    name: Key
    story: Story
    company: Company
    market: Market
    areas: Many[Key]
    teams: dict[Key, Team]
    team_counts: Many[Count]
    partner: Partner
    segments: dict[Key, Segment]
    channels: dict[Key, dict[Key, Share]]
    outcomes: dict[Key, DesiredOutcome]
    survey: Survey
    kano: Kano
    bets: dict[Key, Bet]
    metrics: MetricsWorld
    stakeholders: dict[Key, Stakeholder]
    roles: dict[Role, Key]
    network: Network
    special_requests: SpecialRequests
    customer_distance: CustomerDistance
    contract: Contract
    backlog: Backlog
    estimators: Estimators
    value_poker: ValuePoker
    experiment: Experiment
    interviews: Interviews
    switching: Switching
    variables: dict[Key, Variable]
    monthly_loss: dict[Key, Share]
    increments: dict[Key, Increment]
    framing: dict[Key, Framing]
    innovation: Innovation
    reviews: Reviews
    throughput: Throughput
    done: dict[Key, DoneActivity]
    promises: dict[Key, Promise]
    events: dict[Key, Event]

    def shares(self, recruiting: str) -> dict[str, float]:
        """Say who answers when people are recruited through a channel, or within one segment.

        Parameters
        ----------
        recruiting
            Key of a channel (``market``, ``customers``, ``forum``) or of a segment.

        Returns
        -------
        dict
            Share of each segment, in the pack's order.

        Raises
        ------
        ValueError
            If there is no such channel or segment; the text lists them.
        """
        if recruiting in self.channels:
            return {segment: self.channels[recruiting].get(segment, 0.0) for segment in self.segments}
        if recruiting in self.segments:
            return {segment: float(segment == recruiting) for segment in self.segments}
        known = ", ".join([*self.channels, *self.segments])
        raise ValueError(f"nobody can be recruited through {recruiting!r}; use one of {known}")

    def months_to_duty(self) -> float:
        """Give the time until the duty arrives, in months of 365.25 / 12 days."""
        return self.market.duty.sprint * self.company.sprint_weeks * 7 * 12 / 365.25


def parse_scenario(text: str, origin: str) -> Scenario:
    """Read a pack and check all of it.

    Parameters
    ----------
    text
        Content of the TOML file.
    origin
        File name for errors.

    Returns
    -------
    Scenario

    Raises
    ------
    PackError
        With one sentence for each fault: line, table, what is wrong, what to do.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{origin} cannot be read: {error}") from None
    try:
        scenario = Scenario.model_validate(table)
    except ValidationError as error:
        problems = [(tuple(e["loc"]), _sentence(dict(e), table)) for e in error.errors(include_url=False)]
        raise PackError(_report(origin, text, problems)) from None
    problems = list(_problems(scenario))
    if problems:
        raise PackError(_report(origin, text, problems))
    return scenario


def _problems(pack: Scenario) -> Iterator[Problem]:
    """Find what no single table can know: sums, references, empty tables."""
    yield from _shares(pack)
    yield from _references(pack)
    yield from _per_segment(pack)
    yield from _limits(pack)


def _shares(pack: Scenario) -> Iterator[Problem]:
    yield from _complete(("channels",), pack.channels, CHANNELS)
    for channel, shares in pack.channels.items():
        yield from _known(("channels", channel), shares, pack.segments, "segments")
        yield from _sums_to_one(("channels", channel), shares.values())
    for key, attribute in pack.kano.attributes.items():
        for segment, mix in attribute.mix.items():
            yield from _sums_to_one(("kano", "attributes", key, "mix", segment), mix.values())


def _sums_to_one(where: Where, shares: Iterable[float]) -> Iterator[Problem]:
    total = math.fsum(shares)
    if abs(total - 1) > 1e-6:
        yield where, f"sums to {total:.4g}; change its shares so that they sum to 1"


def _known(where: Where, keys: Iterable[str | None], allowed: Iterable[str], table: str) -> Iterator[Problem]:
    known = list(allowed)
    for key in keys:
        if key is not None and key not in known:
            yield where, f"names {key!r}, which is not in {table}; use one of {', '.join(known)}, or add it there"


def _references(pack: Scenario) -> Iterator[Problem]:
    people, items = pack.stakeholders, pack.backlog.items
    story = pack.story
    yield from _known(("story",), [story.segment, story.loud_segment], pack.segments, "segments")
    yield from _known(("story", "outcome"), [story.outcome], pack.outcomes, "outcomes")
    yield from _known(("story",), [story.bet, story.tempting_bet], pack.bets, "bets")
    yield from _known(("story",), [story.vanity, story.lead], pack.metrics.measures, "metrics.measures")
    for key, team in pack.teams.items():
        yield from _known(("teams", key, "area"), [team.area], pack.areas, "areas")
    yield from _known(("partner", "area"), [pack.partner.area], pack.areas, "areas")
    yield from _known(("partner", "stakeholder"), [pack.partner.stakeholder], people, "stakeholders")
    yield from _known(("roles",), pack.roles.values(), people, "stakeholders")
    yield from _known(("contract", "partner"), [pack.contract.partner], people, "stakeholders")
    yield from _known(("special_requests", "source"), [pack.special_requests.source], people, "stakeholders")
    for key, attribute in pack.kano.attributes.items():
        yield from _known(("kano", "attributes", key, "outcome"), [attribute.outcome], pack.outcomes, "outcomes")
    for key, bet in pack.bets.items():
        yield from _known(("bets", key, "segment"), [bet.segment], pack.segments, "segments")
        yield from _known(("bets", key, "outcomes"), bet.outcomes, pack.outcomes, "outcomes")
    causes = [*pack.metrics.traits, pack.metrics.intervention]
    for key, metric in pack.metrics.measures.items():
        yield from _known(("metrics", "measures", key, "causes"), metric.causes, causes, "metrics listed above it")
        causes.append(key)
    for first, second, _ in pack.network.ties:
        yield from _known(("network", "ties"), [first, second], [*people, *NODES_BESIDE_STAKEHOLDERS], "stakeholders")
    hops = pack.customer_distance.error_per_hop
    yield from _known(("customer_distance", "days_per_hop"), pack.customer_distance.days_per_hop, hops, "error_per_hop")
    for key, path in pack.customer_distance.paths.items():
        yield from _known(("customer_distance", "paths", key), path, hops, "error_per_hop")
    for key, item in items.items():
        yield from _known(("backlog", "items", key, "area"), [item.area], pack.areas, "areas")
        yield from _known(("backlog", "items", key, "spans"), item.spans, pack.areas, "areas")
        yield from _known(("backlog", "items", key, "needs"), [item.needs], items, "backlog.items")
        yield from _known(("backlog", "items", key, "same_as"), [item.same_as], items, "backlog.items")
    poker = pack.value_poker
    yield from _known(("value_poker", "impressions"), poker.impressions, items, "backlog.items")
    yield from _known(("value_poker", "players"), poker.players, people, "stakeholders")
    for key, player in poker.players.items():
        yield from _known(
            ("value_poker", "players", key), player.interest, poker.impressions, "value_poker.impressions"
        )
    for key, fact in poker.facts.items():
        yield from _known(("value_poker", "facts", key), [fact.item], poker.impressions, "value_poker.impressions")
        yield from _known(("value_poker", "facts", key), fact.known_to, poker.players, "value_poker.players")
    yield from _known(("interviews", "cost"), pack.interviews.cost, pack.channels, "channels")
    for key, increment in pack.increments.items():
        yield from _known(("increments", key, "use"), increment.use, pack.segments, "segments")
        buyers = [*pack.segments, *people]
        yield from _known(("increments", key, "buyers"), increment.buyers, buyers, "segments or stakeholders")
    for key, need in pack.interviews.needs.items():
        yield from _known(("interviews", "needs", key), need.voiced, pack.segments, "segments")
    for key, move in pack.switching.moves.items():
        yield from _known(("switching", "moves", key), move.change, pack.segments, "segments")
    for key, promise in pack.promises.items():
        yield from _known(("promises", key), promise.backed_by, pack.done, "done")
    for key, event in pack.events.items():
        yield from _known(("events", key), [effect.stakeholder for effect in event.effects], people, "stakeholders")


def _per_segment(pack: Scenario) -> Iterator[Problem]:
    tables: list[tuple[Where, Mapping[str, Any]]] = []
    for key, outcome in pack.outcomes.items():
        tables += [(("outcomes", key, "importance"), outcome.importance)]
        tables += [(("outcomes", key, "satisfaction"), outcome.satisfaction)]
    for key, rival in pack.market.rivals.items():
        yield from _complete(("market", "rivals", key), rival, pack.market.qualities)
        yield from _known(("market", "rivals", key), rival, pack.market.qualities, "the first rival's qualities")
    tables += [(("kano", "attributes", key, "mix"), each.mix) for key, each in pack.kano.attributes.items()]
    tables += [(("switching", "forces"), pack.switching.forces), (("monthly_loss",), pack.monthly_loss)]
    tables += [(("variables", key, "mean"), each.mean) for key, each in pack.variables.items()]
    for key, framing in pack.framing.items():
        tables += [(("framing", key, "interest"), framing.interest), (("framing", key, "lift"), framing.lift)]
    for where, table in tables:
        yield from _known(where, table, pack.segments, "segments")
        yield from _complete(where, table, pack.segments)


def _complete(where: Where, table: Iterable[str], needed: Iterable[str]) -> Iterator[Problem]:
    missing = [key for key in needed if key not in set(table)]
    if missing:
        yield where, f"says nothing about {', '.join(missing)}; add an entry for each"


def _limits(pack: Scenario) -> Iterator[Problem]:
    for name in ("areas", "teams", "segments", "outcomes", "bets", "stakeholders"):
        if not getattr(pack, name):
            yield (name,), "is empty; add at least one"
    if pack.special_requests.lowest > pack.special_requests.highest:
        yield ("special_requests", "lowest"), "is above highest; swap the two"
    if pack.contract.ceiling < pack.contract.target_cost + pack.contract.target_fee:
        yield ("contract", "ceiling"), "is below target_cost plus target_fee; raise it"
    if pack.value_poker.facts_dealt > len(pack.value_poker.facts):
        yield ("value_poker", "facts_dealt"), f"is more than the {len(pack.value_poker.facts)} facts listed; lower it"
    if list(pack.value_poker.deck) != sorted(set(pack.value_poker.deck)):
        yield ("value_poker", "deck"), "must rise from card to card without repeats; sort it"
    for key, fact in pack.value_poker.facts.items():
        if not fact.known_to:
            yield ("value_poker", "facts", key), "is known to nobody; name at least one player in known_to"
    for key, metric in pack.metrics.measures.items():
        if (metric.law == "normal") != (metric.spread is not None):
            yield ("metrics", "measures", key), "needs a spread if its law is normal, and only then"
    for key, variable in pack.variables.items():
        ends = (variable.lowest, variable.highest)
        if None not in ends and ends[0] >= ends[1]:  # type: ignore[operator]
            yield ("variables", key, "lowest"), "is not below highest; swap the two"
    for key, idea in pack.experiment.ideas.items():
        if not 0 < pack.experiment.baseline_rate + idea < 1:
            yield ("experiment", "ideas", key), "leads to a rate outside 0 to 1; make it smaller"
    yield from _complete(("interviews", "cost"), pack.interviews.cost, pack.channels)
    yield from _complete(("backlog", "value_median"), pack.backlog.value_median, get_args(ValueClass))
    yield from _complete(("roles",), pack.roles, get_args(Role))
    yield from _chains(pack)


def _chains(pack: Scenario) -> Iterator[Problem]:
    items = pack.backlog.items
    for key, item in items.items():
        here: Where = ("backlog", "items", key)
        twin = items.get(item.same_as or "")
        if item.same_as == key or (twin is not None and twin.same_as):
            yield here, f"is the same as {item.same_as!r}, which is itself or a copy; name the original item"
        seen, needed = {key}, item.needs
        while needed in items:
            if needed in seen:
                yield here, f"needs {item.needs!r}, which in the end needs it again; remove one of these needs"
                break
            seen.add(needed)
            needed = items[needed].needs


_KINDS = {
    "missing": "is missing; add it",
    "float_type": "must be a number, such as 0.5",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": 'must be a text in quotes, such as "O1"',
    "string_pattern_mismatch": "must be a key: a letter, then letters, digits or _",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must be a table of names and values",
    "model_type": "must be a table of names and values",
    "union_tag_not_found": "does not say which kind it is; add kind",
}


def _sentence(error: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    """Turn one of pydantic's errors into a trainer's sentence."""
    kind, given = error["type"], error["input"]
    limits = error.get("ctx", {})
    if isinstance(given, float) and not math.isfinite(given):
        return "must be a finite number"
    for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        if name in limits:
            return f"is {given!r}; it must be {words} {limits[name]:g}"
    if kind == "extra_forbidden":
        return "is not known here; check its spelling or remove it"
    if kind in ("literal_error", "union_tag_invalid"):
        allowed = limits.get("expected", limits.get("expected_tags", ""))
        return f"must be one of {allowed.replace(' or ', ', ')}"
    return _KINDS.get(kind, str(error["msg"]))


def _report(origin: str, text: str, problems: Iterable[Problem]) -> str:
    lines = []
    for where, sentence in problems:
        path = tuple(part for part in where if part not in ("constant", "fixed_date", "[key]"))
        line = _line(text, path)
        lines.append(f"{origin}, line {line}: {'.'.join(map(str, path)) or 'the file'} {sentence}.")
    return "\n".join(lines)


_HEADER = re.compile(r"\s*\[{1,2}\s*([\w.\s]+?)\s*\]{1,2}\s*(#.*)?$")
_ENTRY = re.compile(r"\s*([\w.]+)\s*=")


def _line(text: str, path: Where) -> int:
    """Find the line that comes nearest to a dotted path: the longest start of it that a header or an entry spells."""
    best, line = 0, 1
    table: Where = ()
    repeated: dict[Where, int] = {}
    for number, content in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(content):
            table = tuple(part.strip() for part in header[1].split("."))
            if content.lstrip().startswith("[["):
                repeated[table] = repeated.get(table, -1) + 1
                table = (*table, repeated[table])
            spelt = table
        elif entry := _ENTRY.match(content):
            spelt = (*table, *entry[1].split("."))
        else:
            continue
        if len(spelt) > best and path[: len(spelt)] == spelt:
            best, line = len(spelt), number
    return line
