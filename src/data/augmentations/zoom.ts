/** Zooms in or out, both axes alike. @see Keras `RandomZoom(fraction, fill_mode="reflect")` */
import { pythonCall } from '../../lib/python.ts';
import { numberOption } from '../../protocol/recipe/options.ts';
import type { Augmentation } from './augmentation.ts';
import { aboutMiddle } from './projective.ts';

export const zoom: Augmentation = {
  entry: {
    name: 'zoom',
    label: 'Zoom',
    help: 'Zooms each picture in or out by up to this fraction.',
    options: [
      {
        kind: 'number',
        name: 'zoom',
        label: 'Zoom',
        help: 'Zooms each picture in or out by up to this fraction.',
        default: 0,
        min: 0,
        max: 0.9,
        step: 0.05,
      },
    ],
  },
  draw(options, random, size) {
    const most = numberOption(options, 'zoom');
    if (most === 0) return null;
    // As in Keras, below one reads a smaller part of the picture and so zooms in.
    const factor = random.uniform(1 - most, 1 + most);
    return { map: aboutMiddle(size, factor, 0, 0, factor), caption: `zoom ${(1 / factor).toFixed(2)}` };
  },
  keras: (options) => pythonCall('RandomZoom', [numberOption(options, 'zoom')], { fill_mode: 'reflect' }),
};
