/** A folder as people have it, picked on the page: what is said of it on screen, and what its recipe then holds. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { encodeBmp } from '../../../src/platform/pictures/formats/encode-bmp.ts';
import { noisePicture } from '../../unit/data/test-recipe.ts';
import { barSays } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

/** Three classes in two parts: BMP, JPEG by another name and turned ones among them, and what cannot be read. */
async function makeFolder(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'mien-mixed-'));
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), bytes);
  };
  let number = 0;
  for (const [part, count] of [
    ['train', 6],
    ['test', 3],
  ] as const)
    // oxfmt-ignore
    for (const label of ['Bird', 'cat'])
      for (let index = 0; index < count; index += 1, number += 1) {
        const picture = await noisePicture(number);
        const jpeg = picture.clone().withMetadata({ orientation: index === 0 ? 6 : 1 }).jpeg();
        const bytes = label === 'cat' ? await jpeg.toBuffer() : encodeBmp(await rgbOf(picture), 96, 96);
        await write(`${part}/${label}/${index.toString()}${label === 'cat' ? '.jfif' : '.bmp'}`, bytes);
      }
  const tiff = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123456' } })
    .tiff()
    .toBuffer();
  await write(
    'test/owl/0.png',
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#654321' } })
      .png()
      .toBuffer(),
  );
  await write('train/dog/0.tif', tiff);
  await write('train/dog/1.jpg', tiff);
  await write('notes.txt', new TextEncoder().encode('about these'));
  return home;
}

const rgbOf = async (picture: Sharp): Promise<Uint8Array> =>
  new Uint8Array(await picture.clone().removeAlpha().raw().toBuffer());

it(
  'says of a picked folder what it leaves out, class by class, and takes its parts',
  { timeout: 120_000 },
  async () => {
    const folder = await makeFolder();
    const page = await newPage({
      viewport: { width: 1440, height: 900 },
      path: '#quick-look&dataset.pictures=80&image.size=32&backbone.alpha=0.35&backbone.weights=random',
    });
    await barSays(page, /^Ready/);
    await page.getByRole('button', { name: 'Change the set of pictures' }).click();
    await page.getByRole('radio', { name: /^Folder/ }).check();
    expect(await page.getByLabel('Split by top folders').isChecked()).toBe(true);
    await page.locator('input[type=file]').setInputFiles(folder);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText('19 pictures in three classes').first().waitFor({ timeout: 60_000 });
    await page.getByText('Left out: 1 file that is no picture, 2 unreadable.').waitFor();
    await page.getByText('“dog” (2 rows)').first().waitFor();
    // What there is something to do about is said first, however much else there is to know.
    await page.locator('#data').getByText('The class “owl” has no picture to train with').waitFor();
    await page
      .locator('#data')
      .getByText(/And \d more to know/u)
      .waitFor();
    // What the page sets for pictures of people's own is in the recipe, which the address holds.
    await expect.poll(() => decodeURIComponent(page.url())).toMatch(/splitFolders.*true/u);
    expect(decodeURIComponent(page.url())).toMatch(/orientation.*exif/u);

    await page.getByRole('button', { name: 'Report of cleaning' }).click();
    const report = page.getByRole('dialog', { name: 'Inside the set' });
    await report
      .getByText('Of 21 rows 19 are used; 2 are left out. 1 other file or part is passed over.')
      .waitFor();
    await report.getByText('2 TIFF pictures (dog 2)').waitFor();
    await report.getByText('1 .txt file (notes.txt)').waitFor();
    await report.getByText('The set’s own parts are taken: “test”, “train”.').waitFor();
    await report.getByText('2 pictures are turned as the Exif note says.').waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'left-out');
    await rm(folder, { recursive: true });
  },
);
