/**
 * Owns making RGB of a JPEG's planes, as libjpeg makes it, by SIMD, and the memory for it. The module is ycc-kernel.wat,
 * assembled.
 *
 * A JPEG keeps brightness Y for each pixel and two colours, Cb and Cr, for each square of four. Their values become as many as
 * pixels by weights of a triangle: a pixel takes 3/4 of the nearest and 1/4 of the next, across and down, so sixteenths 9, 3, 3
 * and 1, with 8 or 7 added in turn before the shift so that rounding favours no side. Then
 *
 *     R = Y + 1.402 Cr      G = Y - 0.344136 Cb - 0.714136 Cr      B = Y + 1.772 Cb
 *
 * in fixed point of 16 bits behind the point. libjpeg looks two of these products up in tables; here lanes of 16 bits make them,
 * with factors chosen so that each of the 256 values comes out as in the table. Factors above 1 do not fit and are taken less a
 * whole number: 1.772 Cb is 2 Cb - 0.228 Cb. Green's two products are one dot product, rounded once, as libjpeg does.
 *
 * One thread of an AMD EPYC, `npm run bench -- --only kernels`: 3.8 GB/s of planes and RGB together, half a millisecond for
 * 640 x 640 pixels. A copy has 57 GB/s: shuffling bytes into triples is the work, not memory.
 */
import { startSimdModule } from '../../lib/bytes/simd-module.ts';
import { invariant } from '../../protocol/errors.ts';

export const YCC_KERNEL =
  'AGFzbQEAAAABFAJgBX9/f39/AGAIf39/f39/f38AAwQDAAABBQMBAAEHEAIGbWVtb3J5AgADcmdiAAIKmAcD4gICAn8DewNAIAAgBWr9XQMA' +
  '/YkBIQcgAyAFQQF0aiAHIAdBAf2LAf2OASABIAVq/V0DAP2JAf2OAf0LBAAgBUEIaiEFIAUgAkkNAAsgA0ECayADLwEAOwEAIAMgAkEBdGoh' +
  'BiAGIAZBAmsvAQA7AQBBACEFA0AgAyAFQQF0aiEGIAb9AAQAIQcgByAHQQH9iwH9jgEhByAHIAZBAmv9AAQA/Y4B/QwIAAgACAAIAAgACAAI' +
  'AAgA/Y4BQQT9jQH9DIAAgACAAIAAgACAAIAAgAD9kQEhCCAHIAb9AAQC/Y4B/QwHAAcABwAHAAcABwAHAAcA/Y4BQQT9jQH9DIAAgACAAIAA' +
  'gACAAIAAgAD9kQEhCSAEIAVBAnRqIQYgBiAIIAn9DQABEBECAxITBAUUFQYHFhf9CwQAIAYgCCAJ/Q0ICRgZCgsaGwwNHB0ODx4f/QsEECAF' +
  'QQhqIQUgBSACSQ0ACwv9AgIBfwh7A0AgACAFav1dAwD9iQEhBiABIAVBAXRq/QAEACEHIAIgBUEBdGr9AAQAIQggBiAI/Y4BIAj9DHUzdTN1' +
  'M3UzdTN1M3UzdTP9ggH9jgEhCyAGIAdBAf2LAf2OASAH/QzR4tHi0eLR4tHi0eLR4tHi/YIB/Y4BIQ0gByAI/Q0AARARAgMSEwQFFBUGBxYX' +
  '/Qzmpy5J5qcuSeanLknmpy5J/boB/QwAgAAAAIAAAACAAAAAgAAA/a4BQRD9rAEhCSAHIAj9DQgJGBkKCxobDA0cHQ4PHh/9DOanLknmpy5J' +
  '5qcuSeanLkn9ugH9DACAAAAAgAAAAIAAAACAAAD9rgFBEP2sASEKIAYgCP2RASAJIAr9hQH9jgEhDCALIAz9ZiELIA0gDf1mIQ0gAyALIA39' +
  'DQAIEAEJEQIKEgMLEwQMFAX9CwQAIAMgCyAN/Q0NFQYOFgcPFwAAAAAAAAAA/VsDEAAgA0EYaiEDIAVBCGohBSAFIARJDQALC7IBAQd/IARB' +
  'AWpBAXYhCyAFQQFqQQF2QQFrIQwgBiAHaiENIA0gB2ohDgNAIAhBAXYhCSAIQQFxBH8gCUEBaiAMIAkgDEkbBSAJQQFrQQAgCRsLIQogCSAL' +
  'bCEJIAogC2whCiABIAlqIAEgCmogCyAGIA0QACACIAlqIAIgCmogCyAGIA4QACAAIA0gDiADIAQQASAAIARqIQAgAyAEQQNsaiEDIAhBAWoh' +
  'CCAIIAVJDQALCw==';

