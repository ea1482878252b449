"use strict";
// The report is complete without this: it adds the switch of themes and hides lines by the key.

const theme = document.getElementById("theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

for (const button of document.querySelectorAll("button[data-for]")) {
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    const figure = button.closest("figure");
    for (const part of figure?.querySelectorAll("[data-series]") ?? [])
      if (part.getAttribute("data-series") === button.getAttribute("data-for")) part.classList.toggle("hidden", !shown);
  });
}
