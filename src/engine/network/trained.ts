/** The network that the last run of a session left, as exporters take it. */
import type { TrainedNetwork } from '../../exporters/exporter.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/events.ts';
import type { Network } from './network.ts';

/** Owns the network's model, until it is forgotten. */
export interface Trained {
  readonly network: Network;
  readonly result: RunResult;
  readonly labels: readonly string[];
}

/** @throws StudioError `export/nothing-trained` */
export function exportable(trained: Trained | null): TrainedNetwork {
  if (trained === null) {
    throw new StudioError({
      code: 'export/nothing-trained',
      message: 'There is no trained network to export.',
      hint: 'Train first; a stopped run counts once its first epoch has ended.',
    });
  }
  const { network, result, labels } = trained;
  const { model, preprocessing } = network;
  return {
    model,
    labels,
    preprocessing,
    weights: result.weights,
    recipe: result.recipe,
    test: result.test,
    versions: result.versions,
  };
}
