/** Sizes of a convolution, depthwise convolution or dense layer as the programs are written for them. */
import * as tf from '@tensorflow/tfjs';
import type { LinearAttrs } from '../signatures.ts';

/** All sizes in values; a dense layer is a convolution of one position. */
export interface LinearShape {
  readonly kind: 'conv' | 'depthwise';
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** @param xShape `[batch, height, width, channels]`, or `[batch, channels]` for a dense layer */
export function shapeOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  attrs: LinearAttrs,
): LinearShape {
  const { kind } = attrs;
  if (kind === 'dense') return denseShape(xShape, filterShape);
  const info = infoOf(xShape, filterShape, attrs);
  const shape = {
    kind,
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
  return kind === 'conv' && isPoint(shape) ? { ...shape, ...asRows(shape) } : shape;
}

/** Shape of the layer's output. */
export function outShapeOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  attrs: LinearAttrs,
): readonly number[] {
  if (attrs.kind === 'dense') return [xShape[0] ?? 1, filterShape[1] ?? 1];
  return infoOf(xShape, filterShape, attrs).outShape;
}

type Shape4D = [number, number, number, number];

function infoOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  { kind, strides, pad }: LinearAttrs,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    xShape as Shape4D,
    filterShape as Shape4D,
    [...strides],
    1,
    pad,
    undefined,
    kind === 'depthwise',
  );
}

/** A 1x1 convolution at stride 1 knows no pictures, only rows. */
function asRows({ batch, outHeight, outWidth }: LinearShape): Partial<LinearShape> {
  return { batch: batch * outHeight * outWidth, inHeight: 1, inWidth: 1, outHeight: 1, outWidth: 1 };
}

/** Rows of channels, each multiplied with the same matrix. */
function denseShape(
  [rows = 1, inChannels = 1]: readonly number[],
  [, outChannels = 1]: readonly number[],
): LinearShape {
  return {
    kind: 'conv',
    batch: rows,
    inHeight: 1,
    inWidth: 1,
    inChannels,
    outHeight: 1,
    outWidth: 1,
    outChannels,
    filterHeight: 1,
    filterWidth: 1,
    strideHeight: 1,
    strideWidth: 1,
    padTop: 0,
    padLeft: 0,
  };
}

/** Whether each output position reads the one input position of its own. */
export function isPoint(shape: LinearShape): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = shape;
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && padTop + padLeft === 0;
}

/** Output positions of the whole batch. */
export const outRows = (shape: LinearShape): number => shape.batch * shape.outHeight * shape.outWidth;

/** Input positions of the whole batch. */
export const inRows = (shape: LinearShape): number => shape.batch * shape.inHeight * shape.inWidth;

/** Taps times input channels (1 a tap where each channel has a filter of its own). */
export const filterRows = (shape: LinearShape): number =>
  shape.filterHeight * shape.filterWidth * (shape.kind === 'conv' ? shape.inChannels : 1);

/** Multiplications and additions of the layer, and of either of its gradients; taps beyond the edges are counted. */
export const flopsOf = (shape: LinearShape): number =>
  2 * outRows(shape) * filterRows(shape) * shape.outChannels;

/** WGSL constants for all of it but the batch. */
export function constants(shape: LinearShape): string {
  const unsigned = {
    IN_HEIGHT: shape.inHeight,
    IN_WIDTH: shape.inWidth,
    IN_CHANNELS: shape.inChannels,
    OUT_HEIGHT: shape.outHeight,
    OUT_WIDTH: shape.outWidth,
    OUT_CHANNELS: shape.outChannels,
    FILTER_HEIGHT: shape.filterHeight,
    FILTER_WIDTH: shape.filterWidth,
    STRIDE_HEIGHT: shape.strideHeight,
    STRIDE_WIDTH: shape.strideWidth,
  };
  return [
    ...Object.entries(unsigned).map(([name, value]) => `const ${name} = ${value.toString()}u;`),
    `const PAD_TOP = ${shape.padTop.toString()};`,
    `const PAD_LEFT = ${shape.padLeft.toString()};`,
  ].join('\n');
}
