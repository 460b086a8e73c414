/** How a backend whose memory the host can see gives it. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Loops } from './loops.ts';

/** Room for new tensors, and the values of old ones as typed arrays. */
export interface HostMemory {
  /** Allocates outputs. Do so before asking for views: allocating may move the memory. */
  allocate(shape: readonly number[]): TensorInfo;
  /** Where the next value of a tensor goes: into its own room where nobody else holds it and the backend can, else into new. */
  next(tensor: TensorInfo): TensorInfo;
  view(tensor: TensorInfo): Float32Array;
  /** The loops that are fastest over its views. */
  readonly loops: Loops;
}
