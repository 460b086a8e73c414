/** Owns the Hub's addresses. */

export const HUB = 'https://huggingface.co';

/** A file of a repository. */
export interface HubFile {
  readonly kind: 'model' | 'dataset';
  /** For example `google/mobilenet_v2_1.0_224`. */
  readonly repo: string;
  /** Branch, tag or commit; slashes in it are encoded. */
  readonly revision: string;
  readonly path: string;
}

/** Where a file is fetched from; answers by a redirect, whose address expires and is never kept. */
export function hubFileUrl({ kind, repo, revision, path }: HubFile, hub: string = HUB): string {
  const folder = kind === 'dataset' ? 'datasets/' : '';
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${hub.replace(/\/$/u, '')}/${folder}${repo}/resolve/${encodeURIComponent(revision)}/${encoded}`;
}
