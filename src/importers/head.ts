/**
 * Owns reading the head of somebody else's classifier off its layers: from the probabilities back to where the backbone
 * ends. Mien has heads of global average pooling, dense layers with ReLU and a dense softmax; any other is refused, by
 * the layer that it does not know.
 */
import { tensorOf } from '../models/weights/name-maps/keras.ts';
import { withoutCount } from '../models/weights/readers/keras-tensor-name.ts';
import type { WeightFile } from '../models/weights/readers/weight-file.ts';
import type { Topology, TopologyLayer } from '../models/weights/topology/topology.ts';
import { StudioError } from '../protocol/errors.ts';

/** A dense layer's tensors in the file. */
export interface HeadLayer {
  readonly kernel: string;
  /** Null for none, which does what zeros do. */
  readonly bias: string | null;
}

/** What a file has behind its backbone. */
export interface FoundHead {
  /** In order, the last one's softmax gives the probabilities. */
  readonly layers: readonly HeadLayer[];
  /** How many values each layer but the last gives. */
  readonly hidden: readonly number[];
  readonly classes: number;
  /** Share that is dropped in training; 0 where nothing is. */
  readonly dropout: number;
}

/** They change nothing when a picture is asked about; a Flatten of pooled features leaves them as they are. */
const INERT =
  /^(Dropout|GaussianNoise|GaussianDropout|AlphaDropout|Identity|ActivityRegularization|Flatten)$/u;

type Activation = 'softmax' | 'relu' | 'linear';

/**
 * Reads it.
 *
 * @param backboneEnd name of the backbone's last layer, as Keras calls it
 * @throws StudioError `model/import-other-head`
 */
export function headOf(file: WeightFile, backboneEnd: string): FoundHead {
  const { topology } = file;
  if (topology === null) throw otherHead('the file has numbers only, and does not say what its layers are');
  const walked = new Walk(file, topology).toPooling();
  const { pooled, dense, dropout } = walked;
  const end = inputOf(topology, pooled);
  if (end === null || withoutCount(end.name) !== withoutCount(backboneEnd))
    throw otherHead(`it pools ${titleOf(end)}, where the backbone ends with ${backboneEnd}`);
  const widths = dense.map(({ kernel }) => file.tensors.get(kernel)?.shape[1] ?? 0);
  return { layers: dense, hidden: widths.slice(0, -1), classes: widths.at(-1) ?? 0, dropout };
}

/** From the last layer back to the pooling. */
class Walk {
  readonly #dense: HeadLayer[] = [];
  #dropout = 0;
  /** That of the layer that comes next, where a layer of its own has it. */
  #activation: Activation | null = null;

  constructor(
    readonly file: WeightFile,
    readonly topology: Topology,
  ) {}

  toPooling(): {
    readonly pooled: TopologyLayer;
    readonly dense: readonly HeadLayer[];
    readonly dropout: number;
  } {
    let layer: TopologyLayer | null = lastOf(this.topology);
    const seen = new Set<TopologyLayer>();
    while (layer !== null && !seen.has(layer)) {
      seen.add(layer);
      if (layer.className === 'GlobalAveragePooling2D') {
        if (this.#dense.length === 0 || this.#activation !== null) throw otherHead('it has no dense layer');
        return { pooled: layer, dense: this.#dense, dropout: this.#dropout };
      }
      this.#take(layer);
      layer = inputOf(this.topology, layer);
    }
    throw otherHead('its features are not pooled by GlobalAveragePooling2D');
  }

  #take(layer: TopologyLayer): void {
    const { className, config } = layer;
    if (INERT.test(className)) {
      if (typeof config['rate'] === 'number' && className === 'Dropout') this.#dropout = config['rate'];
      return;
    }
    const own = activationOf(layer);
    const isActivation = className === 'Activation' || className === 'Softmax' || className === 'ReLU';
    if ((!isActivation && className !== 'Dense') || own === null) throw otherHead(`it has ${titleOf(layer)}`);
    if (isActivation) {
      if (this.#activation !== null) throw otherHead(`it has ${titleOf(layer)} ahead of another activation`);
      if (own !== 'linear') this.#activation = own;
      return;
    }
    this.#addDense(layer, own);
  }

  #addDense(layer: TopologyLayer, own: Activation): void {
    const activation = this.#activation ?? own;
    const wanted: Activation = this.#dense.length === 0 ? 'softmax' : 'relu';
    if (activation !== wanted || (this.#activation !== null && own !== 'linear'))
      throw otherHead(`${titleOf(layer)} has the activation ${activation} where ${wanted} was expected`);
    this.#activation = null;
    const [kernel, bias] = ['kernel', 'bias'].map((weight) => tensorOf(this.file, layer, weight));
    if (kernel == null || this.file.tensors.get(kernel)?.shape.length !== 2)
      throw otherHead(`${titleOf(layer)} has no matrix in the file`);
    this.#dense.unshift({ kernel, bias: bias ?? null });
  }
}

/** The layer that no other one reads. */
function lastOf(topology: Topology): TopologyLayer | null {
  const read = new Set(
    [...topology.values()].flatMap(({ operands }) =>
      operands.flatMap((operand) => ('from' in operand ? operand.from : [])),
    ),
  );
  const ends = [...topology.values()].filter(({ path }) => !read.has(path));
  if (ends.length > 1) throw otherHead(`it gives out ${ends.slice(0, 3).map(titleOf).join(' and ')}`);
  return ends[0] ?? null;
}

/** What a layer reads; null for nothing. @throws StudioError where it reads several */
function inputOf(topology: Topology, layer: TopologyLayer): TopologyLayer | null {
  const inputs = new Set(layer.operands.flatMap((operand) => ('from' in operand ? operand.from : [])));
  if (inputs.size > 1) throw otherHead(`${titleOf(layer)} reads ${[...inputs].join(' and ')}`);
  const [input] = inputs;
  return input === undefined ? null : (topology.get(input) ?? null);
}

/** Null for one that Mien's heads do not have. */
function activationOf({ className, config }: TopologyLayer): Activation | null {
  if (className === 'Softmax') return 'softmax';
  if (className === 'ReLU') return config['max_value'] == null ? 'relu' : null;
  const name = config['activation'] ?? 'linear';
  return name === 'softmax' || name === 'relu' || name === 'linear' ? name : null;
}

function titleOf(layer: TopologyLayer | null): string {
  return layer === null ? 'nothing' : `${layer.name} (${layer.className})`;
}

/** The error for a head that is no Mien's. */
export const otherHead = (what: string): StudioError =>
  new StudioError({
    code: 'model/import-other-head',
    message: `A head of global average pooling, dense layers with ReLU and a dense softmax was expected; ${what}.`,
    hint: 'Begin with its weights under Model (headless: backbone.weights with its file): that takes the backbone, with a new head.',
  });
