/**
 * Owns what of a run says where its user keeps things: paths on the machine, and names of picture files. A file of runs
 * travels, so these are taken out of it. What a set is called on the Hub stays, and so do the names of classes.
 */
import { withoutFolders, withoutPictureNames } from '../../../exporters/package/without-paths.ts';
import type { DatasetSummary } from '../../../protocol/set/dataset.ts';
import type { KeptRecord } from '../../../protocol/runs/kept.ts';
import type { Recipe } from '../../../protocol/recipe/recipe.ts';
import { isWeightsFile } from '../../../protocol/recipe/own-weights.ts';

/** The record with the last part of each local path in its place, and without the names of pictures. */
export function withoutNames(record: KeptRecord): KeptRecord {
  const { result, dataset } = record;
  const bare: KeptRecord = {
    ...record,
    result: { ...result, cleaning: withoutPictureNames(result.cleaning) },
    dataset: dataset && bareSet(dataset),
  };
  return localPathsOf(result.recipe).reduce((rest, path) => withoutPath(rest, path), bare);
}

/** What a recipe names on this machine. */
function localPathsOf({ dataset, backbone }: Pick<Recipe, 'dataset' | 'backbone'>): readonly string[] {
  const { weights } = backbone;
  const file = isWeightsFile(weights) ? weights.file : null;
  return [dataset['path'], file].filter(
    (path): path is string => typeof path === 'string' && /[/\\]/.test(path) && !/^https?:\/\//iu.test(path),
  );
}

/** Wherever the path stands, also in the middle of a sentence. */
function withoutPath<Value>(value: Value, path: string): Value {
  if (typeof value === 'string') return value.replaceAll(path, withoutFolders(path)) as Value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutPath(item, path)) as Value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutPath(inner as unknown, path)]),
  ) as Value;
}

function bareSet({ findings, ...dataset }: DatasetSummary): DatasetSummary {
  const leftOut = findings?.leftOut.map((row) => ({ ...row, path: '', detail: '' })) ?? [];
  return {
    ...dataset,
    cleaning: withoutPictureNames(dataset.cleaning),
    ...(findings !== undefined && { findings: { ...findings, leftOut } }),
  };
}
