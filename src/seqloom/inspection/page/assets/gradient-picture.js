/**
 * The gradient on its way back from the answer: one bar and one arrow a step, to scale, over the
 * words. A recurrent network passes it from step to step, so the arrows form a chain; a network
 * without that chain, or one with attention, gives every step an arrow of its own.
 */

/** Draws the picture. */
Seqloom.drawGradient = (context, width, height, state, page) => {
  const { palette } = page,
    { series, layer } = state;
  const answer = Math.min(150, Math.max(70, width * 0.13));
  const left = Seqloom.MARGIN.left + (layer.reverse ? answer : 0);
  const steps = new Seqloom.Steps(
    series.values.length,
    left,
    width - Seqloom.MARGIN.left - Seqloom.MARGIN.right - answer,
  );
  const label = (t) => Seqloom.shown(page.trace.label(layer.steps, t));
  const room = Seqloom.labelRoom(context, steps, label);
  const lane = series.direct ? 86 : 46;
  const box = { top: 26, height: height - 26 - lane - room - 6 };
  const y = scaleOf(series, box, state.log);
  drawLostSide(context, series, layer, steps, box.top, height - box.top - 2, palette);
  drawAxis(context, y, steps, palette);
  drawBars(context, series, steps, y, palette);
  for (const line of series.lines) drawLine(context, line, steps, y, palette);
  const middle = box.top + box.height + lane / 2;
  drawAnswer(context, state, steps, answer, middle, palette);
  if (series.direct) drawOwnArrows(context, state, steps, box.top + box.height + 4, lane - 8, palette);
  else drawChain(context, state, steps, middle, palette);
  const colour = (t) => (series.lost[t] ? palette.css.warm : palette.css.ink);
  const chosen = page.steps[layer.steps] ?? -1;
  Seqloom.drawLabels(context, steps, height - room - 2, room, label, colour, chosen, palette);
  Seqloom.markStep(context, steps, chosen, box.top, height - box.top - 2, palette);
  return steps;
};

/** From a share to y: linear from 0 to the most, or by powers of ten down to the least. */
function scaleOf(series, box, log) {
  const bottom = box.top + box.height;
  let most = 1,
    least = 1;
  for (const line of series.lines) for (const s of line.share) if (s > most) most = s;
  if (!log) {
    const ticks = Seqloom.ticks(0, most, 4),
      top = ticks[ticks.length - 1];
    const texts = ticks.map((v) => [v, `${Number((100 * v).toPrecision(6))} %`]);
    return Object.assign((share) => bottom - (share / top) * box.height, { ticks: texts, bottom });
  }
  for (const s of series.share) if (s > 0 && s < least) least = s;
  const top = Math.ceil(Math.log10(most) - 1e-9);
  const powers = top + Math.max(3, Math.min(40, Math.ceil(-Math.log10(least))));
  const stride = Math.max(1, Math.ceil(powers / (box.height / 26))),
    ticks = [];
  for (let k = top; k >= top - powers; k -= stride)
    ticks.push([10 ** k, Math.abs(k) <= 4 ? `${Number((100 * 10 ** k).toPrecision(3))} %` : Seqloom.power(k)]);
  const y = (share) =>
    share > 0 ? Math.min(bottom, box.top + (top - Math.log10(share)) * (box.height / powers)) : bottom;
  return Object.assign(y, { ticks, bottom, log: true });
}

function drawAxis(context, y, steps, palette) {
  context.textAlign = "right";
  for (const [share, text] of y.ticks) {
    const at = Math.round(y(share)) + 0.5;
    context.fillStyle = palette.css.line;
    context.fillRect(steps.left, at, steps.width, 1);
    context.fillStyle = palette.css.muted;
    context.fillText(text, steps.left - 7, at);
  }
}

/** The side of the picture that the gradient does not reach, and what it means. */
function drawLostSide(context, { edge, edgeCount }, { reverse }, steps, top, height, palette) {
  if (edge < 0) return;
  const x = steps.edge(reverse ? edge : edge + 1),
    { left, width } = steps;
  const [from, to] = reverse ? [x, left + width] : [left, x];
  context.fillStyle = palette.css["warm-soft"];
  context.fillRect(from, top, to - from, height);
  context.fillStyle = palette.css.warm;
  context.fillRect(x - 1, top - 20, 2, height + 20);
  context.font = `bold 13px ${palette.font}`;
  const side = reverse ? "right" : "left";
  const full = `no gradient ${side} of here (${edgeCount})`;
  const fits = (text, space) => context.measureText(text).width + 30 < space;
  const inside = fits(full, to - from); // else on the other side of the line, where nothing is drawn
  const text = inside ? full : fits(full, width - to + from) ? full : "no gradient";
  context.textAlign = inside === reverse ? "left" : "right";
  context.fillText(inside ? text : reverse ? `${text} →` : `← ${text}`, x + (inside === reverse ? 7 : -7), top - 12);
  context.font = `12px ${palette.font}`;
}

