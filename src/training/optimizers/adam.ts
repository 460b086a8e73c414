/**
 * Adam, and AdamW: the same with weight decay decoupled from the gradient.
 *
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2014; keras.optimizers.Adam, AdamW
 * @see Loshchilov and Hutter, "Decoupled weight decay regularization", 2017
 */
import { pythonCall } from '../../lib/python.ts';
import type { OptionSpec } from '../../protocol/catalog.ts';
import { numberOption, type Options } from '../../protocol/recipe/options.ts';
import { runUpdate, type OptimizerKind, type UpdateRule } from './update-rule.ts';

const SLOTS = ['m', 'v'] as const;

/** Keras' defaults. */
const COMMON: readonly OptionSpec[] = [
  {
    kind: 'number',
    name: 'beta1',
    label: 'Memory of the direction',
    help: 'How much of the mean gradient is kept from step to step (beta 1).',
    default: 0.9,
    min: 0,
    max: 0.9999,
    step: 0.01,
  },
  {
    kind: 'number',
    name: 'beta2',
    label: 'Memory of the size',
    help: 'How much of the mean squared gradient is kept from step to step (beta 2).',
    default: 0.999,
    min: 0,
    max: 0.99999,
    step: 0.001,
  },
  {
    kind: 'number',
    name: 'epsilon',
    label: 'Epsilon',
    help: 'Added to the divisor, so that weights with tiny gradients do not leap.',
    default: 1e-7,
    min: 1e-12,
    max: 1,
    step: 1e-7,
  },
];

const WEIGHT_DECAY: OptionSpec = {
  kind: 'number',
  name: 'weightDecay',
  label: 'Weight decay',
  help: 'The part of each weight, times the learning rate, that every step takes away.',
  default: 0.004,
  min: 0,
  max: 1,
  step: 0.001,
};

function adamRule(options: Options, weightDecay: number): UpdateRule {
  const beta1 = numberOption(options, 'beta1');
  const beta2 = numberOption(options, 'beta2');
  const epsilon = numberOption(options, 'epsilon');
  return {
    slots: SLOTS,
    update(batch, learningRate, step) {
      const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
      const decay = weightDecay * learningRate;
      return runUpdate('MienAdam', batch, SLOTS, { rate, beta1, beta2, epsilon, decay });
    },
  };
}

/** As Keras calls them. */
const moments = ({ beta1, beta2, epsilon }: Options): Readonly<Record<string, unknown>> => ({
  beta_1: beta1,
  beta_2: beta2,
  epsilon,
});

export const adam: OptimizerKind = {
  entry: {
    name: 'adam',
    label: 'Adam',
    help: 'Gives each weight a step of its own, by how steady its gradient is; the paper trains with it.',
    options: COMMON,
  },
  create: (options) => adamRule(options, 0),
  keras: (options) => pythonCall('Adam', [], moments(options)),
};

export const adamw: OptimizerKind = {
  entry: {
    name: 'adamw',
    label: 'AdamW',
    help: 'Adam that also pulls every weight towards zero a little, against learning by heart.',
    options: [...COMMON, WEIGHT_DECAY],
  },
  create: (options) => adamRule(options, numberOption(options, 'weightDecay')),
  keras: (options) => pythonCall('AdamW', [], { weight_decay: options['weightDecay'], ...moments(options) }),
};
