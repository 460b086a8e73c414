/** A trained network as values: what its run changed, and what it left as it was. */
import type * as tf from '@tensorflow/tfjs';
import type { Flavour, Preprocessing } from '../../models/backbones/backbone.ts';
import { Parameters } from '../../models/program/parameters.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/events.ts';
import { arraysOf, type NamedArrays } from '../checkpoints/checkpoint.ts';
import type { Network } from '../network/network.ts';

export interface KeptNetwork {
  readonly result: RunResult;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** What the backbone is built with beside its recipe. */
  readonly flavour: Flavour | null;
  /** What the run changed. */
  readonly weights: NamedArrays;
  /** All other weights; null where they have to come from where the run had them, as an earlier version kept runs. */
  readonly frozen: NamedArrays | null;
  /** Those that are others in the network of `result.other`; null where there is none. */
  readonly other: NamedArrays | null;
}

/**
 * Reads a trained network's values off its device.
 *
 * @param changed names of the weights that the run changed
 * @param other their values in the network that can be taken in its place
 */
export async function keptNetwork(
  { model, preprocessing, flavour }: Network,
  result: RunResult,
  labels: readonly string[],
  changed: ReadonlySet<string>,
  other: NamedArrays | null,
): Promise<KeptNetwork> {
  const all = await weightsOf(model);
  const of = (isChanged: boolean): NamedArrays =>
    Object.fromEntries(Object.entries(all).filter(([name]) => changed.has(name) === isChanged));
  return { result, labels, preprocessing, flavour, weights: of(true), frozen: of(false), other };
}

/**
 * The same run with the network of its other phase in its place, chosen after the test was seen; that of before is then
 * the other.
 *
 * @throws StudioError `export/no-other-phase`
 */
export function withOtherPhase(network: KeptNetwork): KeptNetwork {
  const { result, weights, other } = network;
  const { kept, test, sureness } = result;
  if (result.other === null || other === null || kept === null) throw noOtherPhase();
  const { phaseIndex } = result.other;
  return {
    ...network,
    result: {
      ...result,
      test: result.other.test,
      sureness: result.other.sureness,
      kept: { phaseIndex, why: kept.why === 'chosen' ? 'last' : 'chosen' },
      other: { phaseIndex: kept.phaseIndex, test, sureness },
    },
    weights: { ...weights, ...other },
    other: Object.fromEntries(Object.entries(weights).filter(([name]) => name in other)),
  };
}

function noOtherPhase(): StudioError {
  return new StudioError({
    code: 'export/no-other-phase',
    message: 'The network of another phase was to be taken; the run has kept none.',
    hint: 'A run keeps one where an earlier phase was better on the validation pictures.',
  });
}

async function weightsOf(model: tf.LayersModel): Promise<NamedArrays> {
  const parameters = new Parameters(model);
  try {
    return await arraysOf(new Map(parameters.names.map((name) => [name, parameters.get(name)])));
  } finally {
    parameters.dispose();
  }
}
