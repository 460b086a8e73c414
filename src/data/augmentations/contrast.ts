/** Raises or lowers the contrast about each channel's mean. @see Keras `RandomContrast(fraction)` */
import { numberOption } from '../../protocol/recipe/options.ts';
import type { Augmentation } from './augmentation.ts';

export const contrast: Augmentation = {
  entry: {
    name: 'contrast',
    label: 'Contrast',
    help: 'Raises or lowers the contrast of each picture by up to this fraction.',
    options: [
      {
        kind: 'number',
        name: 'contrast',
        label: 'Contrast',
        help: 'Raises or lowers the contrast of each picture by up to this fraction.',
        default: 0,
        min: 0,
        max: 1,
        step: 0.05,
      },
    ],
  },
  draw(options, random) {
    const most = numberOption(options, 'contrast');
    if (most === 0) return null;
    const factor = random.uniform(1 - most, 1 + most);
    return { contrast: factor, caption: `contrast ${factor.toFixed(2)}` };
  },
  keras: (options) => ({
    name: 'RandomContrast',
    given: [`${numberOption(options, 'contrast')}`, 'value_range=(0, 255)'],
  }),
};
