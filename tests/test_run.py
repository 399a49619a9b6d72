"""run.py sets up the lab, repairs what was cut off, and says in one sentence what it cannot mend."""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ["requirements.txt", "requirements-test.txt"]


@pytest.fixture
def run(tmp_path):
    """run.py as a module whose project is a small copy without an environment."""
    for name in ["run.py", "pyproject.toml", "environment.yml", *REQUIREMENTS]:
        shutil.copy(ROOT / name, tmp_path)
    extension = "qspo_lab/jupyter/labextension"
    shutil.copytree(ROOT / extension, tmp_path / extension)
    spec = importlib.util.spec_from_file_location("run", tmp_path / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installed(run, monkeypatch):
    """The same with pip and venv replaced by notes of what was asked of them."""
    asked = []

    def make_environment():
        asked.append("environment")
        run.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        if not run.PYTHON.exists():
            run.PYTHON.symlink_to(sys.executable)

    monkeypatch.setattr(run, "make_environment", make_environment)
    monkeypatch.setattr(run, "check_machine", lambda requirements: None)
    monkeypatch.setattr(run, "pip", lambda arguments, total: asked.append(Path(arguments[-1]).name))
    run.install("requirements.txt")
    assert asked == ["environment", "requirements.txt", run.ROOT.name]
    asked.clear()
    return run, asked


def sentence(output):
    lines = output.strip().splitlines()
    assert len(lines) == 1, output
    assert lines[0].endswith(".")
    return lines[0]


def test_a_second_start_installs_nothing(installed):
    run, asked = installed
    run.install("requirements.txt")
    assert asked == []


@pytest.mark.parametrize("name", [*REQUIREMENTS, "pyproject.toml", "qspo_lab/jupyter/labextension/static/lab.js"])
def test_a_change_of_what_is_installed_installs_again_into_the_same_environment(installed, name):
    run, asked = installed
    with (run.ROOT / name).open("a") as file:
        file.write("\n")
    run.install("requirements.txt")
    assert asked == ["requirements.txt", run.ROOT.name]


def test_the_tests_add_their_tools_and_a_later_start_keeps_them(installed):
    run, asked = installed
    run.install("requirements-test.txt")
    assert asked == ["requirements-test.txt", run.ROOT.name]
    asked.clear()
    run.install("requirements.txt")
    assert asked == []


def test_an_installation_that_was_cut_off_is_made_again_from_nothing(installed, monkeypatch):
    run, asked = installed
    (run.ROOT / "requirements.txt").write_text("other==1\n")

    def cut_off(arguments, total):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "pip", cut_off)
        assert run.main([]) == 1
    run.install("requirements.txt")
    assert asked == ["environment", "requirements.txt", run.ROOT.name]


@pytest.mark.parametrize("damage", ["no stamp", "broken stamp", "no interpreter", "moved"])
def test_a_half_made_environment_is_made_again(installed, damage):
    run, asked = installed
    if damage == "no stamp":
        run.STAMP.unlink()
    if damage == "broken stamp":
        run.STAMP.write_text('{"place":')
    if damage == "no interpreter":
        run.PYTHON.unlink()
    if damage == "moved":
        run.STAMP.write_text(run.STAMP.read_text().replace(str(run.ROOT), "/somewhere/else"))
    run.install("requirements.txt")
    assert asked == ["environment", "requirements.txt", run.ROOT.name]


def test_what_stands_in_the_place_of_the_environment_is_replaced(run):
    run.VENV.write_text("not a folder")
    run.make_environment()
    assert run.works()
    run.PYTHON.unlink()
    assert not run.works()


def test_every_word_except_start_goes_to_the_command_of_the_lab(installed, monkeypatch):
    run, _ = installed
    handed = []
    monkeypatch.setattr(run, "hand_over", lambda words: handed.append(words) or 0)
    for words in [[], ["check", "--port", "9000"], ["test", "--fast"]]:
        run.main(words)
    assert handed == [["start"], ["check", "--port", "9000"], ["test", "--fast"]]