function drawBars(context, series, steps, y, palette) {
  const wide = Math.max(1, steps.size * (steps.size > 5 ? 0.66 : 1)),
    level = y(series.level / (series.largest || 1));
  for (let t = 0; t < series.share.length; t++) {
    const top = Math.min(y(series.share[t]), y.bottom - 1.5);
    context.fillStyle = series.lost[t] ? palette.css.warm : palette.css.accent;
    context.fillRect(steps.middle(t) - wide / 2, top, wide, y.bottom - top);
  }
  context.strokeStyle = palette.css.ink;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(steps.left, Math.round(level) - 0.5);
  context.lineTo(steps.left + steps.width, Math.round(level) - 0.5);
  context.stroke();
  context.setLineDash([]);
  context.textAlign = "left";
  context.fillStyle = palette.css.ink;
  context.fillText("1 %", steps.left + steps.width + 4, Math.min(level, y.bottom - 6) - (y.log ? 0 : 4));
}

function drawLine(context, line, steps, y, palette) {
  context.strokeStyle = palette.css[line.colour];
  context.lineWidth = 2.5;
  context.beginPath();
  let joined = false; // nothing has no place among powers of ten
  for (let t = 0; t < line.share.length; t++) {
    const there = !y.log || line.share[t] > 0;
    if (there) context[joined ? "lineTo" : "moveTo"](steps.middle(t), y(line.share[t]));
    joined = there;
  }
  context.stroke();
  context.lineWidth = 1;
}

/** The answer beside the last step that leads to it. */
function drawAnswer(context, state, steps, width, middle, palette) {
  const { reverse } = state.layer;
  const x = reverse ? steps.left - Seqloom.MARGIN.left - width + 8 : steps.left + steps.width + 34;
  context.textAlign = "left";
  context.fillStyle = palette.css.muted;
  const space = width - 24;
  context.fillText("answer", x, middle - 18);
  context.fillStyle = palette.css.ink;
  context.font = `bold 14px ${palette.font}`;
  context.fillText(Seqloom.fit(context, state.answer, space), x, middle);
  context.font = `12px ${palette.font}`;
}

const THICK = 18; // pixels of the largest arrow

/** Arrows from step to step, each as thick as what arrives. */
function drawChain(context, { series, layer }, steps, middle, palette) {
  const way = layer.reverse ? 1 : -1;
  const count = series.share.length;
  for (let t = 0; t < count; t++) {
    const thick = Math.max(0.7, series.share[t] * THICK),
      start = steps.middle(t) - way * steps.size;
    const from = t === series.end ? steps.middle(t) - way * (steps.size / 2 + 26) : start;
    context.fillStyle = series.lost[t] ? palette.css.warm : palette.css.accent;
    arrow(context, from, steps.middle(t) + (way * steps.size) / 4, middle, thick, steps.size >= 9);
  }
}

/** An arrow along x, its head no longer than half of it. */
function arrow(context, from, to, y, thick, headed) {
  const way = Math.sign(to - from),
    head = headed ? Math.min(Math.abs(to - from) / 2, 3 + thick * 0.6) : 0;
  const neck = to - way * head,
    half = thick / 2,
    wing = half + (headed ? 2.5 : 0);
  context.beginPath();
  for (const [x, dy] of [
    [from, -half],
    [neck, -half],
    [neck, -wing],
    [to, 0],
    [neck, wing],
    [neck, half],
    [from, half],
  ])
    context.lineTo(x, y + dy);
  context.fill();
}

/** An arrow from the answer to each step. */
function drawOwnArrows(context, { series, layer }, steps, top, height, palette) {
  const from = layer.reverse ? steps.left - 26 : steps.left + steps.width + 28;
  const middle = top + height / 2;
  for (let t = 0; t < series.share.length; t++) {
    const to = steps.middle(t),
      thick = series.share[t] * Math.min(7, Math.max(2, steps.size * 0.2));
    context.strokeStyle = context.fillStyle = series.lost[t] ? palette.css.warm : palette.css.accent;
    context.globalAlpha = 0.25 + 0.75 * Math.min(1, series.share[t] * 1.5);
    context.lineWidth = Math.max(0.6, thick);
    context.beginPath();
    context.moveTo(from, middle);
    context.bezierCurveTo((from + to) / 2, top + height * 0.95, to, top + height * 0.8, to, top + 6);
    context.stroke();
    if (steps.size >= 6) {
      const wing = 2.5 + thick / 2;
      context.beginPath();
      for (const [x, y] of [
        [to - wing, top + 7],
        [to, top],
        [to + wing, top + 7],
      ])
        context.lineTo(x, y);
      context.fill();
    }
  }
  context.globalAlpha = context.lineWidth = 1;
}
