/** Weights before they are loaded: where from, how large, what is here, and which network a file is for. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { zipSync } from 'fflate';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../src/models/backbones/registry.ts';
import { describeWeights } from '../../src/models/describe-weights.ts';
import { openBackboneWeights } from '../../src/models/load-weights.ts';
import type { Platform } from '../../src/platform/platform.ts';
import type { FullBackbone } from '../../src/protocol/recipe/full-recipe.ts';
import { backboneOf as fullOf } from '../support/networks/backbones.ts';
import { pickedFile as file } from '../support/sets/picked-files.ts';
import { teachableMachine } from '../support/networks/teachable-machine.ts';
import {
  codeOf,
  f32,
  filePlatform,
  foundWeights,
  safetensorsFile,
} from '../support/networks/weight-files.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const backboneOf = (name: string, weights: unknown, options: object = {}): FullBackbone =>
  fullOf({ name, weights, ...options });

/** A page: it has no paths, only what was picked. */
const page: Platform = { ...filePlatform({}), kind: 'browser' };

const storing = (url: string, storedBytes: number): Pick<Platform, 'listStored'> => ({
  listStored: () =>
    Promise.resolve({
      downloads: [{ url, label: '', byteLength: 553e6, storedBytes, storedAtMs: 0 }],
      trouble: null,
    }),
});

describe('what is said of weights', () => {
  const describing = async (backbone: FullBackbone, platform: Pick<Platform, 'listStored'> = page) => {
    const { model } = buildBackbone(backbone, 32);
    const said = await describeWeights(model, backbone, platform);
    model.dispose();
    return said;
  };

  it('is how many bytes of them are wanted, and how many are here', async () => {
    const url = 'https://huggingface.co/timm/vgg16.tv_in1k/resolve/main/model.safetensors';
    const vgg = backboneOf('vgg16', 'imagenet');
    const wanted = 14_714_688 * 4;
    expect(await describing(vgg)).toMatchObject({
      kind: 'download',
      origin: 'timm/vgg16.tv_in1k',
      sizeBytes: wanted,
      hereBytes: 0,
    });
    expect(await describing(vgg, storing(url, 2e6))).toMatchObject({ hereBytes: 2e6 });
    expect(await describing(vgg, storing(url, 60e6))).toMatchObject({ hereBytes: wanted });
    const starter = await describing(backboneOf('mobilenetv2', 'starter', { alpha: 0.35 }));
    // As many as the loaded file says: what ships is of float16.
    const shipped = 410_208 * 2;
    expect(starter).toMatchObject({ kind: 'shipped', sizeBytes: shipped, hereBytes: shipped, problem: null });
  });

  it('is what speaks against them, before anything is trained', async () => {
    const narrow = await describing(backboneOf('mobilenetv2', 'imagenet', { alpha: 0.5 }));
    expect(narrow.problem?.code).toBe('model/weights-no-imagenet');
    expect(() => backboneOf('vgg16', 'starter')).toThrow(
      'expected one of imagenet, random, a file or a kept run, for vgg16',
    );
  });
});

