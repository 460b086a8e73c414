/** Weight files as Keras saves them, each read and run against Keras' own forward pass. Made by keras_files.py. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { backboneOf } from '../../support/networks/backbones.ts';
import { filePlatform, loadWeights } from '../../support/networks/weight-files.ts';
import { useBackend } from '../../support/backends.ts';
import { shows } from '../../support/shows.ts';
import { parseGolden, preprocess, relativeError } from './golden.ts';
import { rulePictures } from './rule.ts';

interface FilesGolden {
  readonly alpha: number;
  readonly size: number;
  readonly batch: number;
  readonly files: readonly string[];
  readonly pooled: Float32Array;
}

const golden = parseGolden(
  readFileSync(new URL('goldens/files/mobilenetv2-0.1.json', import.meta.url), 'utf8'),
) as FilesGolden;

beforeAll(async () => useBackend('wasm'));

describe('Keras files', () => {
  it.each(golden.files)('%s computes what Keras computes with it', async (name) => {
    const { alpha, size, batch, pooled } = golden;
    const packed = readFileSync(new URL(`fixtures/${name}.gz`, import.meta.url));
    const platform = filePlatform({ [name]: new Uint8Array(gunzipSync(packed)) });
    const recipe = backboneOf({ name: 'mobilenetv2', alpha, weights: { file: name } });
    const { backbone, model } = buildBackbone(recipe, size);
    const loaded = await loadWeights(model, backbone, recipe, platform, { seed: 0 });
    const pictures = preprocess(rulePictures(batch, size), loaded.preprocessing);
    const ours = tf.tidy(() =>
      (model.predict(tf.tensor(pictures, [batch, size, size, 3])) as tf.Tensor)
        .mean([1, 2])
        .dataSync<'float32'>(),
    );
    model.dispose();
    expect(relativeError(ours, pooled)).toBeLessThan(1e-4);
    expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/u);
    shows(
      'backbone mobilenetv2 computes the same with weights of Keras',
      `weights ${extname(name)} of Keras compute as there`,
    );
  });
});
