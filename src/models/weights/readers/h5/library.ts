/**
 * Owns HDF5: a file's tensors by path, through h5wasm (4 MB, loaded when it is first used). Files that came from elsewhere
 * are read in a thread of its own (`thread.ts`); Mien's own are written where the network is (`write.ts`).
 */
import { StudioError } from '../../../../protocol/errors.ts';
import { bfloat16ToFloat32, bytesToFloat32, float16ToFloat32 } from '../floats.ts';
import { checkHeaps } from './heaps.ts';
import { unreadable } from '../weight-file.ts';
import type * as h5wasm from 'h5wasm';

/** A tensor of an HDF5 file. */
export interface H5Tensor {
  /** Without the leading slash. */
  readonly path: string;
  /** Bytes of one number, and whether they are floats in little-endian order. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
}

/** More than any network has. */
const MAX_OBJECTS = 200_000;

type Library = typeof h5wasm;

let library: Promise<Library> | null = null;

/** The library takes the bytes as they are, without a copy; its types do not know that option of Emscripten. */
const OWNED = { canOwn: true } as object;

let hasTrapped = false;

function noteTrap(cause: unknown): void {
  hasTrapped ||= cause instanceof WebAssembly.RuntimeError;
}

let files = 0;

/** Fetches and compiles it, once. */
export async function loadLibrary(): Promise<Library> {
  library ??= import('h5wasm').then(async (loaded) => {
    // Its errors come as exceptions then, not as lines on the console.
    (await loaded.ready).activate_throwing_error_handler();
    return loaded;
  });
  return library;
}

/**
 * Opens a file, hands it to `use` and closes it. The bytes are the library's from then on.
 *
 * @throws StudioError `model/weights-unreadable`
 */
export async function withH5<Result>(
  bytes: Uint8Array,
  use: (file: h5wasm.File, h5: Library) => Result | Promise<Result>,
): Promise<Result> {
  const h5 = await loadLibrary();
  checkHeaps(bytes);
  const { FS } = await h5.ready;
  files += 1;
  const path = `/weights-${files}.h5`;
  FS.writeFile(path, bytes, OWNED);
  let file: h5wasm.File | null = null;
  try {
    file = new h5.File(path, 'r');
    return await use(file, h5);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    noteTrap(cause);
    throw unreadable(`The HDF5 file cannot be read: ${messageOf(cause)}.`, cause);
  } finally {
    close(file);
    FS.unlink(path);
  }
}

/** More memory than a thread should keep: the library gives none back. */
const SPENT_BYTES = 64 * 2 ** 20;

/** Whether the library should not be used again: it has taken much memory, or a trap has left it in an unknown state. */
export async function isSpent(): Promise<boolean> {
  const h5 = await loadLibrary();
  return hasTrapped || (await h5.ready).HEAPU8.length > SPENT_BYTES;
}

/** Every tensor of the file. */
export function listTensors(file: h5wasm.File, h5: Library): H5Tensor[] {
  const paths = file.paths();
  if (paths.length > MAX_OBJECTS)
    throw unreadable(`The file has ${paths.length} objects; ${MAX_OBJECTS} is the limit.`);
  return paths.flatMap((path) => {
    const entity = file.get(`/${path}`);
    if (!(entity instanceof h5.Dataset)) return [];
    const { type, size, littleEndian, shape, vlen } = entity.metadata;
    if (shape === null || vlen) return [];
    return [
      {
        path,
        dtype: dtypeOf(type, size, littleEndian),
        shape,
        sizeBytes: shape.reduce((product, side) => product * side, size),
      },
    ];
  });
}

/** NumPy has no word for bfloat16 that HDF5 knows: it is stored as two bytes without a meaning. */
function dtypeOf(type: number, sizeBytes: number, littleEndian: boolean): string {
  if (type === H5T_FLOAT && littleEndian) return `F${sizeBytes * 8}`;
  if (type === H5T_OPAQUE && sizeBytes === 2) return 'BF16';
  return `type ${type} of ${sizeBytes} bytes`;
}

/** More than any tensor of any network has. */
const MAX_TENSOR_BYTES = 2 ** 29;

const H5T_FLOAT = 1;
const H5T_OPAQUE = 5;

/**
 * A text attribute of a group; null where there is none.
 *
 * @param path empty for the file's own
 */
export function textAttribute(file: h5wasm.File, h5: Library, path: string, name: string): string | null {
  const group = file.get(`/${path}`);
  if (!(group instanceof h5.Group) || !Object.hasOwn(group.attrs, name)) return null;
  const value = group.attrs[name]?.value;
  return typeof value === 'string' ? value : null;
}

type Decoder = (bytes: Uint8Array<ArrayBuffer>) => Float32Array<ArrayBuffer>;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['F16', float16ToFloat32],
  ['BF16', bfloat16ToFloat32],
  ['F32', bytesToFloat32],
  ['F64', (bytes) => Float32Array.from(new Float64Array(bytes.slice().buffer))],
]);

/** Throws where a tensor holds what cannot be read. @throws StudioError `model/weights-dtype` */
export function checkH5Dtype({ path, dtype }: Pick<H5Tensor, 'path' | 'dtype'>): void {
  if (DECODERS.has(dtype)) return;
  throw new StudioError({
    code: 'model/weights-dtype',
    message: `Tensor ${path} should hold float32, float64, float16 or bfloat16 numbers, little-endian; it holds ${dtype}.`,
    hint: 'Save the weights as float32.',
  });
}

/** A tensor's numbers as float32. The library itself knows no numbers of two bytes: all are decoded here. */
export async function readTensor(
  file: h5wasm.File,
  h5: Library,
  tensor: Pick<H5Tensor, 'path' | 'dtype' | 'sizeBytes'>,
): Promise<Float32Array<ArrayBuffer>> {
  checkH5Dtype(tensor);
  const { path, dtype, sizeBytes } = tensor;
  const module = await h5.ready;
  // The library writes as many bytes as the file says: a size that its 32 bits cannot hold must not wrap around.
  const pointer = sizeBytes > MAX_TENSOR_BYTES ? 0 : module._malloc(Math.max(1, sizeBytes));
  if (pointer === 0)
    throw unreadable(`Tensor ${path} should fit the memory; it says that it has ${sizeBytes} bytes.`);
  try {
    module.get_dataset_data(file.file_id, `/${path}`, null, null, null, BigInt(pointer));
    const bytes = module.HEAPU8.slice(pointer, pointer + sizeBytes);
    return DECODERS.get(dtype)!(bytes);
  } finally {
    module._free(pointer);
  }
}

function close(file: h5wasm.File | null): void {
  try {
    file?.close();
  } catch (cause) {
    // The file is being given up anyway; the first error is the one to tell.
    noteTrap(cause);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? cause.name) : String(cause);
}
