/** Leases in a folder, as Node and pages without locks have them: holders that share a store, and a clock that the test sets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openByteStore } from '../../../src/platform/stores/byte-store.node.ts';
import { storageFull, type ByteStore } from '../../../src/platform/stores/byte-store.ts';
import {
  EXPIRY_MS,
  ownedByLeases,
  WATCH_MS,
  type Clock,
  type LeaseOptions,
} from '../../../src/platform/stores/leases.ts';
import { NOTHING_SHARED, type Owned } from '../../../src/platform/stores/owned.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';

let folder: string;
let store: ByteStore;
let nowMs: number;
/** Of the holders that say so, when time passes. */
let living: Set<() => Promise<void>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-leases-'));
  store = openByteStore('leases', folder);
  nowMs = Date.now();
  living = new Set();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Holder {
  readonly owned: Owned;
  /** Its tab is closed, or its worker computes without a break: it says nothing more. */
  readonly silence: () => void;
  /** It says that it lives, as it does every few seconds. */
  readonly beat: () => Promise<void>;
}

/** A tab. When it waits, time passes, and those that live say so. */
function holder(options: LeaseOptions = {}): Holder {
  let tell = (): void => undefined;
  const beat = async (): Promise<void> => {
    tell();
    // Writes of one holder come one after another.
    await (
      await owned.use('settled')
    )();
  };
  const clock = {
    now: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms;
      // A watch is long enough for the beats to come to the store.
      if (ms === WATCH_MS) await Promise.all([...living].map((each) => each()));
    },
    every: (_ms: number, work: () => void) => {
      tell = work;
      living.add(beat);
      return () => living.delete(beat);
    },
  };
  const owned = ownedByLeases(store, { clock, ...options });
  return { owned, beat, silence: () => living.delete(beat) };
}

const ignore = (): Promise<void> => Promise.resolve();

describe('what one holder uses', () => {
  it('is not discarded by another, nor by itself, until it is released', async () => {
    const [one, other] = [holder(), holder()];
    const release = await one.owned.use('set/a');
    const again = await one.owned.use('set/a');
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(false);
    expect(await one.owned.discardIfFree('set/a', ignore)).toBe(false);
    expect(await other.owned.discardIfFree('set/b', ignore)).toBe(true);
    await release();
    await release();
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(false);
    await again();
    let isDone = false;
    const discarded = await other.owned.discardIfFree('set/a', () => {
      isDone = true;
      return Promise.resolve();
    });
    expect([discarded, isDone]).toEqual([true, true]);
    // Nobody holds anything: nothing is left.
    expect(await store.list()).toEqual([]);
  });

  it('is waited for by whoever wants to use it while it is discarded', async () => {
    const [one, other] = [holder(), holder()];
    const order: string[] = [];
    let using: Promise<unknown> = Promise.resolve();
    await one.owned.discardIfFree('set/a', async () => {
      using = other.owned.use('set/a').then(() => order.push('used'));
      // Long enough for the other to have looked, had it not to wait.
      for (let looks = 0; looks < 5; looks += 1) await holder().owned.discardIfFree('other', ignore);
      order.push('discarded');
    });
    await using;
    expect(order).toEqual(['discarded', 'used']);
  });

  it('can be discarded where work on it failed', async () => {
    const [one, other] = [holder(), holder()];
    const failing = one.owned.discardIfFree('set/a', () => Promise.reject(storageFull('sets')));
    await expect(failing).rejects.toMatchObject({ code: 'storage/full' });
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(true);
  });
});

describe('a holder that says nothing', () => {
  it('is believed to be busy for a time, then to be gone', async () => {
    const [one, other] = [holder(), holder()];
    await one.owned.use('set/a');
    one.silence();
    nowMs += EXPIRY_MS - 1;
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(false);
    nowMs += 2;
    const before = nowMs;
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(true);
    expect(nowMs).toBe(before + WATCH_MS);
    expect(await store.list()).toEqual([]);
  });

  it('is not gone where the whole machine slept, or its clock was set', async () => {
    const [one, other] = [holder(), holder()];
    await one.owned.use('set/a');
    nowMs += 3600_000;
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(false);
    nowMs -= 7200_000;
    expect(await other.owned.discardIfFree('set/a', ignore)).toBe(false);
  });

  it('is gone at once where its process has ended', async () => {
    const one = holder({ id: 'dead' });
    await one.owned.use('set/a');
    const before = nowMs;
    expect(await holder({ isGone: (id) => id === 'dead' }).owned.discardIfFree('set/a', ignore)).toBe(true);
    expect(nowMs).toBe(before);
  });
});

/** Time for so many who share a machine: it passes when all of them wait, to when the first is done waiting. */
function sharedClock(count: number): Clock & { leave: () => void } {
  const waiting: { readonly untilMs: number; readonly wake: () => void }[] = [];
  let left = count;
  const pass = (): void => {
    if (waiting.length < left) return;
    const next = waiting.sort((one, other) => one.untilMs - other.untilMs).shift();
    nowMs = Math.max(nowMs, next?.untilMs ?? 0);
    next?.wake();
  };
  return {
    now: () => nowMs,
    wait: (ms) =>
      new Promise((wake) => {
        waiting.push({ untilMs: nowMs + ms, wake });
        pass();
      }),
    every: () => ignore,
    leave: () => {
      left -= 1;
      pass();
    },
  };
}

describe('work that goes on in one place alone', () => {
  it('is done one after another, whoever began first', async () => {
    const clock = sharedClock(4);
    let running = 0;
    let most = 0;
    const work = async (): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      // The others try again and again meanwhile.
      await clock.wait(WATCH_MS);
      running -= 1;
      return 1;
    };
    const tabs = Array.from({ length: 4 }, () => ownedByLeases(store, { clock }));
    const done = await Promise.all(
      tabs.map(async (owned) => {
        const one = await owned.alone('run/7', work, () => 0);
        clock.leave();
        return one;
      }),
    );
    expect(done).toEqual([1, 1, 1, 1]);
    expect(most).toBe(1);
  });

  it('is not done while another goes on with it', async () => {
    const [one, other] = [holder(), holder()];
    const ended = await one.owned.alone(
      'run/7',
      () =>
        other.owned.alone(
          'run/7',
          () => Promise.resolve('twice'),
          () => 'once',
        ),
      () => 'never',
    );
    expect(ended).toBe('once');
  });

  it('is done where a closed tab left it', async () => {
    const [one, other] = [holder(), holder()];
    let close = (): void => undefined;
    const left = one.owned.alone(
      'run/7',
      () => new Promise<void>((resolve) => (close = resolve)),
      () => undefined,
    );
    await one.beat();
    one.silence();
    expect(
      await other.owned.alone(
        'run/7',
        () => Promise.resolve(true),
        () => false,
      ),
    ).toBe(true);
    close();
    await left;
  });
});

it('a store that cannot be used keeps nobody from working', async () => {
  const broken: ByteStore = {
    ...store,
    list: () => Promise.reject(storageFull('leases')),
    setMany: () => Promise.reject(storageFull('leases')),
  };
  const owned = ownedByLeases(broken);
  const release = await owned.use('set/a');
  expect(await owned.discardIfFree('set/b', ignore)).toBe(true);
  await release();
});

it('two platforms of Node own by their folder; without one nothing is shared', async () => {
  const [one, other] = [createPlatform({ dataFolder: folder }), createPlatform({ dataFolder: folder })];
  const release = await one.owned.use('set/a');
  expect(await other.owned.discardIfFree('set/a', ignore)).toBe(false);
  await release();
  expect(createPlatform().owned).toBe(NOTHING_SHARED);
});
