/** The headers of every response and of static hosts: isolated, and with a policy that lets no inline code and no eval run. */
import { describe, expect, it } from 'vitest';
import { headersFile, headersFor } from '../../tools/serve/headers.ts';

const policyOf = (url: string, development = false): string =>
  headersFor(url, development)['Content-Security-Policy'] ?? '';

describe('response headers', () => {
  it('isolate every response', () => {
    for (const url of [
      '/',
      '/assets/a.js',
      '/engine/engine-1.js',
      '/src/worker/worker.ts?worker_file&type=module',
    ]) {
      expect(headersFor(url)).toMatchObject({
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      });
    }
  });

  it('let blobs run in the worker only', () => {
    expect(policyOf('/')).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
    expect(policyOf('/engine/engine-1.js')).toMatch(/script-src [^;]*blob:/);
    expect(policyOf('/src/worker/worker.ts?worker_file&type=module')).toMatch(/worker-src [^;]*blob:/);
  });

  it('allow no inline code and no eval anywhere', () => {
    for (const url of ['/', '/engine/engine-1.js']) {
      expect(policyOf(url)).not.toMatch(/unsafe-inline|'unsafe-eval'|nonce/);
    }
    expect(policyOf('/', true)).toMatch(/nonce-/);
  });

  it('hold under any path of a host', () => {
    expect(policyOf('/tools/mien/engine/engine-1.js?v=2')).toBe(policyOf('/engine/engine-1.js'));
    // Not only a folder of that name: the page itself may lie in one.
    expect(policyOf('/engine/')).toBe(policyOf('/'));
    const paths = headersFile('/tools/mien/').match(/^\/.*/gm);
    expect(paths).toEqual(
      headersFile()
        .match(/^\/.*/gm)
        ?.map((path) => `/tools/mien${path}`),
    );
  });

  it('are written once for each path, for hosts that add rules up', () => {
    const rules = headersFile().split(/\n(?=\/)/);
    const general = rules.find((rule) => rule.startsWith('/*'));
    expect(general).not.toContain('Content-Security-Policy');
    expect(rules.filter((rule) => rule.includes('Content-Security-Policy'))).toHaveLength(3);
  });
});
