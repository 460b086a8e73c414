/** tfjs' WebGPU backend as it ships: Mien changes how its own instance gets buffers and submits. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { invariant } from '../../../src/protocol/errors.ts';

const BACKEND = 'webgpu';
/** tfjs' own value of the flag that Mien raises. */
const DISPATCHES_PER_SUBMIT = 15;

/** Makes a new instance of the backend the current one; tensors of the one before are gone. */
export async function useStockBackend(): Promise<void> {
  const make = tf.findBackendFactory(BACKEND);
  if (tf.getBackend() === BACKEND) {
    tf.removeBackend(BACKEND);
    tf.registerBackend(BACKEND, make);
  }
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', DISPATCHES_PER_SUBMIT);
  invariant(await tf.setBackend(BACKEND), 'tfjs starts its WebGPU backend');
}
