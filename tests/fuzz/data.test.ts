/**
 * Seeded mutations of sound files and labels, more than 10,000 in all: whatever comes in, what comes out is rows or a
 * StudioError, soon and in bounded memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readZipDirectory } from '../../src/data/archives/zip-directory.ts';
import { ZipUnpacker } from '../../src/data/archives/zip-entry.ts';
import { readLabel } from '../../src/data/cleaning/labels.ts';
import { openParquet } from '../../src/data/parquet/parquet-file.ts';
import { readPictureCell } from '../../src/data/parquet/picture-cells.ts';
import { keyedRandom, type KeyedRandom } from '../../src/lib/random.ts';
import { bytesSource } from '../../src/platform/remote/byte-source.ts';
import { StudioError } from '../../src/protocol/errors.ts';

const SEED = 20_240_601;
const MINUTES = 60_000;
const folder = new URL('../parity/data/fixtures/', import.meta.url);
const parquets = readdirSync(folder)
  .filter((name) => name.endsWith('.parquet'))
  .sort()
  .map((name) => Uint8Array.from(readFileSync(new URL(name, folder))));

const below = (random: KeyedRandom, count: number): number => Math.floor(random.uniform(0, count));

/** Flips bits, sets bytes, copies, cuts and repeats stretches: some few of these at once. */
function mutate(source: Uint8Array<ArrayBuffer>, random: KeyedRandom): Uint8Array<ArrayBuffer> {
  let bytes = source.slice();
  for (let times = 1 + below(random, 4); times > 0 && bytes.length > 0; times -= 1) {
    const at = below(random, bytes.length);
    const length = Math.min(bytes.length - at, 1 + below(random, 24));
    switch (below(random, 6)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << below(random, 8));
        break;
      case 1:
        bytes[at] = [0, 1, 127, 128, 255][below(random, 5)]!;
        break;
      case 2:
        bytes.fill(255, at, at + length);
        break;
      case 3:
        bytes.copyWithin(below(random, bytes.length), at, at + length);
        break;
      case 4:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
        break;
      default:
        bytes = Uint8Array.from([...bytes.subarray(0, at + length), ...bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** Reads everything that a file says it has. */
async function readParquet(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = await openParquet(bytesSource(bytes.buffer));
  for (const column of file.columns) {
    file.labelNames(column);
    for (const group of file.groupRows.keys()) {
      for (const lists of [false, true]) {
        for await (const cells of file.readColumn(group, column, 'bytes', { lists })) {
          for (const cell of cells) {
            readLabel(cell, null);
            readPictureCell(cell, '');
          }
        }
      }
    }
  }
}

async function readZip(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = bytesSource(bytes.buffer);
  const unpacker = new ZipUnpacker(file);
  const { entries } = await readZipDirectory(file, null);
  for (const entry of entries) await unpacker.read(entry);
}

/** How each attempt ended: `read`, or the error's code. Anything but a StudioError fails the test. */
async function endings(
  count: number,
  purpose: string,
  attempt: (random: KeyedRandom) => Promise<void> | void,
): Promise<{ readonly codes: Map<string, number>; readonly slowestMs: number }> {
  const codes = new Map<string, number>();
  let slowestMs = 0;
  for (let i = 0; i < count; i += 1) {
    const started = process.cpuUsage();
    let code = 'read';
    try {
      await attempt(keyedRandom(SEED, purpose, i));
    } catch (thrown) {
      if (!(thrown instanceof StudioError) || thrown.code.startsWith('bug/')) {
        expect.fail(
          `${purpose} ${i}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
        );
      }
      code = thrown.code;
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
    slowestMs = Math.max(slowestMs, process.cpuUsage(started).user / 1000);
  }
  return { codes, slowestMs };
}

describe('mutated input', () => {
  it('Parquet files', { timeout: 10 * MINUTES }, async () => {
    const { codes, slowestMs } = await endings(6000, 'parquet', (random) =>
      readParquet(mutate(parquets[below(random, parquets.length)]!, random)),
    );
    // Some mutations are harmless and some are not: otherwise nothing was tried.
    expect(codes.get('read')).toBeGreaterThan(100);
    expect(codes.get('data/damaged')).toBeGreaterThan(1000);
    expect(slowestMs).toBeLessThan(3000);
  });

  it('zips', { timeout: 10 * MINUTES }, async () => {
    const text = (words: string): Uint8Array => new TextEncoder().encode(words.repeat(20));
    const files = { 'cat/a.png': text('meow '), 'cat/b.png': text('purr'), 'dog/c.png': text('woof woof ') };
    const zips = [zipSync(files), zipSync(files, { level: 0 })].map((zip) => Uint8Array.from(zip));
    const { codes, slowestMs } = await endings(3000, 'zip', (random) =>
      readZip(mutate(zips[below(random, zips.length)]!, random)),
    );
    expect(codes.get('read')).toBeGreaterThan(100);
    expect(codes.get('data/damaged')).toBeGreaterThan(500);
    expect(slowestMs).toBeLessThan(3000);
  });

  it('labels', { timeout: MINUTES }, async () => {
    const sound = new TextEncoder().encode(
      JSON.stringify([{ question: 'How does this person feel?', answer: 'Happy' }, { answer: null }]),
    );
    const { codes } = await endings(3000, 'labels', (random) => {
      const bytes = mutate(sound, random);
      for (const cell of [bytes, new TextDecoder().decode(bytes)]) {
        const read = readLabel(cell, null);
        if (typeof read !== 'string') expect(read.label.trim()).not.toBe('');
      }
    });
    expect(codes.get('read')).toBe(3000);
  });
});
