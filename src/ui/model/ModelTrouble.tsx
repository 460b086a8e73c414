/** Why the recipe's network cannot be described, beside what is to be mended: the network, the set, or a setting. */
import type { ReactElement } from 'react';
import { placeOfError, type Place } from '../../store/troubles/places.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { OtherWeights } from './OtherWeights.tsx';

/** Nothing where there is no such error, or it stands elsewhere. */
export function ModelTrouble({ at }: { readonly at: Place }): ReactElement | null {
  const studio = useStudio();
  const error = useStudioState((state) => state.model.error);
  if (error === null || placeOfError(error, 'weights') !== at) return null;
  return (
    <Message error={error}>
      {at === 'model' && <OtherWeights />}
      <button type="button" onClick={() => void studio.refresh()}>
        Try again
      </button>
    </Message>
  );
}
