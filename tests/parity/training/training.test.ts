/** Our training against real Keras: losses step by step, and what changed at the end. Goldens: keras_training.py. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../support/backends.ts';
import { shows } from '../../support/shows.ts';
import { disagreement, trainingGolden, trainsAsKeras } from '../../support/networks/training-parity.ts';

const names = readdirSync(new URL('goldens/', import.meta.url)).map((name) => name.replace('.json', ''));

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  const lines: string[] = [];
  beforeAll(() => useBackend(backend));
  afterAll(() => {
    process.stdout.write(`${lines.join('\n')}\n`);
  });

  // Plain JavaScript takes long a network: the smallest shows that the result does not hang on wasm's kernels.
  it.each(names.filter((name) => backend !== 'cpu' || name.startsWith('mobilenetv2')))(
    '%s trains as in Keras: 20 steps of the head, 20 of the last layers',
    async (name) => {
      const { loss, lengths, samples, averages, changedInOne } = await disagreement(trainingGolden(name));
      const figures = Object.entries({ loss, lengths, samples, averages });
      lines.push(
        `${backend} ${name}: ${figures.map(([what, x]) => `${what} ${x.toExponential(1)}`).join(', ')}`,
      );
      expect(changedInOne).toEqual([]);
      expect(loss).toBeLessThan(1e-3);
      expect(averages).toBeLessThan(1e-3);
      // Adam turns rounding into steps where a gradient nearly cancels: single weights differ more than their sum.
      expect(lengths).toBeLessThan(5e-3);
      expect(samples).toBeLessThan(5e-2);
      shows(trainsAsKeras(trainingGolden(name), backend));
    },
  );
});
