/**
 * Owns finding a network that Mien exported among files: a zip, a folder or single files; what it says of itself
 * (`mien.json`), which of its files is read, and the proof beside it. Any format comes back that has a reader of weights.
 * What Mien did not write is `classifier.ts`'s.
 */
import { z } from 'zod';
import { isZip, unzip } from '../models/weights/files/unzip.ts';
import type { SetFile } from '../models/weights/files/file-set.ts';
import { isOwnOnnx, readOnnx } from '../models/weights/readers/onnx-file.ts';
import { bytesSource } from '../platform/remote/byte-source.ts';
import type { ByteSource } from '../platform/platform.ts';
import { parseJson } from '../lib/json.ts';
import { StudioError } from '../protocol/errors.ts';
import { parseRecipe, type Recipe } from '../protocol/recipe/recipe.ts';
import type { HeadLayer } from './head.ts';

/** What an export says of its network, as far as bringing it back needs it. */
const Facts = z.object({
  labels: z.array(z.string()).min(2).max(100_000),
  recipe: z.unknown(),
  backboneWeights: z.object({
    origin: z.string(),
    sizeBytes: z.number().nonnegative(),
    sha256: z.string().nullable(),
  }),
  flavour: z
    .object({ padding: z.enum(['symmetric', 'keras']), epsilon: z.number().positive() })
    .nullable()
    .optional(),
  versions: z.record(z.string(), z.string()),
});

const Proof = z.object({
  size: z.number().int().positive(),
  pictures: z.array(z.string()).min(1).max(1000),
  probabilities: z.array(z.array(z.number())),
  files: z
    .array(
      z.object({
        file: z.string(),
        probabilities: z.array(z.array(z.number())).optional(),
      }),
    )
    .optional(),
});

/** Pictures, and what the network answered before it was written. */
export interface BroughtProof {
  /** Encoded. */
  readonly pictures: readonly Uint8Array[];
  /** One row a picture. */
  readonly probabilities: readonly (readonly number[])[];
}

export interface Exported extends Omit<z.infer<typeof Facts>, 'recipe'> {
  readonly recipe: Recipe;
  /** Its head's dense layers, in order; null where they are called as Mien calls them. */
  readonly head: readonly HeadLayer[] | null;
  /** The file that is read, then those that belong to it. */
  readonly files: readonly [SetFile, ...SetFile[]];
  /** Null where none came along. */
  readonly proof: BroughtProof | null;
  /** What must be known of what came back, in sentences. */
  readonly notes: readonly string[];
}

/** Exact ones, by the names that Mien gives them; the first that is there is read. */
const READABLE = [
  'model.json',
  'model.keras',
  'model.safetensors',
  'model.weights.h5',
  'model.onnx',
  'model.uint8-input.onnx',
  'model.float16.onnx',
];

/** Formats that give no network back, and why. */
const ONE_WAY: readonly (readonly [ending: string, why: string])[] = [
  ['.int8.onnx', 'its kernels are rounded to int8'],
  ['.tflite', 'in LiteRT, layers are dissolved'],
];

const DISSOLVED =
  'In ONNX each BatchNorm is dissolved in its convolution: it came back as one that does the same on its averages. To train on, keep batchNorm at “inference”; by the batch it would begin as another network.';
const HALVES = 'Its kernels had been rounded to float16, and stay so.';

/** Small files that are read whole. */
const MAX_FACTS_BYTES = 64 * 2 ** 20;

/**
 * Looks for an export among files; null where none of them says that Mien wrote it.
 *
 * @throws StudioError `model/import-one-way` for a format that cannot come back, `model/import-changed`
 */
export async function findExported(given: readonly SetFile[]): Promise<Exported | null> {
  const files = await unpacked(given);
  const facts = await factsAmong(files);
  if (facts === null) return null;
  const member = memberOf(files);
  const folder = folderOf(member.path);
  const beside = files.filter(({ path }) => path.startsWith(folder));
  const shards = beside.filter(({ path }) => path.endsWith('.bin'));
  const { backbone } = facts.recipe;
  const isOnnx = member.path.endsWith('.onnx');
  const notes = [
    ...(isOnnx && !backbone.name.startsWith('vgg') ? [DISSOLVED] : []),
    ...(member.path.endsWith('.float16.onnx') ? [HALVES] : []),
  ];
  return {
    ...{ ...facts, notes, head: null },
    files: [member, ...shards],
    proof: await proofAmong(beside, nameOf(member.path)),
  };
}

