/** How much of the GPU's memory caches may take, and how they take it and give it back. */
import type { TensorInfo } from '@tensorflow/tfjs';
import { StudioError } from '../../protocol/errors.ts';
import { allocate, gpuOf, submit } from './gpu.ts';

/** Share of the largest buffer that caches may take in all: how much memory there is, WebGPU does not say. */
const CACHE_SHARE = 0.5;

/** What caches may take of the device's memory, by the adapter's limits; and how they take it. */
export interface GpuRoom {
  readonly totalBytes: number;
  /** In one tensor. */
  readonly pieceBytes: number;
  /**
   * A tensor of any values, whose memory is taken at once and not when it is first used.
   *
   * @throws StudioError `storage/full` when the device has no memory for it
   */
  allocate(shape: readonly number[], dtype: 'float32' | 'int32'): Promise<TensorInfo>;
  /** Gives a tensor's memory back to the device; tfjs would keep it for the next tensor of that size. Dispose it after. */
  free(tensor: TensorInfo): void;
}

/** Asks the adapter; how much memory there is, no WebGPU device says. */
export function gpuRoom(backend: unknown): GpuRoom {
  const gpu = gpuOf(backend);
  const { device } = gpu;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const free = ({ dataId }: TensorInfo): void => {
    // Nothing that is recorded may use it any more.
    submit(gpu);
    const data = gpu.tensorMap.get(dataId);
    if (data.resource === null || data.resource === undefined) return;
    gpu.bufferManager.releaseBuffer(data.resource, false);
    data.resource = null;
  };
  return {
    totalBytes: maxBufferSize * CACHE_SHARE,
    pieceBytes: maxStorageBufferBindingSize,
    async allocate(shape, dtype) {
      // A buffer beyond a limit is a mistake in WebGPU's eyes, one within it that does not fit is none.
      device.pushErrorScope('validation');
      device.pushErrorScope('out-of-memory');
      const made = allocate(gpu, shape, dtype);
      gpu.uploadToGPU(made.dataId);
      const [memory, validation] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      const trouble = memory ?? validation;
      if (trouble === null) return made;
      free(made);
      gpu.disposeData(made.dataId);
      throw new StudioError({
        code: 'storage/full',
        message: 'The GPU has less free memory than its limits allow to ask for.',
        hint: 'Close other tabs or programs that use the GPU.',
        cause: trouble.message,
      });
    },
    free,
  };
}
