/** Mirrors every other picture. @see Keras `RandomFlip("horizontal")` */
import { pythonCall } from '../../lib/python.ts';
import { flagOption } from '../../protocol/recipe/options.ts';
import type { Augmentation } from './augmentation.ts';

export const horizontalFlip: Augmentation = {
  entry: {
    name: 'horizontalFlip',
    label: 'Mirror',
    help: 'Shows every other picture left to right.',
    options: [
      {
        kind: 'boolean',
        name: 'horizontalFlip',
        label: 'Mirror',
        help: 'Shows every other picture left to right.',
        default: false,
      },
    ],
  },
  draw(options, random, size) {
    if (!flagOption(options, 'horizontalFlip') || !random.bernoulli(0.5)) return null;
    return { map: [-1, 0, size - 1, 0, 1, 0, 0, 0, 1], caption: 'flip' };
  },
  keras: () => pythonCall('RandomFlip', ['horizontal']),
};
