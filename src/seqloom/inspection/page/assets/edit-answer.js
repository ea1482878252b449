/**
 * An answer of the model beside the one before, with what differs marked: what the sections share
 * that run the model in the page.
 */

/** True if the page carries a model file of a task that runs in it; the file is not opened yet. */
Seqloom.canRun = (trace) =>
  Seqloom.engine.runs({ format: 1, task: trace.task })
  && document.getElementById("seqloom-model").textContent.trim() !== "";

/** The model at work, opened once. */
Seqloom.running = (page) =>
  (page.running ??= Seqloom.engine.open(/** @type {NonNullable<Page["model"]>} */ (page.model)));

const MOST = 4_000_000; // cells of the table that aligns two lists

/**
 * Two lists of symbols, aligned so that as many as possible stay: what both begin and end with, and
 * the longest common part of what is between.
 * @returns {{before: boolean[], now: boolean[]}} for each symbol whether it is in both
 */
Seqloom.compared = (before, now) => {
  const stays = { before: Array(before.length).fill(false), now: Array(now.length).fill(false) };
  const keep = (i, j) => (stays.before[i] = stays.now[j] = true);
  let first = 0,
    n = before.length,
    m = now.length;
  for (; first < Math.min(n, m) && before[first] === now[first]; first++) keep(first, first);
  for (; Math.min(n, m) > first && before[n - 1] === now[m - 1]; n--, m--) keep(n - 1, m - 1);
  if ((n - first) * (m - first) > MOST) return stays;
  alignMiddle(before.slice(first, n), now.slice(first, m), (i, j) => keep(first + i, first + j));
  return stays;
};

function alignMiddle(before, now, keep) {
  const [n, m] = [before.length, now.length];
  const longest = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      longest[i][j] = before[i] === now[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (before[i] === now[j]) keep(i++, j++);
    else if (longest[i + 1][j] >= longest[i][j + 1]) i++;
    else j++;
  }
}

/** Symbols as text, those that do not stay in an element of their own. */
function marked(symbols, stays, tag) {
  const gap = Seqloom.gap();
  return symbols.flatMap((symbol, i) => {
    const shown = symbol.startsWith("▁") && symbol.length > 1 ? symbol.slice(1) : symbol;
    const text = stays[i]
      ? shown
      : Seqloom.dom(tag, {}, shown === " " || shown === "\n" ? Seqloom.shown(shown) : shown);
    const before = i === 0 ? "" : gap === null ? (symbol.startsWith("▁") ? " " : "") : gap;
    return [before, text];
  });
}

/** What stands between symbols of the output: `null` if their own marks say it. */
Seqloom.gap = () => {
  const { labels, output, task } = Seqloom.page.trace;
  const symbols = (labels.target ?? []).filter((symbol) => !/^<(pad|bos|eos|unk)>$/.test(symbol));
  if (symbols.some((s) => s.startsWith("▁"))) return null;
  return task === "generate" || symbols.join("") === output ? "" : " ";
};

/** Symbols joined as they are read. */
Seqloom.spelled = (symbols) => {
  const gap = Seqloom.gap();
  return gap === null ? symbols.join("").replaceAll("▁", " ").trim() : symbols.join(gap);
};

/** How many symbols differ, as a sentence. */
function difference(stays) {
  const gone = stays.before.filter((same) => !same).length;
  const come = stays.now.filter((same) => !same).length;
  if (gone + come === 0) return "The answer stays the same.";
  const parts = [gone ? `${Seqloom.count(gone, "symbol")} gone` : "", come ? `${come} new` : ""];
  return `The answer changes: ${parts.filter(Boolean).join(", ")}.`;
}

function pair(before, now, details) {
  const { dom } = Seqloom;
  return dom(
    "dl",
    { class: "answers" },
    dom("dt", {}, "before"),
    dom("dd", { dir: "auto", class: "before" }, ...before, details?.[0] ?? null),
    dom("dt", {}, "now"),
    dom("dd", { dir: "auto", class: "now" }, ...now, details?.[1] ?? null),
  );
}

/** Bars of the likeliest now, each with what it was before. */
function bars(names, before, now, most) {
  const { dom } = Seqloom;
  const order = names
    .map((_, i) => i)
    .sort((a, b) => now[b] - now[a])
    .slice(0, most);
  const rows = order.map((i) =>
    dom(
      "div",
      { class: `bar${i === order[0] ? "" : " other"}` },
      dom("span", { dir: "auto", title: names[i] }, Seqloom.shown(names[i])),
      dom("i", {
        style: { "--share": `${(100 * now[i]).toFixed(2)}%`, "--before": `${(100 * before[i]).toFixed(2)}%` },
        title: `before: ${Seqloom.percent(before[i])}`,
      }),
      dom("b", {}, Seqloom.percent(now[i])),
    ),
  );
  return [...rows, dom("p", { class: "small muted" }, "The upright mark is what it was before.")];
}

const DRAW = {
  transduce(before, now) {
    const stays = Seqloom.compared(before.symbols, now.symbols);
    const sure = ({ logProbability, finished }) =>
      Seqloom.dom(
        "small",
        {},
        `probability ${Seqloom.percent(Math.exp(logProbability))}${finished ? "" : ", cut off by the length limit"}`,
      );
    return {
      nodes: [
        pair(marked(before.symbols, stays.before, "del"), marked(now.symbols, stays.now, "ins"), [
          sure(before),
          sure(now),
        ]),
      ],
      said: difference(stays),
    };
  },
  classify(before, now, model) {
    const same = before.output === now.output;
    const show = (answer, tag) => [
      same ? answer.output : Seqloom.dom(tag, {}, answer.output),
      Seqloom.dom("small", {}, Seqloom.percent(Math.max(...answer.probabilities))),
    ];
    return {
      nodes: [
        pair(show(before, "del"), show(now, "ins")),
        ...bars(model.labels, before.probabilities, now.probabilities, 8),
      ],
      said: same ? "The answer stays the same." : "The answer changes.",
    };
  },
  generate(before, now, model) {
    const stays = Seqloom.compared(before.symbols, now.symbols);
    const { symbols } = model.reader;
    const share = ({ logProbs }) => logProbs.map(Math.exp);
    return {
      nodes: [
        pair(marked(before.symbols, stays.before, "del"), marked(now.symbols, stays.now, "ins")),
        Seqloom.dom("h3", {}, "What follows the text"),
        ...bars(symbols, share(before), share(now), 8),
      ],
      said: difference(stays),
    };
  },
};

/**
 * Draws the answer now beside the answer before.
 * @param {HTMLElement} root is emptied; its `data-answer` is the answer as text
 */
Seqloom.drawAnswer = (root, model, before, now) => {
  const { nodes, said } = DRAW[model.task](before, now, model);
  root.replaceChildren(...nodes);
  root.dataset.answer = now.output;
  return said;
};
