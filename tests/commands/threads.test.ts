/** Headless runs on several threads: as many as were asked for are said and recorded, and the network is the same to the bit. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { threadsText } from '../../src/protocol/device.ts';
import { parseCommand } from '../../tools/train/command.ts';
import { runCommand } from '../support/command.ts';
import { tinyRecipe } from '../support/session.ts';

it('trains the same network to the bit on 1, 2 and 8 threads, and records how many there were', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mien-threads-'));
  const path = join(folder, 'recipe.json');
  // Large enough that most kernels are shared.
  const recipe = await tinyRecipe({
    image: { size: 64, resize: 'bilinear' },
    phases: [{ name: 'fineTune', epochs: 1, learningRate: 0.001, unfreeze: 40, batchNorm: 'batch' }],
  });
  await writeFile(path, JSON.stringify(recipe));
  const networks: Buffer[] = [];
  for (const threads of [1, 2, 8]) {
    const out = join(folder, threads.toString());
    const asked = ['--backend', 'wasm', '--threads', threads.toString()];
    const ended = await runCommand('train', path, '--out', out, ...asked);
    expect(ended.code, ended.error).toBe(0);
    const label = `wasm · ${threadsText(threads)}`;
    expect(ended.out).toContain(`${label}. `);
    const record = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as { device: { label: string } };
    expect(record.device.label).toBe(label);
    networks.push(await readFile(join(out, 'model', 'weights.bin')));
  }
  const [alone, ...others] = networks;
  for (const network of others) expect(network.equals(alone!)).toBe(true);
  await rm(folder, { recursive: true });
});

it.each(['0', '1.5', 'all', '65'])('refuses --threads %s', (threads) => {
  expect(() => parseCommand(['recipe.json', '--out', 'nowhere', '--threads', threads])).toThrow(
    `--threads takes a whole number from 1 to 64. Came: ${threads}.`,
  );
});
