/**
 * Notes each program that is given to the device, tfjs' and ours, with what can be told of it without running it. Dispatches
 * are left out while it listens: what is noted depends on shapes alone.
 */
import * as tf from '@tensorflow/tfjs';
import { watchDispatches, type ProgramRun, type Work } from '../../../src/kernels/webgpu/gpu.ts';
import { wrapMethod } from '../count-gpu.ts';
import { loadsPerFma, threadsAGroup, workgroupBytes, workgroupNames } from './wgsl-counts.ts';

/** One program as it was given to the device. */
export interface Dispatch {
  readonly label: string;
  /** Shapes of what it reads and writes, or their bytes where tfjs gave it. */
  readonly shape: string;
  /** Of all that it binds: it reads or writes each at least once. */
  readonly bytes: number;
  readonly groups: number;
  readonly threads: number;
  readonly workgroupBytes: number;
  /** Null where memory is the bound. */
  readonly work: Work | null;
  /** As the WGSL has them, null where the program has no sums of products. */
  readonly countedLoads: number | null;
}

/** Knows the texts of programs from the first on; make one in a process, before the backend starts. */
export class DispatchRecorder {
  #noted: Dispatch[] | null = null;
  #run: ProgramRun | null = null;
  #pipeline: Pipeline | undefined;
  #buffers: readonly GPUBuffer[] = [];

  constructor() {
    const codes = new WeakMap<object, string>();
    const pipelines = new WeakMap<object, Pipeline>();
    const bound = new WeakMap<object, readonly GPUBuffer[]>();
    const noting = (owner: object, name: string, note: (made: object, given: never) => void): void => {
      wrapMethod(owner, name, (original) => (self, args) => {
        const made = original.apply(self, args) as object;
        note(made, args[0] as never);
        return made;
      });
    };
    watchDispatches((run) => {
      this.#run = run;
    });
    noting(GPUDevice.prototype, 'createShaderModule', (module, { code }: GPUShaderModuleDescriptor) => {
      codes.set(module, code);
    });
    noting(
      GPUDevice.prototype,
      'createComputePipeline',
      (pipeline, { label = '', compute }: GPUComputePipelineDescriptor) => {
        pipelines.set(pipeline, { label, code: codes.get(compute.module) ?? '' });
      },
    );
    noting(GPUDevice.prototype, 'createBindGroup', (group, { entries }: GPUBindGroupDescriptor) => {
      const buffers = [...entries].map(({ resource }) => (resource as GPUBufferBinding).buffer);
      bound.set(group, buffers);
    });
    const { prototype: pass } = GPUComputePassEncoder;
    wrapMethod(pass, 'setPipeline', (original) => (self, args) => {
      this.#pipeline = pipelines.get(args[0] as object);
      return original.apply(self, args);
    });
    wrapMethod(pass, 'setBindGroup', (original) => (self, args) => {
      this.#buffers = bound.get(args[1] as object) ?? [];
      return original.apply(self, args);
    });
    wrapMethod(pass, 'dispatchWorkgroups', (original) => (self, args) => {
      if (this.#noted === null) return original.apply(self, args);
      this.#noted.push(this.#dispatch(args as number[]));
      return undefined;
    });
  }

  /** Does some work whose dispatches come to nothing; it can take those that were noted since it took them last. */
  async during<Output>(work: (take: () => readonly Dispatch[]) => Promise<Output>): Promise<Output> {
    const noted: Dispatch[] = [];
    this.#noted = noted;
    try {
      return await work(() => noted.splice(0));
    } finally {
      this.#noted = null;
    }
  }

  #dispatch(sizes: readonly number[]): Dispatch {
    const { label, code } = this.#pipeline ?? { label: '', code: '' };
    const run = this.#run;
    this.#run = null;
    const storage = this.#buffers.filter(({ usage }) => (usage & GPUBufferUsage.STORAGE) !== 0);
    const bytes = storage.reduce((sum, { size }) => sum + size, 0);
    if (run !== null) return { ...dispatchOf(run), bytes };
    return {
      ...told(code, sizes),
      label,
      shape: `${storage.length.toString()} buffers`,
      bytes,
      ...{ work: null, countedLoads: null },
    };
  }
}

/** What the text of a program tells, in so many workgroups. */
function told(code: string, sizes: readonly number[]) {
  const groups = sizes.reduce((product, size) => product * size, 1);
  return { groups, threads: groups * threadsAGroup(code), workgroupBytes: workgroupBytes(code) };
}

/** A program of ours that may not have been given to the device at all. */
export function dispatchOf(run: ProgramRun): Dispatch {
  const { label, code, bindings, groups, work } = run;
  const bytes = bindings.reduce((sum, { tensor }) => sum + 4 * tf.util.sizeFromShape(tensor.shape), 0);
  const tells = { ...told(code, groups), countedLoads: countedIn(run) };
  return { label, shape: shapeOf(run), bytes, ...tells, work: work ?? null };
}

interface Pipeline {
  readonly label: string;
  readonly code: string;
}

/** `32x7x7x160, 160x960 → 32x7x7x960`. */
function shapeOf({ bindings }: ProgramRun): string {
  const [read, written] = [false, true].map((wanted) =>
    bindings
      .filter(({ isWritten = false }) => isWritten === wanted)
      .slice(0, 2)
      .map(({ tensor }) => tensor.shape.join('x'))
      .join(', '),
  );
  return `${read ?? ''} → ${written ?? ''}`;
}

function countedIn({ code, bindings }: ProgramRun): number | null {
  const read = bindings.filter(({ isWritten }) => isWritten !== true).map(({ name }) => name);
  return loadsPerFma(code, [...read, ...workgroupNames(code)]);
}
