// What every board shares. A board's own file follows this one in the same module (see board.py).
// Handlers change the value and then paint; `save` happens at the end of a gesture, never while painting.

// ---------------------------------------------------------------- elements

// Make an element. Text goes in as text, never as markup: no learner's or file's string can become an element.
function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "data") for (const [k, v] of Object.entries(value)) node.dataset[k] = v;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function svg(tag, props = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

let idCount = 0;
const freshId = (stem) => `qspo-${stem}-${Date.now().toString(36)}-${idCount++}`;

// Write a number as the page's language sets it; `pattern` puts it into words ("{} weeks").
function writeNumber(value, { pattern = "{}", factor = 1, places } = {}, language = "en-GB") {
  if (value === null || value === undefined) return "";
  const options = places === undefined ? { maximumFractionDigits: 2 } : { minimumFractionDigits: places, maximumFractionDigits: places };
  return pattern.replace("{}", numberFormat(language, options).format(value * factor).replace("-", "\u2212"));
}

// Making a format is slow, using it is fast: each is made once.
const numberFormats = new Map();
function numberFormat(language, options) {
  const key = JSON.stringify([language, options]);
  if (!numberFormats.has(key)) numberFormats.set(key, new Intl.NumberFormat(language, options));
  return numberFormats.get(key);
}

const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// JupyterLab's one-letter shortcuts cut and move cells. No key typed in here may reach them; Ctrl+S and the like may.
function guardKeys(node) {
  node.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

// ---------------------------------------------------------------- dragging: one path for mouse, pen and touch

// Follow the pointer from a pointerdown event. `move(dx, dy, event)` per move, `drop(event, moved)` at the end,
// `cancel()` when the browser or Escape ends it. A press that moves less than four pixels is a click.
function follow(event, node, { start, move, drop, cancel }) {
  if (event.button !== 0) return;
  const x0 = event.clientX, y0 = event.clientY;
  let moved = false;
  node.setPointerCapture(event.pointerId);
  const onMove = (e) => {
    const dx = e.clientX - x0, dy = e.clientY - y0;
    if (!moved && Math.hypot(dx, dy) < 4) return;
    if (!moved) { moved = true; start?.(e); }
    move?.(dx, dy, e);
  };
  const end = () => {
    node.removeEventListener("pointermove", onMove);
    node.removeEventListener("pointerup", onUp);
    node.removeEventListener("pointercancel", onCancel);
    document.removeEventListener("keydown", onKey, true);
  };
  const onUp = (e) => { end(); drop?.(e, moved); };
  const onCancel = () => { end(); cancel?.(); };
  const onKey = (e) => { if (e.key === "Escape") { e.stopPropagation(); onCancel(); } };
  node.addEventListener("pointermove", onMove);
  node.addEventListener("pointerup", onUp);
  node.addEventListener("pointercancel", onCancel);
  document.addEventListener("keydown", onKey, true);
}

// The element of a root under a point, ignoring one that is being dragged.
function elementUnder(root, x, y, selector, except) {
  const found = root.getRootNode().elementsFromPoint(x, y).find((node) => !except?.contains(node) && node.closest?.(selector));
  const hit = found?.closest(selector);
  return hit && root.contains(hit) ? hit : null;
}

// ---------------------------------------------------------------- what was not saved yet

// A change made while the kernel is away is kept here until a board of the same name is drawn again.
const pending = (globalThis.__qspoPending ??= new Map());

// Put a text, a node or a list of both into a table cell, unless it is there already.
function fillCell(node, cell) {
  const parts = [cell].flat().filter((part) => part !== null && part !== undefined && part !== false);
  const same = parts.length === node.childNodes.length && parts.every((part, i) => {
    const old = node.childNodes[i];
    return part instanceof Node ? part === old : old.nodeType === Node.TEXT_NODE && old.data === String(part);
  });
  if (!same) node.replaceChildren(...parts.map((part) => (part instanceof Node ? part : String(part))));
}

// ---------------------------------------------------------------- a board

function openBoard({ model, el }, kind) {
  const label = () => model.get("label");
  const live = h("div", { class: "qspo-live", role: "status", "aria-live": "polite" });
  const controlsNode = h("div", { class: "qspo-controls" });
  const surface = h("div", { class: "qspo-surface" });
  const twinBody = h("div", { class: "qspo-twin-body" });
  const twinSummary = h("summary", {});
  const twin = h("details", { class: "qspo-twin", ontoggle: () => board.paintTwin() }, twinSummary, twinBody);
  const parts = model.get("controls_below") ? [surface, twin, controlsNode] : [controlsNode, surface, twin];
  const root = h("div", { class: `qspo qspo-board qspo-${kind}`, role: "group", data: { board: kind } }, parts, live);
  guardKeys(root);

  const board = {
    model, root, surface,
    paint: () => {},
    // A board that has a table twin sets this to a function that returns {columns, rows}; cells are texts or elements.
    table: null,
    value: () => model.get("value"),
    locked: () => model.get("locked"),
    word(name, values = {}) {
      const text = model.get("words")?.[name] ?? name;
      return text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? String(values[key]) : all));
    },
    say(text) { live.textContent = text; },
    // The end of a gesture: take the parts of the value that changed, paint, save, and say what moved.
    change(parts, said) {
      if (board.locked()) return;
      const value = { ...board.value(), ...parts };
      const rev = model.get("rev") + 1;
      if (model.get("name")) pending.set(model.get("name"), { value, rev, model });
      model.set("value", value);
      model.set("rev", rev);
      model.save_changes();
      if (said) board.say(said);
      root.dispatchEvent(new CustomEvent("qspo-change", { bubbles: true, detail: { rev } }));
    },
    setting(id, value, said) { board.change({ settings: { ...board.value().settings, [id]: value } }, said); },
    // Cells that did not change keep their nodes: Tab out of a field saves it and must still find the next field.
    paintTwin() {
      if (!board.table || !twin.open) return;
      const { columns, rows } = board.table();
      const kept = twinBody.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
      const shape = JSON.stringify([label(), columns, rows.map((row) => row.length)]);
      if (twinBody.__shape !== shape) {
        twinBody.__shape = shape;
        twinBody.replaceChildren(
          h("table", { class: "qspo-table", "aria-label": label() },
            h("thead", {}, h("tr", {}, columns.map((text) => h("th", { scope: "col" }, text)))),
            h("tbody", {}, rows.map((row) => h("tr", {}, row.map((_, i) => h(i ? "td" : "th", i ? {} : { scope: "row" })))))));
      }
      const lines = twinBody.querySelectorAll("tbody > tr");
      rows.forEach((row, i) => row.forEach((cell, j) => fillCell(lines[i].children[j], cell)));
      if (kept && document.activeElement?.dataset.keep !== kept) twinBody.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus();
    },
    open() {
      const paintAll = () => {
        root.setAttribute("aria-label", label());
        root.classList.toggle("qspo-locked", board.locked());
        twin.hidden = !board.table;
        twinSummary.textContent = board.word("twin");
        paintControls(board, controlsNode);
        board.paint();
        board.paintTwin();
      };
      const onSaved = () => {
        const kept = pending.get(model.get("name"));
        if (kept && kept.model === model && model.get("saved_rev") >= kept.rev) pending.delete(model.get("name"));
        root.dispatchEvent(new CustomEvent("qspo-saved", { bubbles: true, detail: { rev: model.get("saved_rev") } }));
      };
      const shown = ["value", "controls", "locked", "label", "words", ...(board.inputs ?? [])].map((name) => `change:${name}`).join(" ");
      model.on(shown, schedule);
      model.on("change:saved_rev", onSaved);
      let due = false;
      // Several traits may change in one message: paint once, in this same frame.
      function schedule() {
        if (due) return;
        due = true;
        queueMicrotask(() => { due = false; paintAll(); });
      }
      el.append(root);
      paintAll();
      const kept = pending.get(model.get("name"));
      if (kept && kept.model !== model && !board.locked()) {
        pending.delete(model.get("name"));
        board.change(kept.value, board.word("restored"));
      }
      root.dataset.ready = "1";
      return () => { model.off(shown, schedule); model.off("change:saved_rev", onSaved); board.close?.(); };
    },
  };
  return board;
}

