/**
 * One kernel's work, and how threads share it.
 *
 * Threads are workers with this module in the same memory. A task is cut into parts of the output: of positions, or of channels
 * by the filter, whose sums run over positions. No sum is ever shared between two parts, so that the numbers are the same with
 * any number of threads, to the bit. Each thread has parts that lie side by side, the same from kernel to kernel as far as shapes
 * allow, so that what it has written is in its own cache when it reads it; when it is done it takes what others have not begun,
 * so that a thread that wakes late, or runs on a slow core, does less. A task begins when its generation is counted up, and ends
 * when nobody is pending.
 *
 * Whoever waits looks at the memory for some 200 microseconds first: putting a thread to sleep and waking it takes longer than
 * many a kernel and than what JavaScript does between two of them. With looks for five microseconds, two threads on two cores
 * made a step of MobileNetV2 at 224 1.14 times as fast as one (`npm run bench -- --only threads`), with these 1.7 times.
 */
import { depthwise } from './depthwise/depthwise.as';
import { depthwiseFilterGradient } from './depthwise/filter-gradient.as';
import { filterGradient } from './filter-gradient.as';
import { fold, Fold, unfold, Unfold } from './fold.as';
import { Geometry, share } from './geometry.as';
import { activationGrad, adam, AdamStep, globalPoolGrad, relu } from './loops.as';
import { softmax } from './loss.as';
import { convolution } from './matrix.as';
import { moments, Moments, norm, Norm, normGrads, NormGrads, normInputGrad, NormInputGrad } from './norms.as';
import { packBackward, packForward } from './pack.as';
import { runPicture } from './plan.as';
import { maxPool, maxPoolGrad } from './pooling.as';
import { add, multiply, scaleChannels } from './products.as';
import { channelSum, globalPool, globalSum } from './sums.as';
import { sigmoid, swish, swishGrad } from './swish.as';
import { contrastLines, Views, viewLines } from './views/views.as';
import { gradientOfFilter } from './winograd/filter-gradient.as';
import { transformGradient, transformInput } from './winograd/tiles.as';
import { transformFilter, winograd } from './winograd/winograd.as';

/** Numbers of four bytes, in the order in which task.ts writes them. Addresses are in bytes, counts in values. */
@unmanaged
export class Task {
  /** Counted up when there is work. */
  generation: i32;
  /** Parts that are not done. */
  pending: i32;
  parts: i32;
  kind: i32;
  geometry: Geometry;
  x: usize;
  /** Forward and by the input the filter, packed or turned; by the filter and of loops the gradient that came in. */
  other: usize;
  bias: usize;
  out: usize;
  /** Of loops values, of views lines. */
  pictures: i32;
  channels: i32;
  outChannels: i32;
  low: f32;
  high: f32;
  /** Room of each thread, one behind the other. */
  room: usize;
  roomBytes: usize;
  /** A row of zeros. */
  zero: usize;
  /** That are added up, or that have a share, of a pool those of one picture; of a filter its taps. */
  rows: i32;
  /** That take part, the engine's own among them. */
  threads: i32;
}

const CONVOLUTION: i32 = 0;
const DEPTHWISE: i32 = 1;
const FILTER_GRADIENT: i32 = 2;
const DEPTHWISE_FILTER_GRADIENT: i32 = 3;
const WINOGRAD: i32 = 4;
const WINOGRAD_FILTER: i32 = 5;
const WINOGRAD_INPUT: i32 = 6;
const WINOGRAD_GRADIENT: i32 = 7;
const WINOGRAD_FILTER_GRADIENT: i32 = 8;
const SWISH: i32 = 9;
const SWISH_GRAD: i32 = 10;
const ACTIVATION_GRAD: i32 = 11;
const ADAM: i32 = 12;
const ADD: i32 = 13;
const MULTIPLY: i32 = 14;
const CHANNEL_SUM: i32 = 15;
const CHANNEL_DOT: i32 = 16;
const GLOBAL_SUM: i32 = 17;
const GLOBAL_POOL: i32 = 18;
const GLOBAL_POOL_GRAD: i32 = 19;
const SCALE_CHANNELS: i32 = 20;
const PACK_FORWARD: i32 = 21;
const PACK_BACKWARD: i32 = 22;
const PLAN: i32 = 23;
const SIGMOID: i32 = 24;
const RELU: i32 = 25;
const MAX_POOL: i32 = 26;
const MAX_POOL_GRAD: i32 = 27;
const FOLD: i32 = 28;
const UNFOLD: i32 = 29;
const MOMENTS: i32 = 30;
const NORM: i32 = 31;
const NORM_GRADS: i32 = 32;
const NORM_INPUT_GRAD: i32 = 33;
const GATE_GRAD: i32 = 34;
const SOFTMAX: i32 = 35;
const VIEWS: i32 = 36;
const VIEWS_CONTRAST: i32 = 37;

