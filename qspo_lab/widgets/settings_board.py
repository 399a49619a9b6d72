"""Settings board: nothing but controls, for decisions that are a few numbers and choices."""

from __future__ import annotations

from typing import ClassVar

from qspo_lab.widgets.board import Board


class SettingsBoard(Board):
    """Controls and nothing else; ``value`` is ``{"settings": {control id: value}}``."""

    stem: ClassVar[str] = "settings_board"
