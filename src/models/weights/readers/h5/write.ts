/**
 * Owns writing HDF5. The library lays the file out; the numbers of large tensors are put into their places while the bytes
 * are given, so that neither the file nor a network is ever there as a whole.
 */
import { invariant } from '../../../../protocol/errors.ts';
import type * as h5wasm from 'h5wasm';
import { LaidOutFile, type LaterTensor } from './laid-out.ts';
import { loadLibrary } from './library.ts';

/** What is at most this large goes through a buffer of the library's; larger ones it writes from where they lie. */
const BUFFERED_BYTES = 2 ** 16;

/** Little-endian numbers of 32 bits. */
const DTYPE = '<f4';

/** Makes a dataset of float32 numbers in a group. */
export type WriteTensor = (group: h5wasm.Group, name: string, tensor: LaterTensor) => Promise<void>;

let files = 0;

/**
 * Has a file filled and gives its bytes. Small tensors are read while it is filled, a large one when its turn comes.
 */
export async function* writtenH5(
  fill: (file: h5wasm.File, write: WriteTensor) => Promise<void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const h5 = await loadLibrary();
  const module = await h5.ready;
  files += 1;
  const path = `/written-${files}.h5`;
  const laidOut = new LaidOutFile(module, path);
  const write: WriteTensor = async (group, name, tensor) => {
    const length = tensor.shape.reduce((product, side) => product * side, 4);
    if (length <= BUFFERED_BYTES) {
      const shape = [...tensor.shape];
      group.create_dataset({ name, data: await tensor.read(), shape, dtype: DTYPE });
      return;
    }
    const shape = tensor.shape.map(BigInt);
    const metadata = { ...h5.dtype_to_metadata(DTYPE), shape, maxshape: shape, chunks: null };
    const pointer = module._malloc(length);
    invariant(pointer !== 0, `the HDF5 library has room for ${length} bytes`);
    try {
      laidOut.place(tensor, { pointer, length }, () => {
        module.create_dataset(group.file_id, `${group.path}/${name}`, BigInt(pointer), metadata);
      });
    } finally {
      module._free(pointer);
    }
  };
  try {
    const file = new h5.File(path, 'w');
    try {
      await fill(file, write);
    } finally {
      file.close();
    }
  } finally {
    module.FS.unlink(path);
  }
  yield* laidOut.chunks();
}
