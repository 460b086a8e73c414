/** The reader of safetensors: numbers of all its float types, only the ranges that are wanted, and what it refuses. */
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  f32,
  memorySource,
  openWeightFile,
  safetensorsFile,
  withHeader,
} from '../../../support/networks/weight-files.ts';

const open = (bytes: Uint8Array) => openWeightFile(memorySource(bytes));
const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
});

describe('safetensors', () => {
  it('reads float32, float16 and bfloat16, special values too', async () => {
    const half = new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x0001, 0x8000, 0x7bff]).buffer);
    const brain = new Uint8Array(new Uint16Array([0x3f80, 0xc0a0]).buffer);
    const file = await open(
      safetensorsFile({
        half: { dtype: 'F16', shape: [5], bytes: half },
        brain: { dtype: 'BF16', shape: [2], bytes: brain },
        single: f32([1, 2], [1.5, -2.25]),
      }),
    );
    const values = await file.read(['single', 'half', 'brain']);
    expect([...(values.get('single') ?? [])]).toEqual([1.5, -2.25]);
    expect([...(values.get('half') ?? [])]).toEqual([1, -2, 2 ** -24, -0, 65504]);
    expect([...(values.get('brain') ?? [])]).toEqual([1, -5]);
  });

  it('reads only what is wanted, neighbours in one request', async () => {
    const big = new Array<number>(20_000).fill(1);
    const source = memorySource(
      safetensorsFile({
        a: f32([20_000], big),
        b: f32([20_000], big),
        unwanted: f32([20_000], big),
        c: f32([1], [7]),
      }),
    );
    const file = await openWeightFile(source);
    source.reads.length = 0;
    const progress: number[] = [];
    const values = await file.read(['c', 'b', 'a'], { onProgress: (done) => progress.push(done) });
    expect(source.reads).toHaveLength(2);
    expect(source.reads[0]![1] - source.reads[0]![0]).toBe(160_000);
    expect(values.get('c')?.[0]).toBe(7);
    expect(progress).toEqual([0, 160_000, 160_004]);
  });

  it('stops when it is cancelled', async () => {
    const file = await open(safetensorsFile({ a: f32([1], [1]) }));
    await expect(file.read(['a'], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/iu);
  });

  it('refuses a tensor that holds no floats, only when it is wanted', async () => {
    const bytes = safetensorsFile({
      count: { dtype: 'I64', shape: [], bytes: new Uint8Array(8) },
      a: f32([1], [1]),
    });
    const file = await open(bytes);
    expect((await file.read(['a'])).get('a')?.[0]).toBe(1);
    expect(await codeOf(file.read(['count']))).toBe('model/weights-dtype');
  });

  it.each([
    ['a header past the end', withHeader('{}', [], 1000n)],
    ['a header of 2^63 bytes', withHeader('{      }', [], 2n ** 63n)],
    ['a header that is not JSON', withHeader('{"a": nothing}')],
    ['a header that is not UTF-8', withHeader('{"a": 1}').map((byte, i) => (i === 10 ? 0xff : byte))],
    ['a header that nests deeply', withHeader(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)],
    ['an unknown dtype', withHeader(JSON.stringify({ a: entry([1], [0, 4], 'F33') }), [new Uint8Array(4)])],
    ['a negative side', withHeader(JSON.stringify({ a: entry([-1], [0, 4]) }), [new Uint8Array(4)])],
    ['a broken side', withHeader(JSON.stringify({ a: entry([0.5], [0, 2]) }), [new Uint8Array(2)])],
    ['a shape of 2^53 numbers', withHeader(JSON.stringify({ a: entry([2 ** 27, 2 ** 26], [0, 2 ** 55]) }))],
    [
      'a shape that overflows',
      withHeader(JSON.stringify({ a: entry([2 ** 52, 2 ** 52, 0, 1], [0, 0]) }), [new Uint8Array(1)]),
    ],
    ['data past the end', withHeader(JSON.stringify({ a: entry([4], [0, 16]) }), [new Uint8Array(8)])],
    ['data backwards', withHeader(JSON.stringify({ a: entry([1], [4, 0]) }), [new Uint8Array(4)])],
    ['the wrong number of bytes', withHeader(JSON.stringify({ a: entry([3], [0, 4]) }), [new Uint8Array(4)])],
    [
      'an overlap',
      withHeader(JSON.stringify({ a: entry([2], [0, 8]), b: entry([2], [4, 12]) }), [new Uint8Array(12)]),
    ],
    ['a hole', withHeader(JSON.stringify({ a: entry([1], [4, 8]) }), [new Uint8Array(8)])],
    [
      'bytes after the last tensor',
      withHeader(JSON.stringify({ a: entry([1], [0, 4]) }), [new Uint8Array(8)]),
    ],
    ['an entry that is no object', withHeader(JSON.stringify({ a: 4 }))],
  ])('refuses %s', async (_what, bytes) => {
    expect(await codeOf(open(bytes))).toBe('model/weights-unreadable');
  });

  it('says of an unknown format what it knows', async () => {
    expect(await codeOf(open(new TextEncoder().encode('hello, this is no network')))).toBe(
      'model/weights-unknown-format',
    );
    expect(await codeOf(open(new Uint8Array(0)))).toBe('model/weights-unknown-format');
  });
});
