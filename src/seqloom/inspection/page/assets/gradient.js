/** The section of the gradient through time: the picture, what it says in words, the sentence. */

const HINTS = {
  chain: (word) =>
    `A network learns by an error that travels from the answer back, ${word} by ${word}. Each bar shows how much of `
    + `it arrives at a ${word}, to scale. Going back from the answer, look for the first bar under the dashed 1 % line: the `
    + `error does not reach the ${word}s beyond it, so the network could not learn from them now. What it holds of them `
    + `already, the next section shows.`,
  own: (word) =>
    `A network learns by an error that travels from the answer back. Here each ${word} has a way of its own to `
    + `the answer, so the bars need not shrink with the distance: look whether the far ${word}s keep theirs.`,
  every: (word) =>
    `The error enters at every ${word} here, so each has a short way to it. How far the recurrence itself carries is `
    + `measured from the last state: each bar shows how much of a small change at a ${word} is left there, to scale. `
    + `Going back, look for the first bar under the dashed 1 % line: what stands beyond it hardly counts at the end.`,
};

/** Which hint fits what is drawn first. */
function hintOf(trace) {
  const layer = Seqloom.firstGradientLayer(Seqloom.gradientLayers(trace), trace);
  if (!Seqloom.ownWays(trace)) return HINTS.chain;
  return Seqloom.firstWay(trace, layer) === "jacobian" ? HINTS.every : HINTS.own;
}

Seqloom.section({
  id: "gradient",
  title: "Gradient through time",
  hint: (trace) => hintOf(trace)(Seqloom.stepWord(trace)),
  available: (trace) => Seqloom.gradientLayers(trace).length > 0,
  render(root, trace, page) {
    const { dom } = Seqloom;
    const layers = Seqloom.gradientLayers(trace);
    const state = /** @type {GradientState} */ ({ layer: Seqloom.firstGradientLayer(layers, trace), log: false });
    state.way = Seqloom.firstWay(trace, state.layer);
    const controls = root.appendChild(dom("div", { class: "controls" }));
    const found = root.appendChild(dom("p", { class: "found" }));
    const key = root.appendChild(dom("ul", { class: "key" }));
    const picture = root.appendChild(dom("figure"));
    let steps = null;
    const canvas = new Seqloom.Canvas(picture, page, {
      height: (width) => (width < 560 ? 330 : 380),
      label: "Gradient of each step, drawn under the words",
      draw: (context, width, height) => (steps = Seqloom.drawGradient(context, width, height, state, page)),
    });
    const readout = picture.appendChild(dom("p", { class: "readout" }));
    const sentence = root.appendChild(dom("div"));

    function update() {
      const { layer } = state;
      if (!layer.ways.some((way) => way.value === state.way)) state.way = Seqloom.firstWay(trace, layer);
      state.series = Seqloom.gradientSeries(trace, layer, state.way);
      state.answer = state.way === "jacobian" ? "last state" : answerIn(trace);
      Seqloom.setControls(controls, controlsOf(layers, state, update));
      found.textContent = inWords(state, trace) + unknown(state.series);
      key.replaceChildren(...keyOf(state));
      drawSentence(sentence, state, page);
      page.select.axis !== layer.steps
        && page.steps[layer.steps] === undefined
        && (page.steps[layer.steps] = state.series.end);
      tell(page.steps[layer.steps]);
      canvas.dirty();
    }

    function tell(step) {
      const { series, layer } = state;
      if (step === undefined || step < 0 || step >= series.values.length) return;
      const far = Math.abs(series.end - step);
      readout.replaceChildren(
        `Step ${step + 1}, `,
        dom("strong", {}, Seqloom.shown(trace.label(layer.steps, step))),
        `: ${Seqloom.percent(series.share[step])} of the largest; ‖${series.symbol}‖ = ${Seqloom.number(series.values[step])}`,
        layer.recurrent && far ? `; ${Seqloom.count(far, "step")} before it is read` : "",
      );
    }

    canvas.point(
      (x) => tell(x === null ? page.steps[state.layer.steps] : steps?.at(x)),
      (x) => {
        const step = steps?.at(x) ?? -1;
        if (step >= 0) page.choose(state.layer.steps, step);
      },
    );
    update();
    page.on(() => tell(page.steps[state.layer.steps]));
  },
});

