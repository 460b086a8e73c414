/**
 * Owns the store of downloads: files known by their stable address, each cut into numbered blocks. Whoever fetches
 * decides what to keep; a store keeps, lists and forgets. Under the address, encoded: `file` is its record,
 * `<version>/begun` says that this version is being kept, `<version>/<number>` are its blocks.
 */
import type { StoredDownload } from '../../protocol/stored.ts';
import type { ByteStore } from './byte-store.ts';

/** One version of a file. Blocks of different versions never mix. */
export interface DownloadKey {
  /** The address that was asked for, never the one it redirects to. */
  readonly url: string;
  /** From {@link versionOf}. */
  readonly version: string;
}

/** What is known of a file beside its blocks. */
export interface DownloadRecord extends DownloadKey {
  /** What the user knows it by. */
  readonly label: string;
  readonly byteLength: number;
  readonly etag: string | null;
  /** Of every block; the last may be shorter. */
  readonly blockBytes: number;
  /** When its download began, in ms since 1970. */
  readonly storedAtMs: number;
}

/**
 * Keeps blocks of files.
 *
 * Every method throws StudioError `storage/full` or `storage/unavailable`, and nothing else.
 */
export interface DownloadStore {
  /** What is kept of an address; undefined for nothing. */
  readonly describe: (url: string) => Promise<DownloadRecord | undefined>;
  /** Starts to keep a file; blocks of other versions of it are dropped, those of this one stay. */
  readonly begin: (record: DownloadRecord) => Promise<void>;
  readonly read: (key: DownloadKey, block: number) => Promise<Uint8Array | undefined>;
  /** Does nothing where this version of the file is no longer kept: it was deleted meanwhile. */
  readonly write: (key: DownloadKey, block: number, bytes: Uint8Array) => Promise<void>;
  readonly list: () => Promise<readonly StoredDownload[]>;
  readonly remove: (url: string) => Promise<void>;
  /** Bytes that can still be kept; null where that is not known. */
  readonly roomBytes: () => Promise<number | null>;
}

const RECORD = 'file';
const BEGUN = 'begun';

const folderOf = (url: string): string => `${encodeURIComponent(url)}/`;
const recordKey = (url: string): string => `${folderOf(url)}${RECORD}`;
const blocksOf = ({ url, version }: DownloadKey): string => `${folderOf(url)}${encodeURIComponent(version)}/`;

/** Keeps downloads in a store of bytes. */
export function downloadStore(bytes: ByteStore): DownloadStore {
  const describe = async (url: string): Promise<DownloadRecord | undefined> => {
    const [record] = await bytes.getMany([recordKey(url)]);
    return record === undefined ? undefined : toRecord(record);
  };
  return {
    describe,
    begin: async (record) => {
      const before = await describe(record.url);
      if (before?.version !== record.version) await bytes.deleteAll(folderOf(record.url));
      await bytes.setMany([
        [`${blocksOf(record)}${BEGUN}`, new Uint8Array(0)],
        [recordKey(record.url), new TextEncoder().encode(JSON.stringify(record))],
      ]);
    },
    read: async (key, block) => (await bytes.getMany([`${blocksOf(key)}${block}`]))[0],
    write: (key, block, content) =>
      bytes.setMany([[`${blocksOf(key)}${block}`, content]], `${blocksOf(key)}${BEGUN}`),
    list: () => list(bytes),
    remove: (url) => bytes.deleteAll(folderOf(url)),
    roomBytes: bytes.roomBytes,
  };
}

const toRecord = (bytes: Uint8Array): DownloadRecord =>
  JSON.parse(new TextDecoder().decode(bytes)) as DownloadRecord;

async function list(bytes: ByteStore): Promise<StoredDownload[]> {
  const keys = await bytes.list();
  const records = await bytes.getMany(
    keys.filter(({ key }) => key.endsWith(`/${RECORD}`)).map(({ key }) => key),
  );
  return records.flatMap((stored) => {
    // Deleted since the keys were listed.
    if (stored === undefined) return [];
    const record = toRecord(stored);
    const blocks = keys.filter(({ key }) => key.startsWith(blocksOf(record)));
    const storedBytes = blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const { url, label, byteLength, storedAtMs } = record;
    return [{ url, label, byteLength, storedBytes, storedAtMs }];
  });
}

/** A text that is the same for the same version of a file, cut in the same way. */
export function versionOf(byteLength: number, etag: string | null, blockBytes: number): string {
  return `${byteLength}/${blockBytes}/${etag ?? ''}`;
}

/** Bytes of block `block` of a file. */
export function blockLength({ byteLength, blockBytes }: DownloadRecord, block: number): number {
  return Math.min(blockBytes, byteLength - block * blockBytes);
}
