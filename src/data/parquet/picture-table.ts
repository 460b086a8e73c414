/**
 * Owns writing pictures and labels as a Parquet file with the columns and the description of a set of the Hub, a row
 * group at a time: `image {bytes, path}`, then `qa [{question, answer}]` where the set came so, or `label`, a
 * `ClassLabel`; `group` and `split` where the set has them.
 *
 * @see https://huggingface.co/docs/datasets/about_dataset_features
 */
import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';

/** Which columns a table has beside its pictures. */
export interface TablePlan {
  /** `qa`: questions with answers; `names`: an integer label, its names given at the end. */
  readonly label: 'qa' | 'names';
  readonly hasGroup: boolean;
  readonly hasSplit: boolean;
}

/** One row. */
export interface TableRow {
  /** The encoded picture, or null where the row has none. */
  readonly picture: Uint8Array | null;
  readonly path: string;
  /** The answer, or the label's index; null where there is none. */
  readonly label: string | number | null;
  readonly question: string;
  readonly group: string | null;
  readonly split: string | null;
}

/** A row group is written when its pictures take so much, or it has so many rows. */
const GROUP_BYTES = 2 ** 24;
const GROUP_ROWS = 1000;

/** `datasets` writes "no label" so. */
const NO_LABEL = -1n;

export class PictureTable {
  readonly #writer = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #rows: TableRow[] = [];
  #rowsBytes = 0;

  /** @param onBytes takes the file's next bytes, which it may keep; waited for */
  constructor(
    readonly plan: TablePlan,
    readonly onBytes: (bytes: Uint8Array) => Promise<void>,
  ) {
    this.#parquet = new ParquetWriter({
      writer: this.#writer,
      schema: schemaOf(plan),
      createdBy: 'mien',
    });
  }

  async add(row: TableRow): Promise<void> {
    this.#rows.push(row);
    this.#rowsBytes += row.picture?.byteLength ?? 0;
    if (this.#rowsBytes >= GROUP_BYTES || this.#rows.length >= GROUP_ROWS) await this.#writeGroup();
  }

  /** @param labelNames by the labels' indices; not used by a table of questions */
  async finish(labelNames: readonly string[]): Promise<void> {
    if (this.#rows.length > 0) await this.#writeGroup();
    const info = { features: featuresOf(this.plan, labelNames) };
    this.#parquet.kvMetadata = [{ key: 'huggingface', value: JSON.stringify({ info }) }];
    await this.#parquet.finish();
    await this.#handOver();
  }

  async #writeGroup(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#rowsBytes = 0;
    await this.#parquet.write({ columnData: columnsOf(this.plan, rows), rowGroupSize: rows.length });
    await this.#handOver();
  }

  /** What was written so far leaves the writer, which goes on counting. */
  async #handOver(): Promise<void> {
    const bytes = this.#writer.getBytes().slice();
    this.#writer.index = 0;
    await this.onBytes(bytes);
  }
}

function columnsOf({ label, hasGroup, hasSplit }: TablePlan, rows: readonly TableRow[]): ColumnSource[] {
  const images = rows.map(({ picture, path }) => (picture === null ? null : { bytes: picture, path }));
  const answers = rows.map((row) =>
    row.label === null ? [] : [{ question: row.question, answer: row.label }],
  );
  const indices = rows.map((row) => (typeof row.label === 'number' ? BigInt(row.label) : NO_LABEL));
  const words = (name: 'group' | 'split'): ColumnSource => ({ name, data: rows.map((row) => row[name]) });
  return [
    // JPEG does not compress further, is in no dictionary, and its bytes make senseless statistics.
    { name: 'image', data: images, codec: 'UNCOMPRESSED', encoding: 'PLAIN', statistics: false },
    label === 'qa' ? { name: 'qa', data: answers, statistics: false } : { name: 'label', data: indices },
    ...(hasGroup ? [words('group')] : []),
    ...(hasSplit ? [words('split')] : []),
  ];
}

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'OPTIONAL',
});

const IMAGE: readonly SchemaElement[] = [
  { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  text('path'),
];

const QA: readonly SchemaElement[] = [
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

/** Nullable all through, as pyarrow writes it. */
function schemaOf({ label, hasGroup, hasSplit }: TablePlan): SchemaElement[] {
  const labels =
    label === 'qa' ? QA : [{ name: 'label', type: 'INT64', repetition_type: 'OPTIONAL' } as const];
  const more = [...(hasGroup ? [text('group')] : []), ...(hasSplit ? [text('split')] : [])];
  return [{ name: 'schema', num_children: 2 + more.length }, ...IMAGE, ...labels, ...more];
}

function featuresOf(
  { label, hasGroup, hasSplit }: TablePlan,
  names: readonly string[],
): Record<string, unknown> {
  const string = { dtype: 'string', _type: 'Value' };
  return {
    image: { _type: 'Image' },
    ...(label === 'qa'
      ? { qa: [{ question: string, answer: string }] }
      : { label: { names, _type: 'ClassLabel' } }),
    ...(hasGroup ? { group: string } : {}),
    ...(hasSplit ? { split: string } : {}),
  };
}
