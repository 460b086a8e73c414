/** Registers Mien's kernels for cpu and wasm, whose memory the host can loop over. */
import * as tf from '@tensorflow/tfjs';
import type { MienKernelName, MienKernels } from '../signatures.ts';
import { activationGrad, adam, channelDot, channelSum, globalPoolGrad } from './loops.ts';

/** How a backend gives the host its memory. */
export interface HostMemory {
  /** Allocates outputs. Do so before asking for views: allocating may move the memory. */
  allocate(shape: readonly number[]): tf.TensorInfo;
  view(tensor: tf.TensorInfo): Float32Array;
}

type Implementation<Name extends MienKernelName> = (
  memory: HostMemory,
  inputs: MienKernels[Name]['inputs'],
  attrs: MienKernels[Name]['attrs'],
) => MienKernels[Name]['output'];

const implementations: { readonly [Name in MienKernelName]: Implementation<Name> } = {
  MienActivationGrad(memory, { dy, y }, { activation }) {
    const out = memory.allocate(dy.shape);
    const ceiling = activation === 'relu6' ? 6 : Infinity;
    activationGrad(memory.view(dy), memory.view(y), ceiling, memory.view(out));
    return out;
  },
  MienChannelSum(memory, { x }) {
    const out = memory.allocate(x.shape.slice(-1));
    channelSum(memory.view(x), memory.view(out));
    return out;
  },
  MienChannelDot(memory, { x, y }) {
    const out = memory.allocate(x.shape.slice(-1));
    channelDot(memory.view(x), memory.view(y), memory.view(out));
    return out;
  },
  MienGlobalPoolGrad(memory, { dy }, { height, width }) {
    const [batch = 1, channels = 1] = dy.shape;
    const out = memory.allocate([batch, height, width, channels]);
    globalPoolGrad(memory.view(dy), height * width, channels, memory.view(out));
    return out;
  },
  MienAdam(memory, { value, m, v, gradient }, rates) {
    const out = [
      memory.allocate(value.shape),
      memory.allocate(value.shape),
      memory.allocate(value.shape),
    ] as const;
    adam(
      { value: memory.view(value), m: memory.view(m), v: memory.view(v), gradient: memory.view(gradient) },
      { value: memory.view(out[0]), m: memory.view(out[1]), v: memory.view(out[2]) },
      rates,
    );
    return [...out];
  },
};

/** Registers all of them for one backend. */
export function registerHostKernels(
  backendName: 'cpu' | 'wasm',
  memoryOf: (backend: unknown) => HostMemory,
): void {
  for (const [kernelName, implementation] of Object.entries(implementations)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        (implementation as Implementation<MienKernelName>)(
          memoryOf(backend),
          inputs as never,
          attrs as never,
        ),
    });
  }
}
