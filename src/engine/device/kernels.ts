/** Owns what tells the kernels that compute a run from those of other versions of Mien, which may round otherwise. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { usedKernels } from '../../kernels/wasm/module.ts';
import { VERSION } from '../../lib/version.ts';
import { StudioError } from '../../protocol/errors.ts';
import type { CheckpointHead } from '../checkpoints/checkpoint.ts';

/** In the place of what earlier versions did not note. */
const EARLIER = 'of an earlier version';

/** Those of the current backend, as in `RunResult.kernels`. */
export function kernelsInUse(): string {
  const versions = `Mien ${VERSION}, tfjs ${tf.version.tfjs}`;
  if (tf.getBackend() !== 'wasm') return versions;
  const backend: unknown = tf.backend();
  return `${versions}, wasm ${usedKernels(backend as BackendWasm).hash}`;
}

/** All that a run was computed by until a checkpoint. */
const kernelsOf = ({ kernels }: Pick<CheckpointHead, 'kernels'>): readonly string[] => kernels ?? [EARLIER];

/** The same after it went on by others, or by the same. */
export function kernelsAfter(before: Pick<CheckpointHead, 'kernels'> | null, now: string): readonly string[] {
  const all = before === null ? [] : kernelsOf(before);
  return all.at(-1) === now ? all : [...all, now];
}

/** Whether a run that goes on does so by other kernels than those of its last checkpoint. */
export const hasOtherKernels = (before: Pick<CheckpointHead, 'kernels'>, now: string): boolean =>
  kernelsOf(before).at(-1) !== now;

export const otherKernels = (): StudioError =>
  new StudioError({
    code: 'train/other-kernels',
    message:
      'The run was computed by another version of Mien so far, whose kernels may round otherwise: it goes on, but its last digits may differ from those of a run in one go.',
    hint: 'Train from the start to have all of it computed by this version.',
  });
