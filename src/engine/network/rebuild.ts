/** Puts a network that a run left together again, from the values that are kept of it. */
import * as tf from '@tensorflow/tfjs';
import { buildBackbone } from '../../models/backbones/registry.ts';
import { variablesOf } from '../../models/weights/fill-model.ts';
import type { Platform } from '../../platform/platform.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { WeightsRecord } from '../../protocol/model.ts';
import type { NamedArrays } from '../checkpoints/checkpoint.ts';
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

/**
 * Writes trained values into a network, one after the other, so that it is on the device once; disposes it where they do
 * not fit.
 */
function filled(model: tf.LayersModel, weights: NamedArrays): tf.LayersModel {
  const variables = new Map(
    variablesOf(model).map(({ layer, weight, variable }) => [`${layer}/${weight}`, variable]),
  );
  try {
    for (const [name, { shape, values }] of Object.entries(weights)) {
      const variable = variables.get(name);
      invariant(variable !== undefined, `there is no weight ${name}`);
      tf.tidy(() => {
        variable.write(tf.tensor(values, [...shape], 'float32'));
      });
    }
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function weightsChanged({ origin }: WeightsRecord): StudioError {
  return new StudioError({
    code: 'model/weights-changed',
    message: `The network was to be put together with the weights that it began with (${origin}); what is there now is something else.`,
    hint: 'They were changed where they come from. Where you have the file that the run began with, open it and train again.',
  });
}
