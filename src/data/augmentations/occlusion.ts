/**
 * Paints a rectangle of random place, size and colour over some pictures, as hands, hair and masks hide faces. Its
 * sides are drawn as Keras draws them; its one colour is where Keras by default puts noise.
 *
 * @see Zhong et al., "Random erasing data augmentation", 2017; Keras `RandomErasing`
 */
import { numberOption } from '../../protocol/recipe/options.ts';
import type { KeyedRandom } from '../../lib/random.ts';
import type { Augmentation } from './augmentation.ts';

/** Keras' default `scale`: bounds of the squares of the sides' fractions. */
const SCALE = [0.02, 0.33] as const;

export const occlusion: Augmentation = {
  entry: {
    name: 'occlusion',
    label: 'Occlusion',
    help: 'Paints a rectangle over some of the pictures (random erasing).',
    options: [
      {
        kind: 'number',
        name: 'occlusion',
        label: 'Occlusion',
        help: 'The part of the pictures that get a rectangle painted over.',
        default: 0,
        min: 0,
        max: 1,
        step: 0.05,
      },
    ],
  },
  draw(options, random, size) {
    if (!random.bernoulli(numberOption(options, 'occlusion'))) return null;
    const [left, right] = drawSpan(random, size);
    const [top, bottom] = drawSpan(random, size);
    const level = (): number => random.uniform(0, 255);
    return {
      patch: { left, top, right, bottom, colour: [level(), level(), level()] },
      caption: 'occluded',
    };
  },
  keras: null,
};

function drawSpan(random: KeyedRandom, size: number): [start: number, end: number] {
  const length = Math.sqrt(random.uniform(...SCALE)) * size;
  const start = random.uniform(0, 1) * (size - length);
  return [start, start + length];
}
