/** What the tests of models share: ByteSources in memory that count reads, and safetensors files made by hand. */
import type * as tf from '@tensorflow/tfjs';
import type { Backbone } from '../../../src/models/backbones/backbone.ts';
import { inspectWeights } from '../../../src/models/describe-weights.ts';
import {
  openBackboneWeights,
  type LoadedWeights,
  type LoadOptions,
} from '../../../src/models/load-weights.ts';
import { openWeightSet, type WeightSet } from '../../../src/models/weights/files/file-set.ts';
import type { WeightFile } from '../../../src/models/weights/readers/weight-file.ts';
import type { FoundWeights } from '../../../src/protocol/model.ts';
import type { FullBackbone } from '../../../src/protocol/recipe/full-recipe.ts';
import { NOTHING_SHARED } from '../../../src/platform/stores/owned.ts';
import type { ByteSource, Platform } from '../../../src/platform/platform.ts';
import { createPlatform } from '../../../src/platform/platform.node.ts';
import { remoteFiles } from '../../../src/platform/remote/remote-files.ts';
import { StudioError } from '../../../src/protocol/errors.ts';

export interface CountingSource extends ByteSource {
  readonly reads: (readonly [start: number, end: number])[];
}

/** A file in memory that remembers what was read of it. */
export function memorySource(bytes: Uint8Array): CountingSource {
  const reads: [number, number][] = [];
  return {
    byteLength: bytes.byteLength,
    reads,
    slice: async (start, end = bytes.byteLength) => {
      reads.push([start, end]);
      return bytes.slice(start, end).buffer;
    },
  };
}

export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export function f32(shape: readonly number[], values: ArrayLike<number>): RawTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** A safetensors file of tensors in the order given. */
export function safetensorsFile(tensors: Readonly<Record<string, RawTensor>>): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.byteLength] };
    at += bytes.byteLength;
  }
  return withHeader(
    JSON.stringify(header),
    Object.values(tensors).map(({ bytes }) => bytes),
  );
}

/** A safetensors file with any header. */
export function withHeader(
  json: string,
  data: readonly Uint8Array[] = [],
  statedLength?: bigint,
): Uint8Array {
  const header = new TextEncoder().encode(json);
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, statedLength ?? BigInt(header.byteLength), true);
  const parts = [prefix, header, ...data];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  return file;
}

/** One for all files of a test, as the page has one. */
export const startH5Thread: Platform['startH5Thread'] = createPlatform().startH5Thread.bind(null);

/** A platform that has these files and the network, and nothing else. */
export function filePlatform(files: Readonly<Record<string, Uint8Array>>): Platform {
  const open = async (path: string): Promise<ByteSource> => {
    const bytes = files[path];
    if (bytes !== undefined) return memorySource(bytes);
    throw new StudioError({ code: 'data/file-missing', message: `No file ${path}.`, hint: 'None.' });
  };
  const platform: Omit<Platform, 'decodePicture' | 'drawPng' | 'startPictureThread' | 'startKernelThread'> = {
    kind: 'node',
    cores: 1,
    openAsset: open,
    openLibrary: async () => new Uint8Array(await (await open('library')).slice(0)),
    openPath: open,
    startH5Thread,
    openStore: () => null,
    owned: NOTHING_SHARED,
    ...remoteFiles(null, NOTHING_SHARED),
  };
  return platform as Platform;
}

/** The code of the StudioError that a promise ends with; anything else fails the test. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
  return outcome instanceof StudioError ? outcome.code : String(outcome);
}

/** Opens one file, told by its content. */
export function openWeightFile(
  source: ByteSource,
  { sibling = null }: { readonly sibling?: WeightSet['sibling'] } = {},
): Promise<WeightFile> {
  const files = [{ path: '', open: () => Promise.resolve(source) }];
  return openWeightSet({ files, sibling, platform: { startH5Thread } });
}

/** The weights that are in what is given; one of several to choose from fails the test. */
export async function foundWeights(
  ...[given, ...rest]: Parameters<typeof inspectWeights>
): Promise<FoundWeights> {
  const found = await inspectWeights(given, ...rest);
  if (found.kind === 'found') return found;
  throw new TypeError(`${found.paths.join(', ')} are there to choose from`);
}

/** Opens a recipe's weights and fills a network that was built before. */
export async function loadWeights(
  model: tf.LayersModel,
  backbone: Backbone,
  recipe: FullBackbone,
  platform: Platform,
  options: LoadOptions,
): Promise<LoadedWeights> {
  const opened = await openBackboneWeights(recipe, platform, options);
  return opened.fill(model, backbone, 'backbone');
}
