/** A trained network on the device, as exporters take it. */
import type * as tf from '@tensorflow/tfjs';
import type { TrainedNetwork } from '../../exporters/exporter.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { KeptNetwork } from '../kept/kept-network.ts';

/** Owns its model. */
export interface Trained extends Pick<KeptNetwork, 'result' | 'labels' | 'preprocessing'> {
  readonly model: tf.LayersModel;
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
  const { model, preprocessing, result, labels } = trained;
  const { weights, recipe, history, test, sureness, versions, kept } = result;
  return { model, labels, preprocessing, weights, recipe, history, test, sureness, versions, kept };
}
