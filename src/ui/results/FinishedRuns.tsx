/** The networks that runs left and that are kept, also those of earlier visits: each can be taken home, or forgotten. */
import { useState, type ReactElement } from 'react';
import { formatBytes, formatPercent } from '../../lib/format.ts';
import type { FinishedRun } from '../../protocol/events.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { runLabel } from './RunsTable.tsx';
import { saveFile } from './save-file.ts';

/** More are behind a click. */
const SHOWN = 3;

const when = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
});

/** Nothing where there is none beside the run that is on the page. */
export function FinishedRuns({ except }: { readonly except: string | null }): ReactElement | null {
  const finished = useStudioState((state) => state.finished);
  const others = finished.filter(({ runId }) => runId !== except);
  if (others.length === 0) return null;
  const [shown, more] = [others.slice(0, SHOWN), others.slice(SHOWN)];
  return (
    <section aria-labelledby="finished-heading">
      <h3 id="finished-heading">Trained networks on this machine</h3>
      <Lines runs={shown} />
      {more.length > 0 && (
        <details>
          <summary className="small">{more.length} more</summary>
          <Lines runs={more} />
        </details>
      )}
    </section>
  );
}

function Lines({ runs }: { readonly runs: readonly FinishedRun[] }): ReactElement {
  return (
    <ul className="files">
      {runs.map((run) => (
        <Line key={run.runId} run={run} />
      ))}
    </ul>
  );
}

function Line({ run }: { readonly run: FinishedRun }): ReactElement {
  const studio = useStudio();
  const backbones = useStudioState((state) => state.catalog?.backbones);
  const exporting = useStudioState((state) => state.exporting);
  const failure = useStudioState((state) => state.exportFailure);
  const active = useStudioState((state) => isActive(state.run));
  const name = runLabel(run.recipe, (each) => backbones?.find((entry) => entry.name === each)?.label ?? each);
  return (
    <li>
      <div>
        {name} <span className="dim">{run.accuracy === null ? '' : formatPercent(run.accuracy)}</span>
        <p className="small">
          {run.stopped ? 'Stopped' : 'Finished'} on {when.format(run.finishedAtMs)},{' '}
          {formatBytes(run.sizeBytes)}
          {run.isStored ? '' : '. There was no room to store it: it goes with this tab.'}
        </p>
        {failure?.runId === run.runId && <Message error={failure.error} />}
        <div className="actions">
          <Format
            isDisabled={active || exporting !== null}
            of={name}
            onTake={async (format) => {
              const file = await studio.runs.takeHome(format, run.runId);
              if (file !== null) saveFile(file);
            }}
          />
          <button type="button" className="quiet" onClick={() => void studio.runs.forget(run)}>
            Forget<span className="visually-hidden"> {name}</span>
          </button>
        </div>
      </div>
    </li>
  );
}

interface FormatProps {
  readonly of: string;
  readonly isDisabled: boolean;
  readonly onTake: (format: string) => Promise<void>;
}

/** One button, and the choice of a format where there are several. */
function Format({ of, isDisabled, onTake }: FormatProps): ReactElement {
  const exporters = useStudioState((state) => state.catalog?.exporters);
  const [chosen, setChosen] = useState<string | null>(null);
  const format = chosen ?? exporters?.[0]?.name ?? '';
  return (
    <>
      {exporters !== undefined && exporters.length > 1 && (
        <label>
          <span className="visually-hidden">Format of {of}</span>
          <select value={format} onChange={(event) => setChosen(event.target.value)}>
            {exporters.map((entry) => (
              <option key={entry.name} value={entry.name}>
                {entry.label}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" disabled={isDisabled} onClick={() => void onTake(format)}>
        Take home<span className="visually-hidden"> {of}</span>
      </button>
    </>
  );
}
