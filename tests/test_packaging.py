"""A wheel carries everything and works outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A fresh environment with the wheel; the packages it needs are those of this one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()
    Path(packages, "needed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run(environment, *arguments, cwd):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTHONPATH", "QSPO"))}
    own |= {"HOME": str(cwd), "JUPYTER_CONFIG_DIR": str(cwd / "config"), "JUPYTER_DATA_DIR": str(cwd / "data")}
    return subprocess.run([str(environment), *arguments], cwd=cwd, env=own, capture_output=True, text=True)


def shipped(pattern):
    return {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern) if "__pycache__" not in path.parts}


def test_the_wheel_carries_code_words_boards_packs_notebooks_and_settings(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for pattern in ("qspo_lab/**/*.py", "qspo_lab/**/*.toml", "qspo_lab/**/*.js", "qspo_lab/**/*.css"):
        wanted = shipped(pattern)
        assert wanted
        assert wanted <= names
    assert shipped("qspo_lab/jupyter/config/**/*.json") <= names
    assert {f"qspo_lab/{name}" for name in shipped("notebooks/*.ipynb")} <= names
    assert "qspo_lab/requirements.txt" in names
    extension = {name.partition("share/jupyter/labextensions/qspo-lab-ui/")[2] for name in names}
    assert {"package.json", "static/lab.js", "static/lab.css", "static/words.en.toml"} <= extension


def test_the_wheel_carries_no_work_of_a_learner_and_no_tests(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [name for name in names if "workbook" in Path(name).stem and name.endswith(".json")]
    assert not [name for name in names if ".ipynb_checkpoints" in name or name.startswith("tests/")]


def test_outside_the_checkout_the_notebooks_are_copied_into_the_workspace(environment, tmp_path):
    code = """
import sys
from pathlib import Path
from qspo_lab import cli, launch
assert launch.checkout() is None, launch.HERE
launch.open_lab = lambda *arguments: print("opened", arguments[1])
sys.exit(cli.main(["start", "--workspace", "work"]))
"""
    first = run(environment, "-c", code, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "opened 00_start_here.ipynb" in first.stdout
    names = {path.name for path in (tmp_path / "work").glob("*.ipynb")}
    assert names == {Path(name).name for name in shipped("notebooks/*.ipynb")}
    (tmp_path / "work" / "00_start_here.ipynb").write_text("mine")
    assert run(environment, "-c", code, cwd=tmp_path).returncode == 0
    assert (tmp_path / "work" / "00_start_here.ipynb").read_text() == "mine"


def test_jupyterlab_finds_the_extension_of_the_wheel(environment, tmp_path):
    listed = run(environment, "-m", "jupyterlab.labextensions", "list", cwd=tmp_path)
    lines = [line for line in (listed.stdout + listed.stderr).splitlines() if "qspo-lab-ui" in line]
    assert lines, listed.stdout + listed.stderr
    assert "enabled" in lines[0]
    assert "OK" in lines[0]


def test_the_versions_of_package_and_extension_agree():
    import json
    import tomllib

    import qspo_lab

    extension = json.loads((ROOT / "qspo_lab/jupyter/labextension/package.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert extension["version"] == project["version"] == qspo_lab.__version__
