/** Our backbones against real Keras: names, shapes, counts, preprocessing, activations. Goldens: keras_goldens.py. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preprocessingFor } from '../../../src/models/weights/weights-use.ts';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { firstTrainableOf } from '../../../src/frozen/cut.ts';
import { layerSummaries, summaryText } from '../../../src/models/summary.ts';
import { variablesOf } from '../../../src/models/weights/fill-model.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { useBackend } from '../../support/backends.ts';
import { shows } from '../../support/shows.ts';
import { largestError, parseGolden, preprocess, relativeError, type Golden } from './golden.ts';

const folder = new URL('goldens/keras/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const networks = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !['structures.json'].includes(name))
  .map((name) => [name.replace('.json', ''), parseGolden(read(name)) as Golden] as const);

beforeAll(async () => {
  await useBackend('cpu');
});

describe.each(networks)('%s', (_name, golden) => {
  it('has the layers, shapes and parameters of Keras', () => {
    const { backbone, model } = buildBackbone(golden.recipe, golden.layersSize);
    const layers = layerSummaries(model, backbone);
    expect(layers.map((l) => [l.name, l.className, [...l.shape], l.parameters])).toEqual(golden.layers);
    shows(`backbone ${golden.recipe.name} has the layers of Keras`);
    model.dispose();
  });

  it('has the summary that Keras prints, line by line', () => {
    const { backbone, model } = buildBackbone(golden.recipe, golden.layersSize);
    const text = summaryText(model.name, layerSummaries(model, backbone));
    const lines = text
      .split('\n')
      .slice(3)
      .filter((line) => !line.startsWith('---'))
      .map((line) => line.split(/ {2,}/u).join(' | '));
    expect(lines).toHaveLength(golden.layers.length + 3);
    expect(lines).toContain(`Total params: ${golden.totalParameters.toLocaleString('en-US')}`);
    expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(golden.summary);
    model.dispose();
  });

  it('trains the variables that Keras trains when the last n layers are unfrozen', () => {
    const { model } = buildBackbone(golden.recipe, golden.layersSize);
    for (const { unfreeze, variables } of golden.trainable) {
      const first = firstTrainableOf(model.layers.length, unfreeze);
      const layers = new Set(model.layers.slice(first).map(({ name }) => name));
      const ours = variablesOf(model)
        .filter(({ layer, weight }) => layers.has(layer) && !weight.startsWith('moving_'))
        .map(({ layer, weight }) => `${layer}/${weight}`);
      expect(ours).toEqual(variables);
    }
    model.dispose();
  });

  // Keras rounds after each step, ours once: three units in the last place of float32.
  it('preprocesses every value as Keras does', () => {
    const { backbone, model } = buildBackbone(golden.recipe, 32);
    model.dispose();
    const pictures = Uint8Array.from({ length: 256 * 3 }, (_, i) => {
      const value = Math.floor(i / 3);
      return [value, 255 - value, 7 * value][i % 3]!;
    });
    const errorOf = (scale: 'backbone' | 'unit', theirs: Float32Array): number =>
      relativeError(preprocess(pictures, preprocessingFor(scale, backbone)), theirs);
    expect(errorOf('backbone', golden.preprocessed)).toBeLessThan(4e-7);
    expect(errorOf('unit', golden.unit.preprocessed)).toBeLessThan(4e-7);
  });
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  const figures: string[] = [];
  beforeAll(async () => useBackend(backend));
  afterAll(() => {
    process.stdout.write(`${figures.join('\n')}\n`);
  });

  // Plain JavaScript takes seconds a network: the smallest one shows that the op's results do not hang on wasm's.
  const held = networks.filter(([name]) => backend !== 'cpu' || name === 'mobilenetv2-0.35');
  const cases = held.flatMap(([name, golden]) =>
    golden.activations.map((activations) => [name, activations.size, golden, activations] as const),
  );
  it.each(cases)(
    '%s at %i computes what Keras computes, at every depth',
    async (name, size, golden, activations) => {
      const error = await largestError(golden.recipe, activations);
      figures.push(`${backend} ${name} at ${size}: ${error.toExponential(1)}`);
      expect(error).toBeLessThan(1e-4);
      shows(`backbone ${golden.recipe.name} computes as Keras on ${backend}`);
    },
  );

  it.each(held)('%s computes of x / 255 what Keras computes of it, at every depth', async (name, golden) => {
    const error = await largestError(golden.recipe, golden.unit.activations, 'unit');
    figures.push(`${backend} ${name} of x / 255: ${error.toExponential(1)}`);
    expect(error).toBeLessThan(1e-4);
  });
});

interface Structure {
  readonly recipe: Recipe['backbone'];
  readonly size: number;
  readonly layers: number;
  readonly parameters: number;
  readonly sha256: string;
}

describe('the other sizes', () => {
  const structures = JSON.parse(read('structures.json')) as Structure[];
  it.each(structures.map((row) => [row.recipe.name, row] as const))(
    '%s is built as in Keras',
    (_name, row) => {
      const { backbone, model } = buildBackbone(row.recipe, row.size);
      const layers = layerSummaries(model, backbone);
      model.dispose();
      expect(layers).toHaveLength(row.layers);
      expect(layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(row.parameters);
      const text = layers.map((l) => `${l.name}|${l.className}|${l.shape.join()}|${l.parameters}`).join('\n');
      expect(createHash('sha256').update(text).digest('hex')).toBe(row.sha256);
      shows(`backbone ${row.recipe.name} has the layers of Keras`);
    },
  );
});
