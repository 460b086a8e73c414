/** What Node needs so that the engine finds its backends: Dawn for WebGPU, the wasm binaries' folder. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where npm put the binaries of the wasm backend. */
export const WASM_FOLDER = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist/',
);

/**
 * Puts Dawn, Chrome's own WebGPU, where a browser has it: `navigator.gpu`. Where its library cannot be loaded there
 * simply is no WebGPU, as in a browser without it.
 */
export async function offerWebGpu(): Promise<void> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  } catch (cause) {
    process.stderr.write(`No WebGPU: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
}
