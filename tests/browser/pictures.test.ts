/**
 * Holds decoding in real Chromium to Pillow's `open(...).convert('RGB')`, in a worker as the engine does it
 * (tests/parity/data/make_picture_fixtures.py).
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { beforeAll, expect, it } from 'vitest';
import fixtures from '../parity/data/fixtures/pictures.json';
import { newPage } from './harness.ts';
import type { Decoded } from './picture-worker.ts';

const pictures = Object.entries(fixtures.pictures);
let script = '';

beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL('./picture-worker.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'worker',
      },
    },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if ('output' in bundle) script = bundle.output[0].code;
});

/** Decodes in a worker of a page that has nothing else. */
async function decodeInChromium(encoded: readonly Uint8Array[]): Promise<Decoded[]> {
  const page = await newPage({ path: null });
  await page.route('**/decode/**', (route) => {
    const isScript = route.request().url().endsWith('.js');
    const body = isScript ? script : '<!doctype html><link rel="icon" href="data:,">';
    return route.fulfill({ body, contentType: isScript ? 'text/javascript' : 'text/html' });
  });
  await page.goto('decode/');
  return page.evaluate(
    (texts) =>
      new Promise<Decoded[]>((resolve) => {
        const worker = new Worker('worker.js', { type: 'module' });
        worker.addEventListener('message', ({ data }: MessageEvent<Decoded[]>) => resolve(data));
        worker.postMessage(texts.map((text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0))));
      }),
    encoded.map((bytes) => Buffer.from(bytes).toString('base64')),
  );
}

it('gives the pixels of Pillow', async () => {
  const decoded = await decodeInChromium(pictures.map(([, { data }]) => Buffer.from(data, 'base64')));
  for (const [index, [name, { width, height, rgb }]] of pictures.entries()) {
    expect(decoded[index], name).toEqual({ width, height, rgb: Array.from(Buffer.from(rgb, 'base64')) });
  }
});

it('refuses what is no picture, and halves of pictures', async () => {
  const halves = pictures.map(([, { data }]) => Buffer.from(data, 'base64'));
  const decoded = await decodeInChromium([
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'),
    Buffer.from('<!doctype html><html></html>'),
    ...halves.map((bytes) => bytes.subarray(0, bytes.length * 0.6)),
  ]);
  expect(new Set(decoded)).toEqual(new Set(['data/picture-undecodable']));
});
