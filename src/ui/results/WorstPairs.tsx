/** Where it is wrong, for sets with too many classes for a matrix: the pairs that are confused most, worst first. */
import type { CSSProperties, ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import type { Evaluation } from '../../protocol/events.ts';
import { worstPairs, type Cell } from './confusions.ts';

const SHOWN = 12;

interface WorstPairsProps {
  readonly evaluation: Evaluation;
  readonly chosen: Cell | null;
  readonly onChoose: (cell: Cell) => void;
}

export function WorstPairs({ evaluation, chosen, onChoose }: WorstPairsProps): ReactElement {
  const pairs = worstPairs(evaluation, SHOWN);
  if (pairs.length === 0) return <p className="small">No class is taken for another.</p>;
  return (
    <table className="runs pairs">
      <caption className="visually-hidden">Classes taken for others, most pictures first</caption>
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
