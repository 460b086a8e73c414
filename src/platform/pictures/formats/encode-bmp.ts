/** Owns writing pixels as a file, so that pictures which come as numbers go the way of all others: BMP keeps them as they are. */

const HEAD_BYTES = 54;

/** @param rgb `[height, width, 3]` */
export function encodeBmp(rgb: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = new Uint8Array(HEAD_BYTES + stride * height);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, HEAD_BYTES, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  // From the top down.
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let row = 0; row < height; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (row * width + x) * 3;
      const to = HEAD_BYTES + row * stride + x * 3;
      for (let channel = 0; channel < 3; channel += 1) file[to + channel] = rgb[from + 2 - channel]!;
    }
  }
  return file;
}
