// ---------------------------------------------------------------- card board: cards in columns, buckets or slices

// The arrangement after one card was put at a place of a column; the same rule as `moved` in card_board.py.
// Column ids may look like numbers, and objects list those first: the order of columns comes from the trait only.
function moved(columns, card, column, place) {
  const rest = Object.fromEntries(Object.entries(columns).map(([id, cards]) => [id, cards.filter((other) => other !== card)]));
  rest[column].splice(Math.max(place, 0), 0, card);
  return rest;
}

function placeOf(columns, card) {
  for (const [column, cards] of Object.entries(columns)) {
    const place = cards.indexOf(card);
    if (place >= 0) return { column, place };
  }
  return null;
}

// Put a card's node before another. Where the browser can move a node as it is, the focus is not even lost for a moment.
function placeNode(list, node, next) {
  if (node === next) return;
  if (node.isConnected && list.isConnected && list.moveBefore) list.moveBefore(node, next); else list.insertBefore(node, next);
}

// What lies nearest in the direction of an arrow key: the smallest gap first, then the smallest sidestep.
// Left and right stay in the same row.
function nearest(a, items, key) {
  const mid = (low, high) => (low + high) / 2;
  let best = null;
  for (const item of items) {
    const b = item.getBoundingClientRect();
    const gap = { ArrowLeft: a.left - b.right, ArrowRight: b.left - a.right, ArrowUp: a.top - b.bottom, ArrowDown: b.top - a.bottom }[key];
    const across = key === "ArrowLeft" || key === "ArrowRight";
    if (gap < -1 || (across && (b.top >= a.bottom || b.bottom <= a.top))) continue;
    const aside = across ? Math.abs(mid(a.top, a.bottom) - mid(b.top, b.bottom)) : Math.abs(mid(a.left, a.right) - mid(b.left, b.right));
    if (!best || gap < best.gap - 1 || (gap <= best.gap + 1 && aside < best.aside)) best = { item, gap, aside };
  }
  return best?.item ?? null;
}

// The box that scrolls the page: the notebook's. Boxes that overflow by a rounding error do not count.
function scrollerOf(node) {
  for (let up = node.parentElement; up; up = up.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(up).overflowY) && up.scrollHeight > up.clientHeight + 8) return up;
  }
  return document.scrollingElement;
}

