/**
 * Owns a file as the HDF5 library lays it out: what the library says of itself, and the places of large tensors, whose
 * numbers are in no memory until the file is read from its beginning to its end.
 */
import { invariant } from '../../../../protocol/errors.ts';
import type * as h5wasm from 'h5wasm';

type Library = Awaited<typeof h5wasm.ready>;
type Bytes = Uint8Array<ArrayBuffer>;

/** A tensor that is read when its turn comes. */
export interface LaterTensor {
  readonly shape: readonly number[];
  /** Row-major, as many as the shape says. */
  read(): Promise<Float32Array>;
}

/** A stretch of the file that is one tensor's. */
interface Place {
  readonly at: number;
  readonly length: number;
  readonly tensor: LaterTensor;
}

/** A stretch of the library's memory. */
interface Stretch {
  readonly pointer: number;
  readonly length: number;
}

/** What the library writes of its own is kept in pieces of this size, wherever in the file it is. */
const PAGE_BYTES = 2 ** 16;

/** What Emscripten's own files are made of, as far as it is another here; its types do not show it. */
interface FileNode {
  usedBytes: number;
  stream_ops: object;
  node_ops: object;
}

interface NodeFinder {
  lookupPath(path: string): { readonly node: FileNode };
  readonly ErrnoError: new (errno: number) => Error;
}

/** Emscripten's number of an error of input or output. */
const EIO = 29;

export class LaidOutFile {
  readonly #node: FileNode;
  readonly #pages = new Map<number, Bytes>();
  readonly #places: Place[] = [];
  /** Whose numbers the library believes to write, and from where. */
  #expected: (Stretch & { readonly tensor: LaterTensor }) | null = null;

  /** Puts an empty file into the library's file system. */
  constructor({ FS }: Library, path: string) {
    FS.writeFile(path, new Uint8Array(0));
    const files = FS as unknown as NodeFinder;
    const { node } = files.lookupPath(path);
    this.#node = node;
    node.stream_ops = {
      ...node.stream_ops,
      write: (_: unknown, memory: Int8Array<ArrayBuffer>, from: number, length: number, at: number) =>
        this.#write(new Uint8Array(memory.buffer, from, length), from, at),
      read: (_: unknown, memory: Int8Array<ArrayBuffer>, from: number, length: number, at: number) => {
        // The library does not read what it only knows the place of.
        if (this.#places.some((place) => at < place.at + place.length && place.at < at + length))
          throw new files.ErrnoError(EIO);
        const bytes = this.#own(at, Math.max(at, Math.min(at + length, node.usedBytes)));
        new Uint8Array(memory.buffer, from, length).set(bytes);
        return bytes.length;
      },
    };
    node.node_ops = {
      ...node.node_ops,
      setattr: (_: unknown, { size }: { readonly size?: number }) => {
        if (size !== undefined) node.usedBytes = size;
      },
    };
  }

  /**
   * Gives a tensor the place where `write` has the library write a stretch of its memory; what lies there is not looked at.
   */
  place(tensor: LaterTensor, memory: Stretch, write: () => void): void {
    const known = this.#places.length;
    this.#expected = { ...memory, tensor };
    try {
      write();
    } finally {
      this.#expected = null;
    }
    const [place, ...others] = this.#places.slice(known);
    invariant(place?.length === memory.length && others.length === 0, 'a large tensor is written at once');
  }

  /** The file from its beginning to its end. */
  async *chunks(): AsyncGenerator<Bytes> {
    let at = 0;
    for (const place of this.#places.toSorted((one, other) => one.at - other.at)) {
      yield* this.#ownChunks(at, place.at);
      const { buffer, byteOffset, byteLength } = await place.tensor.read();
      invariant(byteLength === place.length, 'a tensor has as many numbers as its shape says');
      yield new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
      at = place.at + place.length;
    }
    yield* this.#ownChunks(at, this.#node.usedBytes);
  }

  *#ownChunks(from: number, to: number): Generator<Bytes> {
    for (let at = from; at < to; at += PAGE_BYTES) yield this.#own(at, Math.min(to, at + PAGE_BYTES));
  }

  #write(bytes: Bytes, from: number, at: number): number {
    const node = this.#node;
    node.usedBytes = Math.max(node.usedBytes, at + bytes.length);
    const expected = this.#expected;
    // What the library writes of its own comes from elsewhere in its memory.
    if (expected !== null && from >= expected.pointer && from < expected.pointer + expected.length)
      this.#places.push({ at, length: bytes.length, tensor: expected.tensor });
    else this.#keep(bytes, at);
    return bytes.length;
  }

  #keep(bytes: Bytes, start: number): void {
    for (const { page, from, at, length } of pagesOf(start, bytes.length)) {
      const kept = this.#pages.get(page) ?? new Uint8Array(PAGE_BYTES);
      kept.set(bytes.subarray(at, at + length), from);
      this.#pages.set(page, kept);
    }
  }

  /** What the library wrote between two places; zeros where it wrote nothing. */
  #own(start: number, end: number): Bytes {
    const bytes = new Uint8Array(end - start);
    for (const { page, from, at, length } of pagesOf(start, bytes.length)) {
      const kept = this.#pages.get(page);
      if (kept !== undefined) bytes.set(kept.subarray(from, from + length), at);
    }
    return bytes;
  }
}

/** The pages that a stretch of the file lies in, and which part of each it is. */
function* pagesOf(
  start: number,
  length: number,
): Generator<{ readonly page: number; readonly from: number; readonly at: number; readonly length: number }> {
  for (let at = 0; at < length;) {
    const page = Math.floor((start + at) / PAGE_BYTES);
    const from = start + at - page * PAGE_BYTES;
    const part = Math.min(length - at, PAGE_BYTES - from);
    yield { page, from, at, length: part };
    at += part;
  }
}
