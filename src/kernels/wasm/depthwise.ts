/**
 * Gradients of depthwise convolutions for the wasm backend, which ships none.
 *
 * With a filter a channel there is no sum over channels and so no matrix product: each output takes 9 values and gives 9
 * products. By the input, at stride 1, the gradient is a depthwise convolution with the filter turned by half a circle, which
 * XNNPACK has: 8.1 GFLOP/s for 8x7x7x960, one thread of an AMD EPYC, `npm run bench -- --only kernels`. A stride would put
 * zeros between the values, three of four at stride 2; that gradient, and the one by the filter, are loops over rows of
 * channels (4.4 to 6.1 GFLOP/s; host/loops.ts has the sum).
 */
import * as tf from '@tensorflow/tfjs';
import { depthwiseFilterGrad, depthwiseInputGrad, type DepthwiseShape } from '../host/loops.ts';
import { registerGradients, turned, type ConvInfo } from './gradient-kernels.ts';
import { wasmMemory } from './memory.ts';

function shapeOf(info: ConvInfo): DepthwiseShape {
  return {
    ...info,
    batch: info.batchSize,
    channels: info.inChannels,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

function filterGrad(x: tf.TensorInfo, dy: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate([info.filterHeight, info.filterWidth, info.inChannels, 1]);
  depthwiseFilterGrad(memory.loops, memory.view(x), memory.view(dy), shapeOf(info), memory.view(out));
  return out;
}

/** At stride 1. */
function inputGrad(dy: tf.Tensor4D, filter: tf.Tensor4D, info: ConvInfo): tf.Tensor4D {
  const { top, bottom, left, right } = info.padInfo;
  const vertical = info.filterHeight - 1;
  const horizontal = info.filterWidth - 1;
  return tf.depthwiseConv2d(dy, turned(filter), 1, [
    [0, 0],
    [vertical - top, vertical - bottom],
    [horizontal - left, horizontal - right],
    [0, 0],
  ]);
}

function stridedInputGrad(dy: tf.TensorInfo, filter: tf.TensorInfo, info: ConvInfo): tf.TensorInfo {
  const memory = wasmMemory(tf.backend());
  const out = memory.allocate(info.inShape);
  depthwiseInputGrad(memory.loops, memory.view(dy), memory.view(filter), shapeOf(info), memory.view(out));
  return out;
}

/** Registers both gradients. */
export function registerWasmDepthwiseGradients(): void {
  registerGradients(
    { filter: 'DepthwiseConv2dNativeBackpropFilter', input: 'DepthwiseConv2dNativeBackpropInput' },
    {
      isDepthwise: true,
      filterGrad,
      inputGrad: (dy, filter, info) =>
        info.strideHeight > 1 || info.strideWidth > 1
          ? stridedInputGrad(dy, filter, info)
          : tf.tidy(() => inputGrad(dy, filter, info)),
    },
  );
}
