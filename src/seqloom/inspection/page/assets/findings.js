/**
 * What a search over the training data found (docs/trace.md, `patterns`, `places` and `nearest`): units
 * that follow a pattern, places with the same units on, states like one of this input.
 */

/** Draws what there is of the three; nothing if there was no search. */
Seqloom.findings = (root, trace, page) => {
  const { dom } = Seqloom;
  const of = (key) => [trace.facts[key] ?? []].flat();
  const [patterns, places, nearest] = ["patterns", "places", "nearest"].map(of);
  if (patterns.length)
    root.append(dom("h3", {}, "Units that follow a pattern"), searched(patterns[0]), patternTable(patterns, page));
  for (const one of places) root.append(dom("h3", {}, "Other places like the span"), ...drawPlaces(one, trace));
  for (const one of nearest) root.append(dom("h3", {}, "The nearest states"), ...drawNearest(one, trace));
};

/** Where it was looked. */
function searched({ layer, state, texts, steps, complete }) {
  const part = complete === false ? "; there was more than could be kept" : "";
  return Seqloom.dom(
    "p",
    { class: "small muted" },
    `In ${Seqloom.layerName(layer)}, ${state}, over ${Seqloom.count(texts, "text")}, ${Seqloom.count(steps, "step")}${part}.`,
  );
}

/** A row a pattern, with its best units as buttons that select them. */
function patternTable(patterns, page) {
  const { dom, number } = Seqloom;
  const rows = patterns.map(({ pattern, mean, units, layer }) =>
    dom(
      "tr",
      {},
      dom("th", { scope: "row" }, pattern),
      dom("td", { class: "number" }, number(mean)),
      dom(
        "td",
        {},
        ...units
          .slice(0, MOST_UNITS)
          .flatMap(({ unit, correlation }) => [
            dom(
              "button",
              { type: "button", title: `select unit ${unit}`, onclick: () => page.chooseUnit(layer, unit) },
              `unit ${unit}`,
            ),
            ` ${number(correlation)} `,
          ]),
      ),
    ),
  );
  return dom(
    "div",
    { class: "table" },
    dom(
      "table",
      {},
      dom(
        "thead",
        {},
        dom(
          "tr",
          {},
          dom("th", { scope: "col" }, "pattern"),
          dom("th", { scope: "col", class: "number" }, "mean"),
          dom("th", { scope: "col" }, "units, with their correlation on texts held back"),
        ),
      ),
      dom("tbody", {}, ...rows),
    ),
  );
}
const MOST_UNITS = 5,
  MOST_PLACES = 10;

function drawPlaces(one, trace) {
  const { dom } = Seqloom;
  const on = one.units.length
    ? `units ${one.units.slice(0, 12).join(", ")}${one.units.length > 12 ? " and more" : ""} are`
    : "no unit is";
  const what = `On “${symbolsOf(trace, one.layer, one.start, one.stop)}” ${on} on (at least ${one.threshold}); the same units are also on here:`;
  return [
    searched(one),
    dom("p", {}, what),
    contexts(
      one.found,
      (p) => [p.start, p.stop],
      (p) => `${Seqloom.percent(p.on)} on`,
    ),
  ];
}

function drawNearest(one, trace) {
  const { dom } = Seqloom;
  const what = `Steps of the texts whose state is most like that after “${symbolsOf(trace, one.layer, one.step, one.step + 1)}”:`;
  return [
    searched(one),
    dom("p", {}, what),
    contexts(
      one.found,
      (p) => [p.step, p.step + 1],
      (p) => `cosine ${Seqloom.number(p.cosine)}`,
    ),
  ];
}

function symbolsOf(trace, layer, start, stop) {
  const axis = trace.layers.find((l) => l.name === layer)?.steps ?? "source";
  return join(Array.from({ length: stop - start }, (_, i) => trace.label(axis, start + i)));
}

/** Symbols as text: with spaces between words, without between characters. */
function join(symbols) {
  return symbols.map(Seqloom.shown).join(symbols.some((s) => [...s].length > 1) ? " " : "");
}

/** Places in their texts: a row each, the place itself marked. */
function contexts(found, span, value) {
  const { dom } = Seqloom;
  const rows = found.slice(0, MOST_PLACES).map((place) => {
    const [from, to] = span(place).map((step) => step - place.first);
    const gap = place.symbols.some((s) => [...s].length > 1) ? " " : "";
    const text = dom(
      "td",
      { dir: "auto" },
      join(place.symbols.slice(0, from)),
      gap,
      dom("mark", {}, join(place.symbols.slice(from, to))),
      gap,
      join(place.symbols.slice(to)),
    );
    return dom(
      "tr",
      {},
      dom("td", { class: "number" }, value(place)),
      text,
      dom("td", { class: "muted" }, `text ${place.text}`),
    );
  });
  return dom("div", { class: "table" }, dom("table", {}, dom("tbody", {}, ...rows)));
}
