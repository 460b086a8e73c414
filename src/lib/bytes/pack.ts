/**
 * Plain values with typed arrays in them as one stretch of bytes and back: JSON, with the arrays' own bytes behind it
 * and a checksum before both, so that a torn or damaged stretch is known as one.
 *
 * Layout, little-endian: mark, checksum of all that follows, length of the JSON, then JSON, then the arrays, each at a
 * multiple of 8.
 */

const MARK = 0x4e45494d;
const HEAD_BYTES = 12;

const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint16Array, Uint8Array } as const;
type ArrayName = keyof typeof ARRAYS;
type Packable = InstanceType<(typeof ARRAYS)[ArrayName]>;

/** Stands in the JSON for an array. */
interface Placeholder {
  readonly '@array': ArrayName;
  readonly at: number;
  readonly length: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Packs a value made of what JSON knows and of typed arrays. */
export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Packable[] = [];
  let end = 0;
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (!ArrayBuffer.isView(inner)) return inner;
    const array = inner as Packable;
    const holder: Placeholder = {
      '@array': array.constructor.name as ArrayName,
      at: end,
      length: array.length,
    };
    arrays.push(array);
    end = aligned(end + array.byteLength);
    return holder;
  });
  const text = new TextEncoder().encode(json);
  const start = aligned(HEAD_BYTES + text.length);
  const bytes = new Uint8Array(start + end);
  const head = new DataView(bytes.buffer);
  head.setUint32(0, MARK, true);
  head.setUint32(8, text.length, true);
  bytes.set(text, HEAD_BYTES);
  let at = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at = aligned(at + array.byteLength);
  }
  head.setUint32(4, checksum(bytes), true);
  return bytes;
}

/** What was packed; null where the bytes are not whole. */
export function unpack(packed: Uint8Array): unknown {
  if (packed.length < HEAD_BYTES) return null;
  // In a buffer of its own, since arrays must start at multiples of their size.
  const bytes = packed.slice();
  const head = new DataView(bytes.buffer);
  if (head.getUint32(0, true) !== MARK || head.getUint32(4, true) !== checksum(bytes)) return null;
  const length = head.getUint32(8, true);
  const start = aligned(HEAD_BYTES + length);
  const text = new TextDecoder().decode(bytes.subarray(HEAD_BYTES, HEAD_BYTES + length));
  return JSON.parse(text, (_key, inner: unknown) =>
    isPlaceholder(inner) ? new ARRAYS[inner['@array']](bytes.buffer, start + inner.at, inner.length) : inner,
  );
}

function isPlaceholder(value: unknown): value is Placeholder {
  return typeof value === 'object' && value !== null && '@array' in value;
}

/** FNV-1a of all behind the checksum: over whole words, then over the bytes that are left. */
function checksum(bytes: Uint8Array<ArrayBuffer>): number {
  const from = 8;
  const words = new Uint32Array(bytes.buffer, from, Math.floor((bytes.length - from) / 4));
  let hash = 0x811c9dc5;
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ value, 0x01000193);
  };
  for (const word of words) mix(word);
  for (const byte of bytes.subarray(from + words.byteLength)) mix(byte);
  return hash >>> 0;
}
