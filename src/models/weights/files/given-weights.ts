/**
 * Owns where the weights are that a recipe names as a file: picked on the page, at an address, or at the path of a file
 * or a folder; and where the files that belong to them are.
 */
import { blobSource } from '../../../platform/remote/byte-source.ts';
import type { ByteSource, Platform, RemoteOptions } from '../../../platform/platform.ts';
import { StudioError } from '../../../protocol/errors.ts';
import { isFolderPath } from '../../../protocol/set/folder-paths.ts';
import type { WeightSet } from './file-set.ts';

export interface GivenWeights extends Omit<WeightSet, 'platform'> {
  /** Bytes of all files, of which formats that are read whole read all. */
  readonly sizeBytes: number;
  /** Where they come from, for the record of a run. */
  readonly origin: string;
}

export interface GivenOptions extends Pick<RemoteOptions, 'signal' | 'onBytes' | 'onWait' | 'onNotice'> {
  /** What was picked on the page: single files, or those of a folder. */
  readonly files?: readonly File[] | undefined;
}

/**
 * Finds weights.
 *
 * @param file A path of a file or a folder (headless), an address that begins with `http`, or the name of what was picked.
 * @throws StudioError `model/weights-not-picked`, `net/…`, `data/file-missing`
 */
export async function openGivenWeights(
  file: string,
  platform: Pick<Platform, 'kind' | 'openPath' | 'listFolder' | 'openRemote'>,
  options: GivenOptions = {},
): Promise<GivenWeights> {
  if (isAddress(file)) return openAddress(file, platform, options);
  const { files = [] } = options;
  if (files.length > 0) return openPicked(file, files);
  if (platform.kind === 'browser') throw notPicked(file);
  const folder = file.slice(0, file.search(/[^/\\]*$/u));
  const source = await platform.openPath(file).catch((error: unknown) => {
    if (error instanceof StudioError && error.code === 'data/is-folder') return null;
    throw error;
  });
  if (source === null) return openFolder(file, platform);
  return {
    ...alone(file, source),
    sibling: (name) => platform.openPath(folder + name),
    origin: file,
  };
}

async function openFolder(
  path: string,
  platform: Pick<Platform, 'openPath' | 'listFolder'>,
): Promise<GivenWeights> {
  const listed = ((await platform.listFolder?.(path)) ?? []).filter((file) => !isFolderPath(file.path));
  return {
    files: listed.map((file) => ({ path: file.path, open: () => platform.openPath(`${path}/${file.path}`) })),
    sibling: null,
    sizeBytes: listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    origin: path,
  };
}

function alone(path: string, source: ByteSource): Pick<GivenWeights, 'files' | 'sizeBytes'> {
  return { files: [{ path, open: () => Promise.resolve(source) }], sizeBytes: source.byteLength };
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
    ...alone(url, source),
    sibling: (name) => open(new URL(name, url).href),
    origin: `${url}${source.etag === null ? '' : `, ${source.etag}`}`,
  };
}

function openPicked(file: string, files: readonly File[]): GivenWeights {
  return {
    files: files.map((one) => ({ path: one.name, open: () => Promise.resolve(blobSource(one)) })),
    sibling: null,
    sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
    origin: file,
  };
}

function notPicked(file: string): StudioError {
  return new StudioError({
    code: 'model/weights-not-picked',
    message: `The recipe takes its weights from the file "${file}", which a page may not open by itself.`,
    hint: 'Pick that file under Model, Weights and size; or choose other weights there.',
  });
}
