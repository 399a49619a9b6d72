// ---------------------------------------------------------------- rank list: items in an order, and a pool beside it

// The same as `moved` in rank_list.py: one item at a place (1 is first), all others keep their order.
function moved(order, item, place) {
  const others = order.filter((one) => one !== item);
  return [...others.slice(0, place - 1), item, ...others.slice(place - 1)];
}

function render(context) {
  const board = openBoard(context, "rank-list");
  const { model, surface } = board;
  board.inputs = ["items", "top", "start_ranked", "options"];

  // ---------------------------------------------------------------- elements

  const helpId = freshId("help");
  const listTitle = h("h4", { id: freshId("ranked") }), poolTitle = h("h4", { id: freshId("pool") });
  const list = h("ol", { class: "qspo-rank-items", "aria-labelledby": listTitle.id });
  const pool = h("ul", { class: "qspo-rank-items", "aria-labelledby": poolTitle.id });
  const listEmpty = h("p", { class: "qspo-note" }), poolEmpty = h("p", { class: "qspo-note" });
  const listBox = h("div", { class: "qspo-rank-box qspo-rank-ranked" }, listTitle, list, listEmpty);
  const poolBox = h("div", { class: "qspo-rank-box qspo-rank-pool" }, poolTitle, pool, poolEmpty);
  const line = h("div", { class: "qspo-rank-line", hidden: true });
  const first = h("li", { class: "qspo-rank-first", "aria-hidden": "true" });
  const help = h("p", { class: "qspo-note qspo-rank-help", id: helpId });
  const stage = h("div", { class: "qspo-rank-stage" }, listBox, poolBox);
  surface.append(stage, help);

  const rows = new Map();    // item id -> nodes of its row
  const selects = new Map(); // what the table twin reuses
  let held = null;           // {id, order}: picked up by key, the order shown but not saved
  let stop = null;           // the one row that Tab reaches
  let painting = false;

  function newRow(id) {
    const parts = { place: h("span", { class: "qspo-rank-place" }), label: h("span", { class: "qspo-rank-name" }), note: h("small", {}),
      meta: h("span", { class: "qspo-rank-meta" }), options: h("span", { class: "qspo-rank-options" }) };
    parts.grip = h("span", { class: "qspo-rank-grip", "aria-hidden": "true" });
    parts.main = h("button", { type: "button", class: "qspo-rank-main", tabindex: "-1", "aria-describedby": helpId,
      onkeydown: (event) => onKey(event, id), onclick: (event) => { if (event.detail === 0) pickOrDrop(id); },
      onfocus: () => { stop = id; paintStops(); }, onblur: () => { if (!painting && held?.id === id) drop(); } },
    parts.grip, parts.place, h("span", { class: "qspo-rank-text" }, parts.label, parts.note), parts.meta);
    parts.up = step(id, -1, "\u2191");
    parts.down = step(id, 1, "\u2193");
    parts.node = h("li", { class: "qspo-rank-row", data: { item: id } }, parts.main, parts.options, h("span", { class: "qspo-rank-steps" }, parts.up, parts.down));
    parts.main.addEventListener("pointerdown", (event) => onPointerDown(event, id));
    return parts;
  }

  const step = (id, by, sign) => h("button", { type: "button", class: "qspo-rank-step", tabindex: "-1", onclick: () => stepBy(id, by) }, h("span", { "aria-hidden": "true" }, sign));

  // ---------------------------------------------------------------- the answer

  const items = () => model.get("items") ?? [];
  const itemOf = (id) => items().find((item) => item.id === id);
  const saved = () => (board.value().order ?? []).filter((id) => itemOf(id));
  const order = () => held?.order ?? saved();
  const loose = (ranked = order()) => items().map((item) => item.id).filter((id) => !ranked.includes(id));
  const hasPool = () => !model.get("start_ranked") || loose().length > 0;
  const chosen = (id) => board.value().options?.[id] ?? {};

  function save(next, id) {
    held = null;
    if (next.join("\n") === saved().join("\n")) { board.paint(); board.say(placeText(id, next)); return; }
    board.change({ order: next }, placeText(id, next));
  }

  function choose(id, option, choice, said) {
    const known = Object.fromEntries(items().map((item) => [item.id, chosen(item.id)]));
    board.change({ order: saved(), options: { ...known, [id]: { ...chosen(id), [option]: choice } } }, said);
  }

  // One place up or down; from the pool to the end of the list, and back from there if there is a pool.
  function stepped(ranked, id, by) {
    const at = ranked.indexOf(id);
    if (at < 0) return by < 0 ? [...ranked, id] : ranked;
    if (at + by >= ranked.length) return model.get("start_ranked") ? ranked : ranked.filter((one) => one !== id);
    return moved(ranked, id, Math.max(1, at + by + 1));
  }

  function stepBy(id, by) {
    if (board.locked()) return;
    save(stepped(saved(), id, by), id);
    board.paint();
    rows.get(id).main.focus({ preventScroll: true });
  }

  // ---------------------------------------------------------------- words

  const kinds = new Intl.PluralRules("en-GB", { type: "ordinal" });
  const ordinal = (n) => board.word(`ordinal_${kinds.select(n)}`, { n });

  function placeText(id, ranked) {
    const label = itemOf(id).label, at = ranked.indexOf(id);
    return at < 0 ? board.word("now_unranked", { label }) : board.word("now_at", { label, place: ordinal(at + 1), n: ranked.length });
  }

  function rowText(id) {
    const label = itemOf(id).label, at = order().indexOf(id), top = model.get("top");
    if (at < 0) return board.word("row_unranked", { label });
    return board.word(at < top ? "row_first" : "row", { label, place: ordinal(at + 1), n: order().length, top });
  }

  // ---------------------------------------------------------------- paint

  board.paint = () => {
    const active = document.activeElement;
    painting = true;
    for (const [id, old] of rows) if (!itemOf(id)) { old.node.remove(); rows.delete(id); }
    for (const { id } of items()) if (!rows.has(id)) rows.set(id, newRow(id));
    if (held && (board.locked() || !itemOf(held.id))) held = null;
    const ranked = order(), top = model.get("top");
    const nodes = ranked.map((id) => rows.get(id).node);
    first.textContent = board.word("first", { n: top });
    if (top > 0 && ranked.length >= top) nodes.splice(top, 0, first);
    else first.remove();
    arrange(list, nodes);
    arrange(pool, loose().map((id) => rows.get(id).node));
    items().forEach(paintRow);
    listTitle.textContent = board.word("ranked");
    poolTitle.textContent = board.word("pool");
    listEmpty.textContent = board.word("ranked_empty");
    poolEmpty.textContent = board.word("pool_empty");
    listEmpty.hidden = ranked.length > 0;
    poolEmpty.hidden = loose().length > 0;
    poolBox.hidden = !hasPool();
    listTitle.hidden = !hasPool();
    stage.classList.toggle("qspo-rank-with-pool", hasPool());
    help.textContent = board.word("keys");
    paintStops();
    if (active && active !== document.activeElement && board.root.contains(active)) active.focus({ preventScroll: true });
    painting = false;
  };

  // Put children in order, touching only those that stand elsewhere.
  function arrange(parent, nodes) {
    nodes.forEach((node, i) => { if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null); });
    while (parent.children.length > nodes.length) parent.lastChild.remove();
  }

  function paintRow(item) {
    const parts = rows.get(item.id), at = order().indexOf(item.id), locked = board.locked();
    parts.place.textContent = at < 0 ? "" : String(at + 1);
    parts.label.textContent = item.label;
    parts.note.textContent = item.note ?? "";
    parts.note.hidden = !item.note;
    parts.meta.textContent = item.meta ?? "";
    parts.meta.hidden = !item.meta;
    parts.node.classList.toggle("qspo-rank-held", held?.id === item.id);
    parts.node.classList.toggle("qspo-rank-top", at >= 0 && at < model.get("top"));
    parts.main.setAttribute("aria-label", [rowText(item.id), item.note, item.meta].filter(Boolean).join(", "));
    parts.main.setAttribute("aria-pressed", held?.id === item.id);
    parts.main.setAttribute("aria-disabled", locked);
    parts.up.setAttribute("aria-label", board.word(at < 0 ? "rank_last" : "up", { label: item.label }));
    parts.down.setAttribute("aria-label", board.word("down", { label: item.label }));
    parts.up.disabled = locked || at === 0;
    parts.down.hidden = at < 0;
    parts.down.disabled = locked || (at === order().length - 1 && model.get("start_ranked"));
    paintOptions(parts, item);
  }

  function paintOptions(parts, item) {
    const options = model.get("options") ?? [], shape = JSON.stringify([options, board.word("not_set")]);
    if (parts.shape !== shape) {
      parts.shape = shape;
      parts.fields = options.map((option) => (option.kind === "toggle" ? toggleField(option, item.id) : choiceField(option, item.id)));
      parts.options.replaceChildren(...parts.fields.map((field) => field.node));
      parts.options.hidden = !options.length;
    }
    options.forEach((option, i) => parts.fields[i].show(chosen(item.id)[option.id] ?? option.default ?? null, `${option.label}: ${item.label}`));
  }

  function toggleField(option, id) {
    const said = () => `${itemOf(id).label}, ${option.label}: ${board.word(input.checked ? "on" : "off")}`;
    const input = h("input", { type: "checkbox", onchange: () => choose(id, option.id, input.checked, said()) });
    return { node: h("label", { class: "qspo-option" }, input, option.label),
      show(choice, name) { input.checked = choice === true; input.disabled = board.locked(); input.setAttribute("aria-label", name); } };
  }

  function choiceField(option, id) {
    const said = () => `${itemOf(id).label}, ${option.label}: ${select.selectedOptions[0].textContent}`;
    const select = h("select", { onchange: () => choose(id, option.id, select.value || null, said()) },
      h("option", { value: "" }, board.word("not_set")), option.options.map((one) => h("option", { value: one.id }, one.label)));
    return { node: h("label", { class: "qspo-rank-choice" }, h("span", {}, option.label), select),
      show(choice, name) { select.value = choice ?? ""; select.disabled = board.locked(); select.setAttribute("aria-label", name); } };
  }

  const walkOrder = () => [...order(), ...loose()];

  function paintStops() {
    if (!walkOrder().includes(stop)) stop = walkOrder()[0];
    for (const [id, parts] of rows) parts.main.tabIndex = id === stop ? 0 : -1;
  }

  // ---------------------------------------------------------------- pointer

  function onPointerDown(event, id) {
    if (event.button !== 0) return;
    if (held) drop();
    const { node, main } = rows.get(id);
    main.focus({ preventScroll: true });
    if (board.locked()) return;
    let goal = null;
    const end = () => { node.classList.remove("qspo-rank-dragging"); node.style.transform = ""; line.hidden = true; poolBox.classList.remove("qspo-rank-over"); };
    follow(event, main, {
      start() { node.classList.add("qspo-rank-dragging"); },
      move(dx, dy, e) {
        node.style.transform = `translate(${hasPool() ? dx : 0}px, ${dy}px)`;
        goal = goalUnder(e, id);
        showGoal(goal, id);
      },
      drop(_, went) {
        end();
        if (!went || goal === null) return;
        save(goal === 0 ? saved().filter((one) => one !== id) : moved(saved(), id, goal), id);
        board.paint();
        main.focus({ preventScroll: true });
      },
      cancel: end,
    });
  }

  // Where the item would go: a place from 1, 0 for the pool, null for nowhere.
  function goalUnder(event, id) {
    const box = listBox.getBoundingClientRect(), out = poolBox.getBoundingClientRect();
    const beside = (area) => event.clientX >= area.left - 20 && event.clientX <= area.right + 20;
    if (hasPool() && beside(out) && event.clientY >= out.top && event.clientY <= out.bottom) return model.get("start_ranked") ? null : 0;
    if (!beside(box) || event.clientY < box.top - 60 || event.clientY > box.bottom + 60) return null;
    const middles = saved().filter((one) => one !== id).map((one) => { const row = rows.get(one).node.getBoundingClientRect(); return row.top + row.height / 2; });
    return middles.filter((middle) => middle < event.clientY).length + 1;
  }

  function showGoal(goal, id) {
    poolBox.classList.toggle("qspo-rank-over", goal === 0);
    line.hidden = !goal;
    if (!goal) return;
    const others = saved().filter((one) => one !== id), next = others[goal - 1], last = others.at(-1);
    const edge = next ? rows.get(next).node.offsetTop - 4 : last ? rows.get(last).node.offsetTop + rows.get(last).node.offsetHeight + 3 : list.offsetTop;
    if (line.parentNode !== listBox) listBox.append(line);
    line.style.transform = `translateY(${edge}px)`;
  }

  // ---------------------------------------------------------------- keyboard

  function pickOrDrop(id) {
    if (board.locked()) return;
    if (held) { drop(); return; }
    held = { id, order: saved().includes(id) ? saved() : [...saved(), id] };
    board.paint();
    board.say(board.word("held", { label: itemOf(id).label, place: ordinal(held.order.indexOf(id) + 1), n: held.order.length }));
  }

  function drop() { save(held.order, held.id); board.paint(); }

  function carry(next) {
    held.order = next;
    board.paint();
    rows.get(held.id).node.scrollIntoView({ block: "nearest" });
    board.say(placeText(held.id, next));
  }

  function onKey(event, id) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key], ends = { Home: 1, End: Infinity }[event.key];
    if (held && by) carry(stepped(held.order, id, by));
    else if (held && ends) carry(moved(held.order, id, Math.min(ends, held.order.includes(id) ? held.order.length : held.order.length + 1)));
    else if (held && event.key === "Escape") {
      held = null;
      board.paint();
      board.say(board.word("put_back", { label: itemOf(id).label }));
    } else if (by || ends) {
      const all = walkOrder(), at = by ? all.indexOf(id) + by : ends === 1 ? 0 : all.length - 1;
      const next = rows.get(all[Math.min(all.length - 1, Math.max(0, at))]);
      next.node.scrollIntoView({ block: "nearest" });
      next.main.focus({ preventScroll: true });
    } else if ((event.key === "Delete" || event.key === "Backspace") && !board.locked() && !model.get("start_ranked")) {
      save(order().filter((one) => one !== id), id);
    } else return;
    event.preventDefault();
  }

  // ---------------------------------------------------------------- table twin

  board.table = () => {
    const options = model.get("options") ?? [], metas = items().some((item) => item.meta), notes = items().some((item) => item.note);
    const columns = [board.word("column_item"), board.word("column_place"), ...(metas ? [board.word("column_meta")] : []), ...(notes ? [board.word("column_note")] : []), ...options.map((option) => option.label)];
    const row = (id) => {
      const item = itemOf(id);
      return [item.label, placeSelect(id), ...(metas ? [item.meta ?? ""] : []), ...(notes ? [item.note ?? ""] : []), ...options.map((option) => choiceText(id, option))];
    };
    return { columns, rows: [...saved(), ...loose(saved())].map(row) };
  };

  function choiceText(id, option) {
    const choice = chosen(id)[option.id] ?? option.default ?? null;
    if (option.kind === "toggle") return board.word(choice ? "on" : "off");
    return option.options.find((one) => one.id === choice)?.label ?? board.word("not_set");
  }

  function placeSelect(id) {
    const ranked = saved(), at = ranked.indexOf(id), places = at < 0 ? ranked.length + 1 : ranked.length, free = at < 0 || !model.get("start_ranked");
    const select = selects.get(id) ?? h("select", { data: { keep: id }, onchange: () => save(select.value ? moved(saved(), id, Number(select.value)) : saved().filter((one) => one !== id), id) });
    selects.set(id, select);
    const wanted = [...(free ? [""] : []), ...Array.from({ length: places }, (_, i) => String(i + 1))];
    if (select.dataset.places !== wanted.join()) {
      select.dataset.places = wanted.join();
      select.replaceChildren(...wanted.map((value) => h("option", { value }, value || board.word("unranked"))));
    }
    select.value = at < 0 ? "" : String(at + 1);
    select.disabled = board.locked();
    select.setAttribute("aria-label", board.word("place_of", { label: itemOf(id).label }));
    return select;
  }

  // ---------------------------------------------------------------- cleanup

  board.close = () => { if (held) drop(); };
  return board.open();
}

export default { render };
