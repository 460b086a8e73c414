/** The entry of a thread that computes its part of each kernel; nothing comes back from it but that it is there. */
import { startKernels } from './module.ts';
import type { ThreadStart } from './task.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<ThreadStart>) => {
  const { memory, task, part, generation } = data;
  const kernels = startKernels(memory);
  scope.postMessage('ready');
  kernels.serve(task, part, generation);
};
