"""The command ``qspo-lab``: start | check | course | test."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qspo_lab import __version__, launch
from qspo_lab.texts import load_words

if TYPE_CHECKING:
    from qspo_lab.course import Outcome

WORDS = load_words(Path(__file__).with_suffix(""))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if all is well, 1 if something is to do, 2 for a misspelt command."""
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command != "test":
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "start":
        return start(options.workspace, options.notebook, options.port, not options.no_browser)
    if options.command == "check":
        return check(options.workspace, options.port)
    if options.command == "course":
        return show_course()
    if options.command == "test":
        return test(options.fast, rest)
    print(WORDS.say("no_command"), file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""

    def text(name: str) -> str:
        return WORDS.say(f"help.{name}")

    top = argparse.ArgumentParser(prog="qspo-lab", description=WORDS.say("description"), allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"qspo-lab {__version__}")
    commands = top.add_subparsers(dest="command", metavar="start | check | course | test")
    begin = commands.add_parser("start", help=text("start"), description=text("start"))
    begin.add_argument("notebook", nargs="?", help=text("notebook"))
    begin.add_argument("--no-browser", action="store_true", help=text("no_browser"))
    ready = commands.add_parser("check", help=text("check"), description=text("check"))
    for command in (begin, ready):
        command.add_argument("--workspace", type=Path, metavar="DIR", help=text("workspace"))
        command.add_argument("--port", type=int, metavar="N", help=text("port"))
    commands.add_parser("course", help=text("course"), description=text("course"))
    tests = commands.add_parser("test", help=text("test"), description=text("test"), add_help=False, allow_abbrev=False)
    tests.add_argument("--fast", action="store_true", help=text("fast"))
    return top


def refuse(name: str, **values: object) -> int:
    """Say why the lab does not start, in one sentence."""
    print(WORDS.say(f"start.{name}", **values), file=sys.stderr)
    return 1


def start(workspace: Path | None, notebook: str | None, port: int | None, browser: bool) -> int:
    """Prepare the folder, then open JupyterLab on it until it is stopped."""
    if port is not None and not 1024 <= port <= 65535:
        return refuse("port_impossible", port=port)
    if port is not None and not launch.port_is_free(port):
        return refuse("port_busy", port=port)
    folder = launch.learner_folder(workspace)
    try:
        if folder != launch.shipped_notebooks():
            for kept, newer in launch.copy_notebooks(launch.shipped_notebooks(), folder):
                print(WORDS.say("start.beside", kept=kept, newer=newer))
        there = sorted(path.name for path in folder.glob("*.ipynb"))
    except OSError as error:
        return refuse("no_folder", folder=folder, reason=error.strerror or error)
    if not there:
        return refuse("no_notebooks", folder=folder)
    opened = notebook or there[0]
    if not (folder / opened).is_file():
        return refuse("no_notebook", notebook=opened, folder=folder, there=there)
    print(WORDS.say("start.folder", folder=folder))
    print(WORDS.say("start.opening" if browser else "start.opening_no_browser"), flush=True)
    with suppress(KeyboardInterrupt):
        launch.open_lab(folder, opened, port, browser)
    return 0


def check(workspace: Path | None, port: int | None) -> int:
    """See whether this machine is ready for a workshop: one plain line for each point."""
    from qspo_lab.check import points

    bad = count = 0
    for name, found in points(launch.learner_folder(workspace), port, WORDS):
        count += 1
        bad += not found.ok
        line = WORDS.say(
            "check.ok" if found.ok else "check.bad", name=WORDS.say(f"check.names.{name}"), said=found.said
        )
        print(line, flush=True)
    print(WORDS.say("check.some_bad", count=bad, all=count) if bad else WORDS.say("check.all_ok"))
    return 1 if bad else 0


def show_course() -> int:
    """Show modules, outcomes, terms and exercises; a term without an exercise is visibly open."""
    from qspo_lab import course
    from qspo_lab.texts import course_words

    names = course_words()
    open_terms = set(course.open_terms())
    print(names.say("title"))
    for module in course.MODULES:
        title = names.say(f"modules.{module.key}")
        print("\n" + WORDS.say("course.module", number=module.key, title=title, notebook=module.notebook))
        for outcome in module.outcomes:
            title = names.say(f"outcomes.{outcome.key}")
            print("\n  " + WORDS.say("course.outcome", key=outcome.key, title=title))
            for term in outcome.terms:
                name = names.say(f"terms.{term}")
                if (outcome.key, term) in open_terms:
                    print("    " + WORDS.say("course.open_term", name=name))
                else:
                    print("    " + WORDS.say("course.term", name=name, exercises=practising(outcome, term)))
    every = course.exercises()
    terms = [(outcome.key, term) for module in course.MODULES for outcome in module.outcomes for term in outcome.terms]
    numbers = {"exercises": len(every), "minutes": sum(each.minutes for each in every), "terms": len(terms)}
    numbers |= {"open": len(open_terms), "practised": len(terms) - len(open_terms)}
    print("\n" + WORDS.say("course.sum", **numbers))
    return 0


def practising(outcome: Outcome, term: str) -> list[str]:
    """Return the exercises of an outcome that practise a term, with their minutes."""
    from qspo_lab import course

    found = [course.exercise(place.rpartition(".")[2]) for place in outcome.exercises]
    return [WORDS.say("course.exercise", title=e.title, minutes=e.minutes) for e in found if term in e.terms]


def test(fast: bool, extra: Sequence[str]) -> int:
    """Check the project itself; with paths or options for pytest in `extra`.

    Parameters
    ----------
    fast
        Leaves out the browser and what is marked slow.
    extra
        Handed to pytest. If it names a path, only that is tested, and tests alone are run.
    """
    root = launch.checkout()
    if root is None:
        print(WORDS.say("test.no_checkout"), file=sys.stderr)
        return 1
    if importlib.util.find_spec("pytest") is None:
        print(WORDS.say("test.not_installed"), file=sys.stderr)
        return 1
    named = any((root / part.partition("::")[0]).exists() for part in extra if not part.startswith("-"))
    pytest = ["-m", "pytest", *extra]
    covered = [f"--cov=qspo_lab.{part}" for part in ("methods", "samples", "simulations", "workbook")]
    covered += ["--cov-fail-under=95", "--cov-report=term:skip-covered"]
    everything = ["tests", "notebooks", "--nbval", "--nbval-sanitize-with=tests/sanitize.cfg"]
    everything += ["-m", "not browser and not slow" if fast else "not browser", *([] if fast else covered)]
    everything += ["-n", "auto", "--maxprocesses=4", "--dist=loadfile"]
    tools = {
        "style": ["-m", "ruff", "check"],
        "form": ["-m", "ruff", "format", "--check"],
        "layers": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        "types": ["-m", "mypy"],
        "tests": [*pytest, *everything],
    }
    if not fast:
        tools["pages"] = [
            *pytest,
            "tests/browser",
            "-m",
            "browser",
        ]  # one browser after the other: two disturb each other
    chosen = {"tests": [*pytest, *(["-m", "not browser and not slow"] if fast else [])]} if named else tools
    results = {name: runs_well(root, tool) for name, tool in chosen.items()}
    for name, good in results.items():
        print(WORDS.say("test.passed" if good else "test.failed", name=WORDS.say(f"test.{name}")))
    return 0 if all(results.values()) else 1


def runs_well(root: Path, python_arguments: Sequence[str]) -> bool:
    """Run a tool of the tests in the project's folder and say whether it was content."""
    return subprocess.run([sys.executable, *python_arguments], cwd=root, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
