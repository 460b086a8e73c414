/** A picture as a network sees it, with where it looked in blue. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { enlarged, HEAT_COLOUR } from '../../src/lib/figures/heat.ts';
import type { HeatMaps } from '../../src/protocol/try.ts';

/** How much of the picture's colour the peak covers. */
const OPACITY = 0.65;

/** Writes `<name>.png` below a folder, and gives its path; a name that leads out of the folder is kept in it. */
export async function writeHeatMap(
  folder: string,
  name: string,
  drawn: {
    readonly picture: Uint8Array;
    readonly size: number;
    readonly maps: HeatMaps;
    readonly index: number;
  },
): Promise<string> {
  const { picture, size, maps, index } = drawn;
  const cells = maps.width * maps.height;
  const heat = enlarged(maps.values.subarray(index * cells, (index + 1) * cells), maps, size);
  const rgb = picture.map((value, at) => {
    const share = (heat[Math.floor(at / 3)] ?? 0) * OPACITY;
    return value * (1 - share) + (HEAT_COLOUR[at % 3] ?? 0) * share;
  });
  const path = join(folder, `${name.replaceAll(/(^|[\\/])(\.\.?[\\/])+|^[\\/]+|:/g, '$1')}.png`);
  await mkdir(dirname(path), { recursive: true });
  const { default: sharp } = await import('sharp');
  await sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}
