/**
 * Owns a walk over Thrift's compact encoding before it is parsed: depth, lengths and number sizes are held to what a
 * Parquet file has, so that a damaged or hostile one can neither recurse, allocate nor loop without bound.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { damaged } from './parquet-errors.ts';

/** Parquet's own structures nest no deeper than eight. */
const MAX_DEPTH = 16;
/** Bytes of a 64-bit number, seven bits to a byte. */
const MAX_NUMBER_BYTES = 10;

/**
 * Walks one structure.
 *
 * @returns where the structure ends
 * @throws StudioError `data/damaged`
 */
export function checkThrift(bytes: Uint8Array, from: number): number {
  return new Walk(bytes, from).structure(0);
}

class Walk {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.bytes = bytes;
    this.at = from;
  }

  structure(depth: number): number {
    if (depth > MAX_DEPTH) throw damaged('its description nests too deep');
    for (;;) {
      const head = this.byte();
      const kind = head & 15;
      if (kind === 0) return this.at;
      if (head < 16) this.number();
      this.value(kind, depth, false);
    }
  }

  private value(kind: number, depth: number, inList: boolean): void {
    switch (kind) {
      case 1:
      case 2:
        // A flag is its own kind, but takes a byte in a list.
        if (inList) this.byte();
        return;
      case 3:
        this.byte();
        return;
      case 4:
      case 5:
      case 6:
        this.number();
        return;
      case 7:
        this.skip(8);
        return;
      case 8:
        this.skip(this.number());
        return;
      case 9:
        this.list(depth);
        return;
      case 12:
        this.structure(depth + 1);
        return;
      default:
        throw damaged('its description holds a value of an unknown kind');
    }
  }

  private list(depth: number): void {
    const head = this.byte();
    const length = head >> 4 === 15 ? this.number() : head >> 4;
    // Every element takes a byte at least.
    if (length > this.bytes.length - this.at)
      throw damaged('a list in its description is longer than the file');
    for (let i = 0; i < length; i += 1) this.value(head & 15, depth + 1, true);
  }

  /** An unsigned number; a zigzag one reads as some other number, of which only the size matters. */
  private number(): number {
    let value = 0;
    for (let i = 0; i < MAX_NUMBER_BYTES; i += 1) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw damaged('a number in its description has too many digits');
  }

  private skip(count: number): void {
    if (count > this.bytes.length - this.at)
      throw damaged('a text in its description is longer than the file');
    this.at += count;
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw damaged('its description ends too early');
    this.at += 1;
    return byte;
  }
}
