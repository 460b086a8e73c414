/**
 * Owns reading a tfjs layers model: `model.json` and its shards, quantised too. A Teachable Machine export is one, with
 * its labels in `metadata.json`; our own export keeps labels and preprocessing in `model.json`.
 *
 * @see https://github.com/tensorflow/tfjs/tree/master/tfjs-converter#format-conversion-examples
 */
import { z } from 'zod';
import type { ByteSource } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import type { Preprocessing } from '../../backbones/backbone.ts';
import { bytesToFloat32, float16ToFloat32, uintToFloat32 } from './floats.ts';
import { parseTopology } from '../topology/topology.ts';
import { plainTensorName } from './keras-tensor-name.ts';
import {
  type OpenContext,
  type ReadOptions,
  readWhole,
  type TensorInfo,
  unreadable,
  type WeightFile,
  type WeightReader,
} from './weight-file.ts';

const MAX_JSON_BYTES = 64 * 2 ** 20;

const size = z.int().min(0);

const WeightSchema = z.object({
  name: z.string().min(1),
  shape: z.array(size).max(16),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z
    .union([
      z.object({ dtype: z.literal('float16') }),
      z.object({ dtype: z.enum(['uint8', 'uint16']), min: z.number(), scale: z.number() }),
    ])
    .optional(),
});

const triple = z.tuple([z.number(), z.number(), z.number()]);
const channel = z.union([z.literal(0), z.literal(1), z.literal(2)]);

/** What our own export writes; anything else there is somebody else's business. */
const MetadataSchema = z.object({
  labels: z.array(z.string()).optional().catch(undefined),
  preprocessing: z
    .object({ order: z.tuple([channel, channel, channel]), scale: triple, offset: triple })
    .optional()
    .catch(undefined),
});

const ModelSchema = z.object({
  weightsManifest: z.array(
    z.object({ paths: z.array(z.string().min(1)).max(10_000), weights: z.array(WeightSchema).max(100_000) }),
  ),
  modelTopology: z.unknown().optional(),
  userDefinedMetadata: MetadataSchema.optional().catch(undefined),
});

type Weight = z.infer<typeof WeightSchema>;

/** A tensor and where its bytes are: in the shards of its group, put together. */
interface Placed extends TensorInfo {
  readonly group: number;
  readonly start: number;
  readonly weight: Weight;
}

interface Group {
  readonly paths: readonly string[];
  readonly sizeBytes: number;
}

export const tfjsModel: WeightReader = {
  name: 'tfjs',
  label: 'tfjs model.json',
  extensions: ['.json', '.zip'],
  // JSON text; a safetensors header length has zero bytes.
  recognises: (head) => /^\s*\{/u.test(new TextDecoder().decode(head)) && !head.includes(0),
  open,
};

async function open(source: ByteSource, { signal, sibling, beside }: OpenContext): Promise<WeightFile> {
  if (source.byteLength > MAX_JSON_BYTES) {
    throw unreadable(`model.json should have ${MAX_JSON_BYTES} bytes at most; it has ${source.byteLength}.`);
  }
  const model = parse(await readWhole(source, signal));
  const { tensors, groups } = place(model.weightsManifest);
  const metadata = model.userDefinedMetadata;
  return {
    format: tfjsModel.name,
    tensors,
    labels: metadata?.labels ?? beside.labels,
    preprocessing: (metadata?.preprocessing as Preprocessing | undefined) ?? null,
    architecture: null,
    topology: parseTopology(model.modelTopology),
    check: (names) => check(tensors, groups, sibling, names),
    read: (names, options) => read(tensors, groups, sibling, names, options),
  };
}

function parse(bytes: Uint8Array): z.infer<typeof ModelSchema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw unreadable('model.json should be JSON; it is not.', cause);
  }
  const parsed = ModelSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unreadable(
    `model.json should be a tfjs layers model; ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not'}.`,
    parsed.error,
  );
}

