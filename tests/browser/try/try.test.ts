/** A trained network is tried on a picture and says why; what it gets wrong is understood; nothing of it leaves or stays. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { sampleFiles } from '../../support/sets/sample-files.ts';
import { axe } from '../axe.ts';
import { screenshot } from '../harness.ts';
import { clause, jpeg, open, openTry } from './try-actions.ts';

const MINUTES = 60_000;

/** All that the page keeps: every database's entries by their bytes, files, caches, and what is in smaller stores. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const ended = <Result>(request: IDBRequest<Result>): Promise<Result> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(String(request.error)));
      });
    const sizeOf = (value: unknown): number =>
      value instanceof ArrayBuffer || ArrayBuffer.isView(value)
        ? value.byteLength
        : JSON.stringify(value).length;
    const found: string[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await ended(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const entries = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([ended(entries.getAllKeys()), ended(entries.getAll())]);
        found.push(`${name}/${store} ${JSON.stringify(keys)} ${JSON.stringify(values.map(sizeOf))}`);
      }
      database.close();
    }
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${path}/${name}`);
        else if (handle instanceof FileSystemFileHandle) {
          found.push(`${path}/${name} ${String((await handle.getFile()).size)}`);
        }
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    const small = JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
    ]);
    return [...found.sort(), ...(await caches.keys()), small];
  });

/** What the page and its workers ask of any server from now on. */
function requestsOf(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) sent.push(request.url());
  });
  return sent;
}

/** The checks of `says what it sees …` would see a picture that is kept or sent. */
async function seesWhatIsKeptAndSent(page: Page): Promise<void> {
  const before = await kept(page);
  const sent = requestsOf(page);
  await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle('leaked', { create: true })).createWritable();
    await file.write('picture');
    await file.close();
  });
  const withFile = await kept(page);
  expect(withFile).not.toEqual(before);
  await page.evaluate(async () => {
    const [{ name = '' } = {}] = await indexedDB.databases();
    const request = indexedDB.open(name);
    const database = await new Promise<IDBDatabase>((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    const [store = ''] = database.objectStoreNames;
    const change = database.transaction(store, 'readwrite');
    change.objectStore(store).put(new Uint8Array(9), 'leaked');
    await new Promise((resolve) => (change.oncomplete = resolve));
    database.close();
  });
  expect(await kept(page)).not.toEqual(withFile);
  await page.evaluate(() => fetch('?page'));
  await page.workers()[0]?.evaluate(() => fetch('?worker'));
  expect(sent.map((url) => new URL(url).search)).toEqual(['?page', '?worker']);
}

/** The engine is not asked about the sixth row of places before it is let. */
async function holdTheSixthRow(page: Page): Promise<void> {
  await page.evaluate(() => {
    const held = globalThis as unknown as { letGo: () => void };
    const post = Reflect.get(Worker.prototype, 'postMessage') as (...args: unknown[]) => void;
    const asked = new Set<number>();
    Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
      const { kind, id, input } = args[0] as { kind: string; id: number; input?: { row?: number } };
      if (kind !== 'occlude' || input?.row !== 5 || asked.size > 0) {
        post.apply(this, args);
        return;
      }
      asked.add(id);
      held.letGo = () => {
        Worker.prototype.postMessage = post;
        post.apply(this, args);
      };
    };
  });
}

const letItGo = (page: Page): Promise<void> =>
  page.evaluate(() => (globalThis as unknown as { letGo: () => void }).letGo());

/** A map that is given up in the middle leaves the one before, the bars and the patch. */
async function givesUpTheMap(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Try it' });
  const shown = async () => ({
    ...{ words: await dialog.innerText(), patch: await dialog.locator('.try-patch').getAttribute('style') },
    drawn: await dialog
      .locator('canvas')
      .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL())),
  });
  const before = await shown();
  await holdTheSixthRow(page);
  await dialog.getByRole('button', { name: 'Try every place in turn' }).click();
  const progress = dialog.getByRole('progressbar', { name: 'Places covered' });
  await expect.poll(() => progress.getAttribute('value')).toBe('70');
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
  await progress.waitFor({ state: 'detached' });
  await letItGo(page);
  expect(await shown()).toEqual(before);
  // Another one goes through to its end.
  await holdTheSixthRow(page);
  await dialog.getByRole('button', { name: 'Try every place in turn' }).click();
  await progress.waitFor();
  await letItGo(page);
  await progress.waitFor({ state: 'detached' });
  expect(await shown()).toEqual(before);
}

it('says what it sees and why, and keeps and sends nothing', { timeout: 4 * MINUTES }, async () => {
  const page = await openTry();
  const files = await sampleFiles(4);
  const before = await kept(page);
  const sent = requestsOf(page);

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
  await givesUpTheMap(page);
  await page.getByRole('radio', { name: 'As seen' }).check();
  await page.getByText('32 × 32 pixels').waitFor();

  // One of the set's own, whose class is told.
  await page.getByRole('button', { name: 'Test picture 2' }).click();
  await page.getByText(/^In truth:/).waitFor();

  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await kept(page)).toEqual(before);
  expect(sent).toEqual([]);
  await seesWhatIsKeptAndSent(page);

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
