/** Class weights as scikit-learn balances them, and as a recipe gives them. */
import { expect, it } from 'vitest';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { classWeightsOf } from '../../../src/training/loss.ts';

const labels = ['glad', 'sad', 'calm'];
const labelOfRow = [0, 0, 0, 1, 2, 2, 1, 1, 1];
const train = Uint32Array.of(0, 1, 2, 3, 4, 5);
const of = (classWeights: Recipe['classWeights']): Float32Array | null =>
  classWeightsOf({ classWeights } as Recipe, labels, train, labelOfRow);

it('weigh nothing unless the recipe asks for it', () => {
  expect(of(null)).toBeNull();
});

it('balance by the training pictures alone, as compute_class_weight does', () => {
  // Three glad, one sad, two calm: 6 / (3 * count).
  expect(of('balanced')).toEqual(Float32Array.of(6 / 9, 2, 1));
});

it('take what is given by label, 1 for the rest', () => {
  expect(of({ calm: 2.5 })).toEqual(Float32Array.of(1, 1, 2.5));
});

it('must count some class that has pictures', () => {
  expect(() => of({ glad: 0, sad: 0, calm: 0 })).toThrow('classWeights: expected a number above 0');
  expect(of({ glad: 0, sad: 0 })).toEqual(Float32Array.of(0, 0, 1));
});
