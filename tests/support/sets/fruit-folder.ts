/** A folder of two classes for pages to pick: apples and limes, each picture of a colour of its own. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

/**
 * Writes it, with so many pictures a class, 200 at most, each of 40 x 40 pixels.
 *
 * @returns its path; whoever has it made removes it
 */
export async function makeFruitFolder(each: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mien-fruit-'));
  for (const [name, red] of [
    ['apples', 200],
    ['limes', 40],
  ] as const) {
    await mkdir(join(folder, name));
    for (let index = 0; index < each; index++) {
      const background = { r: red, g: 240 - red, b: Math.floor((200 * index) / each) };
      const picture = sharp({ create: { width: 40, height: 40, channels: 3, background } });
      await picture.png().toFile(join(folder, name, `${index.toString().padStart(3, '0')}.png`));
    }
  }
  return folder;
}
