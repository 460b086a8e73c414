/**
 * Makes a Parquet file as large as the paper's set, for measuring: the drawn faces enlarged to 640 x 640, again and again,
 * each a little different, in row groups of 100. `node tools/setup/run.mjs tools/bench/large-set.ts FILE [ROWS]`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { encodeHubRows, type HubRow } from '../sample-set/hub-parquet.ts';

const SIDE_PX = 640;
/** So many different pictures; their files take about 34 kB each, as the paper's. */
const DIFFERENT = 400;
const QUALITY = 80;
const ROWS_IN_A_GROUP = 100;

const [path, rowsWanted = '9400'] = process.argv.slice(2);
if (path === undefined) throw new TypeError('large-set: expected the path of the file to write');

const sample = readFileSync(fileURLToPath(new URL('../../public/sample/faces.parquet', import.meta.url)));
const faces = (await parquetReadObjects({ file: sample.buffer, utf8: false })).slice(0, DIFFERENT);

async function enlarge(row: Record<string, unknown>): Promise<HubRow['image']['bytes']> {
  const { bytes } = row['image'] as HubRow['image'];
  const { data: noise } = await sharp({
    create: {
      width: SIDE_PX,
      height: SIDE_PX,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 4 },
    },
  })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const overlay = { input: noise, raw: { width: SIDE_PX, height: SIDE_PX, channels: 3 as const } };
  const large = sharp(bytes).resize(SIDE_PX, SIDE_PX);
  return large
    .composite([{ ...overlay, blend: 'soft-light' }])
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

const pictures: Uint8Array[] = [];
for (const face of faces) pictures.push(await enlarge(face));
const rows = Array.from({ length: Number(rowsWanted) }, (_, row): HubRow => {
  const face = row % faces.length;
  const qa = faces[face]!['qa'] as HubRow['qa'];
  return { image: { bytes: pictures[face]!, path: `large-${row}.jpg` }, qa };
});
const file = await encodeHubRows(rows, ROWS_IN_A_GROUP);
writeFileSync(path, file);
console.log(`${rows.length} pictures, ${file.byteLength} bytes`);
