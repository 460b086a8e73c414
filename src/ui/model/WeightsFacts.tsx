/** The recipe's weights: where they come from, their size, whether they are here already, and their own classes. */
import type { ReactElement } from 'react';
import type { WeightsSummary } from '../../protocol/model.ts';
import { useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { labelsText, weightsSize } from '../words/weights.ts';

export function WeightsFacts({ weights }: { readonly weights: WeightsSummary | null }): ReactElement {
  const ofSet = useStudioState((state) => state.dataset.value?.labels ?? none);
  if (weights !== null && weights.problem !== null) return <Message error={weights.problem} />;
  return (
    <>
      <dl className="facts below-field">
        <div>
          <dt>Weights</dt>
          <dd>{weights === null ? '–' : weights.origin}</dd>
        </div>
        <div>
          <dt>Size</dt>
          <dd>{weights === null ? '–' : weightsSize(weights)}</dd>
        </div>
      </dl>
      {weights?.labels != null && <p className="small">{labelsText(weights.labels, ofSet)}</p>}
    </>
  );
}

const none: readonly string[] = [];
