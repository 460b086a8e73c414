/**
 * HDF5 that is made to cost more than it is: files of a few kB that ask for gigabytes, and one whose reading never ends. It
 * ends within the limits, with a StudioError, and the next file is read.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import * as h5wasm from 'h5wasm';
import { expect, it } from 'vitest';
import { listH5, readH5 } from '../../src/models/weights/readers/h5/thread.ts';
import { createPlatform } from '../../src/platform/platform.node.ts';
import { codeOf } from '../support/networks/weight-files.ts';

const platform = createPlatform();
const tiny = new Uint8Array(
  gunzipSync(readFileSync(new URL('../parity/models/fixtures/tiny.weights.h5.gz', import.meta.url))),
);

const FOUR = { data: new Float32Array(4), shape: [4], maxshape: [null], dtype: '<f4' };

/** A file with tensors of four numbers that grow to 400 MB each, of which none is stored. */
const hollow = (tensors: number): Promise<Uint8Array<ArrayBuffer>> =>
  written((layer) => {
    for (let index = 0; index < tensors; index += 1) {
      layer.create_dataset({ name: `kernel_${index}`, ...FOUR, chunks: [1024] }).resize([100_000_000]);
    }
  });

/** A file with four numbers in a piece of 240 MB, which the library unpacks whole. */
const oneHugeChunk = (): Promise<Uint8Array<ArrayBuffer>> =>
  written((layer) => {
    layer.create_dataset({ name: 'kernel', ...FOUR, chunks: [60_000_000], compression: 1 });
  });

async function written(fill: (layer: h5wasm.Group) => void): Promise<Uint8Array<ArrayBuffer>> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('/written.h5', 'w');
  fill(file.create_group('layer'));
  file.close();
  return Uint8Array.from(FS.readFile('/written.h5'));
}

async function readsTheNext(from: Pick<typeof platform, 'startH5Thread'>): Promise<void> {
  const { tensors } = await listH5(tiny.slice(), from);
  const values = await readH5(tiny.slice(), tensors, from);
  expect(values.map(({ length }) => 4 * length)).toEqual(tensors.map(({ sizeBytes }) => sizeBytes));
}

const residentMb = (): number => process.memoryUsage().rss / 2 ** 20;

it(
  'refuses small files that ask for gigabytes, without taking them, and reads the next',
  { timeout: 60_000 },
  async () => {
    const files = [await hollow(1), await hollow(6), await oneHugeChunk()];
    const before = residentMb();
    for (const bytes of files) {
      expect(bytes.length).toBeLessThan(2e6);
      const { tensors } = await listH5(bytes, platform);
      expect(await codeOf(readH5(bytes, tensors, platform))).toBe('model/weights-unreadable');
      expect(residentMb() - before).toBeLessThan(300);
    }
    await readsTheNext(platform);
  },
);

it('ends a thread that walks for ever, and reads the next file in another', { timeout: 60_000 }, async () => {
  const ends: Promise<unknown>[] = [];
  const walk =
    "const { parentPort } = require('worker_threads'); parentPort.on('message', () => { for (;;); });";
  const startH5Thread: typeof platform.startH5Thread = (listener) => {
    if (ends.length > 0) return platform.startH5Thread(listener);
    const thread = new Worker(`${walk} parentPort.postMessage({ kind: 'ready' });`, { eval: true });
    thread.on('message', listener.onMessage);
    ends.push(once(thread, 'exit'));
    return { post: (message) => thread.postMessage(message), end: () => void thread.terminate() };
  };
  expect(await codeOf(listH5(tiny.slice(), { startH5Thread }))).toBe('model/weights-unreadable');
  await Promise.all(ends);
  await readsTheNext({ startH5Thread });
});
