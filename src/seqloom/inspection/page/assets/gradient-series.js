/**
 * What the picture of the gradient draws: for a layer and a way of measuring, a number for each
 * step, where the answer stands, and where memory ends.
 *
 * `share` of a step is its number over the largest. The 1 % line is 1 % of what arrives at the step
 * where the layer is read, as in `inspection/memory.py`; where every step has a way of its own to
 * the answer, 1 % of the largest.
 */
Seqloom.MEMORY = 0.01;

const chained = (layer) => ["rnn", "lstm", "gru"].includes(layer.kind);

/** True if attention gives each step a way of its own to the answer. */
Seqloom.attends = (trace) => trace.has("attention/decoder") || trace.has("attention/pool");

/** True if the loss enters at every step. */
Seqloom.everywhere = ({ facts }) => facts.leads.everywhere;

/**
 * True if every step reaches the answer by itself, not only through the chain of states.
 */
Seqloom.ownWays = (trace, layer, way = "loss") => {
  if (!trace.layers.some(chained) || (layer && !chained(layer))) return true;
  if (way === "jacobian") return false;
  return Seqloom.everywhere(trace) || (Seqloom.attends(trace) && (!layer || layer.steps === "source"));
};

/**
 * The way that is shown first: from the answer, or from the last state where the loss enters at
 * every step, because there only the Jacobian says how far the recurrence carries.
 */
Seqloom.firstWay = (trace, layer) => {
  const has = layer.ways.some((way) => way.value === "jacobian");
  return has && Seqloom.everywhere(trace) && !Seqloom.attends(trace) ? "jacobian" : layer.ways[0].value;
};

/** The ways a trace can draw: each layer by the answer's loss, by the last state, and the input itself. */
Seqloom.gradientLayers = (trace) => {
  const found = [];
  for (const layer of trace.layers) {
    if (!layer.steps) continue;
    const ways = [];
    if (trace.has(`gradient/${layer.name}/h`)) ways.push({ value: "loss", text: "from the answer" });
    if (trace.has(`jacobian/${layer.name}/state`)) ways.push({ value: "jacobian", text: "from the last state" });
    const recurrent = chained(layer);
    if (ways.length) found.push({ ...layer, layer: layer.name, recurrent, ways });
  }
  if (trace.has("gradient/input")) {
    const ways = [{ value: "input", text: "from the answer" }];
    found.push({
      layer: "input",
      kind: "input",
      steps: trace.get("gradient/input").dims[0],
      reverse: false,
      recurrent: false,
      ways,
    });
  }
  return found;
};

/**
 * The layer that the page shows first: the one that the verdict speaks of; where that speaks of none,
 * the last recurrent one that reads the input, else the first.
 */
Seqloom.firstGradientLayer = (layers, trace) => {
  const led = layers.find((l) => l.layer === trace.facts.leads.layer);
  if (led) return led;
  const reading = layers.filter((l) => l.recurrent && l.steps === "source");
  const recurrent = layers.filter((l) => l.recurrent);
  const forward = reading.filter((l) => !l.reverse);
  return [forward, reading, recurrent].find((list) => list.length)?.at(-1) ?? layers[0];
};

/**
 * Of a layer of `gradientLayers`: `end` is the step where the layer is read; `direct` if every step has a way
 * of its own; `lost[t]` is 1 under the line; only the last `known` steps were computed.
 */
Seqloom.gradientSeries = (trace, layer, way) => {
  const read = (name) => Float64Array.from(trace.get(name).numbers());
  const { name = "" } = layer;
  let values,
    parts = /** @type {[string, string, Float64Array][]} */ ([]);
  if (way === "jacobian") {
    values = read(`jacobian/${name}/state`);
    const cell = layer.kind === "gru" ? "along the update gate" : "through the cell";
    if (trace.has(`jacobian/${name}/cell`)) parts.push([cell, "series-3", read(`jacobian/${name}/cell`)]);
    if (trace.has(`jacobian/${name}/gates`))
      parts.push(["through the gates", "series-4", read(`jacobian/${name}/gates`)]);
  } else if (way === "loss") {
    const h = read(`gradient/${name}/h`),
      c = trace.has(`gradient/${name}/c`) ? read(`gradient/${name}/c`) : null;
    values = c ? h.map((v, t) => Math.hypot(v, c[t])) : h;
    if (c)
      parts = [
        ["by the cell c", "series-3", c],
        ["by the output h", "series-4", h],
      ];
  } else values = read("gradient/input").map(Math.abs);
  const end = layer.reverse ? 0 : values.length - 1;
  const direct = Seqloom.ownWays(trace, layer, way);
  let largest = 0;
  for (const v of values) if (v > largest) largest = v;
  const start = direct || values[end] === 0 ? largest : values[end];
  const shared = (numbers) => numbers.map((v) => (largest > 0 ? v / largest : 0));
  const share = shared(values);
  const lines = parts.map(([text, colour, own]) => ({ name: text, colour, values: own, share: shared(own) }));
  const level = Seqloom.MEMORY * start;
  const known = way === "jacobian" ? (trace.facts.memory?.[name]?.jacobian?.computed ?? values.length) : values.length;
  const lost = Uint8Array.from(values, (v, t) => (v < level && Math.abs(end - t) < known ? 1 : 0));
  return {
    values,
    share,
    largest,
    start,
    level,
    end,
    lines,
    direct,
    lost,
    known,
    symbol: symbolOf(layer, way),
    ...memoryOf(lost, layer, direct, known),
  };
};

function symbolOf(layer, way) {
  if (way === "input") return "∂L/∂x";
  const state = layer.kind === "lstm" ? "(h, c)" : "h";
  return way === "loss" ? `∂L/∂${state}` : `∂h at the end / ∂${state}`;
}

/**
 * Where memory ends, as `effective_memory` defines it: `edge` is the step from which on, away from
 * where the layer is read, all are lost, or -1; `edgeCount` of them; `kept` is the
 * distance to the first.
 */
function memoryOf(lost, { reverse }, direct, known) {
  if (direct) return { edge: -1, edgeCount: 0, kept: lost.length };
  const far = Array.from(lost.keys());
  if (reverse) far.reverse(); // from the far end towards where the layer is read
  const first = lost.length - known;
  const alive = far.findIndex((t, i) => i >= first && !lost[t]);
  if (alive <= first) return { edge: -1, edgeCount: 0, kept: lost.length };
  return { edge: far[alive - 1], edgeCount: alive, kept: lost.length - alive };
}
