/** What the gradient kernels of both kinds of convolution have in common: their attributes, sizes and registration. */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from '../replace.ts';
import { wasmMemory } from './memory.ts';

/** What tfjs works out of a convolution's shapes, strides and padding. */
export type ConvInfo = tf.backend_util.Conv2DInfo;

type Shape4D = [number, number, number, number];

interface GradAttrs {
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: Shape4D;
  readonly inputShape: Shape4D;
}

/** The two gradients of one kind of convolution. */
export interface GradientKernels {
  readonly isDepthwise: boolean;
  filterGrad(x: tf.Tensor4D, dy: tf.Tensor4D, info: ConvInfo): tf.TensorInfo;
  inputGrad(dy: tf.Tensor4D, filter: tf.Tensor4D, info: ConvInfo): tf.TensorInfo;
}

/** Registers both for wasm, over whatever the backend has under these names. */
export function registerGradients(names: { filter: string; input: string }, kernels: GradientKernels): void {
  const infoOf = (xShape: Shape4D, filterShape: Shape4D, attrs: GradAttrs): ConvInfo => {
    const { strides, dilations = 1, pad, dimRoundingMode } = attrs;
    const { computeConv2DInfo } = tf.backend_util;
    return computeConv2DInfo(
      xShape,
      filterShape,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      kernels.isDepthwise,
    );
  };
  register(names.filter, (inputs, attrs) => {
    const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
    return kernels.filterGrad(x, dy, infoOf(x.shape, attrs.filterShape, attrs));
  });
  register(names.input, (inputs, attrs) => {
    const { dy, filter } = inputs as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    return kernels.inputGrad(dy, filter, infoOf(attrs.inputShape, filter.shape, attrs));
  });
}

/**
 * A filter turned by half a circle, as the gradient by the input reads it. Taps are copied whole: `tf.reverse` takes as
 * long for VGG16's filters as the convolution that follows. Call it in a tidy.
 */
export function turned(filter: tf.Tensor4D): tf.Tensor4D {
  const [height, width, inChannels, outChannels] = filter.shape;
  if (height * width === 1) return filter;
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate(filter.shape);
  const [from, to] = [memory.view(filter), memory.view(out)];
  const size = inChannels * outChannels;
  for (let at = 0; at < from.length; at += size) {
    to.set(from.subarray(at, at + size), from.length - size - at);
  }
  return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor4D;
}

function register(kernelName: string, run: (inputs: unknown, attrs: GradAttrs) => tf.TensorInfo): void {
  replaceKernel(
    kernelName,
    'wasm',
    () =>
      ({ inputs, attrs }) =>
        run(inputs, attrs as unknown as GradAttrs),
  );
}
