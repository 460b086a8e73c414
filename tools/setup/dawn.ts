/** Owns starting Dawn, the WebGPU implementation of the `webgpu` package, in Node. */
import { create, globals } from 'webgpu';

/**
 * Gives this process the WebGPU that a browser's worker has: `navigator.gpu` and the constants. The driver is found
 * through the environment that `vulkan.ts` makes.
 */
export function installWebGpu(): GPU {
  // Vulkan where it is the platform's own; else what Dawn prefers.
  const gpu = create(process.platform === 'linux' ? ['backend=vulkan'] : []);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  return gpu;
}
