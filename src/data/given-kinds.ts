/** What files look like of which nobody has said what they are: enough to ask about, not to read by. */

/** Whether a path is that of a picture, among files of which too many came to look into each. */
export function isPictureName(path: string): boolean {
  return /\.(jpe?g|png|gif|webp|avif)$/i.test(path);
}

/** Whether a file begins as a zip with something in it does. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}
