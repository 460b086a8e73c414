/**
 * Owns reading Keras' HDF5 files: legacy `.h5` (weights or a whole model, named layer by layer) and Keras 3's
 * `.weights.h5` (numbered by class, with the layer's name beside). Whole files: HDF5 scatters what belongs together.
 */
import type { ByteSource } from '../../../platform/platform.ts';
import { topologyFromText } from '../topology/topology.ts';
import { checkH5Dtype, listTensors, readTensor, textAttribute, withH5, type H5Tensor } from './h5.ts';
import { isTrainingState, kerasTensorName } from './keras-tensor-name.ts';
import {
  type OpenContext,
  type ReadOptions,
  readWhole,
  type TensorInfo,
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

async function open(source: ByteSource, { signal, beside }: OpenContext): Promise<WeightFile> {
  const bytes = await readWhole(source, signal);
  const tensors = new Map<string, H5Named>();
  let own: string | null = null;
  await withH5(bytes, (file, h5) => {
    own = textAttribute(file, h5, '', 'model_config');
    const nameAt = (group: string): string | null => textAttribute(file, h5, group, 'name');
    for (const tensor of listTensors(file, h5)) {
      if (isTrainingState(tensor.path)) continue;
      const name = kerasTensorName(tensor.path, nameAt);
      const before = tensors.get(name);
      if (before !== undefined)
        throw unreadable(`The file has ${name} twice, at ${before.path} and ${tensor.path}.`);
      tensors.set(name, { ...tensor, name });
    }
  });
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
    topology: topologyFromText(own) ?? beside.topology,
    check: async (names) => void names.map(find),
    read: (names, options) => read(bytes, names.map(find), options),
  };
}

type H5Named = H5Tensor & TensorInfo;

async function read(
  bytes: Uint8Array,
  wanted: readonly H5Named[],
  { signal, onProgress }: ReadOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  signal?.throwIfAborted();
  const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const values = new Map<string, Float32Array>();
  await withH5(bytes, async (file, h5) => {
    for (const tensor of wanted) values.set(tensor.name, await readTensor(file, h5, tensor));
  });
  onProgress?.(totalBytes, totalBytes);
  return values;
}
