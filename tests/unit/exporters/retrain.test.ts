/** Which recipes a program of Keras carries out as they were: those whose split it can draw too. */
import { expect, it } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import { reasonAgainst } from '../../../src/exporters/keras/retrain/settings.ts';
import { recipe } from '../store/samples.ts';

const reasonOf = (split: object): string | null =>
  reasonAgainst(asRun({ ...recipe, split: { ...recipe.split, ...split } }));

it('names what of a split is drawn otherwise there', () => {
  expect(reasonOf({})).toBeNull();
  expect(reasonOf({ fold: { of: 5, number: 1 } })).toMatch(/fold/);
  expect(reasonOf({ trainShare: 0.5 })).toMatch(/share of the training part/);
});
