/**
 * Owns where the weights are that a recipe names as a file: picked on the page, at an address, or at a path; and where
 * the files that belong to them are.
 */
import { blobSource } from '../../platform/remote/byte-source.ts';
import type { ByteSource, Platform, RemoteOptions } from '../../platform/platform.ts';
import { StudioError } from '../../protocol/errors.ts';
import { WEIGHT_READERS } from './readers/registry.ts';

export interface GivenWeights {
  readonly source: ByteSource;
  /** Opens a file that lies beside it. */
  readonly sibling: (name: string) => Promise<ByteSource>;
  /** Where it comes from, for the record of a run. */
  readonly origin: string;
}

export interface GivenOptions extends Pick<RemoteOptions, 'signal' | 'onBytes' | 'onWait' | 'onNotice'> {
  /** What was picked on the page: single files, or those of a folder. */
  readonly files?: readonly File[] | undefined;
}

/**
 * Finds weights.
 *
 * @param file A path (headless), an address that begins with `http`, or the name of what was picked.
 * @throws StudioError `model/weights-not-picked`, `net/…`, `data/file-missing`
 */
export async function openGivenWeights(
  file: string,
  platform: Pick<Platform, 'kind' | 'openPath' | 'openRemote'>,
  options: GivenOptions = {},
): Promise<GivenWeights> {
  if (isAddress(file)) return openAddress(file, platform, options);
  if (options.files !== undefined && options.files.length > 0) return openPicked(options.files);
  if (platform.kind === 'browser') throw notPicked(file);
  const folder = file.slice(0, file.search(/[^/\\]*$/u));
  const open = (path: string): Promise<ByteSource> => platform.openPath(path);
  return { source: await open(file), sibling: (name) => open(folder + name), origin: file };
}

/** Whether a recipe's weights are fetched from a server. */
export function isAddress(file: string): boolean {
  return /^https?:\/\//iu.test(file);
}

/** What is fetched for an address: a shared Teachable Machine model is named by its folder. */
export function fileAddress(address: string): string {
  return address.endsWith('/') ? `${address}model.json` : address;
}

async function openAddress(
  address: string,
  platform: Pick<Platform, 'openRemote'>,
  { signal, onBytes, onWait, onNotice }: GivenOptions,
): Promise<GivenWeights> {
  const url = fileAddress(address);
  const open = (from: string) => {
    const { host, pathname } = new URL(from);
    return platform.openRemote(from, { label: `${host}${pathname}`, signal, onBytes, onWait, onNotice });
  };
  const source = await open(url);
  return {
    source,
    sibling: (name) => open(new URL(name, url).href),
    origin: `${url}${source.etag === null ? '' : `, ${source.etag}`}`,
  };
}

/** Of several files the one that says what the others are. */
function openPicked(files: readonly File[]): GivenWeights {
  const byPath = new Map(files.map((file) => [file.name, file]));
  const paths = [...byPath.keys()].sort((a, b) => depth(a) - depth(b));
  const main =
    paths.find((path) => /(^|\/)model\.json$/u.test(path)) ??
    paths.find((path) => extensions.some((extension) => path.toLowerCase().endsWith(extension))) ??
    paths[0];
  const file = main === undefined ? undefined : byPath.get(main);
  if (main === undefined || file === undefined) throw notPicked('');
  const folder = main.slice(0, main.lastIndexOf('/') + 1);
  return {
    source: blobSource(file),
    sibling: (name) => {
      const beside = byPath.get(folder + name);
      return beside === undefined ? Promise.reject(shardMissing(name)) : Promise.resolve(blobSource(beside));
    },
    origin: main,
  };
}

const extensions = WEIGHT_READERS.flatMap((reader) => reader.extensions);

function depth(path: string): number {
  return path.split('/').length;
}

function shardMissing(name: string): StudioError {
  return new StudioError({
    code: 'model/weights-missing-shard',
    message: `The model keeps its numbers in ${name}, which was not picked with it.`,
    hint: 'Pick model.json together with its .bin files, the folder that holds them, or a zip of it.',
  });
}

function notPicked(file: string): StudioError {
  return new StudioError({
    code: 'model/weights-not-picked',
    message: `The recipe takes its weights from the file "${file}", which a page may not open by itself.`,
    hint: 'Pick that file under Model, Weights and size; or choose other weights there.',
  });
}
