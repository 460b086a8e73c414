/** Registers Mien's kernels for cpu and wasm, whose memory the host can loop over, in place of the composed ones. */
import type { HostMemory } from './memory.ts';
import { updates } from './updates.ts';
import { replaceKernel } from '../replace.ts';
import type { MienKernelName, MienKernels } from '../signatures.ts';

type Implementation<Name extends MienKernelName> = (
  memory: HostMemory,
  inputs: MienKernels[Name]['inputs'],
  attrs: MienKernels[Name]['attrs'],
) => MienKernels[Name]['output'];

const implementations: { readonly [Name in MienKernelName]?: Implementation<Name> } = {
  MienActivationGrad(memory, { dy, y }, { activation }) {
    const out = memory.allocate(dy.shape);
    const ceiling = activation === 'relu6' ? 6 : Infinity;
    memory.loops.activationGrad(memory.view(dy), memory.view(y), ceiling, memory.view(out));
    return out;
  },
  MienChannelSum(memory, { x }) {
    const out = memory.allocate(x.shape.slice(-1));
    memory.loops.channelSum(memory.view(x), memory.view(out));
    return out;
  },
  MienChannelDot(memory, { x, y }) {
    const out = memory.allocate(x.shape.slice(-1));
    memory.loops.channelDot(memory.view(x), memory.view(y), memory.view(out));
    return out;
  },
  MienGlobalPool(memory, { x }) {
    const [batch = 1, , , channels = 1] = x.shape;
    const out = memory.allocate([batch, channels]);
    memory.loops.globalPool(memory.view(x), batch, memory.view(out));
    return out;
  },
  MienGlobalPoolGrad(memory, { dy, x }, { height, width, activation }) {
    const [batch = 1, channels = 1] = dy.shape;
    const out = memory.allocate([batch, height, width, channels]);
    const to = memory.view(out);
    memory.loops.globalPoolGrad(memory.view(dy), batch, to);
    if (x !== undefined && activation !== 'linear') {
      memory.loops.activationGrad(to, memory.view(x), activation === 'relu6' ? 6 : Infinity, to);
    }
    return out;
  },
};

/** Registers all of them for one backend. */
export function registerHostKernels(
  backendName: 'cpu' | 'wasm',
  memoryOf: (backend: unknown) => HostMemory,
): void {
  for (const [kernelName, implementation] of Object.entries({ ...implementations, ...updates })) {
    replaceKernel(
      kernelName,
      backendName,
      () =>
        ({ inputs, attrs, backend }) =>
          (implementation as Implementation<MienKernelName>)(
            memoryOf(backend),
            inputs as never,
            attrs as never,
          ),
    );
  }
}
