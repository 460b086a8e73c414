/** Owns reading numbers off a page: every read is held within the page. */
import { damaged } from './parquet-errors.ts';

/** A place in a page's bytes. */
export class ByteCursor {
  readonly bytes: Uint8Array<ArrayBuffer>;
  at: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array<ArrayBuffer>, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /**
   * The next bytes, not copied.
   *
   * @throws StudioError `data/damaged` when there are not as many
   */
  take(count: number): Uint8Array<ArrayBuffer> {
    const from = this.advance(count);
    return this.bytes.subarray(from, from + count);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  int64(): bigint {
    return this.view.getBigInt64(this.advance(8), true);
  }

  float(): number {
    return this.view.getFloat32(this.advance(4), true);
  }

  double(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  /** LEB128, unsigned; exact up to 2^53. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.uint8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 56) throw damaged('a number on a page has too many digits');
    }
  }

  /** Zigzag LEB128; exact up to 2^52. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private advance(count: number): number {
    const from = this.at;
    if (!(count >= 0 && count <= this.left)) throw damaged('a page ends too early');
    this.at += count;
    return from;
  }
}
