/** Owns finding one's way in picture files that are made of named chunks, and taking parts out of them. */

/** Four letters, as formats name their parts. */
export function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Where something is in a file, in bytes. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A named part of a file: its head, and what it holds. */
export interface Chunk extends Stretch {
  readonly name: string;
  /** Where what it holds begins. */
  readonly content: number;
}

/** The chunks of a PNG, in order; the last may go on beyond the end of a damaged file. */
export function pngChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Chunk[] = [];
  let at = 8;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at);
    found.push({ name: textAt(bytes, at + 4), start: at, content: at + 8, end });
    at = end;
  }
  return found;
}

/** The chunks of a WebP, those within the frames of an animation too. */
export function webpChunks(bytes: Uint8Array, from = 12, to = bytes.length): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Chunk[] = [];
  let at = from;
  while (at + 8 <= to) {
    const name = textAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size;
    found.push({ name, start: at, content: at + 8, end });
    // A frame says its place, sides and time in 16 bytes first.
    if (name === 'ANMF') found.push(...webpChunks(bytes, at + 24, Math.min(end, to)));
    // Chunks begin at even places.
    at = end + (size % 2);
  }
  return found;
}

/** The bytes outside stretches, which stand in order; one that goes on beyond the end is damage, and stays. */
export function without(
  bytes: Uint8Array<ArrayBuffer>,
  stretches: readonly Stretch[],
): Uint8Array<ArrayBuffer> {
  const whole = stretches.filter(({ end }) => end <= bytes.length);
  if (whole.length === 0) return bytes;
  const rest = new Uint8Array(bytes.length - whole.reduce((sum, { start, end }) => sum + end - start, 0));
  let from = 0;
  let to = 0;
  for (const { start, end } of [...whole, { start: bytes.length, end: bytes.length }]) {
    rest.set(bytes.subarray(from, start), to);
    to += start - from;
    from = end;
  }
  return rest;
}

/**
 * A copy in which the chunks at these places have a name that no decoder knows, and so are passed over: cutting them out
 * would mean to write sizes and offsets anew. The very bytes where there are none.
 */
export function renamed(bytes: Uint8Array<ArrayBuffer>, places: readonly number[]): Uint8Array<ArrayBuffer> {
  if (places.length === 0) return bytes;
  const copy = bytes.slice();
  for (const at of places) copy.set([0x58, 0x58, 0x58, 0x58], at);
  return copy;
}
