"""Scenario packs: the case behind the exercises, as data.

A pack ``<name>`` consists of ``<name>.toml`` (numbers and keys) and ``<name>.<language>.toml`` (every word).
Loading one reads text and checks it; it never runs anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qspo_lab.texts import Words, load_words

if TYPE_CHECKING:
    from qspo_lab.scenarios.model import Scenario

HERE = Path(__file__).parent
VOCABULARY = ("customer", "customers", "home", "homes", "forum", "product", "duty", "unit", "price_unit")
"""What a pack calls the things that the texts of all exercises speak of; each is a placeholder in every text."""


def scenario_names() -> tuple[str, ...]:
    """Give the names of the packs, sorted."""
    return tuple(sorted(path.stem for path in HERE.glob("*.toml") if "." not in path.stem))


@lru_cache(maxsize=16)
def load_scenario(name: str) -> Scenario:
    """Read and check a pack.

    Parameters
    ----------
    name
        One of `scenario_names`.

    Returns
    -------
    Scenario
        Frozen; read once per session.

    Raises
    ------
    PackError
        If there is no such pack, or a line of it has to be mended.
    """
    from qspo_lab.scenarios.model import parse_scenario

    return parse_scenario(_path(name).read_text(encoding="utf-8"), f"{name}.toml")


def scenario_words(name: str, language: str = "en") -> Words:
    """Return the words of a pack, which write money in its own unit.

    Parameters
    ----------
    name
        One of `scenario_names`.
    language
        Language code.

    Raises
    ------
    PackError
        If there is no such pack.
    TextError
        If it has no text file in this language.
    """
    words = load_words(_path(name).with_suffix(""), language)
    return words.in_case(words)


def missing_words(pack: Scenario, words: Words) -> list[str]:
    """List the names that a pack's numbers need and its text file lacks.

    Parameters
    ----------
    pack
        The pack.
    words
        Its text file in any language.

    Returns
    -------
    list of str
        Dotted names; empty if the text file is complete.
    """
    described: dict[str, Iterable[str]] = {
        "market.rivals": pack.market.rivals,
        "segments": pack.segments,
        "outcomes": pack.outcomes,
        "kano.attributes": pack.kano.attributes,
        "bets": pack.bets,
        "stakeholders": pack.stakeholders,
        "events": pack.events,
        "increments": pack.increments,
        "experiment.ideas": pack.experiment.ideas,
        "innovation.concepts": pack.innovation.concepts,
    }
    named: dict[str, Iterable[str]] = {
        "areas": pack.areas,
        "teams": pack.teams,
        "channels": pack.channels,
        "market.qualities": pack.market.qualities,
        "kano.wordings": pack.kano.wordings,
        "metrics.measures": pack.metrics.measures,
        "customer_distance": pack.customer_distance.error_per_hop,
        "customer_distance.paths": pack.customer_distance.paths,
        "backlog.items": pack.backlog.items,
        "backlog.meanings": [key for key, item in pack.backlog.items.items() if item.second_meaning],
        "value_poker.facts": pack.value_poker.facts,
        "done": pack.done,
        "interviews.needs": pack.interviews.needs,
        "switching.moves": pack.switching.moves,
        "variables": pack.variables,
        "reviews.evidence": pack.reviews.evidence,
        "promises": pack.promises,
    }
    needed = ["title", "money", "market.duty", "company.name", "company.product", "company.line"]
    needed += [f"vocabulary.{word}" for word in VOCABULARY]
    needed += [
        f"{table}.{key}.{part}" for table, keys in described.items() for key in keys for part in ("name", "line")
    ]
    needed += [f"{table}.{key}" for table, keys in named.items() for key in keys]
    needed += [f"framing.{key}.{wording}" for key in pack.framing for wording in ("feature", "benefit")]
    needed += [f"stakeholders.{key}.role" for key in pack.stakeholders]
    needed += [
        f"kano.attributes.{key}.{question}.{wording}"
        for key in pack.kano.attributes
        for question in ("present", "absent")
        for wording in pack.kano.wordings
    ]
    return [name for name in needed if not words.has(name)]


def _path(name: str) -> Path:
    if name not in scenario_names():
        from qspo_lab.scenarios.model import PackError

        raise PackError(f"there is no scenario {name!r}; choose one of {', '.join(scenario_names())}")
    return HERE / f"{name}.toml"
