/** Makes one run of several, which answer together: it is kept, compared and tried like any other. */
import { useState, type ReactElement } from 'react';
import { countOf } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import type { Requests } from '../../protocol/messages.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
import type { Weighing } from '../../protocol/runs/ensemble.ts';
import { pickedFor } from '../../store/queue/queue-host.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { CheckField, ChoiceField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';

export const WAYS: readonly (readonly [Weighing, string])[] = [
  ['mean', 'Mean of what they say'],
  ['fitted', 'Weights fitted on validation'],
];

type Made = Requests['makeEnsemble']['output'];

interface KeepTogetherProps {
  /** Two or more. */
  readonly runIds: readonly string[];
  /** Of one of them: what was picked for its set goes along. */
  readonly recipe: Recipe | null;
  /** What the button says. */
  readonly label?: string;
}

export function KeepTogether({
  runIds,
  recipe,
  label = 'Keep them as one run',
}: KeepTogetherProps): ReactElement {
  const studio = useStudio();
  const isBusy = useStudioState((state) => isActive(state.run));
  const [weighing, setWeighing] = useState<Weighing>('mean');
  const [flip, setFlip] = useState(false);
  const [state, setState] = useState<Made | 'asking' | WireError | null>(null);
  const keep = (): void => {
    setState('asking');
    const picked = recipe === null ? {} : pickedFor(studio.queue.host, recipe);
    void studio.runs
      .answerTogether({ runIds, weighing, flip, ...picked })
      .then(setState, (reason: unknown) => setState(asStudioError(reason).toWire()))
      // Their set may be open now in the place of the page's own.
      .finally(() => void studio.refresh(true));
  };
  return (
    <div className="keep-together" role="group" aria-label={label}>
      <ChoiceField
        label="They answer by"
        help="Weights are fitted on the validation pictures: those with the least loss there."
        value={weighing}
        choices={WAYS.map(([value, name]) => ({ value, label: name }))}
        onChoose={(value) => setWeighing(value === 'fitted' ? 'fitted' : 'mean')}
      />
      <CheckField
        label="Mirrored too"
        help="Each picture is asked about as it is and mirrored: their set is opened and each network asked anew."
        isChecked={flip}
        onCheck={setFlip}
      />
      <div className="actions">
        <button type="button" disabled={isBusy || state === 'asking'} onClick={keep}>
          {state === 'asking' ? 'Asking them' : label}
        </button>
        {isBusy && <p className="small">A run goes on: they can be asked when it has ended.</p>}
      </div>
      {state !== null && typeof state === 'object' && 'code' in state && (
        <Message error={state} kept="The runs are as they were." />
      )}
      {state !== null && typeof state === 'object' && 'runId' in state && (
        <p role="status">
          Kept: an ensemble of {countOf(runIds.length, 'network')}, in the list of kept runs with the others.
        </p>
      )}
      {state !== null && typeof state === 'object' && 'trouble' in state && state.trouble !== null && (
        <Message error={state.trouble} />
      )}
    </div>
  );
}
