/** What augmentation makes of one picture, and the options that say how. */
import { useEffect, useRef, useState, type CSSProperties, type ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import type { CatalogEntry } from '../../protocol/catalog.ts';
import type { DatasetSummary, ViewSheet } from '../../protocol/dataset.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { picturesOf } from '../../store/pictures.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { pictureRows } from './choose-rows.ts';
import { paint, PictureCanvas } from './PictureCanvas.tsx';

/** The picture as it is, then this many views. */
const SHOWN = 3;
const none: readonly CatalogEntry[] = [];

interface ViewsProps {
  readonly recipe: Recipe;
  readonly dataset: DatasetSummary;
}

/** See the header. */
export function Views({ recipe, dataset }: ViewsProps): ReactElement {
  const row = pictureRows(dataset, 1)[0] ?? 0;
  const sheet = useViews(recipe, dataset, row);
  const { views } = recipe.augmentation;
  const shown = views === 'fresh' ? SHOWN : Math.min(SHOWN, views);
  return (
    <div>
      <h3>{titleOf(views, shown)}</h3>
      <div className="pictures views" style={{ '--columns': shown + 1 } as CSSProperties}>
        <figure>
          <PictureCanvas row={row} label="" />
          <figcaption>as it is</figcaption>
        </figure>
        {Array.from({ length: shown }, (_, index) => (
          <figure key={index}>
            <View sheet={sheet} index={index} />
            <figcaption>{sheet?.captions[index] ?? '\u00a0'}</figcaption>
          </figure>
        ))}
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

/** Asks for the views whenever augmentation, picture or size change. */
function useViews(recipe: Recipe, dataset: DatasetSummary, row: number): ViewSheet | null {
  const studio = useStudio();
  const [sheet, setSheet] = useState<ViewSheet | null>(null);
  const latest = useRef(recipe);
  useEffect(() => {
    latest.current = recipe;
  });
  const key = JSON.stringify([recipe.augmentation, recipe.image, recipe.seed]);
  useEffect(() => {
    let isCurrent = true;
    studio.views(latest.current, row, SHOWN).then(
      (views) => {
        if (isCurrent) setSheet(views);
      },
      // The preview is a help, not the run: where it cannot be made, its places stay blank.
      (_reason: unknown) => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [studio, dataset, row, key]);
  return sheet;
}

function View({ sheet, index }: { readonly sheet: ViewSheet | null; readonly index: number }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (sheet === null || canvas.current === null) return;
    const bytes = sheet.size * sheet.size * 4;
    const one = { ...sheet, rows: [0], rgba: sheet.rgba.slice(index * bytes, (index + 1) * bytes) };
    const picture = one.rgba.length === bytes ? picturesOf(one).get(0) : undefined;
    if (picture !== undefined) paint(canvas.current, picture);
  }, [sheet, index]);
  return <canvas ref={canvas} className="picture" width={1} height={1} aria-hidden="true" />;
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
          .flatMap((entry) => entry.options)
          .map((spec) => (
            <OptionField
              key={spec.name}
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
