"""What all tests share: a workbook of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qspo_lab.workbook import Workbook


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    """An empty workbook in a folder of its own."""
    return Workbook.open(tmp_path / "workbook.json", course_version="test")


@pytest.fixture
def reopened(tmp_path: Path) -> Callable[[], Workbook]:
    """Open the same file again, as another kernel would."""
    return lambda: Workbook.open(tmp_path / "workbook.json", course_version="test")