/** The file that is read: the first by the names that Mien gives, else the only one of a kind that comes back. */
function memberOf(files: readonly SetFile[]): SetFile {
  const named = READABLE.map((name) => files.find(({ path }) => nameOf(path) === name));
  const found = named.find((file) => file !== undefined);
  const oneWay = ONE_WAY.find(([ending]) => files.some(({ path }) => path.endsWith(ending)));
  const renamed = files.find(
    ({ path }) => /\.(keras|h5|safetensors|onnx)$/u.test(path) && oneWay === undefined,
  );
  const member = found ?? renamed;
  if (member !== undefined) return member;
  throw new StudioError({
    code: 'model/import-one-way',
    message: `An export as TensorFlow.js, Keras, safetensors or ONNX was expected; this one cannot come back: ${oneWay?.[1] ?? `of its ${files.length.toString()} files none holds a network`}.`,
    hint: 'Take the network home as TensorFlow.js too, and bring that zip back.',
  });
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** What a zip holds, where only one came; a `.keras` is a zip too, and a network's file. */
export async function unpacked(given: readonly SetFile[]): Promise<readonly SetFile[]> {
  const [only] = given;
  if (only === undefined || given.length > 1 || only.path.endsWith('.keras')) return given;
  const source = await only.open();
  if (!isZip(new Uint8Array(await source.slice(0, Math.min(4, source.byteLength))))) return given;
  const entries = unzip(new Uint8Array(await source.slice(0, source.byteLength)));
  return [...entries].map(([path, bytes]) => ({
    path,
    open: () => Promise.resolve(bytesSource(bytes.buffer)),
  }));
}

type SaidOfItself = Omit<Exported, 'files' | 'head' | 'proof' | 'notes'>;

async function factsAmong(files: readonly SetFile[]): Promise<SaidOfItself | null> {
  // A model.json that is taken alone says the same of itself.
  for (const name of ['mien.json', 'model.json']) {
    for (const file of files.filter(({ path }) => nameOf(path) === name)) {
      const value = await jsonOf(file);
      const said =
        name === 'mien.json'
          ? value
          : (value as { userDefinedMetadata?: unknown } | null)?.userDefinedMetadata;
      const facts = factsIn(said);
      if (facts !== null) return facts;
    }
  }
  // So does a file of ONNX.
  for (const file of files.filter(({ path }) => path.endsWith('.onnx'))) {
    const source = await file.open();
    if (!isOwnOnnx(new Uint8Array(await source.slice(0, Math.min(16, source.byteLength))))) continue;
    const { metadata } = readOnnx(new Uint8Array(await whole(source)));
    const facts = factsIn(parseJson(metadata.get('mien') ?? ''));
    if (facts !== null) return facts;
  }
  return null;
}

function factsIn(said: unknown): SaidOfItself | null {
  const facts = Facts.safeParse(said);
  return facts.success ? { ...facts.data, recipe: parseRecipe(facts.data.recipe) } : null;
}

async function jsonOf(file: SetFile): Promise<unknown> {
  const source = await file.open();
  return source.byteLength > MAX_FACTS_BYTES
    ? null
    : parseJson(new TextDecoder().decode(await whole(source)));
}

const whole = (source: ByteSource): Promise<ArrayBuffer> => source.slice(0, source.byteLength);

/**
 * That of the file that is read: what rounded ones must say is another thing. Null where none came along.
 *
 * @throws StudioError `model/import-changed` for one that is not whole
 */
async function proofAmong(files: readonly SetFile[], member: string): Promise<BroughtProof | null> {
  const sheet = files.find(({ path }) => path.endsWith('proof/proof.json'));
  if (sheet === undefined) return null;
  const proof = Proof.safeParse(await jsonOf(sheet));
  if (!proof.success) throw changed('its proof cannot be read');
  const pictures: Uint8Array[] = [];
  for (const name of proof.data.pictures) {
    const file = files.find(({ path }) => path === `${folderOf(sheet.path)}${name}`);
    if (file === undefined) throw changed(`${name} is missing in its proof`);
    pictures.push(new Uint8Array(await whole(await file.open())));
  }
  const claim = proof.data.files?.find(({ file }) => file === member);
  return { pictures, probabilities: claim?.probabilities ?? proof.data.probabilities };
}

/** The error for an export that is not as it was written. */
export const changed = (what: string): StudioError =>
  new StudioError({
    code: 'model/import-changed',
    message: `The network should be the one that was exported; ${what}.`,
    hint: 'A file of it was changed or mixed with another: take the zip as it was written.',
  });
