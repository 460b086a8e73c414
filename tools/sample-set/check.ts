/**
 * Owns the check that the sample set reads back: prints rows, class counts and one hash over all rows.
 * `npx tsx tools/sample-set/check.ts`; check.py prints the same through pyarrow.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { HubRow } from './hub-parquet.ts';

const bytes = readFileSync(process.argv[2] ?? new URL('../../public/sample/faces.parquet', import.meta.url));
const file = new Uint8Array(bytes).buffer;
const metadata = parquetMetadata(file);
// utf8 false: otherwise hyparquet reads pictures as text.
const rows = (await parquetReadObjects({ file, utf8: false })) as unknown as HubRow[];

const hash = createHash('sha256');
const counts = new Map<string, number>();
for (const { image, qa } of rows) {
  hash.update(image.bytes).update(image.path);
  for (const { question, answer } of qa) {
    hash.update(question).update(answer);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
}
console.log(
  JSON.stringify({
    rows: rows.length,
    rowGroups: metadata.row_groups.length,
    sizeBytes: bytes.length,
    counts: Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1))),
    sha256: hash.digest('hex'),
  }),
);
