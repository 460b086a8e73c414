/**
 * Owns where a recording's values lie: in a room that is as small as those that are needed at once allow, and beside it what
 * kernels are told, which stays.
 */
import { firstGap, type Taken } from '../gaps.ts';
import type { Constant, Made } from './recorder.ts';

/** Of a line of the cache. */
const ALIGNMENT = 64;

/**
 * The first place from `at` on that lies in its line as `start` does: what has been aligned stays so.
 */
export const alignedAs = (start: number, at: number): number =>
  Math.ceil((at - (start % ALIGNMENT)) / ALIGNMENT) * ALIGNMENT + (start % ALIGNMENT);

/** Bytes that such a place may lie further on than `at`. */
export const SLACK = ALIGNMENT;

/** Places in bytes from the beginning of a room, which begins with a line of the cache. */
export interface Placed<Piece> {
  readonly places: ReadonlyMap<Piece, number>;
  readonly bytes: number;
}

/** Side by side. */
export function placeConstants(constants: readonly Constant[]): Placed<Constant> {
  const places = new Map<Constant, number>();
  let end = 0;
  for (const constant of constants) {
    const at = alignedAs(constant.start, end);
    places.set(constant, at);
    end = at + constant.bytes;
  }
  return { places, bytes: end };
}

/** What is made later may lie where what nobody reads any more has been. */
export function placeMade(made: readonly Made[]): Placed<Made> {
  const places = new Map<Made, number>();
  const byFirst = made
    .flatMap((piece) => (piece.used === null ? [] : [{ piece, ...piece.used }]))
    .toSorted((one, other) => one.first - other.first);
  let held: (Taken & { readonly last: number })[] = [];
  let bytes = 0;
  for (const { piece, first, last } of byFirst) {
    held = held.filter((other) => other.last >= first);
    const at = firstGap(held, piece.bytes, (place) => alignedAs(piece.start, place));
    const end = at + piece.bytes;
    held = [...held, { at, end, last }].toSorted((one, other) => one.at - other.at);
    bytes = Math.max(bytes, end);
    places.set(piece, at);
  }
  return { places, bytes };
}
