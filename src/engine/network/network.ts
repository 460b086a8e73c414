/** The recipe's network: backbone, weights and head joined, and what the page is told of it. */
import type * as tf from '@tensorflow/tfjs';
import type { Backbone, Flavour, Preprocessing } from '../../models/backbones/backbone.ts';
import { cutOutputOf } from '../../frozen/cut.ts';
import { buildBackbone } from '../../models/backbones/registry.ts';
import { graphOf, type Graph } from '../../models/graph.ts';
import { withHead } from '../../models/head.ts';
import { describeWeights } from '../../models/describe-weights.ts';
import { openBackboneWeights, type LoadOptions, type LoadedWeights } from '../../models/load-weights.ts';
import { blockSummaries, layerSummaries } from '../../models/summary.ts';
import type { Platform } from '../../platform/platform.ts';
import { invariant, StudioError } from '../../protocol/errors.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import type { CutSummary, ModelSummary, WeightsSummary } from '../../protocol/model.ts';

/** A built network. `model` owns all its layers; dispose it. */
export interface Network {
  readonly model: tf.LayersModel;
  readonly backbone: Backbone;
  /** Number of the backbone's layers: the head's follow them in `model.layers`. */
  readonly backboneLayers: number;
  readonly graph: Graph;
  readonly weights: LoadedWeights;
  /** What the backbone was built with beside its recipe. */
  readonly flavour: Flavour | null;
  readonly preprocessing: Preprocessing;
}

/**
 * Builds the recipe's network and fills its backbone.
 *
 * @throws StudioError `recipe/…`, `model/…`, `net/…`
 */
export async function buildNetwork(
  recipe: FullRecipe,
  classes: number,
  platform: Platform,
  options: Omit<LoadOptions, 'seed'>,
): Promise<Network> {
  const opened = await openBackboneWeights(recipe.backbone, platform, { ...options, seed: recipe.seed });
  return assembleNetwork(recipe, classes, opened.map?.flavour, (base, backbone) =>
    opened.fill(base, backbone, recipe.image.scale),
  );
}

/**
 * Builds the recipe's network and has its backbone filled.
 *
 * @throws StudioError `recipe/invalid`, what `fill` throws
 */
export async function assembleNetwork(
  recipe: FullRecipe,
  classes: number,
  flavour: Flavour | undefined,
  fill: (base: tf.LayersModel, backbone: Backbone) => Promise<LoadedWeights>,
): Promise<Network> {
  const { backbone, model: base } = buildBackbone(recipe.backbone, recipe.image.size, flavour);
  let owner = base;
  try {
    checkUnfreeze(recipe, base.layers.length);
    const weights = await fill(base, backbone);
    const model = joined(base, recipe, classes);
    owner = model;
    return {
      model,
      backbone,
      backboneLayers: base.layers.length,
      graph: graphOf(model),
      weights,
      flavour: flavour ?? null,
      preprocessing: weights.preprocessing,
    };
  } catch (error) {
    owner.dispose();
    throw error;
  }
}

/** The whole takes over the backbone's layers. */
export const joined = (base: tf.LayersModel, { head, seed }: FullRecipe, classes: number): tf.LayersModel =>
  withHead(base, { classes, ...head, seed });

/**
 * Describes the recipe's network without loading weights.
 *
 * @param inspected What is known of weights that the recipe names as a file, where they have been opened.
 * @throws StudioError `recipe/…`
 */
export async function describeNetwork(
  recipe: FullRecipe,
  classes: number,
  platform: Platform,
  inspected: WeightsSummary | null = null,
): Promise<ModelSummary> {
  const { backbone, model: base } = buildBackbone(recipe.backbone, recipe.image.size);
  let owner = base;
  try {
    checkUnfreeze(recipe, base.layers.length);
    const weights = inspected ?? (await describeWeights(base, recipe.backbone, platform));
    const layers = layerSummaries(base, backbone);
    const model = joined(base, recipe, classes);
    owner = model;
    return {
      backbone: backbone.entry.name,
      label: backbone.entry.label,
      inputShape: [recipe.image.size, recipe.image.size, 3],
      layers,
      blocks: blockSummaries(base, backbone),
      cuts: cutsOf(graphOf(model), layers.length),
      headParameters: model.countParams() - base.countParams(),
      weights,
    };
  } finally {
    owner.dispose();
  }
}

/** A description, once the weights are loaded: all of them is here, and it is known what came with them. */
export function withLoaded(model: ModelSummary, { sizeBytes, labels }: LoadedWeights): ModelSummary {
  return { ...model, weights: { ...model.weights, sizeBytes, hereBytes: sizeBytes, labels } };
}

/** Entry n: the last n layers of the backbone train; entry 0 is the head alone. */
function cutsOf(graph: Graph, backboneLayers: number): CutSummary[] {
  const { layers } = graph.model;
  return Array.from({ length: backboneLayers + 1 }, (_, unfreeze) => {
    const first = backboneLayers - unfreeze;
    const node = graph.nodes[cutOutputOf(graph, first)];
    invariant(node !== undefined, 'a cut output is a node');
    const layer = layers[node.layer];
    return {
      unfreeze,
      firstTrainable: layers[first]?.name ?? '',
      cutOutput: { layer: layer?.name ?? node.name, shape: node.shape },
    };
  });
}

function checkUnfreeze(recipe: FullRecipe, backboneLayers: number): void {
  recipe.phases.forEach((phase, index) => {
    if (phase.name !== 'fineTune' || phase.unfreeze === 'all' || phase.unfreeze <= backboneLayers) return;
    throw new StudioError({
      code: 'recipe/invalid',
      message: `Recipe field phases[${index.toString()}].unfreeze: expected 0 to ${backboneLayers.toString()}, the layers of ${recipe.backbone.name}, or "all". Came: ${phase.unfreeze.toString()}.`,
      hint: 'Unfreeze fewer layers, or take the field out to get what is usual for this network.',
    });
  });
}
