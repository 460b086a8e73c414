/** Boxes of the face detector, from raw numbers that are written by hand. */
import { expect, it } from 'vitest';
import { facesIn } from '../../../src/models/faces/boxes.ts';

/** Numbers of one box: its index, how sure, and from its cell's middle in pixels of 128. */
type Given = readonly [at: number, logit: number, dx: number, dy: number, width: number, height: number];

function rawOf(...given: readonly Given[]) {
  const scores = new Float32Array(896).fill(-9);
  const boxes = new Float32Array(896 * 16);
  for (const [at, logit, ...numbers] of given) {
    scores[at] = logit;
    boxes.set(numbers, at * 16);
  }
  return { scores, boxes };
}

it('has a box from its cell’s middle: two a cell of the fine map, six of the coarse one', () => {
  // Cell (3, 1) of 16 a side; the second of its boxes.
  const [fine] = facesIn(rawOf([(16 + 3) * 2 + 1, 2, 4, -2, 32, 16]));
  expect(fine?.x).toBeCloseTo(3.5 / 16 + 4 / 128 - 0.125, 6);
  expect(fine?.y).toBeCloseTo(1.5 / 16 - 2 / 128 - 0.0625, 6);
  expect([fine?.width, fine?.height]).toEqual([0.25, 0.125]);
  expect(fine?.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  // Cell (0, 7) of 8 a side; the last of its boxes.
  const [coarse] = facesIn(rawOf([512 + 7 * 8 * 6 + 5, 1, 0, 0, 64, 64]));
  expect([coarse?.x, coarse?.y]).toEqual([0.5 / 8 - 0.25, 7.5 / 8 - 0.25]);
});

it('leaves out what it is not sure of, and takes the mean of boxes that overlap, each as much as it is sure', () => {
  expect(facesIn(rawOf([0, -0.01, 0, 0, 64, 64]))).toEqual([]);
  const [one, ...others] = facesIn(
    rawOf([512 + 27 * 6, 0, 0, 0, 64, 64], [512 + 27 * 6 + 1, Math.log(3), 8, 0, 64, 64]),
  );
  expect(others).toEqual([]);
  expect(one?.score).toBeCloseTo(0.75, 6);
  // Sure by 0.5 and 0.75: three fifths of the way to the second.
  expect(one?.x).toBeCloseTo(3.5 / 8 - 0.25 + (8 / 128) * 0.6, 6);
  expect(one?.width).toBeCloseTo(0.5, 6);
});

it('keeps faces that lie apart, the surest first', () => {
  const faces = facesIn(rawOf([512, 1, 0, 0, 16, 16], [512 + 63 * 6, 3, 0, 0, 16, 16]));
  expect(faces.map(({ x }) => x > 0.5)).toEqual([true, false]);
});
