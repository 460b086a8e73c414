/** Owns the hash that says which weights a run began with, whatever file or format they came from. */

/**
 * SHA-256 of the values as float32, little-endian, variable after variable, in hexadecimal.
 *
 * @returns Null where the page has no Web Crypto (served without HTTPS from another machine).
 */
export async function fingerprint(values: readonly Float32Array[]): Promise<string | null> {
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return null;
  const all = new Float32Array(values.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of values) {
    all.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', all));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
