/** The model and the page: what `seqloom info` says, and how this page was made. */

const MOST = 10; // rows that are seen at once

Seqloom.section({
  id: "model",
  title: "The model",
  hint: "",
  available: () => true,
  render(root, trace) {
    const { dom } = Seqloom;
    const rows = flat(trace.facts.model ?? {});
    const table = (some) =>
      dom(
        "div",
        { class: "table" },
        dom(
          "table",
          {},
          dom(
            "tbody",
            {},
            ...some.map(([key, value]) => dom("tr", {}, dom("th", { scope: "row" }, key), dom("td", {}, value))),
          ),
        ),
      );
    if (rows.length) root.append(table(rows.slice(0, MOST)));
    if (rows.length > MOST)
      root.append(dom("details", {}, dom("summary", {}, "Everything that is known of it"), table(rows.slice(MOST))));
    const numbers = [...trace.arrays.values()].reduce((sum, a) => sum + a.data.length, 0);
    root.append(
      dom(
        "p",
        { class: "small muted" },
        `Made by seqloom inspect from one trace: ${Seqloom.count(trace.layers.length, "layer")}, `
          + `${Seqloom.count(trace.arrays.size, "array")}, ${numbers.toLocaleString("en")} numbers. The file holds all that it shows and asks no network.`,
      ),
    );
  },
});

/** Nested facts as rows of names and texts. */
function flat(facts, prefix = "") {
  return Object.entries(facts).flatMap(([key, value]) => {
    const name = prefix + key.replaceAll("_", " ");
    if (value === null || value === "") return [];
    if (Array.isArray(value)) return [[name, value.map(text).join(", ")]];
    return typeof value === "object" ? flat(value, `${name}, `) : [[name, text(value)]];
  });
}

function text(value) {
  if (typeof value === "number") return Number.isInteger(value) ? value.toLocaleString("en") : Seqloom.number(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
