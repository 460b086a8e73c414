/** Ten thousand mutations of each kind of file that holds a network; `tests/fuzz/weights.test.ts` has the first of them. */
import { it } from 'vitest';
import { DAMAGED } from '../support/networks/damaged.ts';
import { holdDamaged } from '../support/mutations.ts';

const MUTATIONS = 10_000;

it.each(DAMAGED)('%s', { timeout: 1_800_000 }, async (_name, file, _few, outcomeOf) => {
  await holdDamaged(file, MUTATIONS, outcomeOf);
});
