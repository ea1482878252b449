/** Gates: what each unit lets in, keeps and shows, step by step; how many are stuck open or closed. */

const GATE_NAMES = {
  lstm: { i: "input gate", f: "forget gate", o: "output gate" },
  gru: { r: "reset gate", z: "update gate" },
};
const GATE_MEANING = {
  i: "1 writes the new candidate into the cell, 0 keeps it out",
  f: "1 keeps what the cell holds, 0 forgets it",
  o: "1 shows the cell to the rest of the network, 0 hides it",
  r: "1 lets the old state into the candidate, 0 leaves it out",
  z: "1 keeps the old state, 0 replaces it",
};
const OPEN = 0.9,
  CLOSED = 0.1;

const gated = (trace) =>
  trace.layers.filter(
    (l) => GATE_NAMES[l.kind] && Object.keys(GATE_NAMES[l.kind]).some((g) => trace.has(`states/${l.name}/${g}`)),
  );

Seqloom.section({
  id: "gates",
  title: "Gates",
  hint:
    "A gate is a number from 0, closed, to 1, open, for each unit at each step; blue is open. Look for units whose gate that keeps "
    + "(forget or update) stays blue over many steps: they carry something far. A gate that never moves decides nothing.",
  available: (trace) => gated(trace).length > 0,
  render(root, trace, page) {
    const { dom } = Seqloom;
    const layers = gated(trace);
    const state = /** @type {UnitState} */ ({ layer: layers[0], order: "number" });
    const controls = root.appendChild(dom("div", { class: "controls" }));
    const body = root.appendChild(dom("div"));
    const gatesOf = (layer) =>
      Object.keys(GATE_NAMES[layer.kind]).filter((g) => trace.has(`states/${layer.name}/${g}`));

    function update() {
      const { layer } = state,
        gates = gatesOf(layer);
      if (!gates.includes(state.gate)) state.gate = gates.find((g) => g === "f" || g === "z") ?? gates[0];
      const set =
        (key, read = (v) => v) =>
        (value) => {
          state[key] = read(value);
          update();
        };
      page.forget(body);
      body.replaceChildren();
      const tools = dom("div", { class: "controls" });
      Seqloom.setControls(controls, [
        Seqloom.choice(
          "layer",
          layers.map((l) => ({ value: l.name, text: Seqloom.layerName(l.name) })),
          layer.name,
          set("layer", (name) => layers.find((l) => l.name === name)),
        ),
        Seqloom.choice(
          "gate",
          gates.map((g) => ({ value: g, text: GATE_NAMES[layer.kind][g] })),
          state.gate,
          set("gate"),
        ),
        Seqloom.choice("order by", Seqloom.ORDERS, state.order, set("order")),
      ]);
      body.append(dom("p", { class: "found" }, inWords(trace, state)), tools);
      const array = trace.get(`states/${layer.name}/${state.gate}`);
      Seqloom.unitMap(body, page, {
        array,
        layer,
        order: state.order,
        tools,
        name: `${GATE_NAMES[layer.kind][state.gate]} by unit and step`,
      });
      body.append(dom("h3", {}, "Stuck open, stuck closed"));
      drawShares(body, page, array, layer);
      drawUnit(body, page, trace, layer, gates);
    }
    update();
  },
});

function inWords(trace, { layer, gate }) {
  const name = GATE_NAMES[layer.kind][gate];
  const [open, closed] = shares(trace.get(`states/${layer.name}/${gate}`));
  const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
  return (
    `The ${name}: ${GATE_MEANING[gate]}. It is open (above 0.9) in ${Seqloom.percent(mean(open))} of all cases, `
    + `closed (below 0.1) in ${Seqloom.percent(mean(closed))}.`
  );
}

/** For each unit the share of steps at which its gate is open, and closed. */
function shares(array) {
  if (array.shares) return array.shares;
  const [steps, units] = array.shape;
  const open = new Float64Array(units),
    closed = new Float64Array(units);
  for (let place = 0; place < steps * units; place++) {
    const v = array.value(place);
    if (v > OPEN) open[place % units] += 1 / steps;
    else if (v < CLOSED) closed[place % units] += 1 / steps;
  }
  return (array.shares = [open, closed]);
}

