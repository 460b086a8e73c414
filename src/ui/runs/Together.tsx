/** How the compared runs do together, by the mean of what they say and by weights fitted on validation; kept as one run if wanted. */
import type { ReactElement } from 'react';
import { formatPercent } from '../../lib/format.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Weighing } from '../../protocol/runs/ensemble.ts';
import type { ComparedRun } from '../../store/compare.ts';
import { togetherOf, type Together as Figures } from '../../store/together.ts';
import { KeepTogether, WAYS } from './KeepTogether.tsx';

export function Together({ runs }: { readonly runs: readonly ComparedRun[] }): ReactElement | null {
  const ways = WAYS.map(([weighing, name]) => ({ name, ...figuresOf(runs, weighing) }));
  const [first] = ways;
  if (first?.why !== null && first?.why !== undefined)
    return <p className="small">They cannot answer together: {first.why}</p>;
  if (ways.every(({ figures }) => figures === null)) return null;
  return (
    <>
      <FiguresTable {...{ ways, runs }} />
      <KeepTogether
        runIds={runs.map(({ record }) => record.result.runId)}
        recipe={runs[0]?.record.result.recipe ?? null}
      />
    </>
  );
}

interface FiguresTableProps {
  readonly ways: readonly {
    readonly name: string;
    readonly figures: Figures | null;
    readonly why: string | null;
  }[];
  readonly runs: readonly ComparedRun[];
}

function FiguresTable({ ways, runs }: FiguresTableProps): ReactElement {
  return (
    <table className="compare-table">
      <caption className="small">Together, on the same test pictures</caption>
      <thead>
        <tr>
          <td />
          {['Right', '95 %', 'Weights', 'Better than the best alone'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ways.map(({ name, figures, why }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {figures === null ? (
              <td colSpan={4}>{why ?? 'no validation figures'}</td>
            ) : (
              cellsOf(figures, runs)
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function figuresOf(
  runs: readonly ComparedRun[],
  weighing: Weighing,
): { readonly figures: Figures | null; readonly why: string | null } {
  try {
    const records = runs.map(({ record }) => record);
    return { figures: togetherOf(records, weighing), why: null };
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    // That they saw other pictures is said above.
    if (error.code === 'data/ensemble-other-set') return { figures: null, why: null };
    return { figures: null, why: inLetters(error.message, runs) };
  }
}

/** As the table calls them. */
const inLetters = (text: string, runs: readonly ComparedRun[]): string =>
  runs.reduce((rest, { letter, record }) => rest.replaceAll(`run ${record.result.runId}`, letter), text);

function cellsOf(
  { accuracy, interval, weights, againstBest }: Figures,
  runs: readonly ComparedRun[],
): ReactElement {
  const { onlyFirst, onlySecond, p } = againstBest;
  const gained = onlyFirst - onlySecond;
  const chance = p < 0.05 ? 'more than chance' : 'may be chance';
  return (
    <>
      <td>{formatPercent(accuracy)}</td>
      <td className="interval">
        {(interval[0] * 100).toFixed(1)}–{(interval[1] * 100).toFixed(1)}
      </td>
      <td>{runs.map(({ letter }, index) => `${letter} ${(weights[index] ?? 0).toFixed(2)}`).join(', ')}</td>
      <td>
        {gained > 0 ? `by ${gained.toString()}` : gained < 0 ? `worse by ${(-gained).toString()}` : 'as good'}
        {gained !== 0 && `, ${chance}`}
      </td>
    </>
  );
}
