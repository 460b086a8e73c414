/**
 * The wasm backend's heap as the host sees it. Views are cut from it for each use: the heap grows, and then all of them are
 * detached.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Loops } from '../host/loops.ts';
import type { HostMemory } from '../host/memory.ts';
import { simdLoops } from './simd-loops.ts';

const loopsOf = new WeakMap<BackendWasm, Loops>();

function loopsIn(wasm: BackendWasm): Loops {
  const known = loopsOf.get(wasm);
  if (known !== undefined) return known;
  const loops = simdLoops(wasm);
  loopsOf.set(wasm, loops);
  return loops;
}

/** Views are valid until the next allocation, which may grow the heap and detach them. */
export function wasmMemory(backend: unknown): HostMemory {
  const wasm = backend as BackendWasm;
  return {
    allocate: (shape) => wasm.makeOutput([...shape], 'float32'),
    view: (tensor: TensorInfo) => wasm.typedArrayFromHeap(tensor) as Float32Array,
    loops: loopsIn(wasm),
  };
}
