/**
 * Gradient descent, plain, with momentum, or with Nesterov's.
 *
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013; keras.optimizers.SGD
 */
import { pythonCall } from '../../lib/python.ts';
import { flagOption, numberOption } from '../../protocol/recipe/options.ts';
import { runUpdate, type OptimizerKind } from './update-rule.ts';

export const sgd: OptimizerKind = {
  entry: {
    name: 'sgd',
    label: 'SGD',
    help: 'Steps straight down the gradient; wants a learning rate some ten times larger than Adam’s.',
    options: [
      {
        kind: 'number',
        name: 'momentum',
        label: 'Momentum',
        help: 'How much of the last step is taken along into the next, as a ball rolls on; 0 is none.',
        default: 0.9,
        min: 0,
        max: 0.9999,
        step: 0.01,
      },
      {
        kind: 'boolean',
        name: 'nesterov',
        label: 'Nesterov’s momentum',
        help: 'Looks at the gradient where the momentum will have led.',
        default: false,
      },
    ],
  },
  create(options) {
    const momentum = numberOption(options, 'momentum');
    const nesterov = flagOption(options, 'nesterov');
    const slots = momentum === 0 ? [] : ['momenta'];
    return {
      slots,
      update: (batch, rate) => runUpdate('MienSgd', batch, slots, { rate, momentum, nesterov }),
    };
  },
  keras: ({ momentum, nesterov }) => pythonCall('SGD', [], { momentum, nesterov }),
};
