/** Parts of the built-in faces as Parquet files of their own, in the Hub's layout. */
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { encodeHubRows, type HubRow } from '../../../tools/sample-set/hub-parquet.ts';

interface StoredRow {
  readonly image: { readonly bytes: Uint8Array; readonly path: string };
  readonly qa: HubRow['qa'];
}

/** So many of the built-in faces; `change` may alter each row. */
export async function smallSet(
  rows: number,
  rowGroupSize = 40,
  change: (row: HubRow, index: number) => HubRow = (row) => row,
): Promise<Uint8Array> {
  const file = await asyncBufferFromFile('public/sample/faces.parquet');
  const options = { file, compressors, rowStart: 0, rowEnd: rows };
  // Text of `qa` as text, pictures as bytes: two ways of reading the same rows.
  const pictures = await parquetReadObjects({ ...options, columns: ['image'], utf8: false });
  const labels = await parquetReadObjects({ ...options, columns: ['qa'] });
  const whole = pictures.map((row, index) => {
    const { image } = row as unknown as Pick<StoredRow, 'image'>;
    const { qa } = labels[index] as unknown as Pick<StoredRow, 'qa'>;
    return change({ image: { bytes: image.bytes, path: `${String(index)}.jpg` }, qa }, index);
  });
  return encodeHubRows(whole, rowGroupSize);
}
