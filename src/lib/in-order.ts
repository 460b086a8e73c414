/** Owns working on what comes next before what came before is done with, in order. */

/**
 * Maps items, several at a time; the results come in the items' order.
 *
 * @param width items that are worked on at a time, at most
 * @throws what the work or the items throw, after the work that was under way has ended
 */
export async function* mapInOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const pending: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      if (pending.length >= width) yield await pending.shift()!;
      const result = work(item);
      // Its turn to be heard comes later; until then a failure is not forgotten.
      result.catch(() => undefined);
      pending.push(result);
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
  }
}

/** The items of batches, the next batch asked for while the items of one are worked on. */
export async function* eachOf<Item>(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<Item> {
  for await (const batch of oneAhead(batches)) yield* batch;
}

/**
 * The same values, each asked for while the one before it is worked on.
 *
 * @param drop what becomes of a value that was asked for and is not wanted any more
 * @throws what the values throw, when its turn comes
 */
export async function* oneAhead<Value>(
  values: AsyncIterable<Value>,
  drop: (value: Value) => void = () => undefined,
): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<Value>> => {
    const asked = iterator.next();
    // Whoever waits for it hears of a failure; until then it is not forgotten.
    asked.catch(() => undefined);
    return asked;
  };
  let next: Promise<IteratorResult<Value>> | null = ask();
  try {
    for (;;) {
      const result: IteratorResult<Value> = await next;
      next = null;
      if (result.done === true) return;
      next = ask();
      yield result.value;
    }
  } finally {
    const left = await next?.catch(() => null);
    if (left?.done === false) drop(left.value);
    await iterator.return?.();
  }
}
