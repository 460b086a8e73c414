/**
 * Ownership where the browser has no locks to give (plain http from another machine) and in Node: leases in a store of
 * bytes. Each holder, a tab or a process, has one record there: the names that it uses, those that it holds alone, and a
 * beat that it counts up every few seconds for as long as it lives.
 *
 * A store has no step that looks and writes at once, so a claim is written first and then looked around (Dekker's flags):
 * of two that claim at the same time at least one sees the other. Users wait for who holds a name alone, who wants a
 * name alone gives way to any other, and tries again after a time of its own.
 *
 * A holder is dead when its record is old **and** its beat stands still while it is watched. The first alone would take a
 * machine that slept, or whose clock was set, for a dead one; the second alone would make every look take seconds. A
 * worker that computes without a break for longer than both is taken for dead: what it used may then be discarded, and
 * is made again where it is missed.
 */
import { newId } from '../../lib/new-id.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { ByteStore } from './byte-store.ts';
import type { Owned, Release } from './owned.ts';

/** What leases know of time. */
export interface Clock {
  /** In ms since 1970: the same for all processes of a machine, more or less. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Calls `work` again and again; keeps no process alive. @returns what ends it */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** How often a holder says that it lives. */
const BEAT_MS = 5_000;
/** A record that is older is suspect. Generous: a step of a large network on one core takes a minute. */
export const EXPIRY_MS = 120_000;
/** How long the beat of a suspect is watched. */
export const WATCH_MS = 2 * BEAT_MS;
/** Until a name is tried again, at least. */
const RETRY_MS = 500;

/** What a holder says of itself. */
interface Holder {
  readonly beat: number;
  readonly atMs: number;
  readonly uses: readonly string[];
  readonly alone: readonly string[];
}

/** What is known beside the store. */
export interface LeaseOptions {
  /** What this holder is called; by default a name that no other has. */
  readonly id?: string;
  /** Whether a holder is known to be dead, such as a process that has ended; by default only time tells. */
  readonly isGone?: (id: string) => boolean;
  readonly clock?: Clock;
}

/** @param store where the leases of all who share a machine's stores are */
export function ownedByLeases(store: ByteStore, options: LeaseOptions = {}): Owned {
  const leases = new Leases(store, { id: newId(), isGone: () => false, clock: REAL_CLOCK, ...options });
  return {
    use: (name) => leases.use(name),
    discardIfFree: async (name, work) => {
      if (!(await leases.claim(name, 0))) return false;
      try {
        await work();
      } finally {
        await leases.giveUp(name);
      }
      return true;
    },
    alone: async (name, work, otherwise) => {
      // As long as it may take until a tab that was closed a moment ago counts as dead.
      if (!(await leases.claim(name, EXPIRY_MS + 2 * WATCH_MS))) return otherwise();
      try {
        return await work();
      } finally {
        await leases.giveUp(name);
      }
    },
  };
}

class Leases {
  /** How many here use a name. */
  readonly #uses = new Map<string, number>();
  readonly #alone = new Set<string>();
  #beat = 0;
  #stopBeating: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    readonly store: ByteStore,
    readonly options: Required<LeaseOptions>,
  ) {}

  async use(name: string): Promise<Release> {
    this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    await this.#write();
    while (this.#alone.has(name) || (await this.#isHeldElsewhere(name, ({ alone }) => alone))) {
      await this.options.clock.wait(RETRY_MS);
    }
    let isReleased = false;
    return async () => {
      if (isReleased) return;
      isReleased = true;
      const left = (this.#uses.get(name) ?? 1) - 1;
      if (left > 0) this.#uses.set(name, left);
      else this.#uses.delete(name);
      await this.#write();
    };
  }

  /** Takes a name alone, trying for so long; whether that succeeded. */
  async claim(name: string, patienceMs: number): Promise<boolean> {
    const endMs = this.options.clock.now() + patienceMs;
    for (;;) {
      if (!this.#alone.has(name) && !this.#uses.has(name)) {
        this.#alone.add(name);
        await this.#write();
        const isFree = !(await this.#isHeldElsewhere(name, ({ uses, alone }) => [...uses, ...alone]));
        // Who began to use it here meanwhile waits until it is given up.
        if (isFree && !this.#uses.has(name)) return true;
        await this.giveUp(name);
      }
      if (this.options.clock.now() >= endMs) return false;
      // Two that gave way to each other come back at different times.
      await this.options.clock.wait(RETRY_MS * (1 + Math.random()));
    }
  }

  async giveUp(name: string): Promise<void> {
    this.#alone.delete(name);
    await this.#write();
  }

  async #isHeldElsewhere(name: string, held: (holder: Holder) => readonly string[]): Promise<boolean> {
    const holders = await this.#read(await this.#others());
    const having = [...holders].filter(([, holder]) => held(holder).includes(name));
    const { clock, isGone } = this.options;
    const suspects = having.filter(([id]) => !isGone(id));
    const isLate = ([, { atMs }]: [string, Holder]): boolean => Math.abs(clock.now() - atMs) > EXPIRY_MS;
    if (suspects.some((one) => !isLate(one))) return true;
    if (suspects.length > 0) await clock.wait(WATCH_MS);
    const now = await this.#read(having.map(([id]) => id));
    const isDead = (id: string): boolean => isGone(id) || holders.get(id)?.beat === now.get(id)?.beat;
    const dead = [...now.keys()].filter(isDead);
    await orNothing(this.store.deleteMany(dead), undefined);
    return [...now].some(([id, holder]) => !dead.includes(id) && held(holder).includes(name));
  }

  async #others(): Promise<string[]> {
    const keys = await orNothing(this.store.list(), []);
    return keys.map(({ key }) => key).filter((key) => key !== this.options.id);
  }

  async #read(ids: readonly string[]): Promise<Map<string, Holder>> {
    const found = await orNothing(this.store.getMany(ids), []);
    return new Map(
      found.flatMap((bytes, index) =>
        bytes === undefined ? [] : [[ids[index] ?? '', fromBytes(bytes)] as const],
      ),
    );
  }

  /** Says what is held now; resolves when others can see it. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const isHolding = this.#uses.size + this.#alone.size > 0;
      if (isHolding)
        await orNothing(this.store.setMany([[this.options.id, toBytes(this.#holder())]]), undefined);
      else await orNothing(this.store.deleteMany([this.options.id]), undefined);
      this.#beatWhile(isHolding);
    });
    return this.#writing;
  }

  #holder(): Holder {
    this.#beat += 1;
    const names = { uses: [...this.#uses.keys()], alone: [...this.#alone] };
    return { beat: this.#beat, atMs: this.options.clock.now(), ...names };
  }

  #beatWhile(isHolding: boolean): void {
    if (isHolding) this.#stopBeating ??= this.options.clock.every(BEAT_MS, () => void this.#write());
    else {
      this.#stopBeating?.();
      this.#stopBeating = null;
    }
  }
}

/** What a store that fails has: whoever shares it with others shares nothing that lasts. */
async function orNothing<Value>(asked: Promise<Value>, nothing: Value): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof StudioError && error.code.startsWith('storage/')) return nothing;
    throw error;
  }
}

const toBytes = (holder: Holder): Uint8Array => new TextEncoder().encode(JSON.stringify(holder));
const fromBytes = (bytes: Uint8Array): Holder => JSON.parse(new TextDecoder().decode(bytes)) as Holder;

const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  wait: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    // Node's alone: a process that has nothing else to do may end.
    (timer as { unref?: () => void }).unref?.();
    return () => {
      clearInterval(timer);
    };
  },
};
