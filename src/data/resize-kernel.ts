/**
 * Owns the SIMD kernel of resizing and its memory. The module is resize-kernel.wat, assembled.
 */
import { startSimdModule } from '../lib/simd-module.ts';
import { rgbaToRgb } from '../platform/pixels.ts';
import type { RgbPicture } from '../platform/platform.ts';
import type { Weights } from './resize-weights.ts';

export const RESIZE_KERNEL =
  'AGFzbQEAAAABGQJgCn9/f39/f39/f38AYAh/f39/f39/fwADAwIAAQUDAQABBxoDBm1lbW9yeQIABmFjcm9zcwAABGRvd24AAQrB' +
  'BgKvAgIEfwR7/QwAEAMQARAEEAIQBRAQEBAQ/QwAEAQQARAFEAIQBhAQEBAQIARBA0YbIQ4DQEEAIQoDQCAAIAQgBiAKQQJ0aigC' +
  'AGxqIQsgCCAKIAlsaiEMIAwgByAKQQJ0aigCAEEDdGohDf0MAAAAAAAAAAAAAAAAAAAAACEQ/QwAACAAAAAgAAAAIAAAACAAIRED' +
  'QCAL/V0DACAO/Q4hDyAQIA8gDP0JAgD9ugH9rgEhECARIA8gDP0JAgT9ugH9rgEhESALIARBAXRqIQsgDEEIaiEMIAwgDUkNAAsg' +
  'EEEP/asBIBH9rgFBFv2sASERIBEgEf2FASERIAEgESAR/Wb9WgIAACABQQNqIQEgCkEBaiEKIAogBUkNAAsgACADaiEAIAJBAWsh' +
  'AiACDQALC40EAgZ/DnsDQCAAIAIgBCAIQQJ0aigCAGxqIQ0gBSAIQQJ0aigCAEEDdCEMQQAhCQNAIA0gCWohCkEAIQv9DAAAAAAA' +
  'AAAAAAAAAAAAAAAhFCAUIRUgFCEWIBQhF/0MAAAgAAAAIAAAACAAAAAgACEYIBghGSAYIRogGCEbA0AgCv0ABAAhDiAKIAJq/QAE' +
  'ACEPIA4gD/0NABABEQISAxMEFAUVBhYHFyEQIA4gD/0NCBgJGQoaCxsMHA0dDh4PHyERIAYgC2r9CQIAIRIgBiALav0JAgQhEyAQ' +
  '/YkBIQ4gFCAOIBL9ugH9rgEhFCAYIA4gE/26Af2uASEYIBD9igEhDiAVIA4gEv26Af2uASEVIBkgDiAT/boB/a4BIRkgEf2JASEO' +
  'IBYgDiAS/boB/a4BIRYgGiAOIBP9ugH9rgEhGiAR/YoBIQ4gFyAOIBL9ugH9rgEhFyAbIA4gE/26Af2uASEbIAogAkEBdGohCiAL' +
  'QQhqIQsgCyAMSQ0ACyAUQQ/9qwEgGP2uAUEW/awBIRggFUEP/asBIBn9rgFBFv2sASEZIBZBD/2rASAa/a4BQRb9rAEhGiAXQQ/9' +
  'qwEgG/2uAUEW/awBIRsgASAJaiAYIBn9hQEgGiAb/YUB/Wb9CwQAIAlBEGohCSAJIAJJDQALIAYgB2ohBiABIAJqIQEgCEEBaiEI' +
  'IAggA0kNAAsL';

/** What the module exports. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  across(
    from: number, into: number, rows: number, rowBytes: number, channels: number,
    to: number, starts: number, pairs: number, weights: number, weightBytes: number,
  ): void; // prettier-ignore
  down(
    from: number, into: number, rowBytes: number,
    to: number, starts: number, pairs: number, weights: number, weightBytes: number,
  ): void; // prettier-ignore
}

/** The kernel may read so far beyond the last pixel, and write so far beyond the last row. */
const SLACK_BYTES = 16;
/** Rows go through the kernel's memory in bands that fit the processor's caches. */
const BAND_BYTES = 2 ** 18;
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
  const bandRows = Math.max(1, Math.min(rows, Math.floor(BAND_BYTES / rowBytes)));
  const layout = new Layout();
  const acrossAt = layout.weights(across);
  const downAt = layout.weights(down);
  const bandAt = layout.place(bandRows * rowBytes);
  // The kernel reads a row more than there is where the number of rows is odd.
  const middleAt = layout.place((rows + 1) * width * 3);
  const resultAt = layout.place(height * width * 3);
  if (layout.size > MOST_BYTES) return null;
  grow(kernel.memory, layout.size);
  const bytes = new Uint8Array(kernel.memory.buffer);
  if (across === null) {
    bytes.set(channels === 3 ? data : rgbaToRgb(data), middleAt);
  } else {
    const { starts, pairs, weights, weightBytes } = store(kernel.memory, acrossAt, across);
    for (let row = 0; row < rows; row += bandRows) {
      const count = Math.min(bandRows, rows - row);
      bytes.set(data.subarray(row * rowBytes, (row + count) * rowBytes), bandAt);
      const into = middleAt + row * width * 3;
      kernel.across(bandAt, into, count, rowBytes, channels, width, starts, pairs, weights, weightBytes);
    }
  }
  if (down === null) return bytes.slice(middleAt, middleAt + rows * width * 3);
  const { starts, pairs, weights, weightBytes } = store(kernel.memory, downAt, down);
  kernel.down(middleAt, resultAt, width * 3, height, starts, pairs, weights, weightBytes);
  return bytes.slice(resultAt, resultAt + height * width * 3);
}

function theKernel(): KernelExports | null {
  if (loaded === undefined) loaded = startSimdModule(RESIZE_KERNEL) as KernelExports | null;
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
