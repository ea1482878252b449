/** Types of the engine (`Seqloom.engine`): a weight is float32 as the model file has it, rows are float64. */

interface Weight {
  shape: number[];
  data: Float32Array;
}
type Weights = Record<string, Weight>;
type Row = Float64Array<ArrayBuffer>;
/** Weights by target step and source place. */
type Forced = Map<number, Map<number, number>>;
type CellName = "rnn" | "lstm" | "gru";
/** `c` is there for an LSTM. */
interface CellState {
  h: Row;
  c?: Row;
}
interface CellWeights {
  ih: Weight;
  hh: Weight;
  bias_ih: Weight;
  bias_hh: Weight;
}
interface KeyValues {
  keys: Row[];
  values: Row[];
}
type Affine = [Weight, Weight];
interface NormWeights {
  weight: Weight;
  bias: Weight;
}
interface HeadsWeights {
  query: Affine;
  key: Affine;
  value: Affine;
  out: Affine;
}
interface TransformerWeights {
  self: HeadsWeights;
  /** Of a decoder. */
  cross: HeadsWeights;
  inner: Affine;
  outer: Affine;
  norms: NormWeights[];
}
type Memory = (place: number) => KeyValues;
interface Attention {
  keys(states: Row[]): Row[];
  weigh(queries: Row[], keys: Row[]): number[][];
}
type Pool = (states: Row[], tensors?: Weights) => { pooled: Row; weights: Numbers | null };

/** What a model says to a text; what is not of its task is undefined. */
interface Answer {
  output: string;
  source: string[];
  symbols: string[];
  probabilities: Float64Array;
  logProbs: Float64Array;
  logProbability: number;
  score: number;
  finished: boolean;
  attention: Numbers[];
}
interface TextReader {
  split(text: string): string[];
  whole?(text: string): string[];
  join(symbols: string[]): string;
  number(symbol: string): number;
  encode(text: string): number[];
  symbols?: string[];
}
interface Model {
  task: string;
  reader: TextReader;
  labels?: string[];
  predict(text: string, forced?: any): Answer;
  known?(text: string): Promise<string[]>;
}
/** What a search steps through: `step` has an item for each hypothesis. */
interface Stepper {
  start(source: number[]): { state: any; memory: any };
  step(symbols: number[], states: any[], memory: any): { logProbs: Row; state: any }[];
}
interface SearchOptions {
  beam: number;
  limit: number;
  penalty: number;
}
interface Hypothesis {
  symbols: number[];
  path: any[];
  logProbability: number;
  score: number;
  finished: boolean;
}
type ModelFile = { header: any; tensors: Weights };

interface Engine {
  PAD: number;
  BOS: number;
  EOS: number;
  UNK: number;
  InputError: new (message: string) => Error;
  runs(header: { format: number; task: string }): boolean;
  open(model: { header: any; tensors: Map<string, Tensor> }): Model;
  Classifier: new (file: ModelFile) => Model;
  Transducer: new (file: ModelFile) => Model;
  Generator: new (file: ModelFile) => Model;
  Vocabulary: new (
    vocabulary: any,
  ) => Required<Omit<TextReader, "whole">> & {
    decode(ids: number[]): string;
    tags(text: string): number;
    normal(text: string): string;
  };
  Reader: new (reader: any) => TextReader;
  search(stepper: Stepper, source: number[], how: SearchOptions): Hypothesis;
  lengthLimit(ratio: number, most: number, sourceLength: number): number;
  math: {
    part(weight: Weight, first: number, count: number): Weight;
    row(weight: Weight, index: number): Row;
    linear(rows: Row[], ...layer: [weight: Weight, bias?: Weight]): Row[];
    dot(a: Numbers, b: Numbers, from?: number, to?: number): number;
    concat(...rows: Row[]): Row;
    add(a: Row, b: Row): Row;
    tanh(x: Row): Row;
    relu(x: Row): Row;
    sigmoid(x: number): number;
    softmax(x: Row): Row;
    softmax(x: number[]): number[];
    logSoftmax(x: Row): Row;
    argmax(x: Row): number;
    mix(weights: Numbers, rows: Row[]): Row;
    layerNorm(x: Row, norm: NormWeights): Row;
  };
  cells: {
    FIELDS: Record<CellName, ("h" | "c")[]>;
    cellWeights(tensors: Weights, prefix: string, suffix: string): CellWeights;
    zeroState(cell: CellName, w: CellWeights): CellState;
    stepCell(cell: CellName, xs: Row[], states: CellState[], w: CellWeights): CellState[];
    bothWays(cell: CellName, xs: Row[], layer: CellWeights[]): { outputs: Row[]; lasts: CellState[] };
    encoderLayers(tensors: Weights, count: number, bidirectional: boolean): CellWeights[][];
  };
  attention: {
    additive(tensors: Weights): Attention;
    luong(tensors: Weights): Attention;
    force(weights: number[], forced?: Map<number, number>): number[];
    pools: Record<string, Pool>;
  };
  transformer: {
    layerWeights(tensors: Weights, name: string, options?: { cross?: boolean }): TransformerWeights;
    normWeights(tensors: Weights, name: string): NormWeights;
    linearWeights(tensors: Weights, name: string): Affine;
    projectMemory(rows: Row[], w: HeadsWeights): KeyValues;
    attend(xs: Row[], normed: Row[], w: HeadsWeights, numHeads: number, memoryOf: Memory): Row[];
    feedForward(xs: Row[], norm: NormWeights, w: TransformerWeights): Row[];
    encoderLayer(xs: Row[], w: TransformerWeights, numHeads: number): Row[];
    selfStep(
      xs: Row[],
      pasts: KeyValues[],
      w: TransformerWeights,
      numHeads: number,
      options?: { most?: number; slopes?: number[] | null },
    ): { ys: Row[]; memories: KeyValues[] };
    placed(embedded: Row, place: number): Row;
  };
}
