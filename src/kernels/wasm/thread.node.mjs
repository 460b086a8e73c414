/**
 * The entry of a Node thread that computes its part of each kernel; thread.ts is the same for a browser. Plain JavaScript:
 * the loader of TypeScript takes a thread most of a second, and every command would wait for it.
 */
import { parentPort } from 'node:worker_threads';

/** @param {import('./task.ts').ThreadStart} start */
function serve({ module, memory, task, thread, generation }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  parentPort?.postMessage('ready');
  /** @type {import('./module.ts').KernelExports} */ (/** @type {unknown} */ (exports)).serve(
    task,
    thread,
    generation,
  );
}

parentPort?.on('message', serve);
