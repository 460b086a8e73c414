/** The files of the built-in faces, as somebody has them who drops one of them on the page. */
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Encoded pictures by the rows of the source. */
export async function sampleFiles(rowEnd: number): Promise<Uint8Array<ArrayBuffer>[]> {
  const file = await asyncBufferFromFile('public/sample/faces.parquet');
  const rows = await parquetReadObjects({ file, compressors, columns: ['image'], rowEnd, utf8: false });
  return rows.map((row) => {
    const { image } = row as { readonly image: { readonly bytes: Uint8Array } };
    return Uint8Array.from(image.bytes);
  });
}
