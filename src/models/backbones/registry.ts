/** The backbones that Mien knows, in the order in which the page lists them. One line each. */
import { StudioError } from '../../protocol/errors.ts';
import { checkOptions, type Options } from '../../protocol/options.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import type { LayersModel } from '@tensorflow/tfjs';
import type { Backbone, Flavour } from './backbone.ts';
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
 * @throws StudioError `recipe/unknown-option`, `recipe/invalid`
 */
export function backboneOptions(backbone: Backbone, recipe: Recipe['backbone']): Options {
  const { name, options } = backbone.entry;
  return checkOptions({ field: 'backbone', entry: name, ownKeys: ['name', 'weights'] }, options, recipe);
}

/** The network that a recipe asks for, and the entry it came from. */
export interface BuiltBackbone {
  readonly backbone: Backbone;
  /** Input `[batch, size, size, 3]`; kernels are zero until weights are loaded. The caller disposes it. */
  readonly model: LayersModel;
}

/**
 * Finds, checks and builds a recipe's backbone; `openBackboneWeights` opens what fills it.
 *
 * @param size Side of the square input, in pixels.
 * @param flavour What its weights were trained with, see `OpenedWeights`; left out for Keras' own.
 * @throws StudioError `recipe/unknown-backbone`, `recipe/unknown-option`, `recipe/invalid`
 */
export function buildBackbone(recipe: Recipe['backbone'], size: number, flavour?: Flavour): BuiltBackbone {
  const backbone = findBackbone(recipe.name);
  const options = backboneOptions(backbone, recipe);
  return {
    backbone,
    model: backbone.build({ size, options, imagenet: recipe.weights === 'imagenet', flavour }),
  };
}
