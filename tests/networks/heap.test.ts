/** A heap that is full: whoever asks for more is told, and what there was goes on. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { startDevice } from '../../src/engine/device/device.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { wasmInNode } from '../../tools/train/backends.ts';

/** Values of half a gigabyte: pages that nobody writes on take no memory of the machine. */
const PIECE = 125_000_000;

let wasm: BackendWasm;
beforeAll(async () => {
  await startDevice('wasm', { platform: createPlatform(), wasm: wasmInNode(1) });
  wasm = tf.backend() as unknown as BackendWasm;
});

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
};

it('says that it is full, to kernels and to uploads alike, and has room again when some of it is freed', () => {
  const sum = (): number => tf.tidy(() => tf.sum(tf.relu(tf.range(-3, 4))).dataSync<'float32'>()[0] ?? NaN);
  const expected = sum();
  const held: tf.TensorInfo[] = [];
  const fill = (count: number) =>
    thrownBy(() => {
      for (;;) held.push(wasm.makeOutput([count], 'float32'));
    });
  expect(fill(PIECE)).toMatchObject({
    code: 'gpu/too-large',
    message: expect.stringMatching(
      /^The memory that WebAssembly computes in is full: it has [34]\.?\d* GB of /u,
    ) as string,
  });
  for (const count of [1e6, 1e4, 100]) fill(count);
  const upload = thrownBy(() => tf.tidy(() => tf.relu(tf.tensor1d(new Float32Array(1e4)))));
  expect(upload).toBeInstanceOf(StudioError);
  for (const { dataId } of held) wasm.disposeData(dataId);
  expect(sum()).toBe(expected);
  expect(sum()).toBe(6);
});
