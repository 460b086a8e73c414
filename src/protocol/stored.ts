/** What is said of what is stored on this machine. */
import type { MeasuredKernels } from './device.ts';
import type { WireError } from './errors.ts';

/** A file of which all or a part is stored. */
export interface StoredDownload {
  /** Its stable address; what it is deleted by. */
  readonly url: string;
  /** Where it comes from, in the user's words. */
  readonly label: string;
  readonly byteLength: number;
  /** How much of it is here; the rest is fetched when it is wanted. */
  readonly storedBytes: number;
  /** When its download began, in ms since 1970. */
  readonly storedAtMs: number;
}

/** A set that the user has stored. */
export interface StoredSet {
  /** What it is called, and opened and deleted by: no two have the same. */
  readonly label: string;
  /** The source that it came from, in the user's words. */
  readonly source: string;
  /** Its rows, also those without a picture. */
  readonly pictures: number;
  readonly sizeBytes: number;
  /** When it was stored, in ms since 1970. */
  readonly storedAtMs: number;
}

/** One of the things that are stored: a download by its address, a set by its label, all prepared pictures, or all that was measured. */
export type StoredThing =
  | { readonly url: string }
  | { readonly set: string }
  | { readonly prepared: true }
  | { readonly measured: true };

/** Everything that is stored on this machine. */
export interface Stored extends StoredDownloads {
  /** The latest first. */
  readonly sets: readonly StoredSet[];
  /** Bytes of pictures that were made ready for training; without those of the open set. */
  readonly preparedBytes: number;
  /** What was measured of GPUs, the latest first. */
  readonly measured: readonly MeasuredKernels[];
}

/** The downloads alone. */
export interface StoredDownloads {
  /** The latest first. */
  readonly downloads: readonly StoredDownload[];
  /** Why not everything of this session was kept; null when all was. */
  readonly trouble: WireError | null;
}