/** What the module exports. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  rgb(
    y: number, cb: number, cr: number, into: number,
    columns: number, rows: number, scratch: number, scratchBytes: number,
  ): void; // prettier-ignore
}

/** The kernel reads and writes so far beyond the ends, at most. */
const SLACK_BYTES = 32;
/** The memory never shrinks, so that larger pictures are not for this. */
const MOST_PIXELS = 2 ** 23;
/** Of fewer columns libjpeg makes the colours another way. */
const LEAST_COLUMNS = 5;

/** Undefined until first asked for, null where WebAssembly has no SIMD. */
let loaded: KernelExports | null | undefined;

/** Where the planes of a picture stand, one behind the other: brightness, blue, red. */
export interface PlaneLayout420 {
  readonly byteLength: number;
  /** Of a row, and how many bytes stand before the plane; in the order of the planes. */
  readonly planes: readonly { readonly offset: number; readonly stride: number }[];
}

/** How the planes of a picture are to be laid out. */
export function layout420(width: number, height: number): PlaneLayout420 {
  const stride = (width + 1) >> 1;
  const blueAt = width * height;
  const redAt = blueAt + stride * ((height + 1) >> 1);
  return {
    byteLength: 2 * redAt - blueAt,
    planes: [
      { offset: 0, stride: width },
      { offset: blueAt, stride },
      { offset: redAt, stride },
    ],
  };
}

/** Whether pictures of these sides can be had from {@link planesToRgb}. */
export function takesPlanes(width: number, height: number): boolean {
  return width >= LEAST_COLUMNS && width * height <= MOST_PIXELS && theKernel() !== null;
}

/**
 * Planes whose colours have half of the sides to RGB, bit by bit as libjpeg does it.
 *
 * @param planes as {@link layout420} says; a picture of which {@link takesPlanes} is true
 * @param rgb filled: RGB uint8, `[height, width, 3]`
 */
export function planesToRgb(planes: Uint8Array, width: number, height: number, rgb: Uint8Array): void {
  const kernel = theKernel();
  invariant(kernel !== null, 'takesPlanes was asked');
  const [y, blue, red] = layout420(width, height).planes.map(({ offset }) => offset) as [
    number,
    number,
    number,
  ];
  const into = align(planes.byteLength);
  // Twice 16 bits a value, and a value before the first.
  const scratchBytes = align(width * 2);
  const scratch = align(into + rgb.byteLength) + SLACK_BYTES;
  const missing = scratch + 3 * scratchBytes - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / 65_536));
  const bytes = new Uint8Array(kernel.memory.buffer);
  bytes.set(planes);
  kernel.rgb(y, blue, red, into, width, height, scratch, scratchBytes);
  rgb.set(bytes.subarray(into, into + rgb.byteLength));
}

const align = (bytes: number): number => Math.ceil((bytes + SLACK_BYTES) / 16) * 16;

function theKernel(): KernelExports | null {
  if (loaded === undefined) loaded = startSimdModule(YCC_KERNEL) as KernelExports | null;
  return loaded;
}
