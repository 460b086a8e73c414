/**
 * Owns the hash of all that a source's rows hold, whether or not they are kept: a set that lies elsewhere now, or was
 * unpacked anew, is known by it for one that was prepared before.
 */
import { hashBytes } from '../../lib/bytes/hash.ts';
import { ContentHash } from '../../protocol/identity.ts';
import { wholeText, wordOf } from './labels.ts';
import type { OpenedSource, SourceRow } from '../sources/source.ts';

export class SourceHash {
  readonly #hash = new ContentHash();

  /** @param labelNames names behind whole numbers, or null */
  constructor(labelNames: readonly string[] | null) {
    this.#hash.add({ path: '', label: labelNames?.join('\n') ?? null, file: null });
  }

  /** @param file the hash of the row's picture; taken here where it is not known */
  add({ path = '', label, picture, group, split }: SourceRow, file?: string): void {
    this.#hash.add({
      path,
      label: wholeText(label),
      file: file ?? (picture === null ? null : hashBytes(picture)),
      group: wordOf(group),
      split: wordOf(split),
    });
  }

  toString(): string {
    return this.#hash.toString();
  }
}

/**
 * Reads all rows of a source for their hash alone: nothing is decoded.
 *
 * @param onRows called with the rows read so far
 * @throws StudioError `data/…`, `net/…` from the source; the signal's reason when it is aborted
 */
export async function hashSource(
  source: OpenedSource,
  onRows: (rows: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = new SourceHash(source.labelNames);
  let rows = 0;
  for await (const batch of source.readRows(signal)) {
    for (const row of batch) hash.add(row);
    rows += batch.length;
    onRows(rows);
  }
  return hash.toString();
}
