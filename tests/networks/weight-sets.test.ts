/** Weights among other files: told by content in any order and under any name; what is not weights is named. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { mobilenetv2 } from '../../src/models/backbones/mobilenetv2.ts';
import { openBackboneWeights } from '../../src/models/load-weights.ts';
import { inspectWeights } from '../../src/models/describe-weights.ts';
import { variablesOf } from '../../src/models/weights/fill-model.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { backboneOf } from '../support/networks/backbones.ts';
import { pickedFile } from '../support/sets/picked-files.ts';
import { teachableMachine } from '../support/networks/teachable-machine.ts';
import {
  codeOf,
  f32,
  filePlatform,
  foundWeights,
  safetensorsFile,
  type RawTensor,
} from '../support/networks/weight-files.ts';

const utf8 = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const page = { ...filePlatform({}), kind: 'browser' } as const;
const asked = backboneOf({ name: 'mobilenetv2', alpha: 0.1, weights: 'random' });
const inspect = (...files: readonly (readonly [path: string, bytes: Uint8Array])[]) =>
  inspectWeights({ file: 'mine' }, asked, page, {
    files: files.map(([path, bytes]) => pickedFile(path, bytes)),
  });

/** A narrow MobileNetV2 under Keras' names, all ones. */
let tensors: Record<string, RawTensor>;
let weights: Uint8Array;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const model = mobilenetv2.build({ size: 32, options: { alpha: 0.1 } });
  tensors = Object.fromEntries(
    variablesOf(model).map(({ layer, weight, shape }) => [
      `${layer}/${weight}`,
      f32(shape, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1)),
    ]),
  );
  model.dispose();
  weights = safetensorsFile(tensors);
});

describe('among other files', () => {
  it('weights are found whatever they are called and in whatever order they come', async () => {
    const config = utf8({ architecture: 'any', id2label: { 0: 'cat', 1: 'dog' } });
    const readme = utf8('# A model card');
    for (const files of [
      [
        ['config.json', config],
        ['model.safetensors', weights],
      ],
      [
        ['model (1).safetensors', weights],
        ['config (2).json', config],
      ],
      [
        ['hub/README.md', readme],
        ['hub/config.json', config],
        ['hub/model.safetensors', weights],
      ],
      [['hub.zip', zipSync({ 'hub/config.json': config, 'hub/model.safetensors': weights })]],
    ] as const) {
      const found = await inspect(...files);
      expect(found).toMatchObject({ kind: 'found', weights: { labels: ['cat', 'dog'] } });
    }
  });

  it('a TensorFlow.js model is found under any name, its shards too', async () => {
    const { files } = await teachableMachine(['a', 'b'], 32);
    const { 'model.json': model, 'weights.bin': shard, 'metadata.json': metadata } = files;
    const found = await inspect(
      ['metadata.json', metadata!],
      ['my-model.json', model!],
      ['weights (1).bin', shard!],
    );
    expect(found).toMatchObject({ kind: 'found', weights: { labels: ['a', 'b'] } });
    // What the dialog takes, loads.
    const without = inspect(['metadata.json', metadata!], ['model.json', model!]);
    expect(await codeOf(without)).toBe('model/weights-missing-shard');
    const short = inspect(['model.json', model!], ['weights.bin', shard!.slice(0, -4)]);
    expect(await codeOf(short)).toBe('model/weights-unreadable');
  });

  it('one of several has to be chosen', async () => {
    const zip = zipSync({ 'a/one.safetensors': weights, 'b/two.safetensors': weights });
    const files = [pickedFile('both.zip', zip)];
    const several = await inspectWeights({ file: 'both.zip' }, asked, page, { files });
    expect(several).toEqual({ kind: 'several', paths: ['a/one.safetensors', 'b/two.safetensors'] });
    const given = { file: 'both.zip', member: 'b/two.safetensors' };
    const found = await foundWeights(given, asked, page, { files });
    expect(found.backbone).toMatchObject({ weights: given });
    const recipe = backboneOf({ name: 'mobilenetv2', alpha: 0.1, weights: { file: 'both.zip' } });
    const blind = openBackboneWeights(recipe, page, { seed: 0, files });
    await expect(blind).rejects.toThrow('2 came: a/one.safetensors, b/two.safetensors');
  });

  it('class names stand in labels.txt too, and a folder is taken by its path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mien-weights-'));
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'labels.txt'), '0 cat\n1 dog\n2 none of them\n');
    await writeFile(join(folder, 'mine', 'weights.bin'), weights);
    const platform = createPlatform({ baseFolder: folder });
    const found = await foundWeights({ file: 'mine' }, asked, platform, {});
    expect(found.weights.labels).toEqual(['cat', 'dog', 'none of them']);
    await rm(folder, { recursive: true });
  });

  it('what is left out, and that a file does not say what pictures become, is told', async () => {
    const head = { 'dense_2/kernel': f32([2, 2], [1, 2, 3, 4]), 'conv_head/kernel': f32([1, 1, 1, 1], [1]) };
    const found = await inspect(['w.safetensors', safetensorsFile({ ...tensors, ...head })]);
    expect(found).toMatchObject({
      weights: { use: { saidBy: 'nobody', leftOut: ['dense_2', 'conv_head'] } },
    });
    const notices = found.kind === 'found' ? (found.weights.use?.notices ?? []) : [];
    expect(notices.map(({ code }) => code)).toEqual(['model/weights-preprocessing-unknown']);
  });
});

