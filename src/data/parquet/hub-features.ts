/**
 * Owns what Hugging Face's `datasets` library writes into a Parquet file beside the schema: the features, of which a
 * `ClassLabel` names the classes behind an integer column.
 *
 * @see https://huggingface.co/docs/datasets/about_dataset_features
 */
import { z } from 'zod';
import { parseJson } from '../json.ts';

const ClassLabelSchema = z.object({ names: z.array(z.string()), _type: z.literal('ClassLabel') });
const HubMetadataSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });

/** The class names of an integer column, or null where none are declared. */
export function readLabelNames(
  entries: readonly { readonly key: string; readonly value?: string }[],
  column: string,
): readonly string[] | null {
  const text = entries.find((entry) => entry.key === 'huggingface')?.value;
  if (text === undefined) return null;
  const metadata = HubMetadataSchema.safeParse(parseJson(text));
  if (!metadata.success || !Object.hasOwn(metadata.data.info.features, column)) return null;
  const feature = ClassLabelSchema.safeParse(metadata.data.info.features[column]);
  return feature.success ? feature.data.names : null;
}
