/** Owns turning a set of any source into one Parquet file, as it would be on the Hub, read and written a page at a time. */
import { labelOf, wordOf } from '../labels.ts';
import { PictureTable, type TablePlan } from '../parquet/picture-table.ts';
import type { OpenedSource, SourceRow } from '../sources/source.ts';

/** What a set is written with. */
export interface WriteOptions {
  /** Takes the file's next bytes; waited for. */
  readonly onBytes: (bytes: Uint8Array) => Promise<void>;
  /** Called with the rows written so far. */
  readonly onRows: (rows: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes all rows of a set, also those that cleaning leaves out: pictures as they came, labels by their names.
 *
 * @returns how many rows there are
 * @throws StudioError `data/…`, `net/…` from the source; what `onBytes` throws; the signal's reason when aborted
 */
export async function writeSet(
  source: OpenedSource,
  { onBytes, onRows, signal }: WriteOptions,
): Promise<number> {
  const has = source.columns ?? {};
  const plan: TablePlan = {
    label: has.questions === true ? 'qa' : 'names',
    hasGroup: has.group === true,
    hasSplit: has.split === true,
  };
  const table = new PictureTable(plan, onBytes);
  const labels = new LabelIndices(source.labelNames);
  let rows = 0;
  for await (const batch of source.readRows(signal)) {
    for (const row of batch) {
      signal?.throwIfAborted();
      await table.add({
        picture: row.picture,
        path: row.path ?? '',
        label: plan.label === 'qa' ? labelOf(row.label, source.labelNames) : labels.of(row),
        question: wordOf(row.question) ?? '',
        group: wordOf(row.group),
        split: wordOf(row.split),
      });
      rows += 1;
      onRows(rows);
    }
  }
  await table.finish(labels.names);
  return rows;
}

/** Numbers labels: as the set does where it has names, else in the order in which they come. */
class LabelIndices {
  readonly #indices: Map<string, number>;

  constructor(readonly declared: readonly string[] | null) {
    this.#indices = new Map((declared ?? []).map((name, index) => [name.toLowerCase().trim(), index]));
  }

  get names(): readonly string[] {
    return this.declared ?? [...this.#indices.keys()];
  }

  of({ label: cell }: SourceRow): number | null {
    const label = labelOf(cell, this.declared);
    if (label === null) return null;
    const index = this.#indices.get(label) ?? this.#indices.size;
    this.#indices.set(label, index);
    return index;
  }
}
