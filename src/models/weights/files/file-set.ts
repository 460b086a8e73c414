/**
 * Owns how weights are found among several files: a folder, what was picked together, what a zip holds. Every file is
 * told by its content, in whatever order and under whatever name it comes; what lies beside the weights is read too.
 */
import { bytesSource } from '../../../platform/remote/byte-source.ts';
import type { ByteSource } from '../../../platform/platform.ts';
import { parseJson } from '../../../lib/json.ts';
import { isAbort, StudioError } from '../../../protocol/errors.ts';
import { WEIGHT_READERS, unknownFormat } from '../readers/registry.ts';
import {
  readWhole,
  unreadable,
  type OpenContext,
  type WeightFile,
  type WeightReader,
} from '../readers/weight-file.ts';
import { besideOfJson, labelsOfText, NOTHING_BESIDE, together, type Beside } from './beside.ts';
import { strangeArchive, strangeFormat, strangeJson } from './strangers.ts';
import { isZip, unzip } from './unzip.ts';

/** A file that may be weights, or lie beside them. */
export interface SetFile {
  /** With slashes, from what was picked; whole where it was named by a path or an address. */
  readonly path: string;
  open(): Promise<ByteSource>;
}

export interface WeightSet {
  readonly files: readonly SetFile[];
  /** Opens what lies beside the only file where the rest of its folder is not listed; null where all files are. */
  readonly sibling: ((name: string) => Promise<ByteSource>) | null;
  readonly platform: OpenContext['platform'];
  /** Which of several weights is meant, by its path. */
  readonly member?: string | undefined;
}

/** More files than weights ever have beside them: a folder of pictures, for example. */
const MAX_FILES = 1000;

/** Enough for every format's mark. */
const HEAD_BYTES = 512;

/** What JSON and text files may have to be read. */
const MAX_JSON_BYTES = 64 * 2 ** 20;
const MAX_TEXT_BYTES = 2 ** 20;

/** Asked for beside a file whose folder is not listed. */
const COMPANIONS = ['config.json', 'metadata.json', 'labels.txt'];

const NOTHING_ODD = { stranger: null, refusal: null, isGuess: false } as const;

/** One file, told by its content. */
interface Told {
  readonly file: SetFile;
  readonly source: ByteSource;
  /** Null for what is no weights. */
  readonly reader: WeightReader | 'zip' | null;
  readonly beside: Beside;
  /** What it is instead; null for nothing of note. */
  readonly stranger: StudioError | null;
  /** What it says that the model beside it is, which cannot be used; null for nothing of note. */
  readonly refusal: StudioError | null;
  /** Whether it is taken for weights for want of any: JSON that says nothing. */
  readonly isGuess: boolean;
  readonly head: Uint8Array;
}

/**
 * Opens the weights that a set of files holds.
 *
 * @throws StudioError `model/weights-several` which lists them, `model/weights-other-format`,
 * `model/weights-unknown-format`, `model/weights-unreadable`, `net/…`
 */
export async function openWeightSet(set: WeightSet, signal?: AbortSignal): Promise<WeightFile> {
  if (set.files.length > MAX_FILES) {
    throw unreadable(
      `Weights and what lies beside them should be ${MAX_FILES} files at most; came ${set.files.length}.`,
    );
  }
  const told: Told[] = [];
  for (const file of set.files) {
    signal?.throwIfAborted();
    told.push(await tell(file, signal));
  }
  const readable = told.filter(({ reader }) => reader !== null);
  const sure = readable.filter(({ isGuess }) => !isGuess);
  const refusal = told.map((one) => one.refusal).find((one) => one !== null);
  const found = sure.length > 0 || refusal != null ? sure : readable;
  const chosen = chosenOf(found, set.member);
  const [weights] = chosen;
  if (refusal != null && (weights === undefined || (found.length === 1 && isOfModel(weights)))) throw refusal;
  if (weights === undefined) throw strangerOf(told);
  if (chosen.length > 1) throw several(chosen.map(({ file }) => file.path));
  return openTold(weights, told, set, signal);
}

