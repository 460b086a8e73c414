/** The store of downloads in a folder: one folder a file, in it `file.json` and one file a block of its version. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  storageFull,
  storageUnavailable,
  storedDownload,
  type DownloadKey,
  type DownloadRecord,
  type DownloadStore,
} from './download-store.ts';

const RECORD = 'file.json';
const nameOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

/** Opens the store in a folder, which is made when something is first kept. */
export function openDownloadStore(folder: string): DownloadStore {
  const ofFile = (url: string): string => join(folder, nameOf(url));
  const ofVersion = ({ url, version }: DownloadKey): string => join(ofFile(url), nameOf(version));
  const describe = async (url: string): Promise<DownloadRecord | undefined> => {
    const text = await orUndefined(readFile(join(ofFile(url), RECORD), 'utf8'));
    return text === undefined ? undefined : (JSON.parse(text) as DownloadRecord);
  };
  const store: DownloadStore = {
    describe,
    begin: async (record) => {
      const before = await describe(record.url);
      if (before?.version !== record.version) await rm(ofFile(record.url), { recursive: true, force: true });
      await mkdir(ofVersion(record), { recursive: true });
      await put(join(ofFile(record.url), RECORD), JSON.stringify(record));
    },
    read: (key, block) => orUndefined(readFile(join(ofVersion(key), String(block)))),
    write: async (key, block, bytes) => {
      if ((await describe(key.url))?.version === key.version)
        await put(join(ofVersion(key), String(block)), bytes);
    },
    list: async () => {
      const names = (await orUndefined(readdir(folder))) ?? [];
      const texts = await Promise.all(
        names.map((name) => orUndefined(readFile(join(folder, name, RECORD), 'utf8'))),
      );
      const records = texts.flatMap((text) =>
        text === undefined ? [] : [JSON.parse(text) as DownloadRecord],
      );
      return Promise.all(
        records.map(async (record) => {
          const blocks = (await orUndefined(readdir(ofVersion(record)))) ?? [];
          return storedDownload(record, blocks.filter((name) => /^\d+$/u.test(name)).map(Number));
        }),
      );
    },
    remove: (url) => rm(ofFile(url), { recursive: true, force: true }),
    roomBytes: async () => {
      const disk = await orUndefined(statfs(folder));
      return disk === undefined ? null : disk.bavail * disk.bsize;
    },
  };
  return guarded(store);
}

/** Written beside and moved, so that an interrupted write leaves no half of a file. */
async function put(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
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
function guarded(store: DownloadStore): DownloadStore {
  const guard =
    <Input extends readonly unknown[], Output>(work: (...input: Input) => Promise<Output>) =>
    async (...input: Input): Promise<Output> => {
      try {
        return await work(...input);
      } catch (cause) {
        throw isCode(cause, 'ENOSPC', 'EDQUOT') ? storageFull(cause) : storageUnavailable(cause);
      }
    };
  return {
    describe: guard(store.describe),
    begin: guard(store.begin),
    read: guard(store.read),
    write: guard(store.write),
    list: guard(store.list),
    remove: guard(store.remove),
    roomBytes: guard(store.roomBytes),
  };
}