function render(context) {
  const board = openBoard(context, "cards");
  board.inputs = ["columns", "cards", "options", "pool", "sorted", "moves", "arrangement"];
  const get = (name) => board.model.get(name);

  let picked = null;      // {card, keys}: chosen by a click, a tap or a key, waiting for its new place
  let carried = null;     // {column, place}: where keys have carried the picked card; shown, not yet saved
  let current = null;     // the one card that Tab reaches
  let painting = false;
  let dragged = false;    // a drag has just ended: the click that follows is not a choice
  let zones = [];
  const parts = new Map();

  const cards = () => get("cards");
  const cardOf = (id) => cards().find((card) => card.id === id);
  const columnOf = (id) => get("columns").find((column) => column.id === id);
  const counted = (column) => get("sorted") && column !== get("pool");
  const saved = () => board.value().columns ?? {};
  const arranged = () => (picked && carried && carried.column in saved() ? moved(saved(), picked.card, carried.column, carried.place) : saved());

  // ---------------------------------------------------------------- elements

  const line = h("div", { class: "qspo-line", hidden: true });
  const help = h("p", { class: "qspo-note qspo-help" });
  const grid = h("div", { class: "qspo-zones" });
  const top = h("div", { class: "qspo-top" });
  board.surface.append(top, grid, line, help);

  function zoneParts(column, wide) {
    const id = freshId("zone");
    const count = h("span", { class: "qspo-count" });
    const put = h("button", { type: "button", class: "qspo-put", onclick: (event) => { event.stopPropagation(); putInto(column.id); } });
    const list = h("ul", { class: "qspo-list", role: "list" });
    const node = h("section", { class: "qspo-zone", role: "group", "aria-labelledby": id, data: { column: column.id },
      onclick: (event) => { if (picked && !event.target.closest("[data-card]")) putInto(column.id); } },
      h("header", { class: "qspo-zone-head" }, h("h4", { id }, column.label), count, put),
      column.note ? h("p", { class: "qspo-note" }, column.note) : null, list);
    return { id: column.id, label: column.label, node, list, count, put, flows: wide };
  }

  function cardParts(id) {
    const number = h("span", { class: "qspo-number" });
    const label = h("span", { class: "qspo-label" });
    const note = h("span", { class: "qspo-card-note" });
    const meta = h("span", { class: "qspo-meta" });
    const face = h("button", { type: "button", class: "qspo-face" }, number, h("span", { class: "qspo-words" }, label, note), meta);
    const before = h("button", { type: "button", class: "qspo-step", onclick: () => step(id, -1) });
    const after = h("button", { type: "button", class: "qspo-step", onclick: () => step(id, 1) });
    const steps = h("div", { class: "qspo-extras", hidden: true }, before, after);
    const extras = h("div", { class: "qspo-extras", hidden: true });
    const node = h("li", { class: "qspo-card", data: { card: id },
      onpointerdown: (event) => press(event, id),
      onclick: (event) => { if (!event.target.closest(".qspo-extras") && !dragged) pick(id, event.detail === 0); } },
      h("div", { class: "qspo-card-top" }, h("span", { class: "qspo-grip", "aria-hidden": "true" }), face), extras, steps);
    return { node, face, number, label, note, meta, steps, before, after, extras, controls: [] };
  }

  function optionParts(option, card) {
    const name = `${option.label}: ${card.label}`;
    const choose = (value, text) => board.change(
      { options: { ...board.value().options, [card.id]: { ...board.value().options?.[card.id], [option.id]: value } } }, `${name}: ${text}`);
    return option.kind === "toggle" ? toggle(name, option.label, choose) : selection(name, option.label, option.options, choose);
  }

  function toggle(name, label, choose) {
    const input = h("input", { type: "checkbox", "aria-label": name, onchange: () => choose(input.checked, board.word(input.checked ? "on" : "off")) });
    return { node: h("label", { class: "qspo-tick" }, input, h("span", {}, label)), input, show(value) { input.checked = value === true; } };
  }

  function selection(name, label, options, choose) {
    const input = h("select", { "aria-label": name, onchange: () => choose(input.value || null, input.selectedOptions[0].textContent) },
      h("option", { value: "" }, board.word("not_set")), options.map((option) => h("option", { value: option.id }, option.label)));
    return { node: h("label", { class: "qspo-tick" }, h("span", {}, label), input), input, show(value) { input.value = value ?? ""; } };
  }

  // ---------------------------------------------------------------- geometry

  const zoneOf = (column) => zones.find((zone) => zone.id === column);
  const othersIn = (zone, card) => [...zone.list.children].filter((node) => node.dataset.card !== card);

  // Where a card would land: the column under the pointer and the place among its other cards.
  function targetAt(x, y, card) {
    const zone = zoneOf(elementUnder(board.surface, x, y, "[data-column]")?.dataset.column);
    if (!zone) return null;
    const others = othersIn(zone, card);
    const place = others.findIndex((node) => {
      const box = node.getBoundingClientRect();
      return zone.flows ? y < box.top || (y < box.bottom && x < (box.left + box.right) / 2) : y < (box.top + box.bottom) / 2;
    });
    return { zone, column: zone.id, place: place < 0 ? others.length : place };
  }

  function showTarget(target, card) {
    const here = placeOf(saved(), card);
    const changes = target && !(target.column === here.column && target.place === here.place);
    for (const zone of zones) zone.node.classList.toggle("qspo-over", zone === target?.zone);
    line.hidden = !changes;
    if (!changes) return;
    const { zone, place } = target;
    const others = othersIn(zone, card), next = others[place], last = others.at(-1);
    const frame = board.surface.getBoundingClientRect(), list = zone.list.getBoundingClientRect();
    const box = (next ?? last)?.getBoundingClientRect() ?? { left: list.left, top: list.top + 4, bottom: list.top + 48, right: list.left };
    const upright = zone.flows;
    const x = upright ? (next || !last ? box.left - 5 : box.right + 2) : list.left;
    const y = upright ? box.top : next || !last ? box.top - 5 : box.bottom + 2;
    line.style.width = `${upright ? 3 : list.width}px`;
    line.style.height = `${upright ? box.bottom - box.top : 3}px`;
    line.style.transform = `translate(${x - frame.left}px, ${y - frame.top}px)`;
  }

  // ---------------------------------------------------------------- paint

  function buildZones() {
    const columns = get("columns"), pool = get("pool"), arrangement = get("arrangement");
    const shape = JSON.stringify([columns, pool, arrangement]);
    if (board.surface.__shape === shape) return;
    board.surface.__shape = shape;
    const inOrder = [...columns.filter((column) => column.id === pool), ...columns.filter((column) => column.id !== pool)];
    zones = inOrder.map((column) => zoneParts(column, column.id === pool || arrangement === "slices"));
    top.replaceChildren(...zones.filter((zone) => zone.id === pool).map((zone) => zone.node));
    grid.replaceChildren(...zones.filter((zone) => zone.id !== pool).map((zone) => zone.node));
    board.surface.dataset.arrangement = arrangement;
    board.surface.classList.toggle("qspo-many", grid.children.length > 4);
  }

  function fillCard(part, card) {
    Object.assign(part, { card, options: get("options"), words: get("words") });
    part.label.textContent = card.label;
    part.note.textContent = card.note ?? "";
    part.note.hidden = !card.note;
    part.meta.textContent = card.meta ?? "";
    part.meta.hidden = !card.meta;
    part.node.dataset.tone = card.tone ?? "";
    part.controls = part.options.filter((option) => !option.cards || option.cards.includes(card.id)).map((option) => ({ option, ...optionParts(option, card) }));
    part.extras.replaceChildren(...part.controls.map((control) => control.node));
  }

  // A card is written only where something about it changed.
  function paintCard(part, card, column, place, count) {
    const fresh = part.card !== card || part.options !== get("options") || part.words !== get("words");
    if (fresh) fillCard(part, card);
    const locked = board.locked(), chosen = picked?.card === card.id, reached = card.id === current;
    const number = counted(column) ? String(place + 1) : "";
    const choices = board.value().options?.[card.id] ?? {};
    const stepping = chosen && !picked.keys && counted(column);
    const state = JSON.stringify([locked, chosen, reached, number, column, choices, stepping && count]);
    if (!fresh && part.state === state) return;
    part.state = state;
    part.number.textContent = number;
    part.number.hidden = !number;
    part.face.tabIndex = reached && !locked ? 0 : -1;
    if (locked) part.face.removeAttribute("aria-pressed"); else part.face.setAttribute("aria-pressed", String(chosen));
    if (locked) part.face.setAttribute("aria-disabled", "true"); else part.face.removeAttribute("aria-disabled");
    part.node.classList.toggle("qspo-picked", chosen);
    for (const { option, node, input, show } of part.controls) {
      node.hidden = Boolean(option.columns) && !option.columns.includes(column);
      input.disabled = locked;
      input.tabIndex = reached ? 0 : -1;
      show(choices[option.id]);
    }
    part.extras.hidden = part.controls.every((control) => control.node.hidden);
    part.steps.hidden = !stepping;
    if (stepping) paintSteps(part, card, place, count);
  }

  function paintSteps(part, card, place, count) {
    const [before, after] = get("arrangement") === "slices" ? ["left", "right"] : ["up", "down"];
    for (const [button, word, end] of [[part.before, before, 0], [part.after, after, count - 1]]) {
      button.textContent = board.word(word);
      button.setAttribute("aria-label", `${board.word(word)}: ${card.label}`);
      button.setAttribute("aria-disabled", String(place === end));
    }
  }

  function paintZone(zone, ids) {
    const choosing = picked && !carried && placeOf(saved(), picked.card)?.column !== zone.id;
    zone.count.textContent = String(ids.length);
    zone.count.hidden = Boolean(choosing);
    zone.put.hidden = !choosing;
    if (choosing) {
      zone.put.textContent = board.word("put_here");
      zone.put.setAttribute("aria-label", board.word("put_into", { card: cardOf(picked.card).label, column: zone.label }));
    }
    zone.node.classList.toggle("qspo-choosing", Boolean(choosing));
  }

  function paintHelp() {
    const direct = get("arrangement") !== "buckets" ? Math.min(9, grid.children.length) : 0;
    help.hidden = board.locked();
    help.textContent = picked ? board.word("chosen", { card: cardOf(picked.card).label })
      : [board.word("help"), direct > 1 ? board.word("help_digits", { last: direct }) : ""].join(" ").trim();
  }

  // Card nodes are kept by id and only moved, so that a redraw is quick and focus stays where it was.
  board.paint = () => {
    if (board.locked() || (picked && !cardOf(picked.card))) picked = carried = null;
    buildZones();
    const arrangement = arranged(), byId = new Map(cards().map((card) => [card.id, card]));
    if (!byId.has(current)) current = zones.flatMap((zone) => arrangement[zone.id] ?? [])[0] ?? null;
    const active = board.surface.contains(document.activeElement) ? document.activeElement : null;
    painting = true;
    for (const zone of zones) {
      const ids = (arrangement[zone.id] ?? []).filter((id) => byId.has(id));
      paintZone(zone, ids);
      ids.forEach((id, place) => {
        if (!parts.has(id)) parts.set(id, cardParts(id));
        const part = parts.get(id);
        paintCard(part, byId.get(id), zone.id, place, ids.length);
        placeNode(zone.list, part.node, zone.list.children[place] ?? null);
      });
    }
    for (const [id, part] of parts) if (!byId.has(id)) { part.node.remove(); parts.delete(id); }
    paintHelp();
    if (active && active !== document.activeElement && active.isConnected) active.focus({ preventScroll: true });
    painting = false;
  };

  board.table = () => {
    const sorted = get("sorted"), options = get("options");
    const here = (card) => placeOf(saved(), card.id);
    const columns = [board.word("card"), board.word("column"), ...(sorted ? [board.word("place")] : []), ...options.map((option) => option.label)];
    const cell = (card, name, key, choices, value, choose) => (board.locked() ? choices.find((choice) => choice.id === value)?.label ?? ""
      : h("select", { "aria-label": `${name}: ${card.label}`, data: { keep: `${key}/${card.id}` }, onchange: (event) => choose(event.target.value) },
        choices.map((choice) => h("option", { value: choice.id, selected: choice.id === value }, choice.label))));
    const columnCell = (card) => cell(card, board.word("column"), "column", zones, here(card).column,
      (column) => settle(card.id, column, saved()[column].length));
    const placeCell = (card) => {
      const { column, place } = here(card);
      if (!counted(column)) return "";
      const places = saved()[column].map((_, i) => ({ id: String(i), label: String(i + 1) }));
      return cell(card, board.word("place"), "place", places, String(place), (to) => settle(card.id, column, Number(to)));
    };
    const optionCell = (card, option) => {
      if ((option.cards && !option.cards.includes(card.id)) || (option.columns && !option.columns.includes(here(card).column))) return "";
      const value = board.value().options?.[card.id]?.[option.id];
      if (board.locked()) return option.kind === "toggle" ? board.word(value ? "on" : "off") : option.options.find((choice) => choice.id === value)?.label ?? board.word("not_set");
      const control = optionParts(option, card);
      control.input.dataset.keep = `${option.id}/${card.id}`;
      control.show(value);
      return control.node;
    };
    const rows = cards().filter(here).map((card) => [card.label, columnCell(card), ...(sorted ? [placeCell(card)] : []), ...options.map((option) => optionCell(card, option))]);
    return { columns, rows };
  };

  // ---------------------------------------------------------------- moves

  function position(card, columns) {
    const { column, place } = placeOf(columns, card);
    return { card: cardOf(card).label, column: columnOf(column).label, place: place + 1, count: columns[column].length, plain: !counted(column) };
  }

  function announce(word, card, columns) {
    const values = position(card, columns);
    return board.word(values.plain ? `${word}_plain` : word, values);
  }

  // The end of every gesture. Putting a card where it stands changes nothing and is no change.
  function settle(card, column, place, stay = false) {
    const columns = saved(), from = placeOf(columns, card), after = moved(columns, card, column, place), to = placeOf(after, card);
    carried = null;
    if (!stay) picked = null;
    if (from.column === to.column && from.place === to.place) return board.paint();
    const changed = { columns: after };
    if (get("moves") && (from.column !== to.column || counted(column))) {
      const counts = board.value().moves ?? {};
      changed.moves = { ...counts, [card]: (counts[card] ?? 0) + 1 };
    }
    board.change(changed, announce("moved", card, after));
  }

  function focusCard(id) {
    parts.get(id)?.face.focus({ preventScroll: true });
  }

  function putInto(column) {
    const { card } = picked;
    focusCard(card);
    settle(card, column, saved()[column].length);
  }

  function step(id, by) {
    const { column, place } = placeOf(saved(), id);
    if (place + by >= 0 && place + by < saved()[column].length) settle(id, column, place + by, true);
  }

  // A click, a tap, Space or Enter: choose a card, or put the chosen one down where it is.
  function pick(id, keys) {
    if (board.locked()) return;
    const again = picked?.card === id;
    putDown();
    focusCard(id);
    if (again) return;
    picked = { card: id, keys };
    board.paint();
    board.say(announce("picked", id, saved()));
  }

  function putDown() {
    if (!picked) return;
    const { column, place } = carried ?? placeOf(saved(), picked.card);
    settle(picked.card, column, place);
  }

  function putBack() {
    const { card } = picked;
    picked = carried = null;
    board.paint();
    parts.get(card).node.scrollIntoView({ block: "nearest" });
    board.say(announce("put_back", card, saved()));
  }

  // ---------------------------------------------------------------- pointer

  // A mouse drags a card from anywhere on it; a finger or pen by its grip, so that the page still scrolls.
  function press(event, id) {
    if (board.locked() || event.target.closest(".qspo-extras")) return;
    if (event.pointerType !== "mouse" && !event.target.closest(".qspo-grip")) return;
    const { node } = parts.get(id);
    const scroller = scrollerOf(board.surface);
    let ghost = null, target = null, at = event, frame = 0;
    const aim = () => { target = targetAt(at.clientX, at.clientY, id); showTarget(target, id); };
    let last = performance.now();
    const scroll = (now) => {
      frame = requestAnimationFrame(scroll);
      const box = scroller === document.scrollingElement ? null : scroller.getBoundingClientRect();
      const top = Math.max(0, box?.top ?? 0), bottom = Math.min(innerHeight, box?.bottom ?? innerHeight);
      const beyond = Math.min(0, at.clientY - top - 48) + Math.max(0, at.clientY - bottom + 48);
      const before = scroller.scrollTop;
      if (beyond) scroller.scrollTop += Math.max(-48, Math.min(48, beyond)) * Math.min(100, now - last) / 60;
      last = now;
      if (scroller.scrollTop !== before) aim();
    };
    const end = () => {
      cancelAnimationFrame(frame);
      ghost?.remove();
      node.classList.remove("qspo-dragged");
      board.root.classList.remove("qspo-dragging");
      showTarget(null, id);
    };
    // A redraw from the kernel may take the node away from the pointer: then the drag is over.
    node.addEventListener("lostpointercapture", () => node.dispatchEvent(new PointerEvent("pointercancel")), { once: true });
    follow(event, node, {
      start() {
        putDown();
        focusCard(id);
        ghost = ghostOf(node);
        node.classList.add("qspo-dragged");
        board.root.classList.add("qspo-dragging");
        scroll(last);
      },
      move(dx, dy, e) {
        at = e;
        ghost.style.transform = `translate(${dx}px, ${dy}px)`;
        aim();
      },
      drop(e, isDrag) {
        if (!isDrag) return;
        dragged = true;
        setTimeout(() => { dragged = false; });
        end();
        if (target) settle(id, target.column, target.place);
      },
      cancel: end,
    });
  }

  // The copy that follows the pointer hangs on the page itself, where no scrolling box can clip it.
  function ghostOf(node) {
    const box = node.getBoundingClientRect();
    const copy = node.cloneNode(true);
    for (const extra of copy.querySelectorAll(".qspo-extras")) extra.remove();
    delete copy.dataset.card;
    const ghost = h("div", { class: "qspo qspo-cards qspo-ghost", "aria-hidden": "true" }, h("div", { data: { arrangement: get("arrangement") } }, copy));
    ghost.inert = true;
    Object.assign(ghost.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px` });
    document.body.append(ghost);
    return ghost;
  }

  // ---------------------------------------------------------------- keyboard

  board.surface.addEventListener("keydown", (event) => {
    if (board.locked() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && picked) { event.preventDefault(); focusCard(picked.card); putBack(); return; }
    if (!event.target.classList.contains("qspo-face")) return;
    const id = event.target.closest("[data-card]").dataset.card;
    if (/^Arrow/.test(event.key)) {
      event.preventDefault();
      if (picked?.card === id) carry(id, event.key); else look(id, event.key);
    } else if (/^[1-9]$/.test(event.key) && get("arrangement") !== "buckets") {
      const zone = zones.filter((each) => each.id !== get("pool"))[Number(event.key) - 1];
      if (!zone) return;
      event.preventDefault();
      settle(id, zone.id, saved()[zone.id].filter((other) => other !== id).length);
    }
  });

  // Arrows without a picked card move the focus: first inside the zone, then to the zone beside it.
  function look(id, key) {
    const { node } = parts.get(id);
    const home = zoneOf(placeOf(saved(), id).column);
    const filled = zones.filter((zone) => zone.list.children.length);
    const mate = nearest(node.getBoundingClientRect(), othersIn(home, id), key);
    if (mate) return parts.get(mate.dataset.card).face.focus();
    const across = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const beside = zoneBeside(home, node, key, filled) ?? (across && filled[filled.indexOf(home) + across]?.node);
    if (!beside) return;
    const list = zoneOf(beside.dataset.column).list;
    parts.get(closest(node, list.children).dataset.card).face.focus();
  }

  // The zone that an arrow leads to: beyond the edge of the card's own zone, level with the card.
  function zoneBeside(home, node, key, among) {
    const zone = home.node.getBoundingClientRect(), card = node.getBoundingClientRect();
    const level = key === "ArrowUp" || key === "ArrowDown" ? [zone, card] : [card, zone];
    const edge = { top: level[0].top, bottom: level[0].bottom, left: level[1].left, right: level[1].right };
    return nearest(edge, among.filter((each) => each !== home).map((each) => each.node), key);
  }

  function closest(from, items) {
    const middle = (node) => { const box = node.getBoundingClientRect(); return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]; };
    const [x, y] = middle(from);
    const far = (node) => { const [u, v] = middle(node); return Math.hypot(u - x, v - y); };
    return [...items].reduce((best, node) => (far(node) < far(best) ? node : best));
  }

  // Arrows with a picked card carry it: across to the column before or after, along its order inside the column.
  // At the end of an order, or where order does not count, up and down lead to the zone above or below.
  function carry(id, key) {
    const columns = arranged(), here = placeOf(columns, id);
    const back = key === "ArrowLeft" || key === "ArrowUp";
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    const along = sideways === (get("arrangement") === "slices");
    const place = here.place + (back ? -1 : 1);
    if (along && counted(here.column) && place >= 0 && place < columns[here.column].length) return carryTo(id, here.column, place);
    const home = zoneOf(here.column);
    const next = along
      ? !sideways && zoneBeside(home, parts.get(id).node, key, zones)?.dataset.column
      : zones[zones.indexOf(home) + (back ? -1 : 1)]?.id;
    if (!next) return;
    const count = columns[next].length;
    carryTo(id, next, !counted(next) ? count : along ? (back ? count : 0) : Math.min(here.place, count));
  }

  function carryTo(id, column, place) {
    carried = { column, place };
    picked.keys = true;
    board.paint();
    parts.get(id).node.scrollIntoView({ block: "nearest" });
    board.say(announce("carried", id, arranged()));
  }

  // One tab stop: the card that had the focus last, and then its own options.
  board.surface.addEventListener("focusin", (event) => {
    const id = event.target.closest("[data-card]")?.dataset.card;
    if (painting || !id || id === current) return;
    current = id;
    board.paint();
  });

  // What is seen is what is saved: whoever leaves the board with a carried card has put it down.
  board.surface.addEventListener("focusout", (event) => {
    if (!painting && carried && !board.surface.contains(event.relatedTarget)) putDown();
  });

  // ---------------------------------------------------------------- model to view, cleanup

  return board.open();
}

export default { render };
