"""The world behind a learner's exercises: a scenario, a seed, and all that follows from the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from qspo_lab.scenarios import load_scenario, scenario_words
from qspo_lab.texts import Words

if TYPE_CHECKING:
    import numpy as np

    from qspo_lab.samples.backlog import Backlog, BacklogTruth
    from qspo_lab.samples.bets import Bets
    from qspo_lab.samples.estimates import EstimatesTruth
    from qspo_lab.samples.kano_survey import KanoSurvey
    from qspo_lab.samples.opportunity_survey import OpportunitySurvey
    from qspo_lab.samples.throughput import Throughput
    from qspo_lab.samples.value_votes import ValueTable, ValueTruth
    from qspo_lab.scenarios.model import Role, Scenario


@dataclass(frozen=True)
class World:
    """A scenario and a seed; each sample is made when first asked for.

    Two worlds of the same scenario and seed are equal and hold the same samples. Creating one loads nothing heavy.

    Parameters
    ----------
    scenario
        Name of a pack.
    seed
        Whole number from 0 up.

    Raises
    ------
    ValueError
        For a seed that is not a whole number from 0 up.

    Examples
    --------
    >>> World("calmwatt", 3) == World("calmwatt", 3)
    True
    >>> first, again = (World("calmwatt", 3).rng("bets").random() for _ in range(2))
    >>> first == again
    True
    """

    scenario: str = "calmwatt"
    seed: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise ValueError(f"the seed of a world must be a whole number from 0 up, not {self.seed!r}")

    @cached_property
    def pack(self) -> Scenario:
        """The checked pack: all numbers of the case, hidden ones included."""
        return load_scenario(self.scenario)

    @cached_property
    def words(self) -> Words:
        """The English words of the pack, with its way to write money."""
        return scenario_words(self.scenario)

    def rng(self, name: str) -> np.random.Generator:
        """Give a source of random numbers of its own to whatever bears this name.

        The child seed follows from the world's seed and the name alone. A new sample under a new name therefore
        never changes an old one, and the order in which samples are made does not matter.

        Parameters
        ----------
        name
            What the draws are for; the same name gives the same draws again.
        """
        import numpy as np

        digest = blake2b(name.encode(), digest_size=16).digest()
        words = [int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4)]
        return np.random.default_rng(np.random.SeedSequence([self.seed, *words]))

    def person(self, role: Role) -> str:
        """Give the name of whoever has a role in the case, such as ``"cfo"``."""
        return self.words.say(f"stakeholders.{self.pack.roles[role]}.name")

    @cached_property
    def bets(self) -> Bets:
        """What becomes of each bet in this world, and what its test would say (hidden)."""
        from qspo_lab.samples.bets import make_bets

        return make_bets(self.rng("bets"), self.pack)

    @cached_property
    def throughput(self) -> Throughput:
        """The history of finished items that may be seen."""
        from qspo_lab.samples.throughput import make_throughput

        return make_throughput(self.rng("throughput"), self.pack)

    @cached_property
    def _backlog(self) -> tuple[Backlog, BacklogTruth]:
        from qspo_lab.samples.backlog import make_backlog

        return make_backlog(self.rng("backlog"), self.pack, self.words)

    @property
    def backlog(self) -> Backlog:
        """The Product Backlog as anybody may see it."""
        return self._backlog[0]

    @property
    def backlog_truth(self) -> BacklogTruth:
        """What is hidden in the Product Backlog: true sizes and values, duplicates, double meanings."""
        return self._backlog[1]

    @cached_property
    def _estimates(self) -> tuple[np.ndarray, EstimatesTruth]:
        from qspo_lab.samples.estimates import make_estimates

        return make_estimates(self.rng("estimates"), self.pack, self.backlog, self.backlog_truth)

    @property
    def estimates(self) -> np.ndarray:
        """Silent estimates of the backlog in person-days: shape ``(estimators, items)``."""
        return self._estimates[0]

    @property
    def estimates_truth(self) -> EstimatesTruth:
        """Who leans which way, knows which area and reads which meaning (hidden)."""
        return self._estimates[1]

    @cached_property
    def _value_votes(self) -> tuple[ValueTable, ValueTruth]:
        from qspo_lab.samples.value_votes import make_value_votes

        return make_value_votes(self.rng("value votes"), self.pack)

    @property
    def value_table(self) -> ValueTable:
        """Items, players and cards of the value poker."""
        return self._value_votes[0]

    @property
    def value_truth(self) -> ValueTruth:
        """True values, private facts and leanings behind the value poker (hidden)."""
        return self._value_votes[1]

    def opportunity_survey(self, size: int, recruiting: str = "market") -> OpportunitySurvey:
        """Ask people how important outcomes are and how satisfied they are; see `make_opportunity_survey`.

        Asking more people through the same channel keeps the answers of the first ones.
        """
        from qspo_lab.samples.opportunity_survey import make_opportunity_survey

        return make_opportunity_survey(self.rng(f"opportunity survey {recruiting}"), self.pack, size, recruiting)

    def kano_survey(
        self, size: int, recruiting: str = "market", month: float = 0.0, wording: str = "plain"
    ) -> KanoSurvey:
        """Ask people how they feel with and without attributes; see `make_kano_survey`.

        Asking more people through the same channel keeps the answers of the first ones.
        """
        from qspo_lab.samples.kano_survey import make_kano_survey

        return make_kano_survey(self.rng(f"kano survey {recruiting}"), self.pack, size, recruiting, month, wording)
