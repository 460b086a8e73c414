/** Names that one tab holds while it works and all tabs of this origin see: work that has one goes on in one tab alone. */

/** A page that was closed takes its busy worker with it only after a moment. */
const WAIT_MS = 10_000;

/**
 * Does `work` while no other tab holds the name. Where there is no way to know (an insecure page, Node), none does.
 *
 * @param otherwise what happens instead when another tab keeps the name
 */
export async function whileHeld<Value>(
  name: string,
  work: () => Promise<Value>,
  otherwise: () => Value,
): Promise<Value> {
  const locks = lockManager();
  if (locks === undefined) return work();
  let isHeld = false as boolean;
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(WAIT_MS) }, () => {
      isHeld = true;
      return work();
    });
  } catch (error) {
    if (!isHeld && error instanceof DOMException && error.name === 'TimeoutError') return otherwise();
    throw error;
  }
}

/** Takes a name until the tab is closed; false where another tab has it. */
export function holdForGood(name: string): Promise<boolean> {
  const locks = lockManager();
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    };
    locks.request(name, { ifAvailable: true }, held).catch(reject);
  });
}

function lockManager(): LockManager | undefined {
  return (globalThis as { navigator?: { readonly locks?: LockManager } }).navigator?.locks;
}
