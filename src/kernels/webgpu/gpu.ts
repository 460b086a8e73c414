/**
 * Runs WGSL programs of our own on tfjs' WebGPU backend: its tensors, pool of buffers and command encoder, but with
 * several outputs a program, outputs in place, and uniforms that are made once. It reads members that the backend
 * keeps to itself; the version of tfjs is pinned.
 */
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import { halvedShape } from '../halved.ts';

/** What the backend knows of a tensor. */
interface TensorData {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  refCount: number;
  /** On the host, not uploaded yet. */
  values?: ArrayLike<number> | null;
  resource?: GPUBuffer | null;
}

interface BufferManager {
  acquireBuffer(size: number, usage: number): GPUBuffer;
  /** Without `reuse` it is destroyed. */
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/** The members of tfjs' `WebGPUBackend` that are used here. */
export interface Gpu extends Pick<KernelBackend, 'refCount' | 'incRef' | 'disposeData'> {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly bufferManager: BufferManager;
  readonly tensorMap: { get(dataId: object): TensorData; has(dataId: object): boolean };
  readonly uniformPendingDisposal: GPUBuffer[];
  /** Data that recorded commands use. */
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: 'float32' | 'int32'): TensorInfo;
}

/** tfjs types a kernel's backend as anything. */
export const gpuOf = (backend: unknown): Gpu => backend as Gpu;

/** A tensor that a program reads or writes under a name. */
export interface Binding {
  readonly name: string;
  /** WGSL type of its elements, for example `vec4f`. */
  readonly type: string;
  readonly tensor: TensorInfo;
  /** Whether the program writes it; what it read before is then gone. */
  readonly isWritten?: boolean;
}

/** A number that a program is given; all of a program's lie in one small buffer. */
export interface Uniform {
  readonly name: string;
  readonly type: 'u32' | 'f32';
  readonly value: number;
}

/** What a program that is bound by arithmetic computes, and how; of others the bytes of their bindings are all that counts. */
export interface Work {
  /** Multiplications and additions that come into the result. */
  readonly flops: number;
  /** Reads of four values, from bindings and from workgroup memory, for each multiply-add of its innermost loop. */
  readonly loadsPerFma: number;
}

/** One program with what it works on. */
export interface ProgramRun {
  /** Shown by GPU debuggers. */
  readonly label: string;
  /** WGSL with an entry point `main`; bindings and `uniforms` are declared for it. */
  readonly code: string;
  readonly bindings: readonly Binding[];
  readonly uniforms?: readonly Uniform[];
  /** Uniforms that differ from step to step are written anew; others are kept by their values. */
  readonly isFleeting?: boolean;
  /** Extensions of WGSL that its code uses; the device must have them. */
  readonly features?: readonly 'subgroups'[];
  /** Workgroups in x, y and z. */
  readonly groups: readonly [number, number, number];
  readonly work?: Work;
}

const watchers = new Set<(run: ProgramRun) => void>();

/** Tells of each program right before it is recorded. @returns what ends that */
export function watchDispatches(watch: (run: ProgramRun) => void): () => void {
  watchers.add(watch);
  return () => {
    watchers.delete(watch);
  };
}

/** What is kept for a device: programs by their code, uniforms by their values. */
interface Kept {
  readonly pipelines: Map<string, GPUComputePipeline>;
  readonly uniforms: Map<string, GPUBuffer>;
}

const keptByDevice = new WeakMap<GPUDevice, Kept>();
/** More dispatches than a step has: a frozen prefix is cut here, so that no submit takes long enough to be killed. */
const DISPATCHES_PER_SUBMIT = 128;

function keptOf(device: GPUDevice): Kept {
  const known = keptByDevice.get(device);
  if (known !== undefined) return known;
  const kept = { pipelines: new Map<string, GPUComputePipeline>(), uniforms: new Map<string, GPUBuffer>() };
  keptByDevice.set(device, kept);
  return kept;
}

/** A tensor without values yet; every element must be written. */
export function allocate(
  gpu: Gpu,
  shape: readonly number[],
  dtype: 'float32' | 'int32' = 'float32',
): TensorInfo {
  return gpu.makeTensorInfo([...shape], dtype);
}

/** The same for activations of a shape, stored as halves or not. */
export function allocateActivations(gpu: Gpu, shape: readonly number[], asHalves: boolean): TensorInfo {
  return asHalves ? allocate(gpu, halvedShape(shape), 'int32') : allocate(gpu, shape);
}

let collected: ProgramRun[] | null = null;

/** The programs that some work would give to the device; none is run, and what the work computes has no values. */
export function programsOf(work: () => void): readonly ProgramRun[] {
  const runs: ProgramRun[] = [];
  collected = runs;
  try {
    work();
  } finally {
    collected = null;
  }
  return runs;
}

