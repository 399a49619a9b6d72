// ---------------------------------------------------------------- plotly.js, once per page

// Shared by all plot boards of a page, whichever notebook and kernel they belong to.
const plotly = (globalThis.__qspoPlotly ??= newLoader());

function newLoader() {
  const loader = { page: Math.random().toString(36).slice(2), askedAt: -Infinity, lib: null, failed: false };
  loader.ready = new Promise((resolve) => { loader.found = (lib) => { loader.lib = lib; resolve(lib); }; });
  return loader;
}

// Ask this board's kernel. A kernel may be gone, or be busy for long, and a board may be closed before its answer
// comes: boards that wait ask again, a few seconds apart; the kernel sends a page the same thing only once in a while.
function askForPlotly(model) {
  const there = globalThis.Plotly;
  if (!plotly.lib && there?.react && Number.parseInt(there.version, 10) >= 4) plotly.found(there);
  if (plotly.lib || performance.now() - plotly.askedAt < 3000) return;
  plotly.askedAt = performance.now();
  try {
    model.send({ type: "plotly", page: plotly.page, gzip: "DecompressionStream" in globalThis });
  } catch {
    plotly.askedAt = -Infinity;  // this kernel is gone; the next board may ask another one
  }
}

async function takePlotly(message, buffers) {
  if (message?.type !== "plotly" || plotly.lib || plotly.taking) return;
  plotly.taking = true;
  try {
    if (message.missing) throw new Error("plotly.js is not installed");
    const packed = new Blob([buffers[0]]);
    const text = message.gzip ? await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text() : await packed.text();
    // Run as a module of its own with its own `module`: page-wide loaders such as `define` never see it.
    const url = URL.createObjectURL(new Blob(["const module = { exports: {} };\n", text, "\nexport default module.exports;"], { type: "text/javascript" }));
    plotly.found((await import(url)).default);
    URL.revokeObjectURL(url);
  } catch (error) {
    console.error(error);
    plotly.failed = true;
  } finally {
    plotly.taking = false;
  }
}

// ---------------------------------------------------------------- colours

// Put the theme's colour in place of each "var(--q-you)", under keys that hold colours and nowhere else.
function coloured(part, palette, isColour = false) {
  if (typeof part === "string") return isColour ? part.replace(/^var\((--[a-z-]+)\)$/, (_, name) => palette(name)) : part;
  if (Array.isArray(part)) return part.map((item) => coloured(item, palette, isColour));
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, coloured(value, palette, /color(scale)?$/.test(key))]));
}

// ---------------------------------------------------------------- plot board

const QUIET = { displayModeBar: false, displaylogo: false, scrollZoom: false, doubleClick: false, showTips: false, responsive: false };
const PATIENCE = 6000;

