/** Who answers in an ensemble: each with its weight and what it reaches alone, and whether together they are better. */
import type { ReactElement } from 'react';
import { capitalised, formatPercent } from '../../lib/format.ts';
import type { Ensemble } from '../../protocol/runs/ensemble.ts';
import { luckText } from '../../store/compare.ts';
import { howText } from './run-words.ts';

export function Members({ ensemble }: { readonly ensemble: Ensemble }): ReactElement {
  const { members, againstBestAlone } = ensemble;
  return (
    <>
      <table className="costs">
        <caption className="small">They answer together: {howText(ensemble)}</caption>
        <thead>
          <tr>
            <td />
            {['Weight', 'Right alone'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {members.map(({ runId, name, weight, testAccuracy }) => (
            <tr key={runId}>
              <th scope="row">{name}</th>
              <td>{weight.toFixed(3)}</td>
              <td>{formatPercent(testAccuracy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small">
        {capitalised(luckText('the ensemble', 'the best of them alone', againstBestAlone))}
      </p>
      <p className="small">
        Each member is kept as a run of its own, for as long as the ensemble is: there its network is taken
        home and trained on.
      </p>
    </>
  );
}
