/** How the page writes a recipe that leaves nothing open: as the preset that it came from, and what differs. */
import { describe, expect, it } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import { parseRecipe } from '../../../src/protocol/recipe/recipe.ts';
import { asWritten } from '../../../src/store/as-written.ts';
import { linkOf } from '../../../src/store/recipe-link.ts';
import { catalog, presets, recipe, shippedRecipe } from './samples.ts';

describe('the recipe of a record', () => {
  it.each(presets.map(({ name }) => name))('is the preset that was run, %s, with nothing edited', (name) => {
    const record = asRun(shippedRecipe(name));
    expect(asWritten(record, { catalog, preset: 'quick-look' })).toEqual([shippedRecipe(name), name]);
  });

  it('differs from its preset in what was edited, and in nothing else', () => {
    const edited = parseRecipe({ ...recipe, batchSize: 16, backbone: { name: 'vgg16', weights: 'random' } });
    const [written, preset] = asWritten(asRun(edited), { catalog, preset: 'paper' });
    expect(linkOf(written, preset, presets)).toBe(
      'quick-look&backbone.name=vgg16&backbone.weights=random&batchSize=16',
    );
    expect(asRun(written)).toEqual(asRun(edited));
  });

  it('is left as it is where it holds no more', () => {
    const broken = { ...recipe, backbone: { name: 'no-such-network' } };
    expect(asWritten(broken, { catalog, preset: 'paper' })).toEqual([broken, 'paper']);
  });
});
