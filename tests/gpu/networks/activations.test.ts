/** The three networks on WebGPU against real Keras, at every depth, by the goldens of tests/parity/models. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { largestError, parseGolden, type Golden } from '../../parity/models/golden.ts';
import { useBackend } from '../../support/backends.ts';
import { shows } from '../../support/shows.ts';

const golden = (name: string): Golden => {
  const url = new URL(`../../parity/models/goldens/keras/${name}.json`, import.meta.url);
  return parseGolden(readFileSync(url, 'utf8')) as Golden;
};

describe('on WebGPU', () => {
  beforeAll(() => useBackend('webgpu'));

  // The smaller of each network's two sizes: software adapters take seconds for each.
  it.each(['mobilenetv2-0.35', 'efficientnetb2', 'vgg16'])(
    '%s computes what Keras computes, at every depth',
    async (name) => {
      const { recipe, activations } = golden(name);
      const [smallest] = [...activations].sort((one, other) => one.size - other.size);
      if (smallest === undefined) return expect.unreachable('a golden has activations');
      const error = await largestError(recipe, smallest);
      process.stdout.write(`webgpu ${name} at ${smallest.size}: ${error.toExponential(1)}\n`);
      expect(error).toBeLessThan(1e-4);
      shows(`backbone ${recipe.name} computes as Keras on webgpu`);
    },
  );
});
