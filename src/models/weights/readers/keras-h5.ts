/**
 * Owns reading Keras' HDF5 files: legacy `.h5` (weights or a whole model, named layer by layer) and Keras 3's
 * `.weights.h5` (numbered by class, with the layer's name beside). Whole files: HDF5 scatters what belongs together.
 */
import type { ByteSource } from '../../../platform/platform.ts';
import { listTensors, readTensor, textAttribute, withH5, type H5Tensor } from './h5.ts';
import { isTrainingState, namedTensor, numberedWeight, parseNumberedPath } from './keras-tensor-name.ts';
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
  extensions: ['.h5', '.hdf5'],
  recognises: (head) => SIGNATURE.every((byte, i) => head[i] === byte),
  open: async (source: ByteSource, { signal }: OpenContext) => openKerasH5(await readWhole(source, signal)),
};

/**
 * Opens a Keras HDF5 file from memory.
 *
 * @throws StudioError `model/weights-unreadable`
 */
export async function openKerasH5(bytes: Uint8Array): Promise<WeightFile> {
  const paths = new Map<string, string>();
  const tensors = new Map<string, TensorInfo>();
  await withH5(bytes, (file, h5) => {
    for (const tensor of listTensors(file, h5)) {
      if (isTrainingState(tensor.path)) continue;
      const layerName = (group: string): string | null => textAttribute(file, h5, group, 'name');
      const name = nameOf(tensor, layerName);
      if (paths.has(name))
        throw unreadable(`The file has ${name} twice, at ${paths.get(name) ?? ''} and ${tensor.path}.`);
      paths.set(name, tensor.path);
      tensors.set(name, { ...tensor, name });
    }
  });
  return {
    format: kerasH5.name,
    tensors,
    labels: null,
    preprocessing: null,
    architecture: null,
    read: (names, options) => read(bytes, tensors, paths, names, options),
  };
}

function nameOf({ path }: H5Tensor, layerName: (group: string) => string | null): string {
  const numbered = parseNumberedPath(path);
  if (numbered === null) return namedTensor(path);
  // Before Keras wrote the name beside, only the class is known: still unlike any other path.
  return `${layerName(numbered.group) ?? numbered.group}/${numberedWeight(numbered)}`;
}

async function read(
  bytes: Uint8Array,
  tensors: ReadonlyMap<string, TensorInfo>,
  paths: ReadonlyMap<string, string>,
  names: readonly string[],
  { signal, onProgress }: ReadOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  signal?.throwIfAborted();
  const totalBytes = names.reduce((sum, name) => sum + (tensors.get(name)?.sizeBytes ?? 0), 0);
  const values = await withH5(bytes, (file, h5) =>
    names.map((name): [string, Float32Array] => {
      const path = paths.get(name);
      if (path === undefined) throw unreadable(`The file has no tensor ${name}.`);
      return [name, readTensor(file, h5, path)];
    }),
  );
  onProgress?.(totalBytes, totalBytes);
  return new Map(values);
}
