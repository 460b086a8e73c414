/** Owns serving a build on localhost with the headers of `headers.ts`, as any static host would. */
import { preview, type Plugin } from 'vite';
import { DIST, ROOT } from './build.ts';

/** A running server. */
export interface AppServer {
  /** With a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Leaves files as they are: on one machine, to compress them for each page that is opened takes half a second of processor
 * time, and to unpack them a fifth, where sending them takes next to none.
 */
const uncompressed: Plugin = {
  name: 'mien:uncompressed',
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, _response, next) => {
      delete request.headers['accept-encoding'];
      next();
    });
  },
};

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
    plugins: [uncompressed],
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error(`The server did not say where it listens (port ${port} or after).`);
  return { url, close: () => server.close() };
}
