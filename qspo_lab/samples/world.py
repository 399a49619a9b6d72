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
    from qspo_lab.samples.throughput import Throughput
    from qspo_lab.scenarios.model import Scenario


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