/** Looks at the memory before a thread sleeps. */
const LOOKS: i32 = 200000;

/** @param thread whose room it is done in */
export function runPart(task: Task, part: i32, thread: i32): void {
  const g = task.geometry;
  const room = task.room + task.roomBytes * <usize>thread;
  const positions = task.pictures * g.outHeight * g.outWidth;
  if (task.kind == CONVOLUTION) {
    convolution(
      g,
      task.x,
      task.other,
      task.bias,
      task.out,
      positions,
      task.channels,
      task.outChannels,
      task.low,
      task.high,
      room,
      task.zero,
      part,
      task.parts,
    );
  } else if (task.kind == DEPTHWISE) {
    depthwise(
      g,
      task.x,
      task.other,
      task.bias,
      task.out,
      task.pictures,
      task.channels,
      task.low,
      task.high,
      room,
      task.zero,
      part,
      task.parts,
    );
  } else if (task.kind == FILTER_GRADIENT) {
    filterGradient(
      g,
      task.x,
      task.other,
      task.out,
      positions,
      task.channels,
      task.outChannels,
      room,
      task.zero,
      part,
      task.parts,
    );
  } else if (task.kind == WINOGRAD) {
    winograd(
      g,
      task.x,
      task.other,
      task.bias,
      task.out,
      task.pictures,
      task.channels,
      task.outChannels,
      task.low,
      task.high,
      room,
      task.zero,
      part,
      task.parts,
    );
  } else if (task.kind == DEPTHWISE_FILTER_GRADIENT) {
    depthwiseFilterGradient(
      g,
      task.x,
      task.other,
      task.out,
      task.pictures,
      task.channels,
      room,
      task.zero,
      part,
      task.parts,
    );
  } else if (task.kind == WINOGRAD_FILTER) {
    transformFilter(task.x, task.out, task.channels, task.outChannels, part, task.parts);
  } else if (task.kind == WINOGRAD_INPUT) {
    transformInput(g, task.x, task.out, task.zero, task.pictures, task.channels, part, task.parts);
  } else if (task.kind == WINOGRAD_GRADIENT) {
    transformGradient(g, task.x, task.out, task.zero, task.pictures, task.channels, part, task.parts);
  } else if (task.kind == WINOGRAD_FILTER_GRADIENT) {
    gradientOfFilter(task.x, task.out, task.channels * task.outChannels, part, task.parts);
  } else if (task.kind <= MULTIPLY) {
    runLoop(task, part);
  } else if (task.kind == CHANNEL_SUM) {
    channelSum(task.x, 0, task.out, task.rows, task.channels, part, task.parts);
  } else if (task.kind == CHANNEL_DOT) {
    channelSum(task.x, task.other, task.out, task.rows, task.channels, part, task.parts);
  } else if (task.kind == GLOBAL_POOL) {
    globalPool(task.x, task.out, task.pictures, task.rows, task.channels, part, task.parts);
  } else if (task.kind == GLOBAL_POOL_GRAD) {
    globalPoolGrad(task.other, task.out, task.pictures, task.rows, task.channels, part, task.parts);
  } else if (task.kind == GLOBAL_SUM) {
    globalSum(task.x, 0, task.out, task.pictures, task.rows, task.channels, part, task.parts);
  } else if (task.kind == SCALE_CHANNELS) {
    scaleChannels(task.x, task.other, task.out, task.pictures, task.rows, task.channels, part, task.parts);
  } else if (task.kind == PACK_FORWARD) {
    packForward(task.x, task.out, task.rows, task.channels, task.outChannels, part, task.parts);
  } else if (task.kind == PACK_BACKWARD) {
    packBackward(task.x, task.out, task.rows, task.channels, task.outChannels, part, task.parts);
  } else if (task.kind == PLAN) runPicture(task, part, thread);
  else if (task.kind <= RELU) runLoop(task, part);
  else if (task.kind == MAX_POOL) {
    maxPool(g, task.x, task.out, task.pictures, task.channels, part, task.parts);
  } else if (task.kind == MAX_POOL_GRAD) {
    maxPoolGrad(g, task.x, task.bias, task.other, task.out, task.pictures, task.channels, part, task.parts);
  } else if (task.kind == GATE_GRAD) {
    globalSum(task.x, task.other, task.out, task.pictures, task.rows, task.channels, part, task.parts);
  } else if (task.kind == SOFTMAX) {
    softmax(task.x, task.out, task.rows, task.channels, part, task.parts);
  } else if (task.kind == VIEWS) {
    viewLines(changetype<Views>(task.x), task.pictures, room, part, task.parts);
  } else if (task.kind == VIEWS_CONTRAST) {
    contrastLines(changetype<Views>(task.x), task.pictures, room, part, task.parts);
  } else runNorm(task, part, room);
}

