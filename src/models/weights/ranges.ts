/** Owns which bytes of a file are fetched together: neighbours in one read, long reads in parts that can be cancelled. */

export interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** Reads are cut at this size, so that progress shows and cancelling takes effect. */
export const MAX_READ_BYTES = 16 * 2 ** 20;

/** A gap up to this size is read and thrown away: cheaper than another request. */
const MAX_GAP_BYTES = 32 * 2 ** 10;

/** The fewest reads that cover the ranges; sorted, none longer than {@link MAX_READ_BYTES} unless one range is. */
export function mergeRanges<Range extends ByteRange>(
  ranges: readonly Range[],
): (ByteRange & { readonly parts: readonly Range[] })[] {
  const merged: { start: number; end: number; parts: Range[] }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    const joins =
      last !== undefined &&
      range.start - last.end <= MAX_GAP_BYTES &&
      range.end - last.start <= MAX_READ_BYTES;
    if (joins) {
      last.end = Math.max(last.end, range.end);
      last.parts.push(range);
    } else {
      merged.push({ start: range.start, end: range.end, parts: [range] });
    }
  }
  return merged;
}
