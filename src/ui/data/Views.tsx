/** What augmentation makes of one picture, and the options that say how. */
import { useEffect, useRef, type ReactElement } from 'react';
import { countInWords } from '../../lib/format.ts';
import type { CatalogEntry } from '../../protocol/catalog.ts';
import type { DatasetSummary, RgbaViews } from '../../protocol/set/dataset.ts';
import { viewsKey } from '../../protocol/identity.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import { pictureAt } from '../../store/set/pictures.ts';
import { pictureRows } from '../../store/set/set-rows.ts';
import { isActive } from '../../store/state.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { OptionField } from '../widgets/OptionField.tsx';
import { paint, PictureCanvas } from './pictures.tsx';

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
  const made = useViews(recipe, dataset, row, shown);
  return (
    <div>
      <h3>{titleOf(views, shown)}</h3>
      <div className="pictures views">
        <figure>
          <PictureCanvas row={row} label="" />
          <figcaption>as it is</figcaption>
        </figure>
        <ViewFigures made={made} count={shown} />
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

interface ViewFiguresProps {
  /** Null until the views have come. */
  readonly made: RgbaViews | null;
  readonly count: number;
}

export function ViewFigures({ made, count }: ViewFiguresProps): ReactElement[] {
  return Array.from({ length: count }, (_, index) => (
    <figure key={index}>
      <View made={made} index={index} />
      <figcaption>{captionOf(made, index)}</figcaption>
    </figure>
  ));
}

function captionOf(made: RgbaViews | null, index: number): string {
  if (made === null) return '\u00a0';
  return made.captions[index] === '' ? 'unchanged' : (made.captions[index] ?? '\u00a0');
}

function View({ made, index }: { readonly made: RgbaViews | null; readonly index: number }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (made === null || canvas.current === null) return;
    const picture = pictureAt(made, index);
    if (picture !== null) paint(canvas.current, picture);
  }, [made, index]);
  return <canvas ref={canvas} className="picture" width={1} height={1} aria-hidden="true" />;
}

/** The first `count` views of a row; null until they have come. */
export function useViews(
  recipe: Recipe,
  { picturesKey }: DatasetSummary,
  row: number,
  count: number,
): RgbaViews | null {
  const studio = useStudio();
  const [made, setMade] = useStateOf<RgbaViews | null>(picturesKey, null);
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
  }, [studio, picturesKey, row, count, key, setMade]);
  return made;
}
