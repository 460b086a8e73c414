/** Which backends parity is held on, and how each is brought up in Node. */
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

export const PARITY_BACKENDS = ['wasm', 'cpu'] as const;

export async function useBackend(backend: (typeof PARITY_BACKENDS)[number]): Promise<void> {
  if (backend === 'wasm') {
    setWasmPaths(
      fileURLToPath(new URL('../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)),
    );
  }
  await tf.setBackend(backend);
}
