/**
 * Owns handing over work that has no geometry: loops that take each value by itself or go over rows of them, and what is done
 * sooner than another thread looks.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf, type Heap } from './module.ts';
import { activeRecorder } from './recording/recorder.ts';
import {
  NOWHERE,
  NUMBERS,
  partsFor,
  putTask,
  ROOM_ALIGNMENT,
  roomsFor,
  runTask,
  runTasks,
  sharedTask,
  TASK_NUMBERS,
  type Task,
} from './task.ts';
import { Layout, withWorkspace } from './workspace.ts';

const VALUE_BYTES = 4;

/** Operations that a value takes, or would take in the time that memory takes. */
const LOOPS = {
  swish: 22,
  swishGrad: 26,
  activationGrad: 8,
  adam: 24,
  add: 8,
  multiply: 8,
  scaleChannels: 8,
  globalSum: 4,
  gateGrad: 6,
  channelSum: 4,
  channelDot: 6,
  globalPool: 4,
  globalPoolGrad: 4,
  sigmoid: 21,
  sigmoidGrad: 8,
  softmax: 24,
  relu: 6,
  fold: 8,
  unfold: 8,
  moments: 12,
  norm: 8,
  normGrads: 8,
  normInputGrad: 10,
} as const;

/**
 * Those of which each part takes some channels, for no sum is two threads'; and bytes that a thread needs for itself for each
 * channel, as the kernels have it.
 */
const CHANNEL_BYTES: ReadonlyMap<keyof typeof LOOPS, number> = new Map([
  ['channelSum', 0],
  ['channelDot', 0],
  ['globalSum', 0],
  ['gateGrad', 0],
  ['globalPool', 0],
  ['fold', 4],
  ['unfold', 4],
  ['moments', 16],
  ['normGrads', 0],
]);
/** Channels of a line of the cache, which threads should not share. */
const LINE_CHANNELS = 16;

/** Of so many values. */
export const loopOperations = (kind: keyof typeof LOOPS, count: number): number => count * LOOPS[kind];

/** What a loop is told: addresses in bytes, and how many values there are. */
export interface Loop {
  readonly kind: keyof typeof LOOPS;
  readonly x?: number;
  /** Addresses and then rates, which lie where `x` is when it goes over more than two arrays. */
  readonly more?: { readonly addresses: readonly number[]; readonly rates: readonly number[] };
  /** The gradient that came in, or the other factor, where it takes one. */
  readonly dy?: number;
  readonly out?: number;
  readonly count: number;
  /** Where the activation was held down to. */
  readonly ceiling?: number;
  /** Of what goes over rows of channels. */
  readonly shape?: { readonly pictures: number; readonly rows: number; readonly channels: number };
}

/** What is done sooner than another thread looks: one part of work. */
export function runAlone(
  wasm: BackendWasm,
  { more, ...task }: Pick<Task, 'kind'> & Partial<Omit<Task, 'kind' | 'parts'>> & Pick<Loop, 'more'>,
): void {
  const sizes = { pictures: 0, channels: 0, outChannels: 0, low: -Infinity, high: Infinity, parts: 1 };
  const x = more === undefined ? 0 : putMore(wasm, more);
  runTask(wasm, { ...NOWHERE, ...sizes, x, other: 0, out: 0, ...task });
}

/** As {@link runTask}, of a loop that takes each value by itself, or goes over rows of them. */
export function runLoop(wasm: BackendWasm, loop: Loop): void {
  const { kind, dy = 0, out = 0, count, ceiling = Infinity } = loop;
  const shape = loop.shape ?? { pictures: count, rows: 0, channels: 0 };
  const all = partsFor(wasm, loopOperations(kind, count));
  const channelBytes = CHANNEL_BYTES.get(kind);
  const parts = channelBytes === undefined ? all : Math.min(all, Math.ceil(shape.channels / LINE_CHANNELS));
  const own = (channelBytes ?? 0) * shape.channels;
  const roomBytes = Math.ceil(own / ROOM_ALIGNMENT) * ROOM_ALIGNMENT;
  const layout = new Layout();
  layout.bytes(roomsFor(wasm, parts) * roomBytes);
  withWorkspace(wasm, layout, (room) => {
    const x = loop.more === undefined ? (loop.x ?? 0) : putMore(wasm, loop.more);
    const sizes = { ...shape, outChannels: 0, parts };
    const places = { ...NOWHERE, x, other: dy, out, room, roomBytes };
    runTask(wasm, { kind, low: -Infinity, high: ceiling, ...sizes, ...places });
  });
}

/** Loops of one kind over more than two arrays each, which have no rows: one call for all. */
export function runLoops(
  wasm: BackendWasm,
  kind: keyof typeof LOOPS,
  loops: readonly Required<Pick<Loop, 'count' | 'more'>>[],
): void {
  const layout = new Layout();
  const tasksAt = layout.values(loops.length * TASK_NUMBERS);
  const moreAt = loops.map(({ more }) => layout.values(more.addresses.length + more.rates.length));
  withWorkspace(wasm, layout, (start) => {
    const heap = heapOf(wasm);
    loops.forEach(({ count, more }, index) => {
      const x = start + (moreAt[index] ?? 0);
      const sizes = { pictures: count, channels: 0, outChannels: 0, low: -Infinity, high: Infinity };
      const parts = partsFor(wasm, loopOperations(kind, count));
      lay(heap, x, more);
      const at = start + tasksAt + index * TASK_NUMBERS * VALUE_BYTES;
      putTask(heap, at, { ...NOWHERE, ...sizes, kind, x, other: 0, out: 0, parts });
    });
    runTasks(wasm, start + tasksAt, loops.length);
  });
}

function putMore(wasm: BackendWasm, more: NonNullable<Loop['more']>): number {
  const at = sharedTask(wasm).address + VALUE_BYTES * NUMBERS;
  const heap = heapOf(wasm);
  lay(heap, at, more);
  const recorder = activeRecorder();
  if (recorder === null) return at;
  const end = at / VALUE_BYTES + more.addresses.length + more.rates.length;
  recorder.wrote(at, heap.ints.slice(at / VALUE_BYTES, end), { addresses: more.addresses.length });
  return at;
}

function lay({ ints, floats }: Heap, at: number, { addresses, rates }: NonNullable<Loop['more']>): void {
  ints.set(addresses, at / VALUE_BYTES);
  floats.set(rates, at / VALUE_BYTES + addresses.length);
}
