/**
 * Owns how tfjs' WebGPU backend gets its device: as tfjs asks for it, and with subgroups where the adapter offers them, which
 * tfjs does not ask for.
 */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';

const BACKEND = 'webgpu';
/** What tfjs uses itself, and what Mien does. */
const WANTED: readonly GPUFeatureName[] = ['timestamp-query', 'bgra8unorm-storage', 'subgroups'];
/** What tfjs wants as much of as there is. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;
/** Above the other backends', as tfjs has it. */
const PRIORITY = 3;

let isRegistered = false;

/** Loads the backend, whose device is then asked for in this way; one that was started before stays as it is. */
export async function loadWebGpu(): Promise<void> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  if (isRegistered || BACKEND in tf.engine().registry) return;
  isRegistered = true;
  tf.removeBackend(BACKEND);
  tf.registerBackend(
    BACKEND,
    async () => {
      const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
      if (adapter === null) throw noAdapter();
      const device = await adapter.requestDevice({
        requiredFeatures: WANTED.filter((feature) => adapter.features.has(feature)),
        requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
      });
      return new WebGPUBackend(device, adapter.info);
    },
    PRIORITY,
  );
}

const noAdapter = (): StudioError =>
  new StudioError({
    code: 'gpu/unavailable',
    message: 'A WebGPU adapter was asked for; there is none any more.',
    hint: 'Choose another device in the device line, or reload the page.',
  });
