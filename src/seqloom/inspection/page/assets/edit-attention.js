/**
 * Another look: weights of the decoder's attention are set by hand, the others of their row scaled
 * so that it sums to 1, and the decoder goes on from there. `Model.trace(x, attention=...)` is the
 * same in Python.
 */
Seqloom.section({
  id: "edit-attention",
  title: "Change where it looked",
  hint:
    "Press a cell and move the slider: that weight is set, the others of its row are scaled so that the row still sums to 1, "
    + "and the model writes on from there. Look whether the output follows where you make it look.",
  available: (trace) => trace.has("attention/decoder") && trace.rung !== "transformer" && Seqloom.canRun(trace),
  render(root, trace, page) {
    new AttentionEditor(root, trace, page);
  },
});

/** The matrix with the weights that are set by hand marked. */
class SetMatrix extends Seqloom.Heat {
  draw(context, width, height) {
    super.draw(context, width, height);
    const { steps, box, view, page, row } = this;
    const tall = box.height / (view.y[1] - view.y[0]);
    const inside = (t, s, by) => [
      steps.edge(s) + by,
      box.top + (t - view.y[0]) * tall + by,
      steps.size - 2 * by,
      tall - 2 * by,
    ];
    context.save();
    context.beginPath();
    context.rect(steps.left, box.top, steps.width, box.height);
    context.clip();
    context.strokeStyle = page.palette.css.warm;
    context.lineWidth = 2;
    for (const [t, places] of this.map.set ?? [])
      for (const s of places.keys()) context.strokeRect(...inside(t, s, 1.5));
    context.strokeStyle = page.palette.css.ink;
    context.strokeRect(...inside(row, page.steps.source ?? 0, 0.5));
    context.restore();
  }
}

class AttentionEditor {
  /** @type {Model} */ model;
  /** @type {Answer} */ before;
  /** @type {Answer} */ now;
  /** @type {Heat} */ heat;

  /** @param {HTMLElement} root @param {Trace} trace @param {Page} page */
  constructor(root, trace, page) {
    const { dom } = Seqloom;
    this.trace = trace;
    this.page = page;
    this.set = new Map();
    this.figure = dom("figure", { class: "alignment" });
    this.tools = dom("div", { class: "controls" });
    this.what = dom("p", { class: "readout", role: "status" });
    this.slider = dom("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.01,
      "aria-label": "weight of the cell",
      oninput: () => this.force(Number(this.slider.value)),
    });
    const button = (text, clear) => dom("button", { type: "button", onclick: clear }, text);
    this.one = button("Let it choose here", () => this.clear(this.row, this.column));
    this.all = button("Let it choose everywhere", () => this.clear());
    this.tools.append(dom("label", {}, "weight 0", this.slider, "1"), this.one, this.all);
    this.answer = dom("div", { class: "answer-now" });
    const keys = dom(
      "p",
      { class: "small muted" },
      "In the matrix the arrow keys choose a cell, 1 to 9 set tenths, Delete lets the model choose.",
    );
    root.append(this.answer, this.figure, this.what, this.tools, keys);
    new IntersectionObserver(
      ([entry], observer) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        setTimeout(() => this.start(), 0);
      },
      { rootMargin: "300px" },
    ).observe(root);
  }

  start() {
    this.model = Seqloom.running(this.page);
    this.before = this.now = this.model.predict(this.trace.input);
    this.drawMatrix();
    this.page.on(() => this.tell(), this.figure);
    this.run();
  }

  get row() {
    return Math.max(0, this.heat.row);
  }

  get column() {
    return Math.min(this.page.steps.source ?? 0, this.now.source.length - 1);
  }

  /** The symbol of a step that is written; the last is the end. */
  written(step) {
    return step < this.now.symbols.length ? Seqloom.shown(this.now.symbols[step]) : "end";
  }

  run() {
    this.now = this.model.predict(this.trace.input, this.set);
    const rows = this.now.attention.length;
    // a step that is not reached any more has no weight to set
    for (const t of [...this.set.keys()]) if (t >= rows) this.set.delete(t);
    const said = Seqloom.drawAnswer(this.answer, this.model, this.before, this.now);
    this.answer.dataset.said = said;
    Object.assign(this.heat.map, this.cells());
    this.heat.map.rows.count = rows;
    this.heat.row = Math.min(this.row, rows - 1);
    this.heat.view.y = [0, rows];
    this.heat.canvas.reflow();
    this.tell();
  }

  cells() {
    const { codes, signed } = Seqloom.encode(Float32Array.from(this.now.attention.flatMap((w) => [...w])));
    return { codes, signed };
  }

  drawMatrix() {
    const { trace, page, now } = this;
    const columns = now.source.length,
      left = 84;
    this.figure.style.maxWidth = `${Math.max(300, left + 20 + columns * 34)}px`;
    this.heat = new SetMatrix(this.figure, page, {
      ...this.cells(),
      set: this.set,
      offset: 0,
      rowStride: columns,
      columnStride: 1,
      left,
      columns: { axis: "source", count: columns, label: (s) => Seqloom.shown(trace.label("source", s)) },
      rows: { count: now.attention.length, label: (t) => this.written(t) },
      height: (width) => {
        const cell = Math.max(13, Math.min(34, (width - left - 14) / columns));
        return Math.min(640, this.now.attention.length * cell) + 60;
      },
      name: "Attention weights; arrow keys choose a cell, digits set its weight",
      pick: () => this.tell(),
    });
    this.heat.row = 0;
    this.heat.canvas.node.addEventListener("keydown", (event) => this.key(event));
  }

  /** Digits set tenths, Delete lets the model choose. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Delete" || event.key === "Backspace") this.clear(this.row, this.column);
    else if (/^[1-9]$/.test(event.key)) this.force(Number(event.key) / 10);
    else return;
    event.preventDefault();
  }

  /** What the other weights of a row that are set leave for a cell. */
  room(t, s) {
    let rest = 1;
    for (const [place, weight] of this.set.get(t) ?? []) if (place !== s) rest -= weight;
    return Math.max(0, rest);
  }

  force(weight) {
    const { row: t, column: s } = this;
    const places = this.set.get(t) ?? new Map();
    const others = places.size - (places.has(s) ? 1 : 0);
    // the last free cell of a row is what the others leave
    if (others + 1 >= this.now.source.length)
      return this.tell("All other weights of this row are set: this one is the rest.");
    places.set(s, Math.min(weight, this.room(t, s)));
    this.set.set(t, places);
    this.run();
  }

  clear(t, s) {
    if (t === undefined) this.set.clear();
    else {
      this.set.get(t)?.delete(s);
      if (!this.set.get(t)?.size) this.set.delete(t);
    }
    this.run();
  }

  tell(more = "") {
    const { dom } = Seqloom;
    const { row: t, column: s, now } = this;
    const weight = now.attention[t][s],
      hand = this.set.get(t)?.has(s) ?? false;
    this.slider.value = String(weight);
    this.one.disabled = !hand;
    this.all.disabled = this.set.size === 0;
    this.what.replaceChildren(
      "Writing ",
      dom("strong", {}, this.written(t)),
      ` (step ${t + 1}), weight ${Seqloom.number(weight)} on `,
      dom("strong", {}, Seqloom.shown(now.source[s])),
      ` (step ${s + 1})${hand ? ", set by you" : ""}. ${more || this.answer.dataset.said || ""}`,
    );
    this.heat.canvas.dirty();
  }
}
