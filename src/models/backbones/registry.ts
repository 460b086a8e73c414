/** The backbones that Mien knows, in the order in which the page lists them. One line each. */
import { backboneOptions } from '../../protocol/recipe/full-recipe.ts';
import { findKind } from '../../protocol/recipe/options.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';
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
import { vgg16, vgg19 } from './vgg.ts';

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
  return findKind(BACKBONES, name, 'backbone.name', 'recipe/unknown-backbone');
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
  const options = backboneOptions(recipe, backbone.entry);
  return {
    backbone,
    model: backbone.build({ size, options, imagenet: recipe.weights === 'imagenet', flavour }),
  };
}
