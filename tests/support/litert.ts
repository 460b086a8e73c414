/** Google's LiteRT.js in a page: what it says of a file, asked one picture at a time. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';

const PAGE = `<!doctype html><script type="importmap">{"imports": {
  "@litertjs/core": "/@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "/@litertjs/wasm-utils/dist/index.js"
}}</script><script type="module">
  // Here, since what Vitest carries into a page cannot import.
  import * as litert from '@litertjs/core';
  await litert.loadLiteRt('/@litertjs/core/wasm/');
  globalThis.litert = litert;
</script>`;

// Found from the test's own place, since Vitest gives modules addresses of its own.
const { resolve } = createRequire(import.meta.url);
const MODULES = join(dirname(resolve('playwright-core')), '..');

const typeOf = (path: string): string =>
  path.endsWith('.wasm') ? 'application/wasm' : path.endsWith('.js') ? 'text/javascript' : 'text/html';

/** What of the library is used. */
interface LiteRt {
  readonly loadAndCompile: (
    path: string,
    options: object,
  ) => Promise<{ run: (input: object) => Promise<{ toTypedArray: () => Float32Array }[]> }>;
  readonly Tensor: new (values: Float32Array, shape: readonly number[]) => object;
}

/** Opens a page that has the library, and models by their names. */
export async function openLiteRt(page: Page, models: Readonly<Record<string, Uint8Array>>): Promise<void> {
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    const model = models[pathname.slice(1)];
    const body =
      pathname === '/'
        ? PAGE
        : model === undefined
          ? await readFile(join(MODULES, pathname))
          : Buffer.from(model);
    await route.fulfill({ contentType: typeOf(pathname), body });
  });
  await page.goto('http://localhost/');
  await page.waitForFunction(() => 'litert' in globalThis);
}

/**
 * Asks a model.
 *
 * @param inputs one list a picture, of float32
 * @param shape of one of them, with its batch of 1
 * @returns for each picture all outputs
 */
export function askLiteRt(
  page: Page,
  model: string,
  inputs: readonly (readonly number[])[],
  shape: readonly number[],
): Promise<number[][][]> {
  return page.evaluate(
    async (asked) => {
      const { loadAndCompile, Tensor } = (globalThis as unknown as { litert: LiteRt }).litert;
      const compiled = await loadAndCompile(`/${asked.model}`, { accelerator: 'wasm' });
      const answers: number[][][] = [];
      for (const input of asked.inputs) {
        const results = await compiled.run(new Tensor(Float32Array.from(input), asked.shape));
        answers.push(results.map((result) => [...result.toTypedArray()]));
      }
      return answers;
    },
    { model, inputs, shape },
  );
}
