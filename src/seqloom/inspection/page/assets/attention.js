/** Attention: which steps were looked at when each step was written; entropy, coverage, order. */

Seqloom.section({
  id: "attention",
  title: "Attention",
  hint: (trace) =>
    matrices(trace).length
      ? `Each row is ${trace.has("attention/decoder") ? "a step that was written" : "a step that looks"}, each column a step that it could `
        + "look at; the stronger its colour, the more weight, and a row sums to 1. A diagonal means that the network read in order; a row without a strong cell did not know where to look."
      : "The answer is read from all steps together, each by its weight. Look whether the heavy steps are the ones that decide.",
  available: (trace) => trace.names("attention/").length > 0,
  render(root, trace, page) {
    if (trace.has("attention/pool")) drawPool(root, trace, page);
    if (matrices(trace).length) drawMatrices(root, trace, page);
  },
});

/** Arrays of attention that are matrices, by rows and columns of steps. */
function matrices(trace) {
  return trace
    .names("attention/")
    .map((name) => trace.get(name))
    .filter((a) => a.shape.length >= 2 && a.shape.every((n) => n > 0));
}

function drawPool(root, trace, page) {
  const array = trace.get("attention/pool");
  Seqloom.plot(root, page, {
    axis: array.dims[0],
    name: "Weight of each step in the answer",
    from: 0,
    series: [{ name: "weight", colour: "accent", values: array.numbers(), bars: true }],
  });
}

function drawMatrices(root, trace, page) {
  const { dom } = Seqloom;
  const all = matrices(trace);
  const state = { array: all[0], head: 0 };
  const controls = root.appendChild(dom("div", { class: "controls" }));
  const place = root.appendChild(dom("div"));

  function update() {
    const { array } = state;
    const names = all.map((a) => ({ value: a.name, text: nameOf(a.name) }));
    const heads =
      array.shape.length === 3
        ? Array.from({ length: array.shape[0] }, (_, k) => ({ value: String(k), text: `head ${k + 1}` }))
        : [];
    state.head = Math.min(state.head, Math.max(0, heads.length - 1));
    const choices = [
      Seqloom.choice("of", names, array.name, (value) => {
        state.array = trace.get(value);
        update();
      }),
      Seqloom.choice("head", heads, String(state.head), (value) => {
        state.head = Number(value);
        drawOne(place, state, trace, page);
      }),
    ];
    Seqloom.setControls(controls, choices);
    drawOne(place, state, trace, page);
  }
  update();
}

function nameOf(name) {
  const path = name.split("/").slice(1);
  const kind = { self: ", looking at itself", cross: ", looking at the input" }[path.at(-1)] ?? "";
  return Seqloom.layerName(kind ? path.slice(0, -1).join("/") : path.join("/")) + kind;
}

/** One matrix with what is measured of it. */
function drawOne(place, { array, head }, trace, page) {
  const { dom } = Seqloom;
  page.forget(place);
  place.replaceChildren();
  const [rows, columns] = array.shape.slice(-2),
    [rowAxis, columnAxis] = array.dims.slice(-2);
  const start = array.shape.length === 3 ? head * rows * columns : 0;
  const { codes, signed } = array.codes();
  const weight = (t, s) => array.value(start + t * columns + s);
  const label = (axis) => (step) => Seqloom.shown(trace.label(axis, step));
  const figure = dom("figure", { class: "alignment" });
  const left = Math.min(120, Math.max(40, widest(page, rows, label(rowAxis)) + 16));
  figure.style.maxWidth = `${Math.max(300, left + 20 + columns * 34)}px`;
  const tools = place.appendChild(dom("div", { class: "controls" }));
  place.append(figure);
  const readout = dom("p", { class: "readout" });
  const tell = (t, s) => {
    if (t < 0 || s < 0) return told();
    readout.replaceChildren(
      rowAxis === "target" ? "Writing " : "From ",
      dom("strong", {}, label(rowAxis)(t)),
      ` (step ${t + 1}), weight ${Seqloom.number(weight(t, s))} on `,
      dom("strong", {}, label(columnAxis)(s)),
      ` (step ${s + 1})`,
    );
  };
  const heat = new Seqloom.Heat(figure, page, {
    columns: { axis: columnAxis, count: columns, label: label(columnAxis) },
    rows: { axis: rowAxis === columnAxis ? undefined : rowAxis, count: rows, label: label(rowAxis) },
    codes,
    signed,
    offset: start,
    rowStride: columns,
    columnStride: 1,
    left,
    height: (width) => {
      const cell = Math.max(13, Math.min(34, (width - left - 14) / columns));
      return Math.min(640, rows * cell) + 60;
    },
    name: "Attention weights",
    hover: tell,
  });
  const told = () =>
    tell(rowAxis === columnAxis ? heat.row : (page.steps[rowAxis] ?? -1), page.steps[columnAxis] ?? -1);
  heat.row = 0;
  figure.append(readout);
  const top = array.codes().offset + 255 * array.codes().scale;
  tools.append(...heat.tools("0", Seqloom.number(top)));
  place.append(measured(weight, rows, columns, rowAxis, columnAxis, trace, page, array));
  page.on(told, place);
  told();
}

function widest(page, count, label) {
  const context = /** @type {Context} */ (document.createElement("canvas").getContext("2d"));
  context.font = `bold 12px ${page.palette.font}`;
  let most = 0;
  for (let i = 0; i < Math.min(count, 400); i++) most = Math.max(most, context.measureText(label(i)).width);
  return most;
}

/** Entropy of each row, coverage of each column, the order of reading. */
function measured(weight, rows, columns, rowAxis, columnAxis, trace, page, array) {
  const { dom } = Seqloom;
  const entropy = new Float64Array(rows),
    coverage = new Float64Array(columns);
  for (let t = 0; t < rows; t++)
    for (let s = 0; s < columns; s++) {
      const w = weight(t, s);
      coverage[s] += w;
      if (w > 0) entropy[t] -= w * Math.log(w);
    }
  const box = dom("div", { class: "columns two" });
  const half = (title, what, axis, series, to) => {
    const part = box.appendChild(dom("div"));
    part.append(dom("h3", {}, title), dom("p", { class: "small muted" }, what));
    Seqloom.plot(part, page, { axis, series: [{ ...series, bars: true }], name: title, height: 150, from: 0, to });
  };
  half("Coverage", "Weight that each step got in all; near 0 it was never looked at.", columnAxis, {
    name: "weight",
    colour: "accent",
    values: coverage,
  });
  half(
    "Entropy",
    `How spread each row is, in nats: 0 looks at one step, ${Seqloom.number(Math.log(columns))} at all alike.`,
    rowAxis,
    { name: "nats", colour: "series-3", values: entropy },
    Math.max(0.5, Math.log(columns)),
  );
  const { monotonicity } = trace.facts.attention ?? {};
  if (array.name !== "attention/decoder" || monotonicity === undefined) return box;
  const order =
    monotonicity > 0.8
      ? "it read in order"
      : monotonicity < -0.8
        ? "it read backwards"
        : monotonicity > 0.3
          ? "it read mostly in order"
          : monotonicity < -0.3
            ? "it read mostly backwards"
            : "it did not read in order";
  return dom(
    "div",
    {},
    dom("p", { class: "found" }, `Monotonicity ${Seqloom.number(monotonicity)} of 1: ${order}.`),
    box,
  );
}
