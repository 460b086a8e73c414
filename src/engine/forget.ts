/** Owns forgetting all that Mien keeps on this machine: for a computer that the next one uses too. */
import { STORES, type StoreName } from '../platform/stores/byte-store.ts';
import type { Session } from './session.ts';

/** The note of versions goes last: what a store holds is not read by other rules while it is emptied. */
const ALL = (Object.keys(STORES) as StoreName[]).toSorted((one) => (one === 'versions' ? 1 : -1));

/** Empties every store. The session has nothing open afterwards. @throws StudioError `storage/…` */
export async function forgetAll(session: Session): Promise<void> {
  await session.close();
  for (const name of ALL) await session.platform.openStore(name)?.deleteAll('');
}
