/** From a picture to the detector's square and back to a square around a face. */
import { expect, it } from 'vitest';
import { cutOut, faceOf, letterboxed, squareAround } from '../../../../src/data/faces/crop.ts';

/** Its pixels say where they are: red their column, green their row. */
function picture(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return [pixel % width, Math.floor(pixel / width), 7][at % 3] ?? 0;
  });
  return { width, height, channels: 3, data } as const;
}

const pixel = ({ width, data }: { width: number; data: Uint8Array }, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

it('puts a picture in the middle of a black square, and knows where a face of it is', () => {
  const wide = picture(40, 20);
  const square = letterboxed(wide);
  expect([square.width, square.height]).toEqual([40, 40]);
  expect(pixel(square, 5, 9)).toEqual([0, 0, 0]);
  expect(pixel(square, 5, 10)).toEqual([5, 0, 7]);
  expect(pixel(square, 39, 29)).toEqual([39, 19, 7]);
  expect(pixel(square, 39, 30)).toEqual([0, 0, 0]);
  expect(letterboxed(picture(8, 8)).data).toEqual(picture(8, 8).data);
  const box = { x: 0.25, y: 0.5, width: 0.25, height: 0.125 };
  expect(faceOf(box, wide)).toEqual({ x: 10, y: 10, width: 10, height: 5 });
  expect(faceOf(box, picture(20, 40))).toEqual({ x: 0, y: 20, width: 10, height: 5 });
});

it('takes a square around a face with its margin, within the picture', () => {
  const face = { x: 10, y: 8, width: 8, height: 10 };
  expect(squareAround(face, 0.25, { width: 60, height: 40 })).toEqual({ left: 7, top: 6, side: 15 });
  // In a corner it moves, in a picture that is too small for it it shrinks.
  expect(squareAround({ ...face, x: -4, y: 35 }, 0, { width: 60, height: 40 })).toEqual({
    ...{ left: 0, top: 30, side: 10 },
  });
  expect(squareAround(face, 2, { width: 60, height: 40 })).toEqual({ left: 0, top: 0, side: 40 });
  const cut = cutOut(picture(60, 40), { left: 6, top: 5, side: 15 });
  expect([cut.width, cut.height, cut.data.length]).toEqual([15, 15, 15 * 15 * 3]);
  expect(pixel(cut, 0, 0)).toEqual([6, 5, 7]);
  expect(pixel(cut, 14, 14)).toEqual([20, 19, 7]);
});
