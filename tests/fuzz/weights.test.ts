/** Damaged and hostile files: whatever is done to one, reading it ends, with its tensors or with a StudioError. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { findNameMaps } from '../../src/models/weights/name-maps/registry.ts';
import { StudioError } from '../../src/protocol/errors.ts';
import { shows } from '../support/shows.ts';
import {
  f32,
  filePlatform,
  memorySource,
  openWeightFile,
  safetensorsFile,
} from '../support/networks/weight-files.ts';

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const fixture = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(new URL(`../parity/models/fixtures/${name}.gz`, import.meta.url))));

const tfjs = {
  'model.json': utf8({
    format: 'layers-model',
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          { name: 'Conv1/kernel', shape: [1, 1, 2, 2], dtype: 'float32' },
          {
            name: 'Conv1/bias',
            shape: [2],
            dtype: 'float32',
            quantization: { dtype: 'uint8', min: 0, scale: 0.5 },
          },
        ],
      },
    ],
    userDefinedMetadata: { labels: ['a', 'b'] },
  }),
  'w.bin': new Uint8Array(18).fill(63),
};

/** A small file of each format, and how many mutations it gets. */
const FILES: readonly [name: string, file: Uint8Array, mutations: number][] = [
  [
    'safetensors',
    safetensorsFile({ 'Conv1/kernel': f32([2, 2], [1, 2, 3, 4]), 'Conv1/bias': f32([2], [5, 6]) }),
    5000,
  ],
  ['model.json', tfjs['model.json'], 3000],
  ['zip', zipSync(tfjs), 1500],
  ['tiny.keras', fixture('tiny.keras'), 200],
  ['tiny.h5', fixture('tiny.h5'), 400],
  ['tiny.weights.h5', fixture('tiny.weights.h5'), 400],
];

/** Mulberry32: the same mutations at every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const NUMBERS = [
  '-1',
  '0',
  '1e308',
  '9007199254740993',
  '4294967296',
  '0.5',
  'null',
  '"x"',
  '[[[[]]]]',
  '{}',
];

/** One to four changes: bits, bytes, extreme words, cuts, repeats, numbers of a JSON text. */
function mutate(file: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes: Uint8Array = file.slice();
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(Math.max(1, bytes.length));
    switch (random(7)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << random(8));
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
        bytes.fill([0, 0xff, 0x7f][random(3)]!, at, at + 1 + random(8));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4: {
        const to = random(bytes.length + 1);
        bytes = Uint8Array.from([
          ...bytes.slice(0, at),
          ...bytes.slice(Math.min(at, to), Math.max(at, to)),
          ...bytes.slice(at),
        ]);
        break;
      }
      case 5: {
        // Early bytes hold lengths, offsets and headers.
        bytes[random(Math.min(64, bytes.length))] = random(256);
        break;
      }
      default:
        bytes = replaceNumber(bytes, random);
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

/** Puts something else in the place of a number in the text that the file begins with. */
function replaceNumber(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const head = Math.min(bytes.length, 4096);
  const text = Buffer.from(bytes.subarray(0, head)).toString('latin1');
  const numbers = [...text.matchAll(/\d+/gu)];
  const chosen = numbers[random(Math.max(1, numbers.length))];
  if (chosen === undefined) return bytes;
  const changed =
    text.slice(0, chosen.index) +
    NUMBERS[random(NUMBERS.length)]! +
    text.slice(chosen.index + chosen[0].length);
  return Uint8Array.from([...Buffer.from(changed, 'latin1'), ...bytes.subarray(head)]);
}

/** Opens, maps and reads everything; the code of the error that ended it, or `read`. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
  try {
    const file = await openWeightFile(memorySource(bytes), {
      sibling: async (name) => filePlatform(tfjs).openPath(name),
    });
    findNameMaps(file);
    const values = await file.read([...file.tensors.keys()]);
    for (const [name, tensor] of file.tensors) {
      const count = tensor.shape.reduce((product, side) => product * side, 1);
      if (values.get(name)?.length !== count)
        return `${name} has ${values.get(name)?.length ?? 'no'} numbers`;
    }
    return 'read';
  } catch (thrown) {
    return thrown instanceof StudioError ? thrown.code : `not a StudioError: ${String(thrown)}`;
  }
}

describe('damaged weight files', () => {
  it.each(FILES)('%s', { timeout: 300_000 }, async (name, file, mutations) => {
    expect(await outcomeOf(file)).toBe('read');
    const random = seeded(42);
    const counts: Record<string, number> = {};
    let slowestMs = 0;
    for (let i = 0; i < mutations; i++) {
      const spoilt = mutate(file, random);
      const start = performance.now();
      const outcome = await outcomeOf(spoilt);
      slowestMs = Math.max(slowestMs, performance.now() - start);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    const known = /^(read|(model|data)\/[a-z-]+)$/u;
    expect(Object.keys(counts).filter((outcome) => !known.test(outcome))).toEqual([]);
    expect(slowestMs).toBeLessThan(5000);
    // Both ends are reached: damage that matters, and damage that does not.
    expect(mutations - (counts['read'] ?? 0)).toBeGreaterThan(mutations / 2);
    expect(counts['read']).toBeGreaterThan(0);
    shows(`weights .${name.split('.').at(-1) ?? ''} end in an error where they are damaged`);
  });
});
