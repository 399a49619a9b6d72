// ---------------------------------------------------------------- poker table: hidden cards, turned round by round

function render(context) {
  const board = openBoard(context, "poker");
  const { model, root } = board;
  const word = board.word;
  board.inputs = ["deck", "offered", "items", "seats", "rules", "max_rounds", "cards", "said", "notes"];

  // -------------------------------------------------------------- what is on the table; everything by id
  const get = (name) => model.get(name) ?? [];
  const list = new Intl.ListFormat("en-GB", { style: "long", type: "conjunction" });
  const named = (entries, id) => entries.find((entry) => entry.id === id);
  const cardLabel = (id) => named(get("deck"), id)?.label ?? "";
  const offered = () => (get("offered").length ? get("deck").filter((card) => get("offered").includes(card.id)) : get("deck"));
  const canBeFinal = (card) => card.final ?? card.value !== null;
  const asked = (item) => board.value().revealed?.[item] ?? 0;
  const chosen = (item) => board.value().rounds?.[item] ?? [];
  const final = (item) => board.value().final?.[item] ?? null;
  // Rounds that were asked for and that the kernel has answered.
  const turned = (item) => get("cards")[item]?.slice(0, asked(item)) ?? [];
  const talk = (item) => get("said")[item]?.slice(0, asked(item)) ?? [];
  const waiting = (item) => turned(item).length < asked(item);
  const mustChoose = (item) => asked(item) > 0 && !waiting(item) && get("rules").length > 0 && chosen(item).length < asked(item);

  // A committed answer stays as it is, but every item can still be looked at.
  let lookedAt = null;
  function current() {
    const id = (board.locked() && lookedAt) || board.value().current;
    return named(get("items"), id) ?? get("items")[0] ?? null;
  }

  // -------------------------------------------------------------- acts
  const withItem = (part, item, entry) => ({ [part]: { ...board.value()[part], [item]: entry } });
  function look(item) {
    lookedAt = item.id;
    if (board.locked()) { board.paint(); board.say(word("shown", { item: item.label })); return; }
    if (board.value().current !== item.id) board.change({ current: item.id }, word("shown", { item: item.label }));
  }
  function turn() {
    const item = current();
    if (!item || waiting(item.id) || mustChoose(item.id) || asked(item.id) >= get("max_rounds")) return;
    board.change(withItem("revealed", item.id, asked(item.id) + 1), word("turning"));
  }
  function letSpeak(rule) {
    const item = current();
    if (!item || !mustChoose(item.id)) return;
    board.change(withItem("rounds", item.id, [...chosen(item.id), rule.id]), rule.label);
  }
  function pick(item, card) {
    board.change(withItem("final", item.id, card), word("final_said", { item: item.label, card: card === null ? word("no_final") : cardLabel(card) }));
  }

  // -------------------------------------------------------------- elements that stay, so that focus stays
  const itemsNode = h("div", { class: "qspo-poker-items", role: "group" });
  const title = h("h4", { class: "qspo-poker-title", tabindex: "-1" });
  const note = h("p", { class: "qspo-note" });
  const seatsNode = h("div", { class: "qspo-poker-seats" });
  const scaleNode = h("div", { class: "qspo-poker-scale" });
  const latestNode = h("div", {});
  const earlierNode = h("div", {});
  const go = h("button", { type: "button", data: { act: "turn" }, onclick: turn });
  const who = h("div", { class: "qspo-poker-who", role: "group" });
  const finalNode = h("fieldset", { class: "qspo-control qspo-poker-final", role: "radiogroup" });
  const lastRound = h("p", { class: "qspo-note" });
  const act = h("div", { class: "qspo-poker-act" }, who, go, lastRound, finalNode);
  const main = h("div", { class: "qspo-poker-main" }, title, note, h("div", { class: "qspo-poker-felt" }, seatsNode, scaleNode), latestNode, act, earlierNode);
  board.surface.append(h("div", { class: "qspo-poker-grid" }, itemsNode, main));

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
    const item = current();
    paintItems(item);
    main.hidden = !item;
    if (!item) return;
    title.textContent = item.label;
    note.textContent = item.note ?? "";
    note.hidden = !item.note;
    shape(seatsNode, [item.id, turned(item.id), asked(item.id), get("seats"), get("deck")], () => seats(item));
    paintScale(item);
    paintRounds(item);
    paintAct(item);
    if (had && root.contains(had) && (had.disabled || had.offsetParent === null)) next()?.focus();
    announce(item);
  };
  // Where a keyboard goes on when the control it was on has done its work.
  const next = () => [...act.querySelectorAll("button"), ...finalNode.querySelectorAll("input:checked"), ...finalNode.querySelectorAll("input"), title]
    .find((node) => !node.disabled && node.offsetParent !== null);

  function paintItems(item) {
    itemsNode.setAttribute("aria-label", word("items"));
    shape(itemsNode, get("items").map(({ id, label }) => [id, label]), () => get("items").map((one) =>
      h("button", { type: "button", class: "qspo-poker-item", data: { item: one.id }, onclick: () => look(one) },
        h("span", {}, one.label), h("span", { class: "qspo-poker-state" }))));
    get("items").forEach((one, i) => {
      const button = itemsNode.children[i];
      if (one.id === item.id) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      const done = final(one.id) !== null;
      button.classList.toggle("qspo-poker-done", done);
      button.lastChild.textContent = done ? word("done", { card: cardLabel(final(one.id)) })
        : asked(one.id) ? word("round", { round: asked(one.id) }) : word("open");
    });
  }

  // Each seat with its cards of all rounds beside each other; a back where the next card lies.
  function seats(item) {
    const rounds = turned(item.id);
    const columns = waiting(item.id) || !rounds.length ? rounds.length + 1 : rounds.length;
    const numbers = Array.from({ length: columns }, (_, i) => i);
    const before = known.get(item.id)?.rounds ?? rounds.length;
    seatsNode.style.setProperty("--rounds", columns);
    return [
      h("span", {}), ...numbers.map((i) => h("span", { class: "qspo-poker-round" }, word("round", { round: i + 1 }))),
      ...get("seats").flatMap((seat) => [
        h("span", { class: "qspo-poker-seat" }, h("strong", {}, seat.label), seat.role ? h("small", {}, seat.role) : null),
        ...numbers.map((i) => face(rounds[i], seat.id, i >= before)),
      ]),
    ];
  }
  function face(round, seat, fresh) {
    if (!round) return h("span", { class: "qspo-poker-card qspo-poker-back", role: "img", "aria-label": word("face_down") });
    if (!(seat in round)) return h("span", { class: "qspo-poker-card qspo-poker-none", role: "img", "aria-label": word("no_card") }, "\u2013");
    return h("span", { class: `qspo-poker-card${fresh ? " qspo-poker-fresh" : ""}` }, cardLabel(round[seat]));
  }

  // The latest round stands above the buttons, earlier ones below, so that the next act stays in view.
  function paintRounds(item) {
    const last = turned(item.id).length - 1;
    const source = (i) => [item.id, i, turned(item.id)[i], get("notes")[item.id]?.[i], talk(item.id)[i], chosen(item.id)[i], get("rules"), get("seats"), get("deck")];
    const earlier = Array.from({ length: Math.max(0, last) }, (_, i) => last - 1 - i);
    shape(latestNode, last < 0 ? [] : source(last), () => (last < 0 ? [] : [roundText(item, last)]));
    shape(earlierNode, earlier.map(source), () => earlier.map((i) => roundText(item, i)));
  }
  function roundText(item, i) {
    const lines = talk(item.id)[i], note = get("notes")[item.id]?.[i];
    const rule = named(get("rules"), chosen(item.id)[i]);
    return h("div", { class: "qspo-poker-record", data: { round: i + 1 } },
      h("p", {}, h("strong", {}, word("round", { round: i + 1 })), ` ${spread(turned(item.id)[i])}`, note ? ` ${note}` : null),
      rule || lines ? h("p", { class: "qspo-poker-rule-chosen" }, word("after_round", { rule: rule?.label ?? "" })) : null,
      lines?.length ? h("dl", {}, lines.flatMap((line) => [h("dt", {}, named(get("seats"), line.seat)?.label ?? ""), h("dd", {}, line.text)])) : null,
      rule && !lines ? h("p", { class: "qspo-note" }, word("listening")) : null,
      lines && !lines.length ? h("p", { class: "qspo-note" }, word("nothing_said")) : null);
  }

  function paintAct(item) {
    const locked = board.locked(), asks = mustChoose(item.id), wait = waiting(item.id), rounds = asked(item.id);
    const last = rounds >= get("max_rounds");
    shape(who, get("rules"), () => [h("p", { class: "qspo-poker-ask", id: `${ids}-who` }, word("who_speaks")),
      h("div", { class: "qspo-options" }, get("rules").map((rule) => h("button", { type: "button", class: "qspo-poker-rule", data: { rule: rule.id }, onclick: () => letSpeak(rule) },
        h("span", {}, rule.label), rule.note ? h("small", {}, rule.note) : null)))]);
    who.setAttribute("aria-labelledby", `${ids}-who`);
    who.hidden = locked || !asks;
    go.hidden = locked || asks || (last && !wait);
    go.classList.toggle("qspo-main", rounds === 0 || (wait && rounds === 1));
    go.textContent = word(wait ? "turning" : rounds ? "again" : "turn");
    if (wait) go.setAttribute("aria-disabled", "true"); else go.removeAttribute("aria-disabled");
    lastRound.hidden = locked || !last || wait || asks || get("max_rounds") === 1;
    lastRound.textContent = word("last_round");
    paintFinal(item);
    finalNode.hidden = !turned(item.id).length;
    finalNode.disabled = locked;
    act.hidden = who.hidden && go.hidden && finalNode.hidden;
  }
  const ids = freshId("poker");
  function paintFinal(item) {
    const cards = [...offered().filter(canBeFinal), { id: null, label: word("no_final") }];
    shape(finalNode, cards, () => [h("legend", {}, word("final")),
      h("div", { class: "qspo-poker-deck" }, cards.map((card) => h("label", { class: `qspo-poker-pick${card.id === null ? " qspo-poker-open" : ""}` },
        h("input", { type: "radio", name: `${ids}-final`, data: { card: card.id ?? "" }, onchange: () => pick(current(), card.id) }), h("span", {}, card.label))))]);
    finalNode.querySelectorAll("input").forEach((input, i) => { input.checked = cards[i].id === final(item.id); });
  }

  // -------------------------------------------------------------- geometry: the cards as a line, one row of dots a round
  let width = 0;
  const DOT = 17, STACK = 38, ROW = 26;
  function initials(seat) {
    const parts = seat.label.split(/\s+/).filter(Boolean);
    return (parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : seat.label.slice(0, 2));
  }
  function paintScale(item) {
    const rounds = turned(item.id);
    shape(scaleNode, [item.id, rounds, get("seats"), offered(), width], () => scale(item, rounds));
  }
  function scale(item, rounds) {
    const used = new Set(rounds.flatMap((round) => Object.values(round)));
    const cards = get("deck").filter((card) => offered().includes(card) || used.has(card.id));
    const line = [...cards.filter((card) => card.value !== null).sort((a, b) => a.value - b.value), ...cards.filter((card) => card.value === null)];
    const numbers = line.filter((card) => card.value !== null).length;
    const wide = Math.max(280, width || 480), left = Math.max(24, ...line.map((card) => card.label.length * 5.5)), gap = numbers < line.length && numbers ? 20 : 0;
    const pitch = (wide - 2 * left - gap) / Math.max(1, line.length - 1);
    const dot = Math.min(DOT, Math.max(8, pitch / 2 - 1));
    const x = new Map(line.map((card, i) => [card.id, left + i * pitch + (i >= numbers ? gap : 0)]));
    const stack = (dot / DOT) * STACK;
    const crowded = Math.max(...line.map((card) => card.label.length)) * 9 + 6 > pitch ? " qspo-poker-crowded" : "";
    let bottom = 0;
    const places = rounds.map((round) => {
      const heights = new Map(), tops = new Map();
      const entries = get("seats").filter((seat) => seat.id in round).map((seat) => {
        const level = heights.get(round[seat.id]) ?? 0;
        heights.set(round[seat.id], level + 1);
        return { seat, card: round[seat.id], level };
      });
      bottom += ROW + Math.max(1, ...heights.values()) * stack;
      for (const entry of entries) tops.set(entry.seat.id, { ...entry, x: x.get(entry.card), y: bottom - stack / 2 - entry.level * stack });
      return { base: bottom, tops, ends: ends(round) };
    });
    // Before the first round the line of cards lies there empty.
    if (!rounds.length) places.push({ base: (bottom = ROW + 2 * stack), tops: new Map(), ends: new Set() });
    const height = bottom + 40;
    const drawing = svg("svg", { viewBox: `0 0 ${wide} ${height}`, width: wide, height, ...(rounds.length ? { role: "img", "aria-label": rounds.map(heard).join(". ") } : { "aria-hidden": "true" }) });
    places.slice(1).forEach((place, i) => place.tops.forEach((to, seat) => {
      const from = places[i].tops.get(seat);
      if (from && from.card !== to.card) drawing.append(svg("line", { class: "qspo-poker-move", x1: from.x, y1: from.y, x2: to.x, y2: to.y }));
    }));
    places.forEach((place, i) => {
      drawing.append(svg("line", { class: "qspo-poker-base", x1: 4, x2: wide - 4, y1: place.base, y2: place.base }));
      if (rounds.length > 1) drawing.append(text(4, place.base - Math.max(...[...place.tops.values()].map((p) => p.level), 0) * stack - stack - 8, word("round", { round: i + 1 }), "qspo-poker-row"));
      place.tops.forEach((p) => drawing.append(svg("g", { class: place.ends.has(p.seat.id) ? "qspo-poker-dot qspo-poker-end" : "qspo-poker-dot" },
        svg("circle", { cx: p.x, cy: p.y, r: dot }), dot > 11 ? text(p.x, p.y + 5, initials(p.seat), "", "middle") : null)));
    });
    line.forEach((card) => drawing.append(text(x.get(card.id), bottom + 26, card.label, `qspo-poker-tick${crowded}${card.value === null ? " qspo-poker-other" : ""}`, "middle")));
    return [drawing];
  }
  const text = (x, y, words, name, anchor = "start") => {
    const node = svg("text", { x, y, class: name, "text-anchor": anchor });
    node.textContent = words;
    return node;
  };
  // Only cards with a number have a lowest and a highest; the others are named as what they are.
  function numbered(round) {
    return get("seats").filter((seat) => seat.id in round).map((seat) => ({ seat, card: named(get("deck"), round[seat.id]) })).filter(({ card }) => card && card.value !== null);
  }
  function edges(round) {
    const laid = numbered(round), values = laid.map(({ card }) => card.value);
    const at = (value) => laid.filter(({ card }) => card.value === value);
    return laid.length ? { low: at(Math.min(...values)), high: at(Math.max(...values)) } : null;
  }
  function ends(round) {
    const found = edges(round);
    return new Set(!found || found.low[0].card.value === found.high[0].card.value ? [] : [...found.low, ...found.high].map(({ seat }) => seat.id));
  }
  function spread(round) {
    const found = edges(round);
    const names = (entries) => list.format(entries.map(({ seat }) => seat.label));
    const other = get("seats").filter((seat) => named(get("deck"), round[seat.id])?.value === null);
    const parts = [];
    if (found && found.low[0].card.value === found.high[0].card.value) parts.push(word("all_on", { card: found.low[0].card.label, seats: names(found.low) }));
    else if (found) parts.push(word("lowest", { card: found.low[0].card.label, seats: names(found.low) }), word("highest", { card: found.high[0].card.label, seats: names(found.high) }));
    for (const seat of other) parts.push(word("no_number", { seat: seat.label, card: cardLabel(round[seat.id]) }));
    for (const seat of get("seats")) if (!(seat.id in round)) parts.push(word("laid_none", { seat: seat.label }));
    return parts.join(" ");
  }

  // -------------------------------------------------------------- what is said aloud
  const heard = (round, i) => word("revealed", { round: i + 1, cards: get("seats").filter((seat) => seat.id in round).map((seat) => `${seat.label} ${cardLabel(round[seat.id])}`).join(", ") });
  const known = new Map();
  function announce(item) {
    const before = known.get(item.id);
    const now = { rounds: turned(item.id).length, said: talk(item.id).length };
    known.set(item.id, now);
    if (!before) return;
    if (now.rounds > before.rounds) board.say(heard(turned(item.id).at(-1), now.rounds - 1));
    else if (now.said > before.said) {
      const lines = talk(item.id).at(-1);
      board.say(lines.length ? lines.map((line) => `${named(get("seats"), line.seat)?.label ?? ""}: ${line.text}`).join(" ") : word("nothing_said"));
    }
  }

  // -------------------------------------------------------------- table twin
  board.table = () => ({
    columns: [word("item"), word("round_column"), ...get("seats").map((seat) => seat.label), word("who_spoke"), word("final")],
    rows: get("items").flatMap((item) => Array.from({ length: Math.max(1, turned(item.id).length) }, (_, i) => {
      const round = turned(item.id)[i];
      return [item.label, round ? String(i + 1) : word("not_turned"),
        ...get("seats").map((seat) => (round ? (seat.id in round ? cardLabel(round[seat.id]) : word("no_card")) : "")),
        named(get("rules"), chosen(item.id)[i])?.label ?? "", i ? "" : finalSelect(item)];
    })),
  });
  function finalSelect(item) {
    const cards = [{ id: "", label: word("no_final") }, ...offered().filter(canBeFinal)];
    const select = h("select", { data: { keep: `final:${item.id}` }, "aria-label": `${word("final")}: ${item.label}`, disabled: board.locked() || !turned(item.id).length,
      onchange: () => pick(item, select.value || null) }, cards.map((card) => h("option", { value: card.id }, card.label)));
    select.value = final(item.id) ?? "";
    return select;
  }

  // -------------------------------------------------------------- model to view, cleanup
  const watcher = new ResizeObserver(() => {
    const now = Math.floor(scaleNode.clientWidth);
    if (!now || now === width) return;
    width = now;
    const item = current();
    if (item) paintScale(item);
  });
  watcher.observe(scaleNode);
  board.close = () => watcher.disconnect();
  const close = board.open();
  for (const item of get("items")) known.set(item.id, { rounds: turned(item.id).length, said: talk(item.id).length });
  return close;
}

export default { render };
