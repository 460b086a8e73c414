/** Owns working on several items at once and handing the results over in the items' order. */

/**
 * Maps batches of items, while the next batch is fetched already.
 *
 * @param width items that are worked on at a time, at most
 * @throws what the work or the batches throw, after the work that was under way has ended
 */
export async function* mapInOrder<Item, Result>(
  batches: AsyncIterable<readonly Item[]>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const pending: Promise<Result>[] = [];
  try {
    for await (const batch of oneAhead(batches)) {
      for (const item of batch) {
        if (pending.length >= width) yield await pending.shift()!;
        const result = work(item);
        // Its turn to be heard comes later; until then a failure is not forgotten.
        result.catch(() => undefined);
        pending.push(result);
      }
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
  }
}

/** The same values, each asked for while the one before it is worked on. */
async function* oneAhead<Value>(values: AsyncIterable<Value>): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (let result = await next; result.done !== true; result = await next) {
      next = iterator.next();
      // Whoever waits for it hears of a failure; until then it is not forgotten.
      next.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}
