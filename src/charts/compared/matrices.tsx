/** The matrices of several runs side by side, and what the second does otherwise than the first: a sign in every cell. */
import type { CSSProperties, ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import { areOfSamePictures } from '../../store/compare.ts';
import type { Chart, ChartProps } from '../chart.ts';
import { inkOn, MOST_IN_MATRIX, PredictedHeads } from '../confusions/confusion-matrix.tsx';
import { rowShares } from '../confusions/confusions.ts';
import type { Compared } from './overlaid.tsx';

interface Matrix {
  readonly key: string;
  readonly title: string;
  readonly labels: readonly string[];
  /** Shares of each true class, or how much more of them. */
  readonly shares: readonly (readonly number[])[];
  readonly isDifference: boolean;
}

/** Of runs with the same classes that can be read in a matrix. */
export const comparedMatrices: Chart<Compared> = {
  name: 'compared-matrices',
  suits: (subject) => matricesOf(subject).length > 1,
  summary: (subject) => {
    const matrices = matricesOf(subject).filter(({ isDifference }) => !isDifference);
    const right = matrices.map(
      ({ key, shares }) => `${key} is right on ${formatPercent(diagonalOf(shares))}`,
    );
    return `Confusion matrices, test pictures, of each true class the per cent predicted as each class. Mean over classes: ${right.join(', ')}.`;
  },
  Drawing: null,
  Table: ({ subject, summary }: ChartProps<Compared>) => (
    <section className="compared-matrices" aria-label={summary}>
      {matricesOf(subject).map((matrix) => (
        <MatrixTable key={matrix.key} matrix={matrix} />
      ))}
    </section>
  ),
};

const diagonalOf = (shares: readonly (readonly number[])[]): number =>
  shares.reduce((sum, row, index) => sum + (row[index] ?? 0), 0) / shares.length;

function matricesOf({ runs }: Compared): Matrix[] {
  const tested = runs.flatMap(({ letter, name, record: { result } }) =>
    result.test === null ? [] : [{ letter, name, test: result.test }],
  );
  const labels = tested[0]?.test.labels ?? [];
  const isReadable = labels.length <= MOST_IN_MATRIX;
  const isSameEverywhere = tested.every(({ test }) => test.labels.join('\n') === labels.join('\n'));
  // Of other pictures they say nothing about each other.
  if (tested.length < 2 || !isReadable || !isSameEverywhere || !areOfSamePictures(runs)) return [];
  const matrices = tested.map(({ letter, name, test }) => {
    const shares = rowShares(test.confusionMatrix);
    return { key: letter, title: name, labels, shares, isDifference: false };
  });
  const [first, second] = matrices;
  if (first === undefined || second === undefined) return matrices;
  const shares = second.shares.map((row, truth) =>
    row.map((value, predicted) => value - (first.shares[truth]?.[predicted] ?? 0)),
  );
  const key = `${second.key} less ${first.key}`;
  return [...matrices, { key, title: 'in points', labels, shares, isDifference: true }];
}

function MatrixTable({ matrix }: { readonly matrix: Matrix }): ReactElement {
  const { key, title, labels, shares, isDifference } = matrix;
  const most = Math.max(0.01, ...shares.flat().map(Math.abs));
  return (
    <table className={isDifference ? 'matrix difference' : 'matrix'}>
      <caption>{`${key}, ${title}`}</caption>
      <thead>
        <tr>
          <td />
          <PredictedHeads labels={labels} />
        </tr>
      </thead>
      <tbody>
        {labels.map((label, truth) => (
          <tr key={truth}>
            <th scope="row">{label}</th>
            {(shares[truth] ?? []).map((value, predicted) => (
              <td
                key={predicted}
                className={isDifference ? (value < 0 ? 'less' : undefined) : inkOn(depthOf(value, most))}
                style={{ '--v': depthOf(value, most) } as CSSProperties}
              >
                {isDifference ? signed(value) : Math.round(value * 100)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Per cent of the ramp. */
const depthOf = (value: number, most: number): number => Math.round((Math.abs(value) / most) * 100);

function signed(value: number): string {
  const points = Math.round(value * 100);
  return points === 0 ? '0' : `${points > 0 ? '+' : '−'}${Math.abs(points).toString()}`;
}
