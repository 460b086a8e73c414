/**
 * Owns the answers of the Hub's API and of its datasets-server, as far as they are read: checked, and in our words.
 *
 * @see https://huggingface.co/docs/dataset-viewer/quick_start
 */
import { z } from 'zod';

const text = z.string();

/** `/parquet`: the files that the Hub made of a set, in order. */
export const ParquetAnswer = z.object({
  parquet_files: z.array(z.object({ config: text, split: text, url: text, size: z.number().optional() })),
  partial: z.boolean().optional(),
});

const Features = z.record(text, z.unknown());

/** `/info`: columns and counts of each configuration. */
export const InfoAnswer = z.object({
  dataset_info: z.record(
    text,
    z.object({
      features: z.nullish(Features),
      splits: z.nullish(z.record(text, z.object({ num_examples: z.number() }))),
    }),
  ),
});

/** `/api/datasets/…`: the repository. */
export const RepoAnswer = z.object({
  sha: z.string().nullish(),
  gated: z.union([z.boolean(), z.string()]).nullish(),
  cardData: z.object({ license: z.union([text, z.array(text)]).nullish() }).nullish(),
  tags: z.array(text).nullish(),
  siblings: z.array(z.object({ rfilename: text })).nullish(),
});

/** The licence that a card states, or null. */
export function licenceOf({ cardData, tags }: z.infer<typeof RepoAnswer>): string | null {
  const stated = cardData?.license ?? tags?.find((tag) => tag.startsWith('license:'))?.slice(8);
  const joined = typeof stated === 'string' ? stated : stated?.join(', ');
  return joined === undefined || joined === '' || joined === 'unknown' ? null : joined;
}

/** What a column holds, as far as that matters here. */
export interface Column {
  readonly name: string;
  readonly kind: 'picture' | 'classes' | 'words' | 'other';
  /** In a few words, for example `8 classes`. */
  readonly detail: string;
  /** Names of the classes behind whole numbers, where they are declared. */
  readonly names: readonly string[] | null;
}

const Feature = z.object({
  _type: text,
  dtype: text.optional(),
  names: z.array(text).optional(),
});

/** The columns of a configuration. */
export function columnsOfFeatures(features: Readonly<Record<string, unknown>>): Column[] {
  return Object.entries(features).map(([name, feature]) => ({ name, ...kindOf(feature) }));
}

function kindOf(value: unknown): Omit<Column, 'name'> {
  const feature = Feature.safeParse(value);
  // Lists and structures: of such the first answer is read.
  if (!feature.success) return { kind: 'words', detail: 'answers', names: null };
  const { _type: type, dtype = '', names } = feature.data;
  if (type === 'Image' || dtype === 'binary') return { kind: 'picture', detail: 'pictures', names: null };
  if (type === 'ClassLabel' && names !== undefined) {
    return { kind: 'classes', detail: `${names.length} classes`, names };
  }
  if (type === 'List' || type === 'Sequence') return { kind: 'words', detail: 'answers', names: null };
  if (dtype.endsWith('string')) return { kind: 'words', detail: 'text', names: null };
  if (/^u?int/u.test(dtype)) return { kind: 'words', detail: 'whole numbers', names: null };
  if (dtype === 'bool') return { kind: 'words', detail: 'yes or no', names: null };
  return { kind: 'other', detail: dtype === '' ? type : dtype, names: null };
}
