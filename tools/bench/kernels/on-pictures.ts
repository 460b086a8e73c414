/**
 * Owns what is measured of the kernels that prepare pictures and make the network's input of them: SIMD against the same passes
 * in JavaScript, or a copy.
 */
import * as tf from '@tensorflow/tfjs';
import { applyViews } from '../../../src/data/augmentations/apply-views.ts';
import { planViews } from '../../../src/data/augmentations/plan-views.ts';
import { resizeByKernel } from '../../../src/data/resize/resize-kernel.ts';
import { resizeAcross, resizeDown } from '../../../src/data/resize/resize-scalar.ts';
import { weightsOf } from '../../../src/data/resize/resize-weights.ts';
import { preprocess, scaleToPlusMinusOne } from '../../../src/models/backbones/backbone.ts';
import { layout420, planesToRgb } from '../../../src/platform/pictures/ycc-kernel.ts';
import { runKernel, type KernelCase } from './kernel-case.ts';

const [WIDTH, HEIGHT, SIZE] = [640, 640, 224];

const bytes = (count: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: count }, (_, index) => (index * 7919) % 256);

/** Views are made of so many pictures. */
const COUNT = 4;
/** Operations on float64 of a pixel: to be scaled, to be moved as well, and for contrast besides. */
const [SCALED, MOVED, CONTRASTED] = [9, 55, 73];
const MOVES = { views: 1, horizontalFlip: true, rotationDegrees: 10, zoom: 0.1 } as const;

/** A picture of the paper's set, from a JPEG's planes to the network's input; wasm is the current backend. */
export function pictureCases(): readonly KernelCase[] {
  return [
    ...preparingCases(),
    viewsCase('as they are', null, SCALED),
    viewsCase('mirrored, turned, zoomed', MOVES, MOVED),
    viewsCase('the same with contrast', { ...MOVES, contrast: 0.1 }, CONTRASTED),
  ];
}

/** @param augmentation null for pictures as they are */
function viewsCase(
  what: string,
  augmentation: Parameters<typeof planViews>[0] | null,
  operations: number,
): KernelCase {
  const rows = Array.from({ length: COUNT }, (_, row) => row);
  const pictures = bytes(COUNT * SIZE * SIZE * 3);
  const plan = planViews(augmentation ?? { views: 1 }, { seed: 42, rows, view: 0, size: SIZE });
  const inputs = {
    pictures: tf.tensor1d(new Int32Array(pictures.buffer), 'int32'),
    ...{ transforms: tf.tensor1d(plan.transforms), contrast: tf.tensor1d(plan.contrast) },
    patches: tf.tensor1d(plan.patches),
  };
  const preprocessing = scaleToPlusMinusOne;
  const changesContrast = plan.contrast.some((factor) => factor !== 1);
  const attrs = { count: COUNT, size: SIZE, changesContrast, preprocessing };
  return {
    what: `views of ${COUNT} pictures of ${SIZE}, ${what}`,
    against: 'the host in JavaScript',
    // A vector has two float64 where it has four float32, of which the roof is.
    flops: 2 * operations * COUNT * SIZE * SIZE,
    bytes: pictures.length * (1 + Float32Array.BYTES_PER_ELEMENT),
    ours: () => {
      tf.dispose(runKernel('MienViews', inputs, attrs));
    },
    theirs: () => {
      preprocess(augmentation === null ? pictures : applyViews(plan, pictures, SIZE), preprocessing);
    },
  };
}

/** From a JPEG's planes to the size that networks take. */
function preparingCases(): readonly KernelCase[] {
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
