/**
 * Owns when two sets, networks and runs are the same, for page, worker and disk: nothing else makes a key of a recipe or
 * of files. There are two questions.
 *
 * *Must it be read again?* Answered before anything is read, by what a list of files tells: another path, name, size or
 * time of any of them, or another choice about them, and it is read again. `openingKey`, `weightsKey` and `networkKey`
 * answer it for what was picked, `listingHash` and `listingKey` for what a source finds.
 *
 * *Is it the same set?* Answered by what was read: the same bytes under the same paths within the set and the same
 * labels, in the same order, wherever they lie and whenever they were copied there. A copied or newly unpacked folder is
 * the same set; one with a picture saved anew or under another label is not. `ContentHash`, `setHash`, `testHash` and
 * `isSameRecipe` answer it.
 */
import { Hash, hashText } from '../lib/bytes/hash.ts';
import { joinFloats } from '../lib/bytes/join-floats.ts';
import { sha256 } from '../lib/bytes/sha256.ts';
import { isSame, sameText } from '../lib/json.ts';
import type { DatasetSummary } from './set/dataset.ts';
import type { WeightsRecord } from './model.ts';
import type { Options } from './recipe/options.ts';
import type { Preparing } from './recipe/preparing.ts';
import type { FullRecipe } from './recipe/full-recipe.ts';
import type { GpuKernels } from './device.ts';
import { isOnBatch, type Recipe, type Simd } from './recipe/recipe.ts';
import type { WeightsFile } from './recipe/own-weights.ts';

/** Another text for other picked files, as far as their list tells. */
function filesText(files: readonly File[]): string {
  return sameText(files.map(({ name, size, lastModified }) => [name, size, lastModified]));
}

/** Two recipes with the same key open the same set, cleaned, split, resized and edited alike. */
export function openingKey(recipe: Recipe, files: readonly File[] = []): string {
  return sameText([readingKey(recipe, files), recipe.dataset.edits ?? null]);
}

/** Two recipes with the same key open the same set before it is edited. */
export function readingKey(recipe: Recipe, files: readonly File[] = []): string {
  const { dataset, split, image } = withoutEdits(recipe);
  // What numbers pixels become is the network's.
  const { scale: _scale, ...pictures } = image;
  return sameText([dataset, split, pictures, filesText(files)]);
}

/** The recipe of the same set before it is edited. */
export function withoutEdits(recipe: Recipe): Recipe {
  const { edits: _edits, ...dataset } = recipe.dataset;
  return { ...recipe, dataset };
}

/**
 * Two files of weights with the same key are read alike.
 *
 * @param given as the recipe names them
 */
export function weightsKey(given: WeightsFile, files: readonly File[] = []): string {
  return sameText([given, filesText(files)]);
}

/** Two recipes with the same key have the same network, described and built alike. */
export function networkKey(recipe: Recipe, classes: number, weightFiles: readonly File[] = []): string {
  const { backbone, image, head } = recipe;
  // What the backbone leaves open may hang on it.
  const onBatch = isOnBatch(recipe);
  return sameText([backbone, onBatch, image, head, classes, filesText(weightFiles)]);
}

/** What a list says of a file in a folder or an archive. */
export interface ListedFile {
  /** Within the folder or archive. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Another one for another version of the file, as far as the list tells: when it was changed, or a checksum. */
  readonly version?: number | undefined;
}

/** Another hash for other files, as far as their list tells. */
export function listingHash(files: readonly ListedFile[]): string {
  const hash = new Hash();
  for (const { path, sizeBytes, version } of files)
    hash.addText(sameText([path, sizeBytes, version ?? null]));
  return hash.toString();
}

/**
 * The same where a source's rows need not be read again.
 *
 * @param options those that the rows hang on
 * @param identity another text for another version of the source, as far as a list tells
 */
export function listingKey(options: Options, identity: string): string {
  return sameText([options, identity]);
}

/** The same for all sources that may hold the same rows, as far as can be told without reading them. */
export function outlineKey(rowCount: number | null, sizeBytes: number): string {
  return sameText([rowCount, sizeBytes]);
}

/** A name for the pictures of a listing, as a preparing version makes them. */
export function preparedKey(version: number, listing: string, preparing: Preparing): string {
  return hashText(sameText([version, listing, ...preparingTexts(preparing)]));
}

