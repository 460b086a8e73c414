/** All that would be sent: every file with its size, the model card, and what must be known of them. */
import type { ReactElement } from 'react';
import { countOf, formatBytes } from '../../../lib/format.ts';
import type { PreparedUpload } from '../../../protocol/upload.ts';

export function Prepared({ prepared }: { readonly prepared: PreparedUpload }): ReactElement {
  const { files, card, notes } = prepared;
  return (
    <section aria-label="What would be sent" className="prepared">
      <details open>
        <summary>{countOf(files.length, 'file')}</summary>
        <div className="scrolled" tabIndex={0} role="region" aria-label="Files">
          <table>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Size</th>
              </tr>
            </thead>
            <tbody>
              {files.map(({ path, sizeBytes }) => (
                <tr key={path}>
                  <td>
                    <code>{path}</code>
                  </td>
                  <td>{formatBytes(sizeBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <details>
        <summary>The model card</summary>
        <pre className="scrolled" tabIndex={0}>
          {card}
        </pre>
      </details>
      {notes.map((note) => (
        <p key={note} className="small">
          {note}
        </p>
      ))}
    </section>
  );
}
