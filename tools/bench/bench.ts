/** What a benchmark is, and how its figures become a table: each is a ratio to something measured in the same run. */

/** One comparison. */
export interface Row {
  /** What was measured, with its conditions. */
  readonly what: string;
  /** What it is compared with. */
  readonly against: string;
  /** `s`, `ms`, `MB`, `/s`, `GFLOP/s`, `GB/s`, `%`, or nothing for a count. */
  readonly unit: string;
  readonly mien: number;
  readonly other: number;
  /** Largest ratio `mien / other`, or null where the aim is a figure of its own (`aimFigure`) or there is none. */
  readonly aimRatio?: number;
  /** Largest value of `mien`. */
  readonly aimFigure?: number;
  /** Smallest value of `mien`, where more is better. */
  readonly aimLeast?: number;
  /** Largest distance of `mien` from `other`, either way: where the two should be the same. */
  readonly aimDistance?: number;
  /** What a reader must know to trust the figure. */
  readonly note?: string;
}

/** How thoroughly: `quick` is for trying the benchmarks themselves. */
export interface Settings {
  readonly quick: boolean;
  /** Those of its parts that are asked for, by the bench's own names; all where there is none. */
  readonly parts: readonly string[];
  readonly say: (line: string) => void;
  /** For what is no comparison: Markdown that stands before the table. */
  readonly print: (markdown: string) => void;
}

/** One benchmark; its rows are in the order of the table. */
export interface Bench {
  readonly name: string;
  readonly help: string;
  run(settings: Settings): Promise<readonly Row[]>;
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('A median needs at least one value; none came.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

/** Whether a row's aim was reached; null where it has none. */
export function isReached({ mien, other, aimRatio, aimFigure, aimLeast, aimDistance }: Row): boolean | null {
  if (aimLeast !== undefined) return mien >= aimLeast;
  if (aimDistance !== undefined) return Math.abs(mien - other) <= aimDistance;
  if (aimFigure !== undefined) return mien <= aimFigure;
  if (aimRatio !== undefined) return mien / other <= aimRatio;
  return null;
}

const HEADINGS = ['what', 'against', 'Mien', 'other', 'ratio', 'aim', 'reached'];

/** A table in Markdown with aligned columns, notes below it. */
export function table(rows: readonly Row[]): string {
  const notes: string[] = [];
  const cells = rows.map((row) => {
    const reached = isReached(row);
    const mark = row.note === undefined ? '' : ` [${notes.push(row.note).toString()}]`;
    return [
      row.what + mark,
      row.against,
      figure(row.mien, row.unit),
      figure(row.other, row.unit),
      ratio(row.mien / row.other),
      aimOf(row),
      reached === null ? '' : reached ? 'yes' : 'no',
    ];
  });
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const isFigure = (column: number): boolean => column >= 2 && column <= 5;
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => '-'.repeat(width - 1) + (isFigure(column) ? ':' : '-')).join(' | ')} |`;
  const lines = [line(HEADINGS), rule, ...cells.map(line)];
  return [...lines, ...notes.map((note, index) => `[${(index + 1).toString()}] ${note}`)].join('\n');
}

function aimOf({ aimRatio, aimFigure, aimLeast, aimDistance, unit }: Row): string {
  if (aimLeast !== undefined) return `≥ ${figure(aimLeast, unit)}`;
  if (aimDistance !== undefined) return `± ${figure(aimDistance, unit)}`;
  if (aimFigure !== undefined) return `≤ ${figure(aimFigure, unit)}`;
  return aimRatio === undefined ? '' : `≤ ${ratio(aimRatio)}`;
}

const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(value < 0.1 ? 3 : 2) : '–');

function figure(value: number, unit: string): string {
  const digits = Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}
