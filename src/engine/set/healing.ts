/**
 * An open set whose prepared pictures are gone (the browser cleared its storage, or somebody did): they are read again
 * from the set's source, once for all who ask, and whoever asked waits and goes on. What is in use is not discarded by
 * any tab of ours; this is for what happens all the same.
 */
import type { Dataset, PictureStore } from '../../data/dataset.ts';
import { StudioError } from '../../protocol/errors.ts';

/**
 * The same set, which heals.
 *
 * @param again opens it anew, from its source where what was prepared is not there
 * @param onGone told once each time that pictures are gone
 */
export function healing(
  dataset: Dataset,
  again: (signal: AbortSignal) => Promise<Dataset>,
  onGone: (notice: StudioError) => void,
): Dataset {
  const closed = new AbortController();
  let current = dataset;
  let mending: Promise<void> | null = null;

  const mend = async (): Promise<void> => {
    onGone(readAgain());
    const next = await again(closed.signal);
    if (next.summary.setHash !== dataset.summary.setHash) {
      await next.close();
      throw changed();
    }
    await current.close();
    current = next;
  };
  const healingStore = (which: 'pictures' | 'shown'): PictureStore => ({
    count: dataset[which].count,
    size: dataset[which].size,
    read: async (rows, signal) => {
      const before = current;
      try {
        return await before[which].read(rows, signal);
      } catch (error) {
        if (!(error instanceof StudioError) || error.code !== 'storage/pictures-gone') throw error;
      }
      if (before === current) {
        mending ??= mend().finally(() => {
          mending = null;
        });
        await untilAborted(mending, signal);
      }
      return current[which].read(rows, signal);
    },
  });
  return {
    ...dataset,
    pictures: healingStore('pictures'),
    shown: healingStore('shown'),
    get arriving() {
      return current.arriving;
    },
    close: () => {
      closed.abort();
      return current.close();
    },
  };
}

/** Waits no longer than the one who waits wants to. */
function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

function readAgain(): StudioError {
  return new StudioError({
    code: 'storage/pictures-gone',
    message:
      'The resized pictures of this set were kept on this machine; the browser or somebody else has deleted them. They are read again from where the set comes from.',
    hint: 'There is nothing to do but wait. Where disk space is short, free some, or it may happen again.',
  });
}

function changed(): StudioError {
  return new StudioError({
    code: 'data/changed',
    message:
      'The pictures of this set had to be read again; the set has other pictures or labels now than when it was opened.',
    hint: 'Open the set again: it is then taken as it is now.',
    retryable: true,
  });
}
