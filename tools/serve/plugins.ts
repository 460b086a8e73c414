/** Owns the small Vite plugins of the house: response headers, and the vega-embed that needs no `eval`. */
import { fileURLToPath } from 'node:url';
import type { Connect, Plugin } from 'vite';
import { headersFile, headersFor } from './headers.ts';

const middleware =
  (development: boolean): Connect.NextHandleFunction =>
  (request, response, next) => {
    const headers = headersFor(request.url ?? '/', development);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    next();
  };

/** Sends the headers of `headers.ts` in development and preview, and writes them to `dist/_headers` at build. */
export function securityHeaders(): Plugin {
  return {
    name: 'mien:headers',
    configureServer(server) {
      server.middlewares.use(middleware(true));
    },
    configurePreviewServer(server) {
      server.middlewares.use(middleware(false));
    },
    generateBundle() {
      if (this.environment.name === 'client') {
        this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() });
      }
    },
  };
}

/**
 * Gives tfjs-vis our own `vega-embed`, which interprets Vega's expressions instead of compiling them with `eval`.
 * Only tfjs-vis is redirected: our module imports the real one.
 */
export function interpretedVega(): Plugin {
  const ours = fileURLToPath(new URL('../../src/charts/vega-embed.ts', import.meta.url));
  return {
    name: 'mien:interpreted-vega',
    enforce: 'pre',
    resolveId(source, importer) {
      const redirected = source === 'vega-embed' && importer?.includes('/tfjs-vis/') === true;
      return redirected ? ours : null;
    },
  };
}
