/** What kept runs said of their pictures when they were asked: enough to have them answer together without asking anew. */
import type { Evaluation } from '../events.ts';
import type { KeptRecord } from './kept.ts';

/**
 * Probabilities of each run for some rows, `[rows, classes]`, in the order of the rows.
 *
 * @returns null where one was not asked about such pictures, or it is not known
 */
export function keptAnswers(
  records: readonly KeptRecord[],
  part: 'validation' | 'test',
  rows: Uint32Array,
): readonly Float32Array[] | null {
  const evaluations = records.map((record) => (part === 'test' ? record.result.test : validationOf(record)));
  const all = evaluations.map((one) => (one === null ? null : aligned(one, rows)));
  return all.every((one) => one !== null) ? all : null;
}

/** With the network that the run ended with. */
function validationOf({ ended, result }: KeptRecord): Evaluation | null {
  const own = ended.find(({ end }) => end.phaseIndex === result.kept?.phaseIndex) ?? ended.at(-1);
  return own?.end.evaluation ?? null;
}

/** Null where it was not asked about one of the rows. */
function aligned({ rows: asked, labels, probabilities }: Evaluation, rows: Uint32Array): Float32Array | null {
  const places = new Map(Array.from(asked, (row, at) => [row, at]));
  const all = new Float32Array(rows.length * labels.length);
  for (const [at, row] of rows.entries()) {
    const place = places.get(row);
    if (place === undefined) return null;
    const from = place * labels.length;
    all.set(probabilities.subarray(from, from + labels.length), at * labels.length);
  }
  return all;
}
