/** A trained network is tried on pictures: dropped, pasted, picked, held to a camera; nothing of them leaves or stays. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { sampleFiles } from '../support/sample-files.ts';
import { finishTiny, TINY } from './actions.ts';
import { axe } from './axe.ts';
import { newPage, screenshot } from './harness.ts';

const MINUTES = 60_000;
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

async function openTry(): Promise<Page> {
  const page = await newPage({
    path: TINY,
    viewport: { width: 1440, height: 900 },
    flags: CAMERA,
  });
  await finishTiny(page);
  await page.getByRole('button', { name: 'Try it' }).first().click();
  await page.getByText('Drop a picture here').waitFor();
  return page;
}

const jpeg = (name: string, bytes: Uint8Array) => ({
  name,
  mimeType: 'image/jpeg',
  buffer: Buffer.from(bytes),
});

const open = (page: Page, ...files: ReturnType<typeof jpeg>[]): Promise<void> =>
  page.getByLabel('Pictures', { exact: true }).setInputFiles(files);

const clause = (page: Page) => page.getByRole('region', { name: 'Says' }).locator('.clause');

/** All that the page keeps, by names and sizes. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const found: string[] = [];
    for (const { name } of await indexedDB.databases()) found.push(`database ${String(name)}`);
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${path}/${name}`);
        else if (handle instanceof FileSystemFileHandle) {
          found.push(`${path}/${name} ${String((await handle.getFile()).size)}`);
        }
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    const { usage } = await navigator.storage.estimate();
    return [
      ...found.sort(),
      `${String(localStorage.length)} ${String(sessionStorage.length)}`,
      String(usage),
    ].join('\n');
  });

it('says what it sees and why, and keeps and sends nothing', { timeout: 4 * MINUTES }, async () => {
  const page = await openTry();
  const files = await sampleFiles(4);
  const before = await kept(page);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) sent.push(request.url());
  });

  await open(page, jpeg('one.jpg', files[0] ?? new Uint8Array()));
  await expect.poll(() => clause(page).innerText()).toMatch(/^and (says|is) /);
  await page.getByRole('img', { name: 'one.jpg' }).waitFor();
  const bars = page.getByRole('table', { name: 'Probability of each class' });
  expect(await bars.getByRole('row').count()).toBe(8);
  await page.getByText(/the white line holds|Nothing in this picture speaks for/).waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'try-why');

  // A map for another class; then a part covered, by the arrow keys.
  await page.getByRole('button', { name: 'surprise', exact: true }).click();
  await page
    .getByText(/for surprise,|speaks for surprise/)
    .first()
    .waitFor();
  await page.getByRole('radio', { name: 'Cover a part' }).check();
  const patch = page.getByRole('button', { name: /^Patch, 50 % from the left/ });
  await patch.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.getByRole('button', { name: /^Patch, 35 % from the left/ }).waitFor();
  await page.getByText('Outlined: without the patch.').waitFor();
  await page.getByRole('button', { name: 'Try every place in turn' }).click();
  await page.getByText(/Blue: where covering takes most|loses nothing/).waitFor({ timeout: MINUTES });
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'try-cover');
  await page.getByRole('radio', { name: 'As seen' }).check();
  await page.getByText('32 × 32 pixels').waitFor();

  // One of the set's own, whose class is told.
  await page.getByRole('button', { name: 'Test picture 2' }).click();
  await page.getByText(/^In truth:/).waitFor();

  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await kept(page)).toBe(before);
  expect(sent).toEqual([]);

  // Why it is wrong, over all test pictures.
  await page.getByRole('button', { name: 'Understand the errors' }).click();
  const report = page.getByLabel('Classification report');
  expect(await report.innerText()).toMatch(/^ {14}precision {4}recall {2}f1-score {3}support\n/);
  const handle = page.getByRole('slider', { name: 'Answers only where it is sure to' });
  await handle.fill('0');
  await page.getByText(/^Answers on 100\.0\s%/).waitFor();
  await handle.fill('100');
  await page.getByText('Answers on none of the pictures.').waitFor();
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'errors');
  const errors = page.getByRole('dialog');
  await errors.getByRole('button', { name: 'Pictures', exact: true }).click();
  await page.getByRole('dialog').getByLabel('True class').selectOption('sad');
  await page.getByText('in truth sad').first().waitFor();
  expect(await axe(page)).toEqual([]);

  // Labels that it doubts: of validation and test as it is known, of training when it has been asked.
  await errors.getByRole('button', { name: 'Doubtful labels' }).click();
  const doubted = errors.getByRole('figure');
  await errors.getByText(/^16 validation pictures; for/).waitFor();
  expect(await doubted.count()).toBe(16);
  await errors.getByLabel('Part').selectOption('test');
  await errors.getByText(/changes the test itself/).waitFor();
  const labels = doubted.getByRole('combobox');
  await labels.nth(0).selectOption('left out');
  await errors.getByText(/^Row \d+ \(.*\) is left out\./).waitFor();
  await errors.getByRole('button', { name: 'Undo' }).click();
  await errors.getByText('The last edit is taken back.').waitFor();
  const said = await labels.nth(1).inputValue();
  await labels.nth(1).selectOption(said === 'fear' ? 'happy' : 'fear');
  await errors.getByText(/^Row \d+ \(.*\) is labelled “(fear|happy)” now\./).waitFor();
  // Nothing that was found of the run moves by it.
  expect(await doubted.count()).toBe(16);
  const [table] = await Promise.all([
    page.waitForEvent('download'),
    errors.getByRole('button', { name: 'doubtful.csv' }).click(),
  ]);
  const written = (await readFile(await table.path(), 'utf8')).trimEnd().split('\n');
  expect(written).toHaveLength(17);
  expect(written.filter((line) => /,(fear|happy)$/.test(line))).toHaveLength(1);
  await errors.getByLabel('Part').selectOption('train');
  await errors.getByRole('button', { name: 'Ask it about 48 training pictures' }).click();
  await errors.getByText(/^48 training pictures; for/).waitFor();
  await errors.getByRole('button', { name: 'Show all 48' }).click();
  expect(await doubted.count()).toBe(48);
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'errors-doubtful');

  // The map: a circle by keys and a line by the pointer choose pictures, a click opens one.
  await errors.getByRole('button', { name: 'Map', exact: true }).click();
  await errors.getByRole('button', { name: 'Ask it about 80 pictures' }).click();
  await errors.getByText(/^Neighbours stay neighbours/).waitFor({ timeout: MINUTES });
  const map = errors.getByRole('application', { name: 'Map of 80 pictures' });
  expect(await axe(page)).toEqual([]);
  await screenshot(page, 'errors-map');
  await map.focus();
  for (let press = 0; press < 60; press++) await page.keyboard.press('+');
  const inCircle = await errors.getByText(/^In the circle: /).innerText();
  expect(inCircle).toMatch(/; \d+ wrong\.$/);
  await page.keyboard.press('Enter');
  await errors.getByText(/^\d+ pictures chosen$/).waitFor();
  await errors.getByRole('gridcell').first().waitFor();
  await screenshot(page, 'errors-chosen');
  await errors.getByRole('button', { name: 'Back to the map' }).click();
  await errors.getByRole('button', { name: 'happy', exact: true }).click();
  const happy = errors.getByRole('application', { name: /^Map of \d+ pictures$/ });
  const box = await happy.boundingBox();
  if (box === null) throw new TypeError('the map is in sight');
  await page.mouse.move(box.x + 3, box.y + 3);
  await page.mouse.down();
  for (const [x, y] of [
    [box.x + box.width - 3, box.y + 3],
    [box.x + box.width - 3, box.y + box.height - 3],
    [box.x + 3, box.y + box.height - 3],
  ] as const) {
    await page.mouse.move(x, y, { steps: 4 });
  }
  await page.mouse.up();
  const count = Number((await errors.getByText(/^\d+ pictures chosen$/).innerText()).split(' ')[0]);
  const cells = errors.getByRole('gridcell');
  await expect.poll(() => cells.count()).toBe(count);
  const shown = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label') ?? ''));
  // One of them may have been relabelled above.
  expect(shown.filter((label) => label.startsWith('happy,')).length).toBeGreaterThanOrEqual(count - 1);
  await cells.first().click();
  await errors.getByText(/as the network sees it/).waitFor();
  await errors.getByRole('button', { name: 'Close' }).click();
  // The test was changed: that is said with the edits.
  await page.locator('#data').getByText('1 of these is a test picture').waitFor();
});

it(
  'makes a table of many, and looks through the camera until it is held or gone',
  { timeout: 4 * MINUTES },
  async () => {
    const page = await openTry();
    const files = await sampleFiles(4);
    const named = files.map((bytes, at) => jpeg(`face ${String(at)}.jpg`, bytes));
    await open(page, ...named, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
    await page
      .getByText('4 of 4 pictures asked about; 1 other file left out, which are no pictures.')
      .waitFor();
    const names = () => page.getByRole('dialog').getByRole('rowheader').allInnerTexts();
    await page.getByRole('button', { name: 'Picture', exact: true }).click();
    await page.getByRole('button', { name: /^Picture/ }).click();
    expect(await names()).toEqual(['face 3.jpg', 'face 2.jpg', 'face 1.jpg', 'face 0.jpg']);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'try-many');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Table, .csv' }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^file,.*,predicted,confidence,problem$/);
    const shares = lines[1]?.split(',').slice(1, 9).map(Number) ?? [];
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    // One of them is opened, and the table comes back.
    await page.getByRole('button', { name: 'face 2.jpg' }).click();
    await page.getByRole('img', { name: 'face 2.jpg' }).waitFor();
    await page.getByRole('button', { name: 'Back to the table of 4' }).click();
    await page.getByRole('button', { name: 'face 3.jpg' }).waitFor();

    // What is no picture is said, and the one before it stays.
    await page.getByRole('button', { name: 'face 1.jpg' }).click();
    await page.getByRole('img', { name: 'face 1.jpg' }).waitFor();
    await open(page, jpeg('empty.jpg', new Uint8Array()));
    await page.getByText('data/picture-undecodable').waitFor();
    await page.getByText('The picture before it is still here.').waitFor();
    await page.getByRole('img', { name: 'face 1.jpg' }).waitFor();

    // The camera, in the hand.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByText(/pictures a second/).waitFor({ timeout: MINUTES });
    await expect.poll(() => clause(page).innerText()).toMatch(/^and (says|is) /);
    await page.getByLabel('Smoothed over half a second').uncheck();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'try-camera');
    const track = await page.evaluateHandle(() => {
      const stream = document.querySelector('video')?.srcObject as MediaStream;
      return stream.getTracks()[0];
    });
    await page.getByRole('button', { name: 'Hold still' }).click();
    await page.getByText(/the white line holds|Nothing in this picture speaks for/).waitFor();
    expect(await track.evaluate((one) => one?.readyState)).toBe('ended');

    // Unplugged, as far as a page hears of it.
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByText(/pictures a second/).waitFor({ timeout: MINUTES });
    await page.evaluate(() => {
      const stream = document.querySelector('video')?.srcObject as MediaStream;
      stream.getTracks()[0]?.dispatchEvent(new Event('ended'));
    });
    await page.getByText('data/camera-gone').waitFor();
  },
);
