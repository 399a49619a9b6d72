"""All that a notebook imports: ``from qspo_lab import lab``, then one call.

Each call works alone in a fresh kernel, in any order, twice in one notebook and in two notebooks at once. What a call
needs is imported inside it, so that opening a notebook stays fast.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qspo_lab.workbook import Workbook

_shown: dict[str, tuple[str, list[Any]]] = {}
"""Per cell of the notebook: the run that drew it, and what it drew."""


def exercise(key: str) -> None:
    """Show an exercise.

    Parameters
    ----------
    key
        Its name, such as ``"peeking_lab"``.
    """
    from qspo_lab import course

    if key not in list(course.keys()):
        _say("no_exercise", key=key, known=list(course.keys()))
        return
    from qspo_lab.frame import Frame

    _show(Frame(course.exercise(key), workbook(), language()))


def self_check(outcome: str) -> None:
    """Show the self-check of a learning outcome.

    Parameters
    ----------
    outcome
        ``"LO1"`` to ``"LO16"``.
    """
    from qspo_lab.checks import has_check

    if not has_check(outcome):
        _say("no_self_check", outcome=outcome)
        return
    from qspo_lab.self_check import SelfCheck

    _show(SelfCheck(outcome, workbook(), language()))


def table(name: str) -> Any:
    """Return a table of the case, to be shown under the cell.

    Parameters
    ----------
    name
        Such as ``"bets"``; an unknown name gives the list of names.
    """
    from qspo_lab.tables import case_table, table_names

    if name not in table_names():
        _say("no_table", name=name, known=table_names())
        return None
    return case_table(name, workbook().learner(), language())


def progress() -> None:
    """Show how far the learner is, how well their confidence fits, and the ways to take the work home."""
    from qspo_lab.progress import Progress

    _show(Progress(workbook(), language()))


def workbook() -> Workbook:
    """Return the learner's workbook: one file beside the notebooks, the same object for the whole kernel."""
    from qspo_lab import __version__
    from qspo_lab.workbook import Workbook, default_path

    return Workbook.shared(default_path(Path.cwd()), course_version=__version__)


def language() -> str:
    """Return the language of every word: ``QSPO_LANGUAGE`` or English."""
    return os.environ.get("QSPO_LANGUAGE", "en")


def _show(view: Any) -> None:
    """Display a view. What an earlier run of the same cell drew is let go, so that nothing listens twice."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    parent = shell.get_parent() if shell is not None and hasattr(shell, "get_parent") else {}
    cell, run = parent.get("metadata", {}).get("cellId", ""), parent.get("header", {}).get("msg_id", "")
    last_run, views = _shown.get(cell, ("", []))
    if cell and last_run != run:
        for old in views:
            old.close()
        views = []
    _shown[cell] = (run, [*views, view])
    display(view.widget)


def _say(sentence: str, /, **values: Any) -> None:
    """Show a sentence of the panel's text file as plain output."""
    from IPython.display import display

    from qspo_lab.texts import panel_words

    display({"text/plain": panel_words(language()).say(f"lab.{sentence}", **values)}, raw=True)
