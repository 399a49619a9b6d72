"""A real JupyterLab, started by the lab's own command, and a real browser in front of it.

A browser test asks for ``lab`` and ``open_notebook``. Folders for settings, data and notebooks are temporary, nothing
may leave the machine, no page may raise an error, and no kernel outlives its test.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

HERE = Path(__file__).parent
TOKEN = "t"
PATIENCE = 60
USUAL_SIZE: ViewportSize = {"width": 1280, "height": 800}
OF_A_DEAD_KERNEL = "Canceled future for"  # JupyterLab's own word for a question that a kernel died over
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

PANEL_READY = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  const pause = () => new Promise((done) => setTimeout(done, 20));
  while (!(app.shell.currentWidget?.context && app.shell.currentWidget?.sessionContext)) await pause();
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  while (panel.content.widgets.length !== panel.context.model.cells.length) await pause();
}"""
PANEL = "window.jupyterapp.shell.currentWidget"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder drive a browser."""
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker("browser")


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Parameters
    ----------
    address
        Without a slash at the end.
    folder
        What it serves; the notebooks of the project are copied there.
    log
        What it has printed.
    settings
        Where it keeps what a person chose in its menus, such as the theme.
    """

    address: str
    folder: Path
    log: Path
    settings: Path

    def write_notebook(self, name: str, *sources: str, autorun: bool = True, course: bool = True) -> str:
        """Write a small notebook into the folder and return its name.

        Parameters
        ----------
        name
            File name.
        *sources
            One cell each: code, or Markdown if it begins with ``#`` and a blank.
        autorun
            Whether the mark of the course asks for running on open.
        course
            Whether there is a mark of the course at all.
        """
        hidden = {"jupyter": {"source_hidden": True}} if course else {}
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        )
        if course:
            notebook.metadata["qspo"] = {"autorun": autorun}
        for source in sources:
            if source.startswith("# "):
                notebook.cells.append(nbformat.v4.new_markdown_cell(source))
            else:
                notebook.cells.append(nbformat.v4.new_code_cell(source, metadata=hidden))
        nbformat.write(notebook, self.folder / name)
        return name

    def read_notebook(self, name: str) -> Any:
        """Return a notebook as it stands on the disk."""
        return nbformat.read(self.folder / name, as_version=4)

    def ask(self, path: str, method: str = "GET") -> Any:
        """Ask the server itself; returns what it says."""
        request = urllib.request.Request(
            f"{self.address}{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def stop_kernels(self) -> None:
        """Shut down every kernel."""
        for session in self.ask("/api/sessions"):
            self.ask(f"/api/sessions/{session['id']}", "DELETE")
        for kernel in self.ask("/api/kernels"):
            self.ask(f"/api/kernels/{kernel['id']}", "DELETE")

    def forget_settings(self) -> None:
        """Put every menu back to what the lab starts with: what one test chose is not the next one's."""
        for path in self.settings.rglob("*.jupyterlab-settings"):
            path.unlink()


@dataclass(frozen=True)
class Tab:
    """A notebook open in the browser."""

    page: Page
    lab: Lab

    def wait_for_run(self, number: int = 1) -> None:
        """Wait until all cells of the notebook were run that often since it was opened."""
        self.page.wait_for_function(
            f"(n) => {{ const node = {PANEL}?.node; return node?.dataset.qspoRun === 'done'"
            " && Number(node.dataset.qspoRuns) >= n; }",
            arg=number,
            timeout=PATIENCE * 1000,
        )

    def runs(self) -> int:
        """Return how often all cells were run since the notebook was opened."""
        return int(self.page.evaluate(f"() => Number({PANEL}.node.dataset.qspoRuns ?? 0)"))

    def ask(self, expression: str) -> Any:
        """Return what an expression is in the notebook's kernel; what it is must be plain JSON."""
        text = self.page.evaluate(
            f"""async (expression) => {{
              const kernel = {PANEL}.sessionContext.session.kernel;
              const content = {{ code: '', user_expressions: {{ it: expression }}, store_history: false }};
              const reply = await kernel.requestExecute(content).done;
              const found = reply.content.user_expressions.it;
              if (found.status !== 'ok') throw new Error(found.evalue);
              return found.data['text/plain'];
            }}""",
            f"__import__('json').dumps({expression})",
        )
        return json.loads(ast.literal_eval(text))

    def kill_kernel(self) -> None:
        """End the kernel's process as a crash would; the server starts it anew."""
        self.page.evaluate(
            f"(code) => void {PANEL}.sessionContext.session.kernel.requestExecute({{ code }})", "import os; os._exit(1)"
        )

    def command(self, name: str) -> Any:
        """Run a command of JupyterLab's menus."""
        return self.page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)

    def save(self) -> None:
        """Save the notebook and wait until it is saved."""
        self.page.evaluate(f"() => {PANEL}.context.save()")

    def cells(self) -> list[tuple[str, str]]:
        """Return kind and source of each cell as the page has them."""
        found = self.page.evaluate(
            f"() => Array.from({PANEL}.content.model.cells, (c) => [c.type, c.sharedModel.getSource()])"
        )
        return [(kind, source) for kind, source in found]


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def isolated(root: Path) -> dict[str, str]:
    """Return an environment in which Jupyter keeps everything below a folder."""
    names = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME"]
    names += ["JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]
    own = {name: str(root / name.lower()) for name in names}
    for folder in own.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "QSPO"))}
    return {**kept, **own, "JUPYTER_TOKEN": TOKEN}


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a server, or fail with the end of its log."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2).read()
            return
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server and the kernels it has started."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)


