/** Owns handing a kernel's work to the threads that share this backend's memory: assembly/task.as.ts has the rules. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapOf, usedKernels, type Heap, type Kernels } from './module.ts';
import { activeRecorder } from './recording/recorder.ts';
import { addressOf, outputOf } from './workspace.ts';

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
  'adam',
  'add',
  'multiply',
  'channelSum',
  'channelDot',
  'globalSum',
  'globalPool',
  'globalPoolGrad',
  'scaleChannels',
  'packForward',
  'packBackward',
  'plan',
  'sigmoid',
  'relu',
  'maxPool',
  'maxPoolGrad',
  'fold',
  'unfold',
  'moments',
  'norm',
  'normGrads',
  'normInputGrad',
  'gateGrad',
  'softmax',
  'views',
  'viewsContrast',
  'sigmoidGrad',
  'dropout',
  'softmaxLoss',
  'turnDepthwise',
  'copy',
  'normScale',
  'inputGradFactors',
  'convolutionSwish',
  'depthwiseSwish',
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
  /** Of loops values, of views lines. */
  readonly pictures: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly low: number;
  readonly high: number;
  /** Room of each thread, one behind the other; see {@link roomsFor}. */
  readonly room: number;
  readonly roomBytes: number;
  readonly zero: number;
  /** That are added up, or that have a share, of a pool those of one picture; of a filter its taps. */
  readonly rows?: number;
  /** See {@link partsFor}. */
  readonly parts: number;
}

/** Numbers of a task, those behind it that a loop may be told besides, and where the count of generations is among them. */
export const NUMBERS = 20;
const MORE = 12;
/** Of a line of the cache, which each thread has behind them. */
const LINE_NUMBERS = 16;
/** Bytes of such a line: threads that write into one wait for each other. */
export const ROOM_ALIGNMENT = 64;
/** There is room for no more. */
export const MOST_THREADS = 64;
export const GENERATION = 0;
export const PARTS = 2;
const THREADS = 18;
/** Of the kernels' Task. */
export const TASK_NUMBERS = THREADS + 1;
/** Which of them are addresses: geometry, x, other, bias, out, room, zero. */
const ADDRESSES = [4, 5, 6, 7, 8, 14, 16];

/** Less than so many operations are no part of their own: it would be done sooner than another thread looks. */
const LEAST_PART = 50_000;

/** More than one part for each thread, so that one that is late or slow takes fewer. */
const PARTS_PER_THREAD = 4;

/** What a thread is told, once. */
export interface ThreadStart {
  /** The kernels, compiled for that memory. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the task lies, in bytes. */
  readonly task: number;
  /** This thread's number; 0 is the engine's own. */
  readonly thread: number;
  /** The last task that is not for it. */
  readonly generation: number;
}

/** The task of a module's threads. */
interface Shared {
  readonly address: number;
  /** How many threads take part, and how many look at it: tests and measurements let fewer take part. */
  threads: number;
  started: number;
}

const sharedBy = new WeakMap<Kernels, Shared>();

/**
 * The task of some kernels, by default of those in use; it stays where it is. Each module has one of its own, and threads of
 * its own that look at it: whichever is in use, all that compute with it compute alike.
 */
export function sharedTask(wasm: BackendWasm, kernels = usedKernels(wasm)): Shared {
  const known = sharedBy.get(kernels);
  if (known !== undefined) return known;
  const room = outputOf(wasm, [NUMBERS + MORE + MOST_THREADS * LINE_NUMBERS]);
  const shared = { address: addressOf(wasm, room), threads: 1, started: 1 };
  heapOf(wasm).ints.fill(0, shared.address / 4, shared.address / 4 + NUMBERS);
  sharedBy.set(kernels, shared);
  return shared;
}

/**
 * Into how many parts work of so many operations is cut.
 *
 * @param perThread most of them for a thread: 1 for what each part has to prepare for itself
 */
export function partsFor(wasm: BackendWasm, operations: number, perThread = PARTS_PER_THREAD): number {
  const { threads } = sharedTask(wasm);
  return threads === 1 ? 1 : Math.max(1, Math.min(threads * perThread, Math.floor(operations / LEAST_PART)));
}

/** How many threads want a room for work in so many parts. */
export function roomsFor(wasm: BackendWasm, parts: number): number {
  return parts === 1 ? 1 : sharedTask(wasm).started;
}

/**
 * Does it, and returns when it is done.
 *
 * @param how the kernels are called: a plan can also be gone through kernel by kernel
 */
export function runTask(wasm: BackendWasm, task: Task, how: 'run' | 'runPlan' = 'run'): void {
  const kernels = usedKernels(wasm);
  const { address, threads } = sharedTask(wasm, kernels);
  // Asked for now: the heap may have grown.
  const heap = heapOf(wasm);
  putTask(heap, address, task);
  heap.ints[address / 4 + THREADS] = threads;
  const recorder = activeRecorder();
  if (recorder !== null) recorder.ran(heap.ints.slice(address / 4, address / 4 + TASK_NUMBERS), ADDRESSES);
  kernels.exports[how](address);
}

/** Does tasks that lie in memory one after another, `count` of them from `at` on, and returns when the last is done. */
export function runTasks(wasm: BackendWasm, at: number, count: number): void {
  activeRecorder()?.missed();
  const kernels = usedKernels(wasm);
  const { address, threads } = sharedTask(wasm, kernels);
  heapOf(wasm).ints[address / 4 + THREADS] = threads;
  kernels.exports.runTasks(address, at, count);
}

/** Writes a task as the kernels read it, all but how many threads take part. */
export function putTask({ ints, floats }: Heap, address: number, task: Task): void {
  let at = address / 4 + PARTS;
  ints[at++] = task.parts;
  ints[at++] = KINDS.indexOf(task.kind);
  ints[at++] = task.geometry;
  ints[at++] = task.x;
  ints[at++] = task.other;
  ints[at++] = task.bias;
  ints[at++] = task.out;
  ints[at++] = task.pictures;
  ints[at++] = task.channels;
  ints[at++] = task.outChannels;
  floats[at++] = task.low;
  floats[at++] = task.high;
  ints[at++] = task.room;
  ints[at++] = task.roomBytes;
  ints[at++] = task.zero;
  ints[at] = task.rows ?? 0;
}

/** What a task says that has no geometry, bias or room. */
export const NOWHERE = { geometry: 0, bias: 0, room: 0, roomBytes: 0, zero: 0 } as const;
