/** A trained network on the device, as exporters take it. */
import type * as tf from '@tensorflow/tfjs';
import type { Dataset } from '../../data/dataset.ts';
import type { TrainedNetwork } from '../../exporters/exporter.ts';
import { StudioError } from '../../protocol/errors.ts';
import { computedSentence } from '../../protocol/runs/computed.ts';
import type { KeptNetwork } from '../kept/kept-network.ts';

/** Owns its model. */
export interface Trained extends Pick<KeptNetwork, 'result' | 'labels' | 'preprocessing'> {
  readonly model: tf.LayersModel;
}

/** As many pictures tell between what values lie; more change little. */
const CALIBRATED_ON = 100;

/**
 * @param open the set that is open, if any: where it is the one that the network was trained on, files may be calibrated by it
 * @throws StudioError `export/nothing-trained`
 */
export function exportable(trained: Trained | null, open: Dataset | null): TrainedNetwork {
  if (trained === null) {
    throw new StudioError({
      code: 'export/nothing-trained',
      message: 'There is no trained network to export.',
      hint: 'Train first; a stopped run counts once its first epoch has ended.',
    });
  }
  const { model, preprocessing, result, labels } = trained;
  const { weights, recipe, history, test, sureness, versions, kept } = result;
  const isItsSet = open !== null && open.summary.setHash === result.setHash;
  const calibration = isItsSet
    ? { pictures: open.pictures, rows: Array.from(open.summary.split.train.subarray(0, CALIBRATED_ON)) }
    : null;
  const rest = { weights, recipe, history, test, sureness, versions, kept, calibration };
  return {
    model,
    labels,
    preprocessing,
    ...rest,
    ...(history.length > 0 && { computed: computedSentence(result) }),
  };
}
