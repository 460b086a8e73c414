/** The wasm backend's heap as the host sees it. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { HostMemory } from '../host/memory.ts';

/** Views are valid until the next allocation, which may grow the heap and detach them. */
export function wasmMemory(backend: unknown): HostMemory {
  const wasm = backend as BackendWasm;
  return {
    allocate: (shape) => wasm.makeOutput([...shape], 'float32'),
    view: (tensor: TensorInfo) => wasm.typedArrayFromHeap(tensor) as Float32Array,
  };
}
