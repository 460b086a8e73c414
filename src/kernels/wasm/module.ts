/**
 * Owns starting our kernels in the wasm backend's own memory, so that nothing is copied, and which of them are in use. Their
 * sources, assembly/index.as.ts, are compiled to two modules: by plain SIMD, which rounds each product before it is added and
 * gives the same bits on every machine, and by relaxed SIMD, which leaves that to the machine.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { hashText } from '../../lib/bytes/hash.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { Simd } from '../../protocol/recipe/recipe.ts';
import { hasRelaxedSimd } from '../../protocol/simd.ts';
import { MODULE as PLAIN } from './module.wasm.ts';

/** What the module exports: addresses in bytes, counts in values. Its sources say what each does. */
export interface KernelExports {
  convolutionBytes(taps: number, channels: number): number;
  depthwiseBytes(taps: number, channels: number): number;
  filterGradientBytes(taps: number, channels: number, outChannels: number): number;
  winogradBytes(channels: number): number;
  winogradFilterBytes(channels: number, outChannels: number): number;
  viewsBytes(size: number): number;
  run(task: number): void;
  runPlan(task: number): void;
  runTasks(task: number, tasks: number, count: number): void;
  serve(task: number, thread: number, generation: number): void;
}

/** Where the module says that the memory it imports is shared, and what it says for one that is not. */
const SHARED = [0x02, 0x03, 0x01] as const;
const OWN = 0x01;

/** A module that was started in a backend's memory. */
export interface Kernels {
  readonly module: WebAssembly.Module;
  readonly exports: KernelExports;
  /** Another for any other module; the same whether memory is shared or not. */
  readonly hash: string;
}

/** Of a backend, what was started and which of it is in use. */
interface Started {
  readonly plain: Kernels;
  relaxed: Kernels | null;
  used: Kernels;
}

const startedBy = new WeakMap<BackendWasm, Started>();

function startedIn(backend: BackendWasm): Started {
  const known = startedBy.get(backend);
  if (known !== undefined) return known;
  const plain = start(PLAIN, backend);
  const started = { plain, relaxed: null, used: plain };
  startedBy.set(backend, started);
  return started;
}

/**
 * The kernels in use in this backend's memory: those of plain SIMD, unless others were chosen.
 *
 * @throws StudioError `gpu/no-simd` where WebAssembly has no SIMD
 */
export function usedKernels(backend: BackendWasm): Kernels {
  return startedIn(backend).used;
}

/** What the kernels in use export. @throws StudioError `gpu/no-simd` */
export function kernelsOf(backend: BackendWasm): KernelExports {
  return usedKernels(backend).exports;
}

/**
 * The kernels by one of both kinds of SIMD, started. Few ask for those of relaxed SIMD: they are loaded for the first that does.
 *
 * @throws StudioError `gpu/no-simd`, `gpu/no-relaxed-simd`
 */
export async function kernelsBy(simd: Simd, backend: BackendWasm): Promise<Kernels> {
  const started = startedIn(backend);
  if (simd === 'plain') return started.plain;
  if (!hasRelaxedSimd()) throw noRelaxedSimd();
  const { MODULE } = await import('./relaxed-module.wasm.ts');
  return (started.relaxed ??= start(MODULE, backend));
}

/** From now on kernels compute by these. */
export function useKernels(backend: BackendWasm, kernels: Kernels): void {
  startedIn(backend).used = kernels;
}

/** The backend's heap. It keeps it at one place with threads, at another without. */
export function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const { wasmMemory, asm } = backend.wasm as { wasmMemory?: unknown; asm?: { memory?: unknown } };
  const memory = wasmMemory ?? asm?.memory;
  invariant(memory instanceof WebAssembly.Memory, 'the wasm backend has a memory');
  return memory;
}

/** Views of all of a backend's heap. */
export interface Heap {
  readonly bytes: Uint8Array;
  readonly ints: Int32Array;
  readonly floats: Float32Array;
}

const heaps = new WeakMap<BackendWasm, Heap>();

/** The heap as it is now: ask again after each allocation, with which it may have grown. */
export function heapOf(backend: BackendWasm): Heap {
  const known = heaps.get(backend);
  const { buffer } = memoryOf(backend);
  if (known?.bytes.buffer === buffer) return known;
  const heap = {
    bytes: new Uint8Array(buffer),
    ints: new Int32Array(buffer),
    floats: new Float32Array(buffer),
  };
  heaps.set(backend, heap);
  return heap;
}

/** Compiles a module for the backend's memory, shared or not, and for any number of threads that share it. */
function start(base64: string, backend: BackendWasm): Kernels {
  const memory = memoryOf(backend);
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  if (!isShared)
    bytes[bytes.findIndex((_, at) => SHARED.every((byte, i) => bytes[at + i] === byte)) + 1] = OWN;
  if (!WebAssembly.validate(bytes)) throw noSimd();
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { module, exports: exports as unknown as KernelExports, hash: hashText(base64) };
}

const noSimd = (): StudioError =>
  new StudioError({
    code: 'gpu/no-simd',
    message: 'WebAssembly has no SIMD here, and the kernels for wasm are made of it.',
    hint: 'Use a browser from 2023 or later, or choose the cpu device.',
  });

const noRelaxedSimd = (): StudioError =>
  new StudioError({
    code: 'gpu/no-relaxed-simd',
    message: 'Relaxed SIMD was asked for; WebAssembly has none here.',
    hint: 'Leave "simd" as it is, plain, or take a browser that has it, such as Chrome or Edge.',
  });
