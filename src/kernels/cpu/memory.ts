/** The cpu backend's tensors as the host sees them. */
import * as tf from '@tensorflow/tfjs';
import { plainLoops } from '../host/loops.ts';
import type { HostMemory } from '../host/memory.ts';

/** Its values are typed arrays of the host's own: there is nothing to copy. */
export function cpuMemory(backend: unknown): HostMemory {
  const cpu = backend as tf.KernelBackend & {
    makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): tf.TensorInfo;
  };
  const allocate = (shape: readonly number[]): tf.TensorInfo =>
    cpu.makeTensorInfo([...shape], 'float32', new Float32Array(tf.util.sizeFromShape([...shape])));
  return {
    allocate,
    next: ({ shape }) => allocate(shape),
    loops: plainLoops,
    view: (tensor) => cpu.readSync(tensor.dataId) as Float32Array,
  };
}
