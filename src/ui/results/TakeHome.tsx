/** The trained network of the run on the page as files, in every format of the catalog. */
import { type ReactElement, useState } from 'react';
import type { ExporterEntry } from '../../protocol/catalog.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Later } from '../widgets/Dialog.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { Message } from '../widgets/Message.tsx';
import { countParameters } from '../model/cost.ts';
import type { StudioState } from '../../store/state.ts';
import { sizeText } from './size-text.ts';
import { saveBlob } from '../widgets/save-file.ts';

const none: readonly ExporterEntry[] = [];

const loadPublish = async () => (await import('./publish/PublishDialog.tsx')).PublishDialog;

/** @param runId of the finished run; null while there is none */
export function TakeHome({ runId }: { readonly runId: string | null }): ReactElement {
  const studio = useStudio();
  const exporters = useStudioState((state) => state.catalog?.exporters ?? none);
  const exporting = useStudioState((state) => state.exporting);
  const failure = useStudioState((state) => state.exportFailure);
  const parameters = useStudioState((state) => parametersOf(state, runId));
  const [notes, setNotes] = useState<readonly string[]>([]);
  const [isPublishing, setIsPublishing] = useState(false);
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
                {parameters !== null && ` ${sizeText(entry, parameters)}`}
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
      {isReady && (
        <button type="button" onClick={() => setIsPublishing(true)}>
          Publish it
          <span className="visually-hidden"> on the Hugging Face Hub</span> …
        </button>
      )}
      {isPublishing && runId !== null && (
        <Later load={loadPublish} props={{ runId, onClose: () => setIsPublishing(false) }} />
      )}
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

/** Of the run's own network, whatever recipe is open now; before there is one, of the network that is to be trained. */
function parametersOf({ kept, model }: StudioState, runId: string | null): number | null {
  if (runId !== null) return kept.find((run) => run.runId === runId)?.parameters ?? null;
  return model.value === null ? null : countParameters(model.value, 0).all;
}