describe('picked weights', () => {
  const asked = backboneOf('vgg16', 'imagenet');
  const inspect = (name: string, files: readonly File[]) =>
    foundWeights({ file: name }, asked, page, { files });

  it('of Teachable Machine are found to be for MobileNetV2 0.35, with their labels', async () => {
    const { files } = await teachableMachine(['happy', 'sad', 'dog'], 96);
    const loose = Object.entries(files).map(([name, bytes]) => file(name, bytes));
    const folder = Object.entries(files).map(([name, bytes]) => file(`my model/${name}`, bytes));
    for (const [name, picked] of [
      ['tm.zip', [file('tm.zip', zipSync(files))]],
      ['model.json', loose],
      ['my model', folder],
    ] as const) {
      const found = await inspect(name, picked);
      expect(found.backbone).toEqual({ name: 'mobilenetv2', alpha: 0.35, weights: { file: name } });
      expect(found.weights).toMatchObject({
        kind: 'file',
        labels: ['happy', 'sad', 'dog'],
        sizeBytes: 410_208 * 4,
      });
    }
    // What is taken here has to load.
    expect(await codeOf(inspect('model.json', loose.slice(0, 1)))).toBe('model/weights-missing-shard');
  });

  it('of an unusual width fit the network that was chosen, or are said to be of another width', async () => {
    const packed = readFileSync(new URL('../parity/models/fixtures/flat.keras.gz', import.meta.url));
    const files = [file('mine.keras', new Uint8Array(gunzipSync(packed)))];
    const narrow = backboneOf('mobilenetv2', 'random', { alpha: 0.1 });
    const found = await foundWeights({ file: 'mine.keras' }, narrow, page, { files });
    expect(found.backbone).toEqual({ name: 'mobilenetv2', alpha: 0.1, weights: { file: 'mine.keras' } });
    expect(await codeOf(inspect('mine.keras', files))).toBe('model/weights-shape');
    await expect(inspect('mine.keras', files)).rejects.toThrow(
      /nearest network, MobileNetV2 \(alpha 0.35\), 260 tensors were expected; \d+ of them fit.*Conv1\/kernel, which should have shape/u,
    );
  });

  it('that fit nothing are said to differ from the network that was chosen', async () => {
    const tensors = { 'block1_conv1/kernel': f32([1, 1, 3, 64], new Float32Array(192)) };
    const odd = [file('odd.safetensors', safetensorsFile(tensors))];
    expect(await codeOf(inspect('odd.safetensors', odd))).toBe('model/weights-missing');
    await expect(inspect('odd.safetensors', odd)).rejects.toThrow(
      /nearest network, VGG16, 26 tensors were expected; 0 of them fit.*Missing: 25, first block1_conv1\/bias \[64\].*Of another shape: block1_conv1\/kernel, which should have shape \[3, 3, 3, 64\] and has \[1, 1, 3, 64\]/u,
    );
  });

  it('have to be picked again after a reload', async () => {
    expect(await codeOf(inspect('gone.h5', []))).toBe('model/weights-not-picked');
  });
});

describe('weights at an address', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  /** Serves files, whole or in ranges, to anybody. */
  async function serve(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
    const server = createServer((request, response) => {
      const bytes = files[request.url ?? ''];
      if (bytes === undefined) return void response.writeHead(404).end();
      const [, from = '0', to = ''] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '') ?? [];
      const end = Math.min(Number(to) + 1, bytes.length);
      const range = `bytes ${from}-${end - 1}/${bytes.length}`;
      response
        .writeHead(206, { 'content-range': range, etag: '"v1"' })
        .end(bytes.subarray(Number(from), end));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const inspect = (address: string) =>
    foundWeights({ file: address }, backboneOf('mobilenetv2', 'random', { alpha: 0.1 }), page, {});

  it('of Keras are fetched whole, with progress, and recorded with their version', async () => {
    const packed = readFileSync(new URL('../parity/models/fixtures/backbone.h5.gz', import.meta.url));
    const origin = await serve({ '/mine.h5': new Uint8Array(gunzipSync(packed)) });
    const found = await inspect(`${origin}/mine.h5`);
    expect(found.weights).toMatchObject({ kind: 'download', origin: `${origin}/mine.h5` });
    const progress: number[] = [];
    const opened = await openBackboneWeights(fullOf(found.backbone), page, {
      seed: 0,
      onProgress: (done, total) => void progress.push(done / total),
    });
    const { backbone, model } = buildBackbone(found.backbone, 32);
    const loaded = await opened.fill(model, backbone, 'backbone');
    model.dispose();
    expect(loaded.origin).toBe(`${origin}/mine.h5, "v1"`);
    expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/u);
    expect(progress.at(-1)).toBe(1);
  });

  it('of a shared Teachable Machine model are found by the folder that is shared', async () => {
    const { files } = await teachableMachine(['happy', 'sad'], 32);
    const shared = Object.entries(files).map(([name, bytes]) => [`/models/abc/${name}`, bytes] as const);
    const origin = await serve(Object.fromEntries(shared));
    const found = await inspect(`${origin}/models/abc/`);
    expect(found.weights.labels).toEqual(['happy', 'sad']);
    expect(found.backbone).toMatchObject({ name: 'mobilenetv2', alpha: 0.35 });
  });

  it('that are not there are said to be missing', async () => {
    const origin = await serve({});
    expect(await codeOf(inspect(`${origin}/gone.safetensors`))).toBe('net/not-found');
  });
});
