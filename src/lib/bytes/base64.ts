/** Owns writing bytes as base64, as text and as that text's bytes: a large file's would be slow, and there twice, as text. */

const LETTERS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const FILLING = '='.charCodeAt(0);

export const base64 = (bytes: Uint8Array): string => new TextDecoder().decode(base64Bytes(bytes));

/** The letters' own bytes. */
export function base64Bytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(FILLING);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text[to] = LETTERS[three >> 18]!;
    text[to + 1] = LETTERS[(three >> 12) & 63]!;
    if (at + 1 < bytes.length) text[to + 2] = LETTERS[(three >> 6) & 63]!;
    if (at + 2 < bytes.length) text[to + 3] = LETTERS[three & 63]!;
    to += 4;
  }
  return text;
}
