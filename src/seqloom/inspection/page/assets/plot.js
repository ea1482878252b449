/**
 * Lines, points and bars over steps: the same axis of steps as every figure, one axis of numbers.
 */

/**
 * `count`, `label`, `chosen` and `choose` are for an axis that is none of the trace's; a number that is NaN is
 * a gap. What comes back: change `spec` and call `canvas.dirty()`.
 */
Seqloom.plot = (root, page, spec) => {
  const { dom } = Seqloom;
  if (spec.series.length > 1 || spec.key) root.append(keyOf(spec.series));
  const canvas = new Seqloom.Canvas(root, page, {
    height: spec.height ?? 190,
    label: spec.name,
    draw: (context, width, height) => draw(context, width, height),
  });
  const readout = spec.quiet ? dom("p") : root.appendChild(dom("p", { class: "readout" }));
  const count = () => spec.count ?? page.trace.size(spec.axis);
  const label = spec.label ?? ((step) => Seqloom.shown(page.trace.label(spec.axis, step)));
  const chosenStep = spec.chosen ?? (() => page.steps[spec.axis] ?? -1);
  const choose = spec.choose ?? ((step) => page.choose(spec.axis, step));
  let steps = null;

  function draw(context, width, height) {
    const { palette } = page,
      { left, right } = Seqloom.MARGIN;
    steps = new Seqloom.Steps(count(), left, width - left - right);
    const room = Seqloom.labelRoom(context, steps, label);
    const box = { top: 10, height: Math.max(30, height - room - 14) };
    const scale = Seqloom.scale(spec, box);
    drawScale(context, scale, steps, palette, spec.unit ?? "");
    if (spec.band) drawBand(context, spec.band, steps, scale, palette);
    for (const series of spec.series) drawSeries(context, series, steps, scale, palette);
    const chosen = chosenStep();
    Seqloom.drawLabels(context, steps, box.top + box.height + 2, room, label, () => palette.css.muted, chosen, palette);
    Seqloom.markStep(context, steps, chosen, box.top, box.height, palette);
  }

  function tell(step) {
    if (step < 0 || step === undefined || step >= count()) return;
    const there = spec.series.filter((s) => Number.isFinite(s.values[step]));
    const parts = there.map((s) => `${s.name} ${Seqloom.number(s.values[step])}`);
    if (spec.band && Number.isFinite(spec.band.low[step]))
      parts.push(`band ${Seqloom.number(spec.band.low[step])} to ${Seqloom.number(spec.band.high[step])}`);
    readout.replaceChildren(`Step ${step + 1}, `, dom("strong", {}, label(step)), `: ${parts.join(", ")}`);
  }

  canvas.point(
    (x) => tell(x === null ? chosenStep() : (steps?.at(x) ?? -1)),
    (x) => {
      const step = steps?.at(x) ?? -1;
      if (step >= 0) choose(step);
    },
  );
  page.on(() => tell(chosenStep()), root);
  return { canvas, spec };
};

function keyOf(series) {
  const { dom } = Seqloom;
  return dom(
    "ul",
    { class: "key" },
    ...series.map((s) =>
      dom("li", {}, dom("i", { class: s.bars ? "" : "line", style: { "--swatch": `var(--${s.colour})` } }), s.name),
    ),
  );
}

/** The axis of numbers of a plot: `y(value)`, `ticks`. */
Seqloom.scale = (spec, box) => {
  let low = spec.from ?? Infinity,
    high = spec.to ?? -Infinity;
  const all = [...spec.series.map((s) => s.values), ...(spec.band ? [spec.band.low, spec.band.high] : [])];
  for (const values of all)
    for (const v of values)
      if (Number.isFinite(v)) {
        if (spec.from === undefined && v < low) low = v;
        if (spec.to === undefined && v > high) high = v;
      }
  if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
  const ticks = Seqloom.ticks(low, high, Math.max(2, Math.floor(box.height / 40)));
  low = Math.min(low, ticks[0]);
  high = Math.max(high, ticks[ticks.length - 1]);
  const y = (value) => box.top + (1 - (value - low) / (high - low)) * box.height;
  return { y, ticks, low, high };
};

/** Round numbers that cover a range. */
Seqloom.ticks = (low, high, count) => {
  const rough = (high - low) / count,
    power = 10 ** Math.floor(Math.log10(rough));
  const stride = power * ([1, 2, 2.5, 5].find((s) => s * power >= rough * 0.999) ?? 10);
  const ticks = [];
  for (let k = Math.floor(low / stride + 1e-9); k <= Math.ceil(high / stride - 1e-9); k++) ticks.push(k * stride);
  return ticks;
};

function drawScale(context, scale, steps, palette, unit) {
  context.textAlign = "right";
  scale.ticks.forEach((tick, i) => {
    const y = Math.round(scale.y(tick)) + 0.5;
    context.fillStyle = palette.css.line;
    context.fillRect(steps.left, y, steps.width, 1);
    context.fillStyle = palette.css.muted;
    const last = i === scale.ticks.length - 1 ? unit : "";
    const text = String(Number(tick.toPrecision(6))).replace("-", "−") + last;
    context.fillText(Seqloom.fit(context, text, steps.left - 8), steps.left - 7, y);
  });
}

function drawBand(context, { low, high }, steps, scale, palette) {
  context.fillStyle = palette.css["accent-soft"];
  context.beginPath();
  const there = Array.from(low.keys()).filter((i) => Number.isFinite(low[i]));
  for (const i of there) context.lineTo(steps.middle(i), scale.y(high[i]));
  for (const i of there.reverse()) context.lineTo(steps.middle(i), scale.y(low[i]));
  context.fill();
}

function drawSeries(context, series, steps, scale, palette) {
  const colour = palette.css[series.colour],
    zero = scale.y(Math.max(scale.low, Math.min(scale.high, 0)));
  if (series.bars) {
    const width = Math.max(1, steps.size * 0.7);
    context.fillStyle = colour;
    for (let i = 0; i < series.values.length; i++) {
      const y = scale.y(series.values[i]);
      context.fillRect(steps.middle(i) - width / 2, Math.min(y, zero), width, Math.max(1, Math.abs(y - zero)));
    }
    return;
  }
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.setLineDash(series.dashed ? [5, 4] : []);
  context.beginPath();
  let joined = false;
  for (let i = 0; i < series.values.length; i++) {
    const there = Number.isFinite(series.values[i]);
    if (there) context[joined ? "lineTo" : "moveTo"](steps.middle(i), scale.y(series.values[i]));
    joined = there;
  }
  context.stroke();
  context.setLineDash([]);
  if (steps.size > 9 || series.values.length === 1)
    for (let i = 0; i < series.values.length; i++) {
      if (!Number.isFinite(series.values[i])) continue;
      context.beginPath();
      context.arc(steps.middle(i), scale.y(series.values[i]), 2.4, 0, 7);
      context.fill();
    }
}