function place(manifest: z.infer<typeof ModelSchema>['weightsManifest']): {
  tensors: Map<string, Placed>;
  groups: Group[];
} {
  const tensors = new Map<string, Placed>();
  const groups = manifest.map(({ paths, weights }, group): Group => {
    let start = 0;
    for (const weight of weights) {
      const name = plainTensorName(weight.name);
      if (tensors.has(name)) throw unreadable(`The model lists ${name} twice.`);
      const sizeBytes = weight.shape.reduce((product, side) => product * side, bytesOf(weight));
      if (!Number.isSafeInteger(start + sizeBytes))
        throw unreadable(`Tensor ${name} is larger than any file.`);
      const dtype = weight.quantization?.dtype ?? weight.dtype;
      tensors.set(name, { name, dtype, shape: weight.shape, sizeBytes, group, start, weight });
      start += sizeBytes;
    }
    return { paths, sizeBytes: start };
  });
  return { tensors, groups };
}

function bytesOf({ dtype, quantization }: Weight): number {
  const stored = quantization?.dtype ?? dtype;
  return { float32: 4, int32: 4, bool: 1, float16: 2, uint16: 2, uint8: 1 }[stored];
}

async function read(
  tensors: ReadonlyMap<string, Placed>,
  groups: readonly Group[],
  sibling: (name: string) => Promise<ByteSource>,
  names: readonly string[],
  { signal, onProgress }: ReadOptions = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const wanted = names.map((name) => checked(tensors, name));
  const needed = [...new Set(wanted.map(({ group }) => group))];
  const totalBytes = needed.reduce((sum, group) => sum + groups[group]!.sizeBytes, 0);
  const values = new Map<string, Float32Array>();
  let doneBytes = 0;
  for (const index of needed) {
    const { paths, sizeBytes } = groups[index]!;
    const bytes = await joinShards(paths, sizeBytes, sibling, (count) => {
      signal?.throwIfAborted();
      doneBytes += count;
      onProgress?.(doneBytes, totalBytes);
    });
    for (const { name, group, start, sizeBytes: length, weight } of wanted) {
      if (group === index) values.set(name, decode(weight, bytes.subarray(start, start + length)));
    }
  }
  return values;
}

/** Every shard of what is wanted is there, and together they have the right size. */
async function check(
  tensors: ReadonlyMap<string, Placed>,
  groups: readonly Group[],
  sibling: (name: string) => Promise<ByteSource>,
  names: readonly string[],
): Promise<void> {
  for (const index of new Set(names.map((name) => checked(tensors, name).group))) {
    const { paths, sizeBytes } = groups[index]!;
    let came = 0;
    for (const path of paths) {
      checkBeside(path);
      came += (await sibling(path)).byteLength;
    }
    checkTogether(came, sizeBytes);
  }
}

async function joinShards(
  paths: readonly string[],
  sizeBytes: number,
  sibling: (name: string) => Promise<ByteSource>,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  const shards: Uint8Array[] = [];
  let came = 0;
  for (const path of paths) {
    checkBeside(path);
    const shard = await readWhole(await sibling(path));
    shards.push(shard);
    came += shard.byteLength;
    onBytes(shard.byteLength);
  }
  checkTogether(came, sizeBytes);
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const shard of shards) {
    bytes.set(shard, at);
    at += shard.byteLength;
  }
  return bytes;
}

/** A file name, or a path downwards: a model must not name any other file of the machine. */
function checkBeside(path: string): void {
  const isElsewhere = /^[/\\]|^[a-z]+:|(^|[/\\])\.\.([/\\]|$)/iu.test(path);
  if (isElsewhere) throw unreadable(`A shard should lie beside model.json; came the path ${path}.`);
}

function checkTogether(came: number, sizeBytes: number): void {
  if (came === sizeBytes) return;
  throw unreadable(`The shards should have ${sizeBytes} bytes together; they have ${came}.`);
}

function decode({ quantization }: Weight, bytes: Uint8Array): Float32Array {
  if (quantization === undefined) return bytesToFloat32(bytes);
  if (quantization.dtype === 'float16') return float16ToFloat32(bytes);
  const { min, scale } = quantization;
  return uintToFloat32(bytes, quantization.dtype === 'uint8' ? 1 : 2, scale, min);
}

function checked(tensors: ReadonlyMap<string, Placed>, name: string): Placed {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw unreadable(`The file has no tensor ${name}.`);
  if (tensor.weight.dtype === 'float32') return tensor;
  throw new StudioError({
    code: 'model/weights-dtype',
    message: `Tensor ${name} should hold float32 numbers, quantised or not; it holds ${tensor.dtype}.`,
    hint: 'Save the model again with float32 weights.',
  });
}
