/**
 * Starts tfjs' wasm backend with as many threads as are worth having, and says how many run.
 *
 * The backend takes at most half of `navigator.hardwareConcurrency`, whatever it is asked for: on a machine with two
 * cores one thread, though two are there. It asks once, while it starts, so that is when it is told of twice as many as
 * we want. Each thread computes parts of an output that no other touches: the numbers are the same with any number.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { startKernelThreads } from '../../kernels/wasm/threads.ts';
import { activate } from './activate.ts';

/** Where the backend's binaries are: a folder with a trailing slash, or each file's address by name. */
export type WasmPaths = string | Readonly<Record<string, string>>;

let isLoaded = false;
/** Threads that compute our own kernels; one where no other could be started. */
let kernelThreads = 1;

/** Makes wasm the current backend. */
export async function startWasm(paths: WasmPaths): Promise<void> {
  if (isLoaded) {
    await activate('wasm');
    return;
  }
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(paths);
  const threads = await threadsWanted();
  setThreadsCount(threads);
  const restore = threads > 1 ? claimCores(2 * threads) : () => undefined;
  try {
    await activate('wasm');
    isLoaded = true;
  } finally {
    restore();
  }
  const backend: unknown = tf.backend();
  if (threads > 1) kernelThreads = await startKernelThreads(backend as BackendWasm, threads);
}

/** How many threads compute, once it is started: what the backend itself says, and fewer where ours could not be started. */
export async function wasmThreads(): Promise<number> {
  const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  return Math.min(getThreadsCount(), kernelThreads);
}

/** Whether wasm may have threads here: memory that they share takes cross-origin isolation, and the backend has none in Node. */
async function hasThreads(): Promise<boolean> {
  const has = tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  return (await has.catch(() => false)) === true;
}

/**
 * How many threads will compute. Half of the logical cores are the real ones as a rule, and more than eight threads gain
 * nothing on nets this small.
 */
export async function threadsWanted(): Promise<number> {
  if (!(await hasThreads())) return 1;
  const cores = navigator.hardwareConcurrency;
  return Math.max(Math.min(cores, 2), Math.min(8, Math.floor(cores / 2)));
}

/** Lets this worker say that the machine has so many cores. @returns what lets it say the truth again */
function claimCores(cores: number): () => void {
  // The truth is a getter of the prototype; an own property hides it.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores, configurable: true });
  return () => {
    Reflect.deleteProperty(navigator, 'hardwareConcurrency');
  };
}
