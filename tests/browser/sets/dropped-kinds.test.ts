/** Every kind of thing that people have, dropped on the page by the browser itself: told for what it is, asked about, taken. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noisePicture } from '../../unit/data/test-recipe.ts';
import { barSays, drop, dropPaths, finishTiny, TINY, writtenAddress } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

/** Below which everything lies. */
let home = '';

/** Two classes of ten pictures each. */
const pets: Record<string, Uint8Array> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mien-dropped-'));
  for (let number = 0; number < 20; number += 1) {
    const path = `pets/${number % 2 === 0 ? 'cat' : 'dog'}/${number}.jpg`;
    pets[path] = Uint8Array.from(await (await noisePicture(number)).jpeg().toBuffer());
  }
  for (const [path, bytes] of Object.entries(pets)) await put(path, bytes);
  await mkdir(join(home, 'pets/fox'));
  await put('pets.zip', zipSync(pets));
});

afterAll(() => rm(home, { recursive: true }));

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), bytes);
}

/** The page with a small set of its own, and the question that a drop asks. */
async function open(): Promise<{ readonly page: Page; readonly asked: Locator }> {
  const page = await newPage({ path: TINY });
  await barSays(page, /^Ready/);
  return { page, asked: page.getByRole('dialog', { name: 'What came' }) };
}

const dropHome = (page: Page, ...paths: readonly string[]): Promise<boolean> =>
  dropPaths(
    page,
    paths.map((path) => join(home, path)),
  );

/** What the question offers, once it is asked. */
async function offers(asked: Locator): Promise<string[]> {
  await asked.waitFor();
  return asked.locator('.drop-offers button').allTextContents();
}

it('a folder, with what it holds and what it lacks', { timeout: 2 * MINUTES }, async () => {
  const { page, asked } = await open();
  expect(await dropHome(page, 'pets')).toBe(true);
  await asked.getByText('pets, 20 files').waitFor();
  expect(await offers(asked)).toEqual([
    'Open it as a set of pictures (Folder)',
    'Add 20 pictures to the set that is open',
  ]);
  await screenshot(page, 'drop-folder');
  await asked.getByRole('button', { name: /^Open it as a set/ }).click();
  await page.getByText('20 pictures in two classes').first().waitFor({ timeout: MINUTES });
  // Browsers' own fields for folders do not list an empty one; a drop does.
  await page
    .locator('#data')
    .getByText('1 folder holds no picture and makes no class: “fox” (empty).')
    .waitFor();
  await screenshot(page, 'drop-empty-folder');
  expect(await axe(page)).toEqual([]);
});

it('folders of classes, side by side', { timeout: 2 * MINUTES }, async () => {
  const { page, asked } = await open();
  expect(await dropHome(page, 'pets/cat', 'pets/dog')).toBe(true);
  await asked.getByText('cat, dog, 20 files').waitFor();
  await asked.getByRole('button', { name: /^Open it as a set/ }).click();
  await page.getByText('20 pictures in two classes').first().waitFor({ timeout: MINUTES });
});

it('a zip', { timeout: 2 * MINUTES }, async () => {
  const { page, asked } = await open();
  expect(await dropHome(page, 'pets.zip')).toBe(true);
  await asked.getByRole('button', { name: 'Open it as a set of pictures (Zip of folders)' }).click();
  await page.getByText('20 pictures in two classes').first().waitFor({ timeout: MINUTES });
});

it('several pictures, of which one is none', { timeout: 2 * MINUTES }, async () => {
  const { page, asked } = await open();
  await put('notes.txt', 'milk, eggs');
  expect(await dropHome(page, 'pets/cat/0.jpg', 'pets/cat/2.jpg', 'pets/dog/1.jpg', 'notes.txt')).toBe(true);
  expect(await offers(asked)).toEqual(['Add 3 pictures to the set that is open']);
  await asked.getByRole('button', { name: /^Add 3/ }).click();
  await asked.getByLabel('Class').fill('happy');
  await asked.getByRole('button', { name: 'Add them' }).click();
  await page.locator('#data').getByText('1 edit by you: 3 added.').waitFor();
  // What is no picture is said where they were added, and the edit can be taken back there.
  await asked
    .getByText('1 file cannot be read as a picture and is left out: notes.txt.', { exact: false })
    .waitFor();
  await screenshot(page, 'drop-added');
  await asked.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('80 faces in eight classes').first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
});

it('pictures on a trained network, which answers', { timeout: 3 * MINUTES }, async () => {
  const { page } = await open();
  await finishTiny(page);
  await page.getByRole('button', { name: 'Try it' }).first().click();
  const tried = page.getByRole('dialog', { name: 'Try it' });
  await tried.getByText('Drop a picture here', { exact: false }).waitFor();
  const paths = [join(home, 'pets/cat')];
  expect(await dropPaths(page, paths, '.try')).toBe(true);
  await tried.getByRole('row').nth(10).waitFor();
  // The dialog has taken them; nobody asks again.
  expect(await page.getByRole('dialog', { name: 'What came' }).count()).toBe(0);
});

it(
  'a run’s run.json, whose recipe is taken, and weights, as they are saved',
  { timeout: 2 * MINUTES },
  async () => {
    const { page, asked } = await open();
    const recipe = { dataset: { source: 'sample', pictures: 64 }, backbone: { name: 'mobilenetv2' } };
    const phases = [{ name: 'head', epochs: 3, learningRate: 0.001 }];
    await put('run/run.json', JSON.stringify({ version: '0', recipe: { ...recipe, phases } }));
    expect(await dropHome(page, 'run/run.json')).toBe(true);
    expect(await offers(asked)).toEqual(['Take this recipe']);
    await asked.getByRole('button', { name: 'Take this recipe' }).click();
    await page.getByText('64 faces in eight classes').first().waitFor({ timeout: MINUTES });

    const weights = new URL('../../../public/starter/mobilenetv2-0.35.safetensors', import.meta.url);
    expect(await drop(page, 'mine.safetensors', await readFile(weights))).toBe(true);
    expect(await offers(asked)).toEqual(['Begin with these weights']);
    await asked.getByRole('button', { name: 'Begin with these weights' }).click();
    const weightsFrom = page.getByRole('dialog', { name: 'Weights from' });
    await weightsFrom.getByText('MobileNetV2, alpha 0.35, safetensors').waitFor({ timeout: MINUTES });
  },
);

it('an address from another page, which is not gone to', { timeout: MINUTES }, async () => {
  const { page, asked } = await open();
  const before = await writtenAddress(page);
  const went = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', 'https://example.com/cat.jpg');
    const main = document.querySelector('main')!;
    const eventOf = (type: string) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    return main.dispatchEvent(eventOf('dragover')) || main.dispatchEvent(eventOf('drop'));
  });
  expect(went).toBe(false);
  await asked.getByText('what was dropped is an address or text', { exact: false }).waitFor();
  await screenshot(page, 'drop-address');
  expect(page.url()).toBe(before);
});
