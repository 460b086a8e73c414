/**
 * What a reader outside Mien computes from an export of each kind of network, however it was trained, is what the network
 * computes; `tests/networks/exporters.test.ts` does it for every format and file of one network.
 */
import { describe, expect, it } from 'vitest';
import { EXPORTERS } from '../../src/exporters/registry.ts';
import { NODE_READERS } from '../support/exports/readers.ts';
import {
  apart,
  asked,
  filesOf,
  PICTURES,
  sheetOf,
  spread,
  trainedNetwork,
  type Training,
} from '../support/exports/networks.ts';

const NETWORKS = [
  ['mobilenetv2', 32, 'inference'],
  ['efficientnetb0', 64, 'batch'],
  ['vgg16', 32, 'inference'],
] as const satisfies [string, number, Training][];

describe.each(NETWORKS)('%s at %i, trained %s', (name, size, training) => {
  it('is read with its probabilities', { timeout: 300_000 }, async () => {
    const options = name === 'mobilenetv2' ? { alpha: 0.35 } : {};
    const packing = await trainedNetwork({ name, ...options, weights: 'random' }, size, training);
    const { pixels, expected } = await asked(packing);
    expect(spread(expected)).toBeGreaterThan(0.2);
    for (const { entry } of EXPORTERS) {
      const read = NODE_READERS[entry.name];
      if (read === undefined) continue;
      const files = await filesOf(packing, entry.name);
      for (const { file, tolerance, precision, rounding } of sheetOf(files).files) {
        const got = await read(files, file, pixels, [PICTURES, size]);
        const { difference, others } = apart(got, expected, limitOf(precision).close);
        expect(difference, file).toBeLessThan(limitOf(precision).difference);
        if (precision !== 'int8') expect(others, file).toBe(0);
        if (rounding === undefined) continue;
        // What Mien says of the rounding is what the reader finds.
        expect(Math.abs(difference - rounding.largestDifference)).toBeLessThan(2 * tolerance);
        expect(rounding.of).toBe(PICTURES);
      }
    }
    packing.input.model.dispose();
  });
});

/** How far weights may be rounded, and which answers are too close to call. */
function limitOf(precision: string): { readonly difference: number; readonly close: number } {
  switch (precision) {
    case 'float32':
      return { difference: 1e-4, close: 2e-4 };
    case 'float16':
      return { difference: 1e-2, close: 2e-2 };
    default:
      return { difference: 0.2, close: 0.2 };
  }
}
