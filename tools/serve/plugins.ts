/** Owns the small Vite plugins of the house: response headers, and mending what bundling or the policy breaks. */
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
        // A build that may lie anywhere gets the rules of a site's root.
        const { base } = this.environment.config;
        const folder = base.startsWith('/') ? base : '/';
        this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile(folder) });
      }
    },
  };
}

/** Our module, as the dev server serves it. */
const OUR_EMBED = '/src/charts/vis/vega-embed.ts';

/** What tfjs-vis gets for a package of that name. Only its visor and its tables use glamor's styles. */
const STAND_INS: Readonly<Record<string, string>> = {
  '\0mien:glamor': 'export const css = () => ({});',
  '\0mien:vega-embed': `export { default } from '${OUR_EMBED}';`,
};

/**
 * Lets tfjs-vis draw under the policy: its `vega-embed` becomes ours, which interprets Vega's expressions instead of
 * compiling them with `eval`, and its `glamor`, which inserts inline styles, becomes nothing. Only imports from
 * tfjs-vis are redirected: our module imports the real vega-embed.
 * @param bundlingAhead - for the dev server's dependency bundle, which must leave our module outside
 */
export function tfjsVisUnderPolicy(bundlingAhead = false): Plugin {
  const file = fileURLToPath(new URL(`../..${OUR_EMBED}`, import.meta.url));
  return {
    name: 'mien:tfjs-vis-under-policy',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source === OUR_EMBED) return bundlingAhead ? { id: OUR_EMBED, external: 'absolute' } : file;
      const standIn = `\0mien:${source}`;
      return importer?.includes('/tfjs-vis/') === true && standIn in STAND_INS ? standIn : null;
    },
    load: (id) => STAND_INS[id] ?? null,
  };
}

/** What a field of the recipe means (schema.ts), as its declaration begins. */
const MEANING = /\bmeans\(\s*'(?:[^'\\]|\\.)*'/gu;

/** Leaves out of the page what recipe fields mean: only the README's table reads that. */
export function withoutMeanings(): Plugin {
  return {
    name: 'mien:without-meanings',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\/protocol\/recipe\/recipe\.ts$/ },
      handler(code) {
        const without = code.replaceAll(MEANING, "means(''");
        if (without === code) this.error('The recipe changed: expected fields that say what they mean');
        return { code: without, map: null };
      },
    },
  };
}

/** What the wasm backend's threaded factory says of its own address, which bundling makes untrue. */
const SELF_ADDRESS = [
  'if(typeof _scriptDir !== "undefined" && _scriptDir){scriptDirectory=_scriptDir}',
  '||_scriptDir',
];

/**
 * Makes the threads of tfjs' wasm backend start in a minified build. The backend hands its factory to the threads as
 * source text (`Function.toString`), which may name nothing outside itself; minified, it names a shortened
 * `_scriptDir`, and every thread dies of a ReferenceError. We say where the binaries are (`setWasmPaths`), so the
 * factory need not know its own address at all.
 */
export function threadedWasm(): Plugin {
  return {
    name: 'mien:threaded-wasm',
    enforce: 'pre',
    transform: {
      filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
      handler(code) {
        const missing = SELF_ADDRESS.find((text) => !code.includes(text));
        if (missing !== undefined) this.error(`tfjs-backend-wasm changed: expected ${missing}`);
        return { code: SELF_ADDRESS.reduce((text, found) => text.replaceAll(found, ''), code), map: null };
      },
    },
  };
}
