"""How the lab opens: which folder it serves, how notebooks reach a learner, and how JupyterLab is started.

JupyterLab gets its calm settings through ``JUPYTER_CONFIG_PATH`` and keeps what a learner changes in a place of its
own, so that a person's own Jupyter stays as it is and a plain ``jupyter lab`` is unchanged.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import closing
from pathlib import Path

from qspo_lab import __version__

HERE = Path(__file__).parent
RECORD = ".qspo-lab.json"
"""Beside copied notebooks: which shipped version of each the learner has seen."""


def checkout() -> Path | None:
    """Return the folder of the project if the package runs from one, None if it was installed from a wheel."""
    root = HERE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir() else None


def shipped_notebooks() -> Path:
    """Return the folder of the notebooks that came with this version."""
    root = checkout()
    return root / "notebooks" if root else HERE / "notebooks"


def pinned_requirements() -> Path:
    """Return the file of the package versions that this version was tested with."""
    root = checkout()
    return root / "requirements.txt" if root else HERE / "requirements.txt"


def learner_folder(workspace: Path | None) -> Path:
    """Return the folder in which a learner works.

    Parameters
    ----------
    workspace
        The folder that the learner named, if any. Otherwise a checkout serves its own notebooks, and a wheel uses
        ``qspo-lab`` in the home folder.
    """
    if workspace is not None:
        return workspace.expanduser().resolve()
    return shipped_notebooks() if checkout() else Path.home() / "qspo-lab"


def copy_notebooks(source: Path, target: Path) -> list[tuple[str, str]]:
    """Bring the notebooks to a learner and never overwrite anything.

    What is not there yet is copied. What is there is left alone, whatever it holds. If this version ships something
    newer than what the learner once got, that is put beside it under a name that says so, once.

    Parameters
    ----------
    source
        Folder of the shipped notebooks.
    target
        The learner's folder; made if missing.

    Returns
    -------
    list of (str, str)
        The name of each notebook that was kept, and the name of the newer one now beside it.

    Raises
    ------
    OSError
        If the folder cannot be read or written, or the disk is full. Nothing of the learner's is harmed.
    """
    target.mkdir(parents=True, exist_ok=True)
    seen = _read_record(target / RECORD)
    beside = []
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        name = path.relative_to(source)
        if any(part.startswith((".", "workbook")) for part in name.parts):
            continue
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if not _write_new(target / name, content) and seen.get(name.as_posix()) != digest:
            new_name = _write_beside(target / name, content)
            if new_name:
                beside.append((name.as_posix(), new_name))
        seen[name.as_posix()] = digest
    _write_record(target / RECORD, seen)
    return beside


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file that does not exist yet, wholly or not at all; say whether it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            try:
                file.write(content)
            except BaseException:
                file.close()
                path.unlink()
                raise
    except FileExistsError:
        return False
    return True


def _write_beside(path: Path, content: bytes) -> str | None:
    """Write a newer version beside a file and return its name; None if the content is there already."""
    if path.read_bytes() == content:
        return None
    for name in _names_beside(path):
        beside = path.with_name(name)
        if _write_new(beside, content):
            return name
        if beside.read_bytes() == content:
            return None
    return None


def _names_beside(path: Path) -> Iterator[str]:
    yield f"{path.stem} (new in {__version__}){path.suffix}"
    for number in range(2, 100):
        yield f"{path.stem} (new in {__version__}, {number}){path.suffix}"


def _read_record(path: Path) -> dict[str, str]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write_record(path: Path, record: Mapping[str, str]) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
    draft.replace(path)


def port_is_free(port: int) -> bool:
    """Say whether the lab could listen on a port of this machine."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def set_environment(environment: MutableMapping[str, str]) -> None:
    """Put the lab's settings before a person's own, without touching those.

    Parameters
    ----------
    environment
        Changed in place: ``JUPYTER_CONFIG_PATH``, and unless set already the folders in which JupyterLab keeps
        settings and open tabs.
    """
    own = own_folder()
    before = environment.get("JUPYTER_CONFIG_PATH")
    ours = str(HERE / "jupyter" / "config")
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join([ours, before] if before else [ours])
    environment.setdefault("JUPYTERLAB_SETTINGS_DIR", str(own / "settings"))
    environment.setdefault("JUPYTERLAB_WORKSPACES_DIR", str(own / "workspaces"))


def own_folder() -> Path:
    """Return the folder in which the lab keeps what a learner changes in JupyterLab itself."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "qspo-lab"


def forget_open_tabs() -> None:
    """Let go of the tabs of last time: a page with many exercises opens alone and not four at once."""
    shutil.rmtree(own_folder() / "workspaces", ignore_errors=True)


def lab_options(folder: Path, notebook: str, port: int | None, browser: bool) -> list[str]:
    """Return the options with which JupyterLab is started.

    Parameters
    ----------
    folder
        What it serves.
    notebook
        What it opens, relative to the folder.
    port
        The one port to use; None takes 8888 or the next free one.
    browser
        Whether a browser window opens.
    """
    from urllib.parse import quote

    options = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/doc/tree/{quote(notebook)}",
        "--ServerApp.answer_yes=True",
        "--ServerApp.terminals_enabled=False",
        "--Application.log_level=ERROR",
    ]
    if port is not None:
        options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    return options


def open_lab(folder: Path, notebook: str, port: int | None, browser: bool) -> None:
    """Start JupyterLab here and stay until it is stopped.

    The settings are in place before JupyterLab is imported, since it reads them then.
    """
    set_environment(os.environ)
    forget_open_tabs()
    from jupyterlab.labapp import LabApp

    sys.argv[0] = shutil.which("jupyter-lab") or "jupyter-lab"
    LabApp.launch_instance(argv=lab_options(folder, notebook, port, browser))
