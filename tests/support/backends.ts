/** Starts tfjs backends in Node for tests, with Mien's kernels registered. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { activate } from '../../src/engine/device/activate.ts';
import { WASM_FOLDER } from '../../tools/train/backends.ts';

setWasmPaths(WASM_FOLDER);

/** Makes `backend` the current one. */
export async function useBackend(backend: 'cpu' | 'wasm' | 'webgpu'): Promise<void> {
  await activate(backend);
}
