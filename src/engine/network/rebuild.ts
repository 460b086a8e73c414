/** Puts a network that a run left together again, from the values that are kept of it. */
import * as tf from '@tensorflow/tfjs';
import { buildBackbone } from '../../models/backbones/registry.ts';
import { Parameters } from '../../models/program/parameters.ts';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { WeightsRecord } from '../../protocol/model.ts';
import { tensorsOf, type NamedArrays } from '../checkpoints/checkpoint.ts';
import type { KeptNetwork } from '../kept/kept-network.ts';
import { buildNetwork, joined } from './network.ts';

/**
 * Builds it; the caller disposes it.
 *
 * @throws StudioError `model/weights-changed` when the weights that it began with cannot be had again, `net/…`
 */
export async function rebuildNetwork(
  { result, labels, flavour, weights, frozen }: KeptNetwork,
  platform: Platform,
): Promise<tf.LayersModel> {
  const { recipe } = result;
  if (frozen !== null) {
    const { model: base } = buildBackbone(recipe.backbone, recipe.image.size, flavour ?? undefined);
    return filled(joined(base, recipe, labels.length), { ...frozen, ...weights });
  }
  const network = await buildNetwork(recipe, labels.length, platform, {});
  if (network.weights.sha256 === result.weights.sha256) return filled(network.model, weights);
  network.model.dispose();
  throw weightsChanged(result.weights);
}

/** Writes trained values into a network; disposes it where they do not fit. */
function filled(model: tf.LayersModel, weights: NamedArrays): tf.LayersModel {
  const parameters = new Parameters(model);
  const values = tensorsOf(weights);
  try {
    parameters.restore(values);
    parameters.writeTo(model);
    return model;
  } catch (error) {
    tf.dispose([...values.values()]);
    model.dispose();
    throw error;
  } finally {
    parameters.dispose();
  }
}

function weightsChanged({ origin }: WeightsRecord): StudioError {
  return new StudioError({
    code: 'model/weights-changed',
    message: `The network was to be put together with the weights that it began with (${origin}); what is there now is something else.`,
    hint: 'They were changed where they come from. Where you have the file that the run began with, open it and train again.',
  });
}
