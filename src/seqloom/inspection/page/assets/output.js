"use strict";
/** The output: probabilities of classes or of next symbols, the loss of each step, a forecast. */

const MOST = 10; // candidates shown

Seqloom.section({
  id: "output",
  title: "The output",
  hint: (trace) => {
    if (trace.has("output/values")) return "The line is the forecast, the band where the network expects the value to lie. A band that widens with the distance is honest.";
    if (trace.has("loss/steps")) return "Each bar is the surprise of the network at a symbol, in nats: 0 is certain, 0.7 a coin toss, 3 one chance in twenty. Look where it was surprised.";
    return "How probable the network found each answer. Look at the second one: was it close?";
  },
  available: (trace) => ["output/log_probabilities", "output/values", "loss/steps"].some(trace.has) || !!trace.facts.probabilities,
  render(root, trace, page) {
    if (trace.has("output/values")) drawForecast(root, trace, page);
    if (trace.has("loss/steps")) drawLosses(root, trace, page);
    drawProbabilities(root, trace, page);
  },
});

function drawLosses(root, trace, page) {
  const array = trace.get("loss/steps"), values = array.numbers();
  if (!values.length) return;
  const total = values.reduce((sum, v) => sum + v, 0);
  root.append(Seqloom.dom("p", { class: "found" },
    `Loss ${Seqloom.number(total)} nats in all, ${Seqloom.number(total / values.length)} a symbol.`));
  Seqloom.plot(root, page, {
    axis: array.dims[0], name: "Loss of each step", from: 0, unit: "",
    series: [{ name: "nats", colour: "warm", values, bars: true }],
  });
}

/** Bars of the likeliest: of classes, of what follows, or of what could stand at the selected step. */
function drawProbabilities(root, trace, page) {
  const { dom } = Seqloom;
  const array = trace.get("output/log_probabilities");
  const box = root.appendChild(dom("div"));
  const list = (names, p, chosen) => {
    const order = names.map((_, i) => i).sort((a, b) => p[b] - p[a]).slice(0, MOST);
    return order.map((i) => dom("div", { class: `bar${names[i] === chosen ? "" : " other"}` },
      dom("span", { dir: "auto", title: names[i] }, Seqloom.shown(names[i])),
      dom("i", { style: { "--share": `${(100 * p[i]).toFixed(2)}%` } }), dom("b", {}, Seqloom.percent(p[i]))));
  };
  const { probabilities } = trace.facts;
  if (probabilities) return box.append(...list(Object.keys(probabilities), Object.values(probabilities), trace.output));
  if (!array) return;
  const axis = array.dims.at(-1), names = Array.from({ length: array.shape.at(-1) }, (_, i) => trace.label(axis, i));
  if (array.shape.length === 1) return box.append(...list(names, Array.from(array.numbers(), Math.exp), trace.output));
  const steps = array.dims[0];
  const follow = () => {
    const step = page.steps[steps] ?? 0;
    const p = names.map((_, i) => Math.exp(array.at(step, i)));
    box.replaceChildren(dom("h3", {}, `What could stand at step ${step + 1}`), ...list(names, p, trace.label(steps, step)));
  };
  page.on(follow);
  follow();
}

/** The series that was read, and the forecast with its band, on one axis. */
function drawForecast(root, trace, page) {
  const array = trace.get("output/values"), [horizon, quantiles] = [array.shape[0], array.shape[1] ?? 1];
  const column = (q) => Float64Array.from({ length: horizon }, (_, t) => array.value(t * quantiles + q));
  const middle = Math.floor(quantiles / 2);
  const input = trace.get("input/values");
  const past = input && input.shape.length === 2 ? input.shape[0] : 0;
  const pad = (values, before) => Float64Array.from({ length: past + horizon }, (_, t) => (before ? values[t] ?? NaN : t < past ? NaN : values[t - past]));
  const series = [{ name: "forecast", colour: "accent", values: pad(column(middle), false) }];
  if (past) series.unshift({ name: "history", colour: "muted", values: pad(Float64Array.from({ length: past }, (_, t) => input.at(t, 0)), true) });
  const target = array.dims[0];
  Seqloom.plot(root, page, {
    axis: target, name: "History and forecast", series, key: true, height: 280, count: past + horizon,
    label: (t) => (t < past ? Seqloom.shown(trace.label(input.dims[0], t)) : Seqloom.shown(trace.label(target, t - past))),
    chosen: () => (page.select.axis === target || !past ? past + (page.steps[target] ?? 0) : page.steps[input.dims[0]]),
    choose: (t) => (t < past ? page.choose(input.dims[0], t) : page.choose(target, t - past)),
    band: quantiles > 1 ? { low: pad(column(0), false), high: pad(column(quantiles - 1), false) } : undefined,
  });
}
