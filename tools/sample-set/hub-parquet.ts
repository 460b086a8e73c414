/**
 * Owns the Parquet layout of the Hub's emotion set: `image {bytes, path}`, `qa [{question, answer}]`,
 * nullable all through, as pyarrow writes them, with the Hub's own description of the columns.
 */
import { ByteWriter, parquetWrite, type SchemaElement } from 'hyparquet-writer';

/** One row. */
export interface HubRow {
  readonly image: { readonly bytes: Uint8Array; readonly path: string };
  readonly qa: readonly { readonly question: string; readonly answer: string }[];
}

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'OPTIONAL',
});

const SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 2 },
  { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  text('path'),
  {
    name: 'qa',
    num_children: 1,
    repetition_type: 'OPTIONAL',
    converted_type: 'LIST',
    logical_type: { type: 'LIST' },
  },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  { name: 'element', num_children: 2, repetition_type: 'OPTIONAL' },
  text('question'),
  text('answer'),
];

const STRING_FEATURE = { dtype: 'string', _type: 'Value' };
const FEATURES = { image: { _type: 'Image' }, qa: [{ question: STRING_FEATURE, answer: STRING_FEATURE }] };

/** Rows as one Parquet file; `rowGroupSize` rows a group, so that a reader can fetch a part. */
export async function encodeHubRows(rows: readonly HubRow[], rowGroupSize: number): Promise<Uint8Array> {
  const writer = new ByteWriter();
  await parquetWrite({
    writer,
    schema: SCHEMA,
    columnData: [
      // JPEG does not compress further, and its bytes make senseless statistics.
      { name: 'image', data: rows.map((row) => row.image), codec: 'UNCOMPRESSED', statistics: false },
      { name: 'qa', data: rows.map((row) => row.qa), codec: 'SNAPPY', statistics: false },
    ],
    rowGroupSize,
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features: FEATURES } }) }],
    createdBy: 'mien sample-set',
  });
  return writer.getBytes();
}
