/** Adds Mien's kernels, and the gradients that the wasm backend lacks, to tfjs' registry. */
import { registerCompositeKernels } from './composite/register.ts';
import { cpuMemory } from './cpu/memory.ts';
import { registerHostKernels } from './host/register.ts';
import { registerWasmConvolutionGradients } from './wasm/convolution.ts';
import { registerWasmDepthwiseGradients } from './wasm/depthwise.ts';
import { wasmMemory } from './wasm/memory.ts';

let registered = false;

/** Call once before a network runs; the backends themselves need not be up yet. Further calls do nothing. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  registerHostKernels('cpu', cpuMemory);
  registerHostKernels('wasm', wasmMemory);
  registerCompositeKernels('webgpu');
  registerCompositeKernels('webgl');
  registerWasmConvolutionGradients();
  registerWasmDepthwiseGradients();
}
