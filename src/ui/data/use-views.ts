/** Asks the worker for augmented views of a picture whenever augmentation, picture or size change. */
import { useEffect, useRef } from 'react';
import type { DatasetSummary, RgbaViews } from '../../protocol/dataset.ts';
import { viewsKey } from '../../protocol/identity.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { useStudio } from '../studio-context.ts';
import { useStateOf } from '../use-state-of.ts';

/** The first `count` views of a row; null until they have come. */
export function useViews(
  recipe: Recipe,
  dataset: DatasetSummary,
  row: number,
  count: number,
): RgbaViews | null {
  const studio = useStudio();
  const [made, setMade] = useStateOf<RgbaViews | null>(dataset, null);
  const latest = useRef(recipe);
  useEffect(() => {
    latest.current = recipe;
  });
  const key = viewsKey(recipe);
  useEffect(() => {
    let isCurrent = true;
    studio.pictures.views(latest.current, row, count).then(
      (views) => {
        if (isCurrent) setMade(views);
      },
      // The preview is a help, not the run: where it cannot be made, its places stay blank.
      (_reason: unknown) => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [studio, dataset, row, count, key, setMade]);
  return made;
}
