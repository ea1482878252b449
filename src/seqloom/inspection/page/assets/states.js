/** States: what each unit holds after each step; units that follow a pattern, places with the same. */

const STATE_NAMES = { h: "output h", c: "cell c", g: "candidate g", n: "candidate n" };

const withStates = (trace) =>
  trace.layers.filter((l) => l.steps && Object.keys(STATE_NAMES).some((s) => trace.has(`states/${l.name}/${s}`)));

Seqloom.section({
  id: "states",
  title: "States",
  hint:
    "A row is a unit, a column a step: blue is above zero, orange below, strong colours are large. Look for rows that switch at a "
    + "meaningful place, such as an opening quote, and hold until its end: such a unit remembers it.",
  available: (trace) => withStates(trace).length > 0,
  render(root, trace, page) {
    const { dom } = Seqloom;
    const layers = withStates(trace);
    const state = /** @type {UnitState} */ ({ layer: layers[0], order: "number" });
    const controls = root.appendChild(dom("div", { class: "controls" }));
    const body = root.appendChild(dom("div"));

    function update() {
      const { layer } = state;
      const kinds = Object.keys(STATE_NAMES).filter((s) => trace.has(`states/${layer.name}/${s}`));
      if (!kinds.includes(state.kind)) [state.kind] = kinds;
      const set =
        (key, read = (v) => v) =>
        (value) => {
          state[key] = read(value);
          update();
        };
      Seqloom.setControls(controls, [
        Seqloom.choice(
          "layer",
          layers.map((l) => ({ value: l.name, text: Seqloom.layerName(l.name) })),
          layer.name,
          set("layer", (name) => layers.find((l) => l.name === name)),
        ),
        Seqloom.choice(
          "what",
          kinds.map((s) => ({ value: s, text: STATE_NAMES[s] })),
          state.kind,
          set("kind"),
        ),
        Seqloom.choice("order by", Seqloom.ORDERS, state.order, set("order")),
      ]);
      page.forget(body);
      body.replaceChildren();
      const array = trace.get(`states/${layer.name}/${state.kind}`);
      const tools = body.appendChild(dom("div", { class: "controls" }));
      Seqloom.unitMap(body, page, {
        array,
        layer,
        order: state.order,
        tools,
        limit: Seqloom.colourLimit(array),
        name: `${STATE_NAMES[state.kind]} by unit and step`,
      });
      drawUnit(body, page, array, layer);
    }
    update();
    Seqloom.findings(root, trace, page);
  },
});

/** The selected unit as a line over the steps. */
function drawUnit(root, page, array, layer) {
  const title = root.appendChild(Seqloom.dom("h3"));
  const [steps] = array.shape;
  const series = [{ name: "state", colour: "accent", values: new Float64Array(steps) }];
  const plot = Seqloom.plot(root, page, { axis: layer.steps, series, name: "State of the selected unit", height: 170 });
  const follow = () => {
    const unit = page.units[layer.name] ?? 0;
    series[0].values.forEach((_, t) => (series[0].values[t] = array.at(t, unit)));
    title.textContent = `Unit ${unit}`;
    plot.canvas.dirty();
  };
  page.on(follow, root);
  follow();
}