/** What is told of more than two arrays, which lie where `x` says, and goes over rows of channels. */
function runNorm(task: Task, part: i32, room: usize): void {
  const rows = task.rows,
    channels = task.channels,
    parts = task.parts;
  if (task.kind == FOLD) fold(changetype<Fold>(task.x), rows, channels, room, part, parts);
  else if (task.kind == UNFOLD) {
    unfold(changetype<Unfold>(task.x), task.pictures, rows, channels, room, part, parts);
  } else if (task.kind == MOMENTS) {
    moments(changetype<Moments>(task.x), rows, channels, room, part, parts);
  } else if (task.kind == NORM) norm(changetype<Norm>(task.x), rows, channels, part, parts);
  else if (task.kind == NORM_GRADS) {
    normGrads(changetype<NormGrads>(task.x), rows, channels, part, parts);
  } else if (task.kind == NORM_INPUT_GRAD) {
    normInputGrad(changetype<NormInputGrad>(task.x), rows, channels, part, parts);
  }
}

/** Loops that take each value by itself: a part has whole vectors, and the last one what is left. */
function runLoop(task: Task, part: i32): void {
  const vectors = task.pictures >> 2;
  const from = share(vectors, part, task.parts) << 2;
  const end = part + 1 == task.parts ? task.pictures : share(vectors, part + 1, task.parts) << 2;
  const at = (<usize>from) << 2;
  const count = end - from;
  if (task.kind == SWISH) swish(task.x + at, task.out + at, count);
  else if (task.kind == SWISH_GRAD) swishGrad(task.other + at, task.x + at, task.out + at, count);
  else if (task.kind == ACTIVATION_GRAD)
    activationGrad(task.other + at, task.x + at, task.out + at, count, task.high);
  else if (task.kind == ADAM) adam(changetype<AdamStep>(task.x), from, count);
  else if (task.kind == ADD) add(task.x + at, task.other + at, task.out + at, count);
  else if (task.kind == MULTIPLY) multiply(task.x + at, task.other + at, task.out + at, count);
  else if (task.kind == SIGMOID) sigmoid(task.x + at, task.out + at, count);
  else relu(task.x + at, task.out + at, count, task.high);
}

/** Behind the task each thread has a line of the cache, with the count of its parts that nobody has taken, or less than none. */
const LEFT: usize = 128;
const LINE: usize = 64;

/**
 * Does parts until all are taken, its own first. One is taken only while its task is being done, whatever task the thread woke
 * for.
 */
function takeParts(task: Task, thread: i32): void {
  const at = changetype<usize>(task);
  for (let i = 0; i < task.threads; i++) {
    const owner = (thread + i) % task.threads;
    const left = at + LEFT + LINE * <usize>owner;
    for (;;) {
      const before = atomic.sub<i32>(left, 1);
      if (before <= 0) break;
      runPart(task, share(task.parts, owner + 1, task.threads) - before, thread);
      if (atomic.sub<i32>(at, 1, offsetof<Task>('pending')) == 1)
        atomic.notify(at + offsetof<Task>('pending'), 1);
    }
  }
}

/** Does a task, with others where it has several parts, and returns when it is done. */
export function run(task: Task): void {
  const at = changetype<usize>(task);
  if (task.parts == 1) {
    runPart(task, 0, 0);
    return;
  }
  atomic.store<i32>(at, task.parts, offsetof<Task>('pending'));
  for (let thread = 0; thread < task.threads; thread++) {
    const count = share(task.parts, thread + 1, task.threads) - share(task.parts, thread, task.threads);
    atomic.store<i32>(at + LEFT + LINE * <usize>thread, count);
  }
  atomic.add<i32>(at, 1);
  atomic.notify(at, -1);
  takeParts(task, 0);
  for (let look = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(at, offsetof<Task>('pending')) == 0) return;
  }
  for (;;) {
    const pending = atomic.load<i32>(at, offsetof<Task>('pending'));
    if (pending == 0) return;
    atomic.wait<i32>(at + offsetof<Task>('pending'), pending, -1);
  }
}

/** A thread's life: takes parts of each task from `generation` on. Never returns. */
export function serve(task: Task, thread: i32, generation: i32): void {
  const at = changetype<usize>(task);
  for (;;) {
    for (let look = 0; look < LOOKS; look++) {
      if (atomic.load<i32>(at) != generation) break;
    }
    while (atomic.load<i32>(at) == generation) atomic.wait<i32>(at, generation, -1);
    generation = atomic.load<i32>(at);
    if (thread < task.threads) takeParts(task, thread);
  }
}
