// ---------------------------------------------------------------- series board: step through figures, and stop

function render(context) {
  const board = openBoard(context, "series");
  const { model, root } = board;
  const word = board.word;
  board.inputs = ["series", "steps", "verdicts"];
  const PACE = 700;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // -------------------------------------------------------------- what has been seen; everything by id
  const all = () => model.get("series") ?? [];
  const steps = () => ({ start: 0, jump: 5, ...model.get("steps") });
  const stepOf = (id) => board.value().step?.[id] ?? steps().start;
  const stoppedAt = (id) => board.value().stopped?.[id] ?? null;
  const verdictOf = (id) => board.value().verdict?.[id] ?? null;
  const seen = (one) => Math.min(stepOf(one.id), Math.max(0, ...one.lines.map((line) => line.points.length)));
  const waiting = (one) => seen(one) < stepOf(one.id);
  const open = (one) => !board.locked() && stoppedAt(one.id) === null;
  const write = (one, value) => (value === null || value === undefined ? word("no_figure") : writeNumber(value, one.y));
  const at = (n) => word("at", { label: steps().label, n });
  const units = () => ({ one: steps().one ?? steps().label, many: steps().many ?? steps().label });
  const values = (one, n) => one.lines.map((line) => `${line.label} ${write(one, line.points[n - 1])}`).join(", ");
  const reading = (one) => (seen(one) ? `${at(seen(one))}: ${values(one, seen(one))}` : word("nothing_seen"));
  const state = (one) => {
    if (stoppedAt(one.id) === null) return seen(one) ? at(seen(one)) : word("untouched");
    const verdict = (model.get("verdicts") ?? []).find((entry) => entry.id === verdictOf(one.id));
    return verdict ? `${at(stoppedAt(one.id))}: ${verdict.label}` : word("stopped", { at: at(stoppedAt(one.id)) });
  };
  // Which series is shown is a matter of looking, not of the answer.
  let shown = null;
  const current = () => all().find((one) => one.id === shown) ?? all()[0] ?? null;

  // -------------------------------------------------------------- acts
  const withSeries = (part, id, entry) => ({ [part]: { ...board.value()[part], [id]: entry } });
  function look(one) {
    pause();
    shown = one.id;
    board.paint();
    board.paintTwin();
    board.say(`${one.label}. ${reading(one)}`);
  }
  function go(count) {
    const one = current();
    if (!one || !open(one) || waiting(one) || stepOf(one.id) >= steps().count) return;
    board.change(withSeries("step", one.id, Math.min(steps().count, stepOf(one.id) + count)));
  }
  function stop() {
    const one = current();
    if (!one || !open(one) || waiting(one) || !seen(one)) return;
    pause();
    board.change(withSeries("stopped", one.id, stepOf(one.id)), word("stopped", { at: at(stepOf(one.id)) }));
  }
  let timer = null;
  function play() {
    go(1);
    timer = setInterval(() => {
      const one = current();
      if (!one || !open(one) || stepOf(one.id) >= steps().count || document.hidden) { pause(); board.paint(); return; }
      go(1);
    }, PACE);
    board.paint();
  }
  function pause() {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    if (current()) board.say(reading(current()));
  }

  // -------------------------------------------------------------- elements that stay, so that focus stays
  const tabs = h("div", { class: "qspo-series-tabs", role: "group" });
  const title = h("h4", { tabindex: "-1" });
  const place = h("span", { class: "qspo-series-place" });
  const chartNode = h("div", { class: "qspo-series-chart" });
  const next = h("button", { type: "button", class: "qspo-main", data: { act: "next" }, onclick: () => go(1) });
  const jump = h("button", { type: "button", data: { act: "jump" }, onclick: () => go(steps().jump) });
  const playing = h("button", { type: "button", data: { act: "play" }, onclick: () => { if (timer === null) play(); else { pause(); board.paint(); } } });
  const halt = h("button", { type: "button", class: "qspo-series-stop", data: { act: "stop" }, onclick: stop });
  const ended = h("span", { class: "qspo-note" });
  const bar = h("div", { class: "qspo-series-bar" }, next, jump, playing, ended, halt);
  const verdict = h("fieldset", { class: "qspo-control qspo-choice qspo-series-verdict" });
  const main = h("div", { class: "qspo-series-main" }, h("div", { class: "qspo-series-head" }, title, place), chartNode, bar, verdict);
  board.surface.append(tabs, main);
  const group = freshId("verdict");

  // Build the children of a node anew only when what they are made of has changed.
  function shape(node, source, build) {
    const json = JSON.stringify([source, model.get("words")]);
    if (node.__json === json) return;
    node.__json = json;
    node.replaceChildren(...build());
  }

  // -------------------------------------------------------------- paint
  board.paint = () => {
    const had = root.contains(document.activeElement) ? document.activeElement : null;
    const one = current();
    main.hidden = !one;
    paintTabs(one);
    if (!one) return;
    title.textContent = one.label;
    place.textContent = stoppedAt(one.id) === null ? word("of", { at: at(seen(one)), count: steps().count }) : state(one);
    shape(chartNode, [one, seen(one), stoppedAt(one.id), steps(), width], () => [chart(one, Math.max(300, width || 640), false)]);
    paintBar(one);
    paintVerdict(one);
    if (had && root.contains(had) && (had.disabled || had.offsetParent === null)) (verdict.querySelector("input:not(:disabled)") ?? title).focus();
    announce(one);
  };

  function paintTabs(one) {
    tabs.hidden = all().length < 2;
    if (tabs.hidden) return;
    tabs.setAttribute("aria-label", word("series"));
    shape(tabs, all().map(({ id, label }) => [id, label]), () => all().map((each) =>
      h("button", { type: "button", class: "qspo-series-tab", data: { series: each.id }, onclick: () => look(all().find(({ id }) => id === each.id)) },
        h("span", { class: "qspo-series-name" }, each.label), h("span", { class: "qspo-series-small", "aria-hidden": "true" }), h("span", { class: "qspo-series-state" }))));
    all().forEach((each, i) => {
      const button = tabs.children[i];
      if (each.id === one.id) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      shape(button.children[1], [each, seen(each), stoppedAt(each.id), steps()], () => [chart(each, 120, true)]);
      button.children[2].textContent = state(each);
    });
  }

  function paintBar(one) {
    const atEnd = stepOf(one.id) >= steps().count;
    bar.hidden = !open(one);
    next.textContent = word("next", units());
    jump.textContent = word("jump", { n: steps().jump, ...units() });
    playing.textContent = word(timer === null ? "play" : "pause");
    halt.textContent = word("stop");
    next.hidden = jump.hidden = atEnd;
    playing.hidden = atEnd || still.matches;
    ended.hidden = !atEnd;
    ended.textContent = word("ended", units());
    halt.classList.toggle("qspo-main", atEnd);
    if (seen(one)) halt.removeAttribute("aria-disabled"); else halt.setAttribute("aria-disabled", "true");
    if (atEnd && root.contains(document.activeElement) && [next, jump, playing].includes(document.activeElement)) halt.focus();
  }

  function paintVerdict(one) {
    const options = model.get("verdicts") ?? [];
    verdict.hidden = stoppedAt(one.id) === null || !options.length;
    verdict.disabled = board.locked();
    shape(verdict, options, () => [h("legend", {}, word("verdict")), h("div", { class: "qspo-options" }, options.map((option) =>
      h("label", { class: "qspo-option" }, h("input", { type: "radio", name: group, data: { verdict: option.id },
        onchange: () => board.change(withSeries("verdict", current().id, option.id), option.label) }),
      h("span", {}, option.label, option.note ? h("small", {}, option.note) : null))))]);
    verdict.querySelectorAll("input").forEach((input, i) => { input.checked = options[i].id === verdictOf(one.id); });
  }

  // -------------------------------------------------------------- geometry
  // Heights for ticks: steps of 1, 2 or 5 times a power of ten, in the numbers as they are written.
  function ticks(low, high, wanted) {
    const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
    const size = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
    const first = Math.ceil(low / size - 1e-9);
    return Array.from({ length: Math.floor(high / size + 1e-9) - first + 1 }, (_, i) => (first + i) * size);
  }
  function path(points, x, y) {
    let pen = "M";
    return points.map((value, i) => {
      if (value === null || value === undefined) { pen = "M"; return ""; }
      const part = `${pen}${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
      return part;
    }).join("");
  }
  // A band is drawn in pieces, because a gap in the figures is a gap in the band.
  function band(line, n, x, y) {
    const pieces = [];
    let piece = [];
    for (let i = 0; i <= n; i++) {
      const whole = i < n && typeof line.low[i] === "number" && typeof line.high[i] === "number";
      if (whole) piece.push(i);
      else if (piece.length) { pieces.push(piece); piece = []; }
    }
    return pieces.map((p) => `M${p.map((i) => `${x(i + 1).toFixed(1)} ${y(line.high[i]).toFixed(1)}`).join("L")}L${p.toReversed().map((i) => `${x(i + 1).toFixed(1)} ${y(line.low[i]).toFixed(1)}`).join("L")}Z`).join("");
  }
  const text = (x, y, words, name, anchor = "start") => {
    const node = svg("text", { x, y, class: name, "text-anchor": anchor });
    node.textContent = words;
    return node;
  };

  function chart(one, wide, small) {
    const n = seen(one), count = steps().count, high = small ? 40 : Math.round(Math.min(330, Math.max(230, wide * 0.36)));
    const lines = one.lines.map((line) => ({ ...line, points: line.points.slice(0, n) }));
    const numbers = lines.flatMap((line) => [...line.points, ...(line.low ?? []).slice(0, n), ...(line.high ?? []).slice(0, n)]).filter((v) => typeof v === "number");
    const bottom = Math.min(one.y.min, ...numbers), top = Math.max(one.y.max, ...numbers);
    const factor = one.y.factor ?? 1;
    const heights = ticks(bottom * factor, top * factor, 4).map((t) => t / factor);
    const longest = (texts, size) => Math.max(0, ...texts.map((t) => t.length)) * size;
    const ends = lines.map((line, i) => ({ line, i, n: line.points.findLastIndex((v) => typeof v === "number") + 1 })).filter((end) => end.n);
    const endText = (end) => `${end.line.label} ${write(one, end.line.points[end.n - 1])}`;
    const box = small ? { left: 2, right: 2, top: 3, bottom: 3 }
      : { left: Math.max(34, longest(heights.map((v) => write(one, v)), 9) + 12), right: longest(ends.map(endText), 9) + 18, top: 34, bottom: 36 };
    const x = (step) => box.left + ((step - 1) / Math.max(1, count - 1)) * (wide - box.left - box.right);
    const y = (value) => high - box.bottom - ((value - bottom) / (top - bottom)) * (high - box.top - box.bottom);
    const drawing = svg("svg", small ? { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high }
      : { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img", "aria-label": `${one.label}. ${reading(one)}` });
    const rule = (name, x1, y1, x2, y2) => drawing.append(svg("line", { class: name, x1, y1, x2, y2 }));
    if (!small) {
      for (const value of heights) {
        rule("qspo-series-grid", box.left, y(value), wide - box.right, y(value));
        drawing.append(text(box.left - 8, y(value) + 5, write(one, value), "qspo-series-tick", "end"));
      }
      const every = Math.max(1, ...ticks(1, Math.max(2, count), Math.max(2, Math.min(10, wide / 90))).slice(0, 2).map((t, i, two) => (i ? t - two[0] : 1)));
      for (let s = every; s <= count; s += every) drawing.append(text(x(s), high - box.bottom + 22, String(s), "qspo-series-tick", "middle"));
      drawing.append(text(box.left - 8, high - box.bottom + 22, steps().label, "qspo-series-tick", "end"), text(4, 18, one.y.label, "qspo-series-axis"));
      for (const mark of one.marks ?? []) {
        rule("qspo-series-mark", x(mark.at), box.top - 8, x(mark.at), high - box.bottom);
        drawing.append(text(x(mark.at), box.top - 12, mark.label, "qspo-series-tick", "middle"));
      }
    }
    if (one.threshold) {
      rule("qspo-series-threshold", box.left, y(one.threshold.at), wide - box.right, y(one.threshold.at));
      if (!small) drawing.append(text(wide - box.right - 4, y(one.threshold.at) - 7, one.threshold.label, "qspo-series-label", "end"));
    }
    lines.forEach((line, i) => {
      if (line.low && line.high) drawing.append(svg("path", { class: `qspo-series-band qspo-series-${i % 4}`, d: band(line, n, x, y) }));
    });
    lines.forEach((line, i) => drawing.append(svg("path", { class: `qspo-series-line qspo-series-${i % 4}`, d: path(line.points, x, y) })));
    if (stoppedAt(one.id) !== null) {
      rule("qspo-series-stopped", x(stoppedAt(one.id)), small ? box.top : box.top - 8, x(stoppedAt(one.id)), high - box.bottom);
    }
    for (const end of ends) drawing.append(svg("circle", { class: `qspo-series-point qspo-series-${end.i % 4}`, cx: x(end.n), cy: y(end.line.points[end.n - 1]), r: small ? 2.5 : 5 }));
    if (!small) {
      // Labels at the ends of lines keep 20 pixels from one another.
      const placed = ends.map((end) => ({ end, y: y(end.line.points[end.n - 1]) })).sort((a, b) => a.y - b.y);
      placed.forEach((label, i) => { if (i) label.y = Math.max(label.y, placed[i - 1].y + 20); });
      const over = placed.length ? Math.max(0, placed.at(-1).y - (high - box.bottom - 2)) : 0;
      for (const label of placed) drawing.append(text(x(label.end.n) + 11, label.y - over + 5, endText(label.end), `qspo-series-label qspo-series-${label.end.i % 4}`));
      if (!n) drawing.append(text((box.left + wide - box.right) / 2, high / 2, word("nothing_seen"), "qspo-series-tick", "middle"));
    }
    return drawing;
  }

  // -------------------------------------------------------------- what is said aloud
  const known = new Map();
  function announce(one) {
    const before = known.get(one.id);
    known.set(one.id, seen(one));
    if (before !== undefined && seen(one) < before && timer !== null) { clearInterval(timer); timer = null; playing.textContent = word("play"); }
    if (before !== undefined && seen(one) > before && timer === null) board.say(reading(one));
  }

  // -------------------------------------------------------------- table twin: the series that is shown
  board.table = () => {
    const one = current();
    if (!one) return { columns: [], rows: [] };
    const cell = (line, i) => {
      const range = typeof line.low?.[i] === "number" && typeof line.high?.[i] === "number";
      return write(one, line.points[i]) + (range ? ` (${word("from_to", { low: write(one, line.low[i]), high: write(one, line.high[i]) })})` : "");
    };
    return {
      columns: [steps().label, ...one.lines.map((line) => line.label), word("stop_column")],
      rows: Array.from({ length: seen(one) }, (_, i) => [String(i + 1), ...one.lines.map((line) => cell(line, i)), stoppedAt(one.id) === i + 1 ? state(one) : ""]),
    };
  };

  // -------------------------------------------------------------- model to view, cleanup
  let width = 0;
  const watcher = new ResizeObserver(() => {
    const now = Math.floor(chartNode.clientWidth);
    if (!now || now === width) return;
    width = now;
    board.paint();
  });
  watcher.observe(chartNode);
  const calm = () => { if (still.matches) pause(); board.paint(); };
  still.addEventListener("change", calm);
  board.close = () => { clearInterval(timer); watcher.disconnect(); still.removeEventListener("change", calm); };
  return board.open();
}

export default { render };
