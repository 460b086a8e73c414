/**
 * The name maps against the libraries that define the files: a file as the library saves it, its own forward pass as
 * the golden. Goldens: torch_goldens.py.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { openBackboneWeights } from '../../../src/models/load-weights.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { f32, filePlatform, type RawTensor, safetensorsFile } from '../../support/networks/weight-files.ts';
import { backboneOf } from '../../support/networks/backbones.ts';
import { useBackend } from '../../support/backends.ts';
import { shows } from '../../support/shows.ts';
import { LIBRARIES } from '../../../tools/docs/works/facts.ts';
import { parseGolden, preprocess, relativeError } from './golden.ts';
import { rulePictures, ruleTorchWeights } from './rule.ts';

interface TorchGolden {
  readonly recipe: Recipe['backbone'];
  /** As `config.json` on the Hub has it, beside the weights; missing for transformers. */
  readonly architecture?: string;
  readonly tensors: readonly [name: string, dtype: string, shape: number[]][];
  readonly activations: readonly {
    readonly size: number;
    readonly batch: number;
    readonly shape: readonly number[];
    readonly pooled: Float32Array;
  }[];
}

const folder = new URL('goldens/torch/', import.meta.url);
const goldens = readdirSync(folder).map((name) => {
  const golden = parseGolden(readFileSync(new URL(name, folder), 'utf8')) as TorchGolden;
  return [name.replace('.json', ''), golden] as const;
});

/** The file that the library would save, with values by rule; a prefix of all names does not change them. */
function fileOf({ tensors }: TorchGolden, prefix = ''): Uint8Array {
  return safetensorsFile(
    Object.fromEntries(
      tensors.map(([name, dtype, shape]): [string, RawTensor] =>
        dtype === 'F32'
          ? [name, f32(shape, ruleTorchWeights(name.slice(prefix.length), shape))]
          : [name, { dtype, shape, bytes: new Uint8Array(8) }],
      ),
    ),
  );
}

const figures: string[] = [];
beforeAll(async () => useBackend('wasm'));
afterAll(() => {
  process.stdout.write(`${figures.join('\n')}\n`);
});

it('reads the same from a file whose names a wrapper put something before', async () => {
  const [, golden] = goldens.find(([name]) => name === 'torchvision-mobilenet_v2')!;
  const recipe = backboneOf({ ...golden.recipe, weights: { file: 'w' } });
  const opening = async (prefix: string) => {
    const tensors = golden.tensors.map(([name, ...rest]) => [`${prefix}${name}`, ...rest] as const);
    const bytes = fileOf({ ...golden, tensors: tensors as unknown as TorchGolden['tensors'] }, prefix);
    const opened = await openBackboneWeights(recipe, filePlatform({ w: bytes }), { seed: 0 });
    const { backbone, model } = buildBackbone(recipe, 32, opened.map?.flavour);
    const { sha256 } = await opened.fill(model, backbone, 'backbone');
    model.dispose();
    return sha256;
  };
  const plain = await opening('');
  for (const prefix of ['module.', 'model.backbone.']) expect(await opening(prefix)).toBe(plain);
});

describe.each(goldens)('%s', (name, golden) => {
  it('computes the same from a file as the library saves it', { timeout: 300_000 }, async () => {
    const path = 'model.safetensors';
    const platform = filePlatform({
      [path]: fileOf(golden),
      'config.json': new TextEncoder().encode(JSON.stringify({ architecture: golden.architecture })),
    });
    for (const { size, batch, shape, pooled } of golden.activations) {
      const recipe = backboneOf({ ...golden.recipe, weights: { file: path } });
      const opened = await openBackboneWeights(recipe, platform, { seed: 0 });
      const { backbone, model } = buildBackbone(recipe, size, opened.map?.flavour);
      const loaded = await opened.fill(model, backbone, 'backbone');
      const pictures = preprocess(rulePictures(batch, size), loaded.preprocessing);
      const ours = tf.tidy(() => {
        const output = model.predict(tf.tensor(pictures, [batch, size, size, 3])) as tf.Tensor;
        expect(output.shape).toEqual(shape);
        return output.mean([1, 2]).dataSync<'float32'>();
      });
      const error = relativeError(ours, pooled);
      figures.push(`wasm ${name} at ${size}: ${error.toExponential(1)}, ${loaded.sizeBytes} bytes`);
      expect(error).toBeLessThan(1e-4);
      model.dispose();
    }
    const library = LIBRARIES.find((one) => name.startsWith(one)) ?? 'timm';
    shows(
      `backbone ${golden.recipe.name} computes the same with weights of ${library}`,
      `weights .safetensors of ${library} compute as there`,
    );
  });
});
