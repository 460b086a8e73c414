/**
 * Owns saying so when the wasm backend's heap is full. tfjs takes what its allocator gives, and that gives 0 then: kernels would
 * write over whatever lies at the beginning of the heap, and nobody would be told.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { formatBytes } from '../../lib/format.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import { memoryOf } from './module.ts';

type Allocate = (bytes: number) => number;

const guarded = new WeakSet<BackendWasm>();

/** From now on whoever asks for more than there is gets a StudioError `gpu/too-large`. Further calls do nothing. */
export function guardHeap(wasm: BackendWasm): void {
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  const module = wasm.wasm as unknown as { _malloc?: Allocate; _free?: (address: number) => void };
  const name = '_malloc';
  invariant(module[name] !== undefined, 'the wasm backend has an allocator');
  // Its first call puts the module's own function there.
  module._free?.(module[name](1));
  const allocate = module[name];
  module[name] = (bytes) => {
    const address = allocate(bytes);
    if (address === 0 && bytes > 0) throw tooLarge(wasm, bytes);
    return address;
  };
}

function tooLarge(wasm: BackendWasm, bytes: number): StudioError {
  const all = formatBytes(memoryOf(wasm).buffer.byteLength);
  return new StudioError({
    code: 'gpu/too-large',
    message: `The memory that WebAssembly computes in is full: it has ${all} of the 4.3 GB that it can ever have, and ${formatBytes(bytes)} more were asked for in one piece.`,
    hint: 'Take fewer pictures a step, open fewer layers, or choose smaller pictures; or train on WebGPU.',
  });
}
