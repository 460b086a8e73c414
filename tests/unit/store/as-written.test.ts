/** How the page writes a recipe that leaves nothing open: as the preset that it came from, and what differs. */
import { describe, expect, it } from 'vitest';
import { asRun } from '../../../src/engine/catalog.ts';
import { parseRecipe, type Simd } from '../../../src/protocol/recipe/recipe.ts';
import type { GpuKernels } from '../../../src/protocol/device.ts';
import { asWritten, recipeOfRun } from '../../../src/store/as-written.ts';
import { linkOf, recipeFromLink } from '../../../src/store/recipe-link.ts';
import { catalog, presets, recipe, result, shippedRecipe } from './samples.ts';

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

  it('has the ways that its run took on WebGPU, and leaves them open where it went by the table', () => {
    const ways = { on: 'a GPU', ways: { 'forward, 1x1, small': 'direct 4x8' } };
    const page = { catalog, preset: 'paper' };
    const link = (gpuKernels: GpuKernels | null): string => {
      const [written, preset] = recipeOfRun({ ...result, recipe: asRun(recipe), gpuKernels }, page);
      return linkOf(written, preset, presets);
    };
    const [value] = /(?<=gpuKernels=).*/u.exec(link(ways)) ?? [''];
    expect(JSON.parse(decodeURIComponent(value))).toEqual(ways);
    expect(recipeFromLink(link(ways), presets).recipe.gpuKernels).toEqual(ways);
    expect(link({ ...ways, ways: {} })).not.toContain('gpuKernels');
    expect(link(null)).not.toContain('gpuKernels');
  });

  it('has the SIMD that all of its run was computed with, where that is not what was asked for', () => {
    const link = (simd: readonly Simd[]): string => {
      const asked = asRun({ ...recipe, simd: 'relaxed' });
      const [written, preset] = recipeOfRun({ ...result, recipe: asked, simd }, { catalog, preset: 'paper' });
      return linkOf(written, preset, presets);
    };
    expect(link(['plain'])).not.toContain('simd');
    for (const all of [['relaxed'], ['relaxed', 'plain'], []] as const)
      expect(link(all)).toContain('&simd=relaxed');
  });

  it('is left as it is where it holds no more', () => {
    const broken = { ...recipe, backbone: { name: 'no-such-network' } };
    expect(asWritten(broken, { catalog, preset: 'paper' })).toEqual([broken, 'paper']);
  });
});
