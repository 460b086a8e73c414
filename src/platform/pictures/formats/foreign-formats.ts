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

/** By text at a place, or by bytes; the first that fits counts. */
const FORMATS: readonly { readonly at: number; readonly magic: RegExp; readonly foreign: Foreign }[] = [
  [0, /^(II\*\0|MM\0\*|II\+\0)/u, 'a TIFF picture', AS_JPEG] as const,
  [4, /^ftyp(hei[cfmsxv]|hev[cmsx]|mif1|msf1)/u, 'a HEIC picture', AS_JPEG] as const,
  [0, /^(\0\0\0\fJXL |\xff\n)/u, 'a JPEG XL picture', AS_JPEG] as const,
  [0, /^(\0\0\0\fjP {2}|\xff\x4f\xff\x51)/u, 'a JPEG 2000 picture', AS_JPEG] as const,
  [0, /^8BPS/u, 'a Photoshop picture', AS_JPEG] as const,
  [0, /^\0\0\x01\0[^\0]\0/u, 'an ICO icon', AS_JPEG] as const,
  [4, /^ftyp/u, 'an MP4 video', 'Take single pictures out of videos, and open the set again.'] as const,
  [0, /^RIFF[^]{4}AVI /u, 'an AVI video', 'Take single pictures out of videos, and open the set again.'] as const,
  [0, /^\x1aE\xdf\xa3/u, 'a WebM video', 'Take single pictures out of videos, and open the set again.'] as const,
  [0, /^%PDF/u, 'a PDF document', AS_JPEG] as const,
  [0, /^\x93NUMPY/u, 'a NumPy array', 'Write the arrays as PNG, for example with Pillow: Image.fromarray(array).save(path).'] as const,
  [0, /^PK\x03\x04/u, 'a zip', 'Unpack it first.'] as const,
  [0, /^\x1f\x8b/u, 'a gzip file', 'Unpack it first.'] as const,
  [0, /^version https:\/\/git-lfs/u, 'a Git LFS pointer', 'A pointer stands for a file that was not fetched: run “git lfs pull” where the set was cloned, or download it anew.'] as const,
].map(([at, magic, name, hint]) => ({ at, magic, foreign: { name, hint } })); // prettier-ignore

/** What the bytes are; null where that is not known. */
export function foreignFormat(bytes: Uint8Array): Foreign | null {
  if (bytes.length === 0) return { name: 'an empty file', hint: NO_PICTURE };
  const start = String.fromCharCode(...bytes.subarray(0, 256));
  const known = FORMATS.find(({ at, magic }) => magic.test(start.slice(at)));
  if (known !== undefined) return known.foreign;
  const text = start.trimStart();
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
