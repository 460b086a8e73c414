/**
 * The augmentations there are, in the order in which they are applied: one line each. README.md in this folder tells
 * how to add one.
 */
import type { Augmentation } from './augmentation.ts';
import { contrast } from './contrast.ts';
import { horizontalFlip } from './horizontal-flip.ts';
import { occlusion } from './occlusion.ts';
import { pose } from './pose.ts';
import { rotation } from './rotation.ts';
import { zoom } from './zoom.ts';

export const augmentations: readonly Augmentation[] = [
  horizontalFlip,
  rotation,
  zoom,
  pose,
  contrast,
  occlusion,
];
