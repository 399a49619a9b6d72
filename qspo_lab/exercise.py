"""What an exercise is: one frozen value, declared once beside its own calculations.

An exercise consists of two files of one stem: ``peeking_lab.py`` holds the declaration and the functions it
names, ``peeking_lab.en.toml`` holds every word a learner or a trainer reads. This module holds the shapes of what
passes between them and the frame. Nothing here draws, calculates or stores.

The way of one decision::

    board.value -> evaluate(world, answer) -> Result -> explain(result) and figure(result, words)
                -> the frame shows, the workbook keeps, the case carries

"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qspo_lab.texts import Words, load_words

if TYPE_CHECKING:
    from qspo_lab.figures import Figure
    from qspo_lab.samples.world import World
    from qspo_lab.widgets.board import Board

Answer = dict[str, Any]
"""A board's value: plain JSON, at least ``{}``."""

DRAWS = 2000
"""In how many futures a decision is tried."""

FindingKind = Literal["untouched", "incomplete", "consequence", "trade_off", "misconception", "strength", "for_review"]
Status = Literal["untouched", "incomplete", "complete"]


class Refused(Exception):
    """Input that cannot be used, said in one sentence of the exercise's text file.

    Parameters
    ----------
    name
        Name of the sentence under ``[refusals]`` in the text file.
    **values
        Its named placeholders.
    """

    def __init__(self, name: str, **values: Any) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


@dataclass(frozen=True)
class Finding:
    """One thing to say about an answer, with a number of the learner's.

    Parameters
    ----------
    kind
        Which sort of finding; the frame orders and labels by it.
    name
        Name of the sentence under ``[findings]`` in the text file.
    values
        Its named placeholders: plain numbers, texts and lists of texts, never a sentence.
    """

    kind: FindingKind
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a decision brings: one realised path and its distribution over many draws.

    Parameters
    ----------
    realised
        The measure in this learner's world.
    expected
        Its mean: exact where a formula gives it, else over the draws.
    low, high
        Its 10th and 90th percentile over the draws.
    percentile
        Share of draws (0 to 1) that came out worse for the learner than the realised one, ties counted half.
        High means luck, low means bad luck, 0.5 means neither.
    """

    realised: float
    expected: float
    low: float
    high: float
    percentile: float


def outcome_of(
    draws: Any, realised: float, better: Literal["higher", "lower"], expected: float | None = None
) -> Outcome:
    """Summarise a decision over its draws.

    Parameters
    ----------
    draws
        The measure in each draw, a numpy array.
    realised
        The measure in this learner's world.
    better
        Which direction is good; decides what "worse" means for the percentile.
    expected
        The exact mean, where a formula gives it.

    Returns
    -------
    Outcome
    """
    worse = draws < realised if better == "higher" else draws > realised
    import numpy as np

    low, high = np.percentile(draws, (10, 90))
    return Outcome(
        realised=float(realised),
        expected=float(draws.mean()) if expected is None else float(expected),
        low=float(low),
        high=float(high),
        percentile=float(worse.mean() + (draws == realised).mean() / 2),
    )


@dataclass(frozen=True, kw_only=True)
class Result:
    """What `evaluate` returns.

    Parameters
    ----------
    status
        ``untouched``: nothing was decided; ``incomplete``: named parts are missing; ``complete``.
    missing
        Names of missing parts, keys under ``[missing]`` of the text file; empty unless incomplete.
    outcome
        None unless complete, or where the lab cannot say.
    success
        Whether the statement that the learner put a confidence on came true; None where it cannot be said.
    numbers
        All numbers that findings and figures need; plain JSON (no numpy scalars, no nan: use None for "cannot say").
        What may not be seen before the reveal stays out of it.
    """

    status: Status
    missing: tuple[str, ...] = ()
    outcome: Outcome | None = None
    success: bool | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A small table that a learner may see.

    Parameters
    ----------
    title
        Says what the table shows.
    columns
        Headings, in order.
    rows
        Cells as finished text, one row each.
    numeric
        Positions of the columns set flush right.
    highlight
        Position of the row that is the learner's own, if any.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    highlight: int | None = None


@dataclass(frozen=True)
class Reveal:
    """The hidden truth, shown on request and only after the commit.

    Parameters
    ----------
    findings
        What was known, what was luck; kinds as in `Finding`.
    tables
        The truth itself.
    figure
        One more figure, where a picture says it better.
    """

    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    figure: Figure | None = None


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise, complete. See the module's text for how its parts meet.

    Parameters
    ----------
    key
        Slug and stem of its two files; names the answer in the workbook for ever. Never renamed, never numbered.
    source
        ``__file__`` of the module that declares it: the text file stands beside it.
    outcome
        ``LO1`` to ``LO16``.
    terms
        Terms of the course that it practises, spelt as in `qspo_lab.course`.
    minutes
        Time for a first pass.
    measure
        How the outcome is written: a format of `qspo_lab.texts` such as ``money``, ``percent``, ``number``.
    better
        Which direction of the outcome is good.
    board
        ``board(world, words)`` makes the widget; its ``value`` is the answer.
    evaluate
        ``evaluate(world, answer)``; survives any JSON. Gives ``untouched`` for the value of a new board.
    explain
        ``explain(result)``: finding names and numbers.
    figure
        ``figure(result, words)``: one figure whose title states the finding.
    reveal
        ``reveal(world, answer, result, words)``: the hidden truth.
    policies
        ``policies(world)``: named answers, ``reference`` first, then the misunderstandings. Their names are keys
        under ``[policies]``. Computed from the world, never typed in.
    unbeaten
        Names of policies that the reference does not beat in expectation, with the reason as a key of
        ``[unbeaten]``.
    facts
        ``facts(world)``: values for the placeholders of the prompt and the hints; from the pack.
    respond
        ``respond(world, answer)``: board traits that follow from a draft (a survey bought, a card turned), before
        the commit. Nothing hidden may pass.
    read_file
        ``read_file(world, answer, control, name, content)``: the answer with a learner's file taken in; raises
        `Refused` and changes nothing otherwise.
    carry
        ``carry(world, answer, result)``: fields for `qspo_lab.case.CaseState`.
    """

    key: str
    source: str
    outcome: str
    terms: tuple[str, ...]
    minutes: int
    measure: str
    better: Literal["higher", "lower"]
    board: Callable[[World, Words], Board]
    evaluate: Callable[[World, Answer], Result]
    explain: Callable[[Result], Sequence[Finding]]
    figure: Callable[[Result, Words], Figure]
    reveal: Callable[[World, Answer, Result, Words], Reveal]
    policies: Callable[[World], Mapping[str, Answer]]
    unbeaten: Mapping[str, str] = field(default_factory=dict)
    facts: Callable[[World], Mapping[str, Any]] | None = None
    respond: Callable[[World, Answer], Mapping[str, Any]] | None = None
    read_file: Callable[[World, Answer, str, str, bytes], Answer] | None = None
    carry: Callable[[World, Answer, Result], Mapping[str, Any]] | None = None

    def words(self, language: str = "en") -> Words:
        """Return the exercise's own text file in a language."""
        return load_words(Path(self.source).with_suffix(""), language)

    @cached_property
    def title(self) -> str:
        """The English title."""
        return self.words().say("title")
