/**
 * Owns telling where the time of work on a backend goes, by kernel: each is timed from outside, less what the kernels that
 * it calls take, by processor time. Only for backends that have computed, on this thread, when they return.
 */
import * as tf from '@tensorflow/tfjs';
import type { Backend } from '../../../src/protocol/device.ts';
import { processorClock } from './duel.ts';

/** Milliseconds of each kernel's own work, by its name and the kind of its filter. */
export type Profile = Map<string, number>;

type Kernel = NonNullable<tf.KernelConfig['kernelFunc']>;

/** What is on the way, from the outermost on: time in kernels that each has called. */
const inner: number[] = [];
let profile: Profile | null = null;

/** Puts a clock around each kernel of a backend, for the rest of the process. */
export function watchKernels(backendName: Backend): void {
  for (const config of tf.getKernelsForBackend(backendName)) {
    tf.unregisterKernel(config.kernelName, backendName);
    tf.registerKernel({ ...config, kernelFunc: watched(config.kernelName, config.kernelFunc) });
  }
}

const watched =
  (name: string, run: Kernel): Kernel =>
  (call) => {
    if (profile === null) return run(call);
    const started = processorClock();
    inner.push(0);
    const out = run(call);
    const took = processorClock() - started;
    const label = labelOf(name, call);
    profile.set(label, (profile.get(label) ?? 0) + took - (inner.pop() ?? 0));
    const outside = inner.length - 1;
    if (outside >= 0) inner[outside] = (inner[outside] ?? 0) + took;
    return out;
  };

function labelOf(name: string, { inputs, attrs }: Parameters<Kernel>[0]): string {
  const { filter } = inputs as { filter?: tf.TensorInfo | null };
  const { kind, filterShape } = (attrs ?? {}) as { kind?: string; filterShape?: readonly number[] };
  const shape = filter?.shape ?? filterShape;
  if (shape === undefined || kind === 'dense') return name;
  return `${name}${kind === undefined ? '' : ` ${kind}`} ${shape.slice(0, 2).join('x')}`;
}

/** Runs it several times. @returns milliseconds of one in the mean: of each kernel, and `all` from outside */
export function profiled(work: () => void, times: number): { kernels: Profile; all: number } {
  profile = new Map();
  const started = processorClock();
  for (let time = 0; time < times; time++) work();
  const all = (processorClock() - started) / times;
  const kernels = new Map([...profile].map(([label, ms]) => [label, ms / times]));
  profile = null;
  return { kernels, all };
}
