/** Owns the way from a recipe to an opened set: find the source, read, clean, look for copies, number, split. */
import { countOf } from '../lib/format.ts';
import type { AsideRow, Findings } from '../protocol/dataset.ts';
import { StudioError } from '../protocol/errors.ts';
import { datasetOptions } from '../protocol/full-recipe.ts';
import { ContentHash, setHash } from '../protocol/identity.ts';
import type { Options } from '../protocol/options.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { SourceDescription } from '../protocol/source.ts';
import { Uses } from '../platform/owned.ts';
import type { Platform } from '../platform/platform.ts';
import type { CleanedRow, CleanedRows } from './cleaning.ts';
import { curate, type Curated } from './curate.ts';
import { curatingOptions } from './dataset-options.ts';
import type { Dataset, OpenDatasetOptions } from './dataset.ts';
import { takeGivenSplit } from './given-split.ts';
import { splitGroups } from './group-split.ts';
import { sortLabels } from './labels.ts';
import { pictureSubset } from './pictures/picture-store.ts';
import { preparePictures, type Prepared } from './prepare-pictures.ts';
import { findSource } from './sources/registry.ts';
import type { OpenedSource, Source, SourceContext } from './sources/source.ts';
import { splitRows, type Split, type SplitPlan } from './split.ts';

/**
 * Opens the recipe's set: every picture is decoded and resized once, since only that tells which rows are kept. A set
 * that was opened before on this machine is taken from there.
 *
 * @throws StudioError `recipe/…` for a wrong source or option, `data/…`, `net/…`; the signal's reason when aborted
 */
