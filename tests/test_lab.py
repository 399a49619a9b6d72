"""What a notebook calls, in a kernel of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from qspo_lab import lab


def run(tmp_path: Path, *calls: str) -> list[Any]:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(f"from qspo_lab import lab\n{call}") for call in calls]
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    return [cell.outputs for cell in notebook.cells]


def texts(outputs: list[Any]) -> list[str]:
    return [output["data"].get("text/plain", "") for output in outputs if "data" in output]


def test_an_unknown_name_is_answered_in_a_sentence_and_never_by_a_traceback(tmp_path: Path) -> None:
    calls = ['lab.exercise("peeking_lap")', 'lab.self_check("LO99")', 'lab.table("bats")', 'lab.self_check("LO1")']
    for outputs in run(tmp_path, *calls):
        assert [output["output_type"] for output in outputs] == ["display_data"]
        assert texts(outputs)[0].startswith("There is no") and texts(outputs)[0].endswith(".")


def test_calls_work_twice_in_any_order_and_write_nothing_by_themselves(tmp_path: Path) -> None:
    shown = run(
        tmp_path, "lab.progress()", 'lab.exercise("peeking_lab")', 'lab.exercise("peeking_lab")', "lab.progress()"
    )
    for outputs in shown:
        assert all(output["output_type"] != "error" for output in outputs)
        assert "application/vnd.jupyter.widget-view+json" in outputs[0]["data"]
    assert not (tmp_path / "workbook.json").exists()


def test_running_a_cell_again_lets_the_earlier_view_go(monkeypatch: pytest.MonkeyPatch) -> None:
    class View:
        widget = "a view"
        closed = False

        def close(self) -> None:
            self.closed = True

    class Shell:
        def __init__(self) -> None:
            self.parent: dict[str, Any] = {}

        def get_parent(self) -> dict[str, Any]:
            return self.parent

    shell = Shell()
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", lambda *_: None)
    monkeypatch.setattr(lab, "_shown", {})
    views = [View() for _ in range(4)]
    for view, (cell, message) in zip(views, [("c1", "m1"), ("c1", "m1"), ("c2", "m2"), ("c1", "m3")], strict=True):
        shell.parent = {"metadata": {"cellId": cell}, "header": {"msg_id": message}}
        lab._show(view)
    assert [view.closed for view in views] == [True, True, False, False]


def test_the_workbook_is_one_object_for_the_whole_kernel(tmp_path: Path) -> None:
    code = "from qspo_lab import lab; print(lab.workbook() is lab.workbook(), lab.workbook().path)"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", str(tmp_path / "workbook.json")]
