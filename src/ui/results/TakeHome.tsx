/** Trained networks as files: that of the run on the page in every format of the catalog, and those that earlier runs left. */
import { type ReactElement, useState } from 'react';
import { runLabel } from '../../charts/runs.tsx';
import { formatBytes, formatMoment, formatPercent } from '../../lib/format.ts';
import type { ExporterEntry } from '../../protocol/catalog.ts';
import type { FinishedRun } from '../../protocol/events.ts';
import { isActive } from '../../store/state.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Icon } from '../widgets/Icon.tsx';
import { Message } from '../widgets/Message.tsx';
import { countParameters } from '../model/cost.ts';
import { saveBlob } from '../widgets/save-file.ts';
import { TryButton } from './TryButton.tsx';

const none: readonly ExporterEntry[] = [];

/** @param runId of the finished run; null while there is none */
export function TakeHome({ runId }: { readonly runId: string | null }): ReactElement {
  const studio = useStudio();
  const exporters = useStudioState((state) => state.catalog?.exporters ?? none);
  const exporting = useStudioState((state) => state.exporting);
  const failure = useStudioState((state) => state.exportFailure);
  const parameters = useStudioState(({ model }) =>
    model.value === null ? 0 : countParameters(model.value, 0).all,
  );
  const [notes, setNotes] = useState<readonly string[]>([]);
  const isReady = runId !== null;
  const take = async (name: string): Promise<void> => {
    const file = runId === null ? null : await studio.runs.takeHome(name, runId);
    if (file === null) return;
    saveBlob(file.fileName, file.blob);
    setNotes(file.notes ?? []);
  };
  return (
    <section id="take-home" aria-labelledby="take-home-heading">
      <h3 id="take-home-heading">{isReady ? 'Take home' : 'To take home afterwards'}</h3>
      <ul className="files">
        {exporters.map((entry) => (
          <li key={entry.name}>
            <div>
              {entry.label} <code className="dim">.{entry.extension}</code>
              <p className="small">
                {entry.help}
                {parameters > 0 &&
                  ` About ${formatBytes(parameters * entry.bytesPerParameter + entry.bytesBeside)}.`}
              </p>
              <p className="small">
                <code>{entry.opensWith}</code>
              </p>
            </div>
            {isReady && (
              <button type="button" disabled={exporting !== null} onClick={() => void take(entry.name)}>
                <Icon name="download" />
                {exporting?.runId === runId && exporting.format === entry.name ? 'Writing' : 'Download'}
                <span className="visually-hidden"> {entry.label}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {notes.map((note) => (
        <p key={note} className="small" role="status">
          {note}
        </p>
      ))}
      {failure !== null && failure.runId === runId && (
        <Message error={failure.error} kept="The trained network is still here." />
      )}
    </section>
  );
}

/** More are behind a click. */
const SHOWN = 3;

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
  const labelOf = (each: string): string => backbones?.find((entry) => entry.name === each)?.label ?? each;
  const name = runLabel(run.recipe, labelOf, run.phases);
  return (
    <li>
      <div>
        {name} <span className="dim">{run.accuracy === null ? '' : formatPercent(run.accuracy)}</span>
        <p className="small">
          {run.stopped ? 'Stopped' : 'Finished'} on {formatMoment(run.finishedAtMs)},{' '}
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
              if (file !== null) saveBlob(file.fileName, file.blob);
            }}
          />
          <TryButton run={run} isDisabled={active}>
            Try it<span className="visually-hidden"> {name}</span>
          </TryButton>
          <button type="button" className="quiet" onClick={() => void studio.runs.forget(run)}>
            Delete<span className="visually-hidden"> {name}</span>
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
