/** Damaged and hostile files: whatever is done to one, reading it ends, with what it holds or with a StudioError. */
import { describe, it } from 'vitest';
import { DAMAGED } from '../support/networks/damaged.ts';
import { holdDamaged } from '../support/mutations.ts';
import { shows } from '../support/shows.ts';

describe('damaged files of networks', () => {
  it.each(DAMAGED)('%s', { timeout: 300_000 }, async (name, file, mutations, outcomeOf) => {
    await holdDamaged(file, mutations, outcomeOf);
    if (name !== 'export.zip')
      shows(`weights .${name.split('.').at(-1) ?? ''} end in an error where they are damaged`);
  });
});
