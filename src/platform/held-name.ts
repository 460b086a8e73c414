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
  const { locks } = (globalThis as { navigator?: { readonly locks?: LockManager } }).navigator ?? {};
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
