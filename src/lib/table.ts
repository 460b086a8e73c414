/** Tables of text as files that spreadsheets and documents read. */
import { csvLine } from './csv.ts';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const csvOf = ({ head, rows }: Table): string => [head, ...rows].map(csvLine).join('');

export function markdownOf({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
