/** What every backbone of the registry must keep to; a new entry is tested by being listed. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKBONES, buildBackbone, findBackbone } from '../../src/models/backbones/registry.ts';
import { blockSummaries, layerSummaries } from '../../src/models/summary.ts';
import { variablesOf } from '../../src/models/weights/fill-model.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { backboneOptions } from '../../src/protocol/recipe/full-recipe.ts';
import { RecipeSchema, type Recipe } from '../../src/protocol/recipe/recipe.ts';

/** Divided by 2 again and again it never comes out even, so that each padding has to be right. */
const ODD_SIZE = 97;

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

    describe('built at an odd size', () => {
      let tensorsBefore = 0;
      let model: ReturnType<typeof buildBackbone>['model'];
      beforeAll(() => {
        tensorsBefore = tf.memory().numTensors;
        // ImageNet's weights are read into layers of their own.
        ({ model } = buildBackbone({ name, weights: 'imagenet' }, ODD_SIZE));
      });
      afterAll(() => {
        model.dispose();
        expect(tf.memory().numTensors).toBe(tensorsBefore);
      });

      it('has one input, one output and named variables', () => {
        expect(model.inputs.map(({ shape }) => shape)).toEqual([[null, ODD_SIZE, ODD_SIZE, 3]]);
        expect(model.outputs).toHaveLength(1);
        expect(model.outputs[0]!.shape).toHaveLength(4);
        const names = variablesOf(model).map(({ layer, weight }) => `${layer}/${weight}`);
        expect(new Set(names).size).toBe(names.length);
        const known = /\/(kernel|depthwise_kernel|bias|gamma|beta|moving_mean|moving_variance)$/u;
        expect(names.filter((variable) => !known.test(variable))).toEqual([]);
      });

      it('has a row for each layer and bars that cover them all', () => {
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
      });

      it('has the layers it stands in for', () => {
        const names = model.layers.map((layer) => layer.name);
        expect(Object.keys(backbone.stoodIn ?? {}).filter((layer) => !names.includes(layer))).toEqual([]);
      });
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
