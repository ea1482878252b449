/**
 * Another input: what would the network say? It runs in the page (engine.js) and says what `predict`
 * says of the same text, without a dictionary of exceptions. For running text that is the likeliest
 * continuation.
 */
Seqloom.section({
  id: "edit",
  title: "Change the input",
  hint: (trace) =>
    "Type in the field, or press a symbol to replace or delete it (arrow keys move, Delete deletes): the model runs in this page and answers at once. "
    + "Look which changes turn the answer, and which it does not notice."
    + (trace.task === "generate"
      ? " The answer is the likeliest continuation, symbol by symbol: what seqloom predict writes with a temperature of 0."
      : ""),
  available: (trace) => Seqloom.canRun(trace),
  render(root, trace, page) {
    new Editor(root, trace, page);
  },
});

class Editor {
  /** @type {Model} */ model;
  /** @type {Answer} */ before;
  /** @type {string[]} */ symbols = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */ waiting;

  /** @param {HTMLElement} root @param {Trace} trace @param {Page} page */
  constructor(root, trace, page) {
    const { dom } = Seqloom;
    this.trace = trace;
    this.page = page;
    this.text = trace.input;
    this.selected = this.cost = this.unread = 0;
    const rows = Math.min(6, Math.max(1, Math.ceil(trace.input.length / 70) + trace.input.split("\n").length - 1));
    this.field = dom("textarea", {
      rows,
      spellcheck: "false",
      autocapitalize: "off",
      dir: "auto",
      "aria-label": "The text that the model reads",
      oninput: () => this.type(this.field.value),
      onfocus: () => this.start(),
    });
    this.field.value = trace.input;
    this.chips = dom("div", {
      class: "chips",
      role: "group",
      dir: "auto",
      "aria-label": "Symbols as the model reads them",
    });
    this.tools = dom("div", { class: "controls" });
    this.status = dom("p", { class: "readout", role: "status" });
    this.answer = dom("div", { class: "answer-now" });
    this.known = dom("p", { class: "known", dir: "auto" });
    root.append(this.field, this.chips, this.tools, this.answer, this.known, this.status);
    this.chips.addEventListener("click", (event) => this.press(Seqloom.closest(event, ".chip")));
    this.chips.addEventListener("keydown", (event) => this.key(event));
    // a large model is opened only when somebody comes to see it
    new IntersectionObserver(
      ([entry], observer) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        setTimeout(() => this.start(), 0);
      },
      { rootMargin: "300px" },
    ).observe(root);
  }

  /** The model's own answer to the trace's input, against which all others stand. */
  start() {
    if (this.before) return;
    this.model = Seqloom.running(this.page);
    this.before = this.model.predict(this.trace.input);
    this.run();
  }

  /** A text that is typed: answered at once, or in a pause if the model is slow. */
  type(text) {
    this.text = text;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.run(), this.cost > 60 ? 250 : 0);
  }

  /** A text that is made from symbols. */
  put(symbols) {
    this.text = this.model.reader.join(symbols);
    this.field.value = this.text;
    this.run();
  }

  run() {
    this.start();
    const started = performance.now();
    this.symbols = this.model.reader.split(this.text);
    // of a text that is too long the model reads the two ends only
    this.unread = (this.model.reader.whole?.(this.text).length ?? this.symbols.length) - this.symbols.length;
    this.selected = Math.max(0, Math.min(this.selected, this.symbols.length - 1));
    let said;
    try {
      said = Seqloom.drawAnswer(this.answer, this.model, this.before, this.model.predict(this.text));
    } catch (error) {
      if (!(error instanceof Seqloom.engine.InputError)) throw error;
      this.answer.replaceChildren();
      delete this.answer.dataset.answer;
      said = /** @type {Error} */ (error).message;
    }
    this.cost = performance.now() - started;
    this.lookUp(this.text);
    const old = this.text === this.trace.input ? "" : " The other sections still show the input as it was.";
    this.status.textContent = `${said} Computed here in ${Math.round(this.cost)} ms.${old}`;
    this.drawChips();
  }

  /** Says so if `predict` answers from the model file's dictionary of exceptions. */
  async lookUp(text) {
    const found = (await this.model.known?.(text)) ?? [];
    if (text !== this.text) return; // another one was typed meanwhile
    this.known.textContent = found.length
      ? `The network says this. The model file has a dictionary of exceptions, from which predict answers: ${found.join(", ")}`
      : "";
  }

  drawChips() {
    const { dom } = Seqloom;
    const single = this.symbols.every((s) => [...s].length <= 2);
    const stays = Seqloom.compared(this.before.source, this.symbols).now;
    this.chips.className = `chips ${single ? "characters" : "words"}`;
    const nodes = this.symbols.map((symbol, place) => {
      const unknown = this.model.reader.number(symbol) === Seqloom.engine.UNK;
      return dom(
        "button",
        {
          type: "button",
          class: `chip${unknown ? " unknown" : ""}${stays[place] ? "" : " changed"}${place === this.selected ? " selected" : ""}`,
          "data-place": place,
          tabindex: place === this.selected ? 0 : -1,
          "aria-pressed": String(place === this.selected),
          title: unknown ? "the model does not know this symbol: it reads “unknown”" : null,
        },
        Seqloom.shown(symbol),
      );
    });
    this.chips.replaceChildren(...nodes.flatMap((node, i) => (single || i === 0 ? [node] : [" ", node])));
    this.drawTools();
  }

  drawTools() {
    const { dom } = Seqloom;
    const back = dom(
      "button",
      { type: "button", disabled: this.text === this.trace.input, onclick: () => this.reset() },
      "Put the input back",
    );
    const symbol = this.symbols[this.selected];
    if (symbol === undefined) return this.tools.replaceChildren(back);
    if (this.unread > 0)
      return this.tools.replaceChildren(
        dom(
          "span",
          { class: "muted" },
          `The text is longer than the model reads: its middle, ${Seqloom.count(this.unread, "symbol")}, is left out, `
            + "so single symbols cannot be changed here. Type in the field instead.",
        ),
        back,
      );
    const other = dom("input", {
      type: "text",
      size: 8,
      "aria-label": `replace symbol ${this.selected + 1}`,
      placeholder: "another",
      onkeydown: (event) => event.key === "Enter" && this.replace([other.value]),
    });
    this.tools.replaceChildren(
      dom(
        "label",
        {},
        `Symbol ${this.selected + 1}, `,
        dom("strong", {}, Seqloom.shown(symbol)),
        ": replace with ",
        other,
      ),
      dom("button", { type: "button", onclick: () => this.replace([other.value]) }, "Replace"),
      dom("button", { type: "button", onclick: () => this.replace([]) }, "Delete"),
      back,
    );
  }

  reset() {
    this.text = this.field.value = this.trace.input;
    this.run();
  }

  /** These symbols in place of the selected one; an empty text is none. */
  replace(symbols) {
    if (this.unread > 0) return; // the text would become what was read of it
    const now = [...this.symbols];
    now.splice(this.selected, 1, ...symbols.filter((s) => s !== ""));
    this.put(now);
  }

  press(chip) {
    if (!chip) return;
    this.selected = Number(chip.dataset.place);
    this.focusChip();
  }

  focusChip() {
    this.drawChips();
    const chip = this.chips.querySelector(".selected");
    if (chip instanceof HTMLElement) chip.focus();
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined) this.selected = Math.max(0, Math.min(this.symbols.length - 1, this.selected + by));
    else if (event.key === "Delete" || event.key === "Backspace") this.replace([]);
    else return;
    event.preventDefault();
    this.focusChip();
  }
}
