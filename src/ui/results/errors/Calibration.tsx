/** Whether a network is right as often as it is sure, and what comes of letting it answer only where it is. */
import { useState, type ReactElement } from 'react';
import { formatCount, formatPercent } from '../../../lib/format.ts';
import {
  answeredAt,
  bestThreshold,
  binsOf,
  calibrationError,
  USUAL_THRESHOLD,
  type SureBin,
  type Sureness,
} from '../../../lib/figures/sureness.ts';

export function Calibration({ sureness }: { readonly sureness: Sureness }): ReactElement {
  const bins = binsOf(sureness);
  const error = calibrationError(bins);
  return (
    <section aria-labelledby="errors-sure">
      <h3 id="errors-sure">Is it right as often as it is sure?</h3>
      <Reliability bins={bins} />
      <p className="small">
        {offText(bins, error)} Where bars reach the line, it is right as often as it is sure. Below: how many
        pictures it was so sure of.
      </p>
      <Numbers bins={bins} />
      <ThresholdHandle sureness={sureness} />
    </section>
  );
}

function offText(bins: readonly SureBin[], error: number): string {
  const sum = bins.reduce((total, { count, right, confidence }) => total + confidence * count - right, 0);
  const off = `Confidence and share of right answers are ${(error * 100).toFixed(1)} points apart (expected calibration error).`;
  if (error < 0.02) return off;
  return `${off} It is ${sum > 0 ? 'surer than it should be' : 'less sure than it could be'}.`;
}

/** Bars of right answers against the line where they would be, over a histogram. */
function Reliability({ bins }: { readonly bins: readonly SureBin[] }): ReactElement {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const width = 100 / bins.length;
  return (
    <div className="reliability" aria-hidden="true">
      <div className="reliability-axis small">
        <span>100 % right</span>
        <span>0 %</span>
      </div>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none">
        {bins.map(
          ({ from, count, right }) =>
            count > 0 && (
              <rect
                key={from}
                x={from * 100 + 0.4}
                width={width - 0.8}
                y={100 - (right / count) * 100}
                height={(right / count) * 100}
              />
            ),
        )}
        <line x1="0" y1="100" x2="100" y2="0" vectorEffect="non-scaling-stroke" />
      </svg>
      <svg className="histogram" viewBox="0 0 100 100" preserveAspectRatio="none">
        {bins.map(({ from, count }) => (
          <rect key={from} x={from * 100 + 0.4} width={width - 0.8} y={0} height={(count / most) * 100} />
        ))}
      </svg>
      <div className="reliability-sure small">
        <span>0 % sure</span>
        <span>100 % sure</span>
      </div>
    </div>
  );
}

function Numbers({ bins }: { readonly bins: readonly SureBin[] }): ReactElement {
  return (
    <details>
      <summary className="small">Numbers</summary>
      <table className="errors-bins">
        <thead>
          <tr>
            <th scope="col">Sure</th>
            <th scope="col">Pictures</th>
            <th scope="col">Right</th>
            <th scope="col">Mean confidence</th>
          </tr>
        </thead>
        <tbody>
          {bins.map(({ from, to, count, right, confidence }) => (
            <tr key={from}>
              <th scope="row">
                {formatPercent(from, 0)} to {formatPercent(to, 0)}
              </th>
              <td>{formatCount(count)}</td>
              <td>{count === 0 ? '' : formatPercent(right / count)}</td>
              <td>{count === 0 ? '' : formatPercent(confidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function ThresholdHandle({ sureness }: { readonly sureness: Sureness }): ReactElement {
  const [at, setAt] = useState(() => bestThreshold(sureness) ?? USUAL_THRESHOLD);
  const { answered, right, all } = answeredAt(sureness, at);
  const share = formatPercent(all === 0 ? 0 : answered / all);
  return (
    <div className="errors-threshold">
      <label>
        <span>Answers only where it is sure to</span>
        <input
          type="range"
          min="0"
          max="100"
          value={Math.round(at * 100)}
          onChange={({ target }) => setAt(Number(target.value) / 100)}
        />
        <output>{formatPercent(at, 0)}</output>
      </label>
      <p role="status">
        {answered === 0
          ? 'Answers on none of the pictures.'
          : `Answers on ${share} of the pictures, right on ${formatPercent(right / answered)} of those.`}
      </p>
    </div>
  );
}
