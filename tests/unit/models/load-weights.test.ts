/** Weights from wherever a recipe says: every variable is filled, or none and the first fault is named. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../../src/models/backbones/registry.ts';
import { variablesOf } from '../../../src/models/weights/fill-model.ts';
import type { FullBackbone } from '../../../src/protocol/recipe/full-recipe.ts';
import { backboneOf } from '../../support/networks/backbones.ts';
import {
  codeOf,
  f32,
  filePlatform,
  loadWeights,
  type RawTensor,
  safetensorsFile,
} from '../../support/networks/weight-files.ts';

const withWeights = (weights: unknown): FullBackbone =>
  backboneOf({ name: 'mobilenetv2', alpha: 0.35, weights });
const recipe = withWeights('starter');
const ASSET = 'starter/mobilenetv2-0.35.safetensors';
let tensors: Record<string, RawTensor>;
let model: tf.LayersModel;
const { backbone } = buildBackbone(recipe, 32);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

beforeEach(() => {
  ({ model } = buildBackbone(recipe, 32));
  tensors = Object.fromEntries(
    variablesOf(model).map(({ layer, weight, shape }, i) => [
      `${layer}/${weight}`,
      f32(shape, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(i / 1000)),
    ]),
  );
});

afterEach(() => {
  model.dispose();
});

const load = (weights: unknown = 'starter') =>
  loadWeights(model, backbone, withWeights(weights), filePlatform({ [ASSET]: safetensorsFile(tensors) }), {
    seed: 1,
  });

describe('weights', () => {
  it('fills every variable from starter weights and says what it loaded', async () => {
    const tensorsBefore = tf.memory().numTensors;
    const loaded = await load();
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    for (const [i, { variable }] of variablesOf(model).entries()) {
      expect(variable.read().dataSync()[0]).toBeCloseTo(i / 1000, 6);
    }
    expect(loaded).toMatchObject({ sizeBytes: 410_208 * 4, preprocessing: backbone.preprocessing });
    expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/u);
    expect(loaded.sha256).toBe((await load({ file: ASSET })).sha256);
  });

  it('gives the same random weights for the same seed, and others for another', async () => {
    const first = () => variablesOf(model)[0]!.variable.read().dataSync().slice();
    await loadWeights(model, backbone, withWeights('random'), filePlatform({}), {
      seed: 1,
    });
    const one = first();
    await loadWeights(model, backbone, withWeights('random'), filePlatform({}), {
      seed: 2,
    });
    const two = first();
    const tensorsBefore = tf.memory().numTensors;
    await loadWeights(model, backbone, withWeights('random'), filePlatform({}), {
      seed: 1,
    });
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    expect(first()).toEqual(one);
    expect(two).not.toEqual(one);
    const limit = Math.sqrt(6 / (9 * 3 + 9 * 16));
    expect(Math.max(...one.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(Math.max(...one.map(Math.abs))).toBeGreaterThan(0.9 * limit);
  });

  it('refuses wrong files and names the first fault; the network stays as it was', async () => {
    const good = { ...tensors };
    const faults: [string, RegExp, () => void][] = [
      [
        'model/weights-missing',
        /259 of them fit. Missing: Conv1\/kernel \[3, 3, 3, 16\]/u,
        () => delete tensors['Conv1/kernel'],
      ],
      [
        'model/weights-shape',
        /bn_Conv1\/gamma, which should have shape \[16\] and has \[8\]/u,
        () => (tensors['bn_Conv1/gamma'] = f32([8], new Array<number>(8).fill(1))),
      ],
      [
        'model/weights-surplus',
        /Over: block_17_expand\/kernel \[1, 1, 1, 1\]/u,
        () => (tensors['block_17_expand/kernel'] = f32([1, 1, 1, 1], [1])),
      ],
      [
        'model/weights-not-finite',
        /bn_Conv1\/beta.*number 3 is NaN/u,
        () => (tensors['bn_Conv1/beta'] = f32([16], [0, 0, 0, NaN, ...new Array<number>(12).fill(0)])),
      ],
      [
        'model/weights-dtype',
        /Conv1\/kernel.*holds I32/u,
        () => (tensors['Conv1/kernel'] = { ...tensors['Conv1/kernel']!, dtype: 'I32' }),
      ],
    ];
    for (const [code, message, spoil] of faults) {
      tensors = { ...good };
      spoil();
      expect(await codeOf(load())).toBe(code);
      await expect(load()).rejects.toThrow(message);
      expect(variablesOf(model)[0]!.variable.read().dataSync()[0]).toBe(0);
    }
  });

  it('lets a head be left over', async () => {
    tensors['predictions/kernel'] = f32([2, 2], [1, 2, 3, 4]);
    tensors['predictions/bias'] = f32([2], [1, 2]);
    await expect(load()).resolves.toMatchObject({ origin: 'Mien starter weights' });
  });

  it('says which network starter weights are for', async () => {
    const wide = backboneOf({ name: 'mobilenetv2', alpha: 1, weights: 'starter' });
    const wrong = loadWeights(model, backbone, wide, filePlatform({}), { seed: 1 });
    expect(await codeOf(wrong)).toBe('model/weights-no-starter');
  });
});
