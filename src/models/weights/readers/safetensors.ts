/**
 * Owns reading safetensors: the header first, then only the tensors that are wanted, neighbours in one read.
 * From a file or over HTTP, whatever the ByteSource is.
 */
import type { ByteSource } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import { bfloat16ToFloat32, bytesToFloat32, float16ToFloat32 } from './floats.ts';
import { ownFacts } from './own-header.ts';
import { headerLength, headerMetadata, parseHeader, type SafetensorsTensor } from './safetensors-header.ts';
import {
  type OpenContext,
  type ReadOptions,
  unreadable,
  type WeightFile,
  type WeightReader,
} from './weight-file.ts';

/** Read with the first request; holds the whole header of most networks, so that opening takes one. */
const FIRST_READ_BYTES = 64 * 2 ** 10;

const DECODERS: ReadonlyMap<string, (bytes: Uint8Array) => Float32Array> = new Map([
  ['F32', bytesToFloat32],
  ['F16', float16ToFloat32],
  ['BF16', bfloat16ToFloat32],
]);

export const safetensors: WeightReader = {
  name: 'safetensors',
  label: 'safetensors',
  extensions: ['.safetensors'],
  // After the header's length comes its brace.
  recognises: (head) => head[8] === 0x7b,
  open,
};

async function open(source: ByteSource, { signal, beside }: OpenContext): Promise<WeightFile> {
  signal?.throwIfAborted();
  const first = await source.slice(0, Math.min(FIRST_READ_BYTES, source.byteLength));
  const length = headerLength(first.slice(0, 8), source.byteLength);
  const json =
    first.byteLength >= 8 + length ? first.slice(8, 8 + length) : await source.slice(8, 8 + length);
  if (json.byteLength !== length)
    throw unreadable(`The header should be ${length} bytes long; ${json.byteLength} came.`);
  const tensors = new Map(parseHeader(json, source.byteLength).map((tensor) => [tensor.name, tensor]));
  const own = ownFacts(headerMetadata(json));
  return {
    format: safetensors.name,
    tensors,
    labels: own?.labels ?? beside.labels,
    preprocessing: own?.preprocessing ?? null,
    ...(own !== null && { flavour: own.flavour }),
    architecture: beside.architecture,
    topology: null,
    check: async (names) => void names.map((name) => checked(tensors, name)),
    read: (names, options) => read(source, tensors, names, options),
  };
}

async function read(
  source: ByteSource,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  names: readonly string[],
  { signal, onProgress }: ReadOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const wanted = names.map((name) => checked(tensors, name));
  const totalBytes = wanted.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  const values = new Map<string, Float32Array>();
  let doneBytes = 0;
  onProgress?.(0, totalBytes);
  for (const range of mergeRanges(wanted)) {
    signal?.throwIfAborted();
    const bytes = new Uint8Array(await source.slice(range.start, range.end));
    if (bytes.byteLength !== range.end - range.start) {
      throw unreadable(`Bytes ${range.start} to ${range.end} should come; ${bytes.byteLength} bytes came.`);
    }
    for (const { name, dtype, start, end, sizeBytes } of range.parts) {
      const decode = DECODERS.get(dtype) ?? bytesToFloat32;
      values.set(name, decode(bytes.subarray(start - range.start, end - range.start)));
      doneBytes += sizeBytes;
    }
    onProgress?.(doneBytes, totalBytes);
  }
  return values;
}

function checked(tensors: ReadonlyMap<string, SafetensorsTensor>, name: string): SafetensorsTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw unreadable(`The file has no tensor ${name}.`);
  if (DECODERS.has(tensor.dtype)) return tensor;
  throw new StudioError({
    code: 'model/weights-dtype',
    message: `Tensor ${name} should hold F32, F16 or BF16 numbers; it holds ${tensor.dtype}.`,
    hint: 'Save the weights as float32, float16 or bfloat16.',
  });
}

/** Bytes of a file. */
interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** Reads are cut at this size, so that progress shows and cancelling takes effect. */
const MAX_READ_BYTES = 16 * 2 ** 20;

/** A gap up to this size is read and thrown away: cheaper than another request. */
const MAX_GAP_BYTES = 32 * 2 ** 10;

/** The fewest reads that cover the ranges; sorted, none longer than {@link MAX_READ_BYTES} unless one range is. */
function mergeRanges<Range extends ByteRange>(
  ranges: readonly Range[],
): (ByteRange & { readonly parts: readonly Range[] })[] {
  const merged: { start: number; end: number; parts: Range[] }[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    const joins =
      last !== undefined &&
      range.start - last.end <= MAX_GAP_BYTES &&
      range.end - last.start <= MAX_READ_BYTES;
    if (joins) {
      last.end = Math.max(last.end, range.end);
      last.parts.push(range);
    } else {
      merged.push({ start: range.start, end: range.end, parts: [range] });
    }
  }
  return merged;
}