function chosenOf(found: readonly Told[], member: string | undefined): readonly Told[] {
  if (member === undefined) return found;
  const named = found.filter(({ file }) => file.path === member);
  // It may lie in the only zip.
  const isWithin = named.length === 0 && found.length === 1 && found[0]?.reader === 'zip';
  if (isWithin || named.length > 0 || found.length === 0) return isWithin ? found : named;
  throw new StudioError({
    code: 'model/weights-no-member',
    message: `Weights were expected at ${member}; there are ${found.map(({ file }) => file.path).join(', ')}.`,
    hint: 'Name one of these, or none where there is only one.',
  });
}

/** Why none of the files is weights. */
function strangerOf(told: readonly Told[]): StudioError {
  const paths = told.map(({ file }) => file.path);
  return (
    told.map(({ stranger }) => stranger).find((one) => one !== null) ??
    unknownFormat(told[0]?.head ?? new Uint8Array(0), paths)
  );
}

/** Poses and sounds are layers models too: what lies beside them says what they are. */
function isOfModel({ reader }: Told): boolean {
  return reader !== null && reader !== 'zip' && reader.name === 'tfjs';
}

async function tell(file: SetFile, signal: AbortSignal | undefined): Promise<Told> {
  const source = await file.open();
  const head = new Uint8Array(await source.slice(0, Math.min(HEAD_BYTES, source.byteLength)));
  const one: Told = { file, source, head, reader: null, beside: NOTHING_BESIDE, ...NOTHING_ODD };
  if (isZip(head)) return { ...one, reader: 'zip' };
  const stranger = strangeFormat(head, file.path);
  if (stranger !== null) return { ...one, stranger };
  const reader = WEIGHT_READERS.find((candidate) => candidate.recognises(head)) ?? null;
  if (reader !== null && reader.name !== 'tfjs') return { ...one, reader };
  if (reader === null) return { ...one, beside: await besideOfText(file, source, head, signal) };
  return { ...one, ...(await tellJson(file, source, reader, signal)) };
}

