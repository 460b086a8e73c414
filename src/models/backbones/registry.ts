/** The backbones that Mien knows, in the order in which the page lists them. One line each. */
import { StudioError } from '../../protocol/errors.ts';
import type { OptionValue, Recipe } from '../../protocol/recipe.ts';
import type { LayersModel } from '@tensorflow/tfjs';
import type { Backbone } from './backbone.ts';
import {
  efficientnetb0,
  efficientnetb1,
  efficientnetb2,
  efficientnetb3,
  efficientnetb4,
  efficientnetb5,
  efficientnetb6,
  efficientnetb7,
} from './efficientnet.ts';
import { mobilenetv2 } from './mobilenetv2.ts';
import { vgg16, vgg19 } from './vgg16.ts';

export const BACKBONES: readonly Backbone[] = [
  mobilenetv2,
  efficientnetb2,
  vgg16,
  efficientnetb0,
  efficientnetb1,
  efficientnetb3,
  efficientnetb4,
  efficientnetb5,
  efficientnetb6,
  efficientnetb7,
  vgg19,
];

/**
 * The backbone that a recipe names.
 *
 * @throws StudioError `recipe/unknown-backbone`
 */
export function findBackbone(name: string): Backbone {
  const found = BACKBONES.find((backbone) => backbone.entry.name === name);
  if (found !== undefined) return found;
  const known = BACKBONES.map((backbone) => backbone.entry.name).join(', ');
  throw new StudioError({
    code: 'recipe/unknown-backbone',
    message: `Recipe field backbone.name takes one of: ${known}. Came: ${name}.`,
    hint: 'Correct the name in the recipe.',
  });
}

/**
 * A recipe's options of a backbone, checked against what its entry declares and with defaults filled in.
 *
 * @throws StudioError `recipe/invalid`
 */
export function backboneOptions(
  backbone: Backbone,
  recipe: Recipe['backbone'],
): Readonly<Record<string, OptionValue>> {
  const { name: _name, weights: _weights, ...given } = recipe;
  const specs = backbone.entry.options;
  for (const name of Object.keys(given)) {
    if (!specs.some((spec) => spec.name === name)) throw invalid(name, `is not an option of ${recipe.name}`);
  }
  return Object.fromEntries(
    specs.map((spec): [string, OptionValue] => {
      const value = given[spec.name] ?? spec.default;
      if (typeof value !== typeof spec.default)
        throw invalid(spec.name, `takes a ${typeof spec.default}`, value);
      if (spec.kind === 'number' && !(Number(value) >= spec.min && Number(value) <= spec.max)) {
        throw invalid(spec.name, `takes a number from ${spec.min} to ${spec.max}`, value);
      }
      if (spec.kind === 'choice' && !spec.choices.some((choice) => choice.value === value)) {
        const values = spec.choices.map((choice) => String(choice.value)).join(', ');
        throw invalid(spec.name, `takes one of: ${values}`, value);
      }
      return [spec.name, value];
    }),
  );
}

/** The network that a recipe asks for, and the entry it came from. */
export interface BuiltBackbone {
  readonly backbone: Backbone;
  /** Input `[batch, size, size, 3]`; kernels are zero until weights are loaded. The caller disposes it. */
  readonly model: LayersModel;
}

/**
 * Finds, checks and builds a recipe's backbone; `loadBackboneWeights` fills it.
 *
 * @param size Side of the square input, in pixels.
 * @throws StudioError `recipe/unknown-backbone`, `recipe/invalid`
 */
export function buildBackbone(recipe: Recipe['backbone'], size: number): BuiltBackbone {
  const backbone = findBackbone(recipe.name);
  const options = backboneOptions(backbone, recipe);
  return { backbone, model: backbone.build({ size, options, imagenet: recipe.weights === 'imagenet' }) };
}

function invalid(option: string, rule: string, value?: OptionValue): StudioError {
  return new StudioError({
    code: 'recipe/invalid',
    message: `Recipe field backbone.${option} ${rule}.${value === undefined ? '' : ` Came: ${JSON.stringify(value)}.`}`,
    hint: 'Correct that field, or start from one of the preset recipes.',
  });
}
