/** What the two halves of the import benchmark measure, in a page and in Node. */

/** One opening of a large set. */
export interface Opening {
  readonly pictures: number;
  readonly seconds: number;
  /** Of all processes and threads that took part. */
  readonly cpuSeconds: number;
  /** The most private memory of one process. */
  readonly processBytes: number;
  /** Pictures that were decoded; null where that cannot be seen. */
  readonly decoded: number | null;
}

/** The first and the second opening. */
export interface Openings {
  readonly first: Opening;
  readonly second: Opening;
  /** The most memory that the first opening takes: by which the page's process grows, or of Node's scripts and buffers. */
  readonly heapBytes: number;
  /** Of reading a batch of 32 pictures at random after the second opening, twice through the set; null if not measured. */
  readonly batchMs: { readonly firstEpoch: number; readonly secondEpoch: number } | null;
  /**
   * Opening the set at another picture size and training for an epoch, in seconds: where its rows are known from the
   * openings before, and where nothing is. Null if not measured.
   */
  readonly otherSize: { readonly knownSeconds: number; readonly anewSeconds: number } | null;
}
