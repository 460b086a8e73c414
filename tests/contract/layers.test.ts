/** Who may import whom: the rule of the linter refuses what the drawing in src/README.md does not show. */
import { describe, expect, it } from 'vitest';
import { wrongWith } from '../../tools/lint/layers.js';

describe('an import in src', () => {
  it.each([
    ['src/lib/list.ts', '../engine/session.ts', 'src/lib may import nothing of ours'],
    ['src/kernels/wasm/module.ts', '../../models/graph.ts', 'src/kernels may import protocol, lib, platform'],
    ['src/models/graph.ts', '../data/open.ts', 'src/models may import'],
    ['src/ui/App.tsx', '../engine/session.ts', 'src/ui may import'],
    ['src/store/dispatcher.ts', '../ui/App.tsx', 'src/store may import'],
    ['src/extra/file.ts', './other.ts', 'src holds main.tsx and lib'],
    ['src/ui/App.tsx', '../main.tsx', 'Nobody imports main.tsx'],
    ['src/lib/list.ts', '../../tools/serve/build.ts', 'no tools and no tests'],
    ['src/engine/session.ts', '../platform/programs.node.mjs', 'the browser cannot load them'],
    ['src/engine/session.ts', 'react/jsx-runtime', 'React, zustand and charts stay above the client'],
    ['src/ui/App.tsx', '@tensorflow/tfjs-vis', 'tfjs-vis is loaded late'],
    ['src/store/dispatcher.ts', '@tensorflow/tfjs-core/dist/x', 'tfjs stays below the client'],
    ['src/platform/decode.ts', 'sharp', 'run in Node'],
    ['src/platform/decode.ts', 'node:fs', 'run in Node'],
    ['src/lib/list.ts', 'vitest', 'vitest is no dependency'],
  ])('of %s from %s is refused', (from, specifier, message) => {
    expect(wrongWith(from, specifier)).toContain(message);
  });

  it.each([
    ['src/main.tsx', './ui/App.tsx'],
    ['src/engine/session.ts', '../models/graph.ts'],
    ['src/ui/App.tsx', '../store/store.ts'],
    ['src/ui/App.tsx', 'react/jsx-runtime'],
    ['src/charts/vis/draw.ts', '@tensorflow/tfjs-vis'],
    ['src/platform/decode.node.ts', 'sharp'],
    ['src/platform/decode.node.ts', 'node:fs'],
    ['src/lib/zip.ts', 'fflate'],
    ['tools/serve/build.ts', '../../src/engine/session.ts'],
  ])('of %s from %s is taken', (from, specifier) => {
    expect(wrongWith(from, specifier)).toBeNull();
  });

  it('of types alone may be from a development package', () => {
    expect(wrongWith('src/lib/list.ts', '@webgpu/types', true)).toBeNull();
  });
});
