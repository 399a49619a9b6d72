"""Write docs/methods.md from the docstrings of the calculations.

    python docs/make_methods.py

Reads source files and imports none of them. What an exercise uses is read from its imports; a sample or simulation
that it uses counts as part of it.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "qspo_lab"
PAGE = ROOT / "docs" / "methods.md"
METHODS = "qspo_lab.methods"
PARTS_OF_AN_EXERCISE = ("qspo_lab.samples.", "qspo_lab.simulations.")
WORLD = "qspo_lab.samples.world."  # holds every sample, whichever an exercise needs

NAME = r"(?:van )?[A-Z][\w'-]+"
CITATION = re.compile(rf"{NAME}(?:(?:, {NAME})*,? and (?:others|{NAME}))?(?:, {NAME})* (?:1[6-9]|20)\d\d")

INTRODUCTION = """# Methods

Every calculation of the lab: the question it answers, where it comes from, what it takes for granted, and who uses it.
This page is made from the docstrings by `python docs/make_methods.py`; change those, not this page.

Assumptions under a heading hold for the whole group. Where a method names no source of its own, it is among those of
its group, or elementary. Parameters, units and errors are in the docstring of each method. Small steps that only other
methods need are named like all others; nothing stands in their last column.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(methods_page(), encoding="utf-8")


def methods_page() -> str:
    """Return the page as Markdown."""
    users = users_of_methods()
    modules = sorted(path for path in (PACKAGE / "methods").glob("*.py") if not path.name.startswith("_"))
    contents = " · ".join(f"[{path.stem}](#{path.stem})" for path in modules) + "\n"
    return "\n".join([INTRODUCTION, contents, *(module_part(path, users) for path in modules)])


# ---------------------------------------------------------------- one group of methods


def module_part(path: Path, users: dict[str, set[str]]) -> str:
    """Return heading, assumptions, sources and table of one module."""
    tree = parse(path)
    title, *paragraphs = paragraphs_of(tree)
    sources = [text for text in paragraphs if text.startswith("Source")]
    assumptions = [text for text in paragraphs if text not in sources]
    works = [work.rstrip(".") for text in sources for work in text.partition(": ")[2].split("; ")]
    rows = [
        method_row(node, works, users[f"{METHODS}.{path.stem}.{node.name}"])
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    head = [
        "| Method | What it answers | Formula and assumptions | Source | Used by |",
        "| --- | --- | --- | --- | --- |",
    ]
    text = [f"## {path.stem}", title, *assumptions, *sources]
    return "\n\n".join([*map(escape, text), "\n".join(head + rows)]) + "\n"


def method_row(node: ast.FunctionDef, works: list[str], users: set[str]) -> str:
    """Return one line of a table."""
    question, *notes = paragraphs_of(node)
    sources = "; ".join(sources_of(node, works))
    cells = [f"`{node.name}`", escape(question), escape(" ".join(notes)), escape(sources), ", ".join(sorted(users))]
    return " ".join(["|", *(f"{cell} |" if cell else "|" for cell in cells)])


def sources_of(node: ast.FunctionDef, works: list[str]) -> list[str]:
    """Return the works that a docstring cites by name and year, and those of its group whose authors it names."""
    text = " ".join((ast.get_docstring(node) or "").split())
    cited = {(found.removeprefix("van ").split()[0].strip(","), found[-4:]): found for found in CITATION.findall(text)}
    named = f"{node.name.replace('_', ' ').title()} {text}"
    for work in works:
        authors = [name.removeprefix("van ") for name in re.findall(NAME, re.split(r"[,(\d]| in ", work)[0])]
        if authors and all(re.search(rf"\b{author}\b", named) for author in authors):
            short = CITATION.match(work)
            year = re.search(r"\d{4}", work)
            cited.setdefault((authors[0], year.group() if year else ""), short.group() if short else work)
    return list(cited.values())


def paragraphs_of(node: ast.Module | ast.FunctionDef) -> list[str]:
    """Return the paragraphs of a docstring that stand before its sections, each in one line."""
    words = re.split(r"\n\n\w+\n-+\n", ast.get_docstring(node) or "")[0]
    return [" ".join(part.split()) for part in words.split("\n\n")]


def escape(text: str) -> str:
    """Return text of a docstring as Markdown that fits into a table: code in single ticks, signs as signs."""
    parts = re.split(r"``?([^`]+)``?", text)
    parts[::2] = [re.sub(r"([*<_])", r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [f"`{part}`" for part in parts[1::2]]
    return "".join(parts).replace("|", r"\|")


# ---------------------------------------------------------------- who uses what


def users_of_methods() -> dict[str, set[str]]:
    """Return, for each method by its full name, the exercises and self-checks that use it."""
    users: dict[str, set[str]] = defaultdict(set)
    for path in sorted((PACKAGE / "exercises").rglob("*.py")):
        for name in names_used(path):
            users[name].add(f"`{path.stem}`")
    for path in sorted((PACKAGE / "checks").glob("lo*.py")):
        for name in names_used(path):
            users[name].add(f"self-check LO{int(path.stem[2:])}")
    return users


def names_used(path: Path) -> set[str]:
    """Return the full names that a file imports, and those that the samples and simulations behind it import."""
    found: set[str] = set()
    left = [path]
    seen: set[Path] = set()
    while left:
        here = left.pop()
        if here in seen:
            continue
        seen.add(here)
        names = imported_names(parse(here))
        found |= names
        parts = [name for name in names if name.startswith(PARTS_OF_AN_EXERCISE) and not name.startswith(WORLD)]
        left += [file for name in parts if (file := file_of(name)).is_file()]
    return found


def imported_names(tree: ast.Module) -> set[str]:
    """Return the full names of what a file imports at run time; of a module, the names taken from it."""
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and is_typing(node.test)
        for inner in ast.walk(node)
    }
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node not in skipped]
    local = {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    taken = {
        f"{local[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in local
    }
    return {*local.values(), *taken}


def is_typing(test: ast.expr) -> bool:
    """Say whether a condition holds for type checkers only."""
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def file_of(name: str) -> Path:
    """Return the file in which a full name stands; it need not be one of the project's."""
    parts = name.split(".")
    whole = ROOT.joinpath(*parts).with_suffix(".py")
    return whole if whole.is_file() else ROOT.joinpath(*parts[:-1]).with_suffix(".py")


def parse(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
