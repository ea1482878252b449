/** Colours of the theme as numbers, and tables of 256 colours for heat maps. */

/** The present colour of a token, `--accent` for example, as [red, green, blue]. */
Seqloom.token = (name) => {
  const probe = document.body.appendChild(Seqloom.dom("i", { style: { color: `var(${name})`, display: "none" } }));
  const found = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number).slice(0, 3);
  probe.remove();
  return found;
};

/** Between two colours. */
Seqloom.mix = (from, to, share) => from.map((value, i) => Math.round(value + (to[i] - value) * share));

/** A colour as CSS. */
Seqloom.css = ([red, green, blue], alpha = 1) => `rgb(${red} ${green} ${blue} / ${alpha})`;

/** All colours that figures use, read once per theme. */
Seqloom.palette = () => {
  const names = ["paper", "raised", "ink", "muted", "line", "accent", "accent-soft", "warm", "warm-soft"];
  for (let i = 1; i <= 7; i++) names.push(`series-${i}`);
  const rgb = Object.fromEntries(names.map((name) => [name, Seqloom.token(`--${name}`)]));
  const css = Object.fromEntries(names.map((name) => [name, Seqloom.css(rgb[name])]));
  return { rgb, css, font: getComputedStyle(document.body).fontFamily };
};

/**
 * The colour of a number from -1 to 1 (orange, paper, blue) or from 0 to 1 (paper to blue).
 * Its lightness grows with the size, so that it is read without telling hues apart.
 */
Seqloom.shade = (rgb, share) => {
  const size = Math.min(1, Math.abs(share));
  return Seqloom.mix(rgb.paper, share < 0 ? rgb.warm : rgb.accent, size);
};

/**
 * Colours of 256 codes, as pixels. `limit` is the share of the range at which colours are full.
 * @returns {Uint32Array}
 */
Seqloom.shades = (rgb, signed, limit = 1) => {
  const table = new Uint32Array(256);
  for (let code = 0; code < 256; code++) {
    const share = signed ? (code - 127) / 127 : code / 255;
    const [r, g, b] = Seqloom.shade(rgb, share / limit);
    table[code] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0; // little endian: R G B A
  }
  return table;
};
