/** Owns what the Parquet files of a set say of themselves: rows, columns with their kinds, and rows as JSON. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { TableFile } from './folder.ts';

/** A column's kind in the words of the `datasets` library. */
export type Feature =
  | { readonly _type: string; readonly dtype?: string; readonly names?: readonly string[] }
  | readonly object[];

/** A file's description. */
export interface TableInfo {
  readonly rows: number;
  readonly memoryBytes: number;
  readonly features: Readonly<Record<string, Feature>>;
}

const known = new Map<string, Promise<TableInfo>>();

/** A file's description; read once for each version of the file. */
export function infoOf(file: TableFile): Promise<TableInfo> {
  const key = `${file.disk} ${file.etag}`;
  const info = known.get(key) ?? readInfo(file);
  known.set(key, info);
  return info;
}

async function readInfo({ disk }: TableFile): Promise<TableInfo> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(disk));
  return {
    rows: Number(metadata.num_rows),
    memoryBytes: metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0),
    features: featuresOf(metadata),
  };
}

function featuresOf(metadata: FileMetaData): TableInfo['features'] {
  const written = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (written !== undefined) {
    const { info } = JSON.parse(written) as { info?: { features?: TableInfo['features'] } };
    if (info?.features !== undefined) return info.features;
  }
  return plainFeatures(metadata);
}

/** From the schema alone: the columns right below the root. */
function plainFeatures({ schema }: FileMetaData): TableInfo['features'] {
  const features: Record<string, Feature> = {};
  let at = 1;
  const skip = (): void => {
    const children = schema[at]?.num_children ?? 0;
    at += 1;
    for (let child = 0; child < children; child += 1) skip();
  };
  while (at < schema.length) {
    const { name, type, converted_type: converted, num_children: children } = schema[at]!;
    const isPicture = schema[at + 1]?.name === 'bytes';
    skip();
    if (children !== undefined && children > 0) features[name] = { _type: isPicture ? 'Image' : 'Sequence' };
    else if (type === 'BYTE_ARRAY') {
      features[name] = { _type: 'Value', dtype: converted === 'UTF8' ? 'string' : 'binary' };
    } else features[name] = { _type: 'Value', dtype: type?.toLowerCase() ?? 'null' };
  }
  return features;
}

/** Rows `from` to, not including, `to` of a file, as they are stored. */
export async function rowsOf(
  { disk }: TableFile,
  from: number,
  to: number,
  columns?: readonly string[],
): Promise<Record<string, unknown>[]> {
  const file = await asyncBufferFromFile(disk);
  const which = columns === undefined ? {} : { columns: [...columns] };
  return parquetReadObjects({ file, compressors, rowStart: from, rowEnd: to, utf8: false, ...which });
}
