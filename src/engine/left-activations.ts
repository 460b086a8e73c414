/** What closed tabs left of their activations: of no use to anyone, and it may be gigabytes. */
import type { Platform } from '../platform/platform.ts';
import { StudioError } from '../protocol/errors.ts';

/** Forgets it, unless another tab is open: some of it may be that one's. To be called before any is kept. */
export async function forgetLeftActivations(platform: Pick<Platform, 'openStore' | 'owned'>): Promise<void> {
  const store = platform.openStore('activations');
  if (store === null) return;
  try {
    await platform.owned.discardIfFree('activations', () => store.deleteAll(''));
  } catch (error) {
    // What cannot be cleared now is cleared another time.
    if (!(error instanceof StudioError)) throw error;
  }
  await platform.owned.use('activations');
}
