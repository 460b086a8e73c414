/**
 * Writes `litert.json`: what MediaPipe's own file of the face detector says, run by Google's LiteRT.js in Chromium.
 *
 *   npx tsx tests/parity/faces/litert-goldens.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { TFLITE } from '../../../tools/face-detector/convert.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../../tools/setup/chromium.ts';
import { thisSystem } from '../../../tools/setup/system.ts';
import { askLiteRt, openLiteRt } from '../../support/litert.ts';
import { drawnFaces, noise } from './pictures.ts';

const [face] = await drawnFaces(1);
const pictures = { noise: noise(), face: face ?? new Uint8Array() };
const browser = await chromium.launch({
  executablePath: await findChromium(thisSystem),
  args: [...CHROMIUM_FLAGS],
});
const page = await browser.newPage();
await openLiteRt(page, { 'model.tflite': await readFile(TFLITE) });
const inputs = Object.values(pictures).map((bytes) => Array.from(bytes, (value) => value / 127.5 - 1));
const answers = await askLiteRt(page, 'model.tflite', inputs, [1, 128, 128, 3]);
const said = Object.fromEntries(Object.keys(pictures).map((which, index) => [which, answers[index] ?? []]));
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