/** Bars over units: share of steps open, upwards, and closed, downwards. */
function drawShares(root, page, array, layer) {
  const { dom } = Seqloom;
  const [open, closed] = shares(array),
    units = array.shape[1];
  root.append(
    dom(
      "ul",
      { class: "key" },
      dom("li", {}, dom("i", { style: { "--swatch": "var(--accent)" } }), "share of steps open, above 0.9"),
      dom("li", {}, dom("i", { style: { "--swatch": "var(--warm)" } }), "closed, below 0.1"),
    ),
  );
  let columns = null;
  const canvas = new Seqloom.Canvas(root, page, {
    height: 170,
    label: "Share of steps at which the gate of each unit is open or closed",
    draw: (context, width, height) => {
      const { left, right } = Seqloom.MARGIN,
        { css } = page.palette;
      columns = new Seqloom.Steps(units, left, width - left - right);
      const label = (u) => `${u}`,
        room = Seqloom.labelRoom(context, columns, label);
      const middle = (height - room - 2) / 2 + 4,
        half = middle - 8,
        wide = Math.max(1, columns.size * 0.7);
      context.textAlign = "right";
      for (const share of [1, 0, -1]) {
        context.fillStyle = css.line;
        context.fillRect(left, Math.round(middle - share * half), columns.width, 1);
        context.fillStyle = css.muted;
        context.fillText(share ? "100 %" : "0", left - 7, middle - share * half);
      }
      for (let u = 0; u < units; u++) {
        context.fillStyle = css.accent;
        context.fillRect(columns.middle(u) - wide / 2, middle - open[u] * half, wide, open[u] * half);
        context.fillStyle = css.warm;
        context.fillRect(columns.middle(u) - wide / 2, middle, wide, closed[u] * half);
      }
      Seqloom.drawLabels(
        context,
        columns,
        middle + half + 2,
        room,
        label,
        () => css.muted,
        page.units[layer.name] ?? 0,
        page.palette,
      );
      Seqloom.markStep(context, columns, page.units[layer.name] ?? 0, 4, 2 * half + 4, page.palette);
    },
  });
  const readout = root.appendChild(dom("p", { class: "readout" }));
  const tell = (u) => {
    if (u >= 0)
      readout.textContent = `Unit ${u}: open at ${Seqloom.percent(open[u])} of the steps, closed at ${Seqloom.percent(closed[u])}`;
  };
  canvas.point(
    (x) => tell(x === null ? (page.units[layer.name] ?? 0) : (columns?.at(x) ?? -1)),
    (x) => {
      const unit = columns?.at(x) ?? -1;
      if (unit >= 0) page.chooseUnit(layer.name, unit);
    },
  );
  page.on(() => tell(page.units[layer.name] ?? 0), root);
  tell(page.units[layer.name] ?? 0);
}

/** The gates of the selected unit as lines over the steps. */
function drawUnit(root, page, trace, layer, gates) {
  const { dom } = Seqloom;
  const title = root.appendChild(dom("h3"));
  const arrays = gates.map((g) => trace.get(`states/${layer.name}/${g}`));
  const [steps] = arrays[0].shape;
  const series = gates.map((g, k) => ({
    name: GATE_NAMES[layer.kind][g],
    colour: `series-${k + 1}`,
    values: new Float64Array(steps),
  }));
  const plot = Seqloom.plot(root, page, {
    axis: layer.steps,
    series,
    name: "Gates of the selected unit",
    from: 0,
    to: 1,
  });
  const lives = trace.get(`keeps/${layer.name}`);
  const follow = () => {
    const unit = page.units[layer.name] ?? 0;
    series.forEach((s, k) => s.values.forEach((_, t) => (s.values[t] = arrays[k].at(t, unit))));
    const life = lives
      ? `: left alone, half of its state is gone after ${Seqloom.count(Math.max(1, Math.round(lives.value(unit))), "step")}`
      : "";
    title.textContent = `Unit ${unit}${life}`;
    plot.canvas.dirty();
  };
  page.on(follow, root);
  follow();
}
