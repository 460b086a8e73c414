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

  // Plain JavaScript takes seconds a step: the smallest network's first ones show that nothing hangs on wasm's kernels.
  const isSlow = backend === 'cpu';
  const steps = isSlow ? 4 : 20;
  it.each(names.filter((name) => !isSlow || name.startsWith('mobilenetv2')))(
    `%s trains as in Keras: 20 steps of the head, ${steps} of the last layers`,
    async (name) => {
      const golden = trainingGolden(name);
      const { loss, lengths, samples, averages, changedInOne } = await disagreement(golden, steps);
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
      shows(trainsAsKeras(golden, backend));
    },
  );
});
