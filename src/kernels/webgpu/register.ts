/** Registers the WebGPU programs, each in place of what is composed from ops; shapes they are not for fall back. */
import type { TensorInfo } from '@tensorflow/tfjs';
import { invariant } from '../../protocol/errors.ts';
import { isHalved, valuesShape } from '../halved.ts';
import { replaceKernel } from '../replace.ts';
import type { MienDeviceKernels, MienKernelName, MienKernels, MienUpdateKernels } from '../signatures.ts';
import {
  depthwiseFilterGradParts,
  depthwiseForward,
  depthwiseInputGrad,
  isDepthwiseSupported,
} from './depthwise.ts';
import { fold, unfold } from './linear/fold.ts';
import { gpuOf, submit, type Gpu } from './gpu.ts';
import { filterGradParts } from './linear/filter-grad.ts';
import { packHalves, unpackHalves } from './halves.ts';
import { forward } from './linear/forward.ts';
import { inputGrad } from './linear/input-grad.ts';
import { softmaxLoss } from './loss.ts';
import { channelDot, channelSum, moments, normGrads } from './reduce.ts';
import {
  dropout,
  gatherRows,
  globalPool,
  globalPoolGrad,
  norm,
  normInputGrad,
  reluGrad,
  storeRows,
  swish,
  swishGrad,
} from './rows.ts';
import { outShapeOf, shapeOf, type LinearShape } from './shape.ts';
import { adam, sgd } from './updates.ts';
import { views } from './views.ts';

type Kernels = MienKernels & MienUpdateKernels & MienDeviceKernels;

/** Null leaves the shape to what was registered before. */
type Program<Name extends keyof Kernels> = (
  gpu: Gpu,
  inputs: Kernels[Name]['inputs'],
  attrs: Kernels[Name]['attrs'],
) => Kernels[Name]['output'] | null;

const isSupported = (shape: LinearShape): boolean => shape.kind === 'conv' || isDepthwiseSupported(shape);

/** What is composed from ops knows no halves: no layer that stores or reads them has such a shape. */
function leftTo(activations: TensorInfo): null {
  invariant(!isHalved(activations), 'layers that read halves have programs of their own');
  return null;
}

const programs: { readonly [Name in keyof Kernels]?: Program<Name> } = {
  MienActivationGrad: (gpu, inputs, { activation }) => reluGrad(gpu, inputs, activation),
  MienSwish: (gpu, { x }, { asHalves = false }) => swish(gpu, x, asHalves),
  MienSwishGrad: swishGrad,
  MienChannelSum: (gpu, { x }) => channelSum(gpu, x),
  MienChannelDot: (gpu, { x, y }) => channelDot(gpu, x, y),
  MienGlobalPool: (gpu, { x }) => globalPool(gpu, x),
  MienGlobalPoolGrad: globalPoolGrad,
  MienDropout: (gpu, { x }, attrs) => dropout(gpu, x, attrs),
  MienFold: (gpu, inputs, { epsilon }) => fold(gpu, inputs, epsilon),
  MienLinear(gpu, { x, filter, bias }, { activation, asHalves = false, ...attrs }) {
    const inShape = valuesShape(x);
    const shape = shapeOf(inShape, filter.shape, attrs);
    if (!isSupported(shape)) return leftTo(x);
    const run = shape.kind === 'conv' ? forward : depthwiseForward;
    return run(
      gpu,
      shape,
      { x, filter, bias: bias ?? null, relu: activation, asHalves },
      outShapeOf(inShape, filter.shape, attrs),
    );
  },
  MienLinearGrads(gpu, inputs, { epsilon, ...attrs }) {
    const { x, dz, filter } = inputs;
    const shape = shapeOf(valuesShape(x), filter.shape, attrs);
    // A bias before a BatchNorm, which no backbone has, would be one binding too many.
    const isTooMuch = inputs.bias !== undefined && inputs.gamma !== undefined;
    if (!isSupported(shape) || isTooMuch) return leftTo(x);
    const parts =
      shape.kind === 'conv'
        ? filterGradParts(gpu, shape, x, dz)
        : depthwiseFilterGradParts(gpu, shape, x, dz);
    const gradients = unfold(gpu, shape, parts, inputs, epsilon);
    gpu.disposeData(parts.dataId);
    return gradients;
  },
  MienLinearInputGrad(gpu, { dz, filter, x }, { inputShape, activation, ...attrs }) {
    const shape = shapeOf(inputShape, filter.shape, attrs);
    if (!isSupported(shape)) return leftTo(x ?? dz);
    const run = shape.kind === 'conv' ? inputGrad : depthwiseInputGrad;
    return run(
      gpu,
      shape,
      { dz, filter, x: activation === 'linear' ? null : (x ?? null), relu: activation },
      inputShape,
    );
  },
  MienNorm: (gpu, inputs, { epsilon }) => norm(gpu, inputs, epsilon),
  MienNormGrads: (gpu, inputs, { epsilon }) => normGrads(gpu, inputs, epsilon),
  MienNormInputGrad: (gpu, inputs, { epsilon }) => normInputGrad(gpu, inputs, epsilon),
  MienMoments: (gpu, inputs, { momentum }) => moments(gpu, inputs, momentum),
  MienSoftmaxLoss: softmaxLoss,
  MienStoreRows: storeRows,
  MienGatherRows: gatherRows,
  MienPackHalves: packHalves,
  MienUnpackHalves: unpackHalves,
  MienViews: views,
  MienAdam: adam,
  MienSgd: sgd,
};

/** Registers all of them. */
export function registerWebGpuKernels(): void {
  for (const [name, program] of Object.entries(programs)) {
    replaceKernel(name, 'webgpu', (replaced) => (call) => {
      const run = program as unknown as Program<MienKernelName>;
      return run(gpuOf(call.backend), call.inputs as never, call.attrs as never) ?? replaced(call);
    });
  }
  replaceKernel('MienAccumulate', 'webgpu', (add) => (call) => {
    const total = add(call);
    submit(gpuOf(call.backend));
    return total;
  });
}
