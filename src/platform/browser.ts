/**
 * The platform of a browser's worker: pictures through the browser's own decoders, shipped files through `fetch`.
 */
import { paint, type Drawing } from '../lib/figures/drawing.ts';
import { invariant, isAbort, StudioError } from '../protocol/errors.ts';
import { openByteStore } from './stores/byte-store.browser.ts';
import { bytesSource } from './remote/byte-source.ts';
import { downloadStore } from './stores/download-store.ts';
import { decodePicture } from './pictures/decode.browser.ts';
import { ownedByLeases } from './stores/leases.ts';
import { ownedByLocks } from './stores/owned.ts';
import type { ByteSource, Platform, Thread, ThreadListener } from './platform.ts';
import { remoteFiles } from './remote/remote-files.ts';
import { storesOf } from './stores/store-versions.ts';

/** Where the shipped files are, and what to tell the page. */
export interface BrowserPlatformOptions {
  /** URL of the page's folder, with a trailing slash; by default from Vite's `base` and the worker's own URL. */
  readonly baseUrl?: string;
  /** Of TensorFlow.js as one classic script; what is asked for only where networks are taken home. */
  readonly libraryUrl?: string;
  /** Called once before something is first kept: a worker cannot ask the browser not to clear it, its page can. */
  readonly beforeFirstWrite?: () => void;
}

/** Makes the platform of the worker it is called in. */
export function createPlatform(options: BrowserPlatformOptions = {}): Platform {
  const baseUrl = options.baseUrl ?? defaultBaseUrl();
  const assets = keptAssets();
  let hasWritten = false;
  const beforeWrite = (): void => {
    if (!hasWritten) options.beforeFirstWrite?.();
    hasWritten = true;
  };
  const openStore = storesOf((name) => openByteStore(name, beforeWrite));
  // Pages that did not come over https or from this machine have none.
  const { locks } = navigator as { readonly locks?: LockManager };
  const owned = locks === undefined ? ownedByLeases(openStore('leases')) : ownedByLocks(locks);
  return {
    kind: 'browser',
    cores: navigator.hardwareConcurrency,
    decodePicture,
    startPictureThread,
    startH5Thread,
    startKernelThread,
    drawPng,
    openAsset: (path, signal) => assets(new URL(path, baseUrl), signal),
    openLibrary: async (signal) =>
      new Uint8Array(await fetchAsset(new URL(options.libraryUrl ?? '', self.location.href), signal)),
    openPath: (path) => Promise.reject(pathRefused(path)),
    openStore,
    owned,
    ...remoteFiles(downloadStore(openStore('downloads')), owned),
  };
}

function defaultBaseUrl(): string {
  const base = import.meta.env.BASE_URL;
  // A relative base is relative to the page; a built worker lies one folder below it.
  const relative = base === '' || base.startsWith('.');
  return new URL(relative ? (import.meta.env.PROD ? '../' : './') : base, self.location.href).href;
}

/** Keeps each asset once it has come, so that a server that is stopped meanwhile breaks nothing on an open page. */
function keptAssets(): (url: URL, signal?: AbortSignal) => Promise<ByteSource> {
  const kept = new Map<string, ArrayBuffer>();
  return async (url, signal) => {
    const bytes = kept.get(url.href) ?? (await fetchAsset(url, signal));
    kept.set(url.href, bytes);
    return bytesSource(bytes);
  };
}

async function fetchAsset(url: URL, signal?: AbortSignal): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw assetMissing(url, 'the server did not answer', true, cause);
  }
  // Single-page servers answer a missing file with their page.
  const isPage = response.headers.get('Content-Type')?.startsWith('text/html') ?? false;
  if (!response.ok || isPage) {
    throw assetMissing(url, isPage ? 'a web page came instead' : `the server said ${response.status}`, false);
  }
  return response.arrayBuffer();
}

function assetMissing(url: URL, what: string, retryable: boolean, cause?: unknown): StudioError {
  return new StudioError({
    code: 'net/asset-missing',
    message: `Mien's own file ${url.pathname} was expected; ${what}.`,
    hint: 'Reload the page. If it happens again, the copy of Mien on this server is not complete.',
    retryable,
    ...(cause === undefined ? {} : { cause }),
  });
}

function pathRefused(path: string): StudioError {
  return new StudioError({
    code: 'data/file-missing',
    message: `The recipe names the file "${path}", which a page may not open by itself.`,
    hint: 'Pick the file with the file button in the Data column.',
  });
}

/** Drawings are shown smaller than they are, on screens of many pixels and in print. */
const DRAWING_SCALE = 2;

async function drawPng(drawing: Drawing): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(drawing.width * DRAWING_SCALE, drawing.height * DRAWING_SCALE);
  const context = canvas.getContext('2d');
  invariant(context !== null, 'a new canvas has a context of two dimensions');
  paint(drawing, context, DRAWING_SCALE);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}

function startPictureThread(listener: ThreadListener): Thread {
  // The address stands inside the call: only there does the build take it for a worker, and compile it.
  const worker = new Worker(new URL('../data/pool/picture-worker.ts', import.meta.url), {
    type: 'module',
    name: 'mien-pictures',
  });
  return threadOf(worker, listener);
}

function startH5Thread(listener: ThreadListener): Thread {
  const worker = new Worker(new URL('../models/weights/readers/h5/h5-worker.ts', import.meta.url), {
    type: 'module',
    name: 'mien-h5',
  });
  return threadOf(worker, listener);
}

function startKernelThread(listener: ThreadListener): Thread {
  const worker = new Worker(new URL('../kernels/wasm/thread.ts', import.meta.url), {
    type: 'module',
    name: 'mien-kernels',
  });
  return threadOf(worker, listener);
}

function threadOf(worker: Worker, { onMessage, onFailure }: ThreadListener): Thread {
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => onMessage(data));
  worker.addEventListener('messageerror', () => onFailure('a message could not be read'));
  worker.addEventListener('error', (event) => {
    // Told here, so that it is not told a second time as an error of the engine.
    event.preventDefault();
    onFailure(event.message);
  });
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    end: () => {
      worker.terminate();
    },
  };
}
