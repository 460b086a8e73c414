/** As many threads compute as the device line says: counted by the processor time that the system gives to each. */
import { readdir, readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { finishTiny, takeHome, TINY } from '../browser/actions.ts';
import { newPage } from '../browser/harness.ts';
import { servePlainly } from '../browser/page/plain-server.ts';

const MINUTES = 60_000;

/** The processes that pages run in. */
async function rendererPids(page: Page): Promise<number[]> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** Processor time of all workers' threads so far, in ticks of the system; only Linux says. */
async function workerTicks(pids: readonly number[]): Promise<Map<string, number>> {
  const ticks = new Map<string, number>();
  for (const pid of process.platform === 'linux' ? pids : []) {
    for (const thread of await readdir(`/proc/${pid.toString()}/task`)) {
      const stat = await readFile(`/proc/${pid.toString()}/task/${thread}/stat`, 'utf8').catch(() => '');
      const [, name, rest = ''] = /\((.*)\) (.*)/.exec(stat) ?? [];
      const [user, system] = rest.split(' ').slice(11, 13).map(Number);
      if (name?.startsWith('DedicatedWorker')) ticks.set(thread, (user ?? 0) + (system ?? 0));
    }
  }
  return ticks;
}

/** Small, but large enough to be worth two threads. */
const RECIPE = `${TINY}&backbone.alpha=1&image.size=160&phases.1.unfreeze=4`;

/** Trains, and gives the trained weights. */
async function weightsOf(page: Page): Promise<Buffer> {
  await page.getByText('80 faces in eight classes').first().waitFor({ timeout: MINUTES });
  await finishTiny(page);
  return Buffer.from((await takeHome(page))['weights.bin'] ?? []);
}

it(
  'as many threads compute as the device line says, two on two cores; where no header can be set one, to the same network',
  { timeout: 3 * MINUTES },
  async () => {
    const page = await newPage({ path: `?backend=wasm${RECIPE}` });
    const label = page.getByRole('button', { name: /^Runs on wasm/ });
    await label.waitFor({ timeout: MINUTES });
    const said = Number(/(\d+) threads/.exec(await label.innerText())?.[1] ?? 1);
    expect(said).toBeGreaterThanOrEqual(2);
    // The list calls it what the line calls it.
    await label.click();
    const list = page.getByRole('dialog', { name: `Runs on wasm · ${said} threads` });
    await list.getByRole('radio', { name: `wasm · ${said} threads`, checked: true }).waitFor();
    await list.getByText('wasm with threads is the fastest without a GPU.').waitFor();
    await list.getByRole('button', { name: 'Close' }).click();
    await page.getByText('80 faces in eight classes').first().waitFor({ timeout: MINUTES });
    const pids = await rendererPids(page);
    const before = await workerTicks(pids);
    const weights = await weightsOf(page);
    const spent = [...(await workerTicks(pids))].map(([thread, ticks]) => ticks - (before.get(thread) ?? 0));
    const most = Math.max(0, ...spent);
    if (process.platform === 'linux') expect(spent.filter((ticks) => ticks > most / 5)).toHaveLength(said);

    const { url, close } = await servePlainly();
    const alone = await newPage({ path: null });
    await alone.goto(`${url}?backend=wasm${RECIPE}`);
    expect(await alone.evaluate(() => crossOriginIsolated)).toBe(false);
    await alone.getByRole('button', { name: 'Runs on wasm · one thread' }).waitFor({ timeout: MINUTES });
    expect(weights.equals(await weightsOf(alone))).toBe(true);
    await close();
  },
);
