/** The drawings of a report: curves as SVG, the matrix as a table with shades. */
import type { EpochRecord, Evaluation, RunResult } from '../../protocol/events.ts';
import { escaped } from './html.ts';

const WIDTH = 420;
const HEIGHT = 220;
/** Of the words below the axis. */
const FOOT = 34;
const LEFT = 46;
const BOTTOM = 6 + FOOT;

/** Loss over accuracy, training solid, validation dashed, the bounds of phases as upright lines. */
export function curvesSvg({ history }: Pick<RunResult, 'history'>): string {
  if (history.length === 0) return '<p>No epoch ended.</p>';
  const plots = [
    plot(
      'Loss',
      history,
      ({ loss, valLoss }) => [loss, valLoss ?? NaN],
      (value) => value.toFixed(2),
    ),
    plot(
      'Accuracy, %',
      history,
      ({ accuracy, valAccuracy }) => [accuracy, valAccuracy ?? NaN],
      (value) => (value * 100).toFixed(0),
    ),
  ];
  return `<div class="curves">${plots.join('')}</div><p class="dim">By epoch: training solid, validation dashed; an upright line where the next phase begins.</p>`;
}

function plot(
  title: string,
  history: readonly EpochRecord[],
  of: (epoch: EpochRecord) => readonly [number, number],
  format: (value: number) => string,
): string {
  const finite = history.flatMap(of).filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const span = high - low || 1;
  const x = (index: number): string => (LEFT + ((index + 0.5) / history.length) * (WIDTH - LEFT)).toFixed(1);
  const y = (value: number): string => (12 + (1 - (value - low) / span) * (HEIGHT - BOTTOM - 12)).toFixed(1);
  // A split may keep no pictures to check on.
  const line = (which: 0 | 1): string =>
    history
      .flatMap((epoch, index) => {
        const value = of(epoch)[which];
        return Number.isFinite(value) ? [`${x(index)},${y(value)}`] : [];
      })
      .join(' ');
  const marks = [low, low + span / 2, low + span].map(
    (value) =>
      `<line x1="${LEFT.toString()}" x2="${WIDTH.toString()}" y1="${y(value)}" y2="${y(value)}" stroke="#dde0e6"/><text x="${(LEFT - 6).toString()}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${format(value)}</text>`,
  );
  const bounds = history.flatMap(({ epoch }, index) =>
    index > 0 && epoch === 1
      ? [
          `<line x1="${x(index - 0.5)}" x2="${x(index - 0.5)}" y1="0" y2="${(HEIGHT - BOTTOM).toString()}" stroke="#8a909c"/>`,
        ]
      : [],
  );
  const epochs = history.flatMap(({ epoch }, index) =>
    epoch === 1 || index === history.length - 1
      ? [
          `<text x="${x(index)}" y="${(HEIGHT - BOTTOM + 16).toString()}" text-anchor="middle">${epoch.toString()}</text>`,
        ]
      : [],
  );
  const last = history.at(-1);
  const [train = NaN, validation = NaN] = last === undefined ? [] : of(last);
  const checked = Number.isFinite(validation) ? `, validation ${format(validation)}` : '';
  const label = `${title} by epoch: at the end training ${format(train)}${checked}.`;
  return `<svg viewBox="0 0 ${WIDTH.toString()} ${HEIGHT.toString()}" role="img" aria-label="${escaped(label)}" font-size="11" fill="#5b6270">${marks.join('')}${bounds.join('')}<polyline points="${line(0)}" fill="none" stroke="#1f5fd0" stroke-width="2"/><polyline points="${line(1)}" fill="none" stroke="#9a5b00" stroke-width="2" stroke-dasharray="6 4"/>${epochs.join('')}<text x="${LEFT.toString()}" y="${(HEIGHT - 4).toString()}" fill="#1c2029" font-weight="600">${escaped(title)}</text></svg>`;
}

/** Per cent of each true class. */
export function matrixTable({
  labels,
  confusionMatrix,
}: Pick<Evaluation, 'labels' | 'confusionMatrix'>): string {
  const head = labels.map((label) => `<th scope="col">${escaped(label.slice(0, 5))}</th>`).join('');
  const rows = confusionMatrix.map((counts, truth) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count) => {
      const share = all === 0 ? 0 : count / all;
      const shade = `background:hsl(222 60% ${(97 - share * 60).toFixed(0)}%);color:${share > 0.45 ? '#fff' : '#1c2029'}`;
      return `<td style="${shade}">${(share * 100).toFixed(0)}</td>`;
    });
    return `<tr><th scope="row">${escaped(labels[truth] ?? '')}</th>${cells.join('')}</tr>`;
  });
  return `<table class="matrix"><thead><tr><td></td>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
