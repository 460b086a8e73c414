/** Where it is wrong, for sets with too many classes for a matrix: the pairs that are confused most, worst first. */
import type { CSSProperties, ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import type { Chart, ChartProps, Subjects } from '../chart.ts';
import { MOST_IN_MATRIX } from './confusion-matrix.tsx';
import { worstConfusion, worstPairs, worstText } from './confusions.ts';

const SHOWN = 12;

/** The pairs of an evaluation with more classes than a matrix has room for. */
export const worstPairsChart: Chart<Subjects['evaluation']> = {
  name: 'worst-pairs',
  suits: ({ labels, evaluation }) => labels.length > MOST_IN_MATRIX && evaluation !== null,
  summary: ({ evaluation }) => {
    if (evaluation === null || worstConfusion(evaluation) === null) return 'No class is taken for another.';
    return `Classes taken for others, most pictures first: ${worstText(evaluation)}.`;
  },
  Drawing: null,
  Table: WorstPairs,
};

function WorstPairs({ subject, summary }: ChartProps<Subjects['evaluation']>): ReactElement | null {
  const { evaluation, chosen, onChoose } = subject;
  if (evaluation === null) return null;
  const pairs = worstPairs(evaluation, SHOWN);
  if (pairs.length === 0) return <p className="small">{summary}</p>;
  return (
    <table className="runs pairs">
      <caption className="visually-hidden">{summary}</caption>
      <thead>
        <tr>
          <th scope="col">True, predicted</th>
          <th scope="col">pictures</th>
          <th scope="col">of the class</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ truth, predicted, count, share }) => (
          <tr key={`${truth}.${predicted}`}>
            <th scope="row">
              <button
                type="button"
                className="link"
                aria-pressed={chosen?.truth === truth && chosen.predicted === predicted}
                onClick={() => onChoose({ truth, predicted })}
              >
                {evaluation.labels[truth]}, {evaluation.labels[predicted]}
              </button>
            </th>
            <td>{count}</td>
            <td className="share" style={{ '--v': Math.round(share * 100) } as CSSProperties}>
              {formatPercent(share, 0)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
