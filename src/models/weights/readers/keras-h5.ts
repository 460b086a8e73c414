/**
 * Owns reading Keras' HDF5 files: legacy `.h5` (weights or a whole model, named layer by layer) and Keras 3's
 * `.weights.h5` (numbered by class, with the layer's name beside). Whole files: HDF5 scatters what belongs together.
 */
import type { ByteSource } from '../../../platform/platform.ts';
import { topologyFromText } from '../topology/topology.ts';
import type { H5Named } from './h5/job.ts';
import { checkH5Dtype } from './h5/library.ts';
import { listH5, readH5, type H5Platform } from './h5/thread.ts';
import {
  type OpenContext,
  type ReadOptions,
  readWhole,
  unreadable,
  type WeightFile,
  type WeightReader,
} from './weight-file.ts';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export const kerasH5: WeightReader = {
  name: 'keras-h5',
  label: 'Keras HDF5',
  extensions: ['.h5', '.hdf5', '.keras'],
  recognises: (head) => SIGNATURE.every((byte, i) => head[i] === byte),
  open,
};

async function open(source: ByteSource, { signal, beside, platform }: OpenContext): Promise<WeightFile> {
  const bytes = await readWhole(source, signal);
  const { config, tensors: listed } = await listH5(bytes, platform, signal);
  const tensors = new Map(listed.map((tensor) => [tensor.name, tensor]));
  const find = (name: string): H5Named => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw unreadable(`The file has no tensor ${name}.`);
    checkH5Dtype(tensor);
    return tensor;
  };
  return {
    format: kerasH5.name,
    tensors,
    labels: beside.labels,
    preprocessing: null,
    architecture: null,
    topology: topologyFromText(config) ?? beside.topology,
    check: async (names) => void names.map(find),
    read: (names, options) => read(bytes, names.map(find), platform, options),
  };
}

async function read(
  bytes: Uint8Array<ArrayBuffer>,
  wanted: readonly H5Named[],
  platform: H5Platform,
  { signal, onProgress }: ReadOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  signal?.throwIfAborted();
  const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const values = await readH5(bytes, wanted, platform, signal);
  onProgress?.(totalBytes, totalBytes);
  return new Map(wanted.map(({ name }, index) => [name, values[index] ?? new Float32Array(0)]));
}
