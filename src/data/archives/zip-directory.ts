/**
 * Owns a zip's central directory: which files it holds and where they lie, checked before anything is unpacked.
 *
 * @see APPNOTE.TXT, "ZIP File Format Specification", PKWARE, version 6.3.10
 */
import { StudioError } from '../../protocol/errors.ts';
import type { ByteSource } from '../../platform/platform.ts';
import { isFolderPath } from '../../protocol/set/folder-paths.ts';
import { guessPage, isAscii, readInPage, readUtf8, type NamePage } from './name-pages.ts';

/** One file of a zip. */
export interface ZipEntry {
  /** With slashes, relative, without `..`. */
  readonly path: string;
  /** 0 stored, 8 deflated; others are refused when read. */
  readonly method: number;
  readonly packedBytes: number;
  /** As the directory claims. */
  readonly unpackedBytes: number;
  /** Of the unpacked bytes, as the directory claims. */
  readonly crc32: number;
  /** Where its local header begins. */
  readonly headerAt: number;
}

/** More files than any set of pictures has. */
const MAX_ENTRIES = 1_000_000;
/** Directories of a million long names. */
const MAX_DIRECTORY_BYTES = 2 ** 28;

/** What a zip holds. */
export interface ZipDirectory {
  /** Its files, in the directory's order. */
  readonly entries: readonly ZipEntry[];
  /** Paths of the folders that it lists, each with a slash at its end. */
  readonly folders: readonly string[];
  /** The code page that names are read in, which nothing tells; null where none is in doubt. */
  readonly namePage: NamePage | null;
}

/**
 * Reads a zip's directory.
 *
 * @param page that names are in where they are not UTF-8; null to guess it
 * @throws StudioError `data/not-zip`, `data/damaged`, `data/zip-unsafe-path`, `data/zip-locked`
 */
export async function readZipDirectory(file: ByteSource, page: NamePage | null): Promise<ZipDirectory> {
  const { at, bytes, count } = await findDirectory(file);
  if (bytes > MAX_DIRECTORY_BYTES || at + bytes > file.byteLength)
    throw damagedZip('its list of files is not there');
  const list = new DataView(await file.slice(at, at + bytes));
  const listed: ListedEntry[] = [];
  for (let position = 0; position < list.byteLength;) {
    if (position + 46 > list.byteLength || list.getUint32(position, true) !== 0x02014b50) break;
    const entry = readEntry(list, position);
    position = entry.end;
    listed.push(entry);
  }
  // Finder counts modulo 65,536: the list is read to its end, and the count only tells whether it is whole.
  if (listed.length % COUNT_MODULUS !== count % COUNT_MODULUS)
    throw damagedZip('its list of files is damaged');
  if (listed.length > MAX_ENTRIES) throw damagedZip(`it holds ${listed.length} files`);
  const doubtful = listed.filter(({ isUtf8, name }) => !isUtf8 && !isAscii(name) && readUtf8(name) === null);
  const namePage = doubtful.length === 0 ? null : (page ?? guessPage(doubtful.map(({ name }) => name)));
  const folders: string[] = [];
  const entries = listed.flatMap(({ name, isUtf8, isLocked, end: _, ...entry }) => {
    const written =
      namePage === null || isUtf8
        ? new TextDecoder().decode(name)
        : (readUtf8(name) ?? readInPage(name, namePage));
    const path = written.replaceAll('\\', '/');
    if (isFolderPath(path)) {
      if (!leadsOut(path)) folders.push(path);
      return [];
    }
    if (isLocked) throw lockedZip(written);
    if (leadsOut(path)) throw unsafePath(written);
    return [{ ...entry, path }];
  });
  return { entries, folders, namePage };
}

/** The end of a zip that is not zip64 has two bytes for the count. */
const COUNT_MODULUS = 2 ** 16;

/** An entry as it stands in the list. */
interface ListedEntry extends Omit<ZipEntry, 'path'> {
  readonly name: Uint8Array;
  /** Whether the entry says that its name is UTF-8. */
  readonly isUtf8: boolean;
  readonly isLocked: boolean;
  /** Where the next one begins. */
  readonly end: number;
}

interface Directory {
  readonly at: number;
  readonly bytes: number;
  readonly count: number;
}

