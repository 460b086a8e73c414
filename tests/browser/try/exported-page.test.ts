/**
 * The TensorFlow.js export in a browser: its own page by double click, and the ways to use it that its README tells, with
 * the library of TensorFlow.js and that of Teachable Machine as users have them.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  apart,
  asked,
  filesOf,
  sheetOf,
  trainedNetwork,
  writeFiles,
  type ProofSheet,
} from '../../support/exports/networks.ts';
import type { Packing } from '../../../src/exporters/package/package.ts';
import { shows } from '../../support/shows.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';
import { servePlainly } from '../page/plain-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'mien-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

let packing: Packing;
let sheet: ProofSheet;

beforeAll(async () => {
  packing = await trainedNetwork({ name: 'mobilenetv2', alpha: 0.35, weights: 'random' }, 32, 'head alone');
  const files = await filesOf(packing, 'tfjs');
  sheet = sheetOf(files);
  writeFiles(folder, files);
});

/** A picture of the proof whose answer is clear, its probabilities, and what it is named. */
function clearPicture(): { index: number; name: string; row: readonly number[]; label: string } {
  const margins = sheet.probabilities.map((row) => {
    const [highest = 0, second = 0] = row.toSorted((a, b) => b - a);
    return highest - second;
  });
  const index = margins.indexOf(Math.max(...margins));
  const row = sheet.probabilities[index] ?? [];
  return {
    index,
    name: sheet.pictures[index] ?? '',
    row,
    label: sheet.labels[row.indexOf(Math.max(...row))] ?? '',
  };
}

/** What the network says of a picture of the proof that is prepared in another way. */
async function answerTo(index: number, prepare: (value: number) => number): Promise<number[]> {
  const { pixels } = await asked(packing);
  const { size } = sheet;
  const picture = pixels.subarray(index * size * size * 3, (index + 1) * size * size * 3);
  const input = tf.tensor(picture.map(prepare), [1, size, size, 3]);
  const [row = []] = await (packing.input.model.predict(input) as tf.Tensor2D).array();
  return row;
}

/** There is a camera, but it is not given to pages that were not allowed it. */
const CAMERA = ['--use-fake-device-for-media-stream', '--deny-permission-prompts'];

it('runs by double click, agrees with Mien, and names what is chosen, dropped or before the camera', async () => {
  const page = await newPage({ path: null, flags: CAMERA });
  await page.goto(pathToFileURL(join(folder, 'index.html')).href);
  await page.getByText(/^Ready\. It knows/).waitFor();
  await page.getByText(`for ${sheet.pictures.length} pictures that came along, this page agrees`).waitFor();
  const { name, row, label } = clearPicture();
  await page.getByLabel('A picture:').setInputFiles(join(folder, 'proof', name));
  const answer = page.locator('#answer');
  await expect.poll(() => answer.innerText()).toBe(`${label}, ${(100 * Math.max(...row)).toFixed(1)} %`);
  const bars = await page.getByRole('row').allInnerTexts();
  expect(bars.map((text) => text.split('\t')[0])).toEqual(sheet.labels);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'exported-page');

  // A picture of another size, resized as Mien resizes: one that grew by whole pixels comes back.
  const large = await sharp(join(folder, 'proof', name))
    .resize(sheet.size * 4, sheet.size * 4, { kernel: 'nearest' })
    .png()
    .toBuffer();
  const data = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'large.png', { type: 'image/png' }));
    return transfer;
  }, large.toString('base64'));
  await page.locator('#answer').evaluate((element) => (element.textContent = ''));
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: data });
  await expect.poll(() => answer.innerText()).toMatch(new RegExp(`^${label}, `));

  const camera = page.getByRole('button', { name: 'Use the camera' });
  await camera.click();
  await page.getByText(/No camera was given \(.*\)\. Choose pictures/).waitFor();
  await page.context().grantPermissions(['camera']);
  await answer.evaluate((element) => (element.textContent = ''));
  await camera.click();
  await expect.poll(() => answer.innerText()).toMatch(/, \d+\.\d %$/);
  await page.getByRole('button', { name: 'Stop the camera' }).click();
  await camera.waitFor();
});

it('names a picture by the lines of its README, and by Teachable Machine’s library', async () => {
  const { index, name, row, label } = clearPicture();
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const lines = /```html\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const local = lines.replace(/https:\/\/cdn[^"]*/, 'page/tensorflow.js');
  expect(local).not.toBe(lines);
  writeFileSync(join(folder, 'own.html'), `<!doctype html><title>own</title>${local}`);
  copyFileSync(join(folder, 'proof', name), join(folder, 'picture.jpg'));
  const require = createRequire(import.meta.url);
  copyFileSync(
    require.resolve('@teachablemachine/image/dist/teachablemachine-image.min.js'),
    join(folder, 'tm.js'),
  );
  writeFileSync(
    join(folder, 'tm.html'),
    '<!doctype html><title>tm</title><script src="page/tensorflow.js"></script><script src="tm.js"></script><img src="picture.jpg" alt="" />',
  );
  const { url, close } = await servePlainly(folder);
  const page = await newPage({ path: null, allow: [/favicon/] });
  await page.goto(`${url}own.html`);
  await page.getByText(`${label}: ${(100 * Math.max(...row)).toFixed(1)} %`).waitFor();

  await page.goto(`${url}tm.html`);
  const predictions = await page.evaluate(async () => {
    const { tmImage } = window as unknown as {
      tmImage: { load(...urls: string[]): Promise<{ predict(picture: Element | null): Promise<unknown> }> };
    };
    const model = await tmImage.load('./model.json', './metadata.json');
    return model.predict(document.querySelector('img'));
  });
  const named = predictions as { className: string; probability: number }[];
  expect(named.map(({ className }) => className)).toEqual(sheet.labels);
  // It divides by 127 where the network was trained on 127.5: what the network says of that.
  const expected = await answerTo(index, (value) => value / 127 - 1);
  expect(apart([named.map(({ probability }) => probability)], [expected]).difference).toBeLessThan(1e-3);
  shows("exporter tfjs writes what its format's own library loads, with the same answers");
  await close();
});
