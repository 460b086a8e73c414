/** Owns what is said when training leaves the numbers: at which step, the likely cause, and what to do. */
import * as tf from '@tensorflow/tfjs';
import { StudioError } from '../protocol/errors.ts';
import type { Phase } from '../protocol/recipe/recipe.ts';

/** Where a loss was read that is no number. */
export interface Place {
  readonly phase: Phase;
  readonly phaseIndex: number;
  /** From 1. */
  readonly epoch: number;
}

/**
 * The loss of a step is no number.
 *
 * @param step the one after which it was read, from 1
 * @param lastGood the last step after which it was one; 0 for none in this epoch
 */
export function lossNotFinite(place: Place, step: number, lastGood: number): StudioError {
  // A step's loss is that of the weights before its update: here, those that the phase began with.
  if (place.epoch === 1 && step === 1) return notFiniteAtStart(place);
  const when =
    lastGood + 1 === step ? `at step ${step.toString()}` : `between steps ${lastGood + 1} and ${step}`;
  return new StudioError({
    code: 'train/not-finite',
    message: `The loss stopped being a number in ${titleOf(place)}, ${when}.`,
    hint: `A learning rate that is too high is the usual cause: ${hintOf(place)}`,
  });
}

/** The steps' losses were numbers, the validation's is not. */
export function validationNotFinite(place: Place): StudioError {
  const cause = isOnBatch(place)
    ? 'BatchNorm’s moving averages or the weights have grown too large'
    : 'The weights have grown too large';
  return new StudioError({
    code: 'train/not-finite',
    message: `The validation loss is not a number after ${titleOf(place)}.`,
    hint: `${cause}; the usual cause is the learning rate: ${hintOf(place)}`,
  });
}

/** Losses can stay numbers while weights do not: a step on a batch does not read BatchNorm's averages, and a GPU's ReLU may make a zero of what is no number. */
export function weightsNotFinite(place: Place, name: string): StudioError {
  return new StudioError({
    code: 'train/not-finite',
    message: `${name} holds values that are not numbers after ${titleOf(place)}.`,
    hint: `A learning rate that is too high is the usual cause: ${hintOf(place)}`,
  });
}

function notFiniteAtStart(place: Place): StudioError {
  const hint =
    place.phaseIndex > 0 && isOnBatch(place)
      ? 'BatchNorm on the statistics of the batch is the only thing that is new here: train with its averages ("inference").'
      : 'The weights that it began with give no numbers for these pictures; a lower learning rate would not help. Take other weights.';
  return new StudioError({
    code: 'train/not-finite-at-start',
    message: `The loss is not a number in the first step of phase ${place.phase.name}, before the phase changed anything.`,
    hint,
  });
}

const titleOf = ({ phase, epoch }: Place): string => `phase ${phase.name}, epoch ${epoch.toString()}`;

const isOnBatch = ({ phase }: Place): boolean => phase.name === 'fineTune' && phase.batchNorm === 'batch';

function hintOf(place: Place): string {
  const rate = `${place.phase.learningRate.toString()} here. Try a tenth of it`;
  return isOnBatch(place)
    ? `${rate}, or BatchNorm on its averages ("inference") instead of the batch’s.`
    : `${rate}.`;
}

/** The first of the tensors that holds a value which is no finite number; null where all are finite. */
export async function firstNotFinite(tensors: ReadonlyMap<string, tf.Tensor>): Promise<string | null> {
  const names = [...tensors.keys()];
  // A sum is one program a tensor; it can also overflow where all values are finite, which the second look tells apart.
  const suspects = await notFinite(names, (name) => tensors.get(name)!);
  if (suspects.length === 0) return null;
  const [first] = await notFinite(suspects, (name) => tf.mul(tensors.get(name)!, 0));
  return first ?? null;
}

/** Names of the tensors whose sum is no finite number. */
async function notFinite(
  names: readonly string[],
  tensorOf: (name: string) => tf.Tensor,
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const sums = tf.tidy(() => tf.stack(names.map((name) => tf.sum(tensorOf(name).flatten()))));
  const read = await sums.data();
  sums.dispose();
  return names.filter((_, index) => !Number.isFinite(read[index]));
}
