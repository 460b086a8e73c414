/** The chosen run: what it is called and what is noted of it, and all that can be done with it. */
import { useState, type ReactElement } from 'react';
import { countOf, formatDuration, formatPercent } from '../../lib/format.ts';
import type { BackboneEntry, ExporterEntry } from '../../protocol/catalog.ts';
import type { WireError } from '../../protocol/errors.ts';
import { trainingOn } from '../../protocol/recipe/fields.ts';
import type { KeptRun } from '../../protocol/runs/kept.ts';
import { isActive } from '../../store/state.ts';
import { sizeText } from '../results/size-text.ts';
import { TryButton } from '../results/TryButton.tsx';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';
import { TextSetting } from '../widgets/TextSetting.tsx';
import { endedText, nameOf } from './run-words.ts';
import { Members } from './Members.tsx';
import { TestOnSet } from './TestOnSet.tsx';
import { SaveReport, SaveRunsWithPictures } from './SaveRuns.tsx';

interface OneRunProps {
  readonly run: KeptRun;
  /** Leaves the list: the run is shown in the studio. */
  readonly onClose: () => void;
}

const none: readonly BackboneEntry[] = [];

export function OneRun({ run, onClose }: OneRunProps): ReactElement {
  const studio = useStudio();
  const backbones = useStudioState((state) => state.catalog?.backbones ?? none);
  const active = useStudioState((state) => isActive(state.run));
  const failure = useStudioState((state) => state.exportFailure);
  const { runId, test, seconds } = run;
  const change = studio.runs.change.bind(studio.runs);
  const [refused, setRefused] = useState<WireError | null>(null);
  const trainOn = (): void => {
    const error = studio.edit((before) => trainingOn(before, runId, run.recipe));
    setRefused(error);
    if (error === null) onClose();
  };
  const open = async (): Promise<void> => {
    if (await studio.reopen(run)) onClose();
  };
  return (
    <section className="kept-one" aria-label="The chosen run">
      <p className="clause">{nameOf(run, backbones)}</p>
      <p>
        {test === null ? (
          'It was not tested.'
        ) : (
          <>
            Right on <b>{formatPercent(test.accuracy)}</b> of{' '}
            {test.pictures === null ? 'its test pictures' : countOf(test.pictures, 'test picture')}
            {test.interval !== null &&
              `, 95 % interval ${(test.interval[0] * 100).toFixed(1)}–${(test.interval[1] * 100).toFixed(1)}`}
            .
          </>
        )}
      </p>
      <p className="small">
        {endedText(run)}
        {seconds !== null && `, took ${formatDuration(seconds)}`}.{' '}
        {countOf(run.labels.length, 'class', 'classes')}.{run.computed !== undefined && ` ${run.computed}.`}
      </p>
      {run.ensemble !== undefined && <Members ensemble={run.ensemble} />}
      <TextSetting
        label="Name"
        help="What it is called in this list; empty for what tells it apart."
        value={run.name}
        placeholder={nameOf({ ...run, name: '' }, backbones)}
        isReadOnly={false}
        isNumeric={false}
        onCommit={(name) => {
          void change({ runId, do: 'rename', name });
          return null;
        }}
      />
      <TextSetting
        label="Note"
        help="For yourself: what you tried, and what came of it."
        value={run.note}
        isReadOnly={false}
        isNumeric={false}
        onCommit={(note) => {
          void change({ runId, do: 'note', note });
          return null;
        }}
      />
      {failure?.runId === runId && <Message error={failure.error} kept="The run is still here." />}
      {refused !== null && <Message error={refused} kept="The recipe is as it was." />}
      {active && <p className="small">A run goes on: this one opens when that has ended or is stopped.</p>}
      <div className="actions">
        <button type="button" className="go" disabled={active} onClick={() => void open()}>
          Open in the studio
        </button>
        <TryButton run={run} isDisabled={active}>
          Try it
        </TryButton>
        {run.ensemble === undefined && (
          <button type="button" disabled={active} onClick={trainOn}>
            Train on from it
          </button>
        )}
        <SaveReport runId={runId} />
        <button type="button" className="quiet" onClick={() => void change({ runId, do: 'delete' })}>
          Delete
        </button>
      </div>
      <SaveRunsWithPictures run={run} />
      <TestOnSet run={run} isDisabled={active} />
      {run.ensemble === undefined && <TakeNetwork run={run} isDisabled={active} />}
    </section>
  );
}

const noFormats: readonly ExporterEntry[] = [];

/** The choice of a format, and the button. */
function TakeNetwork({
  run,
  isDisabled,
}: {
  readonly run: KeptRun;
  readonly isDisabled: boolean;
}): ReactElement {
  const studio = useStudio();
  const exporters = useStudioState((state) => state.catalog?.exporters ?? noFormats);
  const exporting = useStudioState((state) => state.exporting);
  const [chosen, setChosen] = useState<string | null>(null);
  const [notes, setNotes] = useState<readonly string[]>([]);
  const entry = exporters.find(({ name }) => name === chosen) ?? exporters[0];
  const format = entry?.name ?? '';
  const take = async (): Promise<void> => {
    const file = await studio.runs.takeHome(format, run.runId);
    if (file === null) return;
    saveBlob(file.fileName, file.blob);
    setNotes(file.notes ?? []);
  };
  return (
    <div>
      <div className="actions">
        <label>
          <span className="visually-hidden">Format</span>
          <select value={format} onChange={(event) => setChosen(event.target.value)}>
            {exporters.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={isDisabled || exporting !== null} onClick={() => void take()}>
          {exporting?.runId === run.runId ? 'Writing' : 'Take the network home'}
        </button>
      </div>
      {entry !== undefined && run.parameters !== null && (
        <p className="small">{sizeText(entry, run.parameters)}</p>
      )}
      {notes.map((note) => (
        <p key={note} className="small" role="status">
          {note}
        </p>
      ))}
    </div>
  );
}
