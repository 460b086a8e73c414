/** Small pictures of the open set, for a wall of them. */
import { useState } from 'react';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import type { Thumbnails } from '../../../store/set/pictures.ts';
import { useStudio } from '../../studio-context.ts';
import { CELL } from './wall-geometry.ts';

/** Another set has other pictures under the same numbers, so that it gets its own. */
export function useThumbnails({ picturesKey }: Pick<DatasetSummary, 'picturesKey'>): Thumbnails {
  const studio = useStudio();
  const make = (): { picturesKey: string; thumbnails: Thumbnails } => ({
    picturesKey,
    thumbnails: studio.pictures.thumbnails(Math.round(CELL.picture * devicePixelRatio)),
  });
  const [made, setMade] = useState(make);
  if (made.picturesKey === picturesKey) return made.thumbnails;
  const anew = make();
  setMade(anew);
  return anew.thumbnails;
}
