/** Tests a kept run's network on the open set, and says how it did: in a sentence, and class by class. */
import { useState, type ReactElement } from 'react';
import { countOf, formatPercent } from '../../lib/format.ts';
import { asStudioError, type WireError } from '../../protocol/errors.ts';
import { otherSetNotes, type KeptRun, type OtherSetResult } from '../../protocol/runs/kept.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';

interface TestOnSetProps {
  readonly run: KeptRun;
  readonly isDisabled: boolean;
}

export function TestOnSet({ run, isDisabled }: TestOnSetProps): ReactElement {
  const { runs } = useStudio();
  const isOpen = useStudioState((state) => state.dataset.value !== null);
  const [isAsking, setIsAsking] = useState(false);
  const [result, setResult] = useState<OtherSetResult | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const test = async (): Promise<void> => {
    setIsAsking(true);
    setError(null);
    setResult(null);
    try {
      setResult(await runs.testOnSet(run.runId));
    } catch (reason) {
      setError(asStudioError(reason).toWire());
    } finally {
      setIsAsking(false);
    }
  };
  return (
    <div>
      <div className="actions">
        <button type="button" disabled={isDisabled || isAsking || !isOpen} onClick={() => void test()}>
          {isAsking ? 'Asking about its pictures' : 'Test it on the open set'}
        </button>
      </div>
      {error !== null && <Message error={error} kept="The run is as it was." />}
      {result !== null && <Outcome result={result} />}
    </div>
  );
}

function Outcome({ result }: { readonly result: OtherSetResult }): ReactElement {
  const { evaluation, ...said } = result;
  const { accuracy, interval, rows, perClass } = evaluation;
  return (
    <div role="status">
      <p>
        On the open set it is right on <b>{formatPercent(accuracy)}</b> of {countOf(rows.length, 'picture')},
        95 % interval {(interval[0] * 100).toFixed(1)}–{(interval[1] * 100).toFixed(1)}.
      </p>
      {otherSetNotes(said).map((note) => (
        <p key={note} className="small">
          {note}
        </p>
      ))}
      <table className="costs">
        <caption className="visually-hidden">How it does on the open set, by class</caption>
        <thead>
          <tr>
            <td />
            {['Precision', 'Recall', 'Pictures'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {perClass
            .filter(({ support }) => support > 0)
            .map(({ label, precision, recall, support }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{formatPercent(precision, 0)}</td>
                <td>{formatPercent(recall, 0)}</td>
                <td>{support}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
