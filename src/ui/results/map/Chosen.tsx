/** The pictures that were chosen on the map: all of them as a wall, one of them large, each to be edited. */
import { useState, type ReactElement } from 'react';
import { countOf } from '../../../lib/format.ts';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import { PicturePage } from '../../data/browse/PicturePage.tsx';
import { PictureWall } from '../../data/browse/PictureWall.tsx';
import { useThumbnails } from '../../data/browse/use-thumbnails.ts';

interface ChosenProps {
  readonly recipe: Recipe;
  /** As it is edited now. */
  readonly dataset: DatasetSummary;
  readonly rows: readonly number[];
  readonly onBack: () => void;
}

export function Chosen({ recipe, dataset, rows, onBack }: ChosenProps): ReactElement {
  const thumbnails = useThumbnails(dataset);
  const [opened, setOpened] = useState<{ readonly rows: readonly number[]; readonly place: number } | null>(
    rows.length === 1 ? { rows, place: 0 } : null,
  );
  const [lastPlace, setLastPlace] = useState(0);
  const back = (): void => {
    if (rows.length === 1 || opened === null) {
      onBack();
      return;
    }
    setLastPlace(opened.rows === rows ? opened.place : 0);
    setOpened(null);
  };
  return (
    <div className="map-chosen">
      {opened === null ? (
        <>
          <div className="actions">
            <button type="button" onClick={back}>
              Back to the map
            </button>
            <p className="small" role="status">
              {countOf(rows.length, 'picture')} chosen
            </p>
          </div>
          <PictureWall
            {...{ dataset, thumbnails, rows }}
            startAt={lastPlace}
            onOpen={(place) => setOpened({ rows, place })}
          />
        </>
      ) : (
        <PicturePage
          {...{ recipe, dataset, thumbnails }}
          rows={opened.rows}
          place={opened.place}
          onPlace={(place) => setOpened({ ...opened, place })}
          onOpen={(row) => setOpened({ rows: [row], place: 0 })}
          onBack={back}
        />
      )}
    </div>
  );
}
