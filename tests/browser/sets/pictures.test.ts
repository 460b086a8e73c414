/**
 * Holds decoding in real Chromium to Pillow's `open(...).convert('RGB')`, in a worker as the engine does it
 * (tests/parity/data/make_picture_fixtures.py).
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { beforeAll, expect, it } from 'vitest';
import fixtures from '../../parity/data/fixtures/pictures.json';
import sharp, { type Sharp } from 'sharp';
import { decodePicture } from '../../../src/platform/pictures/decode.node.ts';
import { shows } from '../../support/shows.ts';
import { newPage } from '../harness.ts';
import type { Decoded } from './picture-worker.ts';

const pictures = Object.entries(fixtures.pictures);
let script = '';

beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    // The platform names threads that it can start; here none is.
    worker: { format: 'es' },
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

/**
 * Decodes in a worker of a page that has nothing else.
 *
 * @param before what the worker runs first
 */
async function decodeInChromium(encoded: readonly Uint8Array[], before = ''): Promise<Decoded[]> {
  const page = await newPage({ path: null });
  await page.route('**/decode/**', (route) => {
    const isScript = route.request().url().endsWith('.js');
    const body = isScript ? before + script : '<!doctype html><link rel="icon" href="data:,">';
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

it.each([
  ['as it is', ''],
  ['without ImageDecoder', 'delete self.ImageDecoder;'],
  ['without WebAssembly SIMD', 'WebAssembly.validate = () => false;'],
])('gives the pixels of Pillow, %s', async (_, before) => {
  const decoded = await decodeInChromium(
    pictures.map(([, { data }]) => Buffer.from(data, 'base64')),
    before,
  );
  for (const [index, [name, { width, height, rgb }]] of pictures.entries()) {
    expect(decoded[index], name).toEqual({ width, height, rgb: Array.from(Buffer.from(rgb, 'base64')) });
  }
  shows(
    'browser Chromium gives the network the pixels of Pillow: JPEG, PNG, GIF, lossy WebP',
    'browser Chromium gives the network the pixels of Pillow: AVIF',
    'browser Chromium gives the network the pixels of Pillow: lossless WebP with transparency',
  );
});

it('gives the pixels that Node gives, whatever the sides and the sampling of the colours', async () => {
  const sides = [[1, 1], [4, 9], [5, 3], [16, 16], [17, 33], [40, 1], [123, 77], [64, 200]] as const; // oxfmt-ignore
  const jpegs = await Promise.all(
    sides.flatMap(([width, height]) =>
      (['4:2:0', '4:4:4'] as const).map((chromaSubsampling) =>
        noise(width, height).jpeg({ quality: 90, chromaSubsampling }).toBuffer(),
      ),
    ),
  );
  const decoded = await decodeInChromium(jpegs);
  for (const [index, jpeg] of jpegs.entries()) {
    const { width, height, data } = await decodePicture(jpeg);
    expect(decoded[index], `${width} x ${height}`).toEqual({ width, height, rgb: Array.from(data) });
  }
});

/** Colours that change from pixel to pixel. */
const noise = (width: number, height: number): Sharp =>
  sharp(
    Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 16) & 255),
    { raw: { width, height, channels: 3 } },
  );

it('refuses what is no picture, and halves of pictures', async () => {
  const halves = pictures.map(([, { data }]) => Buffer.from(data, 'base64'));
  const decoded = await decodeInChromium([
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'),
    Buffer.from('<!doctype html><html></html>'),
    ...halves.map((bytes) => bytes.subarray(0, bytes.length * 0.6)),
  ]);
  expect(new Set(decoded)).toEqual(new Set(['data/picture-undecodable']));
});