async function findDirectory(file: ByteSource): Promise<Directory> {
  // The end record has 22 bytes and a comment of up to 65,535.
  const from = Math.max(0, file.byteLength - 65_557);
  const tail = new DataView(await file.slice(from, file.byteLength));
  for (let at = tail.byteLength - 22; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    const directory = {
      count: tail.getUint16(at + 10, true),
      bytes: tail.getUint32(at + 12, true),
      at: tail.getUint32(at + 16, true),
    };
    const isLarge =
      directory.count === 0xffff || directory.bytes === 0xffffffff || directory.at === 0xffffffff;
    const found = isLarge ? await findLargeDirectory(file, from + at) : directory;
    if (found.count > MAX_ENTRIES) throw damagedZip(`it claims to hold ${found.count} files`);
    return found;
  }
  const head = new Uint8Array(await file.slice(0, 4));
  if (head[0] === 0x50 && head[1] === 0x4b) throw damagedZip('its end is missing');
  throw new StudioError({
    code: 'data/not-zip',
    message: 'A zip file was expected; what came is none.',
    hint: 'Pick a .zip of folders, one for each class, with the pictures of the class in it.',
  });
}

/** Zip64, for more than 65,535 files or 4 GB. */
async function findLargeDirectory(file: ByteSource, endAt: number): Promise<Directory> {
  const locator = new DataView(await file.slice(Math.max(0, endAt - 20), endAt));
  if (locator.byteLength < 20 || locator.getUint32(0, true) !== 0x07064b50)
    throw damagedZip('its end is damaged');
  const recordAt = Number(locator.getBigUint64(8, true));
  if (recordAt + 56 > file.byteLength) throw damagedZip('its end is damaged');
  const record = new DataView(await file.slice(recordAt, recordAt + 56));
  if (record.byteLength < 56 || record.getUint32(0, true) !== 0x06064b50)
    throw damagedZip('its end is damaged');
  return {
    count: Number(record.getBigUint64(32, true)),
    bytes: Number(record.getBigUint64(40, true)),
    at: Number(record.getBigUint64(48, true)),
  };
}

function readEntry(list: DataView, at: number): ListedEntry {
  const nameBytes = list.getUint16(at + 28, true);
  const extraBytes = list.getUint16(at + 30, true);
  const end = at + 46 + nameBytes + extraBytes + list.getUint16(at + 32, true);
  if (end > list.byteLength) throw damagedZip('its list of files is damaged');
  const name = new Uint8Array(list.buffer, list.byteOffset + at + 46, nameBytes);
  const extra = new DataView(list.buffer, list.byteOffset + at + 46 + nameBytes, extraBytes);
  const large = new LargeNumbers(extra);
  // The order of the large numbers is fixed, and only those that do not fit are there.
  const unpackedBytes = large.next(list.getUint32(at + 24, true));
  const packedBytes = large.next(list.getUint32(at + 20, true));
  const headerAt = large.next(list.getUint32(at + 42, true));
  const method = list.getUint16(at + 10, true);
  const crc32 = list.getUint32(at + 16, true);
  const flags = list.getUint16(at + 8, true);
  const [isUtf8, isLocked] = [(flags & 0x800) !== 0, (flags & 1) !== 0];
  return { name, isUtf8, isLocked, method, packedBytes, unpackedBytes, crc32, headerAt, end };
}

/** Zip64's extra field: 64-bit numbers for those that read 0xffffffff. */
class LargeNumbers {
  private readonly field: DataView | null;
  private at = 0;

  constructor(extra: DataView) {
    this.field = findField(extra, 1);
  }

  next(small: number): number {
    if (small !== 0xffffffff || this.field === null) return small;
    if (this.at + 8 > this.field.byteLength) throw damagedZip('its list of files is damaged');
    this.at += 8;
    return Number(this.field.getBigUint64(this.at - 8, true));
  }
}

function findField(extra: DataView, id: number): DataView | null {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const size = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === id && at + 4 + size <= extra.byteLength) {
      return new DataView(extra.buffer, extra.byteOffset + at + 4, size);
    }
    at += 4 + size;
  }
  return null;
}

/** Nothing is written to disk, yet a path that leaves its folder is the mark of a hostile file. */
function leadsOut(path: string): boolean {
  return path.startsWith('/') || /^[a-z]:\//i.test(path) || path.split('/').includes('..');
}

function unsafePath(path: string): StudioError {
  return new StudioError({
    code: 'data/zip-unsafe-path',
    message: `Paths within the zip were expected; one leads out of it: ${JSON.stringify(path.slice(0, 100))}.`,
    hint: 'Do not trust this file. If it is your own, pack the folders anew.',
  });
}

/** The error for a zip whose parts do not fit together. */
export function damagedZip(what: string, cause?: unknown): StudioError {
  return new StudioError({
    code: 'data/damaged',
    message: `The zip cannot be read: ${what}.`,
    hint: 'Fetch or pack it again, and check its size against the place it comes from.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function lockedZip(path: string): StudioError {
  return new StudioError({
    code: 'data/zip-locked',
    message: `A zip without a password was expected; "${path}" is locked with one.`,
    hint: 'Unpack it yourself with the password, and pick the folder in place of the zip.',
  });
}
