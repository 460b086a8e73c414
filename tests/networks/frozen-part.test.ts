/** What the frozen part gives is the same wherever it is kept, and where it is computed again; and what is said of it. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrozenPart } from '../../src/frozen/frozen-part.ts';
import type { ByteStore } from '../../src/platform/stores/byte-store.ts';
import { useBackend } from '../support/backends.ts';
import {
  newDisk,
  prepareFrozen,
  SECOND,
  valuesAt,
  withFrozen,
  type Prepared,
  type Room,
} from '../support/networks/frozen.ts';

type Precision = 'float32' | 'float16';

/** Views of the recipe's 48 training pictures, and the plain ones of 32 others. */
const PICTURES = 2 * 48 + 32;
/** MobileNetV2 0.35 has 1280 numbers a picture at the head's cut, and 56 at one before the other phase's. */
const BYTES = { float32: [1280 * 4, 56 * 4], float16: [1282 * 2, 56 * 4] } as const;
const UNFREEZE = 8;
const PLENTY: Room = { memoryBytes: 2 ** 30 };

const saidBy = (part: FrozenPart): string =>
  part
    .newNotices()
    .map(({ message }) => message)
    .join('\n');

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  const keptAs = new Map<Precision, Float32Array[]>();
  let prepared: Prepared;
  beforeAll(async () => {
    await useBackend(backend);
    prepared = await prepareFrozen(UNFREEZE);
  });
  afterAll(() => prepared.dispose());

  /** At both cuts, first the head's; and what is seen of where they are kept. */
  const valuesWith = (
    room: Room,
    precision: Precision,
    check: (part: FrozenPart) => unknown,
  ): Promise<Float32Array[]> =>
    withFrozen(prepared, room, precision, async (part) => {
      const values = [await valuesAt(part.at(0), prepared), await valuesAt(part.at(1), prepared)];
      await check(part);
      return values.flat();
    });

  const missing = (part: FrozenPart): number => part.at(1).missing(prepared.train, SECOND).length;

  describe.each(['float32', 'float16'] as const)(
    'what is taken as %s is the same to the bit',
    (precision) => {
      const [head, earlier] = BYTES[precision];
      let kept: Float32Array[] = [];
      beforeAll(async () => {
        const { numTensors } = tf.memory();
        prepared.reads.length = 0;
        kept = await valuesWith(PLENTY, precision, (part) => {
          expect(saidBy(part)).toBe('');
          expect(missing(part)).toBe(0);
          // The head's features are computed from what is kept for the other phase.
          expect(prepared.reads).toEqual([8, 8]);
        });
        expect(tf.memory().numTensors).toBe(numTensors);
        keptAs.set(precision, kept);
      });

      it('when it is kept on disk', async () => {
        const { disk, store } = await newDisk();
        const values = await valuesWith({ memoryBytes: 0, disk }, precision, async (part) => {
          expect(saidBy(part)).toBe('');
          // Of two cuts two views of eight pictures.
          expect(await store.list('')).toHaveLength(32);
        });
        expect(values).toEqual(kept);
      });

      it('when an earlier cut is kept', async () => {
        prepared.reads.length = 0;
        const room = { memoryBytes: PICTURES * (head + earlier) };
        const values = await valuesWith(room, precision, (part) => {
          expect(saidBy(part)).toMatch(
            /up to block_16_expand_relu .* Kept is what it computes up to block_15_add \S+ \S+ a picture\); the/u,
          );
          expect(prepared.reads).toEqual([8, 8]);
        });
        expect(values).toEqual(kept);
      });

      it('when some views are kept', async () => {
        const room = { memoryBytes: PICTURES * head + 48 * earlier };
        const values = await valuesWith(room, precision, (part) => {
          expect(saidBy(part)).toMatch(/Kept is .* for as many views as there is room for; the rest/u);
        });
        expect(values).toEqual(kept);
      });

      it('when nothing is kept', async () => {
        const values = await valuesWith({ memoryBytes: 0 }, precision, (part) => {
          expect(saidBy(part).match(/It is computed anew in each epoch\./gu)).toHaveLength(2);
          expect(missing(part)).toBe(8);
        });
        expect(values).toEqual(kept);
      });

      it('when memory cannot be had, which is said once', async () => {
        // No array has so many numbers: JavaScript throws a RangeError, as where there is no memory for one.
        const counts = { train: 2 ** 44, validation: 2 ** 44, test: 0, views: 2 };
        const { disk, store } = await newDisk();
        const large: ByteStore = { ...store, roomBytes: () => Promise.resolve(2 ** 62) };
        const room = { memoryBytes: 2 ** 60, disk: { ...disk, openStore: () => large } };
        const crowd = { ...prepared, options: { ...prepared.options, counts } };
        const values = await withFrozen(crowd, room, precision, async (part) => {
          const atCuts = [await valuesAt(part.at(0), prepared), await valuesAt(part.at(1), prepared)];
          expect(saidBy(part)).toMatch(
            /^What .* could not be kept in this machine’s memory, so it is kept on this machine’s disk instead\.$/u,
          );
          return atCuts.flat();
        });
        expect(values).toEqual(kept);
      });
    },
  );

  it('half the precision gives other values', () => {
    expect(keptAs.size).toBe(2);
    expect(keptAs.get('float16')).not.toEqual(keptAs.get('float32'));
  });
});

it('where all layers train it is nothing: the pictures come as they are, and are not kept', async () => {
  await useBackend('wasm');
  const prepared = await prepareFrozen(153);
  const { signal } = new AbortController();
  const { input } = prepared.options;
  await withFrozen(prepared, PLENTY, 'float16', async (part) => {
    expect(part.cutOutputOf(1)).toBe(0);
    const features = part.at(1);
    expect(features.missing(prepared.train, SECOND)).toEqual([]);
    const given = await features.batch(prepared.train, SECOND, signal);
    const pictures = await input.batch(prepared.train, SECOND, signal);
    expect(await given.data()).toEqual(await pictures.data());
    tf.dispose([given, pictures]);
    expect((await valuesAt(part.at(0), prepared))[0]).toHaveLength(3 * 1280);
  });
  prepared.dispose();
});