async function besideOfText(
  { path }: SetFile,
  source: ByteSource,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Beside> {
  const isList = head[0] === 0x5b && path.endsWith('.json');
  if ((!/\.txt$/iu.test(path) && !isList) || source.byteLength > MAX_TEXT_BYTES) return NOTHING_BESIDE;
  // A README may end in .txt too: only what is called so holds class names.
  if (!isList && !/label|class/iu.test(path)) return NOTHING_BESIDE;
  const text = new TextDecoder().decode(await readWhole(source, signal));
  return isList ? besideOfJson(parseJson(text)) : { ...NOTHING_BESIDE, labels: labelsOfText(text) };
}

/** A tfjs model, or one of the many JSON files that lie beside weights. */
async function tellJson(
  { path }: SetFile,
  source: ByteSource,
  reader: WeightReader,
  signal: AbortSignal | undefined,
): Promise<Partial<Told>> {
  if (source.byteLength > MAX_JSON_BYTES) return { reader };
  const value = parseJson(new TextDecoder().decode(await readWhole(source, signal)));
  const refusal = strangeJson(value, path);
  if (refusal !== null) return { refusal };
  const isModel = typeof value === 'object' && value !== null && 'weightsManifest' in value;
  const beside = isModel ? NOTHING_BESIDE : besideOfJson(value);
  const isBeside = Object.values(beside).some((one) => one !== null);
  // A lone JSON file that says nothing is meant as a model, and its reader says what it lacks.
  const isOdd =
    !isModel && !isBeside && (value === undefined || !/(config|metadata|tokenizer|index)/iu.test(path));
  return isModel || isOdd ? { reader, isGuess: isOdd } : { beside };
}

async function openTold(
  { reader, source, file }: Told,
  told: readonly Told[],
  set: WeightSet,
  signal: AbortSignal | undefined,
): Promise<WeightFile> {
  if (reader === 'zip' || reader === null) return openZip(await readWhole(source, signal), told, set, signal);
  const { sibling } = set;
  const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
  const isNear = (other: Told): boolean => other.file.path.startsWith(folder);
  const near = [...told.filter(isNear), ...told.filter((other) => !isNear(other))];
  const listed = together(near.map(({ beside }) => beside));
  const beside = sibling === null ? listed : together([listed, await askBeside(sibling, signal)]);
  return reader.open(source, {
    signal,
    beside,
    platform: set.platform,
    sibling: sibling ?? ((name) => findBeside(near, folder, name)),
  });
}

async function openZip(
  bytes: Uint8Array,
  around: readonly Told[],
  { member, platform }: WeightSet,
  signal: AbortSignal | undefined,
): Promise<WeightFile> {
  const entries = unzip(bytes);
  const stranger = strangeArchive([...entries.keys()]);
  if (stranger !== null) throw stranger;
  const inside = [...entries]
    // What macOS puts into zips for itself.
    .filter(([path]) => !/(^|\/)(__MACOSX|\.[^/]+)(\/|$)/u.test(path))
    .map(([path, entry]): SetFile => ({ path, open: () => Promise.resolve(bytesSource(entry.buffer)) }));
  if (inside.length === 0) throw unreadable('The zip should hold weights; it holds nothing.');
  const outside = around.filter(({ reader }) => reader === null).map(({ file }) => file);
  return openWeightSet({ files: [...inside, ...outside], sibling: null, member, platform }, signal);
}

/** A shard by its name; browsers put a number behind that of a second download. */
function findBeside(told: readonly Told[], folder: string, name: string): Promise<ByteSource> {
  const plain = (path: string): string => path.replace(/^.*\//u, '').replace(/ \(\d+\)(?=(\.[^.]*)?$)/u, '');
  const found =
    told.find(({ file }) => file.path === folder + name) ??
    told.find(({ file }) => plain(file.path) === plain(name));
  return found === undefined ? Promise.reject(shardMissing(name)) : Promise.resolve(found.source);
}

/** What companions say that are asked for by name; they need not be there. */
async function askBeside(
  sibling: NonNullable<WeightSet['sibling']>,
  signal: AbortSignal | undefined,
): Promise<Beside> {
  const all: Beside[] = [];
  for (const name of COMPANIONS) {
    try {
      const text = new TextDecoder().decode(await readWhole(await sibling(name), signal));
      const value = parseJson(text);
      const stranger = strangeJson(value, name);
      if (stranger !== null) throw stranger;
      all.push(
        name.endsWith('.txt') ? { ...NOTHING_BESIDE, labels: labelsOfText(text) } : besideOfJson(value),
      );
    } catch (thrown) {
      if (isAbort(thrown) || (thrown instanceof StudioError && thrown.code.startsWith('model/weights-other')))
        throw thrown;
    }
  }
  return together(all);
}

/** The files of which one has to be chosen; null for any other error. */
export function pathsToChoose(error: unknown): readonly string[] | null {
  const isSeveral = error instanceof StudioError && error.code === 'model/weights-several';
  return isSeveral ? (error.cause as readonly string[]) : null;
}

function several(paths: readonly string[]): StudioError {
  return new StudioError({
    code: 'model/weights-several',
    message: `One file of weights was expected; ${paths.length} came: ${paths.join(', ')}.`,
    hint: 'Choose one of them (in a recipe, "member" in backbone.weights).',
    cause: paths,
  });
}

function shardMissing(name: string): StudioError {
  return new StudioError({
    code: 'model/weights-missing-shard',
    message: `The model keeps its numbers in ${name}, which did not come with it.`,
    hint: 'Pick model.json together with its .bin files, the folder that holds them, or a zip of it.',
  });
}
