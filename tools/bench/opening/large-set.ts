/**
 * Makes a Parquet file as large as the paper's set, for measuring: the drawn faces enlarged to 640 x 640, again and again,
 * each with noise, so that a file takes about 34 kB as the paper's do.
 */
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { PictureTable } from '../../../src/data/parquet/picture-table.ts';
import type { HubRow } from '../../sample-set/hub-parquet.ts';

const SIDE_PX = 640;
/** So many different pictures. */
const DIFFERENT = 400;
const QUALITY = 80;
const NOISE_LEVELS = 8;

/** Writes the file, a row group at a time. */
export async function makeLargeSet(path: string, rows: number): Promise<void> {
  const sample = await readFile(
    fileURLToPath(new URL('../../../public/sample/faces.parquet', import.meta.url)),
  );
  const faces = (await parquetReadObjects({ file: new Uint8Array(sample).buffer, utf8: false })) as {
    readonly image: HubRow['image'];
    readonly qa: HubRow['qa'];
  }[];
  const some = faces.slice(0, DIFFERENT);
  const pictures: Uint8Array[] = [];
  for (const [index, { image }] of some.entries()) pictures.push(await enlarge(image.bytes, index));
  const file = await open(path, 'w');
  const table = new PictureTable({ label: 'qa', hasGroup: false, hasSplit: false }, async (bytes) => {
    await file.write(bytes);
  });
  for (let row = 0; row < rows; row += 1) {
    const index = row % some.length;
    const [{ question, answer } = { question: '', answer: null }] = some[index]?.qa ?? [];
    const picture = pictures[index] ?? null;
    await table.add({ picture, path: `large-${row}.jpg`, label: answer, question, group: null, split: null });
  }
  await table.finish([]);
  await file.close();
}

async function enlarge(bytes: Uint8Array, seed: number): Promise<Uint8Array> {
  const large = await sharp(bytes).resize(SIDE_PX, SIDE_PX).removeAlpha().raw().toBuffer();
  let state = seed;
  for (let at = 0; at < large.length; at += 3) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const noise = (state >>> 24) * (NOISE_LEVELS / 256) - NOISE_LEVELS / 2;
    for (let channel = 0; channel < 3; channel += 1) {
      large[at + channel] = Math.min(255, Math.max(0, (large[at + channel] ?? 0) + noise));
    }
  }
  const raw = { width: SIDE_PX, height: SIDE_PX, channels: 3 as const };
  return sharp(large, { raw }).jpeg({ quality: QUALITY }).toBuffer();
}
