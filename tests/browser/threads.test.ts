/** As many threads compute as the device line says: counted by the processor time that the system gives to each. */
import { readdir, readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { finishTiny, TINY } from './actions.ts';
import { newPage } from './harness.ts';

/** The processes that pages run in. */
async function rendererPids(page: Page): Promise<number[]> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** Processor time of all workers' threads so far, in ticks of the system. */
async function workerTicks(pids: readonly number[]): Promise<Map<string, number>> {
  const ticks = new Map<string, number>();
  for (const pid of pids) {
    for (const thread of await readdir(`/proc/${pid.toString()}/task`)) {
      const stat = await readFile(`/proc/${pid.toString()}/task/${thread}/stat`, 'utf8').catch(() => '');
      const [, name, rest = ''] = /\((.*)\) (.*)/.exec(stat) ?? [];
      const [user, system] = rest.split(' ').slice(11, 13).map(Number);
      if (name?.startsWith('DedicatedWorker')) ticks.set(thread, (user ?? 0) + (system ?? 0));
    }
  }
  return ticks;
}

it.runIf(process.platform === 'linux')(
  'as many threads compute as the device line says, two on two cores',
  { timeout: 180_000 },
  async () => {
    const recipe = `${TINY}&image.size=160&phases.1.unfreeze=4`;
    const page = await newPage({ path: `?backend=wasm${recipe}` });
    const label = page.getByRole('button', { name: /^Runs on wasm/ });
    await label.waitFor({ timeout: 60_000 });
    await page.getByText('80 faces in eight classes').first().waitFor({ timeout: 60_000 });
    const said = Number(/(\d+) threads/.exec(await label.innerText())?.[1] ?? 1);
    expect(said).toBeGreaterThanOrEqual(2);
    const pids = await rendererPids(page);
    const before = await workerTicks(pids);
    await finishTiny(page);
    const spent = [...(await workerTicks(pids))].map(([thread, ticks]) => ticks - (before.get(thread) ?? 0));
    const most = Math.max(...spent);
    expect(spent.filter((ticks) => ticks > most / 5)).toHaveLength(said);
  },
);
