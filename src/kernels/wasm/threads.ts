/** Owns starting the threads that compute kernels beside the engine's own, where the backend's memory is shared. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { memoryOf } from './module.ts';
import { GENERATION, sharedTask, type ThreadStart } from './task.ts';

/**
 * Starts as many as are wanted and resolves when they wait for work. They end with the page.
 *
 * @param count of threads that compute, the engine's own among them
 * @returns how many do: one alone where they could not be started
 */
export async function startKernelThreads(wasm: BackendWasm, count: number): Promise<number> {
  const shared = sharedTask(wasm);
  const memory = memoryOf(wasm);
  const generation = new Int32Array(memory.buffer, shared.address)[GENERATION] ?? 0;
  const workers = Array.from(
    { length: count - 1 },
    () => new Worker(new URL('./thread.ts', import.meta.url), { type: 'module', name: 'kernels' }),
  );
  const started = await Promise.all(
    workers.map((worker, index) =>
      start(worker, { memory, task: shared.address, part: index + 1, generation }),
    ),
  );
  if (started.includes(false)) for (const worker of workers) worker.terminate();
  else shared.threads = count;
  return shared.threads;
}

/** Whether it came to wait for work. */
function start(worker: Worker, message: ThreadStart): Promise<boolean> {
  return new Promise((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = () => resolve(false);
    worker.postMessage(message);
  });
}
