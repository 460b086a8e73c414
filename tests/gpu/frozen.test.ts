/** Activations in the memory of a WebGPU device: what is kept there, that it is what would be computed again, and no room. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ActivationCache } from '../../src/frozen/activation-cache.ts';
import { Notices } from '../../src/frozen/notices.ts';
import { fromRecords, toRecords } from '../../src/frozen/precision.ts';
import { Places } from '../../src/frozen/storage/places.ts';
import { gpuRoom } from '../../src/kernels/webgpu/room.ts';
import type { ByteStore } from '../../src/platform/stores/byte-store.ts';
import { useBackend } from '../support/backends.ts';
import {
  newDisk,
  prepareFrozen,
  SECOND,
  valuesAt,
  withFrozen,
  type Prepared,
} from '../support/networks/frozen.ts';

it('halves are packed and unpacked as on cpu, to the bit', async () => {
  const special = [0, -0, 1, 65504, 65520, 6.1e-5, 5.97e-8, 2.9e-8, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 3e38];
  const lists = special.map((value, index) =>
    Array.from({ length: 7 }, (_, at) => (at === 0 ? value : Math.sin(index + at) * 2 ** (4 * at - 16))),
  );
  const packed = async (backend: 'cpu' | 'webgpu'): Promise<unknown> => {
    await useBackend(backend);
    const x = tf.tensor2d(lists);
    const records = tf.tidy(() => toRecords(x, 'float16'));
    const values = tf.tidy(() => fromRecords(records, [7], 'float16'));
    const read = [await records.data(), await values.data()];
    tf.dispose([x, records, values]);
    return read;
  };
  expect(await packed('webgpu')).toEqual(await packed('cpu'));
});

describe('what the frozen part gives on WebGPU', () => {
  let prepared: Prepared;
  beforeAll(async () => {
    await useBackend('webgpu');
    prepared = await prepareFrozen(8);
  });

  it.each(['float32', 'float16'] as const)(
    'is the same on the GPU, on disk and, within 1e-6, computed again: %s',
    async (precision) => {
      const { numTensors } = tf.memory();
      const onGpu = await withFrozen(prepared, { memoryBytes: 0 }, precision, async (part) => {
        const values = [await valuesAt(part.at(0), prepared), await valuesAt(part.at(1), prepared)];
        expect(part.newNotices()).toEqual([]);
        expect(part.at(1).missing(prepared.train, SECOND)).toEqual([]);
        return values.flat();
      });
      expect(tf.memory().numTensors).toBe(numTensors);
      // So many pictures that no GPU takes them.
      const counts = { train: 2 ** 40, validation: 2 ** 40, test: 0, views: 2 };
      const crowd = { ...prepared, options: { ...prepared.options, counts } };
      const { disk, store } = await newDisk();
      const large: ByteStore = { ...store, roomBytes: () => Promise.resolve(2 ** 62) };
      const rooms = [{ memoryBytes: 0, disk: { ...disk, openStore: () => large } }, { memoryBytes: 0 }];
      const [onDisk, again] = await Promise.all(
        rooms.map((room) =>
          withFrozen(crowd, room, precision, async (part) =>
            [await valuesAt(part.at(0), prepared), await valuesAt(part.at(1), prepared)].flat(),
          ),
        ),
      );
      expect(onDisk).toEqual(onGpu);
      onGpu.forEach((values, index) => {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        // A value that lies between two halves may come out as the other.
        const bound = largest * (precision === 'float16' ? 2 ** -10 : 1e-6);
        values.forEach((value, at) => {
          expect(Math.abs(value - (again?.[index]?.[at] ?? NaN))).toBeLessThanOrEqual(bound);
        });
      });
    },
  );

  it('gives the GPU’s memory back when it is cleared', async () => {
    const allocated = (): number =>
      (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU ?? NaN;
    const places = new Places({ gpu: gpuRoom(tf.backend()), memoryBytes: 0, disk: null });
    const before = allocated();
    const { placed } = await places.place({ pictures: 16, words: 2 ** 16, dtype: 'int32' }, false);
    expect(placed?.place).toBe('gpu');
    expect(allocated()).toBe(before + 16 * 2 ** 16 * 4);
    placed?.release();
    expect(allocated()).toBe(before);
  });

  it('is computed again, and that is said, where the GPU has no memory for it', async () => {
    const said = new Notices();
    const gpu = { ...gpuRoom(tf.backend()), totalBytes: 2 ** 50, pieceBytes: 2 ** 50 };
    const places = new Places({ gpu, memoryBytes: 4000, disk: null });
    const form = { shape: [2 ** 20], precision: 'float32', views: 2, mayUseDisk: true } as const;
    // 64 GB, in one buffer.
    const cache = new ActivationCache(
      { ...form, pictures: { plain: 2 ** 14, augmented: 1 } },
      places,
      said.tell,
    );
    const values = tf.ones([1, 2 ** 20]);
    const { numTensors } = tf.memory();
    expect(await cache.store('plain', [3], values)).toBe(false);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(said.take()).toMatchObject([
      {
        message: expect.stringMatching(
          /could not be kept in the GPU’s memory, so it is computed anew/u,
        ) as string,
        cause: { code: 'storage/full' },
      },
    ]);
    // The GPU is asked for no more than it had given, and works on.
    expect(await cache.store('0', [3], values)).toBe(false);
    expect((await tf.sum(values).data())[0]).toBe(2 ** 20);
    values.dispose();
  });
});
