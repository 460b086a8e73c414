/** The recipe in the address: there and back again, and what a broken link says. */
import { describe, expect, it } from 'vitest';
import { StudioError } from '../../../src/protocol/errors.ts';
import type { Recipe } from '../../../src/protocol/recipe/recipe.ts';
import { linkOf, recipeFromLink } from '../../../src/store/recipe-link.ts';
import { presets, recipe, shippedRecipe } from './samples.ts';

describe('a link', () => {
  it('is empty for the first preset and a name for another', () => {
    expect(linkOf(recipe, 'quick-look', presets)).toBe('');
    expect(linkOf(shippedRecipe('paper'), 'paper', presets)).toBe('paper');
  });

  it('has only what differs', () => {
    const edited = { ...recipe, batchSize: 16 };
    expect(linkOf(edited, 'quick-look', presets)).toBe('quick-look&batchSize=16');
  });

  const edits = {
    'a number in a list': { ...recipe, phases: recipe.phases.map((phase) => ({ ...phase, epochs: 3 })) },
    'a phase less': { ...recipe, phases: recipe.phases.slice(0, 1) },
    'null for an object': { ...recipe, earlyStopping: null },
    'a word for a number': { ...recipe, augmentation: { ...recipe.augmentation, views: 'fresh' as const } },
    'an object for a word': { ...recipe, backbone: { ...recipe.backbone, weights: { file: 'a b&c=d.h5' } } },
    'another source': { ...recipe, dataset: { source: 'hub', repo: 'some/one', revision: '1.0', qa: true } },
    'an option less': { ...recipe, backbone: { name: 'vgg16', weights: 'imagenet' as const } },
    'a name less': (({ name: _, ...rest }) => rest)(recipe),
    'text that looks like a number': { ...recipe, name: '42' },
  };

  it.each(Object.entries(edits))('gives back %s', (_, edited) => {
    expect(recipeFromLink(`#${linkOf(edited as Recipe, 'quick-look', presets)}`, presets)).toEqual({
      recipe: edited,
      preset: 'quick-look',
    });
  });

  it('takes the first preset when it names none', () => {
    expect(recipeFromLink('#batchSize=8', presets).recipe.batchSize).toBe(8);
    expect(recipeFromLink('', presets).recipe).toEqual(recipe);
  });

  it.each([
    ['#nothing-of-ours', 'recipe/unknown-preset'],
    ['#paper&batchSize=many', 'recipe/invalid'],
    ['#paper&phases.0.epochs=0', 'recipe/invalid'],
    ['#paper&colour=blue', 'recipe/invalid'],
    ['#paper&name=%E0%A4%A', 'recipe/link-broken'],
    ['#paper&__proto__.polluted=1', 'recipe/invalid'],
  ])('refuses %s with %s', (hash, code) => {
    try {
      recipeFromLink(hash, presets);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(StudioError);
      expect((error as StudioError).code).toBe(code);
    }
    expect('polluted' in {}).toBe(false);
  });
});
