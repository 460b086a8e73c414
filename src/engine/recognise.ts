/**
 * Owns telling what files are that were dropped on the page: each registry is asked, so that a new source or a new format
 * of weights is recognised by being listed. Whatever fits is offered; the user says which it is.
 */
import { readZipDirectory } from '../data/archives/zip-directory.ts';
import { sources } from '../data/sources/registry.ts';
import type { GivenFiles } from '../data/sources/source.ts';
import { parseJson } from '../lib/json.ts';
import { isZip } from '../models/weights/files/unzip.ts';
import type { SetFile } from '../models/weights/files/file-set.ts';
import { WEIGHT_READERS } from '../models/weights/readers/registry.ts';
import { checkPictureHeader } from '../platform/pictures/picture-header.ts';
import { blobSource } from '../platform/remote/byte-source.ts';
import { isRunFile } from './kept/run-file/read.ts';
import { isEditsFile } from '../protocol/set/edits.ts';
import { StudioError } from '../protocol/errors.ts';
import type { Offer } from '../protocol/messages.ts';
import { parseRecipe } from '../protocol/recipe/recipe.ts';

/** Enough for every format's mark. */
const HEAD_BYTES = 512;
/** Within so many bytes a picture says how large it is. */
const PICTURE_HEAD_BYTES = 2 ** 20;
/** Recipes and lists of edits are told by all of their text; larger ones are no recipes. */
const MOST_RECIPE_BYTES = 2 ** 20;

/**
 * What can be done with some files; empty where nothing can. Those of a folder have their paths as their names.
 *
 * @throws StudioError `data/zip-locked`, `data/damaged`, `data/zip-unsafe-path` of a zip that is for nothing but its trouble
 */
export async function recognise(files: readonly File[]): Promise<readonly Offer[]> {
  const { trouble, ...given } = await givenOf(files);
  const ofText = await textOffer(files);
  if (files.length === 1 && given.isZip && isRunFile(given.names)) return [{ kind: 'runs' }];
  const offers: Offer[] = ofText === null ? [] : [ofText];
  // The folder that `npm run train` wrote has its run in it, whole.
  if (files.length > 1 && files.some(({ name }) => name.endsWith('.mien.zip'))) offers.push({ kind: 'runs' });
  for (const source of sources) {
    const { entry } = source;
    const option = entry.options.find(({ kind }) => kind === 'file')?.name;
    if (option !== undefined && source.recognises?.(given) === true)
      offers.push({ kind: 'set', source: entry.name, label: entry.label, option });
  }
  const pictures = await picturesAmong(files, given);
  if (pictures > 0) offers.push({ kind: 'pictures', count: pictures });
  if (ofText === null) {
    const isWeights = await areWeights(files, given);
    if (isExported(given) || (isWeights && mayBeClassifier(given))) offers.push({ kind: 'network' });
    if (isWeights) offers.push({ kind: 'weights' });
  }
  if (offers.length === 0 && trouble !== null) throw trouble;
  return offers;
}

/** What was picked, as sets of weights are given. */
export function pickedSet(files: readonly File[]): SetFile[] {
  return files.map((file) => ({ path: file.name, open: () => Promise.resolve(blobSource(file)) }));
}

/** Every export says of itself what it is; a TensorFlow.js model may have been taken without its papers. */
function isExported({ names }: GivenFiles): boolean {
  return names.some((name) => /(^|\/)mien\.json$/u.test(name));
}

/** Whether the format holds layers too, and so may hold a head that can be read. */
function mayBeClassifier({ names }: GivenFiles): boolean {
  return names.some((name) => /(?<!\.weights)\.(keras|h5|hdf5|onnx|json)$/iu.test(name));
}

/** What sources are asked about, and why a zip among it cannot be looked into. */
async function givenOf(
  files: readonly File[],
): Promise<GivenFiles & { readonly trouble: StudioError | null }> {
  const [first] = files;
  const isFolder = first?.name.includes('/') === true;
  const head = first === undefined || isFolder || files.length > 1 ? new Uint8Array(0) : await headOf(first);
  const given = { isFolder, isZip: isZip(head), head, names: files.map(({ name }) => name), trouble: null };
  if (first === undefined || !given.isZip) return given;
  try {
    const { entries } = await readZipDirectory(blobSource(first), null);
    return { ...given, names: [...given.names, ...entries.map(({ path }) => path)] };
  } catch (error) {
    // A damaged zip is offered for nothing that hangs on what is in it.
    if (error instanceof StudioError) return { ...given, trouble: error };
    throw error;
  }
}

async function headOf(file: File, bytes = HEAD_BYTES): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, bytes).arrayBuffer());
}

/** A recipe, alone or as a run has it, a study, or a list of edits; null for anything else. */
async function textOffer([file, ...others]: readonly File[]): Promise<Offer | null> {
  if (file === undefined || others.length > 0) return null;
  if (isEditsFile(new TextDecoder().decode(await headOf(file)))) return { kind: 'edits' };
  if (file.size > MOST_RECIPE_BYTES) return null;
  const value = parseJson(await file.text());
  if (typeof value !== 'object' || value === null) return null;
  if ('vary' in value || 'study' in value) return { kind: 'study' };
  for (const candidate of 'recipe' in value ? [value.recipe, value] : [value]) {
    try {
      return { kind: 'recipe', recipe: parseRecipe(candidate) };
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
    }
  }
  return null;
}

/** How many are pictures: each that came by itself is looked into; of a folder the source's own word counts. */
async function picturesAmong(files: readonly File[], { isFolder, names }: GivenFiles): Promise<number> {
  if (isFolder)
    return names.filter((name) => sources.some((source) => source.recognises?.(folderOf(name)))).length;
  let pictures = 0;
  for (const file of files) {
    try {
      checkPictureHeader(await headOf(file, PICTURE_HEAD_BYTES));
      pictures += 1;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
    }
  }
  return pictures;
}

const folderOf = (name: string): GivenFiles => ({
  ...{ isFolder: true, isZip: false },
  names: [name],
  head: new Uint8Array(0),
});

async function areWeights(files: readonly File[], { names }: GivenFiles): Promise<boolean> {
  const extensions = WEIGHT_READERS.flatMap((reader) => reader.extensions).filter((each) => each !== '.zip');
  if (names.some((name) => extensions.some((extension) => name.toLowerCase().endsWith(extension))))
    return true;
  for (const file of files.slice(0, 10)) {
    const head = await headOf(file);
    if (!isZip(head) && WEIGHT_READERS.some((reader) => reader.recognises(head))) return true;
  }
  return false;
}
