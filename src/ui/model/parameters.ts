/** How many parameters train at a cut, counted from the layer list. */
import type { ModelSummary } from '../../protocol/model.ts';

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
