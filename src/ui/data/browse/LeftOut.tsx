/** Rows that cleaning left out: how many of each kind, which, and what was found instead of a picture or a label. */
import type { ReactElement } from 'react';
import { countOf, formatCount } from '../../../lib/format.ts';
import type { Findings, LeftOutRow } from '../../../protocol/dataset.ts';
import type { ReportProps } from './report-props.ts';
import { ThumbStrip } from './ThumbStrip.tsx';

interface LeftOutProps extends ReportProps {
  readonly findings: Findings;
}

const kinds = [
  { why: 'withoutPicture', words: 'without a picture' },
  { why: 'withoutLabel', words: 'without a label' },
  { why: 'oddLabel', words: 'with a label unlike the others' },
  { why: 'undecodable', words: 'with a picture that cannot be read' },
] as const;

/** As many rows of a kind are listed. */
const SHOWN = 100;

export function LeftOut({ dataset, thumbnails, findings, onOpen }: LeftOutProps): ReactElement {
  const { cleaning } = dataset;
  const asideOf = (kind: LeftOutRow['why']): number[] =>
    findings.aside.flatMap(({ why }, index) => (why === kind ? [dataset.labelOfRow.length + index] : []));
  return (
    <section>
      <h3>Left out in cleaning</h3>
      {kinds.every(({ why }) => cleaning[why] === 0) && (
        <p className="small">Nothing: every row has a label and a picture that can be read.</p>
      )}
      {kinds.map(({ why, words }) => {
        if (cleaning[why] === 0) return null;
        const rows = findings.leftOut.filter((row) => row.why === why);
        const aside = asideOf(why);
        return (
          <div key={why} className="browse-left-out">
            <h4>
              {countOf(cleaning[why], 'row')} {words}
            </h4>
            {aside.length > 0 && (
              <ThumbStrip {...{ dataset, thumbnails }} rows={aside} onOpen={(row) => onOpen(row, aside)} />
            )}
            <RowList rows={rows} count={cleaning[why]} />
          </div>
        );
      })}
    </section>
  );
}

function RowList({
  rows,
  count,
}: {
  readonly rows: readonly LeftOutRow[];
  readonly count: number;
}): ReactElement {
  const shown = rows.slice(0, SHOWN);
  return (
    <details className="note">
      <summary>Which rows</summary>
      <ul className="browse-rows">
        {shown.map(({ sourceRow, path, detail }) => (
          <li key={sourceRow}>
            <b>Row {formatCount(sourceRow)}</b> {path !== '' && <code>{path}</code>} {detail}
          </li>
        ))}
        {count > shown.length && <li>and {formatCount(count - shown.length)} more</li>}
      </ul>
    </details>
  );
}
