/**
 * Owns reading the ONNX files that Mien wrote, as the network that they were made of: kernels in Keras' layout, under
 * Keras' names.
 *
 * A BatchNorm is dissolved there: in the convolution ahead of it, which leaves an offset, or in a factor and an offset of
 * its own. It comes back as one that does the same, `x * factor + offset`, from a mean of 0 and a variance by which
 * nothing is divided: on its averages the network answers as before. What it was in batches cannot be had again.
 */
import { z } from 'zod';
import { parseJson } from '../../../lib/json.ts';
import { transpose } from '../../../lib/bytes/transpose.ts';
import type { ByteSource } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { Preprocessing } from '../../backbones/backbone.ts';
import { bytesToFloat32, float16ToFloat32 } from './floats.ts';
import { isOwnOnnx, readOnnx, type OnnxFile, type StoredTensor } from './onnx-file.ts';
import {
  type OpenContext,
  type ReadOptions,
  readWhole,
  type TensorInfo,
  unreadable,
  type WeightFile,
  type WeightReader,
} from './weight-file.ts';

/** ONNX's numbers of the kinds that are read, and the bytes of each. */
const FLOATS: ReadonlyMap<number, { readonly dtype: string; readonly bytes: number }> = new Map([
  [1, { dtype: 'float32', bytes: 4 }],
  [10, { dtype: 'float16', bytes: 2 }],
]);

/** Of Keras' networks. */
const KERAS_EPSILON = 1e-3;

const Said = z.object({
  flavour: z.object({ epsilon: z.number().positive() }).nullish().catch(null),
});

/** A tensor as Keras has it, which is read when it is asked for. */
interface Entry extends TensorInfo {
  values(): Float32Array;
}

export const onnx: WeightReader = {
  name: 'onnx',
  label: 'ONNX by Mien',
  extensions: ['.onnx'],
  recognises: isOwnOnnx,
  open,
};

async function open(source: ByteSource, { signal, beside }: OpenContext): Promise<WeightFile> {
  const file = readOnnx(await readWhole(source, signal));
  if (file.tensors.size === 0) throw unreadable('The file should hold a network’s tensors; it holds none.');
  const entries = entriesOf(file);
  const find = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry === undefined) throw unreadable(`The file has no tensor ${name}.`);
    checkDtype(entry);
    return entry;
  };
  const labels = z.array(z.string()).safeParse(parseJson(file.metadata.get('labels') ?? ''));
  return {
    format: onnx.name,
    tensors: entries,
    labels: labels.data ?? beside.labels,
    preprocessing: preprocessingOf(file),
    architecture: null,
    topology: null,
    check: async (names) => void names.map(find),
    read: async (names, options) => read(names.map(find), options),
  };
}

function read(
  wanted: readonly Entry[],
  { signal, onProgress }: ReadOptions = {},
): ReadonlyMap<string, Float32Array> {
  signal?.throwIfAborted();
  const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const values = new Map(wanted.map((entry) => [entry.name, entry.values()]));
  onProgress?.(totalBytes, totalBytes);
  return values;
}

function checkDtype({ name, dtype }: TensorInfo): void {
  if ([...FLOATS.values()].some((known) => known.dtype === dtype)) return;
  throw new StudioError({
    code: 'model/weights-dtype',
    message: `Tensor ${name} should hold float32 or float16 numbers; it holds ${dtype}.`,
    hint: 'Take model.onnx or model.float16.onnx of the same export: the others are rounded for good.',
  });
}

/** The network's tensors by Keras' names. */
function entriesOf(file: OnnxFile): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const epsilon = epsilonOf(file);
  for (const [stored, tensor] of file.tensors) {
    const [name = ''] = stored.split(':');
    const [, layer = '', weight = ''] = /^(.+)\/([^/]+)$/u.exec(name) ?? [];
    // Numbers of ops, and the scales of rounded kernels, are no weights; a factor comes with its offset.
    if (layer === '' || layer === 'preprocessing' || stored.endsWith(':scale') || weight === 'scale')
      continue;
    const made =
      weight === 'offset'
        ? normOf(layer, tensor, file.tensors.get(`${layer}/scale`), epsilon)
        : [weightOf(name, weight, tensor)];
    for (const entry of made) entries.set(entry.name, entry);
  }
  return entries;
}

