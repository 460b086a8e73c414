/** `doubtful.csv`: every picture of a run's set, by how unlikely its network finds the label. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { joinFloats } from '../../src/lib/bytes/join-floats.ts';
import { doubtfulFirst, doubtfulTable } from '../../src/lib/figures/doubtful.ts';
import type { SplitName } from '../../src/protocol/set/dataset.ts';
import type { Finished } from './finished.ts';
import type { Reporter } from './report.ts';

const PARTS: readonly SplitName[] = ['train', 'validation', 'test'];

/** Pictures that are in memory at once. */
const AT_ONCE = 256;

const { signal } = new AbortController();

/** Asks the run's network about all pictures, also those that it learned from, and writes what it says. */
export async function writeDoubtful(
  folder: string,
  { session, result, dataset }: Finished,
  reporter: Pick<Reporter, 'event'>,
): Promise<void> {
  const { split, labels, labelOfRow } = dataset;
  const partOf = new Map(PARTS.flatMap((part) => Array.from(split[part], (row) => [row, part] as const)));
  const rows = [...partOf.keys()];
  const said: Float32Array[] = [];
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    const asked = { runId: result.runId, rows: some, wantsFeatures: false };
    said.push((await session.tries.askRows(asked, signal)).probabilities);
    reporter.event({
      ...{ kind: 'progress', stage: 'evaluation', label: 'Asking about every picture' },
      ...{ done: from + some.length, total: rows.length, unit: 'pictures' },
    });
  }
  const truths = rows.map((row) => labelOfRow[row] ?? 0);
  const doubtful = doubtfulFirst(rows, joinFloats(said), truths, labels.length);
  const known = session.set.describePictures(doubtful.map(({ row }) => row));
  const facts = known.map(({ sourceRow, path }, at) => {
    const part = partOf.get(doubtful[at]?.row ?? -1) ?? '';
    return { sourceRow, path, part, changedTo: '' };
  });
  await writeFile(join(folder, 'doubtful.csv'), doubtfulTable(doubtful, facts, labels));
}
