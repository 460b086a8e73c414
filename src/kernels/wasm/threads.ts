/**
 * Owns starting the threads that compute kernels beside the engine's own, where the backend's memory is shared, and by which
 * module all of them compute.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Platform } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { Simd } from '../../protocol/recipe/recipe.ts';
import { kernelsBy, memoryOf, useKernels, usedKernels, type Kernels } from './module.ts';
import { GENERATION, MOST_THREADS, sharedTask, type ThreadStart } from './task.ts';

/**
 * Starts as many as are wanted for the kernels in use, or for others, and resolves when they wait for work. They end with the
 * page or the process.
 *
 * @param count of threads that compute, the engine's own among them
 * @returns how many do: one alone where they could not be started
 */
export async function startKernelThreads(
  wasm: BackendWasm,
  count: number,
  { startKernelThread }: Pick<Platform, 'startKernelThread'>,
  kernels: Kernels = usedKernels(wasm),
): Promise<number> {
  const { module } = kernels;
  const shared = sharedTask(wasm, kernels);
  const memory = memoryOf(wasm);
  const generation = new Int32Array(memory.buffer, shared.address)[GENERATION] ?? 0;
  const threads = await Promise.all(
    Array.from({ length: Math.min(count, MOST_THREADS) - 1 }, (_, index) =>
      started(startKernelThread, { module, memory, task: shared.address, thread: index + 1, generation }),
    ),
  );
  const here = threads.filter((thread) => thread !== null);
  if (here.length < threads.length) for (const thread of here) thread.end();
  else shared.threads = shared.started = here.length + 1;
  return shared.threads;
}

/**
 * Has kernels compute by plain or by relaxed SIMD from now on, on as many threads as before: those that compute by the other
 * module sleep meanwhile.
 *
 * @throws StudioError `gpu/no-relaxed-simd` where WebAssembly has none or its threads do not start; nothing has changed then
 */
export async function useSimd(
  wasm: BackendWasm,
  simd: Simd,
  platform: Pick<Platform, 'startKernelThread'>,
): Promise<void> {
  const kernels = await kernelsBy(simd, wasm);
  const before = sharedTask(wasm, await kernelsBy('plain', wasm));
  const own = sharedTask(wasm, kernels);
  if (own.started < before.started) await startKernelThreads(wasm, before.started, platform, kernels);
  if (own.started < before.started) throw noThreads(before.started);
  own.threads = before.threads;
  useKernels(wasm, kernels);
}

const noThreads = (wanted: number): StudioError =>
  new StudioError({
    code: 'gpu/no-relaxed-simd',
    message: `Relaxed SIMD was asked for, on ${wanted.toString()} threads; they did not start.`,
    hint: 'Reload the page and train again, or leave "simd" as it is, plain.',
  });

/** A thread that waits for work; null where it could not be started. */
function started(
  start: Platform['startKernelThread'],
  message: ThreadStart,
): Promise<ReturnType<Platform['startKernelThread']> | null> {
  return new Promise((resolve) => {
    const thread = start({
      onMessage: () => resolve(thread),
      onFailure: () => resolve(null),
    });
    thread.post(message, []);
  });
}
