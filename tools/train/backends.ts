/** What Node needs so that the engine finds its backends: Dawn for WebGPU, wasm's binaries in a memory that threads share, relaxed SIMD. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { WasmSetup } from '../../src/engine/device/wasm.ts';
import { Session } from '../../src/engine/session.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { invariant } from '../../src/protocol/errors.ts';
import { hasRelaxedSimd } from '../../src/protocol/simd.ts';
import type { CommonOptions } from './command-line.ts';

/** Where npm put the binaries of the wasm backend. */
export const WASM_FOLDER = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist/',
);

/** All that tfjs asks for. In Node it takes one of the first two, which have no threads of their own. */
const BINARIES = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const;

/**
 * The wasm backend for Node. tfjs' own threads do not start there; ours do, once the memory is one that can be shared.
 *
 * @param threads that compute; by default as many as are worth having
 */
export function wasmInNode(threads?: number): WasmSetup {
  offerRelaxedSimd();
  const paths = BINARIES.map((name) => {
    const binary = Buffer.from(readFileSync(join(WASM_FOLDER, name)));
    shareMemory(binary);
    return [name, URL.createObjectURL(new Blob([binary]))] as const;
  });
  return { paths: Object.fromEntries(paths), threads };
}

/** Node 20 has it behind a flag of its engine, later ones as it is. What uses none of it is compiled as before. */
export function offerRelaxedSimd(): void {
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** A module's header, and how its sections begin: https://webassembly.github.io/spec/core/binary/modules.html */
const [HEADER_BYTES, MEMORY_SECTION, HAS_LIMIT, SHARED] = [8, 5, 1, 2];

/** Has a module declare its one memory, if it has one of its own, as shared. */
function shareMemory(module: Uint8Array): void {
  let at = HEADER_BYTES;
  /** The next number, seven bits a byte, the lowest first. */
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < module.length) {
    const section = next();
    const size = next();
    if (section === MEMORY_SECTION) {
      const flags = at + 1;
      invariant(
        module[flags] === HAS_LIMIT || module[flags] === (HAS_LIMIT | SHARED),
        'its memory has a limit',
      );
      module[flags] = HAS_LIMIT | SHARED;
      return;
    }
    at += size;
  }
}

/** The engine as a command starts it; no device is taken yet. */
export async function headlessSession(
  platform: Platform,
  { backend, threads }: Pick<CommonOptions, 'backend' | 'threads'>,
): Promise<Session> {
  if (backend === 'webgpu' || backend === 'auto') await offerWebGpu();
  return new Session(platform, wasmInNode(threads));
}

/**
 * Puts Dawn, Chrome's own WebGPU, where a browser has it: `navigator.gpu`. Where its library cannot be loaded there
 * simply is no WebGPU, as in a browser without it.
 */
async function offerWebGpu(): Promise<void> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  } catch (cause) {
    process.stderr.write(`No WebGPU: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
}
