/** SHA-256, where there is Web Crypto. */

/**
 * @returns In hexadecimal; null on a page that was served without HTTPS from another machine, which has no Web Crypto.
 */
export async function sha256(bytes: BufferSource): Promise<string | null> {
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return null;
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
