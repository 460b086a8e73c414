/** The trained network as files, in every format of the catalog; before the end, only which there will be. */
import type { ReactElement } from 'react';
import type { ExporterEntry } from '../../protocol/catalog.ts';
import { useStudio, useStudioState } from '../studio-context.ts';
import { Icon } from '../widgets/Icon.tsx';
import { Message } from '../widgets/Message.tsx';
import { saveFile } from '../widgets/save-file.ts';

const none: readonly ExporterEntry[] = [];

export function TakeHome({ isReady }: { readonly isReady: boolean }): ReactElement {
  const studio = useStudio();
  const exporters = useStudioState((state) => state.catalog?.exporters ?? none);
  const exporting = useStudioState((state) => state.exporting);
  const error = useStudioState((state) => state.exportError);
  const take = async (name: string): Promise<void> => {
    const file = await studio.takeHome(name);
    if (file !== null) saveFile(file);
  };
  return (
    <section id="take-home" aria-labelledby="take-home-heading">
      <h3 id="take-home-heading">{isReady ? 'Take home' : 'To take home afterwards'}</h3>
      <ul className="files">
        {exporters.map((entry) => (
          <li key={entry.name}>
            <div>
              {entry.label} <code className="dim">.{entry.extension}</code>
              <p className="small">{entry.help}</p>
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
      {error !== null && <Message error={error} kept="The trained network is still here." />}
    </section>
  );
}
