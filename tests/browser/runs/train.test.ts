/** The main job on the page, by clicks: train, watch, pause, stop, take the network home. */
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { shows } from '../../support/shows.ts';
import { barSays, drop, finishTiny, openKept, openRecipe, takeHome, TINY, train } from '../actions.ts';
import { newPage, screenshot, sharedPage } from '../harness.ts';
import { servePlainly } from '../page/plain-server.ts';

const MINUTES = 60_000;

describe('the page', () => {
  it(
    'trains the sample set with one click, draws curves and matrices, and hands over the network',
    { timeout: 6 * MINUTES },
    async () => {
      const page = await newPage();
      await page.getByText('1,200 faces in eight classes').first().waitFor({ timeout: MINUTES });
      await finishTiny(page, 5 * MINUTES);
      const chart = page.getByRole('region', { name: 'Training' });
      // Two charts by tfjs-vis, and a confusion matrix after each of the two phases.
      await expect
        .poll(() => chart.locator('.drawing svg').count(), { timeout: 20_000 })
        .toBeGreaterThanOrEqual(4);
      const matrix = page.getByRole('table', { name: /Confusion matrix, test/ });
      expect(await matrix.getByRole('row').count()).toBe(9);
      const files = await takeHome(page);
      expect(Object.keys(files)).toEqual(
        expect.arrayContaining(['model.json', 'weights.bin', 'index.html', 'proof/proof.json']),
      );
      // The library, as this build ships it.
      expect(files['page/tensorflow.js']?.length).toBeGreaterThan(1e6);
      const model = JSON.parse(new TextDecoder().decode(files['model.json'])) as {
        userDefinedMetadata: { labels: string[]; test: { accuracy: number } };
      };
      expect(model.userDefinedMetadata.labels).toHaveLength(8);
      // Chance is 0.125; the starter weights have learned to see faces.
      expect(model.userDefinedMetadata.test.accuracy).toBeGreaterThan(0.4);
      await page.evaluate(() => {
        scrollTo(0, 0);
      });
      await screenshot(page, 'finished');
      shows('browser Chromium trains on WebAssembly', 'browser Chromium hands over the trained network');
    },
  );

  it('runs a whole recipe on WebGPU when it is told to', { timeout: 6 * MINUTES }, async () => {
    const page = await newPage({ path: `?backend=webgpu${TINY}&phases.1.unfreeze=4` });
    await page
      .getByText(/WebGPU ·/)
      .first()
      .waitFor({ timeout: MINUTES });
    await finishTiny(page, 5 * MINUTES);
    expect(Object.keys(await takeHome(page))).toContain('model.json');
    shows('browser Chromium trains on WebGPU (a software adapter)');
  });

  it(
    'pauses, resumes and stops, and keeps what the best epoch learned, also when the page is closed',
    { timeout: 3 * MINUTES },
    async () => {
      const page = await newPage({ path: `${TINY}&phases.0.epochs=2000&earlyStopping=null` });
      await train(page);
      await page
        .getByRole('table', { name: /Epochs/ })
        .getByRole('row')
        .nth(4)
        .waitFor({ timeout: MINUTES });
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('status').getByText('Paused').waitFor();
      const resume = page.getByRole('button', { name: 'Resume' });
      const shown = await page.getByRole('status').innerText();
      // The engine works on other things meanwhile, and on no step.
      await page.getByRole('button', { name: 'All 80 pictures' }).click();
      await page.getByRole('gridcell').first().click();
      await page.getByText(/as the network sees it/).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.getByRole('status').innerText()).toBe(shown);
      await resume.click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Train again' }).waitFor({ timeout: MINUTES });
      const files = await takeHome(page);
      // Another device, and then a page that knows nothing but what is stored.
      await page.getByRole('button', { name: /^Runs on/ }).click();
      await page.getByRole('radio', { name: /^cpu/ }).check();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByText('cpu · plain JavaScript').first().waitFor();
      expect(Object.keys(await takeHome(page))).toEqual(Object.keys(files));
      await page.goto('about:blank');
      await page.goto(TINY);
      const kept = await openKept(page);
      await kept.getByRole('button', { name: /^MobileNetV2/ }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        kept.getByRole('button', { name: 'Take the network home' }).click({ timeout: MINUTES }),
      ]);
      const again = unzipSync(await readFile(await download.path()));
      expect(Buffer.from(again['weights.bin'] ?? []).equals(Buffer.from(files['weights.bin'] ?? []))).toBe(
        true,
      );
      await page.keyboard.press('Escape');
      // What was taken home comes back: it is asked about its proof, listed, and can be tried.
      await drop(page, 'mien.zip', await readFile(await download.path()));
      await page.getByRole('button', { name: /^Take the trained network in/ }).click();
      const back = page.getByRole('dialog', { name: 'A network comes in' });
      await back.getByText(/it answers as it did when it was exported/).waitFor({ timeout: MINUTES });
      await screenshot(page, 'network-comes-back');
      await back.getByRole('button', { name: 'Try it' }).click();
      await page.getByRole('dialog', { name: 'Try it' }).getByRole('button', { name: 'Close' }).click();
      await back.getByRole('button', { name: 'Close' }).click();
      await openKept(page);
      shows('browser Chromium pauses, goes on and stops');
    },
  );

  it(
    'works in a folder of a host that sets no header: shipped set, weights, recipes, and what is loaded late',
    { timeout: 3 * MINUTES },
    async () => {
      const { url, close } = await servePlainly();
      const page = await newPage({ path: null });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`${url}${TINY.replace('&backbone.weights=random', '')}`);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await finishTiny(page);
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('dialog', { name: 'Pictures from' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.plot .drawing svg').first().waitFor();
      expect(page.url()).toMatch(new RegExp(`^${url}#quick-look&`));
      const ofPage = asked.filter((each) => each.startsWith('http'));
      expect(ofPage.filter((each) => !each.startsWith(url))).toEqual([]);
      // What the engine's worker loads, too: its pictures, its network, its recipes and its device.
      for (const part of ['faces.parquet', '.safetensors', 'paper.json', '.wasm', 'picture-worker']) {
        expect(
          ofPage.some((each) => each.includes(part)),
          part,
        ).toBe(true);
      }
      await close();
      // What has come once is there: the server is not asked again.
      await page.getByRole('button', { name: 'Train again' }).click();
      await barSays(page, /^(Head|Fine-tune)/);
      await barSays(page, /^Finished/);
      shows('browser Chromium trains on WebAssembly where no header can be set');
    },
  );
});

