/** Owns the way from a recipe to an opened set: find the source, read, clean, look for copies, number, split. */
import { countOf } from '../lib/format.ts';
import { StudioError } from '../protocol/errors.ts';
import { datasetOptions } from '../protocol/recipe/full-recipe.ts';
import { ContentHash, picturesKey, setHash } from '../protocol/identity.ts';
import type { Options } from '../protocol/recipe/options.ts';
import { preparingOf } from '../protocol/recipe/preparing.ts';
import type { Recipe } from '../protocol/recipe/recipe.ts';
import { nothingLeftTexts } from '../protocol/set/cleaning-words.ts';
import type { CleaningReport, SourceDescription } from '../protocol/set/dataset.ts';
import { Uses } from '../platform/stores/owned.ts';
import type { Platform } from '../platform/platform.ts';
import type { CleanedRow, CleanedRows, SeenPicture } from './cleaning/clean-rows.ts';
import { curate, type Curated } from './cleaning/curate.ts';
import { curatingOptions } from './dataset-options.ts';
import type { Dataset, OpenDatasetOptions } from './dataset.ts';
import { faceRemarks } from './faces/cropping.ts';
import { findingsOf } from './findings.ts';
import { sortLabels } from './cleaning/labels.ts';
import { pictureSubset } from './pictures/picture-store.ts';
import { preparePictures, type Prepared } from './pictures/prepare-pictures.ts';
import { findSource } from './sources/registry.ts';
import type { OpenedSource, Source, SourceContext } from './sources/source.ts';
import { groupsCut, splitSet } from './split/split-set.ts';
import { splitRemarks } from './split/split-remarks.ts';

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
  const curated = await curate(cleaned.rows, curatingOptions(options, recipe.image), {
    signal: given.signal,
    onProgress: (done, total) => given.onProgress(done, total, 'pictures', 'Looking for copies'),
  });
  const rows = curated.kept.map((row) => cleaned.rows[row]!);
  const cleaning = cleaningReport(opened, cleaned.report);
  if (rows.length === 0) throw nothingLeft(cleaning, cleaned, curated);
  const { labels, labelOfRow } = labelled(rows, cleaned, opened);
  const words = rows.map((row) => row.split);
  const split = splitSet(words, labelOfRow, labels, curated.groupOfKept, recipe.split);
  const findings = findingsOf(cleaned, curated, split);
  if (findings.groupsAcrossSplits > 0) given.onNotice?.(groupsCut(findings.groupsAcrossSplits));
  const { origin, noun, sizeBytes, provenance } = opened;
  const contentHash = contentHashOf(rows);
  const summary = {
    source: source.entry.name,
    ...{ noun, origin, labels, labelOfRow, split, sizeBytes, contentHash },
    ...{
      setHash: setHash(contentHash, split),
      picturesKey: picturesKey(contentHash, preparingOf(recipe.image), []),
    },
  };
  const seen = seenRows(rows, cleaned, curated);
  const shown = pictureSubset(
    store,
    seen.map(({ stored }) => stored),
  );
  return {
    summary: {
      ...summary,
      cleaning: withRemarks(cleaning, [
        ...facesFound(cleaned, curated, recipe),
        ...splitRemarks(words, { labels, labelOfRow, split }, recipe.split),
      ]),
      findings,
      ...(provenance === undefined ? {} : { provenance }),
    },
    files: rows.map(({ print }) => print.file),
    labelForm: cleaned.labelForm,
    pictures: rows.length === store.count ? store : pictureSubset(shown, [...rows.keys()]),
    ...{ shown, arriving, preparing: preparingOf(recipe.image) },
    facts: seen.map(({ facts }) => facts),
  };
}

/** The classes in order, and which is each row's. */
function labelled(
  rows: readonly CleanedRow[],
  { labelForm }: CleanedRows,
  { labelNames }: OpenedSource,
): { readonly labels: string[]; readonly labelOfRow: Uint16Array } {
  const labels = sortLabels(
    rows.map((row) => row.label),
    { form: labelForm, names: labelNames },
  );
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  return { labels, labelOfRow: Uint16Array.from(rows, (row) => indexOf.get(row.label)!) };
}

/** What is said of faces that were looked for. */
function facesFound(
  { rows }: CleanedRows,
  { withoutFace }: Curated,
  { image }: Recipe,
): CleaningReport['remarks'] {
  return faceRemarks(withoutFace?.length ?? 0, rows.length, image.withoutFace);
}

/** Pictures to look at: the set's rows, and after them those aside. */
function seenRows(rows: readonly CleanedRow[], cleaned: CleanedRows, { aside }: Curated): SeenPicture[] {
  const asideRows = aside.map(({ row }) => cleaned.rows[row]!);
  return [...rows, ...asideRows, ...cleaned.unlabelled].map((row) => row.seen);
}

/** What was listed is counted with what became of the rows. */
function cleaningReport({ listed }: OpenedSource, report: CleaningReport): CleaningReport {
  if (listed === undefined) return report;
  return { ...report, passedOver: listed.passedOver, remarks: [...listed.remarks, ...report.remarks] };
}

const withRemarks = (report: CleaningReport, remarks: CleaningReport['remarks']): CleaningReport => ({
  ...report,
  remarks: [...report.remarks, ...remarks],
});

function nothingLeft(
  cleaning: CleaningReport,
  { rows, leftOut }: CleanedRows,
  { dropped }: Curated,
): StudioError {
  if (rows.length > 0 && dropped.withoutFace === rows.length) return noFaces(rows.length);
  const { why, hint } = nothingLeftTexts(cleaning);
  const example = leftOut.find(({ detail }) => detail !== '')?.detail ?? '';
  return new StudioError({
    code: 'data/no-rows',
    message: `Pictures with labels were expected; after cleaning none are left: ${why}.${example === '' ? '' : ` For example: ${example}`}`,
    hint:
      hint === ''
        ? 'Choose another label column, or write its labels as plain text or numbers; or choose other pictures.'
        : hint,
  });
}

function noFaces(pictures: number): StudioError {
  return new StudioError({
    code: 'data/no-faces',
    message: `Pictures of faces were expected; in none of ${countOf(pictures, 'picture')} a face was found, and such pictures are left out.`,
    hint: 'Take pictures whole: those without a face (image.withoutFace in a recipe), or all of them (image.crop).',
  });
}

function contentHashOf(rows: readonly CleanedRow[]): string {
  const hash = new ContentHash();
  for (const { label, print, seen } of rows) hash.add({ path: seen.facts.path, label, file: print.file });
  return hash.toString();
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
