/** Smoothed loss over learning rate, and the rate that is suggested. */
import type { ReactElement } from 'react';
import { formatPlain } from '../../lib/format.ts';
import type { RatePoint } from '../../protocol/rate-sweep.ts';
import { sweepSummary } from '../words/rates.ts';
import { placeOfRate, rateTicks, sweepScale } from './rate-axis.ts';
import { digitsOf, share } from './scale.ts';

interface RatePlotProps {
  readonly points: readonly RatePoint[];
  readonly suggested: number | null;
}

export function RatePlot({ points, suggested }: RatePlotProps): ReactElement {
  const scale = sweepScale(points);
  const up = (value: number): number => share(value, scale.domain);
  const line = points.map(({ learningRate, smoothedLoss }) => {
    const [low, high] = scale.domain;
    return `${placeOfRate(learningRate)},${1 - (smoothedLoss - low) / (high - low)}`;
  });
  const ticks = rateTicks();
  return (
    <figure className="curves">
      <p className="axis-name">Loss, smoothed</p>
      <div className="plot rates">
        <svg
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          role="img"
          aria-label={sweepSummary(points, suggested)}
        >
          {scale.ticks.map((tick) => (
            <line key={tick} className="grid" x1={0} x2={1} y1={1 - up(tick)} y2={1 - up(tick)} />
          ))}
          {ticks.map(({ at }) => (
            <line key={at} className="grid" x1={at} x2={at} y1={0} y2={1} />
          ))}
          <line className="axis" x1={0} x2={1} y1={1} y2={1} />
        </svg>
        <svg className="cut" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <polyline points={line.join(' ')} />
        </svg>
        {scale.ticks.map((tick) => (
          <span key={tick} className="tick y" style={{ bottom: `${up(tick) * 100}%` }}>
            {tick.toFixed(digitsOf(scale))}
          </span>
        ))}
        {ticks.map(({ at, text }) => (
          <span key={at} className="tick x" style={{ left: `${at * 100}%` }}>
            {text}
          </span>
        ))}
        {suggested !== null && (
          <div
            // On its right the curve may shoot up.
            className={placeOfRate(suggested) > 0.3 ? 'best-mark flip' : 'best-mark'}
            style={{ left: `${placeOfRate(suggested) * 100}%` }}
          >
            <i className="ring" style={{ bottom: `${up(lossAt(points, suggested)) * 100}%` }} />
            <b>{formatPlain(suggested)}</b>
          </div>
        )}
      </div>
      <p className="axis-name below">learning rate</p>
    </figure>
  );
}

/** Smoothed loss at the tried rate next to one. */
function lossAt(points: readonly RatePoint[], rate: number): number {
  const away = ({ learningRate }: RatePoint): number => Math.abs(Math.log(learningRate / rate));
  return points.reduce((near, point) => (away(point) < away(near) ? point : near)).smoothedLoss;
}
