/** Pictures prepared in Node's threads are those prepared here, in order, whatever becomes of the threads. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eachOf, mapInOrder } from '../../../../src/lib/in-order.ts';
import { PicturePool } from '../../../../src/data/pool/picture-pool.ts';
import { preparePicture, type PictureJob, type PreparedPicture } from '../../../../src/data/pool/prepare.ts';
import { createPlatform } from '../../../../src/platform/platform.node.ts';
import type { Platform } from '../../../../src/platform/platform.ts';
import { noisePicture } from '../test-recipe.ts';

const platform = createPlatform();
let pool: PicturePool | null = null;

afterEach(() => {
  pool?.end();
});

/** Enough for threads to be started and used. */
const COUNT = 240;
const DIFFERENT = 12;

let jobs: PictureJob[];

beforeAll(async () => {
  const pictures = await Promise.all(Array.from({ length: DIFFERENT }, (_, number) => noisePicture(number)));
  const files = await Promise.all(pictures.map((picture) => picture.jpeg().toBuffer()));
  jobs = Array.from({ length: COUNT }, (_, row) => {
    const encoded = new Uint8Array(files[row % DIFFERENT]!);
    return { encoded, size: 40, resize: 'lanczos', orientation: 'stored', frame: 'whole' };
  });
});

/** Threads of Node that say when they are there, or are not to be had. */
function watched(
  start: Platform['startPictureThread'] = (listener) => platform.startPictureThread(listener),
) {
  let settle: () => void;
  const started = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const startPictureThread: Platform['startPictureThread'] = ({ onMessage, onFailure }) =>
    start({
      onMessage: (message) => {
        onMessage(message);
        settle();
      },
      onFailure: (reason) => {
        onFailure(reason);
        settle();
      },
    });
  return { started, startPictureThread };
}

/** All of it in one text: comparing texts is quick. */
const textOf = ({ picture, print }: PreparedPicture): string =>
  [picture, print.thumbnail].map((bytes) => Buffer.from(bytes).toString('base64')).join() +
  JSON.stringify([print.file, print.perceptualHash]);

async function prepareAll(on: Platform, started: Promise<void>): Promise<string[]> {
  pool = new PicturePool(on);
  const using = pool;
  async function* batches() {
    yield jobs.slice(0, 80);
    yield jobs.slice(80, 100);
    await started;
    yield jobs.slice(100);
  }
  const prepared: string[] = [];
  for await (const one of mapInOrder(eachOf(batches()), using.width, (job) => using.prepare(job)))
    prepared.push(textOf(one));
  return prepared;
}

async function expected(): Promise<string[]> {
  const each = await Promise.all(
    jobs.slice(0, DIFFERENT).map((job) => preparePicture(platform.decodePicture, job)),
  );
  return Array.from({ length: COUNT }, (_, number) => textOf(each[number % DIFFERENT]!));
}

describe('a pool', () => {
  it('gives in threads what is given here', async () => {
    let here = 0;
    const decodePicture: Platform['decodePicture'] = (encoded) => {
      here += 1;
      return platform.decodePicture(encoded);
    };
    const { started, ...threads } = watched();
    const prepared = await prepareAll({ ...platform, ...threads, cores: 2, decodePicture }, started);
    expect(prepared).toEqual(await expected());
    expect(pool!.trouble).toBeNull();
    // Only until the threads were there.
    expect(here).toBeLessThan(COUNT / 2);
  });

  it('goes on here when its threads cannot be started', async () => {
    const { started, ...threads } = watched(({ onFailure }) => {
      queueMicrotask(() => onFailure('refused'));
      return { post: () => undefined, end: () => undefined };
    });
    expect(await prepareAll({ ...platform, ...threads, cores: 2 }, started)).toEqual(await expected());
    expect(pool!.trouble).toMatchObject({ message: expect.stringContaining('2 threads of 2') as string });
    expect(pool!.trouble).toMatchObject({ message: expect.stringContaining('refused') as string });
  });

  it('loses no picture when its threads die in the middle', async () => {
    let posted = 0;
    const { started, ...threads } = watched((listener) => {
      const thread = platform.startPictureThread(listener);
      const post: typeof thread.post = (message, transfer) => {
        posted += 1;
        thread.post(message, transfer);
        if (posted > 30) thread.end();
      };
      return { ...thread, post };
    });
    expect(await prepareAll({ ...platform, ...threads, cores: 2 }, started)).toEqual(await expected());
    expect(posted).toBeGreaterThan(30);
    expect(pool!.trouble?.code).toBe('data/threads-broke-down');
  });

  it('lets an error cross whole', async () => {
    const { started, ...threads } = watched();
    pool = new PicturePool({ ...platform, ...threads, cores: 1 });
    await Promise.all(jobs.slice(0, 80).map((job) => pool!.prepare(job)));
    await started;
    const bad = pool.prepare({ ...jobs[0]!, encoded: jobs[0]!.encoded.slice(0, 300) });
    await expect(bad).rejects.toMatchObject({ code: 'data/picture-undecodable', name: 'StudioError' });
  });
});

describe('mapInOrder', () => {
  it('keeps the order, asks for no more than it may, and ends its source after a failure', async () => {
    let [running, most, ended] = [0, 0, false];
    async function* batches() {
      try {
        for (let batch = 0; batch < 10; batch += 1) yield [batch * 3, batch * 3 + 1, batch * 3 + 2];
      } finally {
        ended = true;
      }
    }
    const work = async (item: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
      running -= 1;
      if (item === 20) throw new RangeError('twenty');
      return item;
    };
    const seen: number[] = [];
    const all = (async () => {
      for await (const item of mapInOrder(eachOf(batches()), 4, work)) seen.push(item);
    })();
    await expect(all).rejects.toThrow('twenty');
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(4);
    expect(running).toBe(0);
    expect(ended).toBe(true);
  });
});
