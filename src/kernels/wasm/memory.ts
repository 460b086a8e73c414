/**
 * The wasm backend's heap as the host sees it. Views are cut from it for each use: the heap grows, and then all of them are
 * detached.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Loops } from '../host/loops.ts';
import type { HostMemory } from '../host/memory.ts';
import { simdLoops } from './simd-loops.ts';
import { outputOf } from './workspace.ts';

const loopsOf = new WeakMap<BackendWasm, Loops>();

function loopsIn(wasm: BackendWasm): Loops {
  const known = loopsOf.get(wasm);
  if (known !== undefined) return known;
  const loops = simdLoops(wasm);
  loopsOf.set(wasm, loops);
  return loops;
}

/**
 * Where the next value of a tensor goes: where it lies, unless somebody else holds it. Weights then stay where they are, and
 * nothing is allocated in a step.
 */
export function nextOf(wasm: BackendWasm, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  if (wasm.refCount(dataId) > 1) return outputOf(wasm, shape);
  wasm.incRef(dataId);
  return { dataId, shape, dtype };
}

/** Views are valid until the next allocation, which may grow the heap and detach them. */
export function wasmMemory(backend: unknown): HostMemory {
  const wasm = backend as BackendWasm;
  return {
    allocate: (shape) => outputOf(wasm, shape),
    next: (tensor) => nextOf(wasm, tensor),
    view: (tensor: TensorInfo) => wasm.typedArrayFromHeap(tensor) as Float32Array,
    loops: loopsIn(wasm),
  };
}
