/** Whether a training step fits the device, asked before a phase begins: a GPU that cannot bind a buffer computes nothing. */
import * as tf from '@tensorflow/tfjs';
import { MOST_VALUE_BYTES, type Program } from '../models/program/program.ts';
import { StudioError } from '../protocol/errors.ts';
import type { Recipe } from '../protocol/recipe.ts';

/** @throws StudioError `gpu/too-large` when a batch's values need a larger buffer than the GPU allows */
export function checkStepFits(tail: Program, { batchSize }: Recipe): void {
  if (tf.getBackend() !== 'webgpu') return;
  const { limits } = (tf.backend() as unknown as { readonly device: GPUDevice }).device;
  const allowed = limits.maxStorageBufferBindingSize;
  const needed = (MOST_VALUE_BYTES / tail.picturesAtOnce) * batchSize;
  const fits = Math.floor((tail.picturesAtOnce * allowed) / MOST_VALUE_BYTES);
  if (batchSize <= fits) return;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toString()} MB`;
  throw new StudioError({
    code: 'gpu/too-large',
    message: `A step of ${batchSize.toString()} pictures through the open layers needs about ${megabytes(needed)} in one buffer; this GPU allows ${megabytes(allowed)}.`,
    hint: `Take at most ${Math.max(1, fits).toString()} pictures a step, open fewer layers, or choose smaller pictures.`,
  });
}
