/** A page that came over plain http from another machine: what browsers keep from it, and that it trains all the same. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barSays, finishTiny, takeHome, TINY, train } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage } from '../harness.ts';
import { servePlainly } from './plain-server.ts';

const MINUTES = 60_000;
const HOST = 'classroom.test';
const FLAGS = [
  `--host-resolver-rules=MAP ${HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
];

interface Holder {
  readonly uses: readonly string[];
  readonly alone: readonly string[];
}

/** What the tabs of this page's origin say that they hold. */
function holders(page: Page): Promise<Holder[]> {
  return page.evaluate(async () => {
    const asked = <Value>(request: IDBRequest<Value>): Promise<Value> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(request.error?.message));
      });
    const database = await asked(indexedDB.open('mien-kept-leases'));
    const all = database.transaction('bytes').objectStore('bytes');
    const records = await asked(all.getAll(IDBKeyRange.bound(['bytes', ''], ['bytes', '\uffff'])));
    database.close();
    return (records as Uint8Array[]).map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Holder);
  });
}

it(
  'trains, says what it lacks, and owns by leases what other tabs may not touch',
  { timeout: 5 * MINUTES },
  async () => {
    const { url, close } = await servePlainly();
    const address = url.replace('127.0.0.1', HOST);
    const page = await newPage({ path: null, flags: FLAGS });
    await page.goto(`${address}${TINY}&phases.0.epochs=2000&earlyStopping=null`);
    expect(
      await page.evaluate(() => [isSecureContext, 'locks' in navigator, 'randomUUID' in crypto]),
    ).toEqual([false, false, false]);
    await page.getByRole('button', { name: /^Runs on wasm · one thread/ }).click({ timeout: MINUTES });
    await page.getByText('this one came over http').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('This page came over plain http from another machine.').waitFor();
    expect(await axe(page)).toEqual([]);
    await train(page);
    await barSays(page, /Head \d+ of 2000/);

    // Another tab with the same set: both use its prepared pictures, and the run is the first one's.
    const other = await newPage({ path: null, beside: page });
    await other.goto(`${address}${TINY}`);
    await other.getByText('80 faces in eight classes').first().waitFor({ timeout: MINUTES });
    const held = await holders(other);
    expect(held.flatMap(({ alone }) => alone)).toEqual([expect.stringMatching(/^run\//)]);
    const uses = held.flatMap((holder) => holder.uses.filter((name) => name.startsWith('pictures/')));
    expect(uses).toHaveLength(2);
    expect(new Set(uses).size).toBe(1);

    await page.bringToFront();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await barSays(page, /^Stopped/);
    const files = await takeHome(page);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['model.json', 'weights.bin', 'proof/proof.json']),
    );
    // Its program compares the test pictures by a hash, which such a page cannot make.
    const keras = (await takeHome(page, 1))['train/train.py'];
    expect(new TextDecoder().decode(keras)).toContain('TEST_ROWS_SHA256 = None');
    await other.bringToFront();
    await finishTiny(other);
    await close();
  },
);
