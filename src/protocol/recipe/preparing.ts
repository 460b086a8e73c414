/** What a recipe has done to each picture of a set before it is kept: all that prepared pictures hang on. */
import type { Orientation, Recipe, ResizeMethod } from './recipe.ts';

/** What pictures become before they are kept and trained on. */
export interface Preparing {
  /** Side in pixels. */
  readonly size: number;
  readonly resize: ResizeMethod;
  readonly orientation: Orientation;
  /** They are cut to the largest face, with so much room on each side as a share of its longer one; null for whole ones. */
  readonly faceMargin: number | null;
}

/** What a recipe says of it. */
export function preparingOf({ size, resize, orientation, crop, cropMargin }: Recipe['image']): Preparing {
  return { size, resize, orientation, faceMargin: crop === 'face' ? cropMargin : null };
}
