/** Owns what is measured of the kernels that prepare pictures: SIMD against the same passes in JavaScript, or a copy. */
import { resizeByKernel } from '../../../src/data/resize/resize-kernel.ts';
import { resizeAcross, resizeDown } from '../../../src/data/resize/resize-scalar.ts';
import { weightsOf } from '../../../src/data/resize/resize-weights.ts';
import { layout420, planesToRgb } from '../../../src/platform/pictures/ycc-kernel.ts';
import type { KernelCase } from './kernel-case.ts';

const [WIDTH, HEIGHT, SIZE] = [640, 640, 224];

const bytes = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => (index * 7919) % 256);

/** A picture of the paper's set, from a JPEG's planes to the size that networks take. */
export function pictureCases(): readonly KernelCase[] {
  const picture = bytes(WIDTH * HEIGHT * 3);
  const [across, down] = [weightsOf('lanczos', WIDTH, SIZE), weightsOf('lanczos', HEIGHT, SIZE)];
  const rgb = { width: WIDTH, height: HEIGHT, channels: 3 as const, data: picture };
  const { byteLength } = layout420(WIDTH, HEIGHT);
  const planes = bytes(byteLength);
  const colours = new Uint8Array(picture.length);
  return [
    {
      what: `resizing ${WIDTH}x${HEIGHT} to ${SIZE}x${SIZE}, lanczos`,
      against: 'the passes in JavaScript',
      // Each output value of either pass is a sum over the weights that are not zero.
      flops: 2 * 3 * (HEIGHT * SIZE * tapsOf(across) + SIZE * SIZE * tapsOf(down)),
      bytes: picture.length + 2 * HEIGHT * SIZE * 3 + SIZE * SIZE * 3,
      ours: () => void resizeByKernel(rgb, across, down),
      theirs: () => void resizeDown(resizeAcross(picture, HEIGHT, WIDTH, across), SIZE, down),
    },
    {
      what: `planes of ${WIDTH}x${HEIGHT} to RGB`,
      against: 'a copy of RGB to RGB',
      bytes: byteLength + picture.length,
      ours: () => planesToRgb(planes, WIDTH, HEIGHT, colours),
      theirs: () => colours.set(picture),
    },
  ];
}

/** Weights of an output pixel, in the mean. */
const tapsOf = (weights: ReturnType<typeof weightsOf>): number =>
  weights === null ? 0 : weights.counts.reduce((sum, count) => sum + count, 0) / weights.counts.length;
