/**
 * The axis of steps, the same under every figure, so that figures stand under each other: margins,
 * places of steps, and labels that stay readable (across, upright, or only as many as fit).
 */
Seqloom.MARGIN = { left: 54, right: 14 };
const UPRIGHT = 10.5; // pixels a step from which upright labels fit

/** Where steps stand: `view` is the part that is seen, [from, to) in steps. */
Seqloom.Steps = class {
  /** @param {number} count @param {number} left @param {number} width @param {number[]} view */
  constructor(count, left, width, view = [0, count]) {
    this.count = count;
    this.left = left;
    this.width = width;
    this.view = view;
    this.size = width / (view[1] - view[0]);
  }

  /** The left edge of a step, or of a part of one. */
  edge(step) {
    return this.left + (step - this.view[0]) * this.size;
  }

  /** The middle of a step. */
  middle(step) {
    return this.edge(step + 0.5);
  }

  /** The step at x, or -1. */
  at(x) {
    const step = Math.floor((x - this.left) / this.size + this.view[0]);
    return x >= this.left && x < this.left + this.width && step >= 0 && step < this.count ? step : -1;
  }

  /** First and last step that are seen. @returns {[number, number]} */
  range() {
    return [Math.max(0, Math.floor(this.view[0])), Math.min(this.count, Math.ceil(this.view[1]))];
  }
};

/** Pixels that labels of these steps need below a figure. */
Seqloom.labelRoom = (context, steps, label) => {
  const widest = widestLabel(context, steps, label);
  if (widest + 6 <= steps.size || small(widest, steps)) return 22;
  return steps.size >= UPRIGHT ? Math.min(92, widest + 12) : 24;
};

/** True for labels of about a character, which get smaller rather than upright. */
const small = (widest, steps) => widest <= 17 && steps.size >= 8;

function widestLabel(context, steps, label) {
  const [from, to] = steps.range();
  let widest = 0;
  for (let i = from; i < to; i += Math.max(1, Math.ceil((to - from) / 300)))
    widest = Math.max(widest, labelWidth(context, label(i)));
  return widest;
}

const widths = new Map(); // of labels, whose font never changes

function labelWidth(context, text) {
  if (!widths.has(text)) widths.set(text, context.measureText(text).width);
  return widths.get(text);
}

/**
 * Draws the labels of steps from `top` downwards.
 * @param {(step: number) => string} label @param {(step: number) => string} colour
 * @param {number} selected the step whose label is always drawn, or -1
 */
Seqloom.drawLabels = (context, steps, top, room, label, colour, selected, palette) => {
  const [from, to] = steps.range();
  const widest = widestLabel(context, steps, label);
  const across = widest + 6 <= steps.size || small(widest, steps),
    upright = !across && steps.size >= UPRIGHT;
  const stride = across || upright ? 1 : Math.max(1, Math.ceil((widest + 14) / steps.size));
  const draw = (step) => {
    const chosen = step === selected;
    const size = small(widest, steps) ? Math.min(12, Math.floor((12 * steps.size) / widest)) : 12;
    context.font = `${chosen ? "bold " : ""}${size}px ${palette.font}`;
    context.fillStyle = chosen ? palette.css.accent : colour(step);
    context.save();
    context.translate(steps.middle(step), top + (upright ? 6 : 12));
    context.textAlign = upright ? "right" : "center";
    if (upright) context.rotate(-Math.PI / 2);
    context.fillText(Seqloom.fit(context, label(step), upright ? room - 8 : Math.max(widest + 10, steps.size)), 0, 0);
    context.restore();
  };
  const clear = stride > 1 && selected >= 0 ? steps.middle(selected) : NaN;
  for (let step = from; step < to; step += stride)
    if (!(Math.abs(steps.middle(step) - clear) < widest + 14) || step === selected) draw(step);
  if (stride > 1 && selected >= from && selected < to) draw(selected);
  context.font = `12px ${palette.font}`;
};

/** Marks the selected step over the height of a figure. */
Seqloom.markStep = (context, steps, step, top, height, palette) => {
  const [from, to] = steps.view;
  if (step === undefined || step < from - 1 || step > to) return;
  context.save();
  context.beginPath();
  context.rect(steps.left - 1, top - 1, steps.width + 2, height + 2);
  context.clip();
  context.strokeStyle = palette.css.ink;
  context.lineWidth = 1;
  if (steps.size >= 4) context.strokeRect(steps.edge(step) + 0.5, top + 0.5, steps.size - 1, height - 1);
  else context.strokeRect(steps.middle(step), top, 0.01, height);
  context.restore();
};
