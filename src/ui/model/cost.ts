/** What training costs at a cut, counted from the layer list: parameters that train, work in multiply-adds, memory. */
import type { LayerSummary, ModelSummary } from '../../protocol/model.ts';

/** What training costs with the last `unfreeze` layers of the backbone open. */
export interface StepCost {
  /** Multiply-adds of the frozen part, for one picture: done once for each view, not in every epoch. */
  readonly frozen: number;
  /** Multiply-adds of one step: what is behind the cut output forward, and backward from the head to the cut. */
  readonly step: number;
  /** Bytes that a step works in, weights and optimizer included; an estimate. */
  readonly memoryBytes: number;
  /** Bytes that the cut output of one picture takes. */
  readonly outputBytes: number;
}

const BYTES_PER_NUMBER = 4;

/** The network's own weights, and those that training works on. */
const COPIES = 2;

/** Adam's two moments and the gradient itself. */
const NUMBERS_PER_TRAINED = 3;

/** Counts at a cut. */
export function stepCost(model: ModelSummary, unfreeze: number, batchSize: number): StepCost {
  const { layers } = model;
  const cut = model.cuts[unfreeze];
  const first = layers.length - unfreeze;
  const outputIndex = layers.findIndex(({ name }) => name === cut?.cutOutput.layer);
  // The head's own cut output, the pooled features, is behind every layer of the backbone.
  const behindOutput = outputIndex === -1 ? layers.length : outputIndex + 1;
  const tail = layers.slice(behindOutput);
  const open = layers.slice(first).filter(({ multiplyAdds }) => multiplyAdds > 0);
  const head = model.headParameters;
  const forward = sum(tail, ({ multiplyAdds }) => multiplyAdds) + head;
  // Each product is needed twice on the way back, for the weights and for the map before; but nothing lies before
  // the first layer that trains.
  const backward = 2 * sum(open, ({ multiplyAdds }) => multiplyAdds) - (open[0]?.multiplyAdds ?? 0);
  const backwardHead = open.length > 0 ? 2 * head : head;
  const output = sizeOf(cut?.cutOutput.shape ?? []);
  const maps = output + sum(tail.filter(isMade), ({ shape }) => sizeOf(shape));
  const mapsBack = sum(open.filter(isMade), ({ shape }) => sizeOf(shape));
  const parameters = head + sum(layers, (layer) => layer.parameters);
  const trained = head + sum(layers.slice(first), (layer) => layer.trainableParameters);
  return {
    frozen: sum(layers.slice(0, behindOutput), ({ multiplyAdds }) => multiplyAdds),
    step: batchSize * (forward + backward + backwardHead),
    memoryBytes:
      BYTES_PER_NUMBER *
      (batchSize * (maps + mapsBack) + COPIES * parameters + NUMBERS_PER_TRAINED * trained),
    outputBytes: BYTES_PER_NUMBER * output,
  };
}

/** Whether a layer makes a map of its own; the others are worked into the one before, or only look at it. */
function isMade({ className }: LayerSummary): boolean {
  return !NOTHING_MADE.has(className);
}

const NOTHING_MADE = new Set(['InputLayer', 'Dropout', 'Reshape', 'Rescaling', 'Normalization', 'Identity']);

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

function sum(layers: readonly LayerSummary[], value: (layer: LayerSummary) => number): number {
  return layers.reduce((total, layer) => total + value(layer), 0);
}

/** Parameters that train and all there are, head included. */
export interface ParameterCount {
  readonly trains: number;
  readonly all: number;
}

/** Counts at a cut that leaves the last `unfreeze` layers of the backbone open. */
export function countParameters(model: ModelSummary, unfreeze: number): ParameterCount {
  const first = Math.max(0, model.layers.length - unfreeze);
  let trains = model.headParameters;
  let all = model.headParameters;
  model.layers.forEach((layer, index) => {
    all += layer.parameters;
    if (index >= first) trains += layer.trainableParameters;
  });
  return { trains, all };
}
