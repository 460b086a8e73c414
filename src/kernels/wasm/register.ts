/**
 * Registers Mien's kernels for the wasm backend: in place of the composed ones, and convolutions' gradients under tfjs' names
 * as well, which the backend ships none or slow ones of.
 */
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { registerPlanner } from '../plan.ts';
import { registerRecorder } from '../recording.ts';
import { replaceKernel } from '../replace.ts';
import type { MienDeviceKernels, MienKernels, MienUpdateKernels } from '../signatures.ts';
import { filterGradient, inputGradient } from './convolutions.ts';
import {
  activated,
  ACTIVATIONS,
  combined,
  dropout,
  gateGrad,
  globalSum,
  sigmoidGrad,
  softmax,
  swish,
  swishGrad,
} from './elementwise.ts';
import { infoOf, type LinearSettings } from './infos.ts';
import { fold, linear, linearGrads, linearInputGrad } from './linear.ts';
import { softmaxLoss } from './loss.ts';
import { moments, norm, normGrads, normInputGrad } from './norms.ts';
import { openPlan } from './plan/plan.ts';
import { maxPool, maxPoolGrad, type PoolAttrs } from './pooling.ts';
import { recordStep } from './recording/recording.ts';
import { adam } from './updates.ts';
import { views } from './views.ts';

type All = MienKernels & MienUpdateKernels & MienDeviceKernels;

type Implementation<Name extends keyof All> = (
  wasm: BackendWasm,
  inputs: All[Name]['inputs'],
  attrs: All[Name]['attrs'],
) => All[Name]['output'];

const own: { readonly [Name in keyof All]?: Implementation<Name> } = {
  MienLinear: linear,
  MienLinearInputGrad: linearInputGrad,
  MienLinearGrads: linearGrads,
  MienFold: fold,
  MienNorm: norm,
  MienNormGrads: normGrads,
  MienNormInputGrad: normInputGrad,
  MienMoments: moments,
  MienSwish: swish,
  MienSwishGrad: swishGrad,
  MienSigmoidGrad: sigmoidGrad,
  MienGateGrad: gateGrad,
  MienDropout: dropout,
  MienSoftmaxLoss: softmaxLoss,
  MienViews: views,
  MienAdam: adam,
};

interface GradAttrs extends Omit<LinearSettings, 'kind'> {
  readonly filterShape: readonly number[];
  readonly inputShape: readonly number[];
}

/** tfjs' names of the gradients by filter and by input. */
const GRADIENTS = {
  conv: ['Conv2DBackpropFilter', 'Conv2DBackpropInput'],
  depthwise: ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
} as const;

/** Registers all of them over whatever the wasm backend has. */
export function registerWasmKernels(): void {
  for (const [name, kernel] of Object.entries(own)) {
    register(name, (wasm, inputs, attrs) => kernel(wasm, inputs as never, attrs as never));
  }
  registerCombinations();
  registerActivations();
  registerSoftmax();
  registerPools();
  registerPlanner('wasm', (backend, ...given) => openPlan(backend as BackendWasm, ...given));
  registerRecorder('wasm', (backend, step) => recordStep(backend as BackendWasm, step));
  for (const kind of ['conv', 'depthwise'] as const) {
    const [byFilter, byInput] = GRADIENTS[kind];
    register(byFilter, (wasm, inputs, attrs) => {
      const { x, dy } = inputs as Record<'x' | 'dy', tf.TensorInfo>;
      const settings = attrs as GradAttrs;
      return filterGradient(wasm, { x, dy }, infoOf({ ...settings, kind }, x.shape, settings.filterShape));
    });
    register(byInput, (wasm, inputs, attrs) => {
      const { dy, filter } = inputs as Record<'dy' | 'filter', tf.TensorInfo>;
      const settings = attrs as GradAttrs;
      return inputGradient(
        wasm,
        { dy, filter },
        infoOf({ ...settings, kind }, settings.inputShape, filter.shape),
      );
    });
  }
}

/** Puts ours in place of tfjs' sums and products, for the shapes that networks have. */
function registerCombinations(): void {
  for (const [name, kind] of [
    ['Add', 'add'],
    ['Multiply', 'multiply'],
  ] as const) {
    replaceKernel(name, 'wasm', (replaced) => (call) => {
      const { a, b } = call.inputs as Record<'a' | 'b', tf.TensorInfo>;
      return combined(call.backend as BackendWasm, kind, a, b) ?? replaced(call);
    });
  }
  replaceKernel('Sum', 'wasm', (replaced) => (call) => {
    const { x } = call.inputs as Record<'x', tf.TensorInfo>;
    const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims: boolean };
    const isGlobal = x.dtype === 'float32' && x.shape.length === 4 && String(axis) === '1,2';
    return isGlobal ? globalSum(call.backend as BackendWasm, x, keepDims) : replaced(call);
  });
}

function registerSoftmax(): void {
  replaceKernel('Softmax', 'wasm', (replaced) => (call) => {
    const { logits } = call.inputs as Record<'logits', tf.TensorInfo>;
    const { dim } = call.attrs as unknown as { dim: number };
    const isLast = dim === -1 || dim === logits.shape.length - 1;
    return (isLast ? softmax(call.backend as BackendWasm, logits) : null) ?? replaced(call);
  });
}

function registerActivations(): void {
  for (const name of Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[]) {
    replaceKernel(name, 'wasm', (replaced) => (call) => {
      const { x } = call.inputs as Record<'x', tf.TensorInfo>;
      return activated(call.backend as BackendWasm, name, x) ?? replaced(call);
    });
  }
}

function registerPools(): void {
  replaceKernel('MaxPool', 'wasm', (replaced) => (call) => {
    const { x } = call.inputs as Record<'x', tf.TensorInfo>;
    return maxPool(call.backend as BackendWasm, x, call.attrs as unknown as PoolAttrs) ?? replaced(call);
  });
  register('MaxPoolGrad', (wasm, inputs, attrs) => maxPoolGrad(wasm, inputs as never, attrs as PoolAttrs));
}

function register(
  kernelName: string,
  run: (wasm: BackendWasm, inputs: unknown, attrs: unknown) => tf.TensorInfo | tf.TensorInfo[],
): void {
  replaceKernel(kernelName, 'wasm', () => (params) => {
    const { inputs, attrs } = params;
    const backend: unknown = params.backend;
    return run(backend as BackendWasm, inputs, attrs);
  });
}
