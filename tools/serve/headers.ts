/**
 * Owns the response headers of the built app: which path gets which. The dev server, the preview server and the
 * `_headers` file written at build all read them here, so that every host serves the same.
 *
 * Cross-origin isolation (COOP and COEP) gives wasm its threads. The content security policy keeps the page to its
 * own code; the engine's worker has a policy of its own, because a worker takes its policy from its own response
 * and tfjs starts the threads of its wasm backend from blobs.
 */
import { createHash } from 'node:crypto';

/** Header names and values. */
export type Headers = Readonly<Record<string, string>>;

/** Folder of the build that holds everything the engine's worker loads as code. */
export const ENGINE_FOLDER = 'engine';

/** Changes with every start; only the dev server's inline preamble of React Refresh carries it. */
export const DEV_NONCE = createHash('sha256').update(String(process.pid)).digest('base64url').slice(0, 16);

/** Sent with every response. */
export const COMMON_HEADERS: Headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // The camera is the page's own source of pictures; nothing else of the machine is asked for.
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
};

// Pictures and weights come from the Hub and its CDN, whose host changes, or from a hub in the classroom, which has no
// certificate.
const CONNECT = "'self' https: http: blob: data:";

const policy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

const pagePolicy = (nonce = ''): string =>
  policy({
    'default-src': "'none'",
    'script-src': `'self' 'wasm-unsafe-eval'${nonce}`,
    'style-src': `'self'${nonce}`,
    'img-src': "'self' blob: data:",
    'media-src': "'self' blob:",
    'font-src': "'self'",
    'connect-src': CONNECT,
    'worker-src': "'self'",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });

const ENGINE_POLICY = policy({
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval' blob:",
  'worker-src': "'self' blob:",
  'connect-src': CONNECT,
});

/** Whether a request is for the engine's worker: its folder in a build, the query that Vite adds in development. */
const isEngine = (url: string): boolean =>
  new RegExp(`/${ENGINE_FOLDER}/[^/?]+\\.js(\\?|$)`).test(url) || /[?&](worker_file|worker)\b/.test(url);

/**
 * The headers for one request.
 * @param url - path and query, starting with a slash
 * @param development - whether React Refresh's inline preamble must be let through, by its nonce
 */
export function headersFor(url: string, development = false): Headers {
  const page = pagePolicy(development ? ` 'nonce-${DEV_NONCE}'` : '');
  return { ...COMMON_HEADERS, 'Content-Security-Policy': isEngine(url) ? ENGINE_POLICY : page };
}

/**
 * The `_headers` file of Netlify and Cloudflare Pages. Rules for overlapping paths add up there, and two policies
 * for one response would both hold, so each policy is listed only where no other one is.
 * @param base - the folder of the site that the build will lie in, with both slashes
 */
export function headersFile(base = '/'): string {
  const rule = (path: string, headers: Headers): string =>
    [base + path.slice(1), ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join(
      '\n',
    );
  const page = { 'Content-Security-Policy': pagePolicy() };
  const forever = { 'Cache-Control': 'public, max-age=31536000, immutable' };
  return (
    [
      rule('/*', COMMON_HEADERS),
      rule('/', page),
      rule('/index.html', page),
      rule('/assets/*', forever),
      rule(`/${ENGINE_FOLDER}/*`, { 'Content-Security-Policy': ENGINE_POLICY, ...forever }),
    ].join('\n') + '\n'
  );
}
