/**
 * A picture on canvas: sharp on every screen, as wide as its place, drawn only when it can be seen
 * and at most once a frame.
 */
Seqloom.Canvas = class {
  /**
   * @param {HTMLElement} root @param {Page} page
   * @param {Picture} spec `label` is what a screen reader says; sizes are in CSS pixels
   */
  constructor(root, page, spec) {
    this.spec = spec;
    this.page = page;
    this.width = this.height = this.ratio = 0;
    this.visible = this.waiting = false;
    const tab = spec.focus === false ? null : 0;
    this.node = Seqloom.dom("canvas", { role: "img", "aria-label": spec.label, tabindex: tab });
    root.append(this.node);
    new ResizeObserver(() => this.resize()).observe(this.node);
    new IntersectionObserver(
      ([entry]) => {
        this.visible = entry.isIntersecting;
        if (this.visible && this.stale) this.dirty();
      },
      { rootMargin: "150px" },
    ).observe(this.node);
    page.pictures.add(this);
    this.resize();
  }

  /** Draw again, in the next frame in which it can be seen. */
  dirty() {
    this.stale = true;
    if (!this.visible || this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  resize() {
    const width = this.node.clientWidth;
    if (!width) return;
    const { height } = this.spec;
    const tall = Math.round(typeof height === "function" ? height(width) : height);
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    if (width === this.width && tall === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height: tall, ratio });
    this.node.style.height = `${tall}px`;
    this.node.width = Math.round(width * ratio);
    this.node.height = Math.round(tall * ratio);
    this.dirty();
  }

  /** Lets the height be computed again. */
  reflow() {
    this.ratio = 0;
    this.resize();
  }

  draw() {
    if (!this.width) return;
    this.stale = false;
    const context = /** @type {Context} */ (this.node.getContext("2d"));
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = `12px ${this.page.palette.font}`;
    context.textBaseline = "middle";
    this.spec.draw(context, this.width, this.height);
  }

  /** Calls `moved(x, y)` under the pointer, `moved(null)` when it leaves, `pressed(x, y)` on a click. */
  point(moved, pressed) {
    const at = (event) => [event.offsetX, event.offsetY];
    this.node.addEventListener("pointermove", (event) => moved(...at(event)));
    this.node.addEventListener("pointerleave", () => moved(null));
    if (pressed) this.node.addEventListener("click", (event) => pressed(...at(event)));
  }
};

/** Text cut with an ellipsis to a width in pixels. */
Seqloom.fit = (context, text, width) => {
  if (context.measureText(text).width <= width) return text;
  const symbols = [...text];
  while (symbols.length && context.measureText(symbols.join("") + "…").width > width) symbols.pop();
  return symbols.length ? symbols.join("") + "…" : "";
};
