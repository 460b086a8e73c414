/**
 * Starts tfjs' wasm backend with as many threads as are worth having, and says how many run.
 *
 * In a page the backend has threads of its own beside ours. It takes at most half of `navigator.hardwareConcurrency`,
 * whatever it is asked for: on a machine with two cores one thread, though two are there. It asks once, while it starts, so
 * that is when it is told of twice as many as we want. In Node it has none; there its memory is made one that threads share
 * (tools/train/backends.ts), and ours compute the same. Each thread computes parts of an output that no other touches: the
 * numbers are the same with any number.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { startKernelThreads } from '../../kernels/wasm/threads.ts';
import type { Platform } from '../../platform/platform.ts';
import { activate } from './activate.ts';

/** What the wasm backend is started with. */
export interface WasmSetup {
  /** Each binary's address by its name. */
  readonly paths: Readonly<Record<string, string>>;
  /** How many threads are to compute; by default as many as are worth having. */
  readonly threads?: number | undefined;
}

/** What devices are started on. */
export interface DeviceHost {
  readonly platform: Pick<Platform, 'kind' | 'cores' | 'startKernelThread'>;
  readonly wasm: WasmSetup;
}

/** More gain nothing on nets this small. */
const MOST_THREADS = 8;

/** Threads that compute; null until the backend is started. */
let running: number | null = null;

/** Makes wasm the current backend. The first start decides how many threads there are; they stay. */
export async function startWasm(host: DeviceHost): Promise<void> {
  if (running !== null) {
    await activate('wasm');
    return;
  }
  const isPage = host.platform.kind === 'browser';
  const { getThreadsCount, setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  // In Node it would read files; ours are addresses.
  setWasmPaths(host.wasm.paths, !isPage);
  const threads = await threadsWanted(host);
  setThreadsCount(threads);
  const restore = isPage && threads > 1 ? claimCores(2 * threads) : () => undefined;
  try {
    await activate('wasm');
    running = 1;
  } finally {
    restore();
  }
  const backend: unknown = tf.backend();
  if (threads === 1) return;
  const ours = await startKernelThreads(backend as BackendWasm, threads, host.platform);
  running = isPage ? Math.min(getThreadsCount(), ours) : ours;
}

/** How many threads compute, once it is started. */
export function wasmThreads(): number {
  return running ?? 1;
}

/** Whether wasm may have threads here: memory that they share takes cross-origin isolation in a page. */
async function hasThreads({ kind }: DeviceHost['platform']): Promise<boolean> {
  if (kind === 'node') return true;
  // The flag comes with the backend's module: asked before that, it would say that there is none.
  await import('@tensorflow/tfjs-backend-wasm');
  const has = tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  return (await has.catch(() => false)) === true;
}

/** How many threads will compute. Half of the logical cores are the real ones as a rule. */
export async function threadsWanted({ platform, wasm }: DeviceHost): Promise<number> {
  const { cores } = platform;
  if (!(await hasThreads(platform))) return 1;
  return wasm.threads ?? Math.max(Math.min(cores, 2), Math.min(MOST_THREADS, Math.floor(cores / 2)));
}

/** Lets this worker say that the machine has so many cores. @returns what lets it say the truth again */
function claimCores(cores: number): () => void {
  // The truth is a getter of the prototype; an own property hides it.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: cores, configurable: true });
  return () => {
    Reflect.deleteProperty(navigator, 'hardwareConcurrency');
  };
}
