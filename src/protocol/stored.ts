/** What is said of the downloads that are kept on this machine. */
import type { WireError } from './errors.ts';

/** A file of which all or a part is kept. */
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

/** See the header. */
export interface StoredDownloads {
  /** The latest first. */
  readonly downloads: readonly StoredDownload[];
  /** Why not everything of this session was kept; null when all was. */
  readonly trouble: WireError | null;
}
