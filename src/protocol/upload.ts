/** What is published on a Hub: shown before anything of it is sent. */

/** Files that wait to be sent. */
export interface PreparedUpload {
  /** In the order in which they are listed; with slashes. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** The model card, which the Hub shows: Markdown with its head. */
  readonly card: string;
  /** What must be known of the files, in sentences. */
  readonly notes: readonly string[];
}

/** Where they are sent, and as whom. */
export interface UploadTarget {
  /** Address of the Hub. */
  readonly server: string;
  /** `owner/name` */
  readonly repo: string;
  /** Whether everybody may see it. */
  readonly isPublic: boolean;
  /** Held for as long as it is sent with, and nowhere kept. */
  readonly token: string;
}

/** What came of it. */
export interface Uploaded {
  /** Address of the repository's page. */
  readonly page: string;
  /** Whether the repository was there before: what it held stays in its history. */
  readonly wasThere: boolean;
}
