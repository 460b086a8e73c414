/** What closed tabs left of their activations: of no use to anyone, and it may be gigabytes. */
import { holdForGood } from '../platform/held-name.ts';
import type { Platform } from '../platform/platform.ts';
import { StudioError } from '../protocol/errors.ts';

/** Forgets it, unless another tab is open: some of it may be that one's. To be called before any is kept. */
export async function forgetLeftActivations(platform: Pick<Platform, 'openStore'>): Promise<void> {
  const store = platform.openStore('activations');
  if (store === null || !(await holdForGood('activations'))) return;
  try {
    await store.deleteAll('');
  } catch (error) {
    // What cannot be cleared now is cleared another time.
    if (!(error instanceof StudioError)) throw error;
  }
}
