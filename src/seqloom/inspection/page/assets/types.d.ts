/**
 * Types of what the scripts of the page share (`Seqloom`), and of the data that they draw. The scripts are
 * plain ones, so this is read by the type checker alone; what functions do is said where they stand.
 */

type Numbers = ArrayLike<number> & Iterable<number>;
type Child = Node | string | number | null | undefined;
type RGB = number[];
type Context = CanvasRenderingContext2D;
type Label = (step: number) => string;

/** A tensor of a safetensors file. */
interface Tensor {
  dtype: string;
  shape: number[];
  data: NumberArray;
}
type NumberArray = Float64Array | Float32Array | Int32Array | Uint8Array | Int8Array;
interface Coding {
  scale: number;
  offset: number;
}
interface Codes extends Coding {
  codes: Uint8Array;
  signed: boolean;
}

/** An array of a trace. */
interface Named {
  name: string;
  dims: string[];
  shape: number[];
  data: NumberArray;
  scale: number;
  offset: number;
  coded: boolean;
  /** Kept by gates.js: for each unit the share of steps at which it is open, and closed. */
  shares?: [Float64Array, Float64Array];
  value(place: number): number;
  at(...indices: number[]): number;
  numbers(): Float64Array | Float32Array;
  codes(): Codes;
}

/** A layer of a trace (docs/trace.md). */
interface Layer {
  name: string;
  kind: string;
  steps: string;
  reverse: boolean;
}

/** A row of the beam search (docs/trace.md). */
interface BeamRow {
  step: number;
  parent: number;
  symbol: string;
  score: number;
  log_probability: number;
  kept: boolean;
  chosen: boolean;
  finished: boolean;
}

/** What is said of a trace beside its arrays; most of it is there for some tasks only. */
interface Facts {
  leads: { layer: string | null; everywhere: boolean; nouns: Record<string, string> };
  verdict?: string | string[];
  model?: Record<string, any>;
  probabilities?: Record<string, number>;
  beam?: BeamRow[];
  importance?: { difference?: number };
  attention?: { monotonicity?: number };
  memory?: Record<string, { jacobian?: { computed?: number } }>;
  [key: string]: any;
}

interface Trace {
  task: string;
  rung: string;
  input: string;
  output: string;
  labels: Record<string, string[]>;
  layers: Layer[];
  facts: Facts;
  arrays: Map<string, Named>;
  has(name: string): boolean;
  /** Only arrays that `has` or `names` named are asked for; others are undefined. */
  get(name: string): Named;
  names(prefix: string): string[];
  size(axis: string): number;
  label(axis: string, step: number): string;
}

interface Palette {
  rgb: Record<string, RGB>;
  css: Record<string, string>;
  font: string;
}
interface Selected {
  axis: string;
  step: number;
}

interface Page {
  trace: Trace;
  pictures: Set<Canvas>;
  palette: Palette;
  steps: Record<string, number>;
  units: Record<string, number>;
  select: Selected;
  readonly model: { header: any; tensors: Map<string, Tensor> } | null;
  running?: Model;
  on(listener: (select: Selected) => void, owner?: Node | null): void;
  forget(owner: Node): void;
  choose(axis: string, step: number): void;
  chooseUnit(layer: string, unit: number): void;
  tell(): void;
  redraw(): void;
}

interface Section {
  id: string;
  title: string;
  hint: string | ((trace: Trace) => string);
  available(trace: Trace, page: Page): boolean;
  render(root: HTMLElement, trace: Trace, page: Page): void;
}

interface Picture {
  height: number | ((width: number) => number);
  label: string;
  draw(context: Context, width: number, height: number): void;
  focus?: boolean;
}
interface Canvas {
  page: Page;
  spec: Picture;
  node: HTMLCanvasElement;
  width: number;
  height: number;
  ratio: number;
  heat?: Heat;
  visible: boolean;
  dirty(): void;
  reflow(): void;
  point(moved: (x: number | null, y?: number) => void, pressed?: (x: number, y: number) => void): void;
}

