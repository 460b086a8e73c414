/** The entry of a thread that computes its part of each kernel; nothing comes back from it but that it is there. */
import { startKernels } from './module.ts';

/** What it is told, once. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  /** Where the task lies, in bytes. */
  readonly task: number;
  /** Which of the parts is this thread's. */
  readonly part: number;
  /** The last task that is not for it. */
  readonly generation: number;
}

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<ThreadStart>) => {
  const { memory, task, part, generation } = data;
  const kernels = startKernels(memory);
  scope.postMessage('ready');
  kernels.serve(task, part, generation);
};
