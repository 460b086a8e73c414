/** How many pictures a second of a camera a network answers in the built page, in Chromium on wasm, by the page's own count. */
import { chromium, type Page } from 'playwright-core';
import { build, isStale } from '../../serve/build.ts';
import { serveApp } from '../../serve/server.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../setup/chromium.ts';
import { thisSystem } from '../../setup/system.ts';
import { median, type Bench, type Row } from '../bench.ts';

const PORT = 5474;
/** Pictures a second of Chromium's camera that is none, as many as real ones give. */
const CAMERA_PACE = 30;
const CAMERA = [
  `--use-fake-device-for-media-stream=fps=${CAMERA_PACE.toString()}`,
  '--use-fake-ui-for-media-stream',
];
const READINGS = 8;
/** The page counts anew each second. */
const READING_MS = 1100;

/** By alpha and side in pixels, all of them MobileNetV2. */
const NETWORKS = [
  [0.35, 96],
  [1, 224],
] as const;

export const camera: Bench = {
  name: 'camera',
  help: 'pictures a second of a camera that a network answers in Chromium on wasm (2 minutes)',
  async run({ quick, say }) {
    const executablePath = await findChromium(thisSystem);
    if (isStale()) build();
    const server = await serveApp(PORT);
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...CAMERA] });
    const rows: Row[] = [];
    try {
      for (const [alpha, size] of NETWORKS.slice(0, quick ? 1 : NETWORKS.length)) {
        const page = await browser.newPage();
        await page.goto(`${server.url}${recipeOf(alpha, size)}`);
        const device = await trained(page);
        rows.push({
          what: `camera, mobilenetv2 ${alpha.toString()} at ${size.toString()} px in Chromium: pictures answered`,
          against: 'those that the camera gives',
          unit: '/s',
          mien: await paceOf(page),
          other: CAMERA_PACE,
          note: `${device}, as the page says it.`,
        });
        say(`mobilenetv2 ${alpha.toString()} at ${size.toString()} pixels`);
        await page.close();
      }
      return rows;
    } finally {
      await browser.close();
      await server.close();
    }
  },
};

/** One epoch of the head on few pictures: what the weights are does not change how long an answer takes. */
const recipeOf = (alpha: number, size: number): string =>
  `#quick-look&dataset.pictures=80&image.size=${size.toString()}&augmentation.views=1&backbone.alpha=${alpha.toString()}` +
  '&backbone.weights=random&phases.0.epochs=1&phases.1.epochs=1&phases.1.unfreeze=1';

/** @returns the device's line */
async function trained(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Train', exact: true }).click({ timeout: 120_000 });
  await page
    .locator('.now')
    .filter({ hasText: /^Finished/ })
    .waitFor({ timeout: 600_000 });
  const device = (await page.locator('button.device').innerText()).replace(/\s+/g, ' ');
  await page.getByRole('button', { name: 'Try it' }).first().click();
  return device;
}

async function paceOf(page: Page): Promise<number> {
  await page.getByRole('button', { name: 'Camera' }).click();
  const pace = page.locator('.try-pace');
  await pace.filter({ hasText: 'a second' }).waitFor({ timeout: 120_000 });
  const readings: number[] = [];
  // The first is of a network that is still warming up.
  for (let reading = 0; reading <= READINGS; reading++) {
    await page.waitForTimeout(READING_MS);
    if (reading > 0) readings.push(Number.parseFloat(await pace.innerText()));
  }
  return median(readings);
}
