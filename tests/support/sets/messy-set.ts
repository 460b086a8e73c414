/** A Parquet file with everything in it that the cleaning report tells of. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { noisePicture } from '../../unit/data/test-recipe.ts';

/** Rows of the file: 60 sound ones and, after them, what is wrong. */
export const SOUND_ROWS = 60;
/** A class name that a careless page would draw as markup. */
export const MARKUP = '<b>bold</b><img src=x>';

/**
 * Row 7 is the file of row 2; rows 11 and 30 show what row 4 shows; rows 60 to 65 are a small class; 66 has no
 * label, 67 no picture, 68 holds a web page, and 69 has a label that is no text.
 */
export async function messySet(): Promise<Buffer> {
  const pictures: (Uint8Array | null)[] = await Promise.all(
    Array.from({ length: SOUND_ROWS + 7 }, async (_, row) => (await noisePicture(row)).png().toBuffer()),
  );
  pictures[7] = pictures[2] ?? null;
  pictures[11] = await (await noisePicture(4)).jpeg({ quality: 60 }).toBuffer();
  pictures[30] = await (await noisePicture(4)).resize(60, 60).webp().toBuffer();
  pictures.push(null, new TextEncoder().encode('<!doctype html><html>Not found</html>'));
  pictures.push(await (await noisePicture(69)).png().toBuffer());
  const classes = ['cat', 'dog', MARKUP];
  const labels = Array.from({ length: SOUND_ROWS }, (_, row) => classes[row % 3] ?? '');
  const table = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: pictures, type: 'BYTE_ARRAY' },
      {
        name: 'label',
        data: [...labels, ...Array.from({ length: 6 }, () => 'rare'), null, 'cat', 'dog', '{"torn'],
        type: 'STRING',
      },
    ],
  });
  return Buffer.from(table);
}
