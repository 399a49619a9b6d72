// ---------------------------------------------------------------- point map: a plane, points and threshold lines
// Points and movable lines are buttons laid over an SVG that holds all that only needs to be seen. So each keeps its
// node, its focus and its 44 pixels, and a drag touches one transform.

const SHAPES = ["circle", "square", "diamond", "triangle"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const WALK = { PageDown: 1, PageUp: -1, Home: -Infinity, End: Infinity };
const REACH = 24;                             // pixels around a dot that still mean this point
const MESSY = 320;                            // a name that costs more (far off, across others) is better left out
const RINGS = [14, 24, 40, 60, 84, 112, 144]; // distances from a dot at which its name may stand

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const decimalsOf = (step) => (String(step).split(".")[1] ?? "").length;

function render(context) {
  const board = openBoard(context, "point-map");
  const { model, surface } = board;
  board.inputs = ["x", "y", "points", "lines", "areas", "marks"];

  // ---------------------------------------------------------------- elements

  const helpId = freshId("help");
  const picture = svg("svg", { class: "qspo-map-picture", "aria-hidden": "true" });
  const plane = h("div", { class: "qspo-map-plane" }, picture);
  const sides = { x: axisStrip("x"), y: axisStrip("y") };
  const trayTitle = h("h4", {});
  const trayBody = h("div", { class: "qspo-map-chips" });
  const trayEmpty = h("p", { class: "qspo-note" });
  const tray = h("div", { class: "qspo-map-tray", role: "group" }, trayTitle, trayBody, trayEmpty);
  const readout = h("p", { class: "qspo-map-readout" });
  const picks = h("p", { class: "qspo-map-picks" });
  const legend = h("p", { class: "qspo-map-legend" });
  const crowded = h("p", { class: "qspo-note" });
  const help = h("p", { class: "qspo-note qspo-map-help", id: helpId });
  const stage = h("div", { class: "qspo-map-stage" }, h("div", { class: "qspo-map-frame" }, sides.y.node, plane, sides.x.node), tray);
  surface.append(stage, h("div", { class: "qspo-map-foot" }, readout, picks), legend, crowded, help);

  const pointParts = new Map(); // id -> nodes of a point
  const lineParts = new Map();  // id -> nodes of a movable line
  const twinInputs = new Map(); // what the table twin reuses, so that typing and Tab keep their place
  let moving = null;            // {id, at} or {line, at}: what a gesture has changed and not saved yet
  let armed = null;             // id of the point that the next click on the plane will place
  let stop = null;              // the one point or line that Tab reaches
  let shown = null;             // what the readout speaks of
  let settle = 0;               // timer that ends a run of arrow keys
  let width = 0, height = 0;

  function axisStrip(name) {
    const parts = { low: h("span", {}), title: h("strong", {}), high: h("span", {}) };
    parts.node = h("div", { class: `qspo-map-axis qspo-map-axis-${name}`, "aria-hidden": "true" }, parts.low, parts.title, parts.high);
    return parts;
  }

  function newPoint(id) {
    const parts = {
      dot: h("span", { class: "qspo-map-dot" }), label: h("span", { class: "qspo-map-name" }), pick: h("span", { class: "qspo-map-pick" }),
      leader: h("span", { class: "qspo-map-leader" }), errorX: h("span", { class: "qspo-map-error" }), errorY: h("span", { class: "qspo-map-error" }),
    };
    parts.node = h("button", { type: "button", class: "qspo-map-point", tabindex: "-1", data: { point: id }, "aria-describedby": helpId,
      onkeydown: (event) => onPointKey(event, id),
      onclick: (event) => { if (event.detail === 0) enter(id); },
      onfocus: () => { stop = id; read(id); }, onblur: flush },
    parts.errorX, parts.errorY, parts.leader, parts.dot, parts.label, parts.pick);
    return parts;
  }

  function newLine(id) {
    const parts = { handle: h("span", { class: "qspo-map-handle" }) };
    parts.node = h("div", { class: "qspo-map-line", role: "slider", tabindex: "-1", data: { line: id }, "aria-describedby": helpId,
      onkeydown: (event) => onLineKey(event, id),
      onfocus: () => { stop = id; read(id); }, onblur: flush },
    h("span", { class: "qspo-map-rule" }), parts.handle);
    return parts;
  }

  // ---------------------------------------------------------------- the answer

  const axes = { x: {}, y: {} };  // read once per paint
  const axis = (name) => axes[name];
  const readAxes = () => { for (const name of ["x", "y"]) axes[name] = { min: 0, max: 1, step: 0.1, label: "", ...model.get(name) }; };
  const points = () => model.get("points") ?? [];
  const lines = () => model.get("lines") ?? [];
  const movableLines = () => lines().filter((line) => line.movable);
  const pointOf = (id) => points().find((point) => point.id === id);
  const lineOf = (id) => lines().find((line) => line.id === id);
  const most = () => model.get("marks")?.max ?? 0;
  const marked = () => (board.value().marked ?? []).filter((id) => pointOf(id)).slice(0, most());
  const startsPlaced = (point) => typeof point.x === "number" && typeof point.y === "number";

  function placeOf(point) {
    if (moving?.id === point.id) return moving.at;
    const start = startsPlaced(point) ? [point.x, point.y] : null;
    const saved = point.movable ? board.value().positions?.[point.id] : undefined;
    return saved === undefined ? start : saved;
  }

  function lineAt(line) {
    if (moving?.line === line.id) return moving.at;
    return line.movable ? board.value().lines?.[line.id] ?? line.at : line.at;
  }

  // Only what is on the map now: a point that the kernel took away must not make the whole answer invalid.
  const positions = () => Object.fromEntries(points().filter((point) => point.movable).map((point) => [point.id, placeOf(point)]));
  const linePlaces = () => Object.fromEntries(movableLines().map((line) => [line.id, lineAt(line)]));
  const save = (parts, said) => board.change({ positions: positions(), lines: linePlaces(), marked: marked(), ...parts }, said);

  function putPoint(id, at) {
    armed = null;
    const mine = { positions: { ...positions(), [id]: at } };
    moving = null;
    if (!at) mine.marked = marked().filter((other) => other !== id);
    save(mine, pointText(pointOf(id), at));
    read(id);
  }

  function putLine(id, at) {
    const mine = { lines: { ...linePlaces(), [id]: at } };
    moving = null;
    save(mine, lineText(lineOf(id), at));
    read(id);
  }

  function toggleMark(id) {
    const point = pointOf(id), picked = marked(), text = point.label;
    if (board.locked() || !most() || !placeOf(point)) return;
    if (picked.includes(id)) save({ marked: picked.filter((other) => other !== id) }, board.word("unpicked", { label: text }));
    else if (picked.length >= most() && most() > 1) { board.say(board.word("picks_full", { max: most() })); readout.textContent = board.word("picks_full", { max: most() }); }
    else {
      const now = most() === 1 ? [id] : [...picked, id];
      save({ marked: now }, board.word("picked", { label: text, n: now.length, max: most() }));
    }
  }

  // Enter or Space: what waits in the tray goes to the middle, from where the arrows move it.
  function enter(id) {
    const point = pointOf(id);
    if (point.movable && !placeOf(point) && !board.locked()) { putPoint(id, middle()); focusSoon(id); }
    else press(id);
  }

  // A click on a point: pick it; where nothing is picked, or it waits in the tray, take it up for the next click.
  function press(id) {
    const point = pointOf(id);
    if (board.locked()) return;
    if (placeOf(point) && most()) toggleMark(id);
    else if (point.movable) {
      armed = armed === id ? null : id;
      board.paint();
      const text = armed ? board.word("armed", { label: point.label }) : pointText(point, placeOf(point));
      board.say(text);
      readout.textContent = text;
    }
  }

  // ---------------------------------------------------------------- words

  const write = (value, name) => writeNumber(value, axis(name));
  const tick = (value, name) => writeNumber(value, { ...axis(name), places: undefined });
  const nameOf = (name) => axis(name).name ?? axis(name).label;

  // A number with the interval it may lie in, where there is one.
  function writeRange(point, at, name) {
    const number = write(at, name), ends = point.error?.[name];
    return ends ? board.word("number_between", { at: number, low: write(ends[0], name), high: write(ends[1], name) }) : number;
  }

  function pointText(point, at) {
    if (!at) return board.word(point.movable ? "unplaced" : "no_data", { label: point.label });
    return board.word("point_at", { label: point.label, x_name: nameOf("x"), x: writeRange(point, at[0], "x"), y_name: nameOf("y"), y: writeRange(point, at[1], "y") });
  }
  const lineText = (line, at) => board.word("line_at", { label: line.label, at: write(at, line.axis) });

  // The line below the plane: what is under the pointer or has the focus, with all that is known of it.
  function read(id) {
    shown = id;
    const point = pointOf(id), line = lineOf(id);
    for (const [other, parts] of pointParts) parts.node.classList.toggle("qspo-map-shown", other === id);
    if (point) readout.textContent = [pointText(point, placeOf(point)), point.group, point.note].filter(Boolean).join(" \u00b7 ");
    else if (line) readout.textContent = lineText(line, lineAt(line));
    else readout.textContent = board.locked() ? "" : board.word(points().some((p) => p.movable) ? "hint_move" : most() ? "hint_pick" : "hint_read");
  }

  // ---------------------------------------------------------------- geometry

  const toX = (value) => ((value - axis("x").min) / (axis("x").max - axis("x").min)) * width;
  const toY = (value) => (1 - (value - axis("y").min) / (axis("y").max - axis("y").min)) * height;
  const toPixel = (at) => [toX(at[0]), toY(at[1])];

  function tidy(value, name) {
    const { min, max, step, places } = axis(name);
    return clamp(Number(clamp(value, min, max).toFixed(places ?? decimalsOf(step))), min, max);
  }
  const fromX = (px) => tidy(axis("x").min + (px / width) * (axis("x").max - axis("x").min), "x");
  const fromY = (py) => tidy(axis("y").min + (1 - py / height) * (axis("y").max - axis("y").min), "y");

  // Round numbers for the grid, about one for each `room` pixels.
  function ticks(name, length, room) {
    const { min, max } = axis(name);
    const rough = (max - min) / Math.max(1, length / room), power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
    const first = Math.ceil(min / step - 1e-9);
    return Array.from({ length: Math.floor(max / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  function pointUnder(event) {
    const own = event.target.closest?.(".qspo-map-point");
    if (own && trayBody.contains(own)) return own.dataset.point;
    const box = plane.getBoundingClientRect();
    const px = event.clientX - box.left, py = event.clientY - box.top;
    let nearest = null, least = Infinity;
    for (const [id, parts] of pointParts) {
      if (!parts.at) continue;
      const distance = Math.hypot(parts.px - px, parts.py - py);
      if (distance < least) { least = distance; nearest = id; }
    }
    // A dot beats a name, and a name beats the empty space around another dot.
    if (least <= 11) return nearest;
    if (own && event.target.closest(".qspo-map-name")) return own.dataset.point;
    return least <= REACH ? nearest : null;
  }

  // Names: each takes the nearest free place around its dot, in turn; a name without one waits until it is pointed at.
  function placeNames(fixed, soft) {
    const placed = [...pointParts.values()].filter((parts) => parts.at);
    const state = (parts) => `${width}/${parts.picked}/${parts.label.textContent}`;
    measure(placed.filter((parts) => parts.measured !== state(parts)));
    for (const parts of placed) parts.measured = state(parts);
    const dots = placed.map((parts) => (parts.picked ? [parts.px - 14, parts.py - 24, parts.px + 26, parts.py + 14, parts] : [parts.px - 11, parts.py - 11, parts.px + 11, parts.py + 11, parts]));
    const light = [...soft, ...placed.flatMap((parts) => parts.errorBoxes ?? [])];
    const names = [...fixed], leaders = [];
    let quiet = 0;
    for (const parts of placed) {
      const best = bestSpot(parts, { dots, names, leaders, light }), free = Boolean(best.offset);
      parts.spot = best.spot;
      parts.node.classList.toggle("qspo-map-quiet", !free);
      const [dx, dy] = best.offset ?? [clamp(14, -parts.px, width - parts.px - parts.w), parts.py > height / 2 ? -14 - parts.h : 14];
      if (free) {
        names.push([parts.px + dx - 2, parts.py + dy, parts.px + dx + parts.w + 2, parts.py + dy + parts.h]);
        leaders.push(leaderOf(parts, [dx, dy]));
      } else quiet += 1;
      parts.label.style.transform = `translate(${dx + 22}px, ${dy + 22}px)`;
      drawLeader(parts, dx, dy);
    }
    crowded.textContent = quiet ? board.word("crowded", { n: quiet }) : "";
    crowded.hidden = !quiet;
  }

  // A wrapped text leaves its box wider than its lines: shrink the box to the lines, all names in one reading.
  function measure(list) {
    for (const { label } of list) label.style.width = "";
    const range = document.createRange();
    const sizes = list.map(({ label }) => { range.selectNodeContents(label); return [Math.ceil(range.getBoundingClientRect().width) + 5, label.offsetHeight]; });
    list.forEach((parts, i) => {
      [parts.w, parts.h] = sizes[i];
      parts.label.style.width = `${parts.w}px`;
    });
  }

  function bestSpot(parts, { dots, names, leaders, light }) {
    const { px, py, w, h: tall } = parts;
    let best = { cost: MESSY };
    for (let ring = 0; ring < RINGS.length && best.cost > ring * 30; ring += 1) {
      spotsOf(RINGS[ring], w, tall).forEach((offset, i) => {
        const box = [px + offset[0], py + offset[1], px + offset[0] + w, py + offset[1] + tall], spot = `${ring}/${i}`;
        let cost = ring * 30 + i - (parts.spot === spot ? 25 : 0);
        if (cost >= best.cost || box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) return;
        if (dots.some((dot) => meet(box, dot)) || names.some((name) => meet(box, name))) return;
        cost += light.reduce((sum, other) => sum + (meet(box, other) ? other[4] : 0), 0) + 120 * count(leaders, (other) => crosses(other, box));
        if (cost >= best.cost) return;
        const own = leaderOf(parts, offset);
        cost += 120 * count(names, (name) => crosses(own, name)) + 200 * count(dots, (dot) => dot[4] !== parts && crosses(own, dot));
        if (cost < best.cost) best = { cost, offset, spot };
      });
    }
    return best;
  }

  // Right, left, above, below, their corners, and above or below flush with the dot.
  function spotsOf(r, w, tall) {
    const d = r * 0.75;
    return [[r, -tall / 2], [-r - w, -tall / 2], [-w / 2, -r - tall], [-w / 2, r], [d, -d - tall], [-d - w, -d - tall], [d, d], [-d - w, d],
      [-w + 12, -r - tall], [-12, -r - tall], [-w + 12, r], [-12, r]];
  }

  const count = (list, test) => list.reduce((n, one) => n + (test(one) ? 1 : 0), 0);
  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  // The line from a dot to the nearest edge of its name: [x, y, x, y].
  function leaderOf({ px, py, w, h: tall }, [dx, dy]) {
    return [px, py, px + clamp(0, dx, dx + w), py + clamp(0, dy, dy + tall)];
  }

  // Whether a line runs through a box (its parametric part inside both pairs of sides).
  function crosses([x1, y1, x2, y2], box) {
    let from = 0, to = 1;
    for (const [start, way, low, high] of [[x1, x2 - x1, box[0], box[2]], [y1, y2 - y1, box[1], box[3]]]) {
      if (Math.abs(way) < 1e-9) { if (start <= low || start >= high) return false; continue; }
      const a = (low - start) / way, b = (high - start) / way;
      from = Math.max(from, Math.min(a, b));
      to = Math.min(to, Math.max(a, b));
    }
    return from < to;
  }

  // A thin line from the dot to the nearest edge of its name, where the two stand apart.
  function drawLeader(parts, dx, dy) {
    const [x1, y1, x2, y2] = leaderOf(parts, [dx, dy]), far = Math.hypot(x2 - x1, y2 - y1);
    parts.leader.hidden = far < 20;
    parts.leader.style.width = `${Math.max(0, far - 9)}px`;
    parts.leader.style.transform = `translate(22px, 22px) rotate(${Math.atan2(y2 - y1, x2 - x1)}rad) translateX(9px)`;
  }

  // ---------------------------------------------------------------- paint

  board.paint = () => {
    const active = document.activeElement;
    readAxes();
    paintFrame();
    width = plane.clientWidth;
    height = plane.clientHeight;
    syncNodes();
    if (width) {
      const picked = marked(), groups = groupNames();
      for (const point of points()) paintPoint(point, picked.indexOf(point.id), SHAPES[Math.max(0, groups.indexOf(point.group)) % SHAPES.length]);
      const soft = paintPicture(), handles = paintLines();
      placeNames(handles, soft);
    }
    paintFoot();
    paintStops();
    if (active && active !== document.activeElement && board.root.contains(active)) active.focus({ preventScroll: true });
  };

  function paintFrame() {
    for (const name of ["x", "y"]) {
      const { label, low = "", high = "" } = axis(name);
      sides[name].low.textContent = low;
      sides[name].title.textContent = label;
      sides[name].high.textContent = high;
    }
    const works = !board.locked() && (most() > 0 || points().some((point) => point.movable) || movableLines().length > 0);
    plane.setAttribute("role", works ? "application" : "group");
    plane.setAttribute("aria-label", board.word("plane", { x: axis("x").label, y: axis("y").label }));
    stage.classList.toggle("qspo-map-lanes", lines().some((line) => line.axis === "x"));
    tray.hidden = points().every((point) => startsPlaced(point) && placeOf(point));
    stage.classList.toggle("qspo-map-with-tray", !tray.hidden);
    tray.setAttribute("aria-label", board.word("tray"));
    trayTitle.textContent = board.word("tray");
    trayEmpty.textContent = board.word("tray_empty");
    help.textContent = board.word("keys");
  }

  function syncNodes() {
    sync(pointParts, points().map((point) => point.id), newPoint);
    sync(lineParts, movableLines().map((line) => line.id), newLine);
  }
  function sync(parts, ids, make) {
    for (const [id, old] of parts) if (!ids.includes(id)) { old.node.remove(); parts.delete(id); }
    for (const id of ids) if (!parts.has(id)) parts.set(id, make(id));
  }

  // Grid, numbers, areas and lines that stay; returns the boxes that names should rather leave free, each with what it costs to cover it.
  function paintPicture() {
    const boxes = [], nodes = [];
    for (const area of model.get("areas") ?? []) {
      if (area.corners) nodes.push(svg("polygon", { class: "qspo-map-shade", points: area.corners.map((at) => toPixel(at).join(",")).join(" ") }));
    }
    for (const value of ticks("x", width, 90)) {
      nodes.push(svg("line", { class: "qspo-map-grid", x1: toX(value), x2: toX(value), y1: 0, y2: height }),
        svg("text", { x: toX(value), y: height + 20, "text-anchor": "middle" }, tick(value, "x")));
    }
    for (const value of ticks("y", height, 60)) {
      nodes.push(svg("line", { class: "qspo-map-grid", x1: 0, x2: width, y1: toY(value), y2: toY(value) }),
        svg("text", { x: -8, y: toY(value) + 5, "text-anchor": "end" }, tick(value, "y")));
    }
    for (const area of model.get("areas") ?? []) {
      const [px, py] = toPixel([area.x, area.y]);
      const rise = (area.slope ?? 0) * (height / (axis("y").max - axis("y").min)), run = width / (axis("x").max - axis("x").min);
      const turn = (-Math.atan2(rise, run) * 180) / Math.PI;
      nodes.push(svg("text", { class: "qspo-map-area", "text-anchor": "middle", transform: `translate(${px} ${py + 5}) rotate(${turn})` }, area.label));
      boxes.push(...textBoxes(px, py, area.label, turn));
    }
    for (const line of lines()) {
      const at = line.axis === "x" ? toX(lineAt(line)) : toY(lineAt(line));
      boxes.push(line.axis === "x" ? [at - 2, 0, at + 2, height, 40] : [0, at - 2, width, at + 2, 40]);
    }
    for (const line of lines().filter((one) => !one.movable)) {
      const upright = line.axis === "x", at = upright ? toX(line.at) : toY(line.at), text = lineText(line, line.at);
      nodes.push(svg("line", { class: "qspo-map-fixed", ...(upright ? { x1: at, x2: at, y1: 0, y2: height } : { x1: 0, x2: width, y1: at, y2: at }) }));
      nodes.push(svg("text", { class: "qspo-map-fixed-name", ...(upright ? { x: at, y: -10, "text-anchor": "middle" } : { x: width - 8, y: at - 7, "text-anchor": "end" }) }, text));
      if (!upright) boxes.push([width - 12 - text.length * 7.5, at - 24, width, at, 150]);
    }
    nodes.push(svg("rect", { class: "qspo-map-edge", x: 0, y: 0, width, height }));
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    picture.replaceChildren(...nodes);
    return boxes;
  }

  // About where a written text stands, as a row of small boxes so that it may be turned.
  function textBoxes(px, py, text, turn) {
    const reach = text.length * 4, pieces = Math.ceil(reach / 10), angle = (turn * Math.PI) / 180;
    return Array.from({ length: 2 * pieces + 1 }, (_, i) => {
      const along = ((i - pieces) / pieces) * reach, x = px + along * Math.cos(angle), y = py + along * Math.sin(angle);
      return [x - 8, y - 9, x + 8, y + 9, 25];
    });
  }

  function paintLines() {
    const boxes = [];
    const sorted = [...movableLines()].sort((a, b) => lineAt(a) - lineAt(b));
    let end = 0;
    for (const line of sorted) {
      const parts = lineParts.get(line.id), upright = line.axis === "x", at = lineAt(line), { min, max } = axis(line.axis);
      if (parts.node.parentNode !== plane) plane.append(parts.node);
      parts.node.classList.toggle("qspo-map-upright", upright);
      const facts = { "aria-label": line.label, "aria-valuemin": min, "aria-valuemax": max, "aria-valuenow": at, "aria-valuetext": write(at, line.axis),
        "aria-orientation": upright ? "horizontal" : "vertical", "aria-disabled": board.locked() };
      for (const [name, value] of Object.entries(facts)) put(parts.node, name, value);
      showLine(line, at);
    }
    const sizes = sorted.map((line) => { const { handle } = lineParts.get(line.id); return [handle.offsetWidth, handle.offsetHeight]; });
    sorted.forEach((line, i) => {
      const parts = lineParts.get(line.id), upright = line.axis === "x", at = lineAt(line), [w, tall] = sizes[i];
      // Handles of upright lines share the lane above the plane, the others stand at the end of
      // their line that hides fewer points. Never on top of each other.
      if (upright) {
        const left = clamp(Math.max(toX(at) - w / 2, end), 0, Math.max(0, width - w));
        end = left + w + 6;
        parts.handle.style.left = `${left - toX(at) + 22}px`;
      } else {
        const spots = [width - 6 - w, 6, width / 2 - w / 2].map((left) => [left, toY(at) - tall / 2, left + w, toY(at) + tall / 2]);
        const hidden = spots.map((box) => 100 * count(boxes, (other) => meet(box, other)) + count([...pointParts.values()], (one) => one.at && meet(box, [one.px - 8, one.py - 8, one.px + 8, one.py + 8])));
        const box = spots[hidden.indexOf(Math.min(...hidden))];
        parts.handle.style.left = `${box[0]}px`;
        boxes.push(box);
      }
    });
    return boxes;
  }

  function showLine(line, at) {
    const { node, handle } = lineParts.get(line.id);
    node.style.transform = line.axis === "x" ? `translateX(${toX(at)}px)` : `translateY(${toY(at)}px)`;
    handle.textContent = lineText(line, at);
  }

  const groupNames = () => [...new Set(points().map((point) => point.group).filter(Boolean))];
  const put = (node, name, value) => { if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value); };

  function paintPoint(point, order, shape) {
    const parts = pointParts.get(point.id), { node } = parts, at = placeOf(point), home = at ? plane : trayBody;
    if (node.parentNode !== home) home.append(node);
    if (node.classList.contains("qspo-map-dragging")) return; // an answer of the kernel must not pull it from the hand
    if (!point.movable && parts.at && at && (parts.at[0] !== at[0] || parts.at[1] !== at[1])) glide(node);
    parts.at = at;
    parts.picked = order >= 0;
    if (parts.label.textContent !== point.label) parts.label.textContent = point.label;
    put(node, "data-shape", shape);
    node.classList.toggle("qspo-map-placed", Boolean(at));
    node.classList.toggle("qspo-map-movable", Boolean(point.movable));
    node.classList.toggle("qspo-map-picked", order >= 0);
    node.classList.toggle("qspo-map-armed", armed === point.id);
    put(node, "aria-label", [pointText(point, at), point.group, point.note].filter(Boolean).join(", "));
    if (most() && at) put(node, "aria-pressed", order >= 0);
    else node.removeAttribute("aria-pressed");
    put(node, "aria-disabled", board.locked() || !(point.movable || (most() && at)));
    parts.pick.textContent = order >= 0 ? String(order + 1) : "";
    parts.pick.hidden = order < 0 || most() === 1;
    if (!at) {
      node.style.transform = "";
      parts.label.style.transform = parts.label.style.width = "";
      for (const part of [parts.leader, parts.errorX, parts.errorY]) part.hidden = true;
      node.classList.remove("qspo-map-quiet");
      parts.measured = null;
      return;
    }
    [parts.px, parts.py] = toPixel(at);
    node.style.transform = `translate(${parts.px}px, ${parts.py}px)`;
    paintErrors(parts, point);
  }

  // A fixed point whose numbers changed travels to its new place, so that eyes can follow.
  function glide(node) {
    if (reducedMotion()) return;
    node.classList.add("qspo-map-glide");
    setTimeout(() => node.classList.remove("qspo-map-glide"), 600);
  }

  function paintErrors(parts, point) {
    parts.errorBoxes = [];
    parts.errorX.hidden = !point.error?.x;
    parts.errorY.hidden = !point.error?.y;
    if (point.error?.x) {
      const [left, right] = point.error.x.map((value) => clamp(toX(value), 0, width));
      Object.assign(parts.errorX.style, { left: `${left - parts.px + 22}px`, width: `${right - left}px`, top: "20px", height: "4px" });
      parts.errorBoxes.push([left, parts.py - 3, right, parts.py + 3, 40]);
    }
    if (point.error?.y) {
      const [bottom, top] = point.error.y.map((value) => clamp(toY(value), 0, height));
      Object.assign(parts.errorY.style, { top: `${top - parts.py + 22}px`, height: `${bottom - top}px`, left: "20px", width: "4px" });
      parts.errorBoxes.push([parts.px - 3, top, parts.px + 3, bottom, 40]);
    }
  }

  function paintFoot() {
    trayEmpty.hidden = trayBody.childElementCount > 0;
    picks.hidden = !most();
    picks.textContent = most() ? [model.get("marks").label, board.word("picks", { n: marked().length, max: most() })].filter(Boolean).join(" \u00b7 ") : "";
    const groups = groupNames();
    legend.hidden = !groups.length;
    legend.replaceChildren(...groups.map((group, i) => h("span", { data: { shape: SHAPES[i % SHAPES.length] } }, h("span", { class: "qspo-map-dot" }), group)));
    read(pointOf(shown) || lineOf(shown) ? shown : null);
  }

  function paintStops() {
    const all = walkOrder();
    if (!all.includes(stop)) stop = all[0];
    for (const [id, parts] of [...pointParts, ...lineParts]) parts.node.tabIndex = id === stop ? 0 : -1;
  }

  // ---------------------------------------------------------------- pointer

  function onPointerDown(event) {
    if (event.button !== 0) return;
    const id = pointUnder(event), line = id ? null : event.target.closest?.(".qspo-map-line")?.dataset.line;
    if (id) pressPoint(event, id);
    else if (line) pressLine(event, line);
  }

  function pressPoint(event, id) {
    flush();
    const point = pointOf(id), { node } = pointParts.get(id);
    focusOn(id);
    const click = (_, moved) => { if (!moved) press(id); };
    if (!point.movable || board.locked()) { follow(event, node, { drop: click }); return; }
    const waits = !placeOf(point);
    const box = (waits ? pointParts.get(id).dot : node).getBoundingClientRect();
    const grab = waits ? [0, 0] : [event.clientX - box.left - 22, event.clientY - box.top - 22];
    const back = waits ? [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2] : [0, 0];
    const spot = (e) => { const at = plane.getBoundingClientRect(); return [e.clientX - at.left - grab[0], e.clientY - at.top - grab[1]]; };
    const leaves = (e) => !startsPlaced(point) && inBox(e, tray);
    follow(event, node, {
      start() { armed = null; node.classList.add("qspo-map-dragging"); },
      move(dx, dy, e) {
        const [px, py] = spot(e);
        const away = leaves(e) || (waits && !inBox(e, plane));
        if (waits) node.style.transform = `translate(${dx + back[0]}px, ${dy + back[1]}px)`;
        else node.style.transform = away ? `translate(${px}px, ${py}px)` : `translate(${clamp(px, 0, width)}px, ${clamp(py, 0, height)}px)`;
        readout.textContent = pointText(point, away ? null : [fromX(px), fromY(py)]);
      },
      drop(e, moved) {
        node.classList.remove("qspo-map-dragging");
        if (!moved) { press(id); return; }
        const [px, py] = spot(e);
        if (leaves(e) || (waits && !inBox(e, plane))) putPoint(id, null);
        else putPoint(id, [fromX(px), fromY(py)]);
        focusSoon(id);
      },
      cancel() { node.classList.remove("qspo-map-dragging"); board.paint(); },
    });
  }

  function pressLine(event, id) {
    flush();
    focusOn(id);
    if (board.locked()) return;
    const line = lineOf(id), upright = line.axis === "x", { node } = lineParts.get(id);
    const first = plane.getBoundingClientRect();
    const grab = upright ? event.clientX - first.left - toX(lineAt(line)) : event.clientY - first.top - toY(lineAt(line));
    const spot = (e) => { const box = plane.getBoundingClientRect(); return upright ? fromX(e.clientX - box.left - grab) : fromY(e.clientY - box.top - grab); };
    follow(event, node, {
      start() { node.classList.add("qspo-map-dragging"); },
      move(dx, dy, e) { moving = { line: id, at: spot(e) }; showLine(line, moving.at); readout.textContent = lineText(line, moving.at); },
      drop(e, moved) { node.classList.remove("qspo-map-dragging"); if (moved) putLine(id, spot(e)); },
      cancel() { node.classList.remove("qspo-map-dragging"); moving = null; board.paint(); },
    });
  }

  function inBox(event, node) {
    const box = node.getBoundingClientRect();
    return !node.hidden && event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  }

  stage.addEventListener("pointerdown", onPointerDown);
  // The nearest dot takes the focus, which need not be the button on top.
  stage.addEventListener("mousedown", (event) => event.preventDefault());
  stage.addEventListener("pointermove", (event) => {
    if (event.buttons) return;
    const id = pointUnder(event) ?? event.target.closest?.(".qspo-map-line")?.dataset.line ?? null;
    if (id && id !== shown) read(id);
  });
  stage.addEventListener("pointerleave", () => {
    const here = document.activeElement?.dataset;
    read(stage.contains(document.activeElement) ? here.point ?? here.line ?? null : null);
  });
  plane.addEventListener("click", (event) => {
    if (!armed || event.detail === 0 || pointUnder(event) || event.target.closest(".qspo-map-line, .qspo-map-point")) return;
    const box = plane.getBoundingClientRect(), id = armed;
    putPoint(id, [fromX(event.clientX - box.left), fromY(event.clientY - box.top)]);
    focusSoon(id);
  });

  // ---------------------------------------------------------------- keyboard

  const walkOrder = () => [...points().map((point) => point.id), ...movableLines().map((line) => line.id)];

  function focusOn(id) {
    stop = id;
    paintStops();
    (pointParts.get(id) ?? lineParts.get(id))?.node.focus({ preventScroll: true });
  }
  // A point that changes between tray and plane is moved in the page and would lose the focus.
  const focusSoon = (id) => { board.paint(); focusOn(id); };

  function walk(id, key) {
    const order = walkOrder();
    const goal = clamp(order.indexOf(id) + WALK[key], 0, order.length - 1);
    (pointParts.get(order[goal]) ?? lineParts.get(order[goal])).node.scrollIntoView({ block: "nearest" });
    focusOn(order[goal]);
  }

  // Arrows on a point that stays: to the next one in that direction.
  function neighbour(id, [dx, dy]) {
    const along = dx ? 0 : 1, way = dx || dy;
    const sorted = points().filter(placeOf).sort((a, b) => way * (placeOf(a)[along] - placeOf(b)[along]));
    const next = sorted[sorted.findIndex((point) => point.id === id) + 1];
    if (next) focusOn(next.id);
  }

  // A run of arrow keys is one gesture: shown at once, saved when the keys rest.
  function nudge(change) {
    clearTimeout(settle);
    moving = change;
    board.paint();
    settle = setTimeout(flush, 180);
  }
  function flush() {
    clearTimeout(settle);
    if (moving?.id) putPoint(moving.id, moving.at);
    else if (moving?.line && !lineParts.get(moving.line)?.node.classList.contains("qspo-map-dragging")) putLine(moving.line, moving.at);
  }

  const stepped = (value, name, direction, event) => tidy(value + direction * axis(name).step * (event.shiftKey ? 5 : 1), name);
  const middle = () => ["x", "y"].map((name) => tidy((axis(name).min + axis(name).max) / 2, name));

  function onPointKey(event, id) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const point = pointOf(id), at = placeOf(point), arrow = ARROWS[event.key], may = point.movable && !board.locked();
    if (arrow && may && at) nudge({ id, at: [stepped(at[0], "x", arrow[0], event), stepped(at[1], "y", arrow[1], event)] });
    else if (arrow && may) enter(id);
    else if (arrow && at) neighbour(id, arrow);
    else if (arrow) walk(id, arrow[0] + -arrow[1] > 0 ? "PageDown" : "PageUp");
    else if (event.key in WALK) { flush(); walk(id, event.key); }
    else if (event.key === "m" || event.key === "M") toggleMark(id);
    else if ((event.key === "Delete" || event.key === "Backspace") && may && at && !startsPlaced(point)) { flush(); putPoint(id, null); focusSoon(id); }
    else if (event.key === "Escape" && armed) { armed = null; board.paint(); }
    else return;
    event.preventDefault();
  }

  function onLineKey(event, id) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const line = lineOf(id), arrow = ARROWS[event.key];
    if (arrow && !board.locked()) nudge({ line: id, at: stepped(lineAt(line), line.axis, arrow[0] || arrow[1], event) });
    else if (event.key in WALK) { flush(); walk(id, event.key); }
    else return;
    event.preventDefault();
  }

  // ---------------------------------------------------------------- table twin

  board.table = () => {
    const columns = [board.word("column_name"), axis("x").label, axis("y").label, ...(most() ? [model.get("marks").label || board.word("column_pick")] : [])];
    return { columns, rows: [...points().map(pointRow), ...lines().map(lineRow)] };
  };

  function pointRow(point) {
    const at = placeOf(point);
    const cells = ["x", "y"].map((name, i) => {
      if (point.movable) return numberCell(`${point.id}/${name}`, point.label, name, at?.[i] ?? null, () => typePoint(point.id));
      return at ? writeRange(point, at[i], name) : board.word("no_number");
    });
    return [point.label, ...cells, ...(most() ? [pickCell(point)] : [])];
  }

  function lineRow(line) {
    const cell = line.movable
      ? numberCell(`${line.id}/at`, line.label, line.axis, lineAt(line), (input) => { if (input.value !== "") putLine(line.id, tidy(Number(input.value), line.axis)); board.paintTwin(); })
      : write(line.at, line.axis);
    return [line.label, ...(line.axis === "x" ? [cell, ""] : ["", cell]), ...(most() ? [""] : [])];
  }

  function numberCell(key, label, name, value, typed) {
    const { min, max, step } = axis(name);
    const input = twinInputs.get(key) ?? h("input", { type: "number", data: { keep: key }, onchange: () => typed(input) });
    twinInputs.set(key, input);
    Object.assign(input, { min, max, step, disabled: board.locked() });
    input.setAttribute("aria-label", `${label}: ${axis(name).label}`);
    // A number typed for a point that still lacks the other one stays where it was typed.
    if (value !== null || !input.dataset.half) input.value = value ?? "";
    return input;
  }

  function typePoint(id) {
    const point = pointOf(id), inputs = ["x", "y"].map((name) => twinInputs.get(`${id}/${name}`));
    const filled = inputs.filter((input) => input.value !== "").length;
    for (const input of inputs) delete input.dataset.half;
    if (filled === 2) putPoint(id, [tidy(Number(inputs[0].value), "x"), tidy(Number(inputs[1].value), "y")]);
    else if (!placeOf(point)) for (const input of inputs) input.dataset.half = "1";
    else if (!startsPlaced(point)) putPoint(id, null);
    board.paintTwin();
  }

  function pickCell(point) {
    const key = `${point.id}/pick`;
    const input = twinInputs.get(key) ?? h("input", { type: "checkbox", data: { keep: key }, onchange: () => { toggleMark(point.id); board.paintTwin(); } });
    twinInputs.set(key, input);
    input.checked = marked().includes(point.id);
    input.disabled = board.locked() || !placeOf(point) || (!input.checked && most() > 1 && marked().length >= most());
    input.setAttribute("aria-label", `${point.label}: ${model.get("marks").label || board.word("column_pick")}`);
    return input;
  }

  // ---------------------------------------------------------------- size, cleanup

  const watch = new ResizeObserver(() => { if (plane.clientWidth !== width || plane.clientHeight !== height) board.paint(); });
  watch.observe(plane);
  board.close = () => { flush(); watch.disconnect(); };
  return board.open();
}

export default { render };
