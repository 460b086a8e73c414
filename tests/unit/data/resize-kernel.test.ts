/** The resize kernel that ships is what its source assembles to. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import loadWabt from 'wabt';
import { RESIZE_KERNEL } from '../../../src/data/resize-kernel.ts';

it('is resize-kernel.wat, assembled', async () => {
  const source = await readFile('src/data/resize-kernel.wat', 'utf8');
  const wabt = await loadWabt();
  const module = wabt.parseWat('resize-kernel.wat', source, { simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  expect(Buffer.from(buffer).toString('base64')).toBe(RESIZE_KERNEL);
});
