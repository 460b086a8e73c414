/** Adds Mien's kernels, and the gradients that the wasm backend lacks, to tfjs' registry. */
import type { Backend } from '../protocol/device.ts';
import { registerCompositeKernels } from './composite/register.ts';
import { cpuMemory } from './cpu/memory.ts';
import { registerHostKernels } from './host/register.ts';
import { wasmMemory } from './wasm/memory.ts';
import { registerWasmKernels } from './wasm/register.ts';
import { registerWebGpuKernels } from './webgpu/register.ts';

const registered = new Set<Backend>();

/**
 * Call it before a network runs on `backend`, and after that backend's own package was imported: some of its kernels
 * are replaced. Further calls do nothing.
 */
export function registerKernels(backend: Backend): void {
  if (registered.has(backend)) return;
  registered.add(backend);
  registerCompositeKernels(backend);
  switch (backend) {
    case 'cpu':
      registerHostKernels('cpu', cpuMemory);
      break;
    case 'wasm':
      registerHostKernels('wasm', wasmMemory);
      registerWasmKernels();
      break;
    case 'webgpu':
      registerWebGpuKernels();
      break;
    case 'webgl':
      break;
    default:
      backend satisfies never;
  }
}
