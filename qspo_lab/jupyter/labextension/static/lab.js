// A notebook of the course runs by itself, keeps its keys to itself and looks like a page.
//
// Written by hand, without a build: JupyterLab loads this file, hands over the modules that it shares, and asks for
// "./extension". A notebook takes part when its metadata holds "qspo"; all others are left as they are.
(function () {
  const NAME = "qspo-lab-ui";
  const here = document.currentScript.src;

  // ---------------------------------------------------------------- what JupyterLab shares

  let scope = {};

  async function shared(name) {
    const versions = Object.values(scope[name]);
    return (await versions[0].get())();
  }

  // ---------------------------------------------------------------- words

  // A text file of lines `name = "text"`: such a text is written the same in TOML and in JSON.
  async function words(language) {
    const answer = await fetch(new URL(`words.${language}.toml`, here));
    const lines = [...(await answer.text()).matchAll(/^(\w+)\s*=\s*(".*")\s*$/gm)];
    return Object.fromEntries(lines.map(([, name, text]) => [name, JSON.parse(text)]));
  }

  function addStyle() {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL("lab.css", here).href;
    const loaded = new Promise((done) => { link.onload = link.onerror = done; });
    document.head.append(link);
    return loaded;
  }

  // ---------------------------------------------------------------- keys

  // JupyterLab's one-letter shortcuts cut, move and delete cells. Outside a code or text editor no key reaches them,
  // only combinations such as Ctrl+S. What the key does in the page itself stays as it is.
  function guardKeys(node) {
    node.addEventListener("keydown", (event) => {
      const combination = (event.ctrlKey || event.metaKey) && event.key !== "Enter";
      if (!combination && !event.target.closest(".cm-editor")) event.stopPropagation();
    });
  }

  // ---------------------------------------------------------------- names for sliders

  // A slider of the widget library has no name for a screen reader; its visible label becomes one.
  function nameSliders(node) {
    for (const handle of node.querySelectorAll(".noUi-handle")) {
      const label = handle.closest(".jupyter-widgets")?.querySelector(".widget-label")?.textContent.trim();
      if (label && handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
    }
  }

  function keepSlidersNamed(node) {
    let due = false;
    new MutationObserver(() => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => { due = false; nameSliders(node); });
    }).observe(node, { childList: true, subtree: true, characterData: true });
  }

  // ---------------------------------------------------------------- running

  const isCode = (cell) => cell.model.type === "code";
  const WIDGET = "application/vnd.jupyter.widget-view+json";

  const outputsOf = (cell) => Array.from({ length: cell.model.outputs.length }, (_, i) => cell.model.outputs.get(i));

  // A table that is stored in the notebook is there already; its cell is marked.
  const isStored = (cell) => cell.model.getMetadata("qspo")?.stored === true && cell.model.outputs.length > 0;

  // A page that gets all its widgets at once is too busy to start them, so each cell's come up before the next cell runs.
  async function untilDrawn(cell) {
    const drawn = () => cell.node.querySelector(".qspo[data-ready]") && !cell.node.querySelector(".qspo:not([data-ready])");
    if (!outputsOf(cell).some((output) => WIDGET in output.data)) return;
    for (const end = performance.now() + 3000; performance.now() < end && !cell.isDisposed && !drawn();) await pause(20);
  }

  // Runs the cells of one notebook, one after the other: an activity that fails does not hold up the next.
  // There is never more than one run at a time.
  function makeRunner(panel, NotebookActions) {
    const session = panel.sessionContext;
    let current = null;
    let stopped = false;
    let runs = 0;

    async function runCells(all) {
      panel.node.dataset.qspoRun = "running";
      let failed = 0;
      for (const cell of panel.content.widgets.filter((cell) => isCode(cell) && (all || !isStored(cell)))) {
        const ok = await NotebookActions.runCells(panel.content, [cell], session);
        if (stopped || panel.isDisposed) return false;
        if (!ok) failed += 1;
        if (ok) await untilDrawn(cell);
      }
      runs += 1;
      panel.node.dataset.qspoFailed = String(failed);
      panel.node.dataset.qspoRuns = String(runs);
      panel.node.dataset.qspoRun = "done";
      return true;
    }

    return {
      run({ all = true } = {}) {
        stopped = false;
        current ??= runCells(all).finally(() => { current = null; });
        return current;
      },
      async stop() {
        stopped = true;
        await current;
      },
    };
  }

  // The page first shows one placeholder cell and a kernel that only seems idle: wait for the real ones.
  async function untilReady(panel) {
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session?.kernel?.info;
    while (!panel.isDisposed && panel.content.widgets.length !== panel.context.model.cells.length) await pause(20);
  }

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // A notebook that JupyterLab reopens behind another one waits until somebody looks at it.
  function untilVisible(node) {
    return new Promise((done) => {
      const observer = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        done();
      });
      observer.observe(node);
    });
  }

  async function startAll(panel, runner) {
    const session = panel.sessionContext;
    const status = session.session?.kernel?.status;
    if (status === "dead" || status === "autorestarting") await session.restartKernel();
    else if (!session.session?.kernel) await session.startKernel();
    await session.session?.kernel?.info;
    return runner.run();
  }

  // ---------------------------------------------------------------- after a restart or a crash

  const CRASHES_IN_A_ROW = 2;

  // Widgets of a kernel that is gone look alive and are dead, so everything runs again. An activity that takes the
  // kernel down each time is not run for ever; the Start button stays.
  function runAfterRestarts(panel, runner, { NotebookActions, Dialog }) {
    const session = panel.sessionContext;
    let scheduled = 0;
    let restart = null;
    let crashes = 0;
    const onScheduled = (_, { notebook }) => { if (notebook === panel.content) scheduled += 1; };

    async function rerun({ mark, ended }) {
      await ended;
      await pause(300); // "Restart and run all" of the menu runs by itself: then there is nothing to do.
      if (panel.isDisposed || scheduled !== mark || crashes > CRASHES_IN_A_ROW) return;
      if (await runner.run({ all: false })) crashes = 0;
    }

    function onStatus(_, status) {
      if (status === "autorestarting") {
        crashes += 1;
        closeNotice(Dialog, session.session?.path);
      }
      if (status === "restarting" || status === "autorestarting") restart ??= { mark: scheduled, ended: runner.stop() };
      if (status === "idle" && restart) {
        void rerun(restart);
        restart = null;
      }
    }

    NotebookActions.executionScheduled.connect(onScheduled);
    session.statusChanged.connect(onStatus);
    panel.disposed.connect(() => {
      NotebookActions.executionScheduled.disconnect(onScheduled);
      session.statusChanged.disconnect(onStatus);
    });
  }

  // The notebook has just opened "Kernel Restarting" for the same signal; the activities come back without a question.
  // It is known by the notebook that it names, whatever the language of the page.
  function closeNotice(Dialog, path) {
    Dialog.tracker.filter((dialog) => dialog.node.textContent.includes(path)).forEach((dialog) => dialog.resolve());
  }

  // ---------------------------------------------------------------- a notebook of the course

  const started = new WeakSet();

  async function takeIn(panel, modules) {
    await panel.context.ready;
    const mark = panel.context.model.getMetadata("qspo");
    if (!mark || panel.isDisposed) return;

    panel.addClass("qspo-notebook");
    panel.fit(); // the toolbar has become higher
    guardKeys(panel.content.node);
    keepSlidersNamed(panel.content.node);
    const runner = makeRunner(panel, modules.NotebookActions);
    const button = new modules.ToolbarButton({
      label: modules.words.start, tooltip: modules.words.start_note, onClick: () => void startAll(panel, runner),
    });
    panel.toolbar.insertItem(0, "qspo-start", button);

    // A second view of the same notebook shares its cells: they run once.
    if (!mark.autorun || started.has(panel.context)) return;
    started.add(panel.context);
    await untilVisible(panel.node);
    await untilReady(panel);
    if (panel.isDisposed) return;
    runAfterRestarts(panel, runner, modules);
    await runner.run({ all: false });
  }

  async function makePlugin() {
    const { INotebookTracker, NotebookActions } = await shared("@jupyterlab/notebook");
    const { Dialog } = await shared("@jupyterlab/apputils");
    const { ToolbarButton } = await shared("@jupyterlab/ui-components");
    return {
      id: `${NAME}:plugin`,
      description: "Runs the activities of a course notebook, guards its keys and hides its code.",
      autoStart: true,
      requires: [INotebookTracker],
      activate: async (app, tracker) => {
        await addStyle();
        const modules = { NotebookActions, Dialog, ToolbarButton, words: await words("en") };
        tracker.widgetAdded.connect((_, panel) => void takeIn(panel, modules));
        tracker.forEach((panel) => void takeIn(panel, modules));
      },
    };
  }

  // ---------------------------------------------------------------- how JupyterLab finds it

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB[NAME] = {
    init: (given) => { scope = given; },
    get: async (module) => {
      if (module !== "./extension") throw new Error(`${NAME} has no ${module}`);
      const plugin = await makePlugin();
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
