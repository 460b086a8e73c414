/**
 * Owns making RGB of a JPEG's planes, as libjpeg makes it, by SIMD, and the memory for it. The module is
 * ycc-kernel.as.ts, compiled.
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
import { MODULE } from './ycc-kernel.wasm.ts';

/** What the module exports. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  rgb(
    y: number, cb: number, cr: number, into: number,
    columns: number, rows: number, scratch: number, scratchBytes: number,
  ): void; // oxfmt-ignore
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
  if (loaded === undefined) loaded = startSimdModule(MODULE) as KernelExports | null;
  return loaded;
}