describe('what is not weights for Mien', () => {
  const resnet = { 'layer1.0.conv1.weight': f32([1], [1]), 'conv1.weight': f32([1], [1]) };
  const kerasResnet = { 'conv1_conv/kernel': f32([1], [1]), 'conv2_block1_1_conv/kernel': f32([1], [1]) };
  const vit = { 'blocks.0.attn.qkv.weight': f32([1], [1]), cls_token: f32([1], [1]) };
  it.each([
    [
      'a pointer of Git LFS',
      'w.safetensors',
      () => utf8('version https://git-lfs.github.com/spec/v1\noid sha256:1'),
    ],
    ['a web page', 'w.h5', () => utf8('<!DOCTYPE html><html></html>')],
    ['a PyTorch checkpoint', 'w.pth', () => zipSync({ 'w/data.pkl': utf8('x'), 'w/data/0': utf8('x') })],
    ['a PyTorch checkpoint', 'w.pth', () => Uint8Array.of(0x80, 2, 0x8a, 10)],
    ['a TensorFlow Lite model', 'w.tflite', () => Uint8Array.from([28, 0, 0, 0, ...utf8('TFL3')])],
    ['a TensorFlow graph', 'saved_model.pb', () => Uint8Array.of(8, 1, 18, 4)],
    ['a TensorFlow.js graph model', 'model.json', () => utf8({ format: 'graph-model', weightsManifest: [] })],
    ['the index of weights in several files', 'model.safetensors.index.json', () => utf8({ weight_map: {} })],
    [
      'a model of poses',
      'tm.zip',
      () =>
        zipSync({
          'model.json': utf8({ weightsManifest: [] }),
          'metadata.json': utf8({ packageName: '@teachablemachine/pose' }),
        }),
    ],
    [
      'a model of sounds',
      'tm.zip',
      () =>
        zipSync({
          'model.json': utf8({ weightsManifest: [] }),
          'metadata.json': utf8({ wordLabels: ['a'] }),
        }),
    ],
    ['a ResNet', 'w.safetensors', () => safetensorsFile(resnet)],
    ['a ResNet', 'w.safetensors', () => safetensorsFile(kerasResnet)],
    ['a vision transformer', 'w.safetensors', () => safetensorsFile(vit)],
  ])('is named: %s', async (what, name, make) => {
    const error = await inspect([name, make()]).then(String, (thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^model\/weights-other-(format|network)$/u) as string,
    });
    expect(String(error)).toContain(what.replace('a model of', 'a Teachable Machine model of'));
  });
});

describe('a layer of one name in several models', () => {
  it('is told by the whole path', async () => {
    const wide = mobilenetv2.build({ size: 32, options: { alpha: 0.35 } });
    const others = variablesOf(wide).map(({ layer, weight, shape }): [string, RawTensor] => [
      `teacher/${layer}/${weight}`,
      f32(shape, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(2)),
    ]);
    wide.dispose();
    const own = Object.entries(tensors).map(([name, tensor]): [string, RawTensor] => [
      `student/${name}`,
      tensor,
    ]);
    const both = safetensorsFile(Object.fromEntries([...others, ...own]));
    const found = await inspect(['both.safetensors', both]);
    expect(found).toMatchObject({ kind: 'found', backbone: { alpha: 0.1 } });
    const recipe = backboneOf({ name: 'mobilenetv2', alpha: 0.1, weights: { file: 'w' } });
    const opened = await openBackboneWeights(recipe, filePlatform({ w: both }), { seed: 0 });
    expect(
      opened.map?.sourceOf({ layer: 'Conv1', weight: 'kernel', layerClass: '', indexInClass: 0, shape: [] })
        ?.name,
    ).toBe('student/Conv1/kernel');
  });
});
