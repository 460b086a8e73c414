/** One kernel's work as it is told, and which kernel does a part of it. threads.as.ts has how threads share it. */
import { depthwise, turnDepthwise } from './depthwise/depthwise.as';
import { depthwiseFilterGradient } from './depthwise/filter-gradient.as';
import { dropout, Draws } from './dropout.as';
import { filterGradient } from './filter-gradient.as';
import { fold, Fold, unfold, Unfold } from './fold.as';
import { Geometry, share } from './geometry.as';
import { activationGrad, adam, AdamStep, globalPoolGrad, relu, sigmoidGrad } from './loops.as';
import { Loss, softmax, softmaxLoss } from './loss.as';
import { convolution } from './matrix.as';
import { moments, Moments } from './moments.as';
import {
  inputGradFactors,
  InputGradFactors,
  normGrads,
  NormGrads,
  normInputGrad,
  NormInputGrad,
} from './norm-gradients.as';
import { norm, Norm, normScale, NormScale } from './norms.as';
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

/** What of a task is the kernel's own; the rest is between threads. */
export const FIRST: usize = offsetof<Task>('parts');
/** Bytes of that. */
export const OWN: usize = offsetof<Task>('threads') - FIRST;

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
const SIGMOID_GRAD: i32 = 38;
const DROPOUT: i32 = 39;
const SOFTMAX_LOSS: i32 = 40;
const TURN_DEPTHWISE: i32 = 41;
const COPY: i32 = 42;
const NORM_SCALE: i32 = 43;
const INPUT_GRAD_FACTORS: i32 = 44;
const CONVOLUTION_SWISH: i32 = 45;
const DEPTHWISE_SWISH: i32 = 46;

/** @param thread whose room it is done in */
export function runPart(task: Task, part: i32, thread: i32): void {
  const g = task.geometry;
  const room = task.room + task.roomBytes * <usize>thread;
  const positions = task.pictures * g.outHeight * g.outWidth;
  if (task.kind == CONVOLUTION || task.kind == CONVOLUTION_SWISH) {
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
      task.kind == CONVOLUTION_SWISH,
    );
  } else if (task.kind == DEPTHWISE || task.kind == DEPTHWISE_SWISH) {
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
      task.kind == DEPTHWISE_SWISH,
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
  } else if (task.kind == SIGMOID_GRAD) runLoop(task, part);
  else if (task.kind < NORM_SCALE && task.kind > SIGMOID_GRAD) runAlone(task);
  else runNorm(task, part, room);
}

/** What is done sooner than another thread looks, and is one part. */
function runAlone(task: Task): void {
  if (task.kind == DROPOUT) {
    const draws = changetype<Draws>(task.other);
    dropout(draws, task.x, task.out, task.pictures, task.channels, <u32>task.rows, task.high);
  } else if (task.kind == SOFTMAX_LOSS) {
    softmaxLoss(changetype<Loss>(task.x), task.rows, task.channels, task.low);
  } else if (task.kind == TURN_DEPTHWISE) turnDepthwise(task.x, task.out, task.rows, task.channels);
  else if (task.kind == COPY) memory.copy(task.out, task.x, (<usize>task.pictures) << 2);
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
  } else if (task.kind == NORM_SCALE) normScale(changetype<NormScale>(task.x), channels);
  else if (task.kind == INPUT_GRAD_FACTORS) {
    inputGradFactors(changetype<InputGradFactors>(task.x), rows, channels);
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
  else if (task.kind == SIGMOID_GRAD) sigmoidGrad(task.other + at, task.x + at, task.out + at, count);
  else relu(task.x + at, task.out + at, count, task.high);
}
