/** What augmentation makes of one picture, and the options that say how. */
import type { ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import type { CatalogEntry } from '../../protocol/catalog.ts';
import type { DatasetSummary } from '../../protocol/dataset.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { pictureRows } from './choose-rows.ts';
import { PictureCanvas } from './PictureCanvas.tsx';
import { useViews } from './use-views.ts';
import { ViewFigures } from './ViewFigures.tsx';

/** The picture as it is, then this many views. */
const SHOWN = 3;
const none: readonly CatalogEntry[] = [];

interface ViewsProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
}

export function Views({ recipe, dataset }: ViewsProps): ReactElement {
  const row = pictureRows(dataset, 1)[0] ?? 0;
  const { views } = recipe.augmentation;
  const shown = views === 'fresh' ? SHOWN : Math.min(SHOWN, views);
  const sheet = useViews(recipe, dataset, row, shown);
  return (
    <div>
      <h3>{titleOf(views, shown)}</h3>
      <div className="pictures views">
        <figure>
          <PictureCanvas row={row} label="" />
          <figcaption>as it is</figcaption>
        </figure>
        <ViewFigures sheet={sheet} count={shown} />
      </div>
      <ViewOptions recipe={recipe} />
    </div>
  );
}

function titleOf(views: Recipe['augmentation']['views'], shown: number): string {
  if (views === 'fresh') return 'One picture, altered anew each epoch';
  if (views === 1) return 'One picture and its one view';
  return shown === views
    ? `One picture and its ${countInWords(views)} views`
    : `One picture, ${countInWords(shown)} of its ${views} views`;
}

function ViewOptions({ recipe }: { readonly recipe: Recipe }): ReactElement {
  const studio = useStudio();
  const entries = useStudioState((state) => state.catalog?.augmentations ?? none);
  const active = useStudioState((state) => isActive(state.run));
  return (
    <details className="note">
      <summary>How views are made</summary>
      <div className="backbone-options">
        {entries
          .flatMap((entry) => entry.options.map((spec) => ({ spec, key: `${entry.name}.${spec.name}` })))
          .map(({ spec, key }) => (
            <OptionField
              key={key}
              spec={spec}
              value={recipe.augmentation[spec.name]}
              isReadOnly={active}
              onChange={(value) =>
                studio.edit((before) => ({
                  ...before,
                  augmentation: { ...before.augmentation, [spec.name]: value },
                }))?.message ?? null
              }
            />
          ))}
      </div>
    </details>
  );
}
