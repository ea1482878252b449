/** The output: probabilities of classes or of next symbols, the loss of each step, a forecast. */

const MOST = 10; // candidates shown
const FEW = 12; // features up to which each has a line

Seqloom.section({
  id: "output",
  title: "The output",
  hint: (trace) => {
    if (trace.has("output/values"))
      return "The line is the forecast, the band where the network expects the value to lie. A band that widens with the distance is honest.";
    if (trace.has("loss/steps"))
      return "Each bar is the surprise of the network at a symbol, in nats: 0 is certain, 0.7 a coin toss, 3 one chance in twenty. Look where it was surprised.";
    return "How probable the network found each answer. Look at the second one: was it close?";
  },
  available: (trace) =>
    ["output/log_probabilities", "output/values", "input/values", "loss/steps"].some(trace.has)
    || !!trace.facts.probabilities,
  render(root, trace, page) {
    if (trace.has("output/values")) drawForecast(root, trace, page);
    if (trace.has("loss/steps")) drawLosses(root, trace, page);
    drawProbabilities(root, trace, page);
    if (trace.get("input/values")?.shape.length === 2) drawInput(root, trace, page);
  },
});

function drawLosses(root, trace, page) {
  const array = trace.get("loss/steps"),
    values = array.numbers();
  if (!values.length) return;
  const total = values.reduce((sum, v) => sum + v, 0);
  root.append(
    Seqloom.dom(
      "p",
      { class: "found" },
      `Loss ${Seqloom.number(total)} nats in all, ${Seqloom.number(total / values.length)} a symbol.`,
    ),
  );
  Seqloom.plot(root, page, {
    axis: array.dims[0],
    name: "Loss of each step",
    from: 0,
    unit: "",
    series: [{ name: "nats", colour: "warm", values, bars: true }],
  });
}

/** Bars of the likeliest: of classes, of what follows, or of what could stand at the selected step. */
function drawProbabilities(root, trace, page) {
  const { dom } = Seqloom;
  const array = trace.get("output/log_probabilities");
  const { probabilities } = trace.facts;
  if (!probabilities && !array) return;
  const box = root.appendChild(dom("div"));
  const list = (names, p, chosen) => {
    const order = names
      .map((_, i) => i)
      .sort((a, b) => p[b] - p[a])
      .slice(0, MOST);
    return order.map((i) =>
      dom(
        "div",
        { class: `bar${names[i] === chosen ? "" : " other"}` },
        dom("span", { dir: "auto", title: names[i] }, Seqloom.shown(names[i])),
        dom("i", { style: { "--share": `${(100 * p[i]).toFixed(2)}%` } }),
        dom("b", {}, Seqloom.percent(p[i])),
      ),
    );
  };
  if (probabilities) return box.append(...list(Object.keys(probabilities), Object.values(probabilities), trace.output));
  const axis = array.dims.at(-1),
    names = Array.from({ length: array.shape.at(-1) }, (_, i) => trace.label(axis, i));
  if (array.shape.length === 1) return box.append(...list(names, Array.from(array.numbers(), Math.exp), trace.output));
  const steps = array.dims[0];
  const follow = () => {
    const step = page.steps[steps] ?? 0;
    const p = names.map((_, i) => Math.exp(array.at(step, i)));
    box.replaceChildren(
      dom("h3", {}, `What could stand at step ${step + 1}`),
      ...list(names, p, trace.label(steps, step)),
    );
  };
  page.on(follow);
  follow();
}

/** A column of an array (steps, columns). */
const column = (array, k) =>
  Float64Array.from({ length: array.shape[0] }, (_, t) => array.value(t * (array.shape[1] ?? 1) + k));

/** The forecast with its band, after the history where the trace has it in the same unit. */
function drawForecast(root, trace, page) {
  const array = trace.get("output/values"),
    quantiles = array.shape[1] ?? 1,
    horizon = array.shape[0];
  const history = trace.get("input/history"),
    past = history ? history.shape[0] : 0;
  const after = (values) => Float64Array.from([...new Float64Array(past).fill(NaN), ...values]);
  const series = [{ name: "forecast", colour: "accent", values: after(column(array, Math.floor(quantiles / 2))) }];
  if (past)
    series.unshift({
      name: "history",
      colour: "muted",
      values: Float64Array.from([...history.numbers(), ...new Float64Array(horizon).fill(NaN)]),
    });
  const band = quantiles > 1 ? { low: after(column(array, 0)), high: after(column(array, quantiles - 1)) } : undefined;
  if (band)
    root.append(
      Seqloom.dom(
        "p",
        { class: "small muted" },
        `The band goes from the ${trace.label(array.dims[1], 0)} to the ${trace.label(array.dims[1], quantiles - 1)} quantile.`,
      ),
    );
  const target = array.dims[0],
    source = history?.dims[0];
  Seqloom.plot(root, page, {
    axis: target,
    name: "History and forecast",
    series,
    key: true,
    height: 280,
    count: past + horizon,
    band,
    label: (t) => Seqloom.shown(t < past ? trace.label(source, t) : trace.label(target, t - past)),
    chosen: () => (page.select.axis === target || !past ? past + (page.steps[target] ?? 0) : page.steps[source]),
    choose: (t) => (t < past ? page.choose(source, t) : page.choose(target, t - past)),
  });
}

/** What a network without symbols read: one feature as a line, or all as a heat map. */
function drawInput(root, trace, page) {
  const { dom } = Seqloom;
  const array = trace.get("input/values"),
    [steps, features] = array.shape,
    [axis, names] = array.dims;
  root.append(dom("h3", {}, "What the network read"));
  if (features <= FEW) {
    const series = [{ name: "value", colour: "accent", values: column(array, 0) }];
    const options = Array.from({ length: features }, (_, k) => ({ value: String(k), text: trace.label(names, k) }));
    const choice = Seqloom.choice("feature", options, "0", (value) => {
      series[0].values = column(array, Number(value));
      plot.canvas.dirty();
    });
    if (choice) root.append(dom("div", { class: "controls" }, choice));
    const plot = Seqloom.plot(root, page, { axis, series, name: "What the network read", height: 170 });
    return;
  }
  const { codes, signed, scale } = array.codes(),
    tools = root.appendChild(dom("div", { class: "controls" }));
  const heat = new Seqloom.Heat(root, page, {
    columns: { axis, count: steps, label: (t) => Seqloom.shown(trace.label(axis, t)) },
    rows: {
      count: features,
      label: (k) => trace.label(names, k),
      order: Array.from({ length: features }, (_, k) => features - 1 - k),
    },
    codes,
    signed,
    rowStride: 1,
    columnStride: features,
    height: 300,
    name: "What the network read",
  });
  const top = Seqloom.number((signed ? 127 : 255) * scale);
  tools.append(...heat.tools(signed ? `−${top}` : "0", top));
}
