/**
 * What a reader's hands do to a heat map: drag moves it, a click selects, the wheel with Ctrl zooms,
 * arrow keys up and down select rows, + - 0 zoom.
 */

/** Listens to pointer, wheel and keys. */
Seqloom.heatHands = (heat) => {
  const { node } = heat.canvas,
    { map, page } = heat;
  let drag = null;
  node.addEventListener("pointerdown", (e) => (drag = { x: e.offsetX, y: e.offsetY, far: false }));
  node.addEventListener("pointermove", (e) => {
    if (drag && e.buttons) {
      const { steps, box, view } = heat;
      if (Math.hypot(e.offsetX - drag.x, e.offsetY - drag.y) > 4 || drag.far) {
        heat.pan((drag.x - e.offsetX) / steps.size, ((drag.y - e.offsetY) / box.height) * (view.y[1] - view.y[0]));
        drag = { x: e.offsetX, y: e.offsetY, far: true };
      }
      return;
    }
    const cell = heat.cell(e.offsetX, e.offsetY);
    map.hover?.(cell ? cell[0] : -1, cell ? cell[1] : -1);
  });
  node.addEventListener("pointerleave", () => map.hover?.(-1, -1));
  node.addEventListener("click", (e) => {
    const cell = heat.cell(e.offsetX, e.offsetY);
    if (cell && !drag?.far) heat.picked(cell[0], cell[1]);
    drag = null;
  });
  node.addEventListener(
    "wheel",
    (e) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      const cell = heat.cell(e.offsetX, e.offsetY);
      if (cell) heat.zoom(Math.exp(-e.deltaY / 200), cell[1] + 0.5, cell[2] + 0.5);
    },
    { passive: false },
  );
  node.addEventListener("keydown", (e) => press(heat, e));
  page.on(({ axis, step }) => heat.reveal(axis, step), node);
};

function press(heat, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (rows !== undefined) heat.moveRow(rows * (event.shiftKey ? 10 : 1));
  else if (event.key === "+" || event.key === "=") heat.zoom(1.5);
  else if (event.key === "-" || event.key === "−") heat.zoom(1 / 1.5);
  else if (event.key === "0") heat.zoom(0);
  else return;
  event.preventDefault();
}
