/** The head of the page: what went in, what came out, what it means. Also the chips of symbols. */

/**
 * The symbols of an axis as text whose selected step is marked.
 * `dress` gives one its colour or class; the one that is returned is to be called when colours change.
 */
Seqloom.chips = (root, page, axis, dress) => {
  const { dom, shown } = Seqloom;
  const { trace } = page;
  const symbols = trace.labels[axis] ?? [],
    first = Math.max(0, symbols.length - MOST);
  const single = together(symbols);
  const name = axis === "target" ? "output" : "input";
  const list = dom("div", {
    class: `chips ${single ? "characters" : "words"}`,
    role: "listbox",
    tabindex: 0,
    dir: "auto",
    "aria-label": `Symbols of the ${name}; arrow keys move the selected step`,
  });
  const nodes = symbols.map((symbol, step) =>
    dom(
      "span",
      {
        class: `chip${Seqloom.special(symbol) ? " special" : ""}`,
        role: "option",
        id: `${list.id}${axis}-${nextId++}`,
        "data-step": step,
        "aria-selected": "false",
        title: `step ${step + 1}`,
      },
      single && symbol === " " ? symbol : shown(symbol), // between characters a gap is read best
    ),
  );
  if (first) list.append(dom("span", { class: "muted small" }, `${Seqloom.count(first, "symbol")} before … `));
  nodes.forEach((node, i) => i >= first && list.append(node, single || i + 1 === nodes.length ? "" : " "));
  list.addEventListener("click", (event) => {
    const chip = Seqloom.closest(event, ".chip");
    if (chip) page.choose(axis, Number(chip.dataset.step));
  });
  let marked = null;
  const mark = () => {
    const node = nodes[page.steps[axis]];
    if (node === marked) return;
    for (const [one, on] of [
      [marked, false],
      [node, true],
    ]) {
      one?.classList.toggle("selected", on);
      one?.setAttribute("aria-selected", String(on));
    }
    if (node) list.setAttribute("aria-activedescendant", node.id);
    if (node && list.scrollHeight > list.clientHeight) Seqloom.scrollTo(list, node);
    marked = node;
  };
  const again = () => dress && nodes.forEach((node, step) => dress(step, node));
  again();
  root.append(list);
  mark();
  page.on(mark, list);
  return { dress: again, nodes };
};

/** True for symbols that need no spaces between them: characters, or subwords that hold their own. */
function together(symbols) {
  const plain = symbols.filter((s) => !Seqloom.special(s));
  const one = (s) => [...new Intl.Segmenter().segment(s)].length === 1;
  return plain.length > 0 && (plain.every(one) || plain.some((s) => /^\s\S/.test(s)));
}

/** Scrolls a list so that one of its nodes is seen; the page stays. */
Seqloom.scrollTo = (list, node) => {
  const [seen, wanted] = [list.getBoundingClientRect(), node.getBoundingClientRect()];
  if (wanted.top < seen.top || wanted.bottom > seen.bottom) list.scrollTop += wanted.top - seen.top - 60;
};
const MOST = 2000; // symbols shown as text, the last ones
let nextId = 0;

const TASKS = {
  classify: "The class of a text",
  transduce: "A sequence from a sequence",
  generate: "The next symbol",
  forecast: "A forecast",
  transcribe: "Speech to text",
  watch: "A network of torch",
};
const ARCHITECTURES = {
  rnn: "RNN",
  lstm: "LSTM",
  gru: "GRU",
  transformer: "Transformer",
  "fully-connected": "fully-connected network",
};

Seqloom.section({
  id: "head",
  title: "What the network did",
  hint: "",
  available: () => true,
  render(root, trace, page) {
    const { dom } = Seqloom;
    const title = /** @type {HTMLElement} */ (root.parentElement?.querySelector("h1"));
    title.className = "label";
    title.textContent = `${TASKS[trace.task] ?? trace.task}, by ${article(ARCHITECTURES[trace.rung] ?? trace.rung)}${attended(trace)}`;
    const [first, ...rest] = [trace.facts.verdict ?? []].flat();
    if (first) root.append(...verdict(first, rest));
    if (trace.labels.source?.length || trace.input) {
      root.append(dom("p", { class: "label" }, "Input"));
      if (trace.labels.source?.length) Seqloom.chips(root, page, "source");
      else root.append(dom("p", { dir: "auto" }, trace.input));
    }
    const answer = Seqloom.answerOf(trace);
    if (answer || trace.labels.target?.length) root.append(dom("p", { class: "label" }, "Answer"));
    const none = trace.output ? "" : " muted";
    if (answer) root.append(dom("p", { class: `answer${none}`, dir: "auto" }, answer));
    const known = trace.facts.exceptions ?? [];
    if (known.length)
      root.append(
        dom(
          "p",
          { class: "exceptions", dir: "auto" },
          `This is the network's answer. The model file has a dictionary of exceptions, from which predict answers: ${known.join(", ")}`,
        ),
      );
    const sure = sureness(trace);
    if (sure) root.append(dom("p", { class: "muted" }, sure));
    const valid = validated(trace.facts.model ?? {});
    if (valid) root.append(dom("p", { class: "muted valid" }, valid));
    if (trace.labels.target?.length > 1 && trace.task !== "generate") Seqloom.chips(root, page, "target");
  },
});

/** A recurrent network that looks at all steps counts as another architecture than the same cell without. */
const attended = (trace) =>
  ["rnn", "lstm", "gru"].includes(trace.rung) && Seqloom.attends(trace) ? " with attention" : "";

/** The first sentence in large words, what it goes on with below, what else was found in a list. */
function verdict(first, rest) {
  const { dom } = Seqloom;
  const [, head, more] = /^(.*?[.:!?])\s+(\p{Lu}.*)$/su.exec(first) ?? [null, first, ""];
  return [
    dom("p", { class: "verdict" }, head),
    more ? dom("p", {}, more) : null,
    dom("ul", {}, ...rest.map((s) => dom("li", {}, s))),
  ].filter((node) => node !== null);
}

function article(name) {
  return `${/^(RNN|LSTM)/.test(name) ? "an" : "a"} ${name}`;
}

/** Exact to a tenth, since a score has not more. */
const score = (percent) => `${Number(percent.toFixed(1))} %`;

/**
 * The model's own score when it was validated, in words: what one answer is worth.
 * @type {[string, (v: number) => string][]}
 */
const SCORES = [
  ["valid_accuracy", (v) => `right in ${score(v)} of the validation texts`],
  ["valid_output_error", (v) => `right in ${score(100 - v)} of the validation pairs`],
  ["valid_character_error", (v) => `character error ${score(v)} on the validation recordings`],
  ["valid_perplexity", (v) => `perplexity ${Seqloom.number(v)} on the validation text`],
  ["valid_mase", (v) => `MASE ${Seqloom.number(v)} on the validation values; the naive forecast has about 1`],
];

function validated(model) {
  const found = SCORES.find(([key]) => Number.isFinite(model[key]));
  return found ? `The model as a whole: ${found[1](model[found[0]])}.` : "";
}

/** How sure the network was, in words. */
function sureness(trace) {
  const p = trace.facts.probabilities?.[trace.output];
  if (p !== undefined) return `with a probability of ${Seqloom.percent(p)}`;
  if (!trace.has("loss/steps")) return "";
  const losses = trace.get("loss/steps").numbers();
  const mean = losses.reduce((sum, v) => sum + v, 0) / losses.length;
  const what = trace.task === "generate" ? "text" : "answer";
  return `Each symbol of the ${what} had a probability of ${Seqloom.percent(Math.exp(-mean))}, on geometric average.`;
}
