/**
 * Notices when the GPU goes away (a driver reset, a laptop that switches cards): tfjs does not listen, and a run on a
 * lost device would end in an error that says nothing.
 */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';

let lost: GPUDeviceLostInfo | null = null;
const watched = new WeakSet<GPUDevice>();

/** Call it when the WebGPU backend is the current one. */
export function watchDevice(): void {
  const { device } = tf.backend() as tf.KernelBackend & { readonly device: GPUDevice };
  if (watched.has(device)) return;
  watched.add(device);
  void device.lost.then((info) => {
    lost = info;
  });
}

export function isDeviceLost(): boolean {
  return lost !== null;
}

/** Lets tfjs make a new device when the WebGPU backend is started the next time. */
export function forgetLostDevice(): void {
  if (lost === null) return;
  lost = null;
  // Removing a backend also forgets how to make one.
  const factory = tf.findBackendFactory('webgpu');
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory);
}

/** Why it went away, in a few words. */
export function lossReason(): string {
  return lost === null || lost.message === '' ? (lost?.reason ?? '') : lost.message;
}

/** What to throw for an error of a run: if the GPU went away, that is the reason. */
export function lossOr(error: unknown): unknown {
  if (lost === null) return error;
  return new StudioError({
    code: 'gpu/lost',
    message: `The GPU went away during the run (${lossReason()}).`,
    hint: 'Train again: the GPU is asked for anew. If it goes away again, choose another device in the device line.',
    retryable: true,
    cause: error,
  });
}
