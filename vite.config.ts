/** How the app is served, built and tested. Response headers: tools/serve/headers.ts; tests: tools/test/projects.ts. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { DEV_NONCE, ENGINE_FOLDER } from './tools/serve/headers.ts';
import { securityHeaders, tfjsVisUnderPolicy, threadedWasm, withoutMeanings } from './tools/serve/plugins.ts';
import { testProjects } from './tools/test/projects.ts';

const engineFile = `${ENGINE_FOLDER}/[name]-[hash].js`;

export default defineConfig(({ command, isPreview }) => ({
  // A missing file is a 404, not the page: weights and recipes are fetched by path.
  appType: 'mpa',
  // A build works under any path of any host: its files name each other by where they stand, not from the root.
  base: './',
  plugins: [react(), securityHeaders(), tfjsVisUnderPolicy(), withoutMeanings()],
  html: command === 'serve' && isPreview !== true ? { cspNonce: DEV_NONCE } : {},
  optimizeDeps: { rolldownOptions: { plugins: [tfjsVisUnderPolicy(true)] } },
  worker: {
    format: 'es',
    plugins: () => [threadedWasm()],
    rolldownOptions: {
      output: { entryFileNames: engineFile, chunkFileNames: engineFile },
      checks: { bundlerTimings: false },
    },
  },
  build: {
    target: 'es2023',
    manifest: true,
    // Names and licence texts of all that the page ships.
    license: { fileName: 'licences.md' },
    // Pictures and wasm stay files: `connect-src` and caching want addresses, not data URLs.
    assetsInlineLimit: 0,
    // The engine with tfjs, and the HDF5 reader: loaded by the worker, beside the page. `npm run size` has the limit.
    chunkSizeWarningLimit: 6000,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // Tests that start programs run beside each other, one a core on the smallest machines.
  test: { projects: testProjects, maxConcurrency: 2, setupFiles: ['tests/support/same-bytes.ts'] },
}));
