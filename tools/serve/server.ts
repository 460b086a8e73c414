/** Owns serving a build on localhost with the headers of `headers.ts`, as any static host would. */
import { preview } from 'vite';
import { DIST, ROOT } from './build.ts';

/** A running server. */
export interface AppServer {
  /** With a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a build.
 * @param port - the first port to try; the next free one is taken when it is not free
 */
export async function serveApp(port: number, folder = DIST): Promise<AppServer> {
  const server = await preview({
    root: ROOT,
    mode: 'production',
    logLevel: 'warn',
    preview: { port, open: false },
    build: { outDir: folder },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error(`The server did not say where it listens (port ${port} or after).`);
  return { url, close: () => server.close() };
}
