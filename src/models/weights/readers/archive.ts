/**
 * Owns weights inside a zip: a `.keras` file, or a tfjs model zipped with its shards, as Teachable Machine and our own
 * export give it.
 */
import { unzipSync } from 'fflate';
import { bytesSource } from '../../../platform/remote/byte-source.ts';
import type { ByteSource } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import { openKerasH5 } from './keras-h5.ts';
import { tfjsModel } from './tfjs-model.ts';
import {
  type OpenContext,
  readWhole,
  unreadable,
  type WeightFile,
  type WeightReader,
} from './weight-file.ts';

/** What a zip may unpack to, and how many files. */
const MAX_UNPACKED_BYTES = 2 ** 31 - 1;
const MAX_FILES = 10_000;

/** No float compresses better than this; beyond it, a file is made to fill the memory. */
const MAX_RATIO = 200;

export const archive: WeightReader = {
  name: 'archive',
  label: '.keras or a zipped tfjs model',
  extensions: ['.keras', '.zip'],
  recognises: (head) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4,
  open,
};

async function open(source: ByteSource, { signal }: OpenContext): Promise<WeightFile> {
  const files = unzip(await readWhole(source, signal));
  const keras = files.get('model.weights.h5');
  if (keras !== undefined) return openKerasH5(keras);
  const modelPath = [...files.keys()].filter((path) => /(^|\/)model\.json$/u.test(path)).sort(byDepth)[0];
  const model = modelPath === undefined ? undefined : files.get(modelPath);
  if (modelPath === undefined || model === undefined) {
    const few = [...files.keys()].slice(0, 3).join(', ');
    throw unreadable(`The zip should hold model.weights.h5 or model.json; it holds ${few || 'nothing'}.`);
  }
  const folder = modelPath.slice(0, modelPath.lastIndexOf('/') + 1);
  return tfjsModel.open(sourceOf(model), {
    signal,
    sibling: (name) => {
      const bytes = files.get(folder + name);
      return bytes === undefined ? Promise.reject(missing(name)) : Promise.resolve(sourceOf(bytes));
    },
  });
}

function unzip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  let unpacked = 0;
  let count = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        unpacked += originalSize;
        count += 1;
        if (
          unpacked > MAX_UNPACKED_BYTES ||
          count > MAX_FILES ||
          originalSize > MAX_RATIO * Math.max(size, 1024)
        ) {
          throw unreadable(`The zip unpacks to too much: ${name} alone to ${originalSize} bytes.`);
        }
        return !name.endsWith('/');
      },
    });
    return new Map(Object.entries(files));
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw unreadable('The zip is damaged or not complete.', cause);
  }
}

function byDepth(a: string, b: string): number {
  return a.split('/').length - b.split('/').length;
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return bytesSource(bytes.slice().buffer);
}

function missing(name: string): StudioError {
  return new StudioError({
    code: 'model/weights-missing-shard',
    message: `model.json keeps its numbers in ${name}, which is not in the zip.`,
    hint: 'Zip model.json together with its .bin files.',
  });
}