def watch(page: Page, lab: Lab, asked_outside: list[str], page_errors: list[str]) -> None:
    """Write down what a page asks for off the machine and every error that it raises."""
    inside = (lab.address, lab.address.replace("http", "ws"), "data:", "blob:", "about:")
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: None if OF_A_DEAD_KERNEL in str(error) else page_errors.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(inside) else asked_outside.append(r.url))
    page.on("websocket", lambda s: None if s.url.startswith(inside) else asked_outside.append(s.url))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab for all browser tests, started as a learner starts it, on copies of the notebooks."""
    root = tmp_path_factory.mktemp("lab")
    folder, log, port = root / "work", root / "lab.log", free_port()
    environment = isolated(root)
    settings = {"LabApp": {"expose_app_in_browser": True}}
    Path(environment["JUPYTER_CONFIG_DIR"], "jupyter_lab_config.json").write_text(json.dumps(settings))
    folder.mkdir()
    nbformat.write(nbformat.v4.new_notebook(), folder / "zz_blank.ipynb")
    command = [sys.executable, "-m", "qspo_lab.cli", "start", "--no-browser"]
    command += ["--port", str(port), "--workspace", str(folder)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=root, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(address, process, log)
        yield Lab(address, folder, log, Path(environment["JUPYTERLAB_SETTINGS_DIR"]))
    finally:
        stop(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the system."""
    path = os.environ.get("QSPO_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
    )
    if path is None:
        pytest.fail("There is no Chromium on this machine: install one, or name it in QSPO_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def asked_outside() -> list[str]:
    """Every address off the machine that a page asked for; must be empty at the end of a test."""
    return []


@pytest.fixture
def page_errors() -> list[str]:
    """Every error that a page raised; must be empty at the end of a test. A test that provokes one clears it."""
    return []


@pytest.fixture(scope="session")
def usual_context(browser: Browser) -> Iterator[BrowserContext]:
    """The window that tests share unless they ask for one of their own: it keeps JupyterLab's files at hand."""
    context = browser.new_context(viewport=USUAL_SIZE)
    yield context
    context.close()


@pytest.fixture
def new_page(
    lab: Lab, browser: Browser, usual_context: BrowserContext, asked_outside: list[str], page_errors: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open an empty page; with options as for a Playwright context, such as ``color_scheme="dark"``, in its own."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []

    def open_page(**options: Any) -> Page:
        if options:
            contexts.append(browser.new_context(**{"viewport": USUAL_SIZE, **options}))
        pages.append((contexts[-1] if options else usual_context).new_page())
        watch(pages[-1], lab, asked_outside, page_errors)
        return pages[-1]

    yield open_page
    for one in (*pages, *contexts):
        one.close()
    lab.stop_kernels()
    lab.forget_settings()
    assert not asked_outside, f"asked for something off the machine: {asked_outside}"
    assert not page_errors, f"errors on the page: {page_errors}"


def open_tab(page: Page, lab: Lab, name: str) -> Tab:
    """Open a notebook in a page and wait until it and its kernel are there."""
    page.goto(f"{lab.address}/doc/tree/{name}?reset&token={TOKEN}")
    page.wait_for_function("() => !!window.jupyterapp", timeout=PATIENCE * 1000)
    page.evaluate(PANEL_READY)
    return Tab(page, lab)


@pytest.fixture
def open_notebook(lab: Lab, new_page: Callable[..., Page]) -> Callable[..., Tab]:
    """Open a notebook in a window of its own and wait until it has run.

    ``open_notebook(name, wait=True, **options)``: with ``wait=False`` only until notebook and kernel are there.
    """

    def open_one(name: str, wait: bool = True, **options: Any) -> Tab:
        tab = open_tab(new_page(**options), lab, name)
        if wait:
            tab.wait_for_run()
        return tab

    return open_one


@pytest.fixture
def axe() -> Callable[[Page], Sequence[Any]]:
    """Return the serious faults of accessibility inside the outputs of a page."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

    def faults(page: Page) -> Sequence[Any]:
        found = Axe().run(
            page,
            context={"include": [[".jp-OutputArea-output"]]},
            options={"runOnly": {"type": "tag", "values": tags}},
        )
        return [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]

    return faults