/** Whether pictures that were prepared in one way are what the other asks for. */
export function isPreparedAlike(one: Preparing, other: Preparing): boolean {
  return sameText(preparingTexts(one)) === sameText(preparingTexts(other));
}

const preparingTexts = ({ size, resize, orientation, faceMargin }: Preparing): unknown[] => [
  ...[size, resize, orientation, faceMargin],
];

/** What is the same of a row in the same set. */
export interface HashedRow {
  /** Within the set; empty where pictures have none. */
  readonly path: string;
  /** Its class, or its label's cell as it stands. */
  readonly label: string | null;
  /** Hash of the picture's file; null where the row has no picture. */
  readonly file: string | null;
  /** What it belongs to and which part the set puts it in, where that counts. */
  readonly group?: string | null;
  readonly split?: string | null;
}

/** The hash of what a set's rows hold, one after another. */
export class ContentHash {
  readonly #hash = new Hash();

  /** @returns itself */
  add({ path, label, file, group = null, split = null }: HashedRow): this {
    this.#hash.addText(sameText([path, label, file, group, split]));
    return this;
  }

  toString(): string {
    return this.#hash.toString();
  }
}

/** The same where networks learn from the same pictures and labels and are judged by the same: one such run goes on. */
export function setHash(contentHash: string, { train, validation, test }: DatasetSummary['split']): string {
  return hashText(sameText([contentHash, ...[train, validation, test].map((rows) => Array.from(rows))]));
}

/** The same where networks are judged by the same pictures and labels, whatever they learn from: their results can be compared. */
export function testHash({ contentHash, split }: Pick<DatasetSummary, 'contentHash' | 'split'>): string {
  return hashText(sameText([contentHash, Array.from(split.test)]));
}

/**
 * The same where each row of a set, edited or not, is the same picture, prepared alike.
 *
 * @param contentHash of the set before edits
 * @param added hashes of the files that edits add, in row order
 */
export function picturesKey(contentHash: string, preparing: Preparing, added: readonly string[]): string {
  return hashText(sameText([contentHash, ...preparingTexts(preparing), added]));
}

/**
 * Whether a run of one recipe goes on under another. What the recipes are called and where the pictures lie does not
 * matter: that the set is the same is told by {@link setHash}. Both are filled in, since what one leaves out another names.
 */
export function isSameRecipe(one: FullRecipe, other: FullRecipe): boolean {
  return isSame(withoutPlace(one), withoutPlace(other));
}

function withoutPlace({ name: _name, dataset, ...recipe }: FullRecipe): unknown {
  const { path: _path, ...choices } = dataset;
  return { ...recipe, dataset: choices };
}

/**
 * What a backbone's weights are the same by, whatever file or format they came from: SHA-256 of the values as float32,
 * little-endian, variable after variable; null as {@link sha256} says.
 */
export const weightsHash = (values: readonly Float32Array[]): Promise<string | null> =>
  sha256(joinFloats(values));

/** Two recipes with the same key show the same augmented views of a set's pictures. */
export function viewsKey({ augmentation, image, seed }: Recipe): string {
  return sameText([augmentation, image, seed]);
}

/** What the frozen part of a network computes depends on. */
export interface FrozenInputs {
  readonly recipe: Recipe;
  /** Of the opened set; labels do not matter here. */
  readonly picturesKey: string;
  readonly weights: Pick<WeightsRecord, 'origin' | 'sha256'>;
  /** Of the network: how pictures become its input. */
  readonly preprocessing: unknown;
  /** Of the network: what its weights were trained with that is told by no number of theirs. */
  readonly flavour: unknown;
  /** What wasm computes with; null on other devices. */
  readonly simd: Simd | null;
  /** Which kernels compute it: another text for others, which may round otherwise. */
  readonly kernels: string;
  /** Which ways matrix products take on WebGPU; null on other devices. */
  readonly gpuWays: GpuKernels['ways'] | null;
}

/** The same where the frozen part computes the same of the same row and view, whatever the head and the phases are. */
export function activationsKey(inputs: FrozenInputs): string {
  const { recipe, picturesKey, weights, preprocessing, flavour, simd, kernels, gpuWays } = inputs;
  const { backbone, image, seed } = recipe;
  // How many views there are does not change any of them.
  const { views: _views, ...augmentation } = recipe.augmentation;
  const { origin, sha256 } = weights;
  const network = [backbone, origin, sha256, preprocessing, flavour, simd, kernels, gpuWays];
  return sameText([picturesKey, image, ...network, augmentation, seed]);
}
