/**
 * How the WebGPU backend gets and gives back buffers, changed for training. As tfjs has it, each upload makes a staging
 * buffer of its own, and buffers of disposed tensors cannot be taken again before the next submit, so that few submits
 * need much memory. Here uploads go through the queue, and a buffer that only programs wrote is free at once:
 * WebGPU runs dispatches as if one after another. Only uploaded buffers wait, because the queue writes them ahead of
 * recorded programs.
 */
import * as tf from '@tensorflow/tfjs';
import { gpuOf } from './gpu.ts';

/** More than a step's: submits come where they are asked for. */
const RECORDED_AT_MOST = 128;

const adopted = new WeakSet<object>();

/** Changes the current backend; call it once the WebGPU backend is ready. Further calls do nothing. */
export function adoptBuffers(backend: tf.KernelBackend): void {
  if (adopted.has(backend)) return;
  adopted.add(backend);
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', RECORDED_AT_MOST);
  const gpu = gpuOf(backend);
  const computed = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  // A usage that changes nothing but the pool's key.
  const uploaded = computed | GPUBufferUsage.INDIRECT;
  gpu.uploadToGPU = (dataId) => {
    const data = gpu.tensorMap.get(dataId);
    if (data.resource !== null && data.resource !== undefined) return;
    const size = tf.util.sizeFromShape([...data.shape]) * 4;
    const { values } = data;
    if (values === null || values === undefined) {
      data.resource = gpu.bufferManager.acquireBuffer(size, computed);
      return;
    }
    const buffer = gpu.bufferManager.acquireBuffer(size, uploaded);
    gpu.queue.writeBuffer(buffer, 0, wordsOf(values, data.dtype));
    data.resource = buffer;
    data.values = null;
  };
  const dispose = gpu.disposeData.bind(gpu);
  gpu.disposeData = (dataId, force) => {
    const resource = gpu.tensorMap.has(dataId) ? gpu.tensorMap.get(dataId).resource : null;
    if (resource?.usage === computed) gpu.commandQueueOwnedIds.delete(dataId);
    return dispose(dataId, force);
  };
}

/** Four bytes an element, as storage buffers have them. */
function wordsOf(
  values: ArrayLike<number>,
  dtype: string,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  if (dtype === 'float32') {
    return values instanceof Float32Array ? (values as Float32Array<ArrayBuffer>) : Float32Array.from(values);
  }
  return values instanceof Int32Array ? (values as Int32Array<ArrayBuffer>) : Int32Array.from(values);
}
