/**
 * Owns the safetensors header: parsed as the reference implementation does, every number checked before it is used.
 * The file is `u64 header length | JSON header | data`; each tensor names its dtype, its shape and its stretch of data.
 *
 * @see https://huggingface.co/docs/safetensors
 */
import { type TensorInfo, unreadable } from './weight-file.ts';

/** The reference implementation's own limit. */
export const MAX_HEADER_BYTES = 100_000_000;

/** More than any network has; a header beyond it is an attack on memory. */
const MAX_TENSORS = 100_000;
const MAX_RANK = 16;

const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['I64', 8],
  ['U64', 8],
  ['F64', 8],
]);

export interface SafetensorsTensor extends TensorInfo {
  /** First byte, counted from the start of the file. */
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/**
 * Length of the JSON header from the file's first eight bytes.
 *
 * @throws StudioError `model/weights-unreadable`
 */
export function headerLength(prefix: ArrayBuffer, fileBytes: number): number {
  if (prefix.byteLength < 8)
    throw unreadable(`A safetensors file has 8 bytes at least; came ${prefix.byteLength}.`);
  const length = new DataView(prefix).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, fileBytes - 8);
  if (length < 2n || length > BigInt(Math.max(0, limit))) {
    throw unreadable(`The safetensors header should be 2 to ${limit} bytes long; the file says ${length}.`);
  }
  return Number(length);
}

/**
 * The tensors of a header, in the order of their data.
 *
 * @param json The header's bytes.
 * @param fileBytes Size of the whole file.
 * @throws StudioError `model/weights-unreadable` which names the first tensor that is wrong
 */
export function parseHeader(json: ArrayBuffer, fileBytes: number): SafetensorsTensor[] {
  const header = parseJson(json);
  const dataStart = 8 + json.byteLength;
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  if (names.length > MAX_TENSORS)
    throw unreadable(`The header lists ${names.length} tensors; ${MAX_TENSORS} is the limit.`);
  const tensors = names
    .map((name) => parseTensor(name, header[name], dataStart, fileBytes))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let end = dataStart;
  for (const tensor of tensors) {
    if (tensor.start !== end) {
      const what = tensor.start < end ? 'overlaps the one before it' : 'leaves a hole before it';
      throw unreadable(
        `Tensor ${quote(tensor.name)} should start at byte ${end - dataStart} of the data, where the one before it ends; it ${what}, at ${tensor.start - dataStart}.`,
      );
    }
    end = tensor.end;
  }
  if (end !== fileBytes) {
    throw unreadable(`The tensors should end with the file, at byte ${fileBytes}; they end at ${end}.`);
  }
  return tensors;
}

/** What whoever wrote it noted beside the tensors. @throws StudioError `model/weights-unreadable` */
export function headerMetadata(json: ArrayBuffer): Readonly<Record<string, unknown>> {
  const { __metadata__: metadata } = parseJson(json);
  return isRecord(metadata) ? metadata : {};
}

function parseJson(json: ArrayBuffer): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw unreadable('The safetensors header should be JSON; it is not.', cause);
  }
  if (!isRecord(header)) throw unreadable('The safetensors header should be a JSON object; it is not.');
  return header;
}

function parseTensor(name: string, entry: unknown, dataStart: number, fileBytes: number): SafetensorsTensor {
  const fail = (expected: string, came: unknown): never => {
    throw unreadable(`Tensor ${quote(name)} should have ${expected}; came ${quote(came)}.`);
  };
  if (!isRecord(entry)) return fail('a dtype, a shape and data_offsets', entry);
  const { dtype, shape, data_offsets: offsets } = entry;
  const elementBytes = typeof dtype === 'string' ? DTYPE_BYTES.get(dtype) : undefined;
  if (typeof dtype !== 'string' || elementBytes === undefined)
    return fail('a dtype such as F32, F16 or BF16', dtype);
  if (!isSizes(shape) || shape.length > MAX_RANK) return fail('a shape of whole numbers', shape);
  if (!isSizes(offsets) || offsets.length !== 2) return fail('two whole numbers as data_offsets', offsets);
  const [from, to] = offsets as [number, number];
  if (to < from || to > fileBytes - dataStart) {
    return fail(`data within the ${fileBytes - dataStart} bytes of data`, offsets);
  }
  const sizeBytes = shape.reduce((product, side) => product * side, elementBytes);
  if (sizeBytes !== to - from) {
    return fail(`${sizeBytes} bytes of data, as ${dtype} [${shape.join(', ')}] takes`, to - from);
  }
  return { name, dtype, shape, sizeBytes, start: dataStart + from, end: dataStart + to };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}

/** A value from the file, short enough for a message; never descends, since a hostile header nests deeply. */
function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(quoteItem).join(', ')}${value.length > 8 ? ', ...' : ''}]`;
  return quoteItem(value);
}

function quoteItem(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
