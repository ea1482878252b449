/**
 * The page itself: reads the trace, draws the sections that have data, keeps the selected step and
 * the keys.
 *
 * `page.select` is {axis, step}, the step that the arrow keys move; `page.steps` has the selected step
 * of every axis; `page.choose(axis, step)` moves it; `page.on(listener)` hears of it. `page.units` has
 * the selected unit of each layer. `page.model` is the model file, {header, tensors}, or null.
 */
/** @type {[string[], string][]} */
const KEYS = [
  [["←", "→"], "step before, step after"],
  [["Shift", "←", "→"], "ten steps"],
  [["Home", "End"], "first step, last step, while a figure has the focus"],
  [["↑", "↓"], "unit above, unit below, while a heat map has the focus"],
  [["+", "−", "0"], "zoom in, zoom out, everything, while a heat map has the focus"],
  [["X"], "between the steps of the input and those of the output"],
  [["T"], "light or dark"],
  [["Tab"], "next figure or control"],
  [["?"], "these keys"],
];

const carried = (id) => document.getElementById(id).textContent;
const trace = Seqloom.readTrace(Seqloom.decode(carried("seqloom-trace")));

let listeners = [];
/** @type {Page & {read?: Page["model"]}} */
const page = {
  trace,
  pictures: new Set(),
  palette: Seqloom.palette(),
  steps: {},
  select: { axis: "", step: 0 },
  get model() {
    const text = carried("seqloom-model").trim();
    if (this.read === undefined) this.read = text ? modelOf(Seqloom.decode(text)) : null;
    return this.read;
  },
  units: {},
  /** Hear of selections; a listener with an owner is dropped by `forget(owner)`. */
  on(listener, owner = null) {
    listeners.push({ listener, owner });
  },
  /** Drops listeners and pictures of a node that is about to be emptied. */
  forget(owner) {
    const gone = (node) => node === owner || owner.contains(node);
    listeners = listeners.filter((one) => !(one.owner && gone(one.owner)));
    for (const picture of this.pictures) if (gone(picture.node)) this.pictures.delete(picture);
  },
  /** Selects a unit of a layer. */
  chooseUnit(layer, unit) {
    this.units[layer] = unit;
    this.tell();
  },
  tell() {
    for (const { listener } of [...listeners]) listener(this.select);
    this.redraw();
  },
  choose(axis, step) {
    const size = trace.size(axis);
    if (!size) return;
    const place = Math.max(0, Math.min(size - 1, step));
    this.select = { axis, step: place };
    this.steps[axis] = place;
    const name = { source: "input", target: "output" }[axis] ?? axis;
    document.getElementById("now").textContent =
      `${name}, step ${place + 1} of ${size}: ${Seqloom.shown(trace.label(axis, place))}`;
    this.tell();
  },
  redraw() {
    for (const picture of this.pictures) picture.dirty();
  },
};
Seqloom.page = page;

function modelOf(bytes) {
  const { metadata, tensors } = Seqloom.readSafetensors(bytes);
  return { header: JSON.parse(metadata.seqloom ?? "null"), tensors };
}

/** Axes whose steps can be selected: those with labels, and those of layers. */
function axesOf() {
  const axes = new Set(["source", "target"].filter((axis) => trace.size(axis)));
  for (const layer of trace.layers) if (layer.steps && trace.size(layer.steps)) axes.add(layer.steps);
  return [...axes];
}

function themed() {
  page.palette = Seqloom.palette();
  page.tell(); // symbols that are coloured, too
}

function switchTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = document.documentElement.dataset.theme ?? system;
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  themed();
}

function showKeys() {
  const { dom } = Seqloom;
  const dialog = document.getElementById("keys");
  const rows = KEYS.map(([keys, what]) => {
    const cell = dom("td");
    keys.forEach((key, i) => cell.append(i ? " " : "", dom("kbd", {}, key)));
    return dom("tr", {}, cell, dom("td", {}, what));
  });
  const close = dom("button", { type: "button", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(
    dom("h2", { id: "keys-title" }, "Keys"),
    dom("table", {}, dom("tbody", {}, ...rows)),
    dom("p", {}),
    close,
  );
  dialog.showModal();
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (Seqloom.closest(event, "input, select, textarea, dialog, [contenteditable]")) return;
  const { axis, step } = page.select,
    stride = event.shiftKey ? 10 : 1;
  const inFigure = event.target instanceof Element && event.target.matches("canvas, .chips");
  if (event.key === "ArrowLeft") page.choose(axis, step - stride);
  else if (event.key === "ArrowRight") page.choose(axis, step + stride);
  else if (event.key === "Home" && inFigure) page.choose(axis, 0);
  else if (event.key === "End" && inFigure) page.choose(axis, trace.size(axis) - 1);
  else if (event.key === "x" || event.key === "X") {
    const axes = axesOf();
    const next = axes[(axes.indexOf(axis) + 1) % axes.length];
    page.choose(next, page.steps[next]);
  } else if (event.key === "t" || event.key === "T") switchTheme();
  else if (event.key === "?") showKeys();
  else return;
  event.preventDefault();
}

/** A section that fails takes none of the others with it. */
function available(section) {
  try {
    return section.available(trace, page);
  } catch (error) {
    console.error(error);
    return false;
  }
}

function drawSection(main, section) {
  const { dom } = Seqloom;
  const hint = typeof section.hint === "function" ? section.hint(trace) : section.hint;
  const body = dom("div", { class: "body" });
  const node = dom("section", { id: section.id, class: section.id, "aria-labelledby": `${section.id}-title` });
  const title = dom(section.id === "head" ? "h1" : "h2", { id: `${section.id}-title` }, section.title);
  node.append(dom("header", {}, title, hint ? dom("p", {}, hint) : null), body);
  main.append(node);
  try {
    section.render(body, trace, page);
  } catch (error) {
    body.append(dom("p", {}, `This part could not be drawn: ${error instanceof Error ? error.message : error}`));
    console.error(error);
  }
}

const main = document.getElementById("page");
for (const axis of axesOf()) page.steps[axis] = trace.size(axis) - 1;
for (const section of Seqloom.sections) if (available(section)) drawSection(main, section);
const [first] = axesOf();
if (first) page.choose(first, page.steps[first]);

document.addEventListener("keydown", pressed);
document.getElementById("theme").addEventListener("click", switchTheme);
document.getElementById("help").addEventListener("click", showKeys);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themed);
document.documentElement.dataset.ready = "true";