interface Steps {
  count: number;
  left: number;
  width: number;
  view: number[];
  size: number;
  edge(step: number): number;
  middle(step: number): number;
  at(x: number): number;
  range(): [number, number];
}

/** A cell is codes[offset + row * rowStride + column * columnStride]. */
interface HeatMap {
  columns: { axis: string; count: number; label: Label };
  rows: { axis?: string; count: number; label: Label; order?: ArrayLike<number> };
  codes: Uint8Array;
  signed: boolean;
  offset?: number;
  rowStride: number;
  columnStride: number;
  limit?: number;
  left?: number;
  height: number | ((width: number) => number);
  name: string;
  /** Weights set by hand, by row and column (edit-attention.js). */
  set?: Forced;
  hover?(row: number, column: number): void;
  pick?(row: number, column: number): void;
}
interface Heat {
  page: Page;
  map: HeatMap;
  row: number;
  view: { x: number[]; y: number[] };
  canvas: Canvas;
  /** Of the last drawing. */
  steps: Steps;
  box: Box;
  draw(context: Context, width: number, height: number): void;
  cell(x: number, y: number): [number, number, number] | null;
  zoom(factor: number, x?: number, y?: number): void;
  pan(x: number, y: number): void;
  moveRow(by: number): void;
  picked(row: number, column: number): void;
  reveal(axis: string, step: number): void;
  tools(low: string, high: string): HTMLElement[];
}

interface Box {
  top: number;
  height: number;
}
interface Scale {
  y(value: number): number;
  ticks: number[];
  low: number;
  high: number;
}
interface Series {
  name: string;
  colour: string;
  values: Numbers;
  dashed?: boolean;
  bars?: boolean;
}
interface PlotSpec {
  axis: string;
  series: Series[];
  name: string;
  height?: number;
  unit?: string;
  from?: number;
  to?: number;
  band?: { low: Float64Array; high: Float64Array };
  /** Name the series even if there is only one. */
  key?: boolean;
  count?: number;
  label?: Label;
  chosen?(): number;
  choose?(step: number): void;
  quiet?: boolean;
}

/** A layer whose gradient can be drawn. */
interface GradientLayer {
  name?: string;
  layer: string;
  kind: string;
  steps: string;
  reverse: boolean;
  recurrent: boolean;
  ways: Option[];
}
interface GradientSeries {
  values: Float64Array;
  share: Float64Array;
  largest: number;
  start: number;
  level: number;
  end: number;
  lines: { name: string; colour: string; values: Float64Array; share: Float64Array }[];
  direct: boolean;
  lost: Uint8Array;
  known: number;
  symbol: string;
  edge: number;
  edgeCount: number;
  kept: number;
}
interface GradientState {
  layer: GradientLayer;
  way: string;
  log: boolean;
  series: GradientSeries;
  answer: string;
}
/** What the sections of gates and of states have chosen; `gate` and `kind` are the name of an array. */
interface UnitState {
  layer: Layer;
  order: string;
  gate: string;
  kind: string;
}

interface Option {
  value: string;
  text: string;
}

interface Shared {
  engine: Engine;
  page: Page;
  sections: Section[];
  section(spec: Section): void;

