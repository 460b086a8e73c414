/** Owns turning a set of any source into one Parquet file, as it would be on the Hub, read and written a page at a time. */
import { readLabelOf, wordOf, type LabelForm } from '../cleaning/labels.ts';
import { PictureTable, type TablePlan } from '../parquet/picture-table.ts';
import type { OpenedSource, SourceRow } from '../sources/source.ts';

/** What a set is written with. */
export interface WriteOptions {
  /** Of the set's labels: one of another form is none. Null where the set has no labels. */
  readonly labelForm: LabelForm | null;
  /** The set's classes in their order, which is the order of what is written. */
  readonly labels: readonly string[];
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
  { labelForm, labels: classes, onBytes, onRows, signal }: WriteOptions,
): Promise<number> {
  const has = source.columns ?? {};
  const plan: TablePlan = {
    label: has.questions === true ? 'qa' : 'names',
    hasGroup: has.group === true,
    hasSplit: has.split === true,
  };
  const table = new PictureTable(plan, onBytes);
  const labels = new LabelIndices(source.labelNames ?? classes);
  let rows = 0;
  for await (const batch of source.readRows(signal)) {
    for (const row of batch) {
      signal?.throwIfAborted();
      const label = labelOf(row, source, labelForm);
      await table.add({
        picture: row.picture,
        path: row.path ?? '',
        label: label === null || plan.label === 'qa' ? label : labels.of(label),
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

/** A row's class name; null where it has none of the set's form. */
function labelOf({ label: cell }: SourceRow, source: OpenedSource, form: LabelForm | null): string | null {
  const read = readLabelOf(source, cell);
  return typeof read === 'string' || read.form !== form ? null : read.label;
}

/** Numbers labels: as the set does where it declares names, those beyond them in the order in which they come. */
class LabelIndices {
  readonly names: string[];
  readonly #indices = new Map<string, number>();

  constructor(declared: readonly string[]) {
    this.names = [...declared];
    for (const [index, label] of declared.entries()) {
      // Of one name for several numbers the first stands for the class.
      if (!this.#indices.has(label)) this.#indices.set(label, index);
    }
  }

  of(label: string): number {
    const known = this.#indices.get(label);
    if (known !== undefined) return known;
    const index = this.names.length;
    this.names.push(label);
    this.#indices.set(label, index);
    return index;
  }
}
