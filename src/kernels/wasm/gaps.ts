/** Owns finding room among what lies in memory already. */

/** A part that is taken, in bytes. */
export interface Taken {
  readonly at: number;
  readonly end: number;
}

/**
 * Where the first gap begins that is large enough.
 *
 * @param taken in the order in which they lie
 * @param placeFrom the first place from an address on that will do
 */
export function firstGap(
  taken: readonly Taken[],
  bytes: number,
  placeFrom = (at: number): number => at,
): number {
  let at = placeFrom(0);
  for (const part of taken) {
    if (part.at - at >= bytes) return at;
    at = Math.max(at, placeFrom(part.end));
  }
  return at;
}
