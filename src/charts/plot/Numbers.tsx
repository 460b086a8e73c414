/** The table of a chart whose drawing says enough for most: folded, and as wide and long as it needs to be. */
import type { ReactElement } from 'react';

interface NumbersProps {
  readonly caption: string;
  /** Of the columns; the first is that of the rows' own names. */
  readonly head: readonly string[];
  /** Each as long as the head. */
  readonly rows: readonly (readonly string[])[];
}

export function Numbers({ caption, head, rows }: NumbersProps): ReactElement {
  return (
    <details className="note">
      <summary>Numbers</summary>
      <div className="numbers" role="region" aria-label={caption} tabIndex={0}>
        <table className="epochs">
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {head.map((name, column) => (
                <th key={column} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells], row) => (
              <tr key={row}>
                <th scope="row">{name}</th>
                {cells.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
