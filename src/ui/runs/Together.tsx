/** How the compared runs do together, by the mean of what they say and by weights fitted on validation; kept as one run if wanted. */
import { useState, type ReactElement } from 'react';
import { countOf, formatPercent } from '../../lib/format.ts';
import { asStudioError, StudioError, type WireError } from '../../protocol/errors.ts';
import type { Requests } from '../../protocol/messages.ts';
import { pickedFor } from '../../store/queue/queue-host.ts';
import type { Weighing } from '../../protocol/runs/ensemble.ts';
import type { ComparedRun } from '../../store/compare.ts';
import { isActive } from '../../store/state.ts';
import { togetherOf, type Together as Figures } from '../../store/together.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { CheckField, ChoiceField } from '../widgets/fields.tsx';
import { Message } from '../widgets/Message.tsx';

const WAYS: readonly (readonly [Weighing, string])[] = [
  ['mean', 'Mean of what they say'],
  ['fitted', 'Weights fitted on validation'],
];

export function Together({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement | null {
  const ways = WAYS.map(([weighing, name]) => ({ name, ...figuresOf(runs, weighing) }));
  const [first] = ways;
  if (first?.why !== null && first?.why !== undefined)
    return <p className="small">They cannot answer together: {first.why}</p>;
  if (ways.every(({ figures }) => figures === null)) return null;
  return (
    <>
      <FiguresTable {...{ ways, runs }} />
      <KeepTogether runs={runs} />
    </>
  );
}

interface FiguresTableProps {
  readonly ways: readonly {
    readonly name: string;
    readonly figures: Figures | null;
    readonly why: string | null;
  }[];
  readonly runs: readonly ComparedRun[];
}

function FiguresTable({ ways, runs }: FiguresTableProps): ReactElement {
  return (
    <table className="compare-table">
      <caption className="small">Together, on the same test pictures</caption>
      <thead>
        <tr>
          <td />
          {['Right', '95 %', 'Weights', 'Better than the best alone'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ways.map(({ name, figures, why }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {figures === null ? (
              <td colSpan={4}>{why ?? 'no validation figures'}</td>
            ) : (
              cellsOf(figures, runs)
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Made = Requests['makeEnsemble']['output'];

/** Makes one run of them, which is kept, compared and tried like any other. */
function KeepTogether({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement {
  const studio = useStudio();
  const isBusy = useStudioState((state) => isActive(state.run));
  const [weighing, setWeighing] = useState<Weighing>('mean');
  const [flip, setFlip] = useState(false);
  const [state, setState] = useState<Made | 'asking' | WireError | null>(null);
  const runIds = runs.map(({ record }) => record.result.runId);
  const keep = (): void => {
    setState('asking');
    const [first] = runs;
    const picked = first === undefined ? {} : pickedFor(studio.queue.host, first.record.result.recipe);
    void studio.runs
      .answerTogether({ runIds, weighing, flip, ...picked })
      .then(setState, (reason: unknown) => setState(asStudioError(reason).toWire()))
      // Their set may be open now in the place of the page's own.
      .finally(() => void studio.refresh(true));
  };
  return (
    <div role="group" aria-label="Keep them as one run">
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
          {state === 'asking' ? 'Asking them' : 'Keep them as one run'}
        </button>
        {isBusy && <p className="small">A run goes on: they can be asked when it has ended.</p>}
      </div>
      {state !== null && typeof state === 'object' && 'code' in state && (
        <Message error={state} kept="The runs are as they were." />
      )}
      {state !== null && typeof state === 'object' && 'runId' in state && (
        <p role="status">
          Kept: an ensemble of {countOf(runs.length, 'network')}, in the list with the others.
        </p>
      )}
      {state !== null && typeof state === 'object' && 'trouble' in state && state.trouble !== null && (
        <Message error={state.trouble} />
      )}
    </div>
  );
}

function figuresOf(
  runs: readonly ComparedRun[],
  weighing: Weighing,
): { readonly figures: Figures | null; readonly why: string | null } {
  try {
    const records = runs.map(({ record }) => record);
    return { figures: togetherOf(records, weighing), why: null };
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    // That they saw other pictures is said above.
    if (error.code === 'data/ensemble-other-set') return { figures: null, why: null };
    return { figures: null, why: inLetters(error.message, runs) };
  }
}

/** As the table calls them. */
const inLetters = (text: string, runs: readonly ComparedRun[]): string =>
  runs.reduce((rest, { letter, record }) => rest.replaceAll(`run ${record.result.runId}`, letter), text);

function cellsOf(
  { accuracy, interval, weights, againstBest }: Figures,
  runs: readonly ComparedRun[],
): ReactElement {
  const { onlyFirst, onlySecond, p } = againstBest;
  const gained = onlyFirst - onlySecond;
  const chance = p < 0.05 ? 'more than chance' : 'may be chance';
  return (
    <>
      <td>{formatPercent(accuracy)}</td>
      <td>
        {(interval[0] * 100).toFixed(1)}–{(interval[1] * 100).toFixed(1)}
      </td>
      <td>{runs.map(({ letter }, index) => `${letter} ${(weights[index] ?? 0).toFixed(2)}`).join(', ')}</td>
      <td>
        {gained > 0 ? `by ${gained.toString()}` : gained < 0 ? `worse by ${(-gained).toString()}` : 'as good'}
        {gained !== 0 && `, ${chance}`}
      </td>
    </>
  );
}
