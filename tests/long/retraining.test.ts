/** The program that travels with a Keras export, with all that a recipe may ask of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { holdRetraining, saveSet, trainAgain } from '../support/exports/retraining.ts';
import { openSession, tinyRecipe, train } from '../support/session.ts';

/** Four starts of TensorFlow on two devices that are made of one processor, whatever else it has to do. */
const MINUTES_AT_MOST = { timeout: 1_800_000 };

it(
  'carries out phases, schedules, optimizers and weights, goes on from the exported network, and knows its set',
  MINUTES_AT_MOST,
  async () => {
    const folder = await holdRetraining({
      phases: [
        { name: 'head', epochs: 1, learningRate: 0.001, schedule: { name: 'cosine', warmUpEpochs: 1 } },
        {
          name: 'fineTune',
          epochs: 1,
          learningRate: 0.0003,
          unfreeze: 12,
          batchNorm: 'inference',
          optimizer: { name: 'adamw', weightDecay: 0.01 },
          gradientClip: 1,
        },
        {
          name: 'fineTune',
          epochs: 1,
          learningRate: 0.0003,
          unfreeze: 'all',
          batchNorm: 'batch',
          optimizer: { name: 'sgd' },
          schedule: { name: 'plateau' },
        },
      ],
      augmentation: { horizontalFlip: true, rotationDegrees: 10, zoom: 0.1, contrast: 0.1, views: 1 },
      classWeights: 'balanced',
      labelSmoothing: 0.1,
      earlyStopping: { monitor: 'valAccuracy', patience: 3, restoreBest: true },
    });
    expect(
      trainAgain(folder, ['--start', 'exported', '--epochs', '1', '--mixed-precision', 'bfloat16']),
    ).toContain('Test: ');

    const other = await openSession('wasm');
    await train(
      other,
      await tinyRecipe({
        dataset: { source: 'sample', pictures: 72 },
        phases: [{ name: 'head', epochs: 1, learningRate: 0.001 }],
      }),
    );
    await saveSet(other, folder);
    expect(() => trainAgain(folder)).toThrow(/is not the set that Mien trained on/);
  },
);

it(
  'turns pictures as their notes say, keeps names of classes as they are written, and passes rows without a label over',
  MINUTES_AT_MOST,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mien-turned-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'turned.parquet');
    writeFileSync(path, new Uint8Array(await turnedSet()));
    const trained = await holdRetraining({
      dataset: { source: 'parquet', path, imageColumn: 'image', labelColumn: 'label' },
      image: { size: 32, orientation: 'exif' },
      phases: [{ name: 'head', epochs: 1, learningRate: 1e-7 }],
    });
    const here = JSON.parse(readFileSync(join(trained, 'mien.json'), 'utf8')) as { test: { loss: number } };
    trainAgain(trained, ['--start', 'exported']);
    const there = readFileSync(join(trained, 'trained', 'evaluation.json'), 'utf8');
    const { testLoss } = JSON.parse(there) as { testLoss: number };
    // One epoch at such a rate moves nothing; pictures that are not turned move the third digit.
    expect(Math.abs(testLoss - here.test.loss)).toBeLessThan(1e-4);
  },
);

/** 64 pictures, half of them bright at one side, that are to be turned before they are seen; some have no label. */
async function turnedSet(): Promise<ArrayBuffer> {
  const pictures = await Promise.all(
    Array.from({ length: 64 }, (_, row) => {
      const pixels = Uint8Array.from({ length: 48 * 32 * 3 }, (__, index) => {
        const x = Math.floor(index / 3) % 48;
        return (row % 2 === 0 ? x : 47 - x) * 4 + (row % 7) * 5;
      });
      const raw = { width: 48, height: 32, channels: 3 } as const;
      return sharp(pixels, { raw }).withMetadata({ orientation: 6 }).png().toBuffer();
    }),
  );
  const labels = pictures.map((_, row) => (row % 16 === 5 ? null : row % 2 === 0 ? 'Day' : 'night'));
  return parquetWriteBuffer({
    columnData: [
      { name: 'image', data: pictures.map((bytes) => new Uint8Array(bytes)), type: 'BYTE_ARRAY' },
      { name: 'label', data: labels, type: 'STRING' },
    ],
  });
}