// ---------------------------------------------------------------- controls

// Controls are built once and then only updated, so that focus stays where it is.
function paintControls(board, node) {
  const controls = board.model.get("controls") ?? [];
  const shape = JSON.stringify([controls, board.model.get("words")]);
  if (node.__shape !== shape) {
    node.__shape = shape;
    node.__parts = controls.map((control) => controlParts(board, control));
    node.replaceChildren(...node.__parts.map((part) => part.node));
    node.hidden = !controls.length;
  }
  const settings = board.value()?.settings ?? {};
  node.__parts.forEach((part, i) => part.show(settings[controls[i].id], board.locked()));
}

function controlParts(board, control) {
  const id = freshId(control.id);
  const note = control.note ? h("p", { class: "qspo-note", id: `${id}-note` }, control.note) : null;
  const described = note ? `${id}-note` : undefined;
  const said = (text) => `${control.label}: ${text}`;
  if (control.kind === "choice") {
    const inputs = control.options.map((option) => h("input", { type: "radio", name: id, value: option.id,
      onchange: () => board.setting(control.id, option.id, said(option.label)) }));
    const node = h("fieldset", { class: "qspo-control qspo-choice", data: { control: control.id }, "aria-describedby": described },
      h("legend", {}, control.label), note,
      h("div", { class: "qspo-options" }, control.options.map((option, i) => h("label", { class: "qspo-option" }, inputs[i],
        h("span", {}, option.label, option.note ? h("small", {}, option.note) : null)))));
    return { node, show(value, locked) { inputs.forEach((input, i) => { input.checked = control.options[i].id === value; input.disabled = locked; }); } };
  }
  if (control.kind === "slider") {
    const output = h("output", { class: "qspo-output", for: id });
    const write = (value) => (value === null || value === undefined ? board.word("not_set") : writeNumber(value, control));
    const input = h("input", { type: "range", id, min: String(control.min), max: String(control.max), step: String(control.step), "aria-describedby": described,
      oninput: () => { output.textContent = write(Number(input.value)); },
      onchange: set,
      // An undecided slider rests in the middle: a click there changes nothing for the browser, and yet it is a choice.
      onclick: () => { if ((board.value()?.settings?.[control.id] ?? null) === null) set(); } });
    function set() { if (!board.locked()) board.setting(control.id, Number(input.value), said(write(Number(input.value)))); }
    const node = h("div", { class: "qspo-control qspo-slider", data: { control: control.id } }, h("label", { for: id }, control.label), note, input, output);
    return { node, show(value, locked) {
      if (document.activeElement !== input || value !== null) input.value = value ?? (control.min + control.max) / 2;
      output.textContent = write(value);
      input.setAttribute("aria-valuetext", write(value));
      input.disabled = locked;
    } };
  }
  if (control.kind === "number") {
    const input = h("input", { type: "number", id, min: String(control.min), max: String(control.max), step: String(control.step), "aria-describedby": described, inputmode: "decimal",
      onchange: () => {
        const value = input.value === "" ? null : Math.min(control.max, Math.max(control.min, Number(input.value)));
        board.setting(control.id, value, said(value ?? board.word("not_set")));
      } });
    const node = h("div", { class: "qspo-control qspo-number", data: { control: control.id } }, h("label", { for: id }, control.label), note, input,
      control.pattern ? h("span", { class: "qspo-unit" }, control.pattern.replace("{}", "").trim()) : null);
    return { node, show(value, locked) { if (document.activeElement !== input) input.value = value ?? ""; input.disabled = locked; } };
  }
  if (control.kind === "toggle") {
    const input = h("input", { type: "checkbox", id, onchange: () => board.setting(control.id, input.checked, said(board.word(input.checked ? "on" : "off"))) });
    const node = h("div", { class: "qspo-control qspo-toggle", data: { control: control.id } }, h("label", { class: "qspo-option", for: id }, input, h("span", {}, control.label, control.note ? h("small", {}, control.note) : null)));
    return { node, show(value, locked) { input.checked = value === true; input.disabled = locked; } };
  }
  if (control.kind === "text") {
    const input = h("textarea", { id, rows: "2", "aria-describedby": described, onchange: () => board.setting(control.id, input.value, said(input.value)) });
    const node = h("div", { class: "qspo-control qspo-text", data: { control: control.id } }, h("label", { for: id }, control.label), note, input);
    return { node, show(value, locked) { if (document.activeElement !== input) input.value = value ?? ""; input.disabled = locked; } };
  }
  // file: the bytes go to the kernel, which answers by a changed value or a sentence
  const input = h("input", { type: "file", id, accept: control.accept, "aria-describedby": described,
    onchange: async () => {
      const file = input.files[0];
      if (!file) return;
      const content = await file.arrayBuffer();
      board.model.send({ type: "file", control: control.id, name: file.name }, undefined, [content]);
      input.value = "";
      board.root.dispatchEvent(new CustomEvent("qspo-change", { bubbles: true, detail: { file: true } }));
    } });
  const node = h("div", { class: "qspo-control qspo-file", data: { control: control.id } }, h("label", { for: id }, control.label), note, input);
  return { node, show(_, locked) { input.disabled = locked; } };
}
