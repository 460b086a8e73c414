/** The sources there are: one line each. README.md in this folder tells how to add one. */
import { findKind } from '../../protocol/recipe/options.ts';
import { datasetOptions } from '../dataset-options.ts';
import { folder } from './folder.ts';
import { hub } from './hub.ts';
import { parquet } from './parquet.ts';
import { sample } from './sample.ts';
import type { Source } from './source.ts';
import { stored } from './stored.ts';
import { webcam } from './webcam.ts';
import { zip } from './zip.ts';

export const sources: readonly Source[] = [sample, hub, parquet, folder, zip, webcam, stored].map(
  withDatasetOptions,
);

/** Adds the options that every source has. */
function withDatasetOptions(source: Source): Source {
  const { entry } = source;
  return { ...source, entry: { ...entry, options: [...entry.options, ...datasetOptions] } };
}

/**
 * The source that a recipe names.
 *
 * @throws StudioError `recipe/unknown-source`
 */
export function findSource(name: string): Source {
  return findKind(sources, name, 'dataset.source', 'recipe/unknown-source');
}
