/**
 * Notices when a GPU goes away (a driver reset, a laptop that switches cards): tfjs does not listen, and a run on a
 * lost device would end in an error that says nothing.
 */
import * as tf from '@tensorflow/tfjs';

/** What became of the GPUs that were used here. */
const losses = new WeakMap<GPUDevice, GPUDeviceLostInfo>();
/** The last one that was used: the WebGPU backend's, where there is one. */
let latest: GPUDevice | null = null;

/** The GPU of the current backend, from now on watched; null where it has none, or none that says when it goes away. */
export function watchedGpu(): GPUDevice | null {
  if (tf.getBackend() !== 'webgpu') return null;
  const { device } = tf.backend() as tf.KernelBackend & { readonly device: GPUDevice };
  if (device !== latest) void device.lost.then((info) => losses.set(device, info));
  latest = device;
  return device;
}

/** Lets tfjs make a new device, where it has a lost one, when the WebGPU backend is started the next time. */
export function forgetLostGpu(): void {
  if (lossOf(latest) === null) return;
  latest = null;
  // Removing a backend also forgets how to make one.
  const factory = tf.findBackendFactory('webgpu');
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory);
}

/** Why a GPU went away, in a few words; null while it is there. */
export function lossOf(gpu: GPUDevice | null): string | null {
  const info = gpu === null ? undefined : losses.get(gpu);
  if (info === undefined) return null;
  return info.message === '' ? info.reason : info.message;
}
