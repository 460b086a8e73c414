/** The platform of Node: pictures through sharp, shipped files and recipe paths through the file system. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { StudioError } from '../protocol/errors.ts';
import { openByteStore } from './byte-store.node.ts';
import { storesOf } from './byte-store.ts';
import { downloadStore } from './download-store.ts';
import { checkPictureHeader, MAX_PICTURE_PIXELS, undecodable } from './picture-header.ts';
import { cmykToRgb } from './pixels.ts';
import type { ByteSource, FolderFile, Platform, RgbPicture } from './platform.ts';
import { remoteFiles } from './remote-files.ts';

/** Where files are. */
export interface NodePlatformOptions {
  /** Folder that paths in a recipe are relative to; by default the working folder. */
  readonly baseFolder?: string;
  /** Folder of the shipped files; by default `public/` of this checkout. */
  readonly publicFolder?: string;
  /** Folder for what is kept, such as downloads; by default nothing is. */
  readonly dataFolder?: string;
}

/** Makes the platform of a Node process. */
export function createPlatform(options: NodePlatformOptions = {}): Platform {
  const baseFolder = options.baseFolder ?? process.cwd();
  const publicFolder = options.publicFolder ?? fileURLToPath(new URL('../../public', import.meta.url));
  // Pictures are decoded several at a time already: threads inside one JPEG and a cache of operations only cost.
  sharp.cache(false);
  sharp.concurrency(1);
  const { dataFolder } = options;
  const openStore =
    dataFolder === undefined ? null : storesOf((name) => openByteStore(name, resolve(dataFolder)));
  return {
    kind: 'node',
    cores: availableParallelism(),
    decodePicture,
    openAsset: (path) => openFile(resolve(publicFolder, path), assetMissing),
    openPath: (path) => openFile(resolve(baseFolder, path), fileMissing),
    listFolder: (path) => listFolder(resolve(baseFolder, path)),
    openStore: openStore ?? (() => null),
    ...remoteFiles(openStore === null ? null : downloadStore(openStore('downloads'))),
  };
}

async function decodePicture(encoded: Uint8Array): Promise<RgbPicture> {
  const { isCmyk } = checkPictureHeader(encoded);
  try {
    const picture = sharp(encoded, {
      failOn: 'truncated',
      limitInputPixels: MAX_PICTURE_PIXELS,
      pages: 1,
      ignoreIcc: true,
    });
    const converted = isCmyk
      ? picture.pipelineColourspace('cmyk').toColourspace('cmyk')
      : picture.toColourspace('srgb').removeAlpha();
    const { data, info } = await converted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 3, data: isCmyk ? cmykToRgb(data) : data };
  } catch (cause) {
    throw undecodable(encoded, cause);
  }
}

async function openFile(
  path: string,
  missing: (path: string, cause: unknown) => StudioError,
): Promise<ByteSource> {
  const byteLength = await withFile(path, missing, async (file) => (await file.stat()).size);
  return {
    byteLength,
    // Opened for each read, so that a source needs no closing.
    slice: (start, end = byteLength) =>
      withFile(path, missing, async (file) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - start));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        return bytesRead === bytes.length ? bytes.buffer : bytes.buffer.slice(0, bytesRead);
      }),
  };
}

async function listFolder(path: string): Promise<FolderFile[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw fileMissing(path, cause);
  });
  const files = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Promise.all(
    files.map(async (file) => ({
      path: relative(path, file).split(sep).join('/'),
      sizeBytes: (await stat(file)).size,
      read: () => readFile(file),
    })),
  );
}

async function withFile<Result>(
  path: string,
  missing: (path: string, cause: unknown) => StudioError,
  use: (file: Awaited<ReturnType<typeof open>>) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw missing(path, cause);
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function assetMissing(path: string, cause: unknown): StudioError {
  return new StudioError({
    code: 'net/asset-missing',
    message: `Mien's own file ${path} was expected; it is not there or cannot be read.`,
    hint: 'Fetch the checkout again: the folder public/ is not complete.',
    cause,
  });
}

function fileMissing(path: string, cause: unknown): StudioError {
  return new StudioError({
    code: 'data/file-missing',
    message: `A file or folder was expected at ${path}; it is not there or cannot be read.`,
    hint: 'Correct the path in the recipe; it is relative to the recipe file.',
    cause,
  });
}
