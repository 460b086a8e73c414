/**
 * What differs between browser and Node, as one object that the engine is given. `browser.ts` and `platform.node.ts` make it.
 */
import type { Drawing } from '../lib/figures/drawing.ts';
import type { StudioError } from '../protocol/errors.ts';
import type { StoredDownloads } from '../protocol/stored.ts';
import type { ByteStore, StoreName } from './stores/byte-store.ts';
import type { Owned } from './stores/owned.ts';

/** A decoded picture: RGB, uint8, row by row from the top left. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** Bytes of a pixel. Browsers decode to four, of which the last means nothing. */
  readonly channels: 3 | 4;
  /** `width * height * channels` bytes. */
  readonly data: Uint8Array;
  /** Lets the memory of `data`, which must not be used after that, be used for the next picture. */
  readonly release?: () => void;
}

/** A readable stretch of bytes: a file, a Blob or a ranged URL. */
export interface ByteSource {
  readonly byteLength: number;
  /** Another text for another file or version of it, as far as a list tells: its name and when it was changed, or its ETag. */
  readonly version?: string;
  /** Bytes from `start` up to, not including, `end`. */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** A file on a server. */
export interface RemoteSource extends ByteSource {
  /** The address that was asked for. */
  readonly url: string;
  /** What tells one version of the file from another; null where the server does not say. */
  readonly etag: string | null;
  /** How much of it was here when it was opened. */
  readonly storedBytes: number;
}

/** How a file on a server is opened. */
export interface RemoteOptions {
  /** What the user knows it by, for example the name of the set. */
  readonly label: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that came since the last call; for progress while one long stretch is read. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** How much to fetch with the request that asks for the size: what is read first. */
  readonly firstBytes?: number | undefined;
  /** How much of it will be read in all, where that is known to be less than the file: what room is asked for. */
  readonly wantedBytes?: number | undefined;
  /** For what is not open to all. Sent to the address's own server and nowhere else, and never kept. */
  readonly token?: string | undefined;
  /** Told each second while the server is waited for, and null when it is asked again. */
  readonly onWait?: ((waiting: Waiting | null) => void) | undefined;
  /** Told what must be said though reading goes on: there is no room to keep it, or it has changed. */
  readonly onNotice?: ((notice: StudioError) => void) | undefined;
}

/** Why a server is waited for, and how long still. */
export interface Waiting {
  readonly leftMs: number;
  /** A clause, such as `the server asks for patience`. */
  readonly why: string;
}

/** Files on servers, and what is kept of them on this machine where the platform has a store. */
export interface RemoteFiles {
  /**
   * Opens a file by its stable address. What is read of it is kept: it is fetched once, and there without a network.
   *
   * @throws StudioError `net/…`; reading throws these too
   */
  openRemote(url: string, options: RemoteOptions): Promise<RemoteSource>;
  /**
   * Fetches a small JSON file; the last one that came when the server cannot be reached.
   *
   * @throws StudioError `net/…`
   */
  readRemoteJson(url: string, options: RemoteOptions): Promise<unknown>;
  /**
   * Fetches a small JSON file to look at, and keeps nothing of it.
   *
   * @throws StudioError `net/…`
   */
  lookUpJson(url: string, options: RemoteOptions): Promise<unknown>;
  /** @throws StudioError `storage/unavailable` */
  listStored(): Promise<StoredDownloads>;
  /** @throws StudioError `storage/in-use` while it is read, `storage/unavailable` */
  deleteStored(url: string): Promise<void>;
}

/** A file below a folder; or, by a path that ends in a slash, a folder without files. */
export interface FolderFile {
  /** With slashes, relative to the folder. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Another one for another version of the file: when it was last changed, or a checksum; absent where neither is known. */
  readonly version?: number;
  read(): Promise<Uint8Array>;
}

/** What is heard of a thread. */
export interface ThreadListener {
  readonly onMessage: (message: unknown) => void;
  /** It could not be started, or broke down: nothing more comes of it. May be told more than once. */
  readonly onFailure: (reason: string) => void;
}

/** A thread of its own. */
export interface Thread {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  end(): void;
}

export interface Platform extends RemoteFiles {
  readonly kind: 'browser' | 'node';
  /** Worker threads or pool size worth using. */
  readonly cores: number;
  /** The store of that name on this machine; null where nothing is kept. */
  openStore(name: StoreName): ByteStore | null;
  /** Who uses what is in the stores, among all tabs or processes that share them. */
  readonly owned: Owned;
  /**
   * Decodes an encoded picture to RGB as Pillow's `open(...).convert('RGB')` does: alpha is left out, and colours
   * under transparent pixels stay as they are stored; Exif orientation and colour profiles are not applied; print
   * colours (CMYK) are converted without a profile; of 16 bits the upper half is taken.
   *
   * @throws StudioError `data/picture-undecodable`, `data/picture-too-large`
   */
  decodePicture(encoded: Uint8Array): Promise<RgbPicture>;
  /** One that prepares pictures (`data/pool`). */
  startPictureThread(listener: ThreadListener): Thread;
  /** One that reads HDF5 (`models/weights/readers/h5`), and can be thrown away at any time. */
  readonly startH5Thread: (listener: ThreadListener) => Thread;
  /** One that computes its part of each kernel (`kernels/wasm`), until the page or the process ends. */
  startKernelThread(listener: ThreadListener): Thread;
  /** A drawing as PNG, twice as large as it says, with the fonts that the machine has. */
  drawPng(drawing: Drawing): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Opens a file that Mien ships, by its path under `public/`, for example `sample/faces.parquet`.
   *
   * @throws StudioError `net/asset-missing`
   */
  openAsset(path: string, signal?: AbortSignal): Promise<ByteSource>;
  /**
   * TensorFlow.js as one classic script, for pages that run without a server.
   *
   * @throws StudioError `net/asset-missing`
   */
  openLibrary(signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Opens a file that a recipe names by path (Node only; on the page files are picked).
   *
   * @throws StudioError `data/file-missing`
   */
  openPath(path: string): Promise<ByteSource>;
  /**
   * Lists all files, and folders without any, below a folder that a recipe names by path. Absent on a page, where folders are picked.
   *
   * @throws StudioError `data/file-missing`
   */
  listFolder?(path: string): Promise<readonly FolderFile[]>;
}
