/** Which inputs mattered: the text coloured by leaving each input out or by integrated gradients. */

const MEASURES = [
  { value: "leave_one_out", text: "leave one out" },
  { value: "integrated_gradients", text: "integrated gradients" },
];

/** What a number of a measure means. */
function meaning(measure, trace) {
  if (measure === "leave_one_out") return "what the answer loses when it is left out";
  const all = trace.facts.importance?.difference;
  return `what it brought to the answer, against an empty input${all === undefined ? "" : `, of ${Seqloom.number(all)} in all`}`;
}

Seqloom.section({
  id: "importance",
  title: "Which inputs mattered",
  hint:
    "Blue inputs speak for the answer, orange ones against it; the stronger the colour, the more they matter. "
    + "Look whether these are the inputs that you would have named.",
  available: (trace) => MEASURES.some((m) => trace.has(`importance/${m.value}`)),
  render(root, trace, page) {
    const { dom } = Seqloom;
    const measures = MEASURES.filter((m) => trace.has(`importance/${m.value}`));
    const controls = root.appendChild(dom("div", { class: "controls" }));
    let measure = measures[0].value;
    const values = () => trace.get(`importance/${measure}`).numbers();
    const {
      dims: [axis],
    } = trace.get(`importance/${measure}`);
    const chosen = (value) => {
      measure = value;
      update();
    };
    const choice = Seqloom.choice("measured by", measures, measure, chosen);
    if (choice) controls.append(choice);
    const text = trace.labels[axis] ? Seqloom.chips(root, page, axis, dress) : null;
    const readout = root.appendChild(dom("p", { class: "readout" }));
    const series = { name: "importance", colour: "accent", values: values(), bars: true };
    const plot = Seqloom.plot(root, page, {
      axis,
      series: [series],
      name: "Importance of each input",
      height: 170,
      quiet: true,
    });

    function dress(step, node) {
      const numbers = values(),
        share = numbers[step] / largest(numbers);
      const colour = Seqloom.shade(page.palette.rgb, share * 0.9);
      node.style.background = Seqloom.css(colour);
      node.style.color = Seqloom.css(Seqloom.readable(colour, page.palette.rgb));
      node.title = `step ${step + 1}: ${Seqloom.number(numbers[step])}`;
    }

    function tell(step) {
      const numbers = values();
      if (step === undefined || step < 0 || step >= numbers.length) return;
      readout.replaceChildren(
        `Step ${step + 1}, `,
        dom("strong", {}, Seqloom.shown(trace.label(axis, step))),
        `: ${Seqloom.number(numbers[step])}, ${meaning(measure, trace)}`,
      );
    }

    function update() {
      series.values = values();
      text?.dress();
      tell(page.steps[axis]);
      plot.canvas.dirty();
    }

    text?.nodes.forEach((node, step) => {
      node.addEventListener("pointerenter", () => tell(step));
      node.addEventListener("pointerleave", () => tell(page.steps[axis]));
    });
    let dressed = page.palette;
    page.on(() => {
      if (dressed !== page.palette) text?.dress();
      dressed = page.palette;
      tell(page.steps[axis]);
    });
    update();
  },
});

function largest(numbers) {
  let most = 1e-30;
  for (const v of numbers) most = Math.max(most, Math.abs(v));
  return most;
}

/** Ink or paper, whichever is read better on a colour. */
Seqloom.readable = (background, rgb) =>
  Seqloom.contrast(rgb.ink, background) >= Seqloom.contrast(rgb.paper, background) ? rgb.ink : rgb.paper;

/** The contrast of two colours as WCAG 2 defines it, 1 to 21. */
Seqloom.contrast = (one, other) => {
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
