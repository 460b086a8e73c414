/**
 * Owns the SIMD kernel of resizing and its memory. The module is resize-kernel.as.ts, compiled.
 *
 * The two passes are sums of products of bytes with weights of 23 bits and a sign, which must come out to the bit. SIMD has a
 * dot product of 16-bit pairs with sums of 32 bits, so a weight is split in high 2^15 + low, and each half has sums of its own:
 * two dot products for two taps, and no rounding but the last. Down a column, 16 neighbouring bytes of a row are taken at once.
 * Across a row neighbours belong to one sum; so 16 rows are interleaved first until their columns lie one behind the other, and
 * go across together, each of the 16 lanes a row. Interleaving is done by four rounds of pairing bytes, and undone so.
 *
 * A picture of 640 x 640 to 224 by lanczos takes 10 million multiply-adds; its 1.2 MB are read once, and 0.4 MB between the
 * passes stay in the second cache, so arithmetic is the bound. One thread of an AMD EPYC,
 * `npm run bench -- --only kernels`: 16 GFLOP/s of the 38 that multiplying and adding floats reaches there, 16 times the same
 * passes in JavaScript.
 */
import { startSimdModule } from '../../lib/bytes/simd-module.ts';
import { rgbaToRgb } from '../../platform/pictures/pixels.ts';
import type { RgbPicture } from '../../platform/platform.ts';
import { MODULE } from './resize-kernel.wasm.ts';
import type { Weights } from './resize-weights.ts';

/** What the module exports. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  across(
    from: number, other: number, into: number, rowBytes: number, channels: number,
    to: number, starts: number, pairs: number, weights: number, weightBytes: number,
  ): void; // oxfmt-ignore
  down(
    from: number, into: number, rowBytes: number,
    to: number, starts: number, pairs: number, weights: number, weightBytes: number,
  ): void; // oxfmt-ignore
}

/** The kernel may read so far beyond the last pixel, and write so far beyond the last row. */
const SLACK_BYTES = 64;
/** Rows that go across at a time. */
const BAND_ROWS = 16;
/** The memory never shrinks, so that what takes more of it is left to plain JavaScript. */
const MOST_BYTES = 2 ** 26;

/** Undefined until first asked for, null where WebAssembly has no SIMD. */
let loaded: KernelExports | null | undefined;

/** A pass's weights, in the order that the kernel reads them. */
interface PackedWeights {
  readonly pairs: Int32Array;
  /** 16-bit numbers: for each pair of pixels the weights' upper halves, then their lower. */
  readonly halves: Int16Array;
  /** Bytes of one output pixel's weights. */
  readonly weightBytes: number;
}

const packed = new WeakMap<Weights, PackedWeights>();

/**
 * Resizes by SIMD.
 *
 * @returns `[down, across, 3]`, or null where there is no SIMD or the picture is too large for it
 */
export function resizeByKernel(
  picture: RgbPicture,
  across: Weights | null,
  down: Weights | null,
): Uint8Array | null {
  const { width: columns, height: rows, channels, data } = picture;
  const kernel = theKernel();
  if (kernel === null) return null;
  const width = across?.starts.length ?? columns;
  const height = down?.starts.length ?? rows;
  const rowBytes = columns * channels;
  const layout = new Layout();
  const acrossAt = layout.weights(across);
  const downAt = layout.weights(down);
  const bandAt = layout.place(BAND_ROWS * rowBytes);
  const otherAt = layout.place(BAND_ROWS * Math.max(rowBytes, width * 3));
  // The last band writes all of its rows; down reads a row more than there is where their number is odd.
  const middleAt = layout.place((rows + BAND_ROWS) * width * 3);
  const resultAt = layout.place(height * width * 3);
  if (layout.size > MOST_BYTES) return null;
  grow(kernel.memory, layout.size);
  const bytes = new Uint8Array(kernel.memory.buffer);
  if (across === null) {
    bytes.set(channels === 3 ? data : rgbaToRgb(data), middleAt);
  } else {
    const { starts, pairs, weights, weightBytes } = store(kernel.memory, acrossAt, across);
    for (let row = 0; row < rows; row += BAND_ROWS) {
      const count = Math.min(BAND_ROWS, rows - row);
      bytes.set(data.subarray(row * rowBytes, (row + count) * rowBytes), bandAt);
      const into = middleAt + row * width * 3;
      kernel.across(bandAt, otherAt, into, rowBytes, channels, width, starts, pairs, weights, weightBytes);
    }
  }
  if (down === null) return bytes.slice(middleAt, middleAt + rows * width * 3);
  const { starts, pairs, weights, weightBytes } = store(kernel.memory, downAt, down);
  kernel.down(middleAt, resultAt, width * 3, height, starts, pairs, weights, weightBytes);
  return bytes.slice(resultAt, resultAt + height * width * 3);
}

function theKernel(): KernelExports | null {
  if (loaded === undefined) loaded = startSimdModule(MODULE) as KernelExports | null;
  return loaded;
}

/** Places things one after another in the kernel's memory. */
class Layout {
  size = 0;

  place(bytes: number): number {
    const at = this.size;
    this.size = Math.ceil((at + bytes + SLACK_BYTES) / 16) * 16;
    return at;
  }

  weights(weights: Weights | null): number {
    if (weights === null) return 0;
    return this.place(weights.starts.byteLength * 2 + pack(weights).halves.byteLength);
  }
}

function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
}

function store(
  memory: WebAssembly.Memory,
  at: number,
  weights: Weights,
): { starts: number; pairs: number; weights: number; weightBytes: number } {
  const { pairs, halves, weightBytes } = pack(weights);
  const { starts } = weights;
  const pairsAt = at + starts.byteLength;
  const halvesAt = pairsAt + pairs.byteLength;
  new Int32Array(memory.buffer, at, starts.length).set(starts);
  new Int32Array(memory.buffer, pairsAt, pairs.length).set(pairs);
  new Int16Array(memory.buffer, halvesAt, halves.length).set(halves);
  return { starts: at, pairs: pairsAt, weights: halvesAt, weightBytes };
}

function pack(weights: Weights): PackedWeights {
  const kept = packed.get(weights);
  if (kept !== undefined) return kept;
  const { counts, stride, values } = weights;
  const pairs = counts.map((count) => Math.ceil(count / 2));
  const mostPairs = Math.ceil(stride / 2);
  const halves = new Int16Array(counts.length * mostPairs * 4);
  for (const [i, count] of counts.entries()) {
    for (let k = 0; k < count; k += 1) {
      const value = values[i * stride + k]!;
      const at = (i * mostPairs + Math.floor(k / 2)) * 4 + (k % 2);
      halves[at] = value >> 15;
      halves[at + 2] = value & 0x7fff;
    }
  }
  const made = { pairs, halves, weightBytes: mostPairs * 8 };
  packed.set(weights, made);
  return made;
}
