/** The resize kernel that ships is what its source assembles to. */
import { expect, it } from 'vitest';
import { RESIZE_KERNEL } from '../../../../src/data/resize/resize-kernel.ts';
import { assemble } from '../../../support/assemble.ts';

it('is resize-kernel.wat, assembled', async () => {
  expect(await assemble('src/data/resize/resize-kernel.wat')).toBe(RESIZE_KERNEL);
});