function render({ model, el }) {
  const word = (name) => model.get("words")?.[name] ?? name;
  const title = h("figcaption", { class: "qspo-plot-title" });
  const area = h("div", { class: "qspo-plot-area", role: "img" });
  const note = h("p", { class: "qspo-plot-note", role: "status" });
  const save = h("button", { type: "button", class: "qspo-plot-save", onclick: savePicture });
  const root = h("figure", { class: "qspo qspo-plot", data: { board: "plot" } }, title, area, note, save);
  guardKeys(root);

  let visible = false;   // in view, or near it
  let due = true;        // what is drawn is not what should be
  let drawnWidth = 0;
  let drawnPalette = "";
  let draws = 0;
  let waiting = null;
  let waitingSince = 0;
  let closed = false;

  // ---- paint

  function paint() {
    const { data, layout } = model.get("figure");
    root.hidden = !data;
    title.textContent = model.get("title");
    title.hidden = !title.textContent;
    save.textContent = word("save");
    area.setAttribute("aria-label", `${model.get("title")} ${model.get("description")}`.trim());
    area.style.height = data ? `${layout.height ?? 360}px` : "";
    due = true;
    say("");
    draw();
  }

  function draw() {
    const figure = model.get("figure");
    const width = area.clientWidth;
    if (closed || !due || !visible || !figure.data || !width) return;
    if (!plotly.lib) { wait(); return; }
    stopWaiting();
    say("");
    try {
      const { data, layout } = dressed(figure);
      plotly.lib.react(area, data, { ...layout, title: undefined, width, height: layout.height ?? 360 }, QUIET);
      due = false;
      drawnWidth = width;
      root.dataset.drawn = String(++draws);
    } catch (error) {
      console.error(error);
      say(word("failed"));
    }
  }

  // The figure in this theme's colours and this page's font.
  function dressed({ data, layout }) {
    const style = getComputedStyle(root);
    const palette = (name) => style.getPropertyValue(name).trim() || style.color;
    drawnPalette = paletteKey();
    const { data: traces, layout: frame } = coloured({ data, layout }, palette);
    return { data: traces, layout: { ...frame, font: { ...frame.font, family: style.fontFamily } } };
  }

  function paletteKey() {
    const style = getComputedStyle(root);
    return ["--q-ink", "--q-paper", "--q-you", "--q-rule"].map((name) => style.getPropertyValue(name)).join();
  }

  function say(text) {
    if (note.textContent !== text) note.textContent = text;
    note.hidden = !text;
    area.hidden = Boolean(text);
    save.hidden = Boolean(text) || !plotly.lib;
  }

  // ---- waiting for plotly.js

  function wait() {
    if (waiting) return;
    waitingSince = performance.now();
    const look = () => {
      askForPlotly(model);
      if (plotly.failed) say(word("failed"));
      else if (performance.now() - waitingSince > PATIENCE) say(word("no_kernel"));
    };
    waiting = setInterval(look, 1000);
    look();
  }

  function stopWaiting() {
    clearInterval(waiting);
    waiting = null;
  }

  plotly.ready.then(() => { if (!closed) { say(""); draw(); } });

  // Have it at hand before the first answer: ask when the page has nothing better to do.
  const whenIdle = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, 200));
  const early = setTimeout(() => whenIdle(() => { if (!closed) askForPlotly(model); }), 1500);

  // ---- pointer

  function savePicture() {
    const { data, layout } = dressed(model.get("figure"));
    const paper = getComputedStyle(root).getPropertyValue("--q-paper").trim();
    const lines = String(layout.title?.text ?? "").split("<br>").length;
    plotly.lib.downloadImage({ data, layout: { ...layout, paper_bgcolor: paper } },
      { format: "png", scale: 2, width: Math.max(drawnWidth, 720), height: (layout.height ?? 360) + 24 * lines + 16, filename: word("file_name") });
  }

  // ---- page to view: in view, width, theme

  const inView = new IntersectionObserver((entries) => { visible = entries.at(-1).isIntersecting; draw(); }, { rootMargin: "200px" });
  const ofSize = new ResizeObserver(() => {
    if (!area.clientWidth || area.clientWidth === drawnWidth) return;
    due = true;
    draw();
  });
  const recolour = () => {
    if (!root.isConnected || paletteKey() === drawnPalette) return;
    due = true;
    draw();
  };
  const ofTheme = new MutationObserver(() => { recolour(); requestAnimationFrame(recolour); });

  // ---- model to view

  let scheduled = false;
  const shown = "change:figure change:title change:description change:words";
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => { scheduled = false; if (!closed) paint(); });
  };
  model.on(shown, schedule);
  model.on("msg:custom", takePlotly);
  el.append(root);
  paint();
  inView.observe(root);
  ofSize.observe(area);
  ofTheme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  root.dataset.ready = "1";

  // ---- cleanup

  return () => {
    closed = true;
    stopWaiting();
    clearTimeout(early);
    for (const observer of [inView, ofSize, ofTheme]) observer.disconnect();
    model.off(shown, schedule);
    model.off("msg:custom", takePlotly);
    plotly.lib?.purge(area);
  };
}

export default { render };
