/** ImageNet weights come from the Hub by range: what is fetched, what is kept, and what is said when they are not there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildBackbone } from '../../src/models/backbones/registry.ts';
import { variablesOf } from '../../src/models/weights/fill-model.ts';
import { imagenetSource } from '../../src/models/weights/imagenet.ts';
import { backboneOf } from '../support/networks/backbones.ts';
import {
  codeOf,
  f32,
  filePlatform,
  loadWeights,
  type RawTensor,
  safetensorsFile,
} from '../support/networks/weight-files.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A Hub with one file, behind a redirect, that counts what it sent. */
async function hubWith(path: string, file: Uint8Array): Promise<{ hub: string; sent: number[] }> {
  const sent: number[] = [];
  const server = createServer((request, response) => {
    if (request.url === path) return void response.writeHead(302, { location: '/cdn' }).end();
    if (request.url !== '/cdn') return void response.writeHead(404).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
    sent.push(end - start);
    response
      .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${file.length}`, etag: '"abc"' })
      .end(file.subarray(start, end));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return { hub: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent };
}

/** A VGG16 as on the Hub, with a classifier that is larger than everything else. */
function vggFile(): Uint8Array {
  const indices = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
  const channels = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512];
  const tensors: Record<string, RawTensor> = {};
  indices.forEach((index, i) => {
    const [out, into] = [channels[i]!, channels[i - 1] ?? 3];
    tensors[`features.${index}.bias`] = f32([out], new Float32Array(out).fill(index));
    tensors[`features.${index}.weight`] = f32([out, into, 3, 3], new Float32Array(out * into * 9));
  });
  tensors['pre_logits.fc1.weight'] = f32([4096, 512, 7], new Float32Array(4096 * 512 * 7));
  return safetensorsFile(tensors);
}

describe('ImageNet weights from the Hub', () => {
  it('fetches the header and the tensors that are wanted, and no more', async () => {
    const file = vggFile();
    const { hub, sent } = await hubWith('/timm/vgg16.tv_in1k/resolve/main/model.safetensors', file);
    const recipe = backboneOf({ name: 'vgg16', weights: 'imagenet' });
    const { backbone, model } = buildBackbone(recipe, 32);
    const progress: [number, number][] = [];
    const loaded = await loadWeights(model, backbone, recipe, filePlatform({}), {
      seed: 1,
      hub,
      onProgress: (done, total) => progress.push([done, total]),
    });
    const wanted = 14_714_688 * 4;
    expect(loaded.sizeBytes).toBe(wanted);
    expect(loaded.origin).toBe('timm/vgg16.tv_in1k model.safetensors at main, "abc"');
    expect(loaded.preprocessing).not.toEqual(backbone.preprocessing);
    expect(imagenetSource(recipe, {}).wantedBytes).toBe(wanted);
    expect(sent[0]).toBe(65_536);
    expect(sent.reduce((a, b) => a + b, 0)).toBe(65_536 + wanted);
    expect(sent.length).toBeLessThan(8);
    expect(progress.length).toBeGreaterThan(20);
    expect(progress.at(-1)).toEqual([wanted, wanted]);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1]![0])).toBe(true);
    const bias = variablesOf(model).find(
      ({ layer, weight }) => layer === 'block5_conv3' && weight === 'bias',
    );
    expect(bias?.variable.read().dataSync()[0]).toBe(28);
    model.dispose();
  });

  it('says which forms there are weights for, and when the file is gone', async () => {
    const narrow = backboneOf({
      name: 'mobilenetv2',
      alpha: 0.5,
      weights: 'imagenet',
    });
    const { backbone, model } = buildBackbone(narrow, 32);
    const load = (recipe: typeof narrow, hub: string) =>
      loadWeights(model, backbone, recipe, filePlatform({}), { seed: 1, hub });
    const { hub } = await hubWith('/nothing', new Uint8Array(10));
    expect(await codeOf(load(narrow, hub))).toBe('model/weights-no-imagenet');
    const whole = backboneOf({ name: 'mobilenetv2', weights: 'imagenet' });
    expect(await codeOf(load(whole, hub))).toBe('net/not-found');
    model.dispose();
  });
});
