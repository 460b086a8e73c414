/** Owns what can be told of a recipe's training before its first step, though it can be carried out. */
import { StudioError } from '../protocol/errors.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';

/** Above it hardly any network has learned anything, with any optimizer. */
const HIGHEST_RATE = 1;

/**
 * What will probably go wrong, for the page and the command to say.
 *
 * @param trainPictures how many pictures there are to learn from
 */
export function foreseen({ phases, batchSize }: Recipe, trainPictures: number): StudioError[] {
  const notices: StudioError[] = [];
  const isOnBatch = phases.some((phase) => phase.name === 'fineTune' && phase.batchNorm === 'batch');
  const last = trainPictures % batchSize;
  if (isOnBatch && (batchSize === 1 || last === 1)) notices.push(batchOfOne(batchSize));
  const high = phases.find(({ learningRate }) => learningRate > HIGHEST_RATE);
  if (high !== undefined) notices.push(rateTooHigh(high));
  return notices;
}

function batchOfOne(batchSize: number): StudioError {
  const which = batchSize === 1 ? 'Each step has' : 'The last step of an epoch has';
  return new StudioError({
    code: 'train/batch-of-one',
    message: `${which} one picture, and BatchNorm goes by the batch: where a map has one pixel the mean is the value itself, and nothing is left of it.`,
    hint: 'Take another batch size, or let BatchNorm go by its averages ("batchNorm": "inference").',
  });
}

function rateTooHigh({ name, learningRate }: Recipe['phases'][number]): StudioError {
  return new StudioError({
    code: 'train/rate-high',
    message: `The learning rate of phase ${name} should be ${HIGHEST_RATE} at most; it is ${learningRate}. The network will probably learn nothing.`,
    hint: 'Try a tenth or less, or let a rate be found.',
  });
}
