/**
 * Owns what the thread for HDF5 does: it lists a file's tensors, or reads some. It runs where nothing is lost when it
 * breaks down, or is thrown away because it takes too long.
 */
import { asStudioError, type WireError } from '../../../../protocol/errors.ts';
import { kerasTensorName, isTrainingState } from '../keras-tensor-name.ts';
import { unreadable, type TensorInfo } from '../weight-file.ts';
import {
  checkH5Dtype,
  isSpent,
  listTensors,
  readTensor,
  textAttribute,
  withH5,
  type H5Tensor,
} from './library.ts';
import { limitMemory } from './memory.ts';

/** A tensor under the name that Keras gives it, and its path in the file. */
export type H5Named = H5Tensor & TensorInfo;

/** What a file holds. */
export interface H5Contents {
  /** The layers that the file describes, as JSON; null where it does not. */
  readonly config: string | null;
  readonly tensors: readonly H5Named[];
}

export type H5Job = { readonly bytes: Uint8Array<ArrayBuffer>; readonly memoryBytes: number } & (
  | { readonly kind: 'list' }
  | { readonly kind: 'read'; readonly tensors: readonly H5Named[] }
);

/** What the thread says. */
export type H5Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listed'; readonly contents: H5Contents; readonly isSpent: boolean }
  /** In the order in which they were asked for. */
  | {
      readonly kind: 'read';
      readonly values: readonly Float32Array<ArrayBuffer>[];
      readonly isSpent: boolean;
    }
  | { readonly kind: 'failed'; readonly error: WireError; readonly isSpent: boolean };

/** Does a job and posts what came of it; never throws. */
export async function answerH5Job(
  job: H5Job,
  post: (message: H5Message, transfer: ArrayBuffer[]) => void,
): Promise<void> {
  try {
    limitMemory(job.memoryBytes);
    if (job.kind === 'list') {
      const contents = await list(job.bytes);
      post({ kind: 'listed', contents, isSpent: await isSpent() }, []);
      return;
    }
    const values = await read(job.bytes, job.tensors, job.memoryBytes);
    post(
      { kind: 'read', values, isSpent: await isSpent() },
      values.map(({ buffer }) => buffer),
    );
  } catch (thrown) {
    post({ kind: 'failed', error: asStudioError(thrown).toWire(), isSpent: await isSpent() }, []);
  }
}

async function list(bytes: Uint8Array): Promise<H5Contents> {
  const tensors = new Map<string, H5Named>();
  let config: string | null = null;
  await withH5(bytes, (file, h5) => {
    config = textAttribute(file, h5, '', 'model_config');
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
  return { config, tensors: [...tensors.values()] };
}

async function read(
  bytes: Uint8Array,
  tensors: readonly H5Named[],
  memoryBytes: number,
): Promise<Float32Array<ArrayBuffer>[]> {
  const sizeBytes = tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  if (!(sizeBytes <= memoryBytes)) {
    throw unreadable(
      `Tensors of at most ${memoryBytes} bytes were expected in a file of ${bytes.length}; it says that they have ${sizeBytes}.`,
    );
  }
  const values: Float32Array<ArrayBuffer>[] = [];
  await withH5(bytes, async (file, h5) => {
    for (const tensor of tensors) {
      checkH5Dtype(tensor);
      values.push(await readTensor(file, h5, tensor));
    }
  });
  return values;
}
