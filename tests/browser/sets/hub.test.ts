/** Sets of a Hub on the real page, and everything that can go wrong on the way: nothing that came is fetched twice. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src/lib/format.ts';
import type { Misbehaviour } from '../../../tools/hub/faults.ts';
import { HUB_FILE, HUB_REPO, startTestHub, type TestHub } from '../../support/sets/local-hub.ts';
import { smallSet } from '../../support/sets/small-set.ts';
import { shows } from '../../support/shows.ts';
import { agree, openLink, openReady, openRecipe } from '../actions.ts';
import { appUrl, newPage, screenshot, sharedPage } from '../harness.ts';

const SMALL = 'classroom/small';
/** The same as the small one, each to be fetched once, also where tests are tried again. */
const unfetched = Array.from({ length: 20 }, (_, number) => `classroom/small-${String(number)}`);
const ROWS = 80;
const facesBytes = readFileSync('public/sample/faces.parquet').length;
/** The largest of the six row groups of the built-in faces. */
const ROW_GROUP_BYTES = 822_000;

let hub: TestHub;
let smallBytes = 0;

beforeAll(async () => {
  const small = await smallSet(ROWS, 20);
  smallBytes = small.length;
  const files = Object.fromEntries(
    [SMALL, ...unfetched].map((repo) => [`${repo}/data/train.parquet`, small]),
  );
  hub = await startTestHub({}, files);
});

afterAll(() => hub.close());

beforeEach(() => {
  hub.misbehave();
  hub.requests.length = 0;
});

const linkTo = (repo: string, more = ''): string =>
  `#quick-look&dataset={"source":"hub","repo":"${repo}","endpoint":"${hub.origin}"}&image.size=32&backbone.alpha=0.35&backbone.weights=random${more}`;

const isOpen = (page: Page, pictures: string): Promise<void> =>
  page.getByText(`${pictures} pictures in `).first().waitFor({ timeout: 60_000 });

const note = (page: Page): Promise<string> => page.locator('.opening-note').innerText({ timeout: 20_000 });

/** Opens a set that was not fetched before, in a page that has another open or in one of its own. */
async function openSmall(page?: Page): Promise<Page> {
  const link = linkTo(unfetched.pop() ?? '');
  if (page === undefined) return agree(await newPage({ path: link }));
  await openRecipe(page, link);
  return agree(page);
}

describe('an import', () => {
  it('fetches every byte once, says where the pictures are from, and what their card does not say', async () => {
    const page = await openSmall();
    await isOpen(page, String(ROWS));
    expect(hub.sentBytes()).toBe(smallBytes);
    await expect
      .poll(() => page.locator('.provenance').innerText())
      .toMatch(/main \(\w{7}\) · its card states no licence/);
    await screenshot(page, 'hub-open');
    shows('browser Chromium imports a set of the Hub');
  });

  const part: Misbehaviour = { server: 'files', kind: 'whole' };
  const log = [
    /Failed to load resource/,
    /ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/,
  ];

  const ill = sharedPage(() => openReady({ allow: log }));

  it.each<[string, Misbehaviour[], RegExp | null]>([
    [
      'a cut connection',
      [{ server: 'files', kind: 'cut', afterBytes: 20_000, skip: 1, times: 1 }],
      /the connection broke/,
    ],
    [
      'a fault of the server',
      [{ server: 'files', kind: 'status', status: 500, skip: 1, times: 1 }],
      /the server has a fault/,
    ],
    [
      'an address that expired',
      [{ server: 'files', kind: 'expired', skip: 1, times: 1 }],
      /the address has expired/,
    ],
    [
      'too short an answer',
      [{ server: 'files', kind: 'wrongLength', missingBytes: 5000, skip: 1, times: 1 }],
      /the connection broke/,
    ],
    [
      'too many requests',
      [
        {
          server: 'hub',
          path: '/datasets/',
          kind: 'status',
          status: 429,
          headers: { RateLimit: '"resolvers";r=0;t=2' },
          skip: 1,
          times: 1,
        },
      ],
      /waiting [12] s: the server asks for patience/,
    ],
    ['a server without ranges', [part], null],
  ])('survives %s', async (_what, faults, words) => {
    hub.misbehave(...faults);
    const page = await openSmall(await ill());
    if (words !== null) await expect.poll(() => note(page)).toMatch(words);
    await isOpen(page, String(ROWS));
    // What came before the fault was kept, all but a block.
    expect(hub.sentBytes()).toBeLessThanOrEqual(smallBytes + 2 ** 18);
  });

  it('says how far a slow one is, and is given up and taken up again', async () => {
    hub.misbehave({ server: 'files', kind: 'slow', bytesPerSecond: 6000, skip: 1 });
    const page = await openSmall();
    await expect
      .poll(() => note(page), { timeout: 20_000 })
      .toMatch(/^\d+(\.\d)? kB of \d+(\.\d)? kB downloaded$/);
    await screenshot(page, 'hub-opening');
    await page.getByRole('button', { name: 'Cancel opening the set' }).click();
    await page.getByText('Not opened').waitFor();
    hub.misbehave();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await isOpen(page, String(ROWS));
    shows('browser Chromium gives up opening a set when told to');
  });

  it('says that a file changed on the way, and reads the new one when asked', async () => {
    hub.misbehave({ server: 'files', kind: 'changed', skip: 1 });
    const page = await openSmall();
    await page.getByText('net/changed').waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Try again' }).click();
    await isOpen(page, String(ROWS));
    // The next visit finds another file again, and says so.
    hub.misbehave();
    await page.reload();
    await page.getByText(/has changed on the server since it was stored here/).waitFor({ timeout: 30_000 });
    await isOpen(page, String(ROWS));
  });
});

