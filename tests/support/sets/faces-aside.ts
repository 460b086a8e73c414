/** Drawn faces that fill a part of their pictures, and pictures without one: what a set looks like that wants cropping. */
import sharp from 'sharp';
import type { HubRow } from '../../../tools/sample-set/hub-parquet.ts';
import { smallSet } from './small-set.ts';

const GROUND = { width: 400, height: 240, channels: 3, background: '#777' } as const;

/** PNG of 400 x 240 pixels: a face of 200 in it, left or right. */
export async function faceAside(face: Uint8Array, index: number): Promise<Uint8Array<ArrayBuffer>> {
  const input = await sharp(face).resize(200, 200).toBuffer();
  const left = index % 2 === 0 ? 10 : 190;
  const png = sharp({ create: GROUND })
    .composite([{ input, left, top: 20 }])
    .png();
  return Uint8Array.from(await png.toBuffer());
}

/** A Parquet file of so many of them; every `each`th, from the second on, has stripes in place of a face. */
export async function facesAside(rows: number, each: number): Promise<Uint8Array> {
  const pictures = new Map<number, Uint8Array>();
  const plain = await smallSet(rows, 40, (row, index) => {
    pictures.set(index, row.image.bytes);
    return row;
  });
  if (plain.length === 0) throw new TypeError('the set has rows');
  const made = await Promise.all(
    [...pictures].map(([index, face]) =>
      index % each === 1 % each ? striped(index) : faceAside(face, index),
    ),
  );
  return smallSet(rows, 40, (row: HubRow, index) => ({
    ...row,
    image: { ...row.image, bytes: made[index] ?? row.image.bytes },
  }));
}

async function striped(index: number): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = GROUND;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) =>
    Math.floor(at / 3 / (7 + index)) % 2 === 0 ? 90 : 150,
  );
  return Uint8Array.from(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
