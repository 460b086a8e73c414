/** What was downloaded stays: a set of a hub opens again without the hub, is listed, and can be deleted. */
import { statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HUB_REPO, startTestHub, type TestHub } from '../../support/sets/local-hub.ts';
import { agree, openLink } from '../actions.ts';
import { appUrl, newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

let hub: TestHub;

beforeEach(async () => {
  hub = await startTestHub();
});

afterEach(async () => {
  await hub.close();
});

const link = (): string =>
  `#quick-look&dataset={"source":"hub","repo":"${HUB_REPO}","endpoint":"${hub.origin}"}&image.size=32&backbone.alpha=0.35&backbone.weights=random`;

const isOpen = (page: Page): Promise<void> =>
  page
    .getByText('1,200 pictures in eight classes')
    .first()
    .waitFor({ timeout: 2 * MINUTES });

describe('a set of a hub', () => {
  it('opens again without the hub, and can be deleted', { timeout: 5 * MINUTES }, async () => {
    // The second opening asks the hub, which does not answer.
    const page = await newPage({ path: link(), allow: [/ERR_CONNECTION_REFUSED/] });
    await agree(page);
    await isOpen(page);
    const sentBytes = hub.sentBytes();
    // Every byte came once.
    expect(sentBytes).toBe(statSync('public/sample/faces.parquet').size);
    await hub.close();
    await page.reload();
    await isOpen(page);
    expect(hub.sentBytes()).toBe(sentBytes);

    await page.getByRole('button', { name: 'Stored downloads' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stored on this machine' });
    const file = dialog.getByRole('row', { name: new RegExp(`^${HUB_REPO} ?Download`) });
    await file.waitFor();
    expect(await file.innerText()).toContain('4.9 MB');
    await screenshot(page, 'stored');
    await file.getByRole('button', { name: /Delete/ }).click();
    await file.waitFor({ state: 'detached' });
  });

  it('opens where there is no room to keep it, and says so', { timeout: 5 * MINUTES }, async () => {
    const page = await newPage({ path: null });
    const devtools = await page.context().newCDPSession(page);
    const { origin } = new URL(appUrl());
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2e6 });
    await openLink(page, link());
    await isOpen(page);
    await page.getByRole('button', { name: 'Stored downloads' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stored on this machine' });
    await dialog.getByText('storage/full').waitFor();
    await dialog.getByText(/ of 4\.9 MB/).waitFor();
  });
});
