/** Turns pictures about their middle. @see Keras `RandomRotation(degrees / 360, fill_mode="reflect")` */
import { turnBy } from '../../lib/turn.ts';
import { numberOption } from '../../protocol/recipe/options.ts';
import type { Augmentation } from './augmentation.ts';
import { aboutMiddle } from './projective.ts';

export const rotation: Augmentation = {
  entry: {
    name: 'rotation',
    label: 'Rotation',
    help: 'Turns each picture by up to so many degrees either way.',
    options: [
      {
        kind: 'number',
        name: 'rotationDegrees',
        label: 'Rotation, degrees',
        help: 'Turns each picture by up to so many degrees either way.',
        default: 0,
        min: 0,
        max: 180,
        step: 1,
      },
    ],
  },
  draw(options, random, size) {
    const most = numberOption(options, 'rotationDegrees');
    if (most === 0) return null;
    const degrees = random.uniform(-most, most);
    const [cosine, sine] = turnBy(degrees);
    return {
      map: aboutMiddle(size, cosine, -sine, sine, cosine),
      caption: `${String(Math.round(degrees)).replace('-', '−')}°`,
    };
  },
  keras: (options) => ({
    name: 'RandomRotation',
    given: [`${numberOption(options, 'rotationDegrees')} / 360`, 'fill_mode="reflect"'],
  }),
};
