/** What is said of kept runs, on their list and wherever they are compared. */
import { keptLabel } from '../../charts/runs.tsx';
import { formatBytes, formatMoment } from '../../lib/format.ts';
import type { BackboneEntry } from '../../protocol/catalog.ts';
import type { Ensemble } from '../../protocol/runs/ensemble.ts';
import type { KeptRoom, KeptRun } from '../../protocol/runs/kept.ts';
import { fieldAt, fieldDifferences, fieldText, isOfLearning } from '../../protocol/recipe/fields.ts';
import type { Recipe } from '../../protocol/recipe/recipe.ts';

/** A run's own name, or what tells it apart at a glance. */
export function nameOf(
  { name, ...run }: Pick<KeptRun, 'name' | 'recipe' | 'phases' | 'ensemble'>,
  backbones: readonly BackboneEntry[],
): string {
  if (name !== '') return name;
  return keptLabel(run, (one) => backbones.find((entry) => entry.name === one)?.label ?? one);
}

/** Of many fields the rest is seen when runs are compared. */
const FIELDS_SAID = 2;

/** What tells a run from those of a list that are called alike: fields of their recipes, or when it ended. */
export function besideName(
  run: KeptRun,
  runs: readonly KeptRun[],
  backbones: readonly BackboneEntry[],
): string {
  const alike = runs.filter((other) => nameOf(other, backbones) === nameOf(run, backbones));
  // The recipes of an ensemble are its members'.
  if (run.ensemble !== undefined) return `${formatMoment(run.finishedAtMs)}, ${howText(run.ensemble)}`;
  const differing = alike.flatMap(({ recipe }) => fieldDifferences(run.recipe, recipe));
  const paths = [...new Set(differing.map(({ path }) => path))].filter(isOfLearning);
  const said = paths
    .slice(0, FIELDS_SAID)
    .map((path) => `${path} ${fieldText(fieldAt(run.recipe, path), 'none')}`);
  return [formatMoment(run.finishedAtMs), ...said].join(', ');
}

/** How an ensemble answers, in a few words. */
export function howText({ weights, flip }: Ensemble): string {
  const how = weights === 'mean' ? 'mean of what they say' : 'weights fitted on validation';
  return flip ? `${how}, mirrored too` : how;
}

/** Where a recipe's pictures are from, in a few words: the last part of what names them. */
export function setNameOf({ dataset }: Pick<Recipe, 'dataset'>): string {
  const { source, repo, path, set } = dataset;
  const named = [repo, path, set].find((each) => typeof each === 'string' && each !== '');
  if (typeof named !== 'string') return source === 'sample' ? 'Drawn faces' : source;
  return named.split(/[/\\]/).findLast((part) => part !== '') ?? named;
}

/** When a run ended, and what it takes. */
export function endedText({ stopped, finishedAtMs, sizeBytes, isStored }: KeptRun): string {
  const kept = isStored ? formatBytes(sizeBytes) : 'not stored: it goes with this tab';
  return `${stopped ? 'Stopped' : 'Finished'} on ${formatMoment(finishedAtMs)}, ${kept}`;
}

/** Runs by the pictures that they were tested on: only such results can be compared. The latest group first. */
export function groupsOf(runs: readonly KeptRun[]): readonly (readonly KeptRun[])[] {
  const groups = new Map<string, KeptRun[]>();
  for (const run of runs) {
    // Of what an earlier version kept nobody knows the pictures.
    const key = run.testHash ?? `unknown ${setNameOf(run.recipe)}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** With less than this left, the next run may find no room. */
const LEAST_FREE_BYTES = 150e6;

export const isShort = ({ freeBytes }: KeptRoom): boolean =>
  freeBytes !== null && freeBytes < LEAST_FREE_BYTES;

/** Which runs are offered to be deleted first: those without a star, the oldest first. */
export const offeredFirst = (runs: readonly KeptRun[]): readonly KeptRun[] =>
  runs
    .filter(({ isStarred, isDeleted, isStored }) => isStored && !isStarred && !isDeleted)
    .toSorted((one, other) => one.finishedAtMs - other.finishedAtMs);

/** Runs that are compared are letters, not colours. */
export const letterOf = (place: number): string => 'ABCD'[place] ?? '';

/** What a run that was deleted is still needed for; null where it is not. */
export function neededFor(run: KeptRun, runs: readonly KeptRun[]): KeptRun | null {
  return (
    runs.find(({ ensemble }) => ensemble?.members.some(({ runId }) => runId === run.runId) === true) ?? null
  );
}
