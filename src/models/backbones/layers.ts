/**
 * Owns what the architecture files share: Keras' padding and rounding rules, and the two layers (convolution and
 * BatchNorm) as Keras' applications configure them; and how layer names become the bars of the strip, runs of neighbouring
 * layers whose names match one rule. Layers are given Keras' names, so that tfjs names a variable
 * `<layer>/<kernel|depthwise_kernel|bias|gamma|beta|moving_mean|moving_variance>`.
 */
import * as tf from '@tensorflow/tfjs';
import type { BlockSummary } from '../../protocol/model.ts';
import type { Flavour } from './backbone.ts';

/** A layer's output inside a network that is being built. */
export type Symbolic = tf.SymbolicTensor;

type Initializer = ReturnType<typeof tf.initializers.glorotUniform>;

/** Which distribution Keras draws a network's kernels from. */
export type KernelRule = 'glorotUniform' | 'fanOutNormal';

/** Makes the initializer of one kernel from the layer's name. */
export type KernelInitializer = (layerName: string) => Initializer;

/**
 * Truncating a normal distribution at two standard deviations narrows it by this factor, which Keras corrects
 * and tfjs does not.
 */
const TRUNCATED_NORMAL_SHRINK = 0.879_625_661_034_239_78;

/**
 * Keras' initial kernels, each from its own stream so that the values do not depend on the order of building.
 *
 * @param seed Null gives zeros at once: right where weights are loaded afterwards or the network is only described.
 * @see keras.initializers.GlorotUniform, keras.initializers.VarianceScaling
 */
export function kernelInitializer(rule: KernelRule, seed: number | null): KernelInitializer {
  if (seed === null) return () => tf.initializers.zeros();
  return (layerName) =>
    rule === 'glorotUniform'
      ? tf.initializers.glorotUniform({ seed: seedOf(seed, layerName) })
      : tf.initializers.varianceScaling({
          scale: 2 / TRUNCATED_NORMAL_SHRINK ** 2,
          mode: 'fanOut',
          distribution: 'normal',
          seed: seedOf(seed, layerName),
        });
}

/** FNV-1a of the name, mixed with the seed; never 0, which tfjs would take for "no seed". */
function seedOf(seed: number, layerName: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < layerName.length; i++) hash = Math.imul(hash ^ layerName.charCodeAt(i), 0x01000193);
  return (hash >>> 0) + 1;
}

/**
 * Filter count rounded to a multiple of `divisor`, never more than a tenth below what was asked.
 *
 * @see keras.applications.mobilenet_v2._make_divisible
 */
export function makeDivisible(filters: number, divisor: number): number {
  const rounded = Math.max(divisor, Math.floor(Math.trunc(filters + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * filters ? rounded + divisor : rounded;
}

/**
 * `[[top, bottom], [left, right]]` of the zero padding before a convolution of stride 2 with `valid` padding.
 *
 * @see keras.applications.imagenet_utils.correct_pad
 */
export function correctPad(input: Symbolic, kernelSize: number): [[number, number], [number, number]] {
  const half = Math.floor(kernelSize / 2);
  const pad = (side: number | null | undefined): [number, number] => [
    half - (typeof side === 'number' ? 1 - (side % 2) : 1),
    half,
  ];
  return [pad(input.shape[1]), pad(input.shape[2])];
}

/** Zero padding as {@link correctPad} says, or as the flavour does. */
export function padForStride2(x: Symbolic, kernelSize: number, name: string, flavour?: Flavour): Symbolic {
  const half = Math.floor(kernelSize / 2);
  const symmetric: [[number, number], [number, number]] = [
    [half, half],
    [half, half],
  ];
  const padding = flavour?.padding === 'symmetric' ? symmetric : correctPad(x, kernelSize);
  return apply(tf.layers.zeroPadding2d({ padding, name }), x);
}

export interface BatchNormSettings {
  readonly epsilon: number;
  readonly momentum: number;
}

export function batchNorm(x: Symbolic, settings: BatchNormSettings, name: string): Symbolic {
  return apply(tf.layers.batchNormalization({ axis: -1, ...settings, name }), x);
}

/** Applies a layer with one output. */
export function apply(layer: tf.layers.Layer, input: Symbolic | Symbolic[]): Symbolic {
  return layer.apply(input) as Symbolic;
}

type BlockRule = readonly [name: string | ((match: RegExpExecArray) => string), pattern: RegExp];

/**
 * Cuts the layers into runs; a layer that no rule names stays with the run before it.
 *
 * @param layerNames In the network's order.
 */
export function blocksByPrefix(
  layerNames: readonly string[],
  rules: readonly BlockRule[],
): Omit<BlockSummary, 'shape'>[] {
  const blocks: { name: string; from: number; to: number }[] = [];
  for (const [index, layerName] of layerNames.entries()) {
    const last = blocks.at(-1);
    const name = blockName(layerName, rules) ?? last?.name ?? layerName;
    if (last?.name === name) last.to = index + 1;
    else blocks.push({ name, from: index, to: index + 1 });
  }
  return blocks;
}

function blockName(layerName: string, rules: readonly BlockRule[]): string | null {
  for (const [name, pattern] of rules) {
    const match = pattern.exec(layerName);
    if (match !== null) return typeof name === 'string' ? name : name(match);
  }
  return null;
}
