/** The entry of a browser's worker that computes its part of each kernel; thread.node.mjs is the same for Node. */
import type { KernelExports } from './module.ts';
import type { ThreadStart } from './task.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<ThreadStart>) => {
  const { module, memory, task, thread, generation } = data;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  scope.postMessage('ready');
  (exports as unknown as KernelExports).serve(task, thread, generation);
};
