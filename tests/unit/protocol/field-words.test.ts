/** What is said of a recipe's field that is wrong: what it takes, and what was probably meant. */
import { describe, expect, it } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import { typedNumber } from '../../../src/lib/typed-number.ts';
import { parseRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { tinyRecipe } from '../../support/session.ts';

const messageOf = async (changes: object): Promise<string> => {
  const recipe = await tinyRecipe();
  try {
    asRun(parseRecipe({ ...recipe, ...changes }));
  } catch (error) {
    return String(error);
  }
  return 'nothing is wrong';
};

describe('a field that is wrong', () => {
  it.each([
    [{ batchSize: NaN }, 'batchSize: expected a whole number from 1 to 4096. Came: no number.'],
    [{ batchSize: 0 }, 'batchSize: expected a whole number from 1 to 4096. Came: 0.'],
    [{ batchSize: 'many' }, 'batchSize: expected a whole number from 1 to 4096. Came: "many".'],
    [{ seed: -1 }, 'seed: expected a whole number from 0 to 4294967295. Came: -1.'],
    [{ labelSmoothing: 1 }, 'labelSmoothing: expected a number from 0 below 1. Came: 1.'],
    [{ image: { size: NaN } }, 'image.size: expected a whole number from 32 to 1024. Came: no number.'],
    [
      { image: { resize: 'nearest' } },
      'image.resize: expected "lanczos", "bilinear", "area". Came: "nearest".',
    ],
    [
      { augmentation: { views: NaN } },
      'views: expected a whole number from 1 to 1000 or "fresh". Came: no number.',
    ],
    [
      { gpuKernels: { on: 'a GPU' } },
      'gpuKernels: expected "auto", "measured", "table" or an object of the fields on, ways. Came: {"on":"a GPU"}.',
    ],
    [
      { phases: [{ name: 'head', epochs: 1, learningRate: NaN }] },
      'phases[0].learningRate: expected a number above 0 to 10. Came: no number.',
    ],
  ])('%o says what it takes', async (changes, message) => {
    expect(await messageOf(changes)).toContain(message);
  });

  it.each([
    [{ batchsize: 32 }, 'batchsize: there is no such field; did you mean batchSize?'],
    [{ gpuKernels: { on: 'a GPU', ways: {}, gains: {} } }, 'gpuKernels.gains: there is no such field.'],
    [{ image: { sise: 96 } }, 'image.sise: there is no such field; did you mean size?'],
    [
      { phases: [{ name: 'head', epoch: 1, learningRate: 0.1, epochs: 1 }] },
      'epoch: there is no such field; did you mean epochs?',
    ],
    [{ backbone: { name: 'mobilenetv2', alfa: 1 } }, 'Did you mean alpha?'],
    [{ colour: 'red' }, 'colour: there is no such field.'],
  ])('%o says what was meant', async (changes, message) => {
    expect(await messageOf(changes)).toContain(message);
  });
});

describe('a number that was typed', () => {
  it.each([
    ['0.001', '.', 0.001],
    ['0,001', '.', 0.001],
    ['0,001', ',', 0.001],
    ['1,5', ',', 1.5],
    ['1e-3', '.', 0.001],
    ['32', '.', 32],
  ])('%s, where the decimal sign is %s, is %d', (typed, decimal, value) => {
    expect(typedNumber(typed, decimal)).toBe(value);
  });

  it.each([
    ['', '.'],
    ['many', '.'],
    ['1,000', '.'],
    ['1,2,3', ','],
  ])('%s is none', (typed, decimal) => {
    expect(typedNumber(typed, decimal)).toBeNaN();
  });
});
