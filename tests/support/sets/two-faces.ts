/** A grey picture, 640 x 320 pixels, with two drawn faces in it: a large one on the left, a small one on the right. */
import sharp from 'sharp';
import { sampleFiles } from './sample-files.ts';

/** PNG. */
export async function twoFaces(): Promise<Uint8Array<ArrayBuffer>> {
  const [first, second] = await sampleFiles(2);
  const large = await sharp(first).resize(280, 280).toBuffer();
  const small = await sharp(second).resize(180, 180).toBuffer();
  const ground = { width: 640, height: 320, channels: 3, background: '#777' } as const;
  const png = await sharp({ create: ground })
    .composite([
      { input: large, left: 20, top: 20 },
      { input: small, left: 400, top: 100 },
    ])
    .png()
    .toBuffer();
  return Uint8Array.from(png);
}
