/**
 * What every other script stands on: the register of sections, small helpers for text, numbers and
 * nodes. A section calls `Seqloom.section`; sections are drawn in the order of their registration.
 */
globalThis.Seqloom ??= /** @type {Shared} */ ({});

Seqloom.sections = [];

/** Registers a section of the page. */
Seqloom.section = (spec) => void Seqloom.sections.push(spec);

/**
 * An element. Properties that start with `on` are listeners, `style` is an object of CSS properties,
 * `false` and `null` leave an attribute out; text is always text, never HTML.
 */
Seqloom.dom = (tag, properties = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [p, v] of Object.entries(value)) node.style.setProperty(p, v);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  const there = children.filter((child) => child !== null && child !== undefined);
  node.append(...there.map((child) => (child instanceof Node ? child : Seqloom.visible(String(child)))));
  return node;
};

/** The element with a selector that an event is in, if there is one. */
Seqloom.closest = ({ target }, selector) => (target instanceof Element ? target.closest(selector) : null);

/** Text with a sign in the place of each control character, line breaks and tabs left as they are. */
Seqloom.visible = (text) =>
  text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, (c) =>
    c < " " ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : c === "\x7f" ? "␡" : "�",
  );

const SPECIAL_TEXT = {
  " ": "␣",
  "\n": "⏎",
  "\t": "⇥",
  "": "∅",
  "<eos>": "end",
  "</s>": "end",
  "<bos>": "start",
  "<unk>": "unknown",
  "<pad>": "blank",
};

/** A symbol as it is shown: spaces and marks without a letter are made visible. */
Seqloom.shown = (symbol) => {
  if (Object.hasOwn(SPECIAL_TEXT, symbol)) return SPECIAL_TEXT[symbol];
  return Seqloom.visible(/^\p{M}/u.test(symbol) ? "◌" + symbol : symbol);
};

/**
 * What the network answered, as it is shown: an answer of white space or a mark is made visible, and
 * where nothing was written, it says so. Empty if the answer is no text.
 */
Seqloom.answerOf = ({ output, task }) => {
  if (!output) return ["transcribe", "transduce"].includes(task) ? "nothing was written" : "";
  if (/^\s+$/.test(output)) return [...output].map(Seqloom.shown).join("");
  return task === "generate" ? Seqloom.shown(output) : output;
};

/** True for symbols that stand for something else than their text. */
Seqloom.special = (symbol) => Object.hasOwn(SPECIAL_TEXT, symbol);

const DIGITS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** Ten to this power, as text. */
Seqloom.power = (exponent) => "10" + [...String(exponent)].map((digit) => DIGITS[digit]).join("");

/** A number for reading: three digits. */
Seqloom.number = (value) => {
  if (!Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e6 || size < 1e-3) {
    const exponent = Math.floor(Math.log10(size));
    const digits = (value / 10 ** exponent).toFixed(1);
    return `${digits.replace("-", "−")} × ${Seqloom.power(exponent)}`;
  }
  const text = size >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
};

/** A share as per cent. */
Seqloom.percent = (share) => {
  const value = 100 * share;
  if (value > 0 && value < 0.01) return "under 0.01 %";
  const digits =
    value >= 99.5 || value < 0.005 ? (value > 99.5 && value < 100 ? 2 : 0) : value >= 10 ? 0 : value >= 1 ? 1 : 2;
  return `${value.toFixed(digits)} %`;
};

/** What the steps of an axis are, in a word: of a text its words or symbols, of numbers steps. */
Seqloom.stepWord = (trace, axis = "source") => trace.facts.leads.nouns[axis] ?? "step";

/** A label in quotes, with its number where it occurs again, as `quoted` in `inspection/wording.py`. */
Seqloom.quoted = (trace, axis, place) => {
  const label = trace.label(axis, place);
  const again = trace.labels[axis].filter((other) => other === label).length > 1;
  return `“${Seqloom.shown(label)}”${again ? ` (${Seqloom.stepWord(trace, axis)} ${place + 1})` : ""}`;
};

/** "1 step", "2 steps", "1,000 steps". */
Seqloom.count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

/**
 * A choice: buttons side by side, or a list if they are more than four or long. One option needs no choice.
 */
Seqloom.choice = (label, options, value, chosen) => {
  const { dom } = Seqloom;
  if (options.length < 2) return null;
  if (options.length > 4 || options.reduce((sum, o) => sum + o.text.length, 0) > 50) {
    const list = dom("select", { onchange: () => chosen(list.value) });
    for (const o of options) list.append(dom("option", { value: o.value, selected: o.value === value }, o.text));
    return dom("label", {}, label, list);
  }
  const group = dom("span", { class: "group", role: "group", "aria-label": label });
  for (const o of options) {
    const button = dom("button", { type: "button", "data-value": o.value, "aria-pressed": o.value === value }, o.text);
    button.setAttribute("aria-pressed", String(o.value === value));
    button.addEventListener("click", () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
      chosen(o.value);
    });
    group.append(button);
  }
  return dom("label", {}, label, group);
};

/** Puts new controls in the place of old ones; who had the focus keeps it. */
Seqloom.setControls = (root, controls) => {
  const { activeElement: active } = document;
  const had = active instanceof HTMLElement && root.contains(active) ? active : null;
  const name = had?.closest("[aria-label]")?.getAttribute("aria-label") ?? had?.parentElement?.firstChild?.textContent;
  root.replaceChildren(...controls.filter((control) => control !== null));
  if (!had) return;
  const label = [...root.children].find((child) => child.firstChild?.textContent === name);
  const { value } = had.dataset;
  const same = label?.querySelector(value === undefined ? "select" : `[data-value="${CSS.escape(value)}"]`);
  if (same instanceof HTMLElement) same.focus();
};

/** A name of a layer for people: `encoder.0.reverse` is "encoder, layer 1, from the end". */
Seqloom.layerName = (name) => {
  const [part, ...rest] = name.split(".");
  const words = rest.map((r) => (/^\d+$/.test(r) ? `layer ${Number(r) + 1}` : r === "reverse" ? "from the end" : r));
  return [part, ...words].join(", ");
};
