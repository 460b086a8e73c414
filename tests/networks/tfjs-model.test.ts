/** TensorFlow.js layers models as files, at their true size: shards, quantised numbers, our own export, Teachable Machine’s, and zips. */
import { extname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../src/models/backbones/registry.ts';
import { variablesOf } from '../../src/models/weights/fill-model.ts';
import { backboneOf } from '../support/networks/backbones.ts';
import { shows } from '../support/shows.ts';
import { teachableMachine } from '../support/networks/teachable-machine.ts';
import {
  codeOf,
  filePlatform,
  loadWeights,
  memorySource,
  openWeightFile,
} from '../support/networks/weight-files.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Opens model.json with its shards beside it. */
const open = (model: unknown, shards: Readonly<Record<string, Uint8Array>> = {}) =>
  openWeightFile(memorySource(utf8(model)), {
    sibling: async (name) => filePlatform(shards).openPath(name),
  });

const manifest = (paths: readonly string[], weights: readonly object[]) => ({
  format: 'layers-model',
  weightsManifest: [{ paths, weights }],
});

const one = { name: 'a/kernel', shape: [2], dtype: 'float32' };

describe('tfjs model.json', () => {
  it('reads plain, half, and quantised numbers, over several shards', async () => {
    const data = new Uint8Array(18);
    data.set(bytesOf(Float32Array.of(1.5, -2)), 0);
    data.set(bytesOf(Uint16Array.of(0x3c00, 0xc000)), 8);
    data.set([0, 255], 12);
    data.set(bytesOf(Uint16Array.of(0, 65_535)), 14);
    const file = await open(
      manifest(
        ['one.bin', 'two.bin'],
        [
          { name: 'sequential/a/kernel', shape: [2], dtype: 'float32' },
          { name: 'a/bias:0', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
          {
            name: 'b/kernel',
            shape: [1, 2],
            dtype: 'float32',
            quantization: { dtype: 'uint8', min: -1, scale: 2 / 255 },
          },
          {
            name: 'b/bias',
            shape: [2],
            dtype: 'float32',
            quantization: { dtype: 'uint16', min: 0, scale: 1 / 65_535 },
          },
        ],
      ),
      { 'one.bin': data.slice(0, 7), 'two.bin': data.slice(7) },
    );
    const values = await file.read(['sequential/a/kernel', 'a/bias', 'b/kernel', 'b/bias']);
    expect([...values.get('sequential/a/kernel')!]).toEqual([1.5, -2]);
    expect([...values.get('a/bias')!]).toEqual([1, -2]);
    expect([...values.get('b/kernel')!].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([-1, 1]);
    expect([...values.get('b/bias')!]).toEqual([0, 1]);
    shows('weights .json of TensorFlow.js are read value by value');
  });

  it.each([
    ['no JSON', '{"weightsManifest": ['],
    ['no manifest', { modelTopology: {} }],
    ['a manifest of text', { format: 'layers-model', weightsManifest: 'none' }],
    ['a shape of fractions', manifest(['x'], [{ ...one, shape: [0.5] }])],
    ['a shape beyond every file', manifest(['x'], [{ ...one, shape: [2 ** 40, 2 ** 40] }])],
    ['a dtype of text', manifest(['x'], [{ ...one, dtype: 'string' }])],
    ['one name twice', manifest(['x'], [one, one])],
  ])('refuses %s', async (_what, model) => {
    const source = memorySource(typeof model === 'string' ? new TextEncoder().encode(model) : utf8(model));
    expect(await codeOf(openWeightFile(source))).toBe('model/weights-unreadable');
  });

  it.each([
    ['shards that are too short', ['x'], { x: new Uint8Array(7) }, 'model/weights-unreadable'],
    ['shards that are too long', ['x'], { x: new Uint8Array(9) }, 'model/weights-unreadable'],
    ['a shard above the model', ['../x'], { '../x': new Uint8Array(8) }, 'model/weights-unreadable'],
    ['a shard anywhere', ['/etc/x'], { '/etc/x': new Uint8Array(8) }, 'model/weights-unreadable'],
    [
      'a shard on a server',
      ['https://a/x'],
      { 'https://a/x': new Uint8Array(8) },
      'model/weights-unreadable',
    ],
    ['a missing shard', ['y'], {}, 'data/file-missing'],
  ])('refuses %s', async (_what, paths, shards, code) => {
    const file = await open(manifest(paths, [one]), shards);
    expect(await codeOf(file.read(['a/kernel']))).toBe(code);
  });

  it('says that a lone model.json needs its shards', async () => {
    const file = await openWeightFile(memorySource(utf8(manifest(['x'], [one]))));
    expect(await codeOf(file.read(['a/kernel']))).toBe('model/weights-missing-shard');
  });

  it('brings the preprocessing and labels of our own export', async () => {
    const preprocessing = { order: [2, 1, 0], scale: [1, 1, 1], offset: [0, 0, 0] };
    const metadata = { labels: ['a', 'b'], preprocessing: { ...preprocessing, formula: 'y' }, other: 1 };
    const file = await open({ ...manifest(['x'], [one]), userDefinedMetadata: metadata });
    expect(file).toMatchObject({ labels: ['a', 'b'], preprocessing });
  });
});

const withWeights = (weights: unknown) => backboneOf({ name: 'mobilenetv2', alpha: 0.35, weights });

describe('a Teachable Machine export', () => {
  it.each(['model.json', 'export.zip', 'nested.zip'])(
    'opens from %s as a backbone with its labels',
    async (path) => {
      const { files, values } = await teachableMachine(['Class 1', 'Class 2'], 32);
      const nested = Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [`my-model/${name}`, bytes]),
      );
      const platform = filePlatform({
        ...files,
        'export.zip': zipSync(files),
        'nested.zip': zipSync(nested),
      });
      const recipe = withWeights({ file: path });
      const { backbone, model } = buildBackbone(recipe, 32);
      const loaded = await loadWeights(model, backbone, recipe, platform, { seed: 1 });
      expect(loaded.labels).toEqual(['Class 1', 'Class 2']);
      for (const { layer, weight, variable } of variablesOf(model)) {
        expect(variable.read().dataSync()).toEqual(values.get(`${layer}/${weight}`));
      }
      model.dispose();
      shows(`weights ${extname(path)} of Teachable Machine are read value by value`);
    },
  );
});

describe('a zip', () => {
  it('refuses one with nothing that it knows, a damaged one, and one that would fill the memory', async () => {
    const openZip = (bytes: Uint8Array) => codeOf(openWeightFile(memorySource(bytes)));
    const good = zipSync({ 'a.txt': new Uint8Array(3) });
    expect(await openZip(good)).toBe('model/weights-unknown-format');
    expect(await openZip(good.slice(0, 30))).toBe('model/weights-unreadable');
    const bomb = zipSync({ 'model.json': new Uint8Array(50 * 2 ** 20) }, { level: 9 });
    expect(bomb.byteLength).toBeLessThan(2 ** 17);
    expect(await openZip(bomb)).toBe('model/weights-unreadable');
  });
});
