/** What tests ask of a browser that has been started, whatever drives it. */
import type { Driver } from './tab.ts';

export interface RunningBrowser {
  /** Folder that its downloads go to. */
  readonly downloads: string;
  newTab(): Promise<Driver>;
  /** Ends it as a user does, and starts it again with what it has stored; null where nothing outlives it. */
  readonly restart: (() => Promise<void>) | null;
  close(): Promise<void>;
}
