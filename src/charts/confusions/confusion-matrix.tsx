/**
 * The confusion matrix as a real table: rows true, columns predicted, per cent of each row, F1 in the last column.
 * Cells are buttons with one tab stop between them; arrow keys move it, and a cell opens its pictures.
 */
import { useRef, type CSSProperties, type KeyboardEvent, type ReactElement } from 'react';
import { formatPercent, formatScore } from '../../lib/format.ts';
import { useStateOf } from '../../store/use-state-of.ts';
import type { Cell, Chart, ChartProps, Subjects } from '../chart.ts';
import { Explained } from '../terms/Explained.tsx';
import { rowShares, shortLabels, worstText } from './confusions.ts';

/** Classes whose matrix can still be read in a column; with more, the worst pairs are shown. */
export const MOST_IN_MATRIX = 16;

/** The matrix of an evaluation; empty before there is one. */
export const confusionMatrix: Chart<Subjects['evaluation']> = {
  name: 'confusion-matrix',
  suits: ({ labels }) => labels.length <= MOST_IN_MATRIX,
  summary: ({ evaluation }) => {
    const what = 'of each true class, the per cent predicted as each class; last column F1';
    if (evaluation === null) return `Confusion matrix, nothing yet: ${what}.`;
    const { split, accuracy } = evaluation;
    return `Confusion matrix, ${split} pictures: ${what}. ${formatPercent(accuracy)} are right, ${worstText(evaluation)}.`;
  },
  Drawing: null,
  Table: ConfusionMatrix,
};

interface PredictedHeadsProps {
  readonly labels: readonly string[];
  /** The column whose pictures are shown. */
  readonly chosen?: number | undefined;
}

/** Over each column the class that was predicted, in a few letters. */
export function PredictedHeads({ labels, chosen }: PredictedHeadsProps): ReactElement[] {
  const short = shortLabels(labels);
  return labels.map((label, index) => (
    <th key={index} scope="col" className={chosen === index ? 'chosen' : undefined}>
      <abbr title={label}>{short[index]}</abbr>
    </th>
  ));
}

function ConfusionMatrix({ subject, summary }: ChartProps<Subjects['evaluation']>): ReactElement {
  const { labels, evaluation, chosen, onChoose } = subject;
  const table = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useStateOf<Cell | null>(labels, null);
  const stop = focused ?? chosen ?? { truth: 0, predicted: 0 };
  const shares = evaluation === null ? null : rowShares(evaluation.confusionMatrix);
  const most = shares === null ? 1 : Math.max(0.01, ...shares.flat());

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = afterKey(event.key, stop, labels.length);
    if (next === null) return;
    event.preventDefault();
    setFocused(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.truth}.${next.predicted}"]`)?.focus();
  };
  return (
    <table className="matrix" ref={table} onKeyDown={onKeyDown}>
      <caption className="visually-hidden">{summary}</caption>
      <colgroup>
        <col />
        <col span={labels.length} />
        <col />
      </colgroup>
      <thead>
        <tr>
          <td />
          <PredictedHeads labels={labels} chosen={chosen?.predicted} />
          <th scope="col" className="f1">
            <Explained term="f1">F1</Explained>
          </th>
        </tr>
      </thead>
      <tbody>
        {labels.map((label, truth) => (
          <tr key={truth}>
            <th scope="row" className={chosen?.truth === truth ? 'chosen' : undefined}>
              {label}
            </th>
            {labels.map((predictedLabel, predicted) => {
              const share = shares?.[truth]?.[predicted];
              if (share === undefined || evaluation === null) return <td key={predicted} />;
              const cell = { truth, predicted };
              return (
                <MatrixCell
                  key={predicted}
                  cell={cell}
                  share={share}
                  depth={Math.round((share / most) * 100)}
                  name={`${label} predicted ${predictedLabel}`}
                  count={evaluation.confusionMatrix[truth]?.[predicted] ?? 0}
                  isChosen={isSame(chosen, cell)}
                  isStop={isSame(stop, cell)}
                  onChoose={() => {
                    setFocused(cell);
                    onChoose(cell);
                  }}
                />
              );
            })}
            <F1Cell score={evaluation?.perClass[truth]?.f1 ?? null} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface MatrixCellProps {
  readonly cell: Cell;
  readonly share: number;
  /** Per cent of the ramp. */
  readonly depth: number;
  readonly name: string;
  readonly count: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
  readonly onChoose: () => void;
}

function MatrixCell(props: MatrixCellProps): ReactElement {
  const { cell, share, depth, name, count, isChosen, isStop, onChoose } = props;
  const percent = Math.round(share * 100);
  return (
    <td className={inkOn(depth)} style={{ '--v': depth } as CSSProperties}>
      <button
        type="button"
        data-cell={`${cell.truth}.${cell.predicted}`}
        tabIndex={isStop ? 0 : -1}
        aria-pressed={isChosen}
        aria-label={`${name}: ${percent} %, ${count} ${count === 1 ? 'picture' : 'pictures'}`}
        onClick={onChoose}
      >
        {percent}
      </button>
    </td>
  );
}

function F1Cell({ score }: { readonly score: number | null }): ReactElement {
  if (score === null) return <td className="f1" />;
  return (
    <td className="f1" style={{ '--v': Math.round(score * 100) } as CSSProperties}>
      {formatScore(score)}
    </td>
  );
}

/**
 * Which text stands out on a cell, by per cent of the ramp. The ramp crosses luminance .18, where black and white are
 * equally good, between 63 and 64 in the light theme and between 49 and 50 in the dark one; near it only pure black
 * or white reaches 4.5:1.
 */
/** The class of a text on a cell so deep in the ramp. */
export function inkOn(depth: number): string | undefined {
  if (depth < 35) return undefined;
  return depth < 50 ? 'ink-early' : depth < 64 ? 'ink-middle' : 'ink-late';
}

function isSame(one: Cell | null, other: Cell): boolean {
  return one !== null && one.truth === other.truth && one.predicted === other.predicted;
}

function afterKey(key: string, { truth, predicted }: Cell, classes: number): Cell | null {
  const last = classes - 1;
  switch (key) {
    case 'ArrowUp':
      return { truth: Math.max(0, truth - 1), predicted };
    case 'ArrowDown':
      return { truth: Math.min(last, truth + 1), predicted };
    case 'ArrowLeft':
      return { truth, predicted: Math.max(0, predicted - 1) };
    case 'ArrowRight':
      return { truth, predicted: Math.min(last, predicted + 1) };
    case 'Home':
      return { truth, predicted: 0 };
    case 'End':
      return { truth, predicted: last };
    default:
      return null;
  }
}
