/** Windows over the cells of a heat map, in cells: which cells a pixel shows, zooming, moving. */

/** The least of 1, 2, 5, 10, 20, ... that is no less than this. */
Seqloom.roundStride = (least) => {
  for (let power = 1; ; power *= 10) for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
};

/** For each pixel the cells that it stands for: [from, to) twice per pixel. */
Seqloom.spans = ([low, high], pixels, count) => {
  const found = new Int32Array(2 * pixels),
    size = (high - low) / pixels;
  for (let p = 0; p < pixels; p++) {
    const from = Math.min(count - 1, Math.floor(low + p * size + 1e-9));
    found[2 * p] = from;
    found[2 * p + 1] = Math.max(
      from + 1,
      Math.min(count, size > 1 ? Math.floor(low + (p + 1) * size + 1e-9) : from + 1),
    );
  }
  return found;
};

/** A window [from, to) made smaller by a factor about a place, no smaller than `least`; 0 is all. */
Seqloom.zoomed = ([from, to], factor, about, count, least) => {
  if (factor === 0) return [0, count];
  const size = Math.min(count, Math.max(Math.min(least, count), (to - from) / factor));
  const start = about - ((about - from) / (to - from)) * size;
  return Seqloom.moved([start, start + size], 0, count);
};

/** A window moved by some cells, and kept within them. */
Seqloom.moved = ([from, to], by, count) => {
  const size = to - from;
  const start = Math.max(0, Math.min(count - size, from + by));
  return [start, start + size];
};
