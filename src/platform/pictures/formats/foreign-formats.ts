/**
 * Owns naming what is no picture that Mien reads, by its first bytes: what a file is called says little, and "damaged" would
 * send people looking for damage that is not there.
 */

interface Foreign {
  /** With its article, as a message says it; without, it takes an `s` in the plural. */
  readonly name: string;
  /** What to do with such files. */
  readonly hint: string;
}

const AS_JPEG = 'Save such pictures as JPEG or PNG with any picture program, and open the set again.';
const NO_PICTURE = 'Take such files out, or put pictures in their place.';

const OF_VIDEO = 'Take single pictures out of videos, and open the set again.';
const AS_PNG = 'Write the arrays as PNG, for example with Pillow: Image.fromarray(array).save(path).';
const FETCH =
  'A pointer stands for a file that was not fetched: run “git lfs pull” where the set was cloned, or download it anew.';

/** What files begin with, or have at a place: text, in which `.` stands for any byte and `_` for a nought. */
const FORMATS: readonly (readonly [at: number, magic: string, name: string, hint: string])[] = [
  [0, 'II*_', 'a TIFF picture', AS_JPEG],
  [0, 'MM_*', 'a TIFF picture', AS_JPEG],
  [0, 'II+_', 'a TIFF picture', AS_JPEG],
  ...['heic', 'heix', 'heif', 'hevc', 'heim', 'heis', 'hevm', 'hevs', 'mif1', 'msf1'].map(
    (brand) => [4, `ftyp${brand}`, 'a HEIC picture', AS_JPEG] as const,
  ),
  [4, 'JXL ', 'a JPEG XL picture', AS_JPEG],
  [0, '\xff\n', 'a JPEG XL picture', AS_JPEG],
  [4, 'jP  ', 'a JPEG 2000 picture', AS_JPEG],
  [0, '\xff\x4f\xff\x51', 'a JPEG 2000 picture', AS_JPEG],
  [0, '8BPS', 'a Photoshop picture', AS_JPEG],
  [0, '__\x01_._', 'an ICO icon', AS_JPEG],
  [4, 'ftyp', 'an MP4 video', OF_VIDEO],
  [8, 'AVI ', 'an AVI video', OF_VIDEO],
  [0, '\x1aE\xdf\xa3', 'a WebM video', OF_VIDEO],
  [0, '%PDF', 'a PDF document', AS_JPEG],
  [0, '\x93NUMPY', 'a NumPy array', AS_PNG],
  [0, 'PK\x03\x04', 'a zip', 'Unpack it first.'],
  [0, '\x1f\x8b', 'a gzip file', 'Unpack it first.'],
  [0, 'version https://git-lfs', 'a Git LFS pointer', FETCH],
];

function isAt(bytes: Uint8Array, at: number, magic: string): boolean {
  return Array.from(magic).every((sign, index) => {
    const byte = bytes[at + index];
    return byte !== undefined && (sign === '.' || byte === (sign === '_' ? 0 : sign.charCodeAt(0)));
  });
}

/** What the bytes are; null where that is not known. */
export function foreignFormat(bytes: Uint8Array): Foreign | null {
  if (bytes.length === 0) return { name: 'an empty file', hint: NO_PICTURE };
  const known = FORMATS.find(([at, magic]) => isAt(bytes, at, magic));
  if (known !== undefined) return { name: known[2], hint: known[3] };
  const text = String.fromCharCode(...bytes.subarray(0, 256)).trimStart();
  if (/^(<\?xml[^]*)?<svg/i.test(text)) return { name: 'an SVG drawing', hint: AS_JPEG };
  if (/^(<!doctype html|<html)/i.test(text)) {
    return { name: 'an HTML page', hint: 'Fetch those pictures again: a page came in their place.' };
  }
  if (bytes.every((byte) => byte === 0)) {
    return { name: 'an all-zero file', hint: 'Fetch those files again: their download was broken off.' };
  }
  return null;
}

/** The same for a message, whatever they are. */
export function describeBytes(bytes: Uint8Array): string {
  const foreign = foreignFormat(bytes);
  if (foreign !== null) return foreign.name;
  const start = String.fromCharCode(...bytes.subarray(0, 256)).trimStart();
  if (/^[\x20-\x7e\s]+$/.test(start)) return `text that begins "${start.slice(0, 24)}"`;
  return `${bytes.length} bytes that are damaged or of another format`;
}