export async function openDataset(
  recipe: Recipe,
  platform: Platform,
  given: OpenDatasetOptions,
): Promise<Dataset> {
  const uses = new Uses(platform.owned);
  let prepared: Prepared | null = null;
  const close = (): Promise<void> => {
    prepared?.arriving?.end();
    return uses.release();
  };
  try {
    const found = await openSource(recipe, platform, { ...given, uses });
    prepared = await preparePictures(recipe, found, platform, { ...given, uses });
    return { ...(await datasetOf(recipe, found, prepared, given)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Looks for copies, numbers the rows and splits them. */
async function datasetOf(
  recipe: Recipe,
  { source, options, opened }: FoundSource,
  { cleaned, pictures: store, arriving }: Prepared,
  given: OpenDatasetOptions,
): Promise<Omit<Dataset, 'close'>> {
  const curated = await curate(cleaned.rows, curatingOptions(options), {
    signal: given.signal,
    onProgress: (done, total) => {
      given.onProgress(done, total, 'pictures', 'Looking for copies');
    },
  });
  const rows = curated.kept.map((row) => cleaned.rows[row]!);
  const labels = sortLabels(rows.map((row) => row.label));
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const labelOfRow = Uint16Array.from(rows, (row) => indexOf.get(row.label)!);
  const split = splitSet(rows, labelOfRow, labels, curated.groupOfKept, recipe.split);
  const groupsAcrossSplits = countCut(curated.groupOfKept, split);
  if (groupsAcrossSplits > 0) given.onNotice?.(groupsCut(groupsAcrossSplits));
  const { origin, noun, sizeBytes, provenance } = opened;
  const contentHash = contentHashOf(rows);
  const summary = {
    source: source.entry.name,
    ...{ noun, origin, labels, labelOfRow, split, sizeBytes, contentHash },
    setHash: setHash(contentHash, split),
  };
  const asideRows = curated.aside.map(({ row }) => cleaned.rows[row]!);
  const findings = {
    ...findingsOf(curated, split),
    groupsAcrossSplits,
    leftOut: cleaned.leftOut,
    aside: asideOf(cleaned, curated),
  };
  const seen = [...rows, ...asideRows, ...cleaned.unlabelled].map((row) => row.seen);
  const shown = pictureSubset(
    store,
    seen.map(({ stored }) => stored),
  );
  return {
    summary: {
      ...summary,
      cleaning: cleaned.report,
      findings,
      ...(provenance === undefined ? {} : { provenance }),
    },
    labelForm: cleaned.labelForm,
    pictures: rows.length === store.count ? store : pictureSubset(shown, [...rows.keys()]),
    shown,
    arriving,
    facts: seen.map(({ facts }) => facts),
  };
}

function contentHashOf(rows: readonly CleanedRow[]): string {
  const hash = new ContentHash();
  for (const { label, print, seen } of rows) hash.add({ path: seen.facts.path, label, file: print.file });
  return hash.toString();
}

/** Rows that can be shown but are not part of the set. */
function asideOf({ rows, unlabelled }: CleanedRows, { aside }: Curated): AsideRow[] {
  const dropped = aside.map(({ row, why }) => ({ why, label: rows[row]!.label }));
  return [...dropped, ...unlabelled.map(({ why }) => ({ why, label: '' }))];
}

/** A recipe's source, found and opened. */
export interface FoundSource {
  readonly source: Source;
  readonly options: Options;
  readonly opened: OpenedSource;
}

/**
 * Opens the recipe's source without reading its rows.
 *
 * @throws StudioError `recipe/…`, `data/…`, `net/…`
 */
export async function openSource(
  recipe: Recipe,
  platform: Platform,
  given: Omit<OpenDatasetOptions, 'onProgress'>,
): Promise<FoundSource> {
  const { source, options } = findCheckedSource(recipe.dataset);
  return { source, options, opened: await source.open(options, { ...given, platform }) };
}

/**
 * Says what a source would open, and opens nothing.
 *
 * @throws StudioError `recipe/…`, `data/…`, `net/…`
 */
export async function describeSource(
  dataset: Recipe['dataset'],
  context: SourceContext,
): Promise<SourceDescription> {
  const { source, options } = findCheckedSource(dataset);
  if (source.describe !== undefined) return source.describe(options, context);
  throw new StudioError({
    code: 'data/no-description',
    message: `A source with a server was expected; ${source.entry.label} has nothing to look up.`,
    hint: 'Open it as it is.',
  });
}

/**
 * The recipe's source with its options checked and complete.
 *
 * @throws StudioError `recipe/unknown-source`, `recipe/unknown-option`, `recipe/invalid`
 */
function findCheckedSource(dataset: Recipe['dataset']): {
  readonly source: Source;
  readonly options: Options;
} {
  const source = findSource(dataset.source);
  return { source, options: datasetOptions(dataset, source.entry) };
}

/** By the set's own split where it gives one, by groups where there are any, else as scikit-learn does. */
function splitSet(
  rows: readonly CleanedRow[],
  labelOfRow: Uint16Array,
  labels: readonly string[],
  groupOfRow: Uint32Array | null,
  plan: SplitPlan,
): Split {
  const words = rows.map((row) => row.split);
  if (words.some((word) => word !== null)) return takeGivenSplit(words, labelOfRow, labels, groupOfRow, plan);
  return groupOfRow === null
    ? splitRows(labelOfRow, labels, plan)
    : splitGroups(labelOfRow, groupOfRow, plan);
}

/** Groups with rows in several parts. */
function countCut(groupOfRow: Uint32Array | null, split: Split): number {
  if (groupOfRow === null) return 0;
  const partOf = new Map<number, string>();
  const cut = new Set<number>();
  for (const [part, rows] of Object.entries(split)) {
    for (const row of rows) {
      const group = groupOfRow[row]!;
      if ((partOf.get(group) ?? part) !== part) cut.add(group);
      partOf.set(group, part);
    }
  }
  return cut.size;
}

function groupsCut(groups: number): StudioError {
  const were = groups === 1 ? 'is' : 'are';
  return new StudioError({
    code: 'data/groups-cut',
    message: `Pictures that belong together were to stay in one part; ${countOf(groups, 'group')} ${were} in several, since the set's own split puts them there.`,
    hint: "The network is tested on what it has seen the like of. Take the option for the set's own split out to have whole groups split, or drop the copies.",
  });
}

function findingsOf(
  curated: Curated,
  split: Split,
): Omit<Findings, 'leftOut' | 'aside' | 'groupsAcrossSplits'> {
  const shown = [...curated.kept, ...curated.aside.map(({ row }) => row)];
  const newNumber = new Map(shown.map((row, index) => [row, index]));
  const renumber = (sets: readonly (readonly number[])[]): number[][] =>
    sets.map((set) => set.map((row) => newNumber.get(row)!));
  const duplicates = renumber(curated.duplicates.exact);
  const nearDuplicates = renumber(curated.duplicates.near);
  const partOf = new Map(
    Object.entries(split).flatMap(([part, rows]) => Array.from(rows, (row) => [row, part])),
  );
  const setsAcrossSplits = [...duplicates, ...nearDuplicates].filter(
    // What was dropped is in no part.
    (set) => new Set(set.flatMap((row) => partOf.get(row) ?? [])).size > 1,
  ).length;
  const { smallClasses, dropped } = curated;
  return { duplicates, nearDuplicates, setsAcrossSplits, smallClasses, dropped };
}
