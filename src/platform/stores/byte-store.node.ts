/**
 * Stores of bytes in a folder: one file a key, named by the key itself, in a folder for each store. Long keys go on in
 * folders below.
 */
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { newId } from '../../lib/new-id.ts';
import {
  storageFull,
  storageUnavailable,
  type ByteStore,
  type StoredKey,
  type StoreEntry,
  type StoreName,
} from './byte-store.ts';

/** Ends a key's file, and a name that goes on in the folder; neither is in an encoded key. */
const FILE_END = '+bytes';
const FOLDER_END = '+';
/** While a file is written. */
const PART_END = '+part';
/** File systems allow 255 bytes. */
const NAME_PARTS = /.{1,200}/gu;

/** A key as a path; of the characters that `encodeURIComponent` leaves, some systems refuse `*`. */
function pathOf(key: string): string {
  const names = encodeURIComponent(key).replaceAll('*', '%2A').match(NAME_PARTS) ?? [''];
  return `${names.join(`${FOLDER_END}${sep}`)}${FILE_END}`;
}

function keyOf(path: string): string {
  return decodeURIComponent(path.slice(0, -FILE_END.length).replaceAll(`${FOLDER_END}${sep}`, ''));
}

/** Opens a store in a folder, which is made when something is first kept. */
export function openByteStore(name: StoreName, dataFolder: string): ByteStore {
  const folder = join(dataFolder, name);
  const fileOf = (key: string): string => join(folder, pathOf(key));
  const list = (prefix = ''): Promise<StoredKey[]> => listKeys(folder, prefix);
  const deleteMany = async (keys: readonly string[]): Promise<void> => {
    await Promise.all(keys.map((key) => rm(fileOf(key), { force: true })));
  };
  return guarded(name, {
    getMany: (keys) => Promise.all(keys.map((key) => orUndefined(readFile(fileOf(key))))),
    setMany: async (entries, whileThere) => {
      const isThere = whileThere === undefined || (await orUndefined(stat(fileOf(whileThere)))) !== undefined;
      if (isThere) await putAll(entries.map(([key, bytes]) => [fileOf(key), bytes]));
    },
    deleteMany,
    deleteAll: async (prefix) => deleteMany((await list(prefix)).map(({ key }) => key)),
    list,
    roomBytes: async () => {
      const disk = (await orUndefined(statfs(folder))) ?? (await orUndefined(statfs(dataFolder)));
      return disk === undefined ? null : disk.bavail * disk.bsize;
    },
  });
}

/**
 * Written beside and moved when all are there, so that an interrupted write leaves no half of a file. Each write has names
 * of its own beside: two that write one key at once do not take each other's.
 */
async function putAll(files: readonly StoreEntry[]): Promise<void> {
  const part = PART_END + newId();
  try {
    for (const [path, bytes] of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path + part, bytes);
    }
  } catch (error) {
    await Promise.all(files.map(([path]) => rm(path + part, { force: true })));
    throw error;
  }
  for (const [path] of files) await rename(path + part, path);
}

async function listKeys(folder: string, prefix: string): Promise<StoredKey[]> {
  const found = (await orUndefined(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
  const paths = found
    .filter((one) => one.isFile() && one.name.endsWith(FILE_END))
    .map((one) => join(one.parentPath, one.name));
  const keys = paths.map((path) => ({ path, key: keyOf(relative(folder, path)) }));
  const wanted = keys.filter(({ key }) => key.startsWith(prefix));
  const listed = await Promise.all(
    wanted.map(async ({ path, key }) => {
      const { size } = (await orUndefined(stat(path))) ?? {};
      // Deleted since the folder was read.
      return size === undefined ? [] : [{ key, sizeBytes: size }];
    }),
  );
  return listed.flat().sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What there is, or undefined where there is nothing. */
async function orUndefined<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** What the file system says, in our words. */
function guarded(name: StoreName, store: ByteStore): ByteStore {
  const guard =
    <Input extends readonly unknown[], Output>(work: (...input: Input) => Promise<Output>) =>
    async (...input: Input): Promise<Output> => {
      try {
        return await work(...input);
      } catch (cause) {
        throw isCode(cause, 'ENOSPC', 'EDQUOT') ? storageFull(name, cause) : storageUnavailable(name, cause);
      }
    };
  return {
    getMany: guard(store.getMany),
    setMany: guard(store.setMany),
    deleteMany: guard(store.deleteMany),
    deleteAll: guard(store.deleteAll),
    list: guard(store.list),
    roomBytes: guard(store.roomBytes),
  };
}