/** Records one program; it runs when the backend submits. */
export function dispatch(gpu: Gpu, run: ProgramRun): void {
  if (collected !== null) {
    collected.push(run);
    return;
  }
  const { bindings, uniforms = [] } = run;
  for (const { tensor } of bindings) {
    gpu.uploadToGPU(tensor.dataId);
    gpu.commandQueueOwnedIds.add(tensor.dataId);
  }
  const pipeline = pipelineOf(gpu.device, run);
  const entries: GPUBindGroupEntry[] = bindings.map(({ tensor }, binding) => ({
    binding,
    resource: { buffer: gpu.tensorMap.get(tensor.dataId).resource! },
  }));
  if (uniforms.length > 0) {
    entries.push({ binding: bindings.length, resource: { buffer: uniformBuffer(gpu, run) } });
  }
  const bindGroup = gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  gpu.ensureCommandEncoderReady();
  gpu.computePassEncoder ??= gpu.commandEncoder!.beginComputePass();
  gpu.computePassEncoder.setPipeline(pipeline);
  gpu.computePassEncoder.setBindGroup(0, bindGroup);
  for (const watch of watchers) watch(run);
  gpu.computePassEncoder.dispatchWorkgroups(...run.groups);
  gpu.dispatchCountInPass += 1;
  if (gpu.dispatchCountInPass >= DISPATCHES_PER_SUBMIT) submit(gpu);
}

/** Sends what is recorded to the device, so that it starts while the host goes on. */
export function submit(gpu: Gpu): void {
  if (gpu.commandEncoder === null) return;
  gpu.endComputePassEncoder();
  gpu.submitQueue();
}

/** Begins a pass of its own for what is recorded next, whose times the device writes down; `submit` ends it. */
export function beginTimedPass(gpu: Gpu, timestampWrites: GPUComputePassTimestampWrites): void {
  submit(gpu);
  gpu.ensureCommandEncoderReady();
  gpu.computePassEncoder = gpu.commandEncoder!.beginComputePass({ timestampWrites });
}

/** Resolves when the device has done all that was recorded. */
export async function gpuDone(backend: unknown): Promise<void> {
  const gpu = gpuOf(backend);
  submit(gpu);
  await gpu.queue.onSubmittedWorkDone();
}

function pipelineOf(device: GPUDevice, run: ProgramRun): GPUComputePipeline {
  const source = sourceOf(run);
  const { pipelines } = keptOf(device);
  const known = pipelines.get(source);
  if (known !== undefined) return known;
  const pipeline = device.createComputePipeline(descriptorOf(device, run.label, source));
  pipelines.set(source, pipeline);
  return pipeline;
}

/** Has the device compile programs, several at a time, while the host goes on; one that fails is left to its first run. */
export async function compileAhead(
  { device }: Pick<Gpu, 'device'>,
  runs: readonly ProgramRun[],
): Promise<void> {
  const { pipelines } = keptOf(device);
  const sources = new Map(runs.map((run) => [sourceOf(run), run.label]));
  const compiled = [...sources].map(async ([source, label]) => {
    if (pipelines.has(source)) return;
    pipelines.set(source, await device.createComputePipelineAsync(descriptorOf(device, label, source)));
  });
  await Promise.allSettled(compiled);
}

const descriptorOf = (device: GPUDevice, label: string, code: string): GPUComputePipelineDescriptor => ({
  label,
  layout: 'auto',
  compute: { module: device.createShaderModule({ label, code }), entryPoint: 'main' },
});

/** The whole text of a program. */
export function sourceOf({ code, bindings, uniforms = [], features = [] }: ProgramRun): string {
  const declarations = bindings.map(
    ({ name, type, isWritten }, index) =>
      `@group(0) @binding(${index.toString()}) var<storage, ${isWritten === true ? 'read_write' : 'read'}> ${name}: array<${type}>;`,
  );
  if (uniforms.length > 0) {
    const members = uniforms.map(({ name, type }) => `${name}: ${type}`).join(', ');
    declarations.push(
      `struct Uniforms { ${members} }`,
      `@group(0) @binding(${bindings.length.toString()}) var<uniform> uniforms: Uniforms;`,
    );
  }
  return [...features.map((feature) => `enable ${feature};`), ...declarations, code].join('\n');
}

function uniformBuffer(gpu: Gpu, { uniforms = [], isFleeting = false }: ProgramRun): GPUBuffer {
  const bytes = new DataView(new ArrayBuffer(Math.ceil(uniforms.length / 4) * 16));
  uniforms.forEach(({ type, value }, index) => {
    if (type === 'u32') bytes.setUint32(index * 4, value, true);
    else bytes.setFloat32(index * 4, value, true);
  });
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  if (isFleeting) {
    const buffer = gpu.bufferManager.acquireBuffer(bytes.byteLength, usage);
    gpu.queue.writeBuffer(buffer, 0, bytes.buffer);
    gpu.uniformPendingDisposal.push(buffer);
    return buffer;
  }
  const { uniforms: kept } = keptOf(gpu.device);
  const key = new Uint32Array(bytes.buffer).join();
  const known = kept.get(key);
  if (known !== undefined) return known;
  const buffer = gpu.device.createBuffer({ size: bytes.byteLength, usage });
  gpu.queue.writeBuffer(buffer, 0, bytes.buffer);
  kept.set(key, buffer);
  return buffer;
}
