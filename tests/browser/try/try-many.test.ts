/** Many pictures at once, odd and bad ones, pasted ones, and the camera: held, hidden, refused, taken, gone. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { sampleFiles } from '../../support/sets/sample-files.ts';
import { twoFaces } from '../../support/sets/two-faces.ts';
import { axe } from '../axe.ts';
import { screenshot } from '../harness.ts';
import { clause, jpeg, open, openTry } from './try-actions.ts';

const MINUTES = 60_000;

/** The first bytes of a PNG that says it has 50,000 pixels a side. */
function hugePng(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, 50_000);
  new DataView(bytes.buffer).setUint32(20, 50_000);
  bytes.set([8, 2], 24);
  return bytes;
}

/** What cannot be shown, and what is said of it. */
const bad: readonly (readonly [name: string, bytes: Uint8Array, said: RegExp])[] = [
  ['empty.jpg', new Uint8Array(), /what came is an empty file/],
  ['notes.jpg', new TextEncoder().encode('Dear diary, no picture.'), /begins "Dear diary/],
  ['huge.png', hugePng(), /50000 x 50000/],
];

/** What can be shown in a way that its owner may not expect. */
async function odd(): Promise<readonly (readonly [name: string, bytes: Uint8Array, said: RegExp])[]> {
  const still = sharp({ create: { width: 40, height: 40, channels: 3, background: 'teal' } });
  const raw = { width: 16, height: 32, channels: 3, pageHeight: 16 } as const;
  const moving = sharp(Buffer.alloc(16 * 32 * 3, 90).fill(200, 16 * 16 * 3), { raw });
  return [
    ['print.jpg', await still.toColourspace('cmyk').jpeg().toBuffer(), /kept in print colours \(CMYK\)/],
    ['moving.gif', await moving.clone().gif().toBuffer(), /its first frame was taken/],
    ['moving.webp', await moving.clone().webp().toBuffer(), /its first frame was taken/],
  ];
}

/** Pastes a picture from the clipboard, by keys. */
async function paste(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(64, 64);
    canvas.getContext('2d')?.fillRect(10, 10, 20, 20);
    const picture = await canvas.convertToBlob({ type: 'image/png' });
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
  });
  await page.keyboard.press('Control+V');
}

/** What the page's camera is read from. */
const trackOf = (page: Page) =>
  page.evaluateHandle(() => {
    const stream = document.querySelector('video')?.srcObject as MediaStream | null;
    return stream?.getTracks()[0];
  });

/** Has the browser say that the tab is hidden, or seen: no tab that Playwright drives ever is hidden. */
const setHidden = (page: Page, isHidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);

/** Has the browser refuse the camera as it does; null gives it again. */
const refuseCamera = (page: Page, name: string | null): Promise<void> =>
  page.evaluate((because) => {
    const devices = navigator.mediaDevices as { getUserMedia?: unknown };
    delete devices.getUserMedia;
    if (because === null) return;
    devices.getUserMedia = () => Promise.reject(new DOMException('', because));
  }, name);

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

    // What is no picture is said, each in its sentence, and the one before it stays.
    await page.getByRole('button', { name: 'face 1.jpg' }).click();
    await page.getByRole('img', { name: 'face 1.jpg' }).waitFor();
    for (const [name, bytes, said] of bad) {
      await open(page, jpeg(name, bytes));
      await page.getByText(said).waitFor();
      await page.getByText('The picture before it is still here.').waitFor();
      await page.getByRole('img', { name: 'face 1.jpg' }).waitFor();
    }
    // What its owner may not expect of a picture is said beside it.
    for (const [name, bytes, said] of await odd()) {
      await open(page, jpeg(name, bytes));
      await page.getByRole('img', { name }).waitFor();
      await page.getByText(said).waitFor();
      await expect.poll(() => clause(page).innerText()).toMatch(/^and (says|is) /);
    }
    await paste(page);
    await page.getByRole('img', { name: 'image.png' }).waitFor();
    await expect.poll(() => clause(page).innerText()).toMatch(/^and (says|is) /);

    // A face in a picture alone: the largest, then another; a picture without one is shown whole, and says so.
    await open(page, jpeg('two.png', await twoFaces()));
    await page.getByRole('img', { name: 'two.png' }).waitFor();
    const finds = page.getByLabel('Find the face and crop to it');
    await finds.check();
    await page.getByText('This network was trained on whole pictures').waitFor();
    await page.getByText('2 faces found; the network is shown the largest.').waitFor({ timeout: MINUTES });
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'try-face');
    await page.getByRole('button', { name: 'Face 2' }).click();
    await page.getByText('2 faces found; the network is shown face 2 by size.').waitFor();
    await open(page, jpeg('print.jpg', (await odd())[0]?.[1] ?? new Uint8Array()));
    await page.getByText('No face was found in this picture').waitFor();
    await finds.uncheck();
    await page.getByText('No face was found in this picture').waitFor({ state: 'detached' });

    // The camera, in the hand: it is the first thing to press.
    await page.setViewportSize({ width: 390, height: 844 });
    const buttons = page.locator('.try-openers button:visible');
    const first = await buttons.evaluateAll((all) => {
      const placeOf = (button: Element): number => {
        const { top, left } = button.getBoundingClientRect();
        return top * 1000 + left;
      };
      return all.toSorted((one, other) => placeOf(one) - placeOf(other))[0]?.textContent;
    });
    expect(first).toBe('Camera');
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByText(/pictures a second/).waitFor({ timeout: MINUTES });
    await expect.poll(() => clause(page).innerText()).toMatch(/^and (says|is) /);
    await page.getByLabel('Smoothed over half a second').uncheck();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'try-camera');
    const track = await trackOf(page);
    await page.getByRole('button', { name: 'Hold still' }).click();
    await page.getByText(/the white line holds|Nothing in this picture speaks for/).waitFor();
    expect(await track.evaluate((one) => one?.readyState)).toBe('ended');

    // In a hidden tab it is off, and no question is asked; seen again, it goes on.
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByText(/pictures a second/).waitFor({ timeout: MINUTES });
    const seen = await trackOf(page);
    await setHidden(page, true);
    await expect.poll(() => seen.evaluate((one) => one?.readyState)).toBe('ended');
    expect(await page.locator('video').evaluate((video) => (video as HTMLVideoElement).srcObject)).toBe(null);
    await setHidden(page, false);
    await expect.poll(() => trackOf(page).then((one) => one.evaluate((of) => of?.readyState))).toBe('live');

    // Refused, or taken by another program: said, and the pictures can still be opened.
    await page.getByRole('button', { name: 'Close the camera' }).click();
    for (const [name, code] of [
      ['NotAllowedError', 'data/camera-refused'],
      ['NotReadableError', 'data/camera-busy'],
    ] as const) {
      await refuseCamera(page, name);
      await page.getByRole('button', { name: 'Camera' }).click();
      await page.getByText(code).waitFor();
      await page.getByText('Pictures can be opened without it.').waitFor();
      await page.getByRole('button', { name: 'Close the camera' }).click();
    }
    await refuseCamera(page, null);

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
