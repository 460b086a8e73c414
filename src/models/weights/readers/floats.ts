/** Owns how stored numbers become float32: IEEE half precision and bfloat16, little-endian. */

/**
 * Half precision to single; every half is exact in single.
 *
 * @param bytes `2 * n` bytes at any alignment.
 */
export function float16ToFloat32(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(bytes.byteLength >> 1);
  for (let i = 0; i < out.length; i++) {
    const half = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) out[i] = fraction === 0 ? sign * Infinity : NaN;
    else out[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return out;
}

/**
 * bfloat16 is the upper half of a single.
 *
 * @param bytes `2 * n` bytes at any alignment.
 */
export function bfloat16ToFloat32(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(bytes.byteLength >> 1);
  for (let i = 0; i < bits.length; i++) bits[i] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24);
  return new Float32Array(bits.buffer);
}

/** A copy, since a view must lie at a multiple of four and file offsets do not. */
export function bytesToFloat32(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(bytes.slice().buffer);
}

/**
 * Quantised numbers: `value = stored * scale + min`.
 *
 * @param bytes Little-endian, at any alignment.
 * @param width Bytes of one stored number.
 */
export function uintToFloat32(
  bytes: Uint8Array,
  width: 1 | 2,
  scale: number,
  min: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(bytes.byteLength / width);
  for (let i = 0; i < out.length; i++) {
    const stored = width === 1 ? bytes[i]! : bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
    out[i] = stored * scale + min;
  }
  return out;
}
