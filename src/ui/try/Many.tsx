/** Many pictures at once: asked about one after another, as a table that can be sorted and saved. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { csvLine } from '../../lib/csv.ts';
import { countOf, formatCount, formatPercent } from '../../lib/format.ts';
import { asStudioError, StudioError, type WireError } from '../../protocol/errors.ts';
import type { TriedNetwork } from '../../protocol/try.ts';
import { useStudio } from '../studio-context.ts';
import { Icon } from '../widgets/Icon.tsx';
import { Message } from '../widgets/Message.tsx';
import { saveBlob } from '../widgets/save-file.ts';
import type { Opened, OpenedFile } from './opened-files.ts';
import { ranked, type Threshold } from './words.ts';

/** Lines that are drawn; the saved table has all. */
const MOST_LINES = 500;

/** A picture that was asked about. */
export interface Line {
  readonly opened: OpenedFile;
  /** Null where it could not be read. */
  readonly probabilities: Float32Array | null;
  readonly problem: string;
}

/** The answers so far, for as long as the pictures are the same. */
export interface Many {
  readonly lines: readonly Line[];
  readonly isAsking: boolean;
  readonly error: WireError | null;
  readonly stop: () => void;
}

export function useMany(runId: string, opened: Opened | null, findsFaces: boolean): Many {
  const studio = useStudio();
  const [state, setState] = useState<{
    readonly of: Opened | null;
    readonly lines: readonly Line[];
    readonly isAsking: boolean;
    readonly error: WireError | null;
  }>({ of: null, lines: [], isAsking: false, error: null });
  const ending = useRef<AbortController | null>(null);
  useEffect(() => {
    if (opened === null) return;
    const controller = new AbortController();
    const lines: Line[] = [];
    const tell = (isAsking: boolean, error: WireError | null = null): void =>
      setState({ of: opened, lines: [...lines], isAsking, error });
    const goThrough = async (): Promise<void> => {
      let toldMs = 0;
      for (const one of opened.pictures) {
        if (controller.signal.aborted) break;
        const picture = { kind: 'file', file: one.file } as const;
        const asked = { runId, picture, wantsMaps: false, ...(findsFaces && { face: 0 }) };
        const said = await studio.tries.predict(asked).result.then(
          ({ probabilities }) => ({ probabilities, problem: '' }),
          (reason: unknown) => {
            if (!(reason instanceof StudioError) || !reason.code.startsWith('data/')) throw reason;
            return { probabilities: null, problem: reason.message };
          },
        );
        lines.push({ opened: one, ...said });
        if (performance.now() - toldMs < 100) continue;
        toldMs = performance.now();
        tell(true);
      }
      tell(false);
    };
    ending.current = controller;
    goThrough().catch((reason: unknown) => tell(false, asStudioError(reason).toWire()));
    return () => controller.abort();
  }, [studio, runId, opened, findsFaces]);
  const isCurrent = state.of === opened;
  return {
    lines: isCurrent ? state.lines : [],
    isAsking: isCurrent ? state.isAsking : opened !== null,
    error: isCurrent ? state.error : null,
    stop: () => ending.current?.abort(),
  };
}

type Column = 'name' | 'says' | 'sure';

interface ManyTableProps {
  readonly network: TriedNetwork;
  readonly opened: Opened;
  readonly many: Many;
  readonly threshold: Threshold | null;
  readonly onOpen: (opened: OpenedFile) => void;
}

