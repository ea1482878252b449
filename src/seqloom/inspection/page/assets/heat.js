/**
 * A heat map of any size: columns are steps, rows are units or steps. It keeps a window over the
 * cells, and each frame colours as many pixels as are seen, from codes of 8 bits through a table of
 * 256 colours; where a pixel stands for several cells it shows the strongest of them.
 */
Seqloom.Heat = class {
  /** @type {Steps} */ steps;
  /** @type {Box} */ box;
  /** @type {ImageData} */ image;

  /** @param {HTMLElement} root @param {Page} page @param {HeatMap} map */
  constructor(root, page, map) {
    this.page = page;
    this.map = map;
    this.row = -1;
    this.view = { x: [0, map.columns.count], y: [0, map.rows.count] };
    this.left = map.left ?? Seqloom.MARGIN.left;
    this.canvas = new Seqloom.Canvas(root, page, {
      height: map.height,
      label: map.name,
      draw: (context, width, height) => this.draw(context, width, height),
    });
    this.canvas.node.classList.add("zooms");
    this.canvas.heat = this;
    Seqloom.heatHands(this);
  }

  /** The row that stands at place i from the top. */
  rowAt(i) {
    return this.map.rows.order ? this.map.rows.order[i] : i;
  }

  draw(context, width, height) {
    const { map, page } = this,
      { palette } = page;
    const steps = new Seqloom.Steps(
      map.columns.count,
      this.left,
      width - this.left - Seqloom.MARGIN.right,
      this.view.x,
    );
    const room = Seqloom.labelRoom(context, steps, map.columns.label);
    const box = { top: 4, height: Math.max(20, height - room - 8) };
    this.steps = steps;
    this.box = box;
    this.paint(context, palette);
    context.strokeStyle = palette.css.line;
    context.strokeRect(steps.left - 0.5, box.top - 0.5, steps.width + 1, box.height + 1);
    this.rowLabels(context, palette);
    const chosen = page.steps[map.columns.axis] ?? -1;
    Seqloom.drawLabels(
      context,
      steps,
      box.top + box.height + 2,
      room,
      map.columns.label,
      () => palette.css.muted,
      chosen,
      palette,
    );
    Seqloom.markStep(context, steps, chosen, box.top, box.height, palette);
    this.markRow(context, palette);
  }

  /** Puts the pixels of the window, coloured again only if what they show changed. */
  paint(context, palette) {
    const { map, steps, box, canvas, view } = this,
      { ratio } = canvas;
    const W = Math.max(1, Math.round(steps.width * ratio)),
      H = Math.max(1, Math.round(box.height * ratio));
    const state = [palette, W, H, ...view.x, ...view.y, map.codes, map.offset, map.limit, map.rows.order];
    if (!this.painted?.every((value, i) => value === state[i])) this.colour(context, palette, W, H);
    this.painted = state;
    context.putImageData(this.image, Math.round(steps.left * ratio), Math.round(box.top * ratio));
  }

  colour(context, palette, W, H) {
    const { map, view } = this;
    if (this.image?.width !== W || this.image?.height !== H) this.image = context.createImageData(W, H);
    const pixels = new Uint32Array(this.image.data.buffer);
    const table = Seqloom.shades(palette.rgb, map.signed, map.limit ?? 1);
    const columns = Seqloom.spans(view.x, W, map.columns.count),
      rows = Seqloom.spans(view.y, H, map.rows.count);
    let above = -1;
    for (let y = 0; y < H; y++) {
      const from = rows[2 * y],
        to = rows[2 * y + 1];
      const same = above >= 0 && rows[2 * above] === from && rows[2 * above + 1] === to;
      if (same) pixels.copyWithin(y * W, above * W, above * W + W);
      else this.paintRow(pixels, y * W, W, from, to, columns, table);
      above = y;
    }
  }

  paintRow(pixels, start, W, from, to, columns, table) {
    const { codes, rowStride, columnStride, signed, offset = 0 } = this.map,
      zero = signed ? 127 : 0;
    for (let x = 0; x < W; x++) {
      let strongest = zero;
      for (let i = from; i < to; i++) {
        const base = offset + this.rowAt(i) * rowStride;
        for (let j = columns[2 * x]; j < columns[2 * x + 1]; j++) {
          const code = codes[base + j * columnStride];
          if (Math.abs(code - zero) > Math.abs(strongest - zero)) strongest = code;
        }
      }
      pixels[start + x] = table[strongest];
    }
  }

  rowLabels(context, palette) {
    const { map, box, view } = this,
      size = box.height / (view.y[1] - view.y[0]);
    const stride = Seqloom.roundStride(14 / size),
      first = Math.ceil(view.y[0] / stride) * stride;
    const chosen = map.rows.axis ? this.page.steps[map.rows.axis] : this.row;
    context.textAlign = "right";
    for (let i = Math.max(0, first - (stride === 1 ? 1 : 0)); i < view.y[1]; i += stride) {
      const y = box.top + (i + 0.5 - view.y[0]) * size;
      if (y < box.top || y > box.top + box.height) continue;
      const row = this.rowAt(i);
      context.fillStyle = row === chosen ? palette.css.accent : palette.css.muted;
      context.fillText(Seqloom.fit(context, map.rows.label(row), this.left - 10), this.left - 7, y);
    }
  }

  markRow(context, palette) {
    const { map, box, steps, view } = this,
      size = box.height / (view.y[1] - view.y[0]);
    const chosen = map.rows.axis ? this.page.steps[map.rows.axis] : this.row;
    if (chosen === undefined || chosen < 0) return;
    const place = map.rows.order ? Array.prototype.indexOf.call(map.rows.order, chosen) : chosen;
    const top = box.top + (place - view.y[0]) * size;
    if (top < box.top - 1 || top + size > box.top + box.height + 1) return;
    context.strokeStyle = palette.css.ink;
    context.strokeRect(steps.left + 0.5, top + 0.5, steps.width - 1, Math.max(0.01, size - 1));
  }

  /** The cell under a point, or null. @returns {[row: number, column: number, place: number] | null} */
  cell(x, y) {
    const { box, steps, view, map } = this;
    if (!steps || y < box.top || y >= box.top + box.height) return null;
    const column = steps.at(x);
    const place = Math.floor(view.y[0] + ((y - box.top) / box.height) * (view.y[1] - view.y[0]));
    return column < 0 || place < 0 || place >= map.rows.count ? null : [this.rowAt(place), column, place];
  }

  /** Zooms by a factor about a place in the map, both in cells; 0 shows everything. */
  zoom(factor, x, y) {
    const { map, view } = this;
    view.x = Seqloom.zoomed(view.x, factor, x ?? this.page.steps[map.columns.axis] ?? 0, map.columns.count, 4);
    view.y = Seqloom.zoomed(view.y, factor, y ?? (view.y[0] + view.y[1]) / 2, map.rows.count, 4);
    this.canvas.dirty();
  }

  pan(x, y) {
    const { map, view } = this;
    view.x = Seqloom.moved(view.x, x, map.columns.count);
    view.y = Seqloom.moved(view.y, y, map.rows.count);
    this.canvas.dirty();
  }

  moveRow(by) {
    const { map, page, view } = this;
    if (map.rows.axis) return page.choose(map.rows.axis, (page.steps[map.rows.axis] ?? 0) + by);
    const now = map.rows.order ? Array.prototype.indexOf.call(map.rows.order, this.row) : this.row;
    const place = Math.max(0, Math.min(map.rows.count - 1, now + by));
    if (place < view.y[0] || place + 1 > view.y[1]) this.pan(0, place - (view.y[0] + view.y[1]) / 2);
    this.picked(this.rowAt(place), page.steps[map.columns.axis] ?? 0);
  }

  picked(row, column) {
    const { map, page } = this;
    this.row = row;
    if (map.rows.axis) page.choose(map.rows.axis, row);
    page.choose(map.columns.axis, column);
    map.pick?.(row, column);
    this.canvas.dirty();
  }

  /** Moves the window so that a selected step is in it. */
  reveal(axis, step) {
    const { map, view } = this;
    if (axis === map.columns.axis && (step < view.x[0] || step + 1 > view.x[1]))
      this.pan(step + 0.5 - (view.x[0] + view.x[1]) / 2, 0);
    if (axis === map.rows.axis && (step < view.y[0] || step + 1 > view.y[1]))
      this.pan(0, step + 0.5 - (view.y[0] + view.y[1]) / 2);
  }

  /** Buttons for those without a wheel, and the key of colours. */
  tools(low, high) {
    const { dom } = Seqloom;
    const button = (text, label, factor) =>
      dom("button", { type: "button", "aria-label": label, onclick: () => this.zoom(factor) }, text);
    const group = dom(
      "span",
      { class: "group", role: "group", "aria-label": "zoom" },
      button("−", "zoom out", 1 / 1.5),
      button("+", "zoom in", 1.5),
      button("All", "show everything", 0),
    );
    const scale = dom("span", { class: "scale" }, low);
    new Seqloom.Canvas(scale, this.page, {
      height: 11,
      label: `colours from ${low} to ${high}`,
      focus: false,
      draw: (context, width, height) => {
        for (let x = 0; x < width; x++) {
          const share = this.map.signed ? (2 * x) / (width - 1) - 1 : x / (width - 1);
          context.fillStyle = Seqloom.css(Seqloom.shade(this.page.palette.rgb, share));
          context.fillRect(x, 0, 1.2, height);
        }
      },
    });
    scale.append(high);
    return [scale, group];
  }
};
