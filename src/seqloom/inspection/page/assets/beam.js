/**
 * The beam search as a tree from left to right: a column a step, in it the hypotheses by score, those
 * that went on above those that were dropped. A line is as wide as its symbol was probable.
 */
const ROW = 26,
  TOP = 30,
  PAD = 9;

Seqloom.section({
  id: "beam",
  title: "What the search considered",
  hint:
    "At each step the model keeps the few best beginnings of an output and drops the others. A thick line is a probable symbol; "
    + "the bold path is the answer; arrow keys walk the tree. Look where the answer was nearly dropped, or something better was.",
  available: (trace) => (trace.facts.beam ?? []).length > 0,
  render(root, trace, page) {
    new Tree(root, trace, page);
  },
});

/** @typedef {{x: number, y: number, width: number}} Place */

class Tree {
  /** @type {Map<number, SVGElement>} */ nodes = new Map();

  /** @param {HTMLElement} root @param {Trace} trace @param {Page} page */
  constructor(root, trace, page) {
    const { dom } = Seqloom;
    this.rows = trace.facts.beam ?? [];
    this.page = page;
    this.all = true;
    this.current = -1;
    const dropped = this.rows.filter((row) => !row.kept).length;
    const goesOn = ({ kept, symbol }) => kept && symbol !== "<eos>";
    const most = Math.max(1, ...this.columns().map((column) => column.filter((i) => goesOn(this.rows[i])).length));
    root.append(
      dom(
        "p",
        { class: "small muted" },
        `${Seqloom.count(this.columns().length, "step")}; ${most === 1 ? "one hypothesis goes" : `up to ${most} hypotheses go`} on from each. `
          + `Of those dropped the best few of each parent are drawn, ${dropped} in all. Beside each symbol is the score of the output up to it: `
          + "its log-probability in nats, divided by its length if the search does so; nearer 0 is better.",
      ),
    );
    const controls = dom("div", { class: "controls" });
    const choice = Seqloom.choice(
      "show",
      [
        { value: "all", text: "all" },
        { value: "kept", text: "only what was kept" },
      ],
      "all",
      (value) => {
        this.all = value === "all";
        this.draw();
      },
    );
    if (choice) controls.append(choice);
    this.box = dom("div", { class: "tree", tabindex: -1 });
    this.told = dom("p", { class: "readout", role: "status" });
    root.append(controls, this.box, this.told);
    this.box.addEventListener("focusin", (event) => this.choose(Seqloom.closest(event, "g[data-row]")));
    this.box.addEventListener("pointerover", (event) => this.tell(Seqloom.closest(event, "g[data-row]")));
    this.box.addEventListener("pointerleave", () => this.tell(this.nodes.get(this.current)));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  /** Rows that are drawn, by step, as they stand from top to bottom. */
  columns() {
    const columns = [];
    this.rows.forEach((row, i) => {
      if (this.all || row.kept) (columns[row.step] ??= []).push(i);
    });
    const rank = ({ kept, score }) => (kept ? 1e6 : 0) + score;
    return columns.map((column) => (column ?? []).sort((a, b) => rank(this.rows[b]) - rank(this.rows[a])));
  }

  draw() {
    const columns = this.columns();
    const places = new Map([[-1, { x: 8, y: TOP, width: measure("start", this.page) + 4 }]]);
    let x = measure("start", this.page) + 62;
    columns.forEach((column) => {
      const width = Math.max(...column.map((i) => measure(this.label(i), this.page) + 2 * PAD));
      column.forEach((i, k) => places.set(i, { x, y: TOP + k * ROW, width }));
      x += width + 54;
    });
    const height = TOP + Math.max(...columns.map((column) => column.length)) * ROW;
    const picture = svg("svg", { width: x, height, role: "tree", "aria-label": "Hypotheses of the search" });
    const order = [...places.keys()].filter((i) => i >= 0).sort((a, b) => this.weight(a) - this.weight(b));
    picture.append(svg("text", { x: 8, y: TOP + 4, class: "start" }, "start"));
    for (const i of order) picture.append(this.line(i, places));
    this.nodes = new Map(order.map((i) => [i, this.node(i, /** @type {Place} */ (places.get(i)))]));
    for (const [, node] of [...this.nodes].sort(([a], [b]) => a - b)) picture.append(node);
    this.box.replaceChildren(picture);
    const end = this.rows.findIndex((row, i) => row.chosen && !this.rows.some((r) => r.chosen && r.parent === i));
    this.mark(this.nodes.has(this.current) ? this.current : end);
    this.tell(this.nodes.get(this.current));
  }

  /** The chosen path is drawn last, over the others. */
  weight(i) {
    const row = this.rows[i];
    return row.chosen ? 2 : row.kept ? 1 : 0;
  }

  kind(i) {
    return ["dropped", "", "chosen"][this.weight(i)];
  }

  label(i) {
    return `${Seqloom.shown(this.rows[i].symbol)} ${this.rows[i].score.toFixed(2).replace("-", "−")}`;
  }

  /** The probability of a row's symbol after its parent. */
  probability(i) {
    const { parent, log_probability: own } = this.rows[i];
    return Math.exp(own - (parent < 0 ? 0 : this.rows[parent].log_probability));
  }

  line(i, places) {
    const [from, to] = [places.get(this.rows[i].parent), places.get(i)];
    const [x, y] = [from.x + from.width, from.y];
    const middle = (x + to.x) / 2;
    const width = 0.7 + 7 * this.probability(i);
    return svg("path", {
      class: this.kind(i),
      "stroke-width": width.toFixed(1),
      d: `M${x} ${y}C${middle} ${y} ${middle} ${to.y} ${to.x} ${to.y}`,
    });
  }

  node(i, { x, y }) {
    const width = measure(this.label(i), this.page) + 2 * PAD;
    const node = svg("g", {
      class: this.kind(i),
      "data-row": i,
      tabindex: -1,
      role: "treeitem",
      "aria-level": this.rows[i].step + 1,
      "aria-label": this.sentence(i),
    });
    node.append(
      svg("rect", { x, y: y - ROW / 2 + 2, width, height: ROW - 4, rx: 3 }),
      svg("text", { x: x + PAD, y: y + 4 }, this.label(i)),
    );
    return node;
  }

  /** Symbols of a hypothesis, from its first on. */
  symbols(i) {
    const found = [];
    for (let at = i; at >= 0; at = this.rows[at].parent) found.unshift(this.rows[at].symbol);
    return found;
  }

  sentence(i) {
    const row = this.rows[i];
    const symbols = this.symbols(i);
    const ended = symbols.at(-1) === "<eos>";
    const text = Seqloom.spelled(ended ? symbols.slice(0, -1) : symbols) || "nothing";
    const state =
      row.chosen && ended
        ? "the answer"
        : row.chosen
          ? "on the way to the answer"
          : row.kept && ended
            ? "ended, but not the best"
            : row.kept
              ? "kept"
              : "dropped";
    const cut = ended && row.kept && !row.finished ? ", cut off by the length limit" : "";
    return (
      `${text}${ended ? ", end" : ""}: ${state}${cut}. Score ${Seqloom.number(row.score)}, log-probability ${Seqloom.number(row.log_probability)} nats; `
      + `this symbol had a probability of ${Seqloom.percent(this.probability(i))}.`
    );
  }

  tell(node) {
    if (node) this.told.textContent = this.sentence(Number(node.dataset.row));
  }

  /** The one node that Tab reaches. */
  mark(i) {
    for (const [row, on] of [
      [this.current, false],
      [i, true],
    ]) {
      this.nodes.get(row)?.setAttribute("tabindex", on ? "0" : "-1");
      this.nodes.get(row)?.classList.toggle("current", on);
    }
    this.current = i;
  }

  choose(node) {
    if (!node) return;
    this.mark(Number(node.dataset.row));
    this.tell(node);
    this.page.choose("target", this.rows[this.current].step);
  }

  /** Left to the parent, right to the best child, up and down within the step. */
  key(event) {
    const { rows, current } = this;
    if (event.ctrlKey || event.metaKey || event.altKey || current < 0) return;
    const columns = this.columns();
    const column = columns[rows[current].step],
      place = column.indexOf(current);
    const children = (columns[rows[current].step + 1] ?? []).filter((i) => rows[i].parent === current);
    const next = {
      ArrowLeft: () => rows[current].parent,
      ArrowRight: () => children.find((i) => rows[i].chosen) ?? children[0],
      ArrowUp: () => column[place - 1],
      ArrowDown: () => column[place + 1],
    }[event.key];
    if (!next) return;
    event.preventDefault();
    const node = this.nodes.get(next());
    node?.focus();
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function svg(tag, properties, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(properties)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

const ruler = /** @type {Context} */ (document.createElement("canvas").getContext("2d"));

/** Pixels that a label takes. */
function measure(text, page) {
  ruler.font = `bold 13px ${page.palette.font}`;
  return Math.ceil(ruler.measureText(text).width);
}
