/** A trained network as values: what its run changed, and what it left as it was. */
import type * as tf from '@tensorflow/tfjs';
import type { Flavour, Preprocessing } from '../../models/backbones/backbone.ts';
import { Parameters } from '../../models/program/parameters.ts';
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
}

/**
 * Reads a trained network's values off its device.
 *
 * @param changed names of the weights that the run changed
 */
export async function keptNetwork(
  { model, preprocessing, flavour }: Network,
  result: RunResult,
  labels: readonly string[],
  changed: ReadonlySet<string>,
): Promise<KeptNetwork> {
  const all = await weightsOf(model);
  const of = (isChanged: boolean): NamedArrays =>
    Object.fromEntries(Object.entries(all).filter(([name]) => changed.has(name) === isChanged));
  return { result, labels, preprocessing, flavour, weights: of(true), frozen: of(false) };
}

async function weightsOf(model: tf.LayersModel): Promise<NamedArrays> {
  const parameters = new Parameters(model);
  try {
    return await arraysOf(new Map(parameters.names.map((name) => [name, parameters.get(name)])));
  } finally {
    parameters.dispose();
  }
}
