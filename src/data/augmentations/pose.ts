/**
 * Looks at the picture a little from the side: each corner is read from a place up to this fraction of the side away,
 * which shears, stretches and tilts it (small affine and perspective changes).
 *
 * @see Keras `RandomPerspective`, which moves corners by a fraction of their own coordinates instead
 */
import { numberOption } from '../../protocol/recipe/options.ts';
import type { Augmentation } from './augmentation.ts';
import { fromCorners, type Point } from './projective.ts';

export const pose: Augmentation = {
  entry: {
    name: 'pose',
    label: 'Pose',
    help: 'Tilts and shears each picture as if seen a little from the side.',
    options: [
      {
        kind: 'number',
        name: 'pose',
        label: 'Pose',
        help: 'How far each corner may move, as a fraction of the side.',
        default: 0,
        min: 0,
        // Beyond a quarter, three corners could come to lie on one line.
        max: 0.25,
        step: 0.01,
      },
    ],
  },
  draw(options, random, size) {
    const most = numberOption(options, 'pose');
    if (most === 0) return null;
    const end = size - 1;
    const corners: Point[] = [
      [0, 0],
      [end, 0],
      [0, end],
      [end, end],
    ];
    const moved = corners.map(([x, y]): Point => [
      x + random.uniform(-most, most) * end,
      y + random.uniform(-most, most) * end,
    ]);
    return { map: fromCorners(corners, moved), caption: 'pose' };
  },
  keras: null,
};
