/** Owns handing a kernel's work to the threads that share this backend's memory: assembly/task.as.ts has the rules. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelsOf, memoryOf } from './module.ts';
import { addressOf } from './workspace.ts';

/** In the order of the kernels' own numbers for them. */
const KINDS = [
  'convolution',
  'depthwise',
  'filterGradient',
  'depthwiseFilterGradient',
  'winograd',
  'winogradFilter',
  'winogradInput',
  'winogradGradient',
  'winogradFilterGradient',
  'swish',
  'swishGrad',
  'activationGrad',
] as const;

/** What a kernel is told. Addresses are in bytes, counts in values. */
export interface Task {
  readonly kind: (typeof KINDS)[number];
  readonly geometry: number;
  readonly x: number;
  /** Forward and by the input the filter, packed or turned; by the filter and of loops the gradient that came in. */
  readonly other: number;
  readonly bias: number;
  readonly out: number;
  /** Of loops values. */
  readonly pictures: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly low: number;
  readonly high: number;
  /** Room of each thread, one behind the other. */
  readonly room: number;
  readonly roomBytes: number;
  readonly zero: number;
  /** Threads that take part; see {@link partsFor}. */
  readonly parts: number;
}

/** Numbers of a task, and where the threads' count of generations is among them. */
const NUMBERS = 20;
export const GENERATION = 0;
const PARTS = 2;
const LOW = 12;

/** Less than so many operations are done sooner than another thread wakes. */
const LEAST_SHARED = 2_000_000;

/** What a thread is told, once. */
export interface ThreadStart {
  /** The kernels, compiled for that memory. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the task lies, in bytes. */
  readonly task: number;
  /** Which of the parts is this thread's. */
  readonly part: number;
  /** The last task that is not for it. */
  readonly generation: number;
}

/** The task of a memory, and how many threads look at it. */
interface Shared {
  readonly address: number;
  threads: number;
}

const sharedBy = new WeakMap<BackendWasm, Shared>();

/** This backend's task, which stays where it is. */
export function sharedTask(wasm: BackendWasm): Shared {
  const known = sharedBy.get(wasm);
  if (known !== undefined) return known;
  const room = wasm.makeOutput([NUMBERS], 'float32');
  const shared = { address: addressOf(wasm, room), threads: 1 };
  new Int32Array(wasm.typedArrayFromHeap(room).buffer, shared.address, NUMBERS).fill(0);
  sharedBy.set(wasm, shared);
  return shared;
}

/** How many threads share work of so many operations. */
export function partsFor(wasm: BackendWasm, operations: number): number {
  return operations < LEAST_SHARED ? 1 : sharedTask(wasm).threads;
}

/** Does it, and returns when it is done. */
export function runTask(wasm: BackendWasm, task: Task): void {
  const { address } = sharedTask(wasm);
  // Asked for now: the heap may have grown.
  const memory = memoryOf(wasm).buffer;
  const numbers = new Int32Array(memory, address, NUMBERS);
  const { geometry, x, other, bias, out, pictures, channels, outChannels, room, roomBytes, zero } = task;
  numbers.set([task.parts, KINDS.indexOf(task.kind), geometry, x, other, bias, out], PARTS);
  numbers.set([pictures, channels, outChannels], PARTS + 7);
  new Float32Array(memory, address + 4 * LOW, 2).set([task.low, task.high]);
  numbers.set([room, roomBytes, zero], LOW + 2);
  kernelsOf(wasm).run(address);
}

/** Operations that a value takes, or would take in the time that memory takes. */
const LOOPS = { swish: 22, swishGrad: 26, activationGrad: 8 } as const;

/** What a loop is told: addresses in bytes, and how many values there are. */
export interface Loop {
  readonly kind: keyof typeof LOOPS;
  readonly x: number;
  /** The gradient that came in, where it takes one. */
  readonly dy?: number;
  readonly out: number;
  readonly count: number;
  /** Where the activation was held down to. */
  readonly ceiling?: number;
}

/** As {@link runTask}, of a loop that takes each value by itself. */
export function runLoop(wasm: BackendWasm, loop: Loop): void {
  const { kind, x, dy = 0, out, count, ceiling = Infinity } = loop;
  const sizes = { pictures: count, channels: 0, outChannels: 0, parts: partsFor(wasm, count * LOOPS[kind]) };
  const nowhere = { geometry: 0, bias: 0, room: 0, roomBytes: 0, zero: 0 };
  runTask(wasm, { kind, x, other: dy, out, low: -Infinity, high: ceiling, ...sizes, ...nowhere });
}
