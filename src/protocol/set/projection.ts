/** What the page and the worker of the map of pictures say: features to points in a plane. */

/** What is to be laid out. */
export interface ProjectionRequest {
  /** `[count, channels]`; handed over. */
  readonly features: Float32Array<ArrayBuffer>;
  readonly count: number;
}

/** Pictures in a plane. */
export interface Projection {
  /** How they were laid out: along the two widest directions, or so that neighbours stay neighbours. */
  readonly by: 'pca' | 'umap';
  /** `[count, 2]`. */
  readonly points: Float32Array<ArrayBuffer>;
}

/** The first projection comes soon; the second takes its time, says how far it is, and is the last word. */
export type ProjectionMessage =
  | { readonly kind: 'projection'; readonly projection: Projection; readonly share: number }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly message: string };
