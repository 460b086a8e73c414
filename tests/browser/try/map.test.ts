/** The better map of pictures, given up while it is being made: the first one stays, and nothing works on. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { finishTiny, TINY } from '../actions.ts';
import { axe } from '../axe.ts';
import { newPage, screenshot } from '../harness.ts';

const MINUTES = 60_000;

/** The page does not hear of the better map, as if it took minutes; workers that are ended are counted. */
const holdTheBetter = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const counted = globalThis as unknown as { ended: number };
    counted.ended = 0;
    // Of its many types the one that takes anything is meant.
    const listen = Worker.prototype.addEventListener as (...args: unknown[]) => void;
    Worker.prototype.addEventListener = function (this: Worker, type: string, heard: unknown) {
      const hear = heard as (event: MessageEvent<{ kind: string; projection?: { by: string } }>) => void;
      const early: typeof hear = (event) => {
        if (event.data.projection?.by !== 'umap') hear(event);
      };
      listen.call(this, type, type === 'message' ? early : hear);
    };
    const end = Worker.prototype.terminate;
    Worker.prototype.terminate = function (this: Worker) {
      counted.ended += 1;
      end.call(this);
    };
  });

it(
  'keeps the first map of the pictures where the better one is given up',
  { timeout: 3 * MINUTES },
  async () => {
    const page = await newPage({ path: TINY, viewport: { width: 1440, height: 900 } });
    await finishTiny(page);
    await page.getByRole('button', { name: 'Understand the errors' }).click();
    const errors = page.getByRole('dialog');
    await errors.getByRole('button', { name: 'Map', exact: true }).click();
    await holdTheBetter(page);
    await errors.getByRole('button', { name: 'Ask it about 80 pictures' }).click();
    const progress = errors.getByRole('progressbar', { name: 'A better map' });
    // It says how far it is.
    await expect.poll(() => progress.getAttribute('value'), { timeout: MINUTES }).toMatch(/^\d+$/);
    await errors.getByText(/^Along the two directions .* A better map is being made\.$/).waitFor();
    expect(await axe(page)).toEqual([]);
    const map = errors.locator('.map-frame canvas').first();
    const drawn = () => map.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await drawn();
    await errors.getByRole('button', { name: 'Keep this one' }).click();
    await progress.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => (globalThis as unknown as { ended: number }).ended)).toBe(1);
    expect(await errors.getByText('A better map is being made').count()).toBe(0);
    expect(await drawn()).toBe(before);
    // What is there can be used all the same, also on a phone, where nothing reaches out.
    await page.setViewportSize({ width: 390, height: 844 });
    await errors.getByRole('application', { name: 'Map of 80 pictures' }).scrollIntoViewIfNeeded();
    const box = await errors.locator('.map-frame').boundingBox();
    expect(Math.abs((box?.width ?? 0) - (box?.height ?? 1))).toBeLessThan(1);
    await screenshot(page, 'map-narrow');
  },
);