export function ManyTable({ network, opened, many, threshold, onOpen }: ManyTableProps): ReactElement {
  const [sort, setSort] = useState<{ readonly by: Column; readonly isDown: boolean } | null>(null);
  const { lines, isAsking, error, stop } = many;
  const { labels } = network;
  const shown = sort === null ? lines : sorted(lines, labels, sort);
  const unread = lines.filter(({ probabilities }) => probabilities === null).length;
  const save = (): void =>
    saveBlob('predictions.csv', new Blob([tableOf(lines, labels)], { type: 'text/csv' }));
  const heads: readonly (readonly [Column, string])[] = [
    ['name', 'Picture'],
    ['says', 'It says'],
    ['sure', 'Sure'],
  ];
  return (
    <div className="try-many">
      <h3 className="small">Says</h3>
      <p className="clause">{oftenest(lines, labels)}</p>
      <div className="actions">
        <button type="button" disabled={lines.length === 0} onClick={save}>
          <Icon name="download" />
          Table, .csv
        </button>
        <button type="button" onClick={() => setSort({ by: 'sure', isDown: false })}>
          Unsure ones first
        </button>
        {isAsking && (
          <button type="button" onClick={stop}>
            Stop
          </button>
        )}
      </div>
      {isAsking && (
        <progress aria-label="Pictures asked about" value={lines.length} max={opened.pictures.length} />
      )}
      <p className="small" role="status">
        {`${formatCount(lines.length)} of ${countOf(opened.pictures.length, 'picture')} asked about`}
        {unread > 0 && `, ${formatCount(unread)} could not be read`}
        {opened.others > 0 && `; ${countOf(opened.others, 'other file')} left out, which are no pictures`}.
      </p>
      {error !== null && <Message error={error} />}
      <div
        className="try-table"
        tabIndex={0}
        role="region"
        aria-label="What the network says of each picture"
      >
        <table>
          <thead>
            <tr>
              {heads.map(([by, label]) => (
                <th
                  key={by}
                  scope="col"
                  aria-sort={sort?.by !== by ? 'none' : sort.isDown ? 'descending' : 'ascending'}
                >
                  <button
                    type="button"
                    className="link"
                    onClick={() => setSort({ by, isDown: sort?.by === by && !sort.isDown })}
                  >
                    {label}
                    {sort?.by === by && <span aria-hidden="true">{sort.isDown ? ' ↓' : ' ↑'}</span>}
                  </button>
                </th>
              ))}
              <th scope="col">Next</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, MOST_LINES).map((line) => (
              <TableLine key={line.opened.name} {...{ line, labels, threshold, onOpen }} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > MOST_LINES && (
        <p className="small">
          And {formatCount(shown.length - MOST_LINES)} more, all of them in the table’s file.
        </p>
      )}
    </div>
  );
}

interface TableLineProps extends Pick<ManyTableProps, 'threshold' | 'onOpen'> {
  readonly line: Line;
  readonly labels: readonly string[];
}

function TableLine({ line, labels, threshold, onOpen }: TableLineProps): ReactElement {
  const { opened, probabilities, problem } = line;
  const [first = 0, second = -1] = ranked(probabilities ?? []);
  const sure = probabilities?.[first] ?? 0;
  return (
    <tr>
      <th scope="row">
        <button type="button" className="link" title={opened.name} onClick={() => onOpen(opened)}>
          {opened.name}
        </button>
      </th>
      {probabilities === null ? (
        <td colSpan={3} className="bad">
          {problem}
        </td>
      ) : (
        <>
          <td>{sure < (threshold?.at ?? 0) ? <em>unsure: {labels[first]}</em> : labels[first]}</td>
          <td>{formatPercent(sure, 0)}</td>
          <td>
            {labels[second]} {formatPercent(probabilities[second] ?? 0, 0)}
          </td>
        </>
      )}
    </tr>
  );
}

/** The class that is said of most pictures. */
function oftenest(lines: readonly Line[], labels: readonly string[]): string {
  const counts = labels.map(() => 0);
  for (const { probabilities } of lines) {
    const [first] = ranked(probabilities ?? []);
    if (first !== undefined) counts[first] = (counts[first] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  if (most === 0) return 'and looks at one after another.';
  const label = labels[counts.indexOf(most)] ?? '';
  return `it says ${label} for ${formatCount(most)} of ${formatCount(lines.length)}.`;
}

const sureOf = ({ probabilities }: Line): number =>
  probabilities === null ? -1 : Math.max(...probabilities);

const saysOf = ({ probabilities }: Line, labels: readonly string[]): string =>
  probabilities === null ? '' : (labels[ranked(probabilities)[0] ?? 0] ?? '');

function sorted(
  lines: readonly Line[],
  labels: readonly string[],
  { by, isDown }: { readonly by: Column; readonly isDown: boolean },
): Line[] {
  const compare = (a: Line, b: Line): number => {
    if (by === 'sure') return sureOf(a) - sureOf(b);
    if (by === 'says') return saysOf(a, labels).localeCompare(saysOf(b, labels), 'en');
    return a.opened.name.localeCompare(b.opened.name, 'en', { numeric: true });
  };
  return lines.toSorted((a, b) => (isDown ? compare(b, a) : compare(a, b)));
}

/** The same columns as those of `npm run predict`. */
function tableOf(lines: readonly Line[], labels: readonly string[]): string {
  const head = csvLine(['file', ...labels, 'predicted', 'confidence', 'problem']);
  return (
    head +
    lines
      .map((line) => {
        const { opened, probabilities, problem } = line;
        const cells = probabilities === null ? labels.map(() => '') : [...probabilities];
        const sure = probabilities === null ? '' : sureOf(line);
        return csvLine([opened.name, ...cells, saysOf(line, labels), sure, problem]);
      })
      .join('')
  );
}
