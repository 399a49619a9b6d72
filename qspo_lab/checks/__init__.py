"""Self-checks: a few items per learning outcome, with numbers that a seed varies.

Each outcome has ``lo06.py`` (``ITEMS``) and ``lo06.en.toml`` (words). An item is one of three kinds:

* `Number`: ``make(rng)`` gives the facts of the question and the answer, computed by `qspo_lab.methods`.
* `Choice`: one of named options is right; the text says why.
* `Open`: a text of the learner and a rubric that the learner applies.

Every closed item asks for a confidence; the pairs feed the calibration view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qspo_lab.texts import Words, load_words

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Number:
    """A question with a number as its answer.

    Parameters
    ----------
    name
        Its table in the text file: ``question`` with placeholders, ``because``.
    make
        ``make(rng)`` returns (facts, answer); the facts fill the placeholders.
    tolerance
        Largest absolute distance that still counts as the answer.
    format
        How the answer is written, see `qspo_lab.texts`. An answer of format ``percent`` is asked and kept as per cent.
    """

    name: str
    make: Callable[[np.random.Generator], tuple[Mapping[str, Any], float]]
    tolerance: float
    format: str = "number2"


@dataclass(frozen=True)
class Choice:
    """A question with named options.

    Parameters
    ----------
    name
        Its table in the text file: ``question``, ``options`` (a table of option names), ``because``.
    right
        The name of the right option.
    """

    name: str
    right: str


@dataclass(frozen=True)
class Open:
    """A question for the learner's own text.

    Parameters
    ----------
    name
        Its table in the text file: ``question``, ``rubric`` (a list).
    """

    name: str


Item = Number | Choice | Open


def has_check(outcome: str) -> bool:
    """Say whether an outcome has a self-check."""
    return find_spec(_module(outcome)) is not None


def items(outcome: str) -> tuple[Item, ...]:
    """Return the items of an outcome's self-check."""
    found: tuple[Item, ...] = import_module(_module(outcome)).ITEMS
    return found


def check_words(outcome: str, language: str = "en") -> Words:
    """Return the words of an outcome's self-check."""
    return load_words(Path(__file__).parent / _stem(outcome), language)


def _stem(outcome: str) -> str:
    return f"lo{int(outcome.removeprefix('LO')):02d}"


def _module(outcome: str) -> str:
    return f"qspo_lab.checks.{_stem(outcome)}"
