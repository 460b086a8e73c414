/** The trained network as files, in every format of the catalog; before the end, only which there will be. */
import { useState, type ReactElement } from 'react';
import { formatBytes } from '../../lib/format.ts';
import type { ExporterEntry } from '../../protocol/catalog.ts';
import { countParameters } from '../model/parameters.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Icon } from '../widgets/Icon.tsx';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from './save-file.ts';

const none: readonly ExporterEntry[] = [];

export function TakeHome({ isReady }: { readonly isReady: boolean }): ReactElement {
  const studio = useStudio();
  const exporters = useStudioState((state) => state.catalog?.exporters ?? none);
  const exporting = useStudioState((state) => state.exporting);
  const error = useStudioState((state) => state.exportError);
  const parameters = useStudioState(({ model }) =>
    model.value === null ? 0 : countParameters(model.value, 0).all,
  );
  const [notes, setNotes] = useState<readonly string[]>([]);
  const take = async (name: string): Promise<void> => {
    const file = await studio.takeHome(name);
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
                {parameters > 0 && ` About ${formatBytes(parameters * entry.bytesPerParameter)}.`}
              </p>
              <p className="small">
                <code>{entry.opensWith}</code>
              </p>
            </div>
            {isReady && (
              <button type="button" disabled={exporting !== null} onClick={() => void take(entry.name)}>
                <Icon name="download" />
                {exporting === entry.name ? 'Writing' : 'Download'}
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
      {error !== null && <Message error={error} kept="The trained network is still here." />}
    </section>
  );
}
