/** Lowers the rate when the validation loss no longer falls. @see keras.callbacks.ReduceLROnPlateau */
import { python, pythonCall } from '../../lib/python.ts';
import { numberOption } from '../../protocol/recipe/options.ts';
import { invariant } from '../../protocol/errors.ts';
import type { ScheduleKind } from './schedule.ts';

/** Keras' `min_delta`: by how much a loss must be lower to count. */
const LEAST_GAIN = 1e-4;

export const plateau: ScheduleKind = {
  entry: {
    name: 'plateau',
    label: 'On a plateau',
    help: 'Lowers the rate whenever the validation loss stands still.',
    goesByValidation: true,
    options: [
      {
        kind: 'number',
        name: 'factor',
        label: 'Factor',
        help: 'What the rate is multiplied by.',
        default: 0.1,
        min: 0.001,
        max: 0.999,
        step: 0.1,
      },
      {
        kind: 'number',
        name: 'patience',
        label: 'Patience',
        help: 'Epochs without gain before that; fewer than early stopping waits.',
        default: 3,
        min: 1,
        max: 10_000,
        step: 1,
      },
      {
        kind: 'number',
        name: 'lowest',
        label: 'Lowest rate',
        help: 'It goes no lower.',
        default: 0,
        min: 0,
        max: 10,
        step: 0.0001,
      },
    ],
  },
  create(options, { learningRate }) {
    const factor = numberOption(options, 'factor');
    const patience = numberOption(options, 'patience');
    const lowest = numberOption(options, 'lowest');
    return {
      // No best yet: JSON knows no infinity.
      start: { rate: learningRate, waited: 0 },
      rateOf: (_step, { rate = learningRate }) => rate,
      afterEpoch({ rate = learningRate, waited = 0, best }, valLoss) {
        invariant(valLoss !== null, 'a recipe whose schedule goes by validation keeps pictures for it');
        if (best === undefined || valLoss + LEAST_GAIN < best) return { rate, waited: 0, best: valLoss };
        if (waited + 1 < patience || rate <= lowest) return { rate, waited: waited + 1, best };
        return { rate: Math.max(rate * factor, lowest), waited: 0, best };
      },
    };
  },
  keras({ factor, patience, lowest }, { learningRate }) {
    const { name, given } = pythonCall('ReduceLROnPlateau', ['val_loss'], {
      factor,
      patience,
      min_lr: lowest,
    });
    return { rate: python(learningRate), callback: `keras.callbacks.${name}(${given.join(', ')})` };
  },
};
