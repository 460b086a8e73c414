/** Owns the way from a recipe to an opened set: find the source, read, clean, number the labels, split. */
import type { RunEvent } from '../protocol/events.ts';
import { checkOptions } from '../protocol/options.ts';
import type { Recipe } from '../protocol/recipe.ts';
import type { Platform } from '../platform/platform.ts';
import { cleanRows } from './cleaning.ts';
import type { Dataset } from './dataset.ts';
import { sortLabels } from './labels.ts';
import { pictureMemory } from './picture-memory.ts';
import { findSource } from './sources/registry.ts';
import { splitRows } from './split.ts';

type ProgressUnit = Extract<RunEvent, { kind: 'progress' }>['unit'];

/** What a set is opened with. */
export interface OpenDatasetOptions {
  /** The file that was picked on the page, if one was. */
  readonly file?: Blob;
  readonly signal?: AbortSignal;
  /** @param total null while unknown */
  onProgress(done: number, total: number | null, unit: ProgressUnit, label: string): void;
}

/**
 * Opens the recipe's set: every picture is decoded and resized once, since only that tells which rows are kept.
 *
 * @throws StudioError `recipe/…` for a wrong source or option, `data/…`, `net/…`; the signal's reason when aborted
 */
export async function openDataset(
  recipe: Recipe,
  platform: Platform,
  options: OpenDatasetOptions,
): Promise<Dataset> {
  const { file, signal } = options;
  const source = findSource(recipe.dataset.source);
  const owner = { field: 'dataset', entry: `the source ${source.entry.name}`, ownKeys: ['source'] };
  const sourceOptions = checkOptions(owner, source.entry.options, recipe.dataset);
  const opened = await source.open(sourceOptions, {
    platform,
    ...(file === undefined ? {} : { file }),
    ...(signal === undefined ? {} : { signal }),
  });

  const { size, resize } = recipe.image;
  const sink = pictureMemory(size);
  const cleaned = await cleanRows(opened, sink, {
    platform,
    size,
    resize,
    ...(signal === undefined ? {} : { signal }),
    onRows: (rows) => options.onProgress(rows, opened.rowCount, 'pictures', 'Reading the pictures'),
  });

  const labels = sortLabels(cleaned.labels);
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const labelOfRow = Uint16Array.from(cleaned.labels, (label) => indexOf.get(label)!);
  const split = splitRows(labelOfRow, labels, recipe.split);
  const { origin, noun, sizeBytes } = opened;
  const summary = { source: source.entry.name, noun, origin, labels, labelOfRow, split, sizeBytes };
  return { summary: { ...summary, cleaning: cleaned.report }, pictures: sink.finish() };
}
