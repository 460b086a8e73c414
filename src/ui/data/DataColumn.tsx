/** The first clause: which pictures, how many of each class, how they are split, and what the network sees of them. */
import { useState, type ReactElement } from 'react';
import { useShownRecipe, useStudio, useStudioState } from '../studio-context.ts';
import { Column } from '../widgets/Column.tsx';
import { Later } from '../widgets/Later.tsx';
import { RunFailure } from '../training/RunFailure.tsx';
import { Message, Notices } from '../widgets/Message.tsx';
import { dataClause } from '../words/sentence.ts';
import { ClassBars } from './ClassBars.tsx';
import type { BrowseTab } from './browse/BrowseDialog.tsx';
import { Notice } from './Notice.tsx';
import { Opening } from './Opening.tsx';
import { PictureGrid } from './PictureGrid.tsx';
import { Source } from './Source.tsx';
import { Views } from './Views.tsx';

const loadBrowse = async () => (await import('./browse/BrowseDialog.tsx')).BrowseDialog;

export function DataColumn(): ReactElement {
  const studio = useStudio();
  const recipe = useShownRecipe();
  const { value, error, status } = useStudioState((state) => state.dataset);
  // While another source is being opened, what the last one held is not what the recipe says.
  const isOther = status === 'loading' && value?.source !== recipe?.dataset.source;
  const dataset = isOther ? null : value;
  const [browsing, setBrowsing] = useState<BrowseTab | null>(null);
  const opening = useStudioState((state) => state.opening);
  const notices = useStudioState((state) => state.notices);
  const linkError = useStudioState((state) => state.linkError);
  const clause = dataset === null ? 'Pictures in their classes,' : dataClause(dataset);
  return (
    <Column id="data" title="Data" clause={clause}>
      {linkError !== null && <Message error={linkError} kept="The recipe shown is the one you see here." />}
      {recipe !== null && <Source recipe={recipe} dataset={dataset} />}
      <RunFailure at="data" />
      {error !== null && dataset !== null && (
        <Message error={error} kept="The set before it is still open." />
      )}
      {error !== null && dataset === null && (
        <Message error={error}>
          <button type="button" onClick={() => void studio.refresh(true)}>
            Try again
          </button>
        </Message>
      )}
      {status === 'cancelled' && (
        <p className="row small">
          Not opened; what was downloaded is kept.
          <button type="button" onClick={() => void studio.refresh(true)}>
            Open
          </button>
        </p>
      )}
      <Notices notices={notices} />
      {status === 'loading' && (dataset === null || opening !== null) && <Opening progress={opening} />}
      {recipe !== null && dataset !== null && (
        <>
          <ClassBars dataset={dataset} onReport={() => setBrowsing('report')} />
          <PictureGrid dataset={dataset} size={recipe.image.size} onAll={() => setBrowsing('pictures')} />
          <Views recipe={recipe} dataset={dataset} />
          {browsing !== null && (
            <Later
              load={loadBrowse}
              props={{ recipe, dataset, at: browsing, onClose: () => setBrowsing(null) }}
            />
          )}
        </>
      )}
      {recipe !== null && <Notice source={recipe.dataset.source} />}
    </Column>
  );
}