  // core.js
  dom<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    properties?: Record<string, any>,
    ...children: Child[]
  ): HTMLElementTagNameMap[K];
  closest(event: Event, selector: string): HTMLElement | null;
  visible(text: string): string;
  shown(symbol: string): string;
  special(symbol: string): boolean;
  answerOf(trace: { output: string; task: string }): string;
  power(exponent: number): string;
  number(value: number): string;
  percent(share: number): string;
  stepWord(trace: Trace, axis?: string): string;
  quoted(trace: Trace, axis: string, place: number): string;
  count(number: number, word: string): string;
  choice(label: string, options: Option[], value: string, chosen: (value: string) => void): HTMLElement | null;
  setControls(root: HTMLElement, controls: (HTMLElement | null)[]): void;
  layerName(name: string): string;

  // file.js
  decode(text: string): Uint8Array<ArrayBuffer>;
  readSafetensors(bytes: Uint8Array<ArrayBuffer>): { metadata: Record<string, string>; tensors: Map<string, Tensor> };
  Named: new (name: string, dims: string[], tensor: Tensor, coding?: Coding) => Named;
  encode(numbers: Numbers): Codes;
  readTrace(bytes: Uint8Array<ArrayBuffer>): Trace;

  // colour.js, canvas.js
  token(name: string): RGB;
  mix(from: RGB, to: RGB, share: number): RGB;
  css(colour: RGB, alpha?: number): string;
  palette(): Palette;
  shade(rgb: Record<string, RGB>, share: number): RGB;
  shades(rgb: Record<string, RGB>, signed: boolean, limit?: number): Uint32Array;
  readable(background: RGB, rgb: Record<string, RGB>): RGB;
  contrast(one: RGB, other: RGB): number;
  Canvas: new (root: HTMLElement, page: Page, spec: Picture) => Canvas;
  fit(context: Context, text: string, width: number): string;

  // steps.js, window.js, heat.js, plot.js
  MARGIN: { left: number; right: number };
  Steps: new (count: number, left: number, width: number, view?: number[]) => Steps;
  labelRoom(context: Context, steps: Steps, label: Label): number;
  drawLabels(
    context: Context,
    steps: Steps,
    top: number,
    room: number,
    label: Label,
    colour: Label,
    selected: number,
    palette: Palette,
  ): void;
  markStep(
    context: Context,
    steps: Steps,
    step: number | undefined,
    top: number,
    height: number,
    palette: Palette,
  ): void;
  roundStride(least: number): number;
  spans(range: number[], pixels: number, count: number): Int32Array;
  zoomed(range: number[], factor: number, about: number, count: number, least: number): number[];
  moved(range: number[], by: number, count: number): number[];
  Heat: new (root: HTMLElement, page: Page, map: HeatMap) => Heat;
  heatHands(heat: Heat): void;
  plot(root: HTMLElement, page: Page, spec: PlotSpec): { canvas: Canvas; spec: PlotSpec };
  scale(spec: PlotSpec, box: Box): Scale;
  ticks(low: number, high: number, count: number): number[];

  // the sections
  chips(
    root: HTMLElement,
    page: Page,
    axis: string,
    dress?: (step: number, node: HTMLElement) => void,
  ): { dress(): void; nodes: HTMLElement[] };
  scrollTo(list: Element, node: Element): void;
  MEMORY: number;
  attends(trace: Trace): boolean;
  everywhere(trace: Trace): boolean;
  ownWays(trace: Trace, layer?: GradientLayer, way?: string): boolean;
  firstWay(trace: Trace, layer: GradientLayer): string;
  gradientLayers(trace: Trace): GradientLayer[];
  firstGradientLayer(layers: GradientLayer[], trace: Trace): GradientLayer;
  gradientSeries(trace: Trace, layer: GradientLayer, way: string): GradientSeries;
  drawGradient(context: Context, width: number, height: number, state: GradientState, page: Page): Steps;
  ORDERS: Option[];
  orderOf(array: Named, order: string, unit: number): Int32Array;
  unitMap(
    root: HTMLElement,
    page: Page,
    map: { array: Named; layer: Layer; order: string; name: string; tools: HTMLElement; limit?: number },
  ): Heat;
  colourLimit(array: Named): number;
  findings(root: HTMLElement, trace: Trace, page: Page): void;
  canRun(trace: Trace): boolean;
  running(page: Page): Model;
  compared(before: string[], now: string[]): { before: boolean[]; now: boolean[] };
  gap(): string | null;
  spelled(symbols: string[]): string;
  drawAnswer(root: HTMLElement, model: Model, before: Answer, now: Answer): string;
}

declare var Seqloom: Shared;

// What page.html has, and what a browser may have.
interface Document {
  getElementById(id: "seqloom-trace" | "seqloom-model" | "page" | "now" | "theme" | "help"): HTMLElement;
  getElementById(id: "keys"): HTMLDialogElement;
}
interface Uint8ArrayConstructor {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}
