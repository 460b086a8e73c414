/** Starts tfjs backends in Node for tests, with Mien's kernels registered. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerKernels } from '../../src/kernels/register.ts';
import { WASM_FOLDER } from '../../tools/train/backends.ts';

setWasmPaths(WASM_FOLDER);

/** Makes `backend` the current one. */
export async function useBackend(backend: 'cpu' | 'wasm' | 'webgpu'): Promise<void> {
  tf.env().set('IS_TEST', backend === 'cpu');
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  registerKernels(backend);
  if (!(await tf.setBackend(backend))) throw new TypeError(`tfjs did not start its ${backend} backend`);
  await tf.ready();
}
