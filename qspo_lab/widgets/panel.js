// ---------------------------------------------------------------- panel: blocks in, acts out

// Markdown arrives as a tree of [tag, ...children]; only these tags become elements, all else is text.
const TAGS = new Set(["p", "strong", "em", "ul", "ol", "li", "br", "code"]);
function grow(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, ...children] = tree;
  const node = TAGS.has(tag) ? document.createElement(tag) : document.createElement("span");
  node.append(...children.map(grow));
  return node;
}

function render({ model, el }) {
  const root = h("div", { class: "qspo qspo-panel" });
  const live = h("div", { class: "qspo-live", role: "status", "aria-live": "polite" });
  const body = h("div", { class: "qspo-blocks" });
  root.append(body, live);
  guardKeys(root);
  const word = (name) => model.get("words")?.[name] ?? name;
  const drawn = new Map();      // block id -> {json, node}
  let waiting = null;           // timer of an act or change that was not answered yet
  let problem = "";             // what the saved mark says while the kernel is silent

  // ---------------------------------------------------------------- acts
  function act(action, value = null, buffers) {
    const token = freshId("act");
    model.send({ type: "act", action, value, token }, undefined, buffers);
    expectAnswer();
  }
  function expectAnswer() {
    clearTimeout(waiting);
    problem = word("saving");
    waiting = setTimeout(() => { problem = word("kernel_gone"); paintSaved(); live.textContent = problem; }, 4000);
    paintSaved();
  }
  function answered() {
    clearTimeout(waiting);
    problem = "";
    paintSaved();
  }
  function paintSaved() {
    const mark = body.querySelector(".qspo-saved");
    if (!mark) return;
    const saved = model.get("saved") ?? {};
    mark.textContent = problem || saved.text || "";
    mark.classList.toggle("qspo-bad", problem === word("kernel_gone") || saved.ok === false);
  }

  // ---------------------------------------------------------------- blocks
  const makers = {
    head: (b) => h("div", { class: "qspo-head" }, h("h3", {}, b.title), h("span", { class: "qspo-meta" }, b.meta), h("span", { class: "qspo-right" }, b.right)),
    prose: (b) => h("div", { class: `qspo-prose qspo-tone-${b.tone ?? "plain"}` }, b.heading ? h("h4", {}, b.heading) : null, b.tree.map(grow)),
    notice: (b) => h("div", { class: `qspo-notice qspo-tone-${b.tone ?? "plain"}`, role: "note" }, b.text),
    hints: (b) => h("div", { class: "qspo-hints" }, b.items.map((item) => h("p", { class: "qspo-hint" }, h("strong", {}, item.label), " ", item.text))),
    findings: (b) => h("div", {}, b.heading ? h("h4", {}, b.heading) : null, h("dl", { class: "qspo-findings" }, b.items.flatMap((item) => [h("dt", { class: `qspo-tone-${item.tone}` }, item.label), h("dd", {}, item.text)]))),
    table: (b) => {
      const table = h("table", { class: "qspo-table" }, b.folded ? null : h("caption", {}, b.title),
        h("thead", {}, h("tr", {}, b.columns.map((text, i) => h("th", { scope: "col", class: b.numeric?.includes(i) ? "qspo-n" : undefined }, text)))),
        h("tbody", {}, b.rows.map((row, r) => h("tr", { class: r === b.highlight ? "qspo-you" : undefined },
          row.map((cell, i) => h(i ? "td" : "th", { scope: i ? undefined : "row", class: b.numeric?.includes(i) ? "qspo-n" : undefined }, cell))))));
      const scroller = h("div", { class: "qspo-scroll", tabindex: "0", role: "region", "aria-label": b.title }, table);
      return b.folded ? h("details", { class: "qspo-twin" }, h("summary", {}, b.title), scroller) : scroller;
    },
    list: (b) => h("div", {}, h("h4", {}, b.heading), h("ul", { class: "qspo-list" }, b.items.map((text) => h("li", {}, text)))),
    steps: (b) => h("ol", { class: "qspo-steps" }, b.items.map((item) => h("li", { class: `qspo-step-${item.state}` }, h("span", { class: "qspo-step-state" }, item.mark), h("span", {}, item.label), h("span", { class: "qspo-meta" }, item.note ?? "")))),
    field: (b) => {
      const id = freshId(b.id);
      const input = h("textarea", { id, rows: String(b.rows ?? 2), disabled: Boolean(b.locked), "aria-describedby": b.note ? `${id}-note` : undefined });
      input.value = b.value ?? "";
      let timer = null;
      const send = () => { clearTimeout(timer); timer = null; act(b.id, input.value); };
      input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(send, 700); });
      input.addEventListener("change", () => { if (timer) send(); });
      return h("div", { class: "qspo-field" }, h("label", { for: id }, b.label), b.note ? h("p", { class: "qspo-note", id: `${id}-note` }, b.note) : null, input);
    },
    confidence: (b) => {
      const id = freshId(b.id);
      const write = (value) => (value === null || value === undefined ? word("not_set") : `${value} %`);
      const output = h("output", { class: "qspo-output", for: id }, write(b.value));
      const input = h("input", { type: "range", id, min: "0", max: "100", step: "5", disabled: Boolean(b.locked), "aria-valuetext": write(b.value),
        oninput: () => { output.textContent = write(Number(input.value)); input.setAttribute("aria-valuetext", output.textContent); },
        onchange: () => act(b.id, Number(input.value)) });
      input.value = b.value ?? 50;
      // A press on the middle is an answer too, although the slider does not move.
      input.addEventListener("pointerup", () => { if (output.textContent === word("not_set")) { output.textContent = write(50); act(b.id, 50); } });
      return h("div", { class: "qspo-confidence" }, h("label", { for: id }, b.label), h("div", { class: "qspo-confidence-row" }, h("span", { class: "qspo-note" }, b.low), input, h("span", { class: "qspo-note" }, b.high), output));
    },
    actions: (b) => h("div", { class: "qspo-actions" },
      b.saved ? h("span", { class: "qspo-saved", role: "status" }) : null,
      h("span", { class: "qspo-buttons" }, b.buttons.map((button) => h("button", { type: "button", class: button.main ? "qspo-main" : undefined, disabled: Boolean(button.disabled), data: { action: button.action, keep: `${b.id}:${button.action}:${button.value ?? ""}` },
        onclick: () => act(button.action, button.value ?? null) }, button.label)))),
    file: (b) => {
      const id = freshId(b.id);
      const input = h("input", { type: "file", id, accept: b.accept, onchange: async () => {
        const file = input.files[0];
        if (!file) return;
        act(b.action, file.name, [await file.arrayBuffer()]);
        input.value = "";
      } });
      return h("div", { class: "qspo-field" }, h("label", { for: id }, b.label), input);
    },
    fold: (b) => {
      const inner = h("div", { class: "qspo-blocks" });
      const node = h("details", { class: "qspo-twin", open: Boolean(b.open) }, h("summary", {}, b.summary), inner);
      if (b.action) node.addEventListener("toggle", () => { if (node.open !== Boolean(b.open)) act(b.action, node.open); });
      inner.append(...(b.blocks ?? []).map(make));
      return node;
    },
  };
  function make(block) {
    const node = makers[block.kind](block);
    node.dataset.block = block.id;
    return node;
  }

  // ---------------------------------------------------------------- paint: only what changed is drawn anew
  function paint() {
    const blocks = model.get("blocks") ?? [];
    const kept = document.activeElement?.dataset?.keep;
    const typing = document.activeElement?.closest?.("[data-block]");
    const ids = new Set(blocks.map((b) => b.id));
    for (const [id, old] of drawn) if (!ids.has(id)) { old.node.remove(); drawn.delete(id); }
    let after = null;
    for (const block of blocks) {
      const json = JSON.stringify(block);
      let entry = drawn.get(block.id);
      // A field that is being written in keeps what the writer sees.
      const busy = entry && block.kind === "field" && typing === entry.node && !block.locked;
      if (!entry || (entry.json !== json && !busy)) {
        const node = make(block);
        if (entry) entry.node.replaceWith(node);
        entry = { json, node };
        drawn.set(block.id, entry);
      }
      const place = after ? after.nextSibling : body.firstChild;
      if (place !== entry.node) body.insertBefore(entry.node, place);
      after = entry.node;
    }
    if (kept) body.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus();
    root.hidden = !blocks.length;
    paintSaved();
  }
  function attend() {
    const { block } = model.get("focus") ?? {};
    const node = block && body.querySelector(`[data-block="${CSS.escape(block)}"]`);
    if (!node) return;
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", behavior: reducedMotion() ? "auto" : "smooth" });
  }

  // ---------------------------------------------------------------- from the kernel, and from the board of the same exercise
  function onMessage(message, buffers) {
    if (message?.type !== "download") return;
    const link = h("a", { download: message.name, href: URL.createObjectURL(new Blob(buffers, { type: message.media_type })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  const ours = (event) => { const home = el.closest(".qspo-exercise"); return home && home.contains(event.target) && body.querySelector(".qspo-saved"); };
  const onChange = (event) => { if (ours(event)) expectAnswer(); };
  const onSaved = (event) => { if (ours(event)) answered(); };
  let due = false;
  const schedule = () => { if (!due) { due = true; queueMicrotask(() => { due = false; paint(); }); } };
  const onFocus = () => queueMicrotask(() => requestAnimationFrame(attend));
  model.on("change:blocks change:words", schedule);
  model.on("change:saved", answered);
  model.on("change:answered", answered);
  model.on("change:focus", onFocus);
  model.on("msg:custom", onMessage);
  document.addEventListener("qspo-change", onChange);
  document.addEventListener("qspo-saved", onSaved);
  el.append(root);
  paint();
  root.dataset.ready = "1";
  return () => {
    clearTimeout(waiting);
    document.removeEventListener("qspo-change", onChange);
    document.removeEventListener("qspo-saved", onSaved);
    model.off("change:blocks change:words", schedule);
    model.off("change:saved", answered);
    model.off("change:answered", answered);
    model.off("change:focus", onFocus);
    model.off("msg:custom", onMessage);
  };
}

export default { render };