def test_it_can_be_read_by_an_old_python_and_says_that_it_is_too_old(run, monkeypatch, capsys):
    tree = ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 5))
    late = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, late)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    monkeypatch.setattr(run.sys, "version_info", (3, 8, 1))
    assert run.main([]) == 1
    assert "needs Python 3.11 or newer and this is 3.8" in sentence(capsys.readouterr().out)


def test_it_needs_the_standard_library_only():
    tree = ast.parse((ROOT / "run.py").read_text())
    names = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_a_missing_venv_module_is_named(run, monkeypatch, capsys):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name))
    assert run.main([]) == 1
    assert "lacks its venv module" in sentence(capsys.readouterr().out)


def test_a_full_disk_is_named_before_anything_is_done(run, monkeypatch, capsys):
    monkeypatch.setattr(run.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 0, 5 * 10**6))
    assert run.main([]) == 1
    assert "5 MB free and the lab needs 1200" in sentence(capsys.readouterr().out)
    assert not run.VENV.exists()


def test_a_folder_that_cannot_be_written_is_named(run, monkeypatch, capsys):
    monkeypatch.setattr(run.os, "access", lambda path, mode: False)
    assert run.main([]) == 1
    assert "cannot be written" in sentence(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "cannot be written"), (errno.EIO, "set up in")]
)
def test_an_error_of_the_system_is_said_in_one_sentence(run, monkeypatch, capsys, number, words):
    def fail(requirements):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(run, "check_machine", fail)
    assert run.main([]) == 1
    assert words in sentence(capsys.readouterr().out)


@pytest.mark.slow
def test_without_network_the_first_start_says_so(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "check_machine", lambda requirements: None)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert run.main([]) == 1
    assert "check the network connection" in capsys.readouterr().out
    assert not run.STAMP.exists()


def test_progress_counts_what_pip_has_fetched_and_installed(run):
    lines = [b"Collecting a==1\n", b"  Downloading a\n", b"Requirement already satisfied: b\n"]
    assert run.how_far(lines, 0, 9) == "Fetching packages: 2 of 9"
    assert run.how_far([*lines, b"Installing collected packages: a\n"], 5, 9) == "Installing packages: 5 of 9"


def names(text):
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE))


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_every_dependency_is_pinned_within_its_range_and_has_hashes(file):
    text = (ROOT / file).read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + (project["optional-dependencies"]["test"] if "test" in file else [])
    blocks = re.split(r"\n(?=\S)", text.strip())
    pinned = {}
    for block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]
        pin = Requirement(block.splitlines()[0].rstrip(" \\"))
        pinned.setdefault(normal(pin.name), []).append(next(iter(pin.specifier)).version)
    for requirement in map(Requirement, wanted):
        assert normal(requirement.name) in pinned, f"{requirement.name} is not in {file}"
        assert all(version in requirement.specifier for version in pinned[normal(requirement.name)]), requirement


def test_the_lab_comes_without_test_tools_and_the_tests_with_the_same_lab():
    runtime, tests = ((ROOT / file).read_text() for file in REQUIREMENTS)
    assert not names(runtime) & {"pytest", "playwright", "nbval", "hypothesis", "ruff", "mypy", "import-linter"}

    def pins(text):
        return {line.rstrip(" \\") for line in text.splitlines() if "==" in line and not line.startswith(" ")}

    assert pins(runtime) <= pins(tests)
    assert pins((ROOT / "requirements-conda.txt").read_text()) <= pins(runtime)


def test_no_file_names_a_registry_host():
    hosts = re.compile("|".join([r"pypi\.org", r"pythonhosted", r"index-url +http", r"anaconda\.(org|com)", r"npmjs"]))
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    paths = [ROOT / name for name in listed.stdout.splitlines() if name != "tests/test_run.py"]
    assert len(paths) > 50
    for path in paths:
        if path.is_file():
            assert not hosts.search(path.read_text(encoding="utf-8", errors="ignore")), path


def test_conda_installs_the_same_and_the_lab_itself():
    text = (ROOT / "environment.yml").read_text()
    assert re.findall(r"^ {6}- (.+)$", text, re.MULTILINE) == ["-c requirements-conda.txt", "."]
    assert re.findall(r"channels:\n((?:  - .+\n)+)", text) == ["  - conda-forge\n"]
