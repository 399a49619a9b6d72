"""The command qspo-lab: it prepares a folder without harming work, checks a machine, and shows the course."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from qspo_lab import check, cli, launch

OLD, NEW, MINE = b'{"old": 1}', b'{"new": 2}', b'{"mine": 3}'


@pytest.fixture
def shipped(tmp_path):
    folder = tmp_path / "shipped"
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / ".ipynb_checkpoints" / "a.ipynb").write_bytes(OLD)
    (folder / "00_start_here.ipynb").write_bytes(OLD)
    (folder / "01_more.ipynb").write_bytes(OLD)
    (folder / "workbook.json").write_bytes(b"{}")
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "a folder with blanks" / "work"


@pytest.fixture
def opened(monkeypatch, shipped):
    """Calls of JupyterLab, noted and not made; the notebooks are the small ones."""
    calls = []
    monkeypatch.setattr(launch, "open_lab", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(launch, "shipped_notebooks", lambda: shipped)
    return calls


def test_notebooks_are_copied_and_nothing_else(shipped, target):
    assert launch.copy_notebooks(shipped, target) == []
    assert sorted(path.name for path in target.iterdir()) == [launch.RECORD, "00_start_here.ipynb", "01_more.ipynb"]


def test_work_is_never_overwritten(shipped, target):
    launch.copy_notebooks(shipped, target)
    (target / "00_start_here.ipynb").write_bytes(MINE)
    assert launch.copy_notebooks(shipped, target) == []
    assert (target / "00_start_here.ipynb").read_bytes() == MINE


def test_a_newer_version_is_put_beside_once(shipped, target):
    launch.copy_notebooks(shipped, target)
    (target / "00_start_here.ipynb").write_bytes(MINE)
    (shipped / "00_start_here.ipynb").write_bytes(NEW)
    beside = f"00_start_here (new in {launch.__version__}).ipynb"
    assert launch.copy_notebooks(shipped, target) == [("00_start_here.ipynb", beside)]
    assert (target / "00_start_here.ipynb").read_bytes() == MINE
    assert (target / beside).read_bytes() == NEW
    (target / beside).write_bytes(b"worked on")
    assert launch.copy_notebooks(shipped, target) == []
    (shipped / "00_start_here.ipynb").write_bytes(OLD)
    second = f"00_start_here (new in {launch.__version__}, 2).ipynb"
    assert launch.copy_notebooks(shipped, target) == [("00_start_here.ipynb", second)]
    assert (target / beside).read_bytes() == b"worked on"


@pytest.mark.parametrize("record", [None, b"", b'{"00_start', b"[]"])
def test_a_notebook_of_the_same_name_is_kept_also_without_a_record(shipped, target, record):
    target.mkdir(parents=True)
    (target / "00_start_here.ipynb").write_bytes(MINE)
    if record is not None:
        (target / launch.RECORD).write_bytes(record)
    assert [kept for kept, _ in launch.copy_notebooks(shipped, target)] == ["00_start_here.ipynb"]
    assert (target / "00_start_here.ipynb").read_bytes() == MINE


def test_a_full_disk_leaves_no_half_notebook(shipped, target, monkeypatch):
    real = Path.open

    class Full:
        """A file on a disk that is full after one byte."""

        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.close()

        def write(self, content):
            self.file.write(content[:1])
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            self.file.close()

    def full(path, mode="r", *arguments, **options):
        file = real(path, mode, *arguments, **options)
        return Full(file) if mode == "xb" else file

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="No space left"):
        launch.copy_notebooks(shipped, target)
    assert not list(target.glob("*.ipynb"))


def test_start_opens_the_first_notebook_of_the_learners_folder(opened, target):
    assert cli.main(["start", "--workspace", str(target), "--no-browser"]) == 0
    assert opened == [(target, "00_start_here.ipynb", None, False)]


def test_start_opens_a_notebook_that_is_named(opened, target, unused_port):
    words = ["start", "--workspace", str(target), "--port", str(unused_port), "01_more.ipynb"]
    assert cli.main(words) == 0
    assert opened == [(target, "01_more.ipynb", unused_port, True)]


def test_start_tells_of_a_newer_version_in_one_line(opened, shipped, target, capsys):
    cli.main(["start", "--workspace", str(target)])
    (shipped / "01_more.ipynb").write_bytes(NEW)
    capsys.readouterr()
    cli.main(["start", "--workspace", str(target)])
    told = [line for line in capsys.readouterr().out.splitlines() if "01_more" in line]
    assert len(told) == 1
    assert "Yours was left as it is." in told[0]


@pytest.fixture
def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def used_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def refusal(capsys, words):
    assert cli.main(words) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_a_busy_port_that_was_named_is_refused_in_one_sentence(opened, target, used_port, capsys):
    assert f"Port {used_port} is in use" in refusal(capsys, ["start", "--port", str(used_port)])
    assert opened == []
    assert "from 1024 to 65535" in refusal(capsys, ["start", "--port", "99999"])


def test_a_folder_or_notebook_that_cannot_be_is_refused_in_one_sentence(opened, target, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert "cannot be used" in refusal(capsys, ["start", "--workspace", str(tmp_path / "file")])
    text = refusal(capsys, ["start", "--workspace", str(target), "02_none.ipynb"])
    assert "There is no 02_none.ipynb" in text
    assert "00_start_here.ipynb and 01_more.ipynb" in text
    assert opened == []


def test_a_misspelt_option_is_refused_and_no_command_explained(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["start", "--prot", "1"])
    assert stop.value.code == 2
    assert cli.main([]) == 2


def test_the_labs_settings_come_first_and_a_persons_own_stay(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    environment = {"JUPYTER_CONFIG_PATH": "/mine", "JUPYTERLAB_SETTINGS_DIR": "/chosen"}
    launch.set_environment(environment)
    ours, mine = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert mine == "/mine"
    settings = json.loads((Path(ours) / "labconfig" / "default_setting_overrides.json").read_text())
    assert settings["@jupyterlab/docmanager-extension:plugin"]["autosaveInterval"] == 15
    assert environment["JUPYTERLAB_SETTINGS_DIR"] == "/chosen"
    assert environment["JUPYTERLAB_WORKSPACES_DIR"].startswith(str(tmp_path))


def test_tabs_of_last_time_are_forgotten_and_chosen_settings_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    for folder in ("workspaces", "settings"):
        (tmp_path / "qspo-lab" / folder).mkdir(parents=True)
    launch.forget_open_tabs()
    assert [path.name for path in (tmp_path / "qspo-lab").iterdir()] == ["settings"]


def test_a_port_that_was_named_is_the_only_one_and_root_is_allowed_only_to_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    options = launch.lab_options(Path("/w"), "a b.ipynb", 9000, browser=True)
    assert {"--ServerApp.port=9000", "--ServerApp.port_retries=0"} <= set(options)
    assert "--LabApp.default_url=/doc/tree/a%20b.ipynb" in options
    assert not {"--allow-root", "--no-browser"} & set(options)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    options = launch.lab_options(Path("/w"), "a.ipynb", None, browser=False)
    assert {"--allow-root", "--no-browser"} <= set(options)
    assert not [option for option in options if "port" in option]


def test_every_setting_of_ours_is_one_that_jupyterlab_knows():
    ours = launch.HERE / "jupyter" / "config" / "labconfig" / "default_setting_overrides.json"
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for plugin, settings in json.loads(ours.read_text()).items():
        package, name = plugin.split(":")
        known = json.loads((schemas / package / f"{name}.json").read_text())
        allowed = set(known["properties"]) | {"menus", "toolbar"}
        assert set(settings) <= allowed, plugin


def test_versions_are_compared_with_those_that_were_tested():
    text = (
        "pytest==0.1 \\\n    --hash=sha256:aa\nnot-there-at-all==2 ; python_version >= '3'\nwin==1 ; os_name == 'no'\n"
    )
    wanted = check.pins(text)
    assert wanted == {"pytest": "0.1", "not-there-at-all": "2"}
    found = check.check_packages(cli.WORDS, wanted)
    assert not found.ok
    assert "instead of 0.1" in found.said
    assert "not-there-at-all is missing" in found.said


@pytest.mark.parametrize(
    ("version", "ok"), [((3, 10, 9), False), ((3, 11, 0), True), ((3, 13, 5), True), ((3, 14, 0), False)]
)
def test_the_version_of_python_is_checked(version, ok):
    assert check.check_python(cli.WORDS, version).ok is ok


def test_the_folder_is_tried_as_the_workbook_uses_it_and_left_clean(tmp_path):
    assert check.check_folder(tmp_path / "new", cli.WORDS).ok
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").write_text("x")
    bad = check.check_folder(tmp_path / "file", cli.WORDS)
    assert not bad.ok
    assert "--workspace" in bad.said


def test_a_busy_port_matters_only_if_it_was_named(used_port, monkeypatch):
    assert not check.check_port(used_port, cli.WORDS).ok
    monkeypatch.setattr(launch, "port_is_free", lambda port: False)
    assert check.check_port(None, cli.WORDS).ok


def test_what_was_asked_from_the_network_is_named(monkeypatch, tmp_path):
    assert "example.invalid" in check.check_offline(cli.WORDS, ["example.invalid"]).said
    monkeypatch.setattr(check.sys, "prefix", str(tmp_path))
    assert "missing on this machine" in check.check_offline(cli.WORDS, []).said


def test_the_check_starts_a_kernel_and_a_board_answers():
    points = dict(check.check_kernel(cli.WORDS))
    assert list(points) == ["kernel", "widgets", "offline"]
    assert [point.said for point in points.values() if not point.ok] == []


def test_a_kernel_that_asks_the_network_is_caught(monkeypatch):
    asking = (
        check.OPEN_A_BOARD + "\nimport socket\ntry: socket.getaddrinfo('example.invalid', 80)\nexcept OSError: pass"
    )
    monkeypatch.setattr(check, "OPEN_A_BOARD", asking)
    assert "example.invalid" in dict(check.check_kernel(cli.WORDS))["offline"].said


def test_a_board_that_does_not_open_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr(check, "OPEN_A_BOARD", "raise ValueError('no board\\ntoday')")
    points = dict(check.check_kernel(cli.WORDS))
    assert not points["widgets"].ok
    assert "no board" in points["widgets"].said
    assert "\n" not in points["widgets"].said


def test_the_check_ends_with_one_if_a_point_fails(monkeypatch, capsys):
    found = [("python", check.Found(True, "fine")), ("port", check.Found(False, "busy"))]
    monkeypatch.setattr(check, "points", lambda *arguments: iter(found))
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 of 2")
    monkeypatch.setattr(check, "points", lambda *arguments: iter(found[:1]))
    assert cli.main(["check"]) == 0


def test_the_course_shows_every_outcome_and_marks_open_terms(capsys):
    from qspo_lab import course
    from qspo_lab.texts import course_words

    assert cli.main(["course"]) == 0
    out = capsys.readouterr().out
    for number in range(1, 17):
        assert f"LO{number} " in out
    assert out.count("no exercise yet") == len(course.open_terms())
    for each in course.exercises():
        assert f"{each.title}, {each.minutes} min" in out
    for module in course.MODULES:
        assert course_words().say(f"modules.{module.key}") in out


def test_the_command_itself_loads_nothing_heavy():
    heavy = "{'numpy', 'pandas', 'ipywidgets', 'jupyterlab', 'IPython', 'babel'}"
    code = f"import sys, qspo_lab.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("extra", "fast", "everything"), [([], True, True), (["-x"], False, True), (["tests/test_cli.py"], True, False)]
)
def test_the_test_command_runs_all_tools_or_only_the_path_that_is_named(monkeypatch, extra, fast, everything):
    ran = []
    monkeypatch.setattr(cli, "runs_well", lambda root, tool: ran.append(tool) or tool[1] != "mypy")
    code = cli.main(["test", *(["--fast"] if fast else []), *extra])
    assert code == (1 if everything else 0)
    pages = everything and not fast
    tests = ran[-2] if pages else ran[-1]
    assert [tool[1] for tool in ran if tool[0] == "-m" and tool[1] != "pytest"] == (
        ["ruff", "ruff", "mypy"] if everything else []
    )
    assert (ran[-1][-1] == "browser") is pages
    assert ("not browser and not slow" in ran[-1]) is fast
    assert ("--nbval" in tests) is everything
    assert set(extra) <= set(ran[-1])