describe('what is opened', () => {
  const opened = sharedPage(async () => {
    const page = await newPage({ path: '#quick-look&batchSize=0' });
    await page.getByText('recipe/invalid').first().waitFor({ timeout: MINUTES });
    return page;
  });

  it(
    'by an address with a fault is said with its field, and the page still trains',
    { timeout: 2 * MINUTES },
    async () => {
      const page = await opened();
      await page
        .getByText(/batchSize/)
        .first()
        .waitFor({ timeout: MINUTES });
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
      await screenshot(page, 'bad-recipe');
    },
  );

  it(
    'as a file that is no Parquet is said with what to do, and the set before is kept',
    { timeout: 2 * MINUTES },
    async () => {
      const page = await opened();
      await openRecipe(page, TINY);
      await page.getByText('80 faces in eight classes').first().waitFor({ timeout: MINUTES });
      await page.getByRole('button', { name: 'Change' }).click();
      const file = {
        name: 'holiday.parquet',
        mimeType: '',
        buffer: Buffer.from('no parquet at all '.repeat(40)),
      };
      await page.getByRole('radio', { name: /^Parquet/ }).check();
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await page.getByText('data/not-parquet').first().waitFor({ timeout: MINUTES });
      await page.getByText('80 faces in eight classes').first().waitFor();
      await page.getByRole('status').getByText('Ready').waitFor();
      await screenshot(page, 'bad-parquet');
    },
  );

  it(
    'as a folder of class-named folders that was picked is a set, and again when a class has another name',
    { timeout: 2 * MINUTES },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mien-folder-'));
      for (const [name, hue] of [
        ['apples', 0],
        ['limes', 120],
      ] as const) {
        await mkdir(join(folder, name));
        for (let index = 0; index < 12; index++) {
          const colour = { r: hue === 0 ? 200 : 40, g: hue === 0 ? 40 : 200, b: index * 10 };
          const create = { width: 40, height: 40, channels: 3, background: colour } as const;
          await sharp({ create })
            .png()
            .toFile(join(folder, name, `${index.toString()}.png`));
        }
      }
      const page = await opened();
      await openRecipe(page, TINY);
      await barSays(page, /^Ready/);
      const pick = async (): Promise<void> => {
        await page.getByRole('button', { name: 'Change' }).click({ timeout: MINUTES });
        await page.getByRole('radio', { name: /^Folder/ }).check();
        await page.locator('input[type=file]').setInputFiles(folder);
        await page.getByRole('button', { name: 'Open', exact: true }).click();
      };
      const classRow = (name: string): Locator =>
        page
          .getByRole('table', { name: 'Pictures by class' })
          .getByRole('row', { name: new RegExp(`^${name}`) });
      await pick();
      await page.getByText('24 pictures in two classes').first().waitFor({ timeout: MINUTES });
      await classRow('limes').waitFor();
      // The same files by name, size and time: only their paths are others.
      await rename(join(folder, 'limes'), join(folder, 'pears'));
      await pick();
      await classRow('pears').waitFor({ timeout: MINUTES });
      expect(await classRow('limes').count()).toBe(0);
      await finishTiny(page);
      await rm(folder, { recursive: true });
      shows('browser Chromium opens a picked folder');
    },
  );
});
