/**
 * Registers Mien's kernels for the wasm backend: in place of the composed ones, and convolutions' gradients under tfjs' names
 * as well, which the backend ships none or slow ones of.
 */
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { registerPlanner } from '../plan.ts';
import { replaceKernel } from '../replace.ts';
import type { MienKernels } from '../signatures.ts';
import { convolve, filterGradient, inputGradient } from './convolutions.ts';
import { combined, dropout, gateGrad, globalSum, swish, swishGrad } from './elementwise.ts';
import { boundsOf, infoOf, type LinearSettings } from './infos.ts';
import { wasmMemory } from './memory.ts';
import { openPlan } from './plan/plan.ts';

type OwnName =
  | 'MienLinear'
  | 'MienLinearInputGrad'
  | 'MienSwish'
  | 'MienSwishGrad'
  | 'MienGateGrad'
  | 'MienDropout';

const layers: {
  readonly [Name in OwnName]: (
    wasm: BackendWasm,
    inputs: MienKernels[Name]['inputs'],
    attrs: MienKernels[Name]['attrs'],
  ) => tf.TensorInfo;
} = {
  MienLinear(wasm, { x, filter, bias }, attrs) {
    const out = convolve(
      wasm,
      { x, filter, bias },
      infoOf(attrs, x.shape, filter.shape),
      boundsOf(attrs.activation),
    );
    return attrs.kind === 'dense' ? { ...out, shape: [x.shape[0]!, filter.shape[1]!] } : out;
  },
  MienLinearInputGrad(wasm, { dz, filter, x }, attrs) {
    const { inputShape, activation } = attrs;
    const info = infoOf(attrs, inputShape, filter.shape);
    const out = inputGradient(wasm, { dy: dz, filter }, info);
    if (x !== undefined && activation !== 'linear') {
      const memory = wasmMemory(wasm);
      const dx = memory.view(out);
      memory.loops.activationGrad(dx, memory.view(x), boundsOf(activation).high, dx);
    }
    return { ...out, shape: [...inputShape] };
  },
  MienSwish: swish,
  MienSwishGrad: swishGrad,
  MienGateGrad: gateGrad,
  MienDropout: dropout,
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
  for (const [name, layer] of Object.entries(layers)) {
    register(name, (wasm, inputs, attrs) => layer(wasm, inputs as never, attrs as never));
  }
  registerCombinations();
  registerPlanner('wasm', (backend, ...given) => openPlan(backend as BackendWasm, ...given));
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

function register(
  kernelName: string,
  run: (wasm: BackendWasm, inputs: unknown, attrs: unknown) => tf.TensorInfo,
): void {
  replaceKernel(kernelName, 'wasm', () => (params) => {
    const { inputs, attrs } = params;
    const backend: unknown = params.backend;
    return run(backend as BackendWasm, inputs, attrs);
  });
}
