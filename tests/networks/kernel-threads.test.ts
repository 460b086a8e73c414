/** Kernels on several threads in one shared memory: the same bits as on one, whatever their number. */
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import {
  convolve,
  filterGradient,
  inputGradient,
  UNBOUNDED,
  type ConvInfo,
} from '../../src/kernels/wasm/convolutions.ts';
import { MODULE } from '../../src/kernels/wasm/module.wasm.ts';
import { GENERATION, sharedTask } from '../../src/kernels/wasm/task.ts';

/** What a thread of Node runs: as src/kernels/wasm/thread.ts, without a browser's messages. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { module, memory, task, part, generation } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
parentPort.postMessage('ready');
exports.serve(task, part, generation);
`;

const [FIRST, PAGES] = [64, 1024];

/** The heap of a wasm backend with threads, which tfjs has in a browser alone: shared, and nothing moves. */
function sharedHeap(): BackendWasm {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 65_536, shared: true });
  const places = new Map<object, { at: number; count: number }>();
  let end = FIRST;
  return {
    wasm: { wasmMemory: memory },
    makeOutput(shape: number[]): tf.TensorInfo {
      const [dataId, count] = [{}, tf.util.sizeFromShape(shape)];
      places.set(dataId, { at: end, count });
      end += Math.ceil((count * 4) / 64) * 64;
      return { dataId, shape, dtype: 'float32' };
    },
    typedArrayFromHeap({ dataId }: tf.TensorInfo): Float32Array {
      const { at, count } = places.get(dataId)!;
      return new Float32Array(memory.buffer, at, count);
    },
    disposeData: () => true,
  } as unknown as BackendWasm;
}

async function startThreads(heap: BackendWasm, count: number): Promise<Worker[]> {
  const memory = (heap.wasm as unknown as { wasmMemory: WebAssembly.Memory }).wasmMemory;
  const shared = sharedTask(heap);
  const module = new WebAssembly.Module(Buffer.from(MODULE, 'base64'));
  const generation = new Int32Array(memory.buffer, shared.address)[GENERATION];
  const workers = Array.from({ length: count - 1 }, (_, index) => {
    const workerData = { module, memory, task: shared.address, part: index + 1, generation };
    return new Worker(THREAD, { eval: true, workerData });
  });
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  shared.threads = count;
  return workers;
}

/** Large enough to be shared: 1x1, 3x3 and depthwise, at two strides, with a ragged number of channels. */
const SHAPES = [
  { x: [2, 13, 13, 50], filter: [1, 1, 50, 70], stride: 1, isDepthwise: false },
  { x: [1, 19, 17, 3], filter: [3, 3, 3, 130], stride: 1, isDepthwise: false },
  { x: [1, 15, 15, 24], filter: [3, 3, 24, 40], stride: 2, isDepthwise: false },
  { x: [2, 28, 28, 100], filter: [3, 3, 100, 1], stride: 1, isDepthwise: true },
  { x: [2, 29, 29, 200], filter: [5, 5, 200, 1], stride: 2, isDepthwise: true },
] as const;

/** All that is computed of all shapes, one after another. */
function compute(heap: BackendWasm): number[][] {
  return SHAPES.flatMap(({ x, filter, stride, isDepthwise }) => {
    type Shape = [number, number, number, number];
    const { computeConv2DInfo } = tf.backend_util;
    const known = computeConv2DInfo([...x], [...filter], stride, 1, 'same', undefined, isDepthwise);
    const info: ConvInfo = { ...known, isDepthwise };
    const made = (shape: Shape): tf.TensorInfo => {
      const tensor = heap.makeOutput(shape, 'float32');
      heap.typedArrayFromHeap(tensor).forEach((_, at, values) => (values[at] = Math.sin(at * 12.9898)));
      return tensor;
    };
    const [input, weights, dy] = [made([...x]), made([...filter]), made(info.outShape)];
    return [
      convolve(heap, { x: input, filter: weights }, info, UNBOUNDED),
      inputGradient(heap, { dy, filter: weights }, info),
      filterGradient(heap, { x: input, dy }, info),
    ].map((tensor) => [...heap.typedArrayFromHeap(tensor)]);
  });
}

it('has the same bits on 1, 2 and 8 threads', async () => {
  const alone = compute(sharedHeap());
  for (const count of [2, 8]) {
    const heap = sharedHeap();
    const workers = await startThreads(heap, count);
    expect(compute(heap)).toEqual(alone);
    const memory = heap.typedArrayFromHeap(heap.makeOutput([1], 'float32')).buffer;
    // Most of these were shared: the threads' count of generations has moved.
    expect(new Int32Array(memory, sharedTask(heap).address)[GENERATION]).toBeGreaterThan(10);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});
