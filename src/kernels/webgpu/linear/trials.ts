/** What measure.ts runs to find out which way is fastest: layers as networks have them, their inputs, the ways of each class. */
import * as tf from '@tensorflow/tfjs';
import type { Gpu } from '../gpu.ts';
import { shapeOf } from '../shape.ts';
import {
  classOf,
  OPERATIONS,
  tabledVariant,
  variantsFor,
  type LayerClass,
  type Operation,
  type VariantName,
} from './variants.ts';

/** A layer that is measured: square, stride 1, as large on either side. */
export interface MeasuredLayer {
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly side: number;
}

/** Of MobileNetV2, EfficientNetB2 and VGG16; of two in the same class the first stands for it. */
export const LAYERS: readonly MeasuredLayer[] = [
  { batch: 32, size: 7, channels: 960, outChannels: 160, side: 1 },
  { batch: 32, size: 7, channels: 160, outChannels: 960, side: 1 },
  { batch: 8, size: 14, channels: 256, outChannels: 256, side: 3 },
  { batch: 8, size: 7, channels: 1248, outChannels: 208, side: 1 },
  { batch: 8, size: 7, channels: 208, outChannels: 1248, side: 1 },
  { batch: 8, size: 56, channels: 144, outChannels: 24, side: 1 },
  { batch: 8, size: 56, channels: 24, outChannels: 144, side: 1 },
  { batch: 8, size: 28, channels: 64, outChannels: 256, side: 3 },
  { batch: 8, size: 28, channels: 256, outChannels: 64, side: 3 },
];

/** One class with the ways that are tried, the table's first. */
export interface Trial {
  readonly layerClass: LayerClass;
  readonly operation: Operation;
  readonly layer: MeasuredLayer;
  readonly ways: readonly VariantName[];
}

export function trialsOf(gpu: Gpu, layers: readonly MeasuredLayer[]): Trial[] {
  const trials = new Map<LayerClass, Trial>();
  for (const layer of layers) {
    const { batch, size, channels, outChannels, side } = layer;
    const filter = [side, side, channels, outChannels];
    const shape = shapeOf([batch, size, size, channels], filter, {
      kind: 'conv',
      strides: [1, 1],
      pad: 'same',
    });
    for (const operation of OPERATIONS) {
      const layerClass = classOf(operation, shape);
      const tabled = tabledVariant(operation, shape);
      const others = variantsFor(gpu, operation, shape).map(({ name }) => name);
      const ways = [tabled, ...others.filter((name) => name !== tabled)];
      if (!trials.has(layerClass)) trials.set(layerClass, { layerClass, operation, layer, ways });
    }
  }
  return [...trials.values()];
}

/** Inputs of a trial, 0 or 2 by chance. */
export function inputsOf({ batch, size, channels, outChannels, side }: MeasuredLayer) {
  const draw = (shape: number[], seed: number): tf.Tensor =>
    tf
      .engine()
      .runKernel<tf.Tensor>(
        'MienDropout',
        { x: tf.fill(shape, 1) },
        { rate: 0.5, valuesPerDraw: 1, seed, purpose: 'measured layers', numbers: [0] },
      );
  return {
    x: draw([batch, size, size, channels], 1),
    filter: draw([side, side, channels, outChannels], 2),
    dz: draw([batch, size, size, outChannels], 3),
  };
}

type Inputs = ReturnType<typeof inputsOf>;

/** What the operation gives first; call it in a tidy. */
export function run(operation: Operation, { x, filter, dz }: Inputs): tf.Tensor {
  const attrs = { kind: 'conv', strides: [1, 1], pad: 'same' };
  const kernel = (name: string, inputs: Record<string, tf.Tensor>, others: object): tf.Tensor =>
    [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, { ...attrs, ...others })].flat()[0]!;
  return {
    forward: () => kernel('MienLinear', { x, filter }, { activation: 'linear' }),
    inputGrad: () =>
      kernel('MienLinearInputGrad', { dz, filter }, { inputShape: x.shape, activation: 'linear' }),
    filterGrad: () => kernel('MienLinearGrads', { x, dz, filter }, { epsilon: 0 }),
  }[operation]();
}