describe('an import that was killed halfway', () => {
  it('goes on, and fetches no more than a row group again', async () => {
    hub.misbehave({ server: 'files', kind: 'slow', bytesPerSecond: 2_000_000 });
    const page = await agree(await newPage({ path: linkTo(HUB_REPO), allow: [/crashed/, /./] }));
    await expect.poll(() => hub.sentBytes(HUB_FILE), { timeout: 60_000 }).toBeGreaterThan(facesBytes / 2);
    const devtools = await page.context().newCDPSession(page);
    devtools.send('Page.crash').catch(() => undefined);
    await expect.poll(() => hub.requests.at(-1)?.status).not.toBe(0);
    const killed = hub.sentBytes(HUB_FILE);
    hub.misbehave();
    const again = await page.context().newPage();
    await again.goto(linkTo(HUB_REPO));
    await isOpen(again, '1,200');
    const extra = hub.sentBytes(HUB_FILE) - facesBytes;
    expect(killed).toBeLessThan(facesBytes * 0.95);
    expect(extra).toBeLessThanOrEqual(ROW_GROUP_BYTES);
  });
});

describe('too little room', () => {
  it('for resized pictures is said, with what they take and what can go; the set opens all the same', async () => {
    const page = await newPage({ path: null, allow: [/500/] });
    const devtools = await page.context().newCDPSession(page);
    const { origin } = new URL(appUrl());
    // Room for a download and small pictures, not for those of 224 pixels: 12 MB.
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 4_000_000 });
    await openLink(page, linkTo(SMALL));
    await isOpen(page, String(ROWS));
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('radio', { name: /^Parquet/ }).check();
    const buffer = Buffer.from(await smallSet(ROWS, 20, (row) => row));
    await page.locator('input[type=file]').setInputFiles({ name: 'mine.parquet', mimeType: '', buffer });
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText('mine.parquet').first().waitFor();
    await isOpen(page, String(ROWS));
    await page.getByLabel('Picture size').fill('224');
    await page.getByLabel('Picture size').press('Enter');
    const message = page.getByRole('alert').filter({ hasText: 'pictures of mine.parquet' });
    await message.waitFor({ timeout: 60_000 });
    await isOpen(page, String(ROWS));
    const words = await message.innerText();
    expect(words).toContain(`takes ${formatBytes(ROWS * 224 * 224 * 3)}`);
    expect(words).toContain(`You can delete under Stored: ${SMALL} (${formatBytes(smallBytes)})`);
    expect(words).toContain('storage/full');
    await screenshot(page, 'pictures-full');
    // What was stored before is whole: it opens while its server is ill, and nothing is asked of it.
    hub.misbehave(
      { server: 'files', kind: 'status', status: 500 },
      { server: 'hub', kind: 'status', status: 500 },
    );
    const asked = hub.sentBytes();
    await page.goto('about:blank');
    await page.goto(linkTo(SMALL));
    await isOpen(page, String(ROWS));
    expect(hub.sentBytes()).toBe(asked);
  });

  it('is said, with what is needed and what can go; nothing stored is lost, and then it goes on', async () => {
    const page = await newPage({ path: null, allow: [/500/] });
    const devtools = await page.context().newCDPSession(page);
    const { origin } = new URL(appUrl());
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_500_000 });
    await openLink(page, linkTo(SMALL));
    await isOpen(page, String(ROWS));
    await openLink(page, linkTo(HUB_REPO));
    await isOpen(page, '1,200');
    const message = page.getByRole('alert').filter({ hasText: `To keep all of ${HUB_REPO}` });
    await message.waitFor();
    const words = await message.innerText();
    expect(words).toMatch(/takes \d\.\d MB more/);
    expect(words).toContain(`You can delete under Stored: ${SMALL} (${formatBytes(smallBytes)})`);
    expect(words).toContain('storage/full');
    await screenshot(page, 'hub-full');
    // What was stored before is whole: it opens while its server is ill.
    hub.misbehave(
      { server: 'files', kind: 'status', status: 500 },
      { server: 'hub', kind: 'status', status: 500 },
    );
    const asked = hub.sentBytes();
    await page.goto(linkTo(SMALL));
    await isOpen(page, String(ROWS));
    expect(hub.sentBytes()).toBe(asked);
    hub.misbehave();
    await page.getByRole('button', { name: 'Stored downloads' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stored on this machine' });
    await dialog
      .getByRole('row', { name: new RegExp(`^${SMALL} ?Download`) })
      .getByRole('button', { name: /Delete/ })
      .click();
    await dialog.getByRole('row', { name: new RegExp(`^${SMALL} ?Download`) }).waitFor({ state: 'detached' });
    // As if much had been deleted; what is here of the large set is not fetched again.
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    await page.goto(linkTo(HUB_REPO));
    await page.reload();
    await isOpen(page, '1,200');
    expect(hub.sentBytes()).toBeLessThan(asked + facesBytes);
    await page.getByRole('button', { name: 'Stored downloads' }).click();
    const line = dialog.getByRole('row', { name: new RegExp(`^${HUB_REPO} ?Download`) });
    await expect.poll(() => line.innerText()).toMatch(/4\.9 MB/);
  });
});
