/**
 * Holds the Parquet reader to pyarrow, on every file in tests/parity/data/fixtures (made by
 * tests/parity/data/make_parquet_fixtures.py): drop a file in and name it in expected.json, and it is tested.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../../src/data/parquet/parquet-file.ts';
import { bytesSource } from '../../../../src/platform/remote/byte-source.ts';
import type { ByteSource } from '../../../../src/platform/platform.ts';
import expectedFiles from '../../../parity/data/fixtures/expected.json';
import { errorOf } from '../studio-error.ts';

function fixture(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    readFileSync(new URL(`../../../parity/data/fixtures/${name}.parquet`, import.meta.url)),
  );
}

function sourceOf(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return bytesSource(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Cells as the manifest has them. */
function plain(cell: unknown, column: string): unknown {
  if (typeof cell === 'bigint') return Number(cell);
  if (!(cell instanceof Uint8Array)) return cell;
  return column === 'image'
    ? createHash('sha256').update(cell).digest('hex').slice(0, 12)
    : new TextDecoder().decode(cell);
}

describe('openParquet', () => {
  it.each(Object.entries(expectedFiles))('reads what pyarrow reads: %s', async (name, columns) => {
    const file = await openParquet(sourceOf(fixture(name)));
    for (const [column, cells] of Object.entries(columns)) {
      const field = column === 'image' ? 'bytes' : 'answer';
      const found: unknown[] = [];
      for (const group of file.groupRows.keys()) {
        for await (const page of file.readColumn(group, column, field)) found.push(...page);
      }
      // JSON text is not parsed here; its first answer is the label reader's business.
      const text = (cell: unknown): unknown => plain(cell, column);
      expect(found.map(text)).toEqual(cells);
    }
    expect(file.rowCount).toBe(Object.values(columns)[0]?.length);
  });

  it('finds the names of a ClassLabel', async () => {
    const file = await openParquet(sourceOf(fixture('class-label-zstd')));
    expect(file.labelNames('label')).toEqual(['fear', 'happy', 'sad']);
    expect(file.labelNames('image')).toBeNull();
    expect((await openParquet(sourceOf(fixture('hub-snappy')))).labelNames('qa')).toBeNull();
  });

  it('reads a column without reading the others', async () => {
    const bytes = fixture('hub-pages');
    const whole = sourceOf(bytes);
    let fetched = 0;
    const counting: ByteSource = {
      byteLength: whole.byteLength,
      slice: async (start, end) => {
        const part = await whole.slice(start, end);
        fetched += part.byteLength;
        return part;
      },
    };
    const file = await openParquet(counting);
    fetched = 0;
    for await (const page of file.readColumn(0, 'qa', 'answer')) expect(page.length).toBeGreaterThan(0);
    expect(fetched).toBeLessThan(bytes.length / 4);
  });
});

describe('a file that is none', () => {
  const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

  it.each([
    ['nothing', '', 'data/not-parquet'],
    ['a web page', '<!doctype html><html><body>Not found</body></html>', 'data/not-parquet'],
    ['an encrypted file', `PARE${'x'.repeat(40)}PARE`, 'data/damaged'],
  ])('says so: %s', async (_what, text, code) => {
    expect((await errorOf(() => openParquet(sourceOf(new TextEncoder().encode(text))))).code).toBe(code);
  });

  it('says that the end is missing', async () => {
    const bytes = fixture('hub-snappy');
    const error = await errorOf(() => openParquet(sourceOf(bytes.slice(0, bytes.length - 20))));
    expect(error.code).toBe('data/truncated');
    expect(error.hint).toContain('Fetch the file again');
  });

  it('says that the middle is missing', async () => {
    const bytes = fixture('plain-bytes-lz4');
    const description = new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    const end = bytes.slice(bytes.length - 8 - description);
    const error = await errorOf(() => openParquet(sourceOf(Uint8Array.from([80, 65, 82, 49, ...end]))));
    expect(error.code).toBe('data/truncated');
  });

  it('refuses a description that is longer than the file', async () => {
    const bytes = Uint8Array.from([80, 65, 82, 49, ...zeros(8), 255, 255, 255, 127, 80, 65, 82, 49]);
    expect((await errorOf(() => openParquet(sourceOf(bytes)))).code).toBe('data/damaged');
  });

  it('refuses a description without end', async () => {
    const deep = Array.from({ length: 4000 }, () => 0x1c);
    const bytes = Uint8Array.from([80, 65, 82, 49, ...deep, 0xa0, 0x0f, 0, 0, 80, 65, 82, 49]);
    expect((await errorOf(() => openParquet(sourceOf(bytes)))).code).toBe('data/damaged');
  });
});
