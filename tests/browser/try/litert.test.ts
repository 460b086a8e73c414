/** The LiteRT export in Google's LiteRT.js, as pages have it: exact, with halves, and in whole numbers of 8 bits. */
import { expect, it } from 'vitest';
import { apart, asked, filesOf, PICTURES, sheetOf, trainedNetwork } from '../../support/exports/networks.ts';
import { askLiteRt, openLiteRt } from '../../support/litert.ts';
import { newPage } from '../harness.ts';

it(
  'is read by LiteRT.js, its whole numbers as Mien’s own arithmetic has them',
  { timeout: 300_000 },
  async () => {
    const packing = await trainedNetwork(
      { name: 'mobilenetv2', alpha: 0.35, weights: 'random' },
      32,
      'inference',
    );
    const files = await filesOf(packing, 'litert');
    const { pixels, expected } = await asked(packing);
    const { files: claims, size } = sheetOf(files);
    expect(claims.map(({ file }) => file)).toEqual([
      'model.tflite',
      'model.float16.tflite',
      'model.int8.tflite',
    ]);
    const length = pixels.length / PICTURES;
    const inputs = Array.from({ length: PICTURES }, (_, at) => [
      ...pixels.subarray(at * length, (at + 1) * length),
    ]);
    // The library says aloud what it does.
    const page = await newPage({ path: null, allow: [/litert_wasm_internal\.js/u] });
    await openLiteRt(
      page,
      Object.fromEntries(claims.map(({ file }) => [file, files.get(file) ?? new Uint8Array()])),
    );
    for (const { file, tolerance, precision, probabilities, rounding } of claims) {
      const answers = await askLiteRt(page, file, inputs, [1, size, size, 3]);
      const got = answers.map(([row = []]) => row);
      const { difference, others } = apart(got, probabilities ?? expected, 2 * tolerance);
      expect(difference, file).toBeLessThanOrEqual(tolerance);
      expect(others, file).toBe(0);
      if (precision !== 'int8' || rounding === undefined) continue;
      // How often Mien says that the answer stayed is how often it stays there.
      const same = got.filter((row, at) => largest(row) === largest(expected[at] ?? [])).length;
      expect(Math.abs(same - rounding.same)).toBeLessThanOrEqual(0.05 * PICTURES);
    }
    packing.input.model.dispose();
  },
);

const largest = (row: readonly number[]): number => row.indexOf(Math.max(...row));
