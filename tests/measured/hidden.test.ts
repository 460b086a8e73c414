/** A tab that is hidden behind another trains on at the same pace, and shows where it is when it is seen again. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { FromWorker } from '../../src/protocol/messages.ts';
import { shows } from '../support/shows.ts';
import { barSays, TINY, train } from '../browser/actions.ts';
import { appUrl, newPage } from '../browser/harness.ts';

const MINUTES = 60_000;
/** Longer than any slowdown of timers needs to begin; of a page that is seen nothing has to. */
const LOOK_MS = { hidden: 3000, visible: 1500 };

/** What is noted in the page of what goes on behind it. */
interface Noted {
  /** Steps and epochs of the first phase that the engine has said. */
  steps: number;
  epochs: number;
  /** Animation frames and turns of a 10 ms timer: what browsers hold back in hidden tabs. */
  frames: number;
  turns: number;
}

/** Listens to the engine beside the page, whatever the page makes of it. */
function note(): void {
  const noted: Noted = { steps: 0, epochs: 0, frames: 0, turns: 0 };
  Object.assign(window, { noted });
  const frame = (): void => {
    noted.frames += 1;
    requestAnimationFrame(frame);
  };
  frame();
  setInterval(() => (noted.turns += 1), 10);
  window.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind !== 'event') return;
        const { event } = data;
        if (event.kind === 'epoch' && event.record.phaseIndex === 0) noted.epochs = event.record.epoch;
        if (event.kind === 'step' && event.phaseIndex === 0)
          noted.steps = (event.epoch - 1) * event.steps + event.step;
      });
    }
  };
}

const notedOf = (page: Page): Promise<Noted & { visibility: string; atMs: number }> =>
  page.evaluate(() => ({
    ...(window as unknown as { noted: Noted }).noted,
    visibility: document.visibilityState,
    atMs: performance.now(),
  }));

/** What is done in a second, measured for a while in which the page is as it should be. */
async function pace(page: Page, visibility: 'visible' | 'hidden'): Promise<Noted> {
  const before = await notedOf(page);
  // Not the page's own clock: that may be slowed down.
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS[visibility]));
  const after = await notedOf(page);
  expect([before.visibility, after.visibility]).toEqual([visibility, visibility]);
  const seconds = (after.atMs - before.atMs) / 1000;
  const perSecond = (what: keyof Noted): number => (after[what] - before[what]) / seconds;
  return {
    steps: perSecond('steps'),
    epochs: perSecond('epochs'),
    frames: perSecond('frames'),
    turns: perSecond('turns'),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

it('trains on in a hidden tab, and shows its epoch afterwards', { timeout: 3 * MINUTES }, async () => {
  const page = await newPage({ isPlain: true, path: null });
  const other = await newPage({ beside: page, path: null });
  await page.addInitScript(note);
  await page.goto(
    new URL(
      `?backend=wasm${TINY}&dataset.pictures=400&batchSize=8&phases.0.epochs=10000&earlyStopping=null`,
      appUrl(),
    ).href,
  );
  await page.bringToFront();
  await train(page);
  await barSays(page, /^Head \d/);

  const seen: Noted[] = [];
  const hidden: Noted[] = [];
  // By turns, so that whatever else the machine does falls on both.
  for (let turn = 0; turn < 2; turn++) {
    await page.bringToFront();
    seen.push(await pace(page, 'visible'));
    await other.bringToFront();
    hidden.push(await pace(page, 'hidden'));
  }
  const of = (what: keyof Noted, noted: readonly Noted[]): number => mean(noted.map((each) => each[what]));
  // The browser does hold hidden tabs back; in the first moments after it was hidden a few come through.
  expect(of('frames', hidden)).toBeLessThan(of('frames', seen) / 5);
  expect(of('turns', hidden)).toBeLessThan(of('turns', seen) / 5);
  const share = of('steps', hidden) / of('steps', seen);
  console.log(`Hidden: ${of('steps', hidden).toFixed(1)} steps a second, ${share.toFixed(2)} of seen.`);
  expect(share).toBeGreaterThan(0.5);

  await page.bringToFront();
  const { epochs } = await notedOf(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await barSays(page, /^Paused/);
  const shown = /head ([\d,]+) of/.exec(await page.locator('.now').innerText())?.[1] ?? '';
  const now = (await notedOf(page)).epochs;
  expect(Number(shown.replaceAll(',', ''))).toBe(now + 1);
  expect(now).toBeGreaterThanOrEqual(epochs);
  shows('browser Chromium trains in a hidden tab');
});
