/** Owns starting the threads that compute kernels beside the engine's own, where the backend's memory is shared. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Platform } from '../../platform/platform.ts';
import { compileKernels, memoryOf } from './module.ts';
import { GENERATION, MOST_THREADS, sharedTask, type ThreadStart } from './task.ts';

/**
 * Starts as many as are wanted and resolves when they wait for work. They end with the page or the process.
 *
 * @param count of threads that compute, the engine's own among them
 * @returns how many do: one alone where they could not be started
 */
export async function startKernelThreads(
  wasm: BackendWasm,
  count: number,
  { startKernelThread }: Pick<Platform, 'startKernelThread'>,
): Promise<number> {
  const shared = sharedTask(wasm);
  const memory = memoryOf(wasm);
  const module = compileKernels(memory);
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
