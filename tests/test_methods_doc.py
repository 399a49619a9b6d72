import ast
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
docs = SimpleNamespace(**runpy.run_path(str(ROOT / "docs" / "make_methods.py")))
MODULES = sorted(path for path in (ROOT / "qspo_lab" / "methods").glob("[!_]*.py"))


def function(text: str) -> ast.FunctionDef:
    found = ast.parse(text).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def test_the_page_says_what_the_docstrings_say() -> None:
    kept = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert kept == docs.methods_page(), "run: python docs/make_methods.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_group_names_its_sources_and_every_method_its_question(path: Path) -> None:
    tree = docs.parse(path)
    assert any(text.startswith(("Source: ", "Sources: ")) for text in docs.paragraphs_of(tree))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            assert docs.paragraphs_of(node)[0].endswith("."), node.name


def test_a_line_holds_question_assumptions_source_and_users() -> None:
    node = function('''
def bound(z):
    """Give the bound of |z| (Pocock 1977).

    Looks are ``k`` * equal; as in Wald's test.

    Parameters
    ----------
    z
        Left out.
    """
''')
    row = docs.method_row(node, ["Wald 1945", "Little 1961"], {"`b`", "`a`"})
    assert row == (
        r"| `bound` | Give the bound of \|z\| (Pocock 1977). | Looks are `k` \* equal; as in Wald's test."
        r" | Pocock 1977; Wald 1945 | `a`, `b` |"
    )


def test_what_an_exercise_uses_is_read_from_its_imports(tmp_path: Path) -> None:
    text = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from qspo_lab.methods.flow import Queue
from qspo_lab.methods import kano
def evaluate():
    from qspo_lab.methods.value import npv as worth
    return worth(kano.classify(1, 2))
"""
    used = docs.imported_names(ast.parse(text))
    assert {"qspo_lab.methods.value.npv", "qspo_lab.methods.kano.classify"} <= used
    assert not [name for name in used if "flow" in name]


def test_the_page_finds_known_users_also_behind_a_simulation() -> None:
    users = docs.users_of_methods()
    assert "`peeking_lab`" in users["qspo_lab.methods.sequential.first_crossing"]
    assert "`sixty_items_in_twenty_minutes`" in users["qspo_lab.methods.groups.variance_of_mean"]
    assert "`five_ranges`" not in users["qspo_lab.methods.groups.variance_of_mean"]
    assert "self-check LO6" in users["qspo_lab.methods.experiments.sample_size_two_proportions"]
