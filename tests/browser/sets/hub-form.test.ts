/** The form by which a set of a Hub is opened: what it offers, and a token that nobody keeps. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../support/sets/local-hub.ts';
import { smallSet } from '../../support/sets/small-set.ts';
import { newPage, screenshot } from '../harness.ts';

const GATED = 'classroom/gated';
const TOKEN = 'hf_let_me_in';
const ROWS = 80;

let hub: TestHub;

beforeAll(async () => {
  const files = { [`${GATED}/data/train.parquet`]: await smallSet(ROWS, 20) };
  hub = await startTestHub({ gated: { [GATED]: TOKEN } }, files);
});

afterAll(() => hub.close());

describe('the form', () => {
  it('offers what a set has, asks for a token that nobody keeps, and opens it', async () => {
    const page = await newPage({
      path: '#quick-look&dataset.pictures=80&image.size=32&backbone.alpha=0.35&backbone.weights=random',
      allow: [/401/],
    });
    await page.getByText('80 faces in').first().waitFor();
    await page.getByRole('button', { name: 'Change the set of pictures' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pictures from' });
    await dialog.getByRole('radio', { name: /^Hugging Face Hub/ }).check();
    await dialog.getByLabel('Set', { exact: true }).fill(GATED);
    await dialog.getByLabel('Hub', { exact: true }).fill(hub.origin);
    await dialog.getByLabel('Access token').fill(TOKEN);
    await dialog.getByRole('button', { name: 'Look up' }).click();
    await dialog.getByText('Found.').waitFor();
    await screenshot(page, 'hub-form');
    await dialog.getByLabel('Label column', { exact: true }).selectOption('qa');
    await dialog.getByLabel('Configuration', { exact: true }).selectOption('default');
    await dialog
      .getByLabel('Part', { exact: true })
      .selectOption({ label: `train, ${String(ROWS)} pictures` });
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await page.locator('.provenance').waitFor({ timeout: 30_000 });
    expect(hub.requests.filter(({ server, hasToken }) => server === 'files' && hasToken)).toEqual([]);
    const kept = await page.evaluate(async () => {
      const found: unknown[] = [
        location.href,
        Object.entries(localStorage),
        Object.entries(sessionStorage),
        document.body.innerHTML,
      ];
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise<IDBDatabase>((resolve) => {
          const asked = indexedDB.open(name ?? '');
          asked.onsuccess = () => resolve(asked.result);
        });
        for (const store of database.objectStoreNames) {
          const entries = database.transaction(store).objectStore(store);
          const [keys, values] = await Promise.all(
            [entries.getAllKeys(), entries.getAll()].map(
              (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result))),
            ),
          );
          found.push(
            keys,
            (values as unknown[]).map((value) =>
              value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
            ),
          );
        }
      }
      return JSON.stringify(found);
    });
    expect(kept).toContain(GATED);
    expect(kept).not.toContain(TOKEN);
  });
});
