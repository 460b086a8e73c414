/**
 * Writes `litert.json`: what MediaPipe's own file of the face detector says, run by Google's LiteRT.js in Chromium.
 *
 *   npx tsx tests/parity/faces/litert-goldens.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { TFLITE } from '../../../tools/face-detector/convert.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../../tools/setup/chromium.ts';
import { thisSystem } from '../../../tools/setup/system.ts';
import { drawnFaces, noise } from './pictures.ts';

const { resolve } = createRequire(import.meta.url);
const folderOf = (name: string): string => join(dirname(resolve('playwright-core')), '..', name);
const PAGE = `<!doctype html><script type="importmap">{"imports": {
  "@litertjs/core": "/@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "/@litertjs/wasm-utils/dist/index.js"
}}</script>`;

const typeOf = (path: string): string =>
  path.endsWith('.wasm') ? 'application/wasm' : path.endsWith('.js') ? 'text/javascript' : 'text/html';

const [face] = await drawnFaces(1);
const pictures = { noise: noise(), face: face ?? new Uint8Array() };
const browser = await chromium.launch({
  executablePath: await findChromium(thisSystem),
  args: [...CHROMIUM_FLAGS],
});
const page = await browser.newPage();
await page.route('**/*', async (route) => {
  const { pathname } = new URL(route.request().url());
  const path = pathname === '/model.tflite' ? TFLITE : folderOf(pathname.slice(1));
  const body = pathname === '/' ? PAGE : await readFile(path);
  await route.fulfill({ contentType: typeOf(pathname), body });
});
await page.goto('http://localhost/');
const said = await page.evaluate(
  async (shown) => {
    // Resolved by the page's import map.
    const name = '@litertjs/core';
    const { loadLiteRt, loadAndCompile, Tensor } = (await import(name)) as {
      loadLiteRt: (folder: string) => Promise<void>;
      loadAndCompile: (
        path: string,
        options: object,
      ) => Promise<{
        run: (input: object) => Promise<{ toTypedArray: () => Float32Array; moveTo?: unknown }[]>;
      }>;
      Tensor: new (values: Float32Array, shape: readonly number[]) => object;
    };
    await loadLiteRt('/@litertjs/core/wasm/');
    const model = await loadAndCompile('/model.tflite', { accelerator: 'wasm' });
    const answers: Record<string, number[][]> = {};
    for (const [which, bytes] of Object.entries(shown)) {
      const input = Float32Array.from(bytes, (value) => value / 127.5 - 1);
      const results = await model.run(new Tensor(input, [1, 128, 128, 3]));
      answers[which] = results.map((result) => [...result.toTypedArray()]);
    }
    return answers;
  },
  Object.fromEntries(Object.entries(pictures).map(([which, bytes]) => [which, [...bytes]])),
);
await browser.close();

const encoded = (values: readonly number[]): string =>
  Buffer.from(Float32Array.from(values).buffer).toString('base64');
const goldens = Object.fromEntries(
  Object.entries(said).map(([which, outputs]) => {
    const scores = outputs.find(({ length }) => length === 896) ?? [];
    const boxes = outputs.find(({ length }) => length === 896 * 16) ?? [];
    return [which, { scores: encoded(scores), boxes: encoded(boxes) }];
  }),
);
await writeFile(
  new URL('./litert.json', import.meta.url),
  `${JSON.stringify({ madeBy: 'LiteRT.js 2.5.3', pictures: goldens }, null, 1)}\n`,
);
