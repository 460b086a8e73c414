/** Makes a tfjs backend the current one, with Mien's kernels. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { registerKernels } from '../../kernels/register.ts';
import { guardHeap } from '../../kernels/wasm/heap.ts';
import { gpuDone } from '../../kernels/webgpu/gpu.ts';
import { adoptBuffers } from '../../kernels/webgpu/memory.ts';
import type { Backend } from '../../protocol/device.ts';
import { invariant } from '../../protocol/errors.ts';
import { loadWebGpu } from './webgpu.ts';

/** wasm's package must have been imported (wasm.ts), and set up. */
export async function activate(backend: Backend): Promise<void> {
  // Keeps the cpu backend from advising Node users to install another one. Not for the others: the flag also turns on
  // a check that takes kernels composed of ops for leaks.
  tf.env().set('IS_TEST', backend === 'cpu');
  if (backend === 'webgpu') await loadWebGpu();
  registerKernels(backend);
  invariant(await tf.setBackend(backend), `tfjs starts its ${backend} backend`);
  await tf.ready();
  if (backend === 'webgpu') adoptBuffers(tf.backend());
  const active: unknown = tf.backend();
  if (backend === 'wasm') guardHeap(active as BackendWasm);
}

/** Resolves when the device in use has done what it was given; the others than WebGPU do it at once. */
export async function deviceDone(): Promise<void> {
  if (tf.getBackend() === 'webgpu') await gpuDone(tf.backend());
}
