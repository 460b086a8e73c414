/** The platform of Node: pictures through sharp, shipped files and recipe paths through the file system. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, hostname } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { svgOf, type Drawing } from '../lib/figures/drawing.ts';
import { newId } from '../lib/new-id.ts';
import { StudioError } from '../protocol/errors.ts';
import { emptyFolder } from './empty-folder.ts';
import { openByteStore } from './stores/byte-store.node.ts';
import type { ByteStore } from './stores/byte-store.ts';
import { downloadStore } from './stores/download-store.ts';
import { decodePicture } from './pictures/decode.node.ts';
import { ownedByLeases } from './stores/leases.ts';
import { NOTHING_SHARED, type Owned } from './stores/owned.ts';
import type { ByteSource, FolderFile, Platform, Thread, ThreadListener } from './platform.ts';
import { remoteFiles } from './remote/remote-files.ts';
import { storesOf } from './stores/store-versions.ts';

const LIBRARY = '@tensorflow/tfjs/dist/tf.es2017.min.js';

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
  const { dataFolder } = options;
  const openStore =
    dataFolder === undefined ? null : storesOf((name) => openByteStore(name, resolve(dataFolder)));
  const owned = openStore === null ? NOTHING_SHARED : ownedByProcess(openStore('leases'));
  return {
    kind: 'node',
    cores: availableParallelism(),
    decodePicture,
    startPictureThread,
    startH5Thread,
    startKernelThread,
    drawPng,
    openAsset: (path) => openFile(resolve(publicFolder, path), assetMissing),
    openLibrary: async () => {
      const library = await openFile(createRequire(import.meta.url).resolve(LIBRARY), assetMissing);
      return new Uint8Array(await library.slice(0));
    },
    openPath: (path) => openFile(resolve(baseFolder, path), fileMissing),
    listFolder: (path) => listFolder(resolve(baseFolder, path)),
    openStore: openStore ?? (() => null),
    owned,
    ...remoteFiles(openStore === null ? null : downloadStore(openStore('downloads')), owned),
  };
}

/** Processes of one machine know of each other which have ended; of others that share the folder, time tells. */
function ownedByProcess(store: ByteStore): Owned {
  const here = `${hostname()}/`;
  const isGone = (id: string): boolean =>
    id.startsWith(here) && !isRunning(Number(id.slice(here.length).split('/')[0]));
  return ownedByLeases(store, { id: `${here}${process.pid.toString()}/${newId()}`, isGone });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It may belong to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Dots an inch; SVG's pixels are 72 to one for librsvg. */
const DRAWING_DPI = 144;

async function drawPng(drawing: Drawing): Promise<Uint8Array<ArrayBuffer>> {
  const { default: sharp } = await import('sharp');
  return Uint8Array.from(
    await sharp(Buffer.from(svgOf(drawing)), { density: DRAWING_DPI })
      .png()
      .toBuffer(),
  );
}

function startPictureThread(listener: ThreadListener): Thread {
  return threadOf(typescriptWorker('../data/pool/picture-worker.node.ts'), listener);
}

/** Beyond it what a file has the thread hold in plain arrays is refused, as wasm's memory is within. */
const H5_HEAP_MB = 512;

function startH5Thread(listener: ThreadListener): Thread {
  const resourceLimits = { maxOldGenerationSizeMb: H5_HEAP_MB };
  const worker = typescriptWorker('../models/weights/readers/h5/h5-worker.node.ts', { resourceLimits });
  return threadOf(worker, listener);
}

function startKernelThread(listener: ThreadListener): Thread {
  const worker = new Worker(new URL('../kernels/wasm/thread.node.mjs', import.meta.url), {
    // Without the loader of TypeScript, which takes most of a second.
    execArgv: [],
  });
  // It waits for work as long as it lives; a process that has done its own does not wait for it.
  worker.once('message', () => {
    worker.unref();
  });
  return threadOf(worker, listener);
}

/** @param path from this folder */
function typescriptWorker(path: string, options: WorkerOptions = {}): Worker {
  const entry = JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const programs = JSON.stringify(new URL('programs.node.mjs', import.meta.url).href);
  const start = `import(${programs}).then(({ startable }) => startable(${entry})).then((it) => import(it));`;
  return new Worker(start, { ...options, eval: true });
}

function threadOf(worker: Worker, { onMessage, onFailure }: ThreadListener): Thread {
  worker.on('message', onMessage);
  worker.on('messageerror', (error) => onFailure(error.message));
  worker.on('error', (error) => onFailure(error.message));
  worker.on('exit', () => onFailure('it ended'));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    end: () => {
      void worker.terminate();
    },
  };
}

async function openFile(
  path: string,
  missing: (path: string, cause: unknown) => StudioError,
): Promise<ByteSource> {
  const stats = await withFile(path, missing, (file) => file.stat());
  if (stats.isDirectory()) throw isFolder(path);
  const { size: byteLength, mtimeMs } = stats;
  return {
    byteLength,
    version: `${path} ${mtimeMs.toString()}`,
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
  const filled = new Set(found.map(({ parentPath }) => resolve(parentPath)));
  const listed = found.flatMap((one) => {
    const at = join(one.parentPath, one.name);
    const name = relative(path, at).split(sep).join('/');
    if (!one.isDirectory()) return [fileIn(at, name)];
    return filled.has(resolve(at)) ? [] : [Promise.resolve(emptyFolder(name))];
  });
  return Promise.all(listed);
}

async function fileIn(at: string, path: string): Promise<FolderFile> {
  // Links to files are followed. One that leads nowhere, or to a folder (which Keras does not follow either), is listed as a
  // file without bytes, so that it is counted.
  const followed = await stat(at).catch(() => null);
  const isFile = followed?.isFile() === true;
  const { size, mtimeMs } = isFile ? followed : { size: 0, mtimeMs: 0 };
  return {
    path,
    sizeBytes: size,
    version: mtimeMs,
    read: async () => (isFile ? asPlainBytes(await readFile(at)) : new Uint8Array(0)),
  };
}

/** Node's Buffer is a Uint8Array whose `slice` copies nothing: what is written for one must not meet the other. */
function asPlainBytes({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
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

function isFolder(path: string): StudioError {
  return new StudioError({
    code: 'data/is-folder',
    message: `A file was expected at ${path}; it is a folder.`,
    hint: 'Name the file in it that is meant.',
  });
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
