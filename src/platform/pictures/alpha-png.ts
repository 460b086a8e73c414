/**
 * Owns decoding PNGs whose pixels are stored with their alpha, which no browser hands over untouched: the browser
 * inflates them, the rest is done here.
 *
 * A PNG is a stream of rows, each begun by the number of its filter: what is stored is the difference of each byte x from
 * a guess made of the bytes of the pixel to its left (a), of the one above (b) and of the one above left (c):
 * 0: 0, 1: a, 2: b, 3: (a + b) / 2 rounded down, 4: whichever of a, b, c is nearest to a + b - c. Interlaced pictures
 * (Adam7) are seven pictures of fewer pixels, one after another.
 *
 * @see https://www.w3.org/TR/png-3/#9Filters
 */
import type { RgbPicture } from '../platform.ts';
import { pngChunks } from './formats/named-chunks.ts';
import { undecodable } from './picture-header.ts';

/** Where a pass begins and how far its pixels are from each other: `[x, y, across, down]`. */
type Pass = readonly [number, number, number, number];

const WHOLE: readonly Pass[] = [[0, 0, 1, 1]];
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Bytes of a row, and how many of them make a pixel and a value. */
interface Row {
  readonly bytes: number;
  readonly pixelBytes: number;
}

/**
 * The colours of a PNG with alpha, whatever their alpha is; of 16 bits the upper 8.
 *
 * @param png by its header
 * @returns null where its pixels have no alpha of their own; then a browser decodes it as well
 * @throws StudioError `data/picture-undecodable` when it is damaged
 */
export async function decodeAlphaPng(png: Uint8Array<ArrayBuffer>): Promise<RgbPicture | null> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colourType, isInterlaced] = [png[24]!, png[25]!, png[28] === 1];
  if (colourType !== 4 && colourType !== 6) return null;
  const valueBytes = depth / 8;
  const pixelBytes = valueBytes * (colourType === 6 ? 4 : 2);
  const passes = (isInterlaced ? ADAM7 : WHOLE)
    .map((pass) => ({
      pass,
      columns: stepsOf(width, pass[0], pass[2]),
      rows: stepsOf(height, pass[1], pass[3]),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const bytes = passes.reduce((sum, { columns, rows }) => sum + rows * (1 + columns * pixelBytes), 0);
  const stream = await inflated(png, bytes);
  const data = new Uint8Array(width * height * 3);
  let from = 0;
  for (const { pass, columns, rows } of passes) {
    const row: Row = { bytes: columns * pixelBytes, pixelBytes };
    unfilter(stream.subarray(from, from + rows * (1 + row.bytes)), row, png);
    for (let y = 0; y < rows; y++) {
      const values = stream.subarray(from + 1, from + 1 + row.bytes);
      const start = (pass[1] + y * pass[3]) * width + pass[0];
      copyColours(values, row, valueBytes, data, start, pass[2]);
      from += 1 + row.bytes;
    }
  }
  return { width, height, channels: 3, data };
}

/** How many of `total` places are reached from `first` by steps of `step`. */
const stepsOf = (total: number, first: number, step: number): number => Math.ceil((total - first) / step);

/** So many bytes of what the picture's data inflate to. */
async function inflated(png: Uint8Array<ArrayBuffer>, bytes: number): Promise<Uint8Array> {
  const parts = pngChunks(png)
    .filter(({ name }) => name === 'IDAT')
    .map(({ content, end }) => png.subarray(content, end - 4));
  const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const all = new Uint8Array(bytes);
  let at = 0;
  while (at < bytes) {
    const { value, done } = await reader.read().catch((cause: unknown) => {
      throw undecodable(png, cause);
    });
    if (done) throw undecodable(png, `${bytes} bytes of pixels were expected; ${at} came`);
    all.set(value.subarray(0, bytes - at), at);
    at += value.length;
  }
  // What comes after the picture is nobody's concern.
  await reader.cancel();
  return all;
}

/** Turns rows of differences of a PNG, each after the number of its filter, into rows of values, where they are. */
function unfilter(rows: Uint8Array, { bytes, pixelBytes }: Row, png: Uint8Array): void {
  const stride = bytes + 1;
  const nothing = new Uint8Array(bytes);
  for (let start = 1; start < rows.length; start += stride) {
    const row = rows.subarray(start, start + bytes);
    const above = start === 1 ? nothing : rows.subarray(start - stride, start - 1);
    const filter = rows[start - 1]!;
    // Bytes: sums wrap around by themselves.
    if (filter === 1) for (let at = pixelBytes; at < bytes; at++) row[at]! += row[at - pixelBytes]!;
    else if (filter === 2) for (let at = 0; at < bytes; at++) row[at]! += above[at]!;
    else if (filter === 3) addMeans(row, above, pixelBytes);
    else if (filter === 4) addNearest(row, above, pixelBytes);
    else if (filter !== 0) throw undecodable(png, `a filter from 0 to 4 was expected; ${filter} came`);
  }
}

function addMeans(row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let at = 0; at < pixelBytes; at++) row[at]! += above[at]! >> 1;
  for (let at = pixelBytes; at < row.length; at++) row[at]! += (row[at - pixelBytes]! + above[at]!) >> 1;
}

/** Paeth's filter; in a tie left goes before above, and both before above left. */
function addNearest(row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  // With nothing to the left, above is nearest.
  for (let at = 0; at < pixelBytes; at++) row[at]! += above[at]!;
  for (let at = pixelBytes; at < row.length; at++) {
    const a = row[at - pixelBytes]!;
    const b = above[at]!;
    const c = above[at - pixelBytes]!;
    const toA = Math.abs(b - c);
    const toB = Math.abs(a - c);
    const toC = Math.abs(a + b - 2 * c);
    row[at]! += toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
  }
}

/** Writes the colours of a row of pixels, each `step` pixels from the last. */
function copyColours(
  values: Uint8Array,
  { bytes, pixelBytes }: Row,
  valueBytes: number,
  data: Uint8Array,
  start: number,
  step: number,
): void {
  const isGrey = pixelBytes === 2 * valueBytes;
  let to = start * 3;
  for (let at = 0; at < bytes; at += pixelBytes, to += step * 3) {
    data[to] = values[at]!;
    data[to + 1] = values[isGrey ? at : at + valueBytes]!;
    data[to + 2] = values[isGrey ? at : at + 2 * valueBytes]!;
  }
}
