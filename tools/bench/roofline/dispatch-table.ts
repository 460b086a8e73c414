/** A step's dispatches as a table in Markdown: equal ones in one line, those with most work first. */
import type { Dispatch } from './dispatches.ts';
import { estimate, GPUS, shareOfRoofline } from './roofline.ts';

const HEADINGS = [
  ...[
    'kernel',
    'shape',
    'times',
    'MFLOP',
    'MB',
    'FLOP a byte',
    'threads',
    'groups',
    'group’s bytes',
    'reads an FMA',
  ],
  ...GPUS.map(({ name }) => name),
];

/** Numbers of one dispatch; the last columns are shares of the roofline. */
export function dispatchTable(dispatches: readonly Dispatch[]): string {
  const alike = new Map<string, Dispatch[]>();
  for (const dispatch of dispatches) {
    const key = JSON.stringify(dispatch);
    alike.set(key, [...(alike.get(key) ?? []), dispatch]);
  }
  const [slowest] = GPUS;
  const secondsOf = (group: readonly Dispatch[]): number =>
    group.reduce((sum, dispatch) => sum + estimate(dispatch, slowest!).seconds, 0);
  const groups = [...alike.values()].toSorted((a, b) => secondsOf(b) - secondsOf(a));
  const rows = groups.map((group) => lineOf(group));
  const rule = HEADINGS.map((_, column) => (column < 2 ? '---' : '---:'));
  return [HEADINGS, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function lineOf(group: readonly Dispatch[]): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { label, shape, work, bytes, threads } = first;
  return [
    label,
    shape,
    group.length.toString(),
    work === null ? '' : (work.flops / 1e6).toFixed(1),
    (bytes / 1e6).toFixed(2),
    work === null ? '' : (work.flops / bytes).toFixed(1),
    threads.toString(),
    first.groups.toString(),
    first.workgroupBytes.toString(),
    work === null ? '' : work.loadsPerFma.toFixed(3),
    ...GPUS.map((gpu) => `${(100 * shareOfRoofline([first], gpu)).toFixed(0)} %`),
  ];
}
