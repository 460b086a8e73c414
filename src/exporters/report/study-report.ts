/**
 * A study as one page of HTML: no script, nothing fetched, black on white, and it prints on A4. Runs are drawn with their
 * intervals and their curves, and stand in the tables that are written beside it.
 */
import { formatMoment, formatPercent } from '../../lib/format.ts';
import type { HistoryLine } from '../record/figures.ts';
import { escaped, page, section, tableOf } from './html.ts';

/** Cells as they are shown. */
interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A run of the study. */
export interface ReportedRun {
  readonly name: string;
  /** Test accuracy, 0 to 1, with its 95 % interval; null where it was not asked. */
  readonly test: { readonly accuracy: number; readonly interval: readonly [number, number] } | null;
  readonly isChosen: boolean;
  readonly history: readonly Pick<HistoryLine, 'valLoss'>[];
}

export interface StudyToReport {
  readonly name: string;
  /** What was asked of whom, in a sentence. */
  readonly about: string;
  readonly finishedAtMs: number;
  readonly runs: readonly ReportedRun[];
  readonly table: Table;
  /** Means of repeats; null where there are none. */
  readonly repeats: Table | null;
  /** The study with its base, as it was carried out. */
  readonly plan: unknown;
}

export function studyReportHtml(study: StudyToReport): string {
  const { name, about, finishedAtMs, runs, table, repeats, plan } = study;
  return page(`${name}: report`, [
    `<header><p class="dim">Mien · report of a study · ${escaped(formatMoment(finishedAtMs))}</p><h1>${escaped(name)}</h1><p>${escaped(about)}</p></header>`,
    section('Right on test pictures, with 95 % intervals', intervalsSvg(runs)),
    section('Validation loss by epoch', lossesSvg(runs)),
    ...(repeats === null ? [] : [section('Means of repeats', asRead(repeats))]),
    section('Runs', `<div class="wide" tabindex="0" role="group" aria-label="Runs">${asRead(table)}</div>`),
    section(
      'To do it again',
      `<p>Save this as study.json and carry it out with <code>npm run study -- study.json --out DIR</code>.</p><pre>${escaped(JSON.stringify(plan, null, 2))}</pre>`,
    ),
    '<footer>Made by Mien on this machine. Nothing was sent.</footer>',
  ]);
}

/** The table with its shares as percentages, as the rest of the page has them; files keep them as they were computed. */
function asRead({ head, rows }: Table): string {
  const isShare = head.map((name) => /accuracy|95 %/u.test(name));
  const read = (cell: string, column: number): string =>
    isShare[column] === true && cell !== '' ? formatPercent(Number(cell)) : cell;
  return tableOf(
    head,
    rows.map((cells) => cells.map(read)),
  );
}

const WIDTH = 640;
const ROW = 20;
const NAMES = 230;

/** A line a run: its interval, and a mark where it is. */
function intervalsSvg(runs: readonly ReportedRun[]): string {
  const tested = runs.flatMap(({ name, test, isChosen }) =>
    test === null ? [] : [{ name, isChosen, ...test }],
  );
  if (tested.length === 0) return '<p>No run was asked about test pictures.</p>';
  const low = Math.min(...tested.map(({ interval }) => interval[0]));
  const high = Math.max(...tested.map(({ interval }) => interval[1]));
  const x = (share: number): string =>
    (NAMES + ((share - low) / (high - low || 1)) * (WIDTH - NAMES - 60)).toFixed(1);
  const lines = tested.map(({ name, isChosen, accuracy, interval }, index) => {
    const y = (index * ROW + ROW / 2).toString();
    const text = `<text x="0" y="${y}" dominant-baseline="middle"${isChosen ? ' font-weight="700"' : ''}>${escaped(name.slice(0, 36))}</text>`;
    const line = `<line x1="${x(interval[0])}" x2="${x(interval[1])}" y1="${y}" y2="${y}" stroke="#8a909c" stroke-width="2"/>`;
    const mark = `<circle cx="${x(accuracy)}" cy="${y}" r="4" fill="#1f5fd0"/>`;
    const figure = `<text x="${(WIDTH - 4).toString()}" y="${y}" text-anchor="end" dominant-baseline="middle">${(accuracy * 100).toFixed(1)} %</text>`;
    return text + line + mark + figure;
  });
  const label = tested.map(({ name, accuracy }) => `${name} ${(accuracy * 100).toFixed(1)} %`).join(', ');
  return svg(tested.length * ROW, `Test accuracy: ${label}.`, lines.join(''));
}

const HEIGHT = 220;
const LEFT = 46;

/** A line for each run; those that were chosen are thick. */
function lossesSvg(runs: readonly ReportedRun[]): string {
  const curves = runs
    .map(({ isChosen, history }) => ({ isChosen, losses: history.map(({ valLoss }) => valLoss ?? NaN) }))
    .filter(({ losses }) => losses.some(Number.isFinite));
  if (curves.length === 0) return '<p>No run has validation figures.</p>';
  const finite = curves.flatMap(({ losses }) => losses.filter(Number.isFinite));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const most = Math.max(...curves.map(({ losses }) => losses.length));
  const x = (epoch: number): string => (LEFT + ((epoch + 0.5) / most) * (WIDTH - LEFT)).toFixed(1);
  const y = (loss: number): string =>
    (10 + (1 - (loss - low) / (high - low || 1)) * (HEIGHT - 40)).toFixed(1);
  const lines = curves.map(({ isChosen, losses }) => {
    const points = losses.flatMap((loss, epoch) => (Number.isFinite(loss) ? [`${x(epoch)},${y(loss)}`] : []));
    const [stroke, width] = isChosen ? ['#1f5fd0', '3'] : ['#8a909c', '1.5'];
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`;
  });
  // As many digits as tell the lowest from the highest.
  const digits = Math.min(6, Math.max(2, -Math.floor(Math.log10(high - low || 1))));
  const marks = [low, high].map(
    (loss) =>
      `<text x="${(LEFT - 6).toString()}" y="${y(loss)}" text-anchor="end" dominant-baseline="middle">${loss.toFixed(digits)}</text>`,
  );
  const caption = `<text x="${LEFT.toString()}" y="${(HEIGHT - 6).toString()}">epochs, 1 to ${most.toString()}; a chosen run’s line is thick</text>`;
  const label = `Validation loss of ${curves.length.toString()} runs by epoch, from ${low.toFixed(digits)} to ${high.toFixed(digits)}.`;
  return svg(HEIGHT, label, marks.join('') + lines.join('') + caption);
}

const svg = (height: number, label: string, inner: string): string =>
  `<svg viewBox="0 0 ${WIDTH.toString()} ${height.toString()}" role="img" aria-label="${escaped(label)}" font-size="11" fill="#5b6270">${inner}</svg>`;
