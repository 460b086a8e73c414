/**
 * Gradients of depthwise convolutions for the wasm backend, which ships none. The input gradient at stride 1 is a
 * depthwise convolution with the turned filter (XNNPACK); the rest are loops over the heap.
 */
import * as tf from '@tensorflow/tfjs';
import { depthwiseFilterGrad, depthwiseInputGrad, type DepthwiseShape } from '../host/loops.ts';
import { wasmMemory } from './memory.ts';

interface GradAttrs {
  readonly strides: number | [number, number];
  readonly dilations: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function infoOf(xShape: number[], filterShape: number[], attrs: GradAttrs): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    attrs.dilations,
    attrs.pad,
    attrs.dimRoundingMode,
    true,
  );
}

function shapeOf(info: tf.backend_util.Conv2DInfo): DepthwiseShape {
  return {
    ...info,
    batch: info.batchSize,
    channels: info.inChannels,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

function filterGrad(x: tf.TensorInfo, dy: tf.TensorInfo, info: tf.backend_util.Conv2DInfo): tf.TensorInfo {
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate([info.filterHeight, info.filterWidth, info.inChannels, 1]);
  depthwiseFilterGrad(memory.view(x), memory.view(dy), shapeOf(info), memory.view(out));
  return out;
}

/** At stride 1. */
function inputGrad(dy: tf.Tensor4D, filter: tf.Tensor4D, info: tf.backend_util.Conv2DInfo): tf.Tensor4D {
  const { top, bottom, left, right } = info.padInfo;
  const vertical = info.filterHeight - 1;
  const horizontal = info.filterWidth - 1;
  return tf.depthwiseConv2d(dy, tf.reverse(filter, [0, 1]), 1, [
    [0, 0],
    [vertical - top, vertical - bottom],
    [horizontal - left, horizontal - right],
    [0, 0],
  ]);
}

function stridedInputGrad(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: tf.backend_util.Conv2DInfo,
): tf.TensorInfo {
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate(info.inShape);
  depthwiseInputGrad(memory.view(dy), memory.view(filter), shapeOf(info), memory.view(out));
  return out;
}

/** Registers both gradients. */
export function registerWasmDepthwiseGradients(): void {
  tf.registerKernel({
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const { filterShape, ...rest } = attrs as unknown as GradAttrs & { filterShape: number[] };
      return filterGrad(x, dy, infoOf(x.shape, filterShape, rest));
    },
  });
  tf.registerKernel({
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
      const { inputShape, ...rest } = attrs as unknown as GradAttrs & { inputShape: number[] };
      const info = infoOf(inputShape, filter.shape, rest);
      if (info.strideHeight > 1 || info.strideWidth > 1) return stridedInputGrad(dy, filter, info);
      return tf.tidy(() => inputGrad(dy, filter, info));
    },
  });
}