function weightOf(name: string, weight: string, tensor: StoredTensor): Entry {
  const { shape, bytes } = tensor;
  // Output channels come first in ONNX; a depthwise kernel has one input channel for each.
  const axes = shape.length === 4 ? (weight === 'depthwise_kernel' ? [2, 3, 0, 1] : [2, 3, 1, 0]) : null;
  return {
    name,
    dtype: dtypeOf(tensor),
    shape: axes === null ? shape : axes.map((axis) => shape[axis] ?? 1),
    sizeBytes: bytes.length,
    values: () => (axes === null ? floatsOf(name, tensor) : transpose(floatsOf(name, tensor), shape, axes)),
  };
}

function normOf(
  layer: string,
  offset: StoredTensor,
  scale: StoredTensor | undefined,
  epsilon: number,
): Entry[] {
  const channels = offset.shape.reduce((product, side) => product * side, 1);
  const entry = (weight: string, values: () => Float32Array): Entry => ({
    name: `${layer}/${weight}`,
    ...{ dtype: dtypeOf(offset), shape: [channels], sizeBytes: offset.bytes.length, values },
  });
  const same = (value: number): Float32Array =>
    new Float32Array(floatsOf(`${layer}/offset`, offset).length).fill(value);
  const factors = (): Float32Array => {
    if (scale === undefined) return same(1);
    const values = floatsOf(`${layer}/scale`, scale);
    if (values.length === channels) return values;
    throw unreadable(`${layer} should have ${channels} factors; it has ${values.length}.`);
  };
  return [
    entry('gamma', factors),
    entry('beta', () => floatsOf(`${layer}/offset`, offset)),
    entry('moving_mean', () => same(0)),
    entry('moving_variance', () => same(1 - epsilon)),
  ];
}

const dtypeOf = ({ type }: StoredTensor): string =>
  FLOATS.get(type)?.dtype ?? `numbers of ONNX’s kind ${type}`;

/** @throws StudioError `model/weights-unreadable` where a tensor has more or fewer bytes than its shape says */
function floatsOf(name: string, { shape, type, bytes }: StoredTensor): Float32Array {
  const each = FLOATS.get(type)?.bytes ?? 1;
  const expected = shape.reduce((product, side) => product * side, each);
  if (bytes.length !== expected)
    throw unreadable(`Tensor ${name} should have ${expected} bytes; it has ${bytes.length}.`);
  return each === 2 ? float16ToFloat32(bytes) : bytesToFloat32(bytes);
}

/** That of the pictures' own channels: the first kernel takes red first, whatever the network was born with. */
function preprocessingOf({ tensors }: OnnxFile): Preprocessing | null {
  const [scale, offset] = ['scale', 'offset'].map((what) => {
    const tensor = tensors.get(`preprocessing/${what}`);
    return tensor === undefined ? null : tripleOf(`preprocessing/${what}`, tensor);
  });
  return scale == null || offset == null ? null : { order: [0, 1, 2], scale, offset };
}

function tripleOf(name: string, tensor: StoredTensor): readonly [number, number, number] | null {
  checkDtype({ name, dtype: dtypeOf(tensor), shape: tensor.shape, sizeBytes: tensor.bytes.length });
  const [red, green, blue, ...others] = floatsOf(name, tensor);
  if (red === undefined || green === undefined || blue === undefined || others.length > 0) return null;
  return [red, green, blue];
}

function epsilonOf({ metadata }: OnnxFile): number {
  return Said.safeParse(parseJson(metadata.get('mien') ?? '')).data?.flavour?.epsilon ?? KERAS_EPSILON;
}
