/** Owns packing files into a zip as they come, not compressed: weights do not shrink, and nothing is held twice. */
import { Zip, ZipPassThrough } from 'fflate';
import type { Chunk, ExportedFile } from '../exporter.ts';

/** The bytes of a zip of some files, in order. */
export async function* zipped(files: Iterable<ExportedFile>): AsyncGenerator<Chunk> {
  const ready: Chunk[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  for (const { path, chunks } of files) {
    const entry = new ZipPassThrough(path);
    zip.add(entry);
    for await (const chunk of chunks()) {
      entry.push(chunk);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(0), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready;
}
