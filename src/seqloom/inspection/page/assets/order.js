/** Orders of units, for heat maps: as they are numbered, by how much they change, by likeness to one. */

/** Ways to sort the units of an array (steps, units). */
Seqloom.ORDERS = [
  { value: "number", text: "number" },
  { value: "change", text: "largest change" },
  { value: "likeness", text: "likeness to the selected" },
];

/**
 * Units in an order.
 * `array` is (steps, units), `order` one of `ORDERS`, `unit` the selected one.
 */
Seqloom.orderOf = (array, order, unit) => {
  const units = Int32Array.from({ length: array.shape[1] }, (_, i) => i);
  if (order === "number") return units;
  const key = order === "change" ? changes(array) : likeness(array, Math.max(0, unit));
  return units.sort((a, b) => key[b] - key[a] || a - b);
};

/** Sum over steps of how much each unit moved. */
function changes(array) {
  const [steps, units] = array.shape,
    { codes } = array.codes();
  const total = new Float64Array(units);
  for (let t = 1; t < steps; t++)
    for (let u = 0, at = t * units; u < units; u++, at++) total[u] += Math.abs(codes[at] - codes[at - units]);
  return total;
}

/** Pearson's correlation of each unit with one; 0 for a unit that never moves. */
function likeness(array, unit) {
  const [steps, units] = array.shape,
    { codes } = array.codes();
  const mean = new Float64Array(units),
    cross = new Float64Array(units),
    square = new Float64Array(units);
  for (let t = 0; t < steps; t++) for (let u = 0; u < units; u++) mean[u] += codes[t * units + u] / steps;
  for (let t = 0; t < steps; t++) {
    const one = codes[t * units + unit] - mean[unit];
    for (let u = 0; u < units; u++) {
      const d = codes[t * units + u] - mean[u];
      cross[u] += d * one;
      square[u] += d * d;
    }
  }
  return cross.map((c, u) =>
    u === unit ? 2 : square[u] > 0 && square[unit] > 0 ? c / Math.sqrt(square[u] * square[unit]) : 0,
  );
}

/** A heat map of units over steps, with its controls, shared by the sections of gates and of states. */
Seqloom.unitMap = (root, page, { array, layer, order, name, tools, limit }) => {
  const { dom, shown } = Seqloom;
  const { trace } = page;
  const [steps, units] = array.shape;
  const { codes, signed, scale } = array.codes();
  const readout = dom("p", { class: "readout" });
  const tell = (unit, step) => {
    const u = unit >= 0 ? unit : (page.units[layer.name] ?? 0),
      t = step >= 0 ? step : (page.steps[layer.steps] ?? 0);
    readout.replaceChildren(
      `Step ${t + 1}, `,
      dom("strong", {}, shown(trace.label(layer.steps, t))),
      `, unit ${u}: `,
      dom("strong", {}, Seqloom.number(array.at(t, u))),
    );
  };
  const figure = root.appendChild(dom("figure"));
  const heat = new Seqloom.Heat(figure, page, {
    columns: { axis: layer.steps, count: steps, label: (t) => shown(trace.label(layer.steps, t)) },
    rows: { count: units, label: (u) => String(u), order: Seqloom.orderOf(array, order, page.units[layer.name]) },
    codes,
    signed,
    rowStride: 1,
    columnStride: units,
    limit,
    height: (width) => Math.max(130, Math.min(width < 560 ? 360 : 440, units * 16)) + 60,
    name,
    hover: tell,
    pick: (unit) => page.chooseUnit(layer.name, unit),
  });
  const top = (signed ? 127 : 255) * scale * (limit ?? 1);
  tools.append(...heat.tools(signed ? Seqloom.number(-top) : "0", Seqloom.number(top)));
  figure.append(readout);
  const follow = () => {
    heat.row = page.units[layer.name] ?? 0;
    tell(-1, -1);
  };
  page.on(follow, figure);
  follow();
  return heat;
};

/** The share of the range under which 99.5 % of an array's numbers lie: where colours are full. */
Seqloom.colourLimit = (array) => {
  const { codes, signed } = array.codes();
  const counts = new Uint32Array(256),
    zero = signed ? 127 : 0,
    most = signed ? 127 : 255;
  for (const code of codes) counts[Math.abs(code - zero)]++;
  let seen = 0,
    size = 0;
  while (size < most && (seen += counts[size]) < 0.995 * codes.length) size++;
  return Math.max(0.02, size / most);
};
