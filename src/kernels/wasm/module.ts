/**
 * Owns starting our kernels in the wasm backend's own memory, so that nothing is copied. The module is assembly/index.as.ts,
 * compiled.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { invariant, StudioError } from '../../protocol/errors.ts';
import { MODULE } from './module.wasm.ts';

/** What the module exports: addresses in bytes, counts in values. Its sources say what each does. */
export interface KernelExports {
  dropout(
    draws: number, x: number, out: number, count: number, valuesPerDraw: number, limit: number, kept: number,
  ): void; // oxfmt-ignore
  turnDepthwise(filter: number, to: number, taps: number, channels: number): void;
  convolutionBytes(taps: number, channels: number): number;
  depthwiseBytes(taps: number, channels: number): number;
  filterGradientBytes(taps: number, channels: number, outChannels: number): number;
  winogradBytes(channels: number): number;
  winogradFilterBytes(channels: number, outChannels: number): number;
  run(task: number): void;
  serve(task: number, thread: number, generation: number): void;
}

/** Where the module says that the memory it imports is shared, and what it says for one that is not. */
const SHARED = [0x02, 0x03, 0x01] as const;
const OWN = 0x01;

const started = new WeakMap<BackendWasm, KernelExports>();

/** The kernels in this backend's memory. @throws StudioError `gpu/no-simd` where WebAssembly has no SIMD */
export function kernelsOf(backend: BackendWasm): KernelExports {
  const known = started.get(backend);
  if (known !== undefined) return known;
  const memory = memoryOf(backend);
  const kernels = startKernels(compileKernels(memory), memory);
  started.set(backend, kernels);
  return kernels;
}

/** The backend's heap. It keeps it at one place with threads, at another without. */
export function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const { wasmMemory, asm } = backend.wasm as { wasmMemory?: unknown; asm?: { memory?: unknown } };
  const memory = wasmMemory ?? asm?.memory;
  invariant(memory instanceof WebAssembly.Memory, 'the wasm backend has a memory');
  return memory;
}

/**
 * The module for some memory, shared or not: for any number of threads that share it.
 *
 * @throws StudioError `gpu/no-simd` where WebAssembly has no SIMD
 */
export function compileKernels(memory: WebAssembly.Memory): WebAssembly.Module {
  const bytes = Uint8Array.from(atob(MODULE), (char) => char.charCodeAt(0));
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  if (!isShared)
    bytes[bytes.findIndex((_, at) => SHARED.every((byte, i) => bytes[at + i] === byte)) + 1] = OWN;
  if (!WebAssembly.validate(bytes)) {
    throw new StudioError({
      code: 'gpu/no-simd',
      message: 'WebAssembly has no SIMD here, and the kernels for wasm are made of it.',
      hint: 'Use a browser from 2023 or later, or choose the cpu device.',
    });
  }
  return new WebAssembly.Module(bytes);
}

function startKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as KernelExports;
}
