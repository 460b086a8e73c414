/**
 * Owns finding a network that Mien exported among files: a zip, a folder or single files; what it says of itself
 * (`mien.json`), which of its files is read, and the proof beside it. Any format comes back that has a reader of weights.
 */
import { z } from 'zod';
import { isZip, unzip } from '../models/weights/files/unzip.ts';
import type { SetFile } from '../models/weights/files/file-set.ts';
import { bytesSource } from '../platform/remote/byte-source.ts';
import type { ByteSource } from '../platform/platform.ts';
import { parseJson } from '../lib/json.ts';
import { StudioError } from '../protocol/errors.ts';
import { parseRecipe, type Recipe } from '../protocol/recipe/recipe.ts';

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
  /** The file that is read, then those that belong to it. */
  readonly files: readonly [SetFile, ...SetFile[]];
  /** Null where none came along. */
  readonly proof: BroughtProof | null;
}

/** Exact ones, by the names that Mien gives them; the first that is there is read. */
const READABLE = ['model.json', 'model.keras', 'model.safetensors', 'model.weights.h5'];

/** Formats that give no network back, and why. */
const ONE_WAY: readonly (readonly [ending: string, why: string])[] = [
  ['.onnx', 'in ONNX, BatchNorm is dissolved in the convolutions'],
  ['.tflite', 'in LiteRT, BatchNorm is dissolved in the convolutions'],
];

/** Small files that are read whole. */
const MAX_FACTS_BYTES = 64 * 2 ** 20;

/**
 * Looks for an export among files.
 *
 * @throws StudioError `model/import-unknown` where there is none, `model/import-one-way` for a format that cannot come back,
 * `model/import-changed`
 */
export async function findExported(given: readonly SetFile[]): Promise<Exported> {
  const files = await unpacked(given);
  const facts = await factsAmong(files);
  if (facts === null) throw unknown(files);
  const member = READABLE.map((name) => files.find(({ path }) => nameOf(path) === name)).find(
    (file) => file !== undefined,
  );
  if (member === undefined) throw oneWay(files) ?? unknown(files);
  const folder = folderOf(member.path);
  const beside = files.filter(({ path }) => path.startsWith(folder));
  const shards = beside.filter(({ path }) => path.endsWith('.bin'));
  return { ...facts, files: [member, ...shards], proof: await proofAmong(beside) };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** What a zip holds, where only one came; a `.keras` is a zip too, and a network's file. */
async function unpacked(given: readonly SetFile[]): Promise<readonly SetFile[]> {
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

async function factsAmong(files: readonly SetFile[]): Promise<Omit<Exported, 'files' | 'proof'> | null> {
  // A model.json that is taken alone says the same of itself.
  for (const name of ['mien.json', 'model.json']) {
    for (const file of files.filter(({ path }) => nameOf(path) === name)) {
      const value = await jsonOf(file);
      const said =
        name === 'mien.json'
          ? value
          : (value as { userDefinedMetadata?: unknown } | null)?.userDefinedMetadata;
      const facts = Facts.safeParse(said);
      if (facts.success) return { ...facts.data, recipe: parseRecipe(facts.data.recipe) };
    }
  }
  return null;
}

async function jsonOf(file: SetFile): Promise<unknown> {
  const source = await file.open();
  return source.byteLength > MAX_FACTS_BYTES
    ? null
    : parseJson(new TextDecoder().decode(await whole(source)));
}

const whole = (source: ByteSource): Promise<ArrayBuffer> => source.slice(0, source.byteLength);

/**
 * That of the exact files: what rounded ones must say is another thing. Null where none came along.
 *
 * @throws StudioError `model/import-changed` for one that is not whole
 */
async function proofAmong(files: readonly SetFile[]): Promise<BroughtProof | null> {
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
  return { pictures, probabilities: proof.data.probabilities };
}

/** The error for an export that is not as it was written. */
export const changed = (what: string): StudioError =>
  new StudioError({
    code: 'model/import-changed',
    message: `The network should be the one that was exported; ${what}.`,
    hint: 'A file of it was changed or mixed with another: take the zip as it was written.',
  });

function oneWay(files: readonly SetFile[]): StudioError | null {
  const found = ONE_WAY.find(([ending]) => files.some(({ path }) => path.endsWith(ending)));
  if (found === undefined) return null;
  return new StudioError({
    code: 'model/import-one-way',
    message: `An export as TensorFlow.js, Keras or safetensors was expected; this one cannot come back: ${found[1]}.`,
    hint: 'Take the network home as TensorFlow.js too, and bring that zip back.',
  });
}

function unknown(files: readonly SetFile[]): StudioError {
  const isTeachable = files.some(({ path }) => nameOf(path) === 'metadata.json');
  return new StudioError({
    code: 'model/import-unknown',
    message: `A network that Mien exported was expected, with its mien.json; of the ${files.length} files none says so.`,
    hint: isTeachable
      ? 'A network by Teachable Machine has another head. Begin with its weights under Model, with a new head.'
      : 'Pick the whole zip or folder of an export; other networks can be begun with under Model, Weights and size.',
  });
}
