/** How the list of kept runs is read off their store, and which of them others need. */
import { unpack } from '../../lib/bytes/pack.ts';
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import type { KeptRoom, KeptRun, RunWords } from '../../protocol/runs/kept.ts';
import { isShared } from './frozen-values.ts';
import { readAbout } from './layout.ts';

/** What is said of a run of which nobody said anything. */
export const NO_WORDS: RunWords = { name: '', note: '', isStarred: false, isDeleted: false };
/** Each has a key of its own. */
export const FIELDS = [
  'name',
  'note',
  'isStarred',
  'isDeleted',
] as const satisfies readonly (keyof RunWords)[];

/** All that are stored. */
export async function readAll(
  store: ByteStore,
): Promise<{ readonly runs: KeptRun[]; readonly room: KeptRoom }> {
  const keys = await store.list();
  const ids = keys.map(({ key }) => key).filter((key) => key.endsWith('/about'));
  const found = await Promise.all(ids.map((key) => readLine(store, key.slice(0, -'/about'.length), keys)));
  const sum = (some: readonly { readonly sizeBytes: number }[]): number =>
    some.reduce((all, { sizeBytes }) => all + sizeBytes, 0);
  const room: KeptRoom = {
    takenBytes: sum(keys),
    frozenBytes: sum(keys.filter(({ key }) => isShared(key))),
    freeBytes: await store.roomBytes(),
  };
  return { runs: found.flatMap((run) => (run === null ? [] : [run])), room };
}

/** Null for one that was deleted since the keys were listed, or is damaged. */
async function readLine(
  store: ByteStore,
  runId: string,
  keys: Awaited<ReturnType<ByteStore['list']>>,
): Promise<KeptRun | null> {
  const about = await readAbout(store, runId);
  if (about === null) return null;
  const own = keys.filter(({ key }) => key.startsWith(`${runId}/`));
  const said = await store.getMany(FIELDS.map((field) => `${runId}/${field}`));
  const words = Object.fromEntries(
    FIELDS.map((field, index) => {
      const bytes = said[index];
      return [field, (bytes === undefined ? null : unpack(bytes)) ?? NO_WORDS[field]];
    }),
  ) as unknown as RunWords;
  const sizeBytes = own.reduce((sum, each) => sum + each.sizeBytes, 0);
  return { ...about, ...words, sizeBytes, isStored: true };
}

/** Runs that answer in an ensemble of the list, by the ensemble's id. */
export function neededBy(runs: readonly Pick<KeptRun, 'runId' | 'ensemble'>[]): ReadonlyMap<string, string> {
  return new Map(
    runs.flatMap(({ runId, ensemble }) =>
      (ensemble?.members ?? []).map((member): [string, string] => [member.runId, runId]),
    ),
  );
}