/** The answer in a word or two, where a picture has room for no more. */
function answerIn(trace) {
  const told = Seqloom.answerOf(trace);
  if (told) return trace.output ? told : "nothing";
  return trace.task === "forecast" ? "forecast" : "next";
}

function controlsOf(layers, state, update) {
  const set = (key) => (value) => {
    state[key] = key === "layer" ? layers.find((l) => l.layer === value) : key === "log" ? value === "log" : value;
    update();
  };
  const names = layers.map((l) => ({
    value: l.layer,
    text: l.layer === "input" ? "the input itself" : Seqloom.layerName(l.layer),
  }));
  return [
    Seqloom.choice("layer", names, state.layer.layer, set("layer")),
    Seqloom.choice("measured", state.layer.ways, state.way, set("way")),
    Seqloom.choice(
      "scale",
      [
        { value: "linear", text: "linear" },
        { value: "log", text: "powers of ten" },
      ],
      state.log ? "log" : "linear",
      set("log"),
    ),
  ];
}

function keyOf({ series }) {
  const { dom } = Seqloom;
  const entry = (text, colour, line) =>
    dom("li", {}, dom("i", { class: line ? "line" : "", style: { "--swatch": `var(--${colour})` } }), text);
  const lost = series.lost.some((v) => v);
  return [
    entry(`size of the gradient, ‖${series.symbol}‖`, "accent"),
    lost ? entry("under 1 %", "warm") : null,
    ...series.lines.map((line) => entry(line.name, line.colour, true)),
  ].filter(Boolean);
}

/** What the picture shows, as a sentence. */
function inWords({ series, layer, way }, trace) {
  const { count } = Seqloom;
  const { direct } = series;
  const lost = series.lost.reduce((sum, v) => sum + v, 0),
    all = series.values.length;
  const what = Seqloom.stepWord(trace, layer.steps);
  if (!(series.largest > 0)) return "No gradient arrives at any step.";
  if (series.edge >= 0) {
    // a name for the place where it ends, if steps have names
    const word = trace.labels[layer.steps] ? `, at ${Seqloom.quoted(trace, layer.steps, series.edge)}` : "";
    const start = `Memory ends ${count(series.kept, "step")} back${word}: less than 1 % `;
    const beyond = `the ${count(series.edgeCount, what)} beyond, so ${series.edgeCount === 1 ? "it" : "they"}`;
    return way === "jacobian"
      ? `${start}is left in the last state of a change at ${beyond} hardly ${series.edgeCount === 1 ? "counts" : "count"} there.`
      : `${start}of the gradient reaches ${beyond} could hardly be learned from.`;
  }
  if (lost === 0)
    return direct
      ? `All ${count(all, what)} reach the answer.`
      : `${way === "jacobian" ? "The effect on the last state" : "The gradient"} reaches back over all ${count(all, what)}: it stays above 1 % to the far end.`;
  const rest = direct ? "of what the strongest gets." : "; others beyond them still reach the answer.";
  return `${count(lost, what)} of ${all} ${lost === 1 ? "gets" : "get"} less than 1 % ${rest}`.replace(" ;", ";");
}

/** Steps of a very large layer for which nothing was computed. */
function unknown({ known, values }) {
  return known < values.length
    ? ` Only the last ${Seqloom.count(known, "step")} were computed; what is further back is not known.`
    : "";
}

/** The text, pale where no gradient comes, with a mark where memory ends. */
function drawSentence(root, { series, layer }, page) {
  const { dom } = Seqloom;
  page.forget(root);
  root.replaceChildren();
  if (!page.trace.labels[layer.steps]) return;
  const chips = Seqloom.chips(root, page, layer.steps, (step, node) =>
    node.classList.toggle("lost", !!series.lost[step]),
  );
  if (series.edge < 0) return;
  const mark = dom(
    "span",
    { class: `edge${layer.reverse ? "" : " before"}` },
    layer.reverse ? "no gradient from here" : "no gradient up to here",
  );
  const node = chips.nodes[series.edge];
  if (layer.reverse) node.before(mark);
  else node.after(mark);
  Seqloom.scrollTo(root.firstChild, mark);
}
