/** The runs on this machine that can go on from a checkpoint. */
import type { ByteStore } from '../../platform/stores/byte-store.ts';
import type { Owned } from '../../platform/stores/owned.ts';
import type { Platform } from '../../platform/platform.ts';
import { asStudioError, StudioError, type WireError } from '../../protocol/errors.ts';
import type { ResumableRun } from '../../protocol/events.ts';
import type { FullRecipe } from '../../protocol/recipe/full-recipe.ts';
import { isSameRecipe } from '../../protocol/identity.ts';
import { parseRecipe } from '../../protocol/recipe/recipe.ts';
import { asRun } from '../catalog.ts';
import { epochOf, keptEpochOf, type Checkpoint, type CheckpointHead } from './checkpoint.ts';
import { listHeads, readCheckpoint, readFailures } from './stored-checkpoints.ts';

/** The latest first. */
async function resumableRuns(store: ByteStore): Promise<ResumableRun[]> {
  const heads = (await listHeads(store)).map(({ head }) => head);
  const failures = await readFailures(
    store,
    heads.map(({ runId }) => runId),
  );
  return heads.flatMap((head, index) => resumable(head, failures[index] ?? null));
}

/** What a run is called while it goes on, so that no other tab takes it. */
export const ownedNameOf = (runId: string): string => `run/${runId}`;

/** One that goes on in some tab stays. */
async function discard(store: ByteStore, owned: Owned, runId: string): Promise<void> {
  await owned.discardIfFree(ownedNameOf(runId), () => store.deleteAll(`${runId}/`));
}

/** The same without those that go on in some tab, after the checkpoints of one, if it is named, were deleted. */
export async function runsLeft(
  { openStore, owned }: Pick<Platform, 'openStore' | 'owned'>,
  discarded?: string,
): Promise<ResumableRun[]> {
  const store = openStore('checkpoints');
  if (store === null) return [];
  if (discarded !== undefined) await discard(store, owned, discarded);
  const runs = await resumableRuns(store);
  const isLeft = runs.map(({ runId }) =>
    owned.alone(
      ownedNameOf(runId),
      () => Promise.resolve(true),
      () => false,
    ),
  );
  const left = await Promise.all(isLeft);
  return runs.filter((_, index) => left[index]);
}

/**
 * The checkpoint that a run goes on from.
 *
 * @throws StudioError `train/no-checkpoint`, `recipe/other-run`
 */
export async function runToResume(
  store: ByteStore | null,
  runId: string,
  recipe: FullRecipe,
): Promise<Checkpoint> {
  if (store === null) {
    throw new StudioError({
      code: 'train/no-checkpoint',
      message: 'A run was to go on from its last checkpoint; nothing is stored here.',
      hint: 'Train from the start.',
    });
  }
  const checkpoint = await readCheckpoint(store, runId);
  if (isSameRecipe(checkpoint.head.recipe, recipe)) return checkpoint;
  throw new StudioError({
    code: 'recipe/other-run',
    message: 'A run was to go on with the recipe that it began with; another came.',
    hint: 'Train from the start, or resume with the recipe that the run began with.',
  });
}

function resumable(head: CheckpointHead, noted: WireError | null): ResumableRun[] {
  const { runId, savedAtMs, phaseIndex, picked } = head;
  const { recipe, failure = noted } = recipeOf(head);
  const phase = recipe.phases[phaseIndex];
  if (phase === undefined) return [];
  const epochs = { epoch: epochOf(head), keptEpoch: keptEpochOf(head) };
  return [{ runId, savedAtMs, recipe, phaseIndex, phase: phase.name, ...epochs, failure, picked }];
}

/** As this version takes it; as it was stored where it does not take it any more, with the reason. */
function recipeOf({ recipe }: CheckpointHead): { readonly recipe: FullRecipe; readonly failure?: WireError } {
  try {
    return { recipe: asRun(parseRecipe(recipe)) };
  } catch (error) {
    return { recipe, failure: asStudioError(error).toWire() };
  }
}
