/** Studies on the page's queue: how one is made of a file, a preset or a recipe, and how all of them are kept on this machine. */
import { pack, unpack } from '../../lib/bytes/pack.ts';
import { parseJson } from '../../lib/json.ts';
import type { Platform } from '../../platform/platform.ts';
import { asStudioError, StudioError } from '../../protocol/errors.ts';
import { parseRecipe, type Recipe } from '../../protocol/recipe/recipe.ts';
import type { Queue, QueueChange, QueuedStudy, StudyPlan, StudySource } from '../../protocol/runs/queue.ts';
import { bracketOf } from '../../protocol/runs/bracket.ts';
import { parseStudy, studyInvalid, type Study } from '../../protocol/runs/study.ts';
import { planStudy } from './plan.ts';

/** A study with all of its runs. @throws StudioError `recipe/study-invalid`, `recipe/…` with the combination; nothing is stored */
export async function planOf(source: StudySource, platform: Platform): Promise<StudyPlan> {
  if ('recipe' in source) {
    const { recipe } = source;
    const name = recipe.name ?? 'One recipe';
    const study: Study = { name, base: recipe, vary: [{}], search: { kind: 'grid' } };
    return planned(study, recipe);
  }
  if ('study' in source) return planned(parseStudy(source.study), source.base);
  const text =
    'preset' in source
      ? await assetText(`studies/${source.preset}.json`, platform)
      : await source.file.text();
  const value = parseJson(text);
  if (value === undefined) throw studyInvalid('the file is not JSON');
  const study = parseStudy(studyIn(value));
  const beside = 'preset' in source ? [] : source.beside;
  const base =
    typeof study.base === 'string' ? await baseOf(study.base, beside, platform) : parseRecipe(study.base);
  return planned(study, base);
}

function planned(study: Study, base: Recipe): StudyPlan {
  const runs = planStudy(study, base);
  if (study.search.kind === 'asha') bracketOf(runs, study.search);
  return { study, base, runs };
}

/** A study's file, or the `study.json` of the folder of one that was carried out, which has its base read. */
function studyIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('study' in value) || !('base' in value)) return value;
  return { ...(value.study as object), base: value.base };
}

/** A page reads no paths: the recipe is among the picked files, or one of those that ship with Mien. */
async function baseOf(path: string, beside: readonly File[], platform: Platform): Promise<Recipe> {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  const picked = beside.find((file) => file.name.split('/').at(-1) === name);
  try {
    const text = picked === undefined ? await assetText(`recipes/${name}`, platform) : await picked.text();
    return parseRecipe(parseJson(text));
  } catch (cause) {
    if (picked !== undefined || (cause instanceof StudioError && cause.code.startsWith('recipe/')))
      throw cause;
    throw new StudioError({
      code: 'recipe/study-base',
      message: `The study begins with the recipe ${path}; it is not among the picked files, and none of that name ships with Mien.`,
      hint: 'Pick the study and the recipe together, or put the recipe itself into the study, as its base.',
      cause,
    });
  }
}

async function assetText(path: string, platform: Platform): Promise<string> {
  const source = await platform.openAsset(path);
  return new TextDecoder().decode(await source.slice(0));
}

/** All studies, after a change; one that cannot be stored is said, and the page goes on with what it has. */
export async function changeQueue(platform: Platform, change: QueueChange | undefined): Promise<Queue> {
  const store = platform.openStore('studies');
  if (store === null) return { studies: [], trouble: null };
  try {
    if (change !== undefined && 'put' in change) await store.setMany([[change.put.id, pack(change.put)]]);
    if (change !== undefined && 'remove' in change) await store.deleteMany([change.remove]);
    const keys = (await store.list()).map(({ key }) => key);
    const found = (await store.getMany(keys)).flatMap((bytes) => {
      const study = bytes === undefined ? null : (unpack(bytes) as QueuedStudy | null);
      return study === null ? [] : [study];
    });
    return { studies: found.toSorted((one, other) => one.addedAtMs - other.addedAtMs), trouble: null };
  } catch (error) {
    const trouble = asStudioError(error);
    if (!trouble.code.startsWith('storage/')) throw error;
    return { studies: [], trouble: trouble.toWire() };
  }
}

/**
 * Holds the queue until it is cancelled: one tab at a time works on it.
 *
 * @throws StudioError `train/elsewhere`
 */
export function holdQueue(platform: Platform, signal: AbortSignal, onHeld: () => void): Promise<void> {
  return platform.owned.alone(
    'queue/page',
    () =>
      new Promise((_resolve, reject) => {
        onHeld();
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
    () => {
      throw new StudioError({
        code: 'train/elsewhere',
        message: 'The queue was to go on here; it goes on in another tab already.',
        hint: 'Look for that tab, or close it and start the queue here.',
      });
    },
  );
}
