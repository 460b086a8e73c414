/** The check of a recipe's options against what a registry entry declares. */
import { describe, expect, it } from 'vitest';
import type { OptionSpec } from '../../../src/protocol/catalog.ts';
import { checkOptions, flagOption, numberOption, textOption } from '../../../src/protocol/recipe/options.ts';
import { errorOf } from '../data/studio-error.ts';

const specs: readonly OptionSpec[] = [
  { kind: 'number', name: 'zoom', label: 'Zoom', help: 'Zooms.', default: 0.1, min: 0, max: 1, step: 0.1 },
  { kind: 'boolean', name: 'flip', label: 'Flip', help: 'Flips.', default: false },
  { kind: 'string', name: 'labelColumn', label: 'Labels', help: 'Names the column.', default: 'label' },
  {
    kind: 'choice',
    name: 'copies',
    label: 'Copies',
    help: 'Says what to do.',
    default: 'keep',
    choices: [
      { value: 'keep', label: 'keep' },
      { value: 'drop', label: 'drop' },
    ],
  },
];
const owner = { field: 'dataset', entry: 'the source test', ownKeys: ['source'] };

describe('checkOptions', () => {
  it('fills in what is not given', () => {
    const options = checkOptions(owner, specs, { source: 'test', flip: true });
    expect(options).toEqual({ zoom: 0.1, flip: true, labelColumn: 'label', copies: 'keep' });
    expect(numberOption(options, 'zoom')).toBe(0.1);
    expect(flagOption(options, 'flip')).toBe(true);
    expect(textOption(options, 'labelColumn')).toBe('label');
  });

  it.each([
    [{ labelcolumn: 'x' }, 'recipe/unknown-option', 'dataset.labelcolumn'],
    [{ zoom: 2 }, 'recipe/invalid', 'dataset.zoom: expected a number from 0 to 1. Came: 2'],
    [{ zoom: NaN }, 'recipe/invalid', 'dataset.zoom'],
    [{ zoom: '0.1' }, 'recipe/invalid', 'dataset.zoom'],
    [{ flip: 'yes' }, 'recipe/invalid', 'dataset.flip: expected true or false'],
    [{ labelColumn: 3 }, 'recipe/invalid', 'dataset.labelColumn: expected text'],
    [{ copies: 'burn' }, 'recipe/invalid', 'dataset.copies: expected "keep", "drop"'],
    // Names that every object has are no options either.
    [{ constructor: 1 }, 'recipe/unknown-option', 'dataset.constructor'],
  ])('names the field that is wrong: %j', async (given, code, words) => {
    const error = await errorOf(() => checkOptions(owner, specs, given));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('calls it a fault of ours when an option is read as what it is not', async () => {
    const options = checkOptions(owner, specs, {});
    expect((await errorOf(() => numberOption(options, 'flip'))).code).toBe('bug/option');
  });
});
