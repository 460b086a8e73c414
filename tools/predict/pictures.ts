/** The pictures that a command names: files, those in folders, or the rows of a Parquet file, one after another. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openParquet } from '../../src/data/parquet/parquet-file.ts';
import { sortFiles } from '../../src/data/layouts/file-kinds.ts';
import { readPictures } from '../../src/data/sources/image-table.ts';
import { findPlace } from '../../src/data/sources/table-columns.ts';
import { countOf } from '../../src/lib/format.ts';
import { isFolderPath } from '../../src/protocol/set/folder-paths.ts';
import type { SourceRow } from '../../src/data/sources/source.ts';
import type { FolderFile, Platform } from '../../src/platform/platform.ts';
import { StudioError } from '../../src/protocol/errors.ts';

/** One of them. */
export interface NamedPicture {
  /** Its path; of a Parquet file, the number of its row, from 0. */
  readonly name: string;
  /** Null where a row has none. */
  readonly encoded: Uint8Array | null;
  /** What the row has in its place. */
  readonly inPlace?: SourceRow['inPlace'];
}

/** What is to be asked about. */
export interface Asked {
  /** What names a picture: the table's first column. */
  readonly by: 'file' | 'row';
  /** Files of folders that are no pictures. */
  readonly others: number;
  readonly pictures: AsyncIterable<NamedPicture>;
}

type Folders = Pick<Platform, 'openPath' | 'listFolder'>;

/** @throws StudioError `data/file-missing`, `data/no-rows`, `data/…` of a Parquet file, `recipe/bad-command` */
export async function findAsked(paths: readonly string[], platform: Folders): Promise<Asked> {
  const tables = paths.filter((path) => path.toLowerCase().endsWith('.parquet'));
  const [table] = tables;
  if (table === undefined) return picturesOf(paths, platform);
  if (paths.length > 1) {
    throw new StudioError({
      code: 'recipe/bad-command',
      message: `A Parquet file is asked about alone, so that its rows are the table's lines. Came: ${paths.join(', ')}.`,
      hint: 'Ask about the others in a command of their own.',
    });
  }
  return { by: 'row', others: 0, pictures: rowsOf(table, platform) };
}

async function picturesOf(paths: readonly string[], platform: Folders): Promise<Asked> {
  const found: { readonly name: string; readonly read: () => Promise<Uint8Array> }[] = [];
  let others = 0;
  for (const path of paths) {
    const files = await filesBelow(path, platform);
    if (files === null) {
      const source = await platform.openPath(path);
      found.push({ name: path, read: async () => new Uint8Array(await source.slice(0)) });
      continue;
    }
    const { pictures } = sortFiles(files);
    if (pictures.length === 0) throw noPictures(path, files.length);
    others += files.length - pictures.length;
    found.push(...pictures.map((file) => ({ name: join(path, file.path), read: () => file.read() })));
  }
  async function* read(): AsyncGenerator<NamedPicture> {
    for (const { name, read: bytes } of found) yield { name, encoded: await bytes() };
  }
  return { by: 'file', others, pictures: read() };
}

function noPictures(folder: string, files: number): StudioError {
  return new StudioError({
    code: 'data/no-rows',
    message: `A folder with pictures was expected; of ${countOf(files, 'file')} in ${folder} none is one.`,
    hint: 'Name pictures, folders that hold some, or one Parquet file.',
  });
}

/** Null for what is no folder. */
async function filesBelow(path: string, platform: Folders): Promise<readonly FolderFile[] | null> {
  const isFolder = await stat(path).then(
    (one) => one.isDirectory(),
    // What is not there is said by whoever opens it.
    (_missing: unknown) => false,
  );
  if (!isFolder) return null;
  return ((await platform.listFolder?.(path)) ?? []).filter((file) => !isFolderPath(file.path));
}

async function* rowsOf(path: string, platform: Folders): AsyncGenerator<NamedPicture> {
  const file = await openParquet(await platform.openPath(path));
  const place = findPlace(file, 'image', '');
  let row = 0;
  for (const group of file.groupRows.keys()) {
    for await (const cells of readPictures(file, group, place)) {
      for (const { picture, inPlace } of cells) {
        yield { name: (row++).toString(), encoded: picture, ...(inPlace === undefined ? {} : { inPlace }) };
      }
    }
  }
}
