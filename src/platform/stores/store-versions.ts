/**
 * Owns the versions of the stores. What an earlier version of Mien wrote is read as it is, or carried over by whoever
 * reads it; what a later one wrote is left alone: read by rules that it does not follow it would come out wrong, or be
 * deleted for damaged. Such a store says so whenever it is used, and nothing in it is lost.
 *
 * The store `versions` has a number for each store that was written to. One without a number is of version 1: builds
 * before there were numbers wrote that.
 */
import { StudioError } from '../../protocol/errors.ts';
import type { ByteStore, StoreName } from './byte-store.ts';

/**
 * How each store is laid out. Raise a number when an earlier version would misread what is written now; who reads that
 * store then takes both, or forgets what can be made again.
 */
const VERSIONS: Readonly<Record<StoreName, number>> = {
  downloads: 1,
  pictures: 2,
  sets: 1,
  edits: 1,
  checkpoints: 2,
  activations: 1,
  runs: 2,
  studies: 1,
  measurements: 1,
  leases: 1,
  versions: 1,
};

/** Opens each store once, whoever asks for it: writes of one store wait for each other. Each knows its version. */
export function storesOf(open: (name: StoreName) => ByteStore): (name: StoreName) => ByteStore {
  const opened = new Map<StoreName, ByteStore>();
  const versions = open('versions');
  return (name) => {
    const store = opened.get(name) ?? versioned(name, open(name), versions);
    opened.set(name, store);
    return store;
  };
}

/** A store that knows its version. */
function versioned(name: StoreName, store: ByteStore, versions: ByteStore): ByteStore {
  let found: Promise<number | null> | null = null;
  let isMarked = false;
  const check = async (): Promise<void> => {
    found ??= readVersion(name, versions);
    const version = await found.catch((error: unknown) => {
      // Asked again the next time.
      found = null;
      throw error;
    });
    if (version !== null && version > VERSIONS[name]) throw ofLaterVersion(name, version);
    isMarked ||= version === VERSIONS[name];
  };
  const mark = async (): Promise<void> => {
    await check();
    if (isMarked) return;
    await versions.setMany([[name, new TextEncoder().encode(VERSIONS[name].toString())]]);
    isMarked = true;
  };
  const after =
    <Input extends readonly unknown[], Output>(
      first: () => Promise<void>,
      work: (...input: Input) => Promise<Output>,
    ) =>
    async (...input: Input): Promise<Output> => {
      await first();
      return work(...input);
    };
  return {
    getMany: after(check, store.getMany),
    setMany: after(mark, store.setMany),
    deleteMany: after(check, store.deleteMany),
    deleteAll: after(check, store.deleteAll),
    list: after(check, store.list),
    roomBytes: store.roomBytes,
  };
}

async function readVersion(name: StoreName, versions: ByteStore): Promise<number | null> {
  const [bytes] = await versions.getMany([name]);
  return bytes === undefined ? null : Number(new TextDecoder().decode(bytes));
}

/** What is in each store, for the user. */
const CONTENTS: Readonly<Record<StoreName, string>> = {
  downloads: 'The downloads',
  pictures: 'The pictures made ready for training',
  sets: 'The sets',
  edits: 'The changes that you made in sets',
  checkpoints: 'The unfinished runs',
  activations: 'What the frozen part computed',
  runs: 'The kept runs',
  studies: 'The studies on the queue',
  measurements: 'What was measured of the GPU',
  leases: 'The notes of who uses what',
  versions: 'The notes of versions',
};

function ofLaterVersion(name: StoreName, version: number): StudioError {
  return new StudioError({
    code: 'storage/later-version',
    message: `${CONTENTS[name]} on this machine were stored by a later version of Mien: of layout ${version.toString()}; this one knows ${VERSIONS[name].toString()}.`,
    hint: 'They are all still there, and the later version opens them: reload the page, or update Mien. Nothing is stored among them until then.',
  });
}
