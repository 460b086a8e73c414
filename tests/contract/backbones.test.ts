/** What every backbone of the registry must keep to; a new entry is tested by being listed. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKBONES, buildBackbone, findBackbone } from '../../src/models/backbones/registry.ts';
import { blockSummaries, layerSummaries } from '../../src/models/summary.ts';
import { variablesOf } from '../../src/models/weights/fill-model.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { backboneOptions } from '../../src/protocol/recipe/full-recipe.ts';
import { RecipeSchema, type Recipe } from '../../src/protocol/recipe/recipe.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function codeThrownBy(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return thrown instanceof StudioError ? thrown.code : String(thrown);
  }
  return 'nothing was thrown';
}

describe.each(BACKBONES.map((backbone) => [backbone.entry.name, backbone] as const))(
  '%s',
  (name, backbone) => {
    const withOptions = (options: Record<string, unknown>): Recipe['backbone'] =>
      RecipeSchema.shape.backbone.parse({ name, weights: 'random', ...options });
    const recipe = withOptions({});

    it('is described in plain words', () => {
      expect(findBackbone(name)).toBe(backbone);
      expect(BACKBONES.filter(({ entry }) => entry.name === name)).toHaveLength(1);
      expect(name).toMatch(/^[a-z0-9]+$/u);
      expect(backbone.entry.label).not.toBe('');
      expect(backbone.entry.help).toMatch(/\.$/u);
      expect(backbone.entry.weights).toContain('random');
    });

    it('preprocesses uint8 RGB to finite numbers of moderate size', () => {
      const { order, scale, offset } = backbone.preprocessing;
      expect(order.toSorted((one, other) => one - other)).toEqual([0, 1, 2]);
      for (const channel of [0, 1, 2] as const) {
        for (const value of [0, 255])
          expect(Math.abs(value * scale[channel] + offset[channel])).toBeLessThan(256);
      }
    });

    it.each([32, 97])('builds at %i: one input, one output, named variables, nothing left behind', (size) => {
      const tensorsBefore = tf.memory().numTensors;
      const { model } = buildBackbone(recipe, size);
      expect(model.inputs.map(({ shape }) => shape)).toEqual([[null, size, size, 3]]);
      expect(model.outputs).toHaveLength(1);
      expect(model.outputs[0]!.shape).toHaveLength(4);
      const names = variablesOf(model).map(({ layer, weight }) => `${layer}/${weight}`);
      expect(new Set(names).size).toBe(names.length);
      const known = /\/(kernel|depthwise_kernel|bias|gamma|beta|moving_mean|moving_variance)$/u;
      expect(names.filter((variable) => !known.test(variable))).toEqual([]);
      model.dispose();
      expect(tf.memory().numTensors).toBe(tensorsBefore);
    });

    it('has a row for each layer and bars that cover them all', () => {
      const { model } = buildBackbone(recipe, 64);
      const layers = layerSummaries(model, backbone);
      const blocks = blockSummaries(model, backbone);
      expect(layers.map((layer) => layer.name)).toEqual(model.layers.map((layer) => layer.name));
      expect(blocks[0]?.from).toBe(0);
      expect(blocks.at(-1)?.to).toBe(layers.length);
      for (const [i, block] of blocks.entries()) {
        expect(block.to).toBeGreaterThan(block.from);
        if (i > 0) expect(block.from).toBe(blocks[i - 1]!.to);
        expect(block.shape).toHaveLength(3);
      }
      expect(new Set(blocks.map((block) => block.name)).size).toBe(blocks.length);
      model.dispose();
    });

    it('names the layers it stands in for', () => {
      const { model } = buildBackbone({ name, weights: 'imagenet' }, 32);
      const names = model.layers.map((layer) => layer.name);
      expect(Object.keys(backbone.stoodIn ?? {}).filter((layer) => !names.includes(layer))).toEqual([]);
      model.dispose();
    });

    it('refuses options that it does not declare, or outside their limits', () => {
      expect(codeThrownBy(() => backboneOptions(withOptions({ colour: 'red' }), backbone.entry))).toBe(
        'recipe/unknown-option',
      );
      for (const spec of backbone.entry.options) {
        expect(backboneOptions(recipe, backbone.entry)[spec.name]).toBe(spec.default);
        expect(codeThrownBy(() => backboneOptions(withOptions({ [spec.name]: 'no' }), backbone.entry))).toBe(
          'recipe/invalid',
        );
        if (spec.kind !== 'number') continue;
        for (const value of [spec.min - 1, spec.max + 1]) {
          expect(
            codeThrownBy(() => backboneOptions(withOptions({ [spec.name]: value }), backbone.entry)),
          ).toBe('recipe/invalid');
        }
      }
    });
  },
);

describe('the registry', () => {
  it('says of an unknown backbone which there are', () => {
    expect(codeThrownBy(() => findBackbone('resnet'))).toBe('recipe/unknown-backbone');
  });
});
