/**
 * Owns what a picture's cell may hold: the bytes of a file, those bytes as base64 text or a data address, or the picture's
 * values as numbers, in lists or as text; and what it holds in place of a picture.
 */
import { encodeBmp } from '../../platform/pictures/formats/encode-bmp.ts';
import type { SourceRow } from '../sources/source.ts';
import { CellList } from './list-cells.ts';
import type { Cell } from './pages/pages.ts';

type Picture = Pick<SourceRow, 'picture' | 'inPlace'>;

/** Longest text that is told. */
const TOLD_CHARACTERS = 60;
/** Fewer numbers are no picture. */
const LEAST_VALUES = 16;

/**
 * The picture in a cell.
 *
 * @param path of its file, where the cell has one
 */
export function readPictureCell(cell: Cell, path: string): Picture {
  if (cell instanceof CellList) return readArray(cell);
  if (cell instanceof Uint8Array && cell.length > 0) return readBytes(cell);
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean')
    return instead('single value', String(cell), NO_PICTURE_COLUMN);
  if (path === '') return { picture: null };
  return instead(
    'missing file',
    path,
    'The files that the set names did not come along: write it anew with the pictures in it, or pick the folder that has them.',
  );
}

const NO_PICTURE_COLUMN = 'Choose the column that holds the pictures.';

const instead = (noun: string, example: string, hint: string, plural = `${noun}s`): Picture => ({
  picture: null,
  inPlace: { noun, plural, example: example.slice(0, TOLD_CHARACTERS), hint },
});

function readBytes(bytes: Uint8Array): Picture {
  // The first bytes of all formats of pictures are none of text; the pointers of Git are, and are told when they do not decode.
  if (!isText(bytes.subarray(0, 64))) return { picture: bytes };
  const text = new TextDecoder().decode(bytes).trim();
  if (/^https?:\/\//iu.test(text)) {
    return instead(
      'web address',
      text,
      'Addresses are not fetched, since pictures would come from servers that are not the set’s: download them and pick the folder.',
      'web addresses',
    );
  }
  const encoded = /^data:[^,]*;base64,/iu.exec(text)?.[0] ?? '';
  if (encoded !== '' || isBase64(text)) return fromBase64(text.slice(encoded.length)) ?? { picture: bytes };
  if (/^[[\d][\d\s.,[\]]*$/u.test(text)) return fromNumbers((text.match(/\d+(\.\d+)?/gu) ?? []).map(Number));
  if (!/\s/u.test(text) && /\.\w{2,5}$/u.test(text)) return readPictureCell(null, text);
  return { picture: bytes };
}

const isText = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);

const isBase64 = (text: string): boolean =>
  text.length >= 64 && /^[A-Za-z0-9+/\-_\s]+={0,2}$/u.test(text) && !/^[\d\s]+$/u.test(text);

function fromBase64(text: string): Picture | null {
  try {
    const binary = atob(text.replace(/\s/gu, '').replaceAll('-', '+').replaceAll('_', '/'));
    return { picture: Uint8Array.from(binary, (sign) => sign.charCodeAt(0)) };
  } catch (error) {
    // Text that only looks like it.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Numbers without a shape: a square in grey, as FER2013 has it, or in colours. */
function fromNumbers(values: readonly number[]): Picture {
  const list = new CellList(1);
  for (const [index, value] of values.entries()) list.add(value, index === 0 ? 0 : 1);
  return readArray(list);
}

function readArray(list: CellList): Picture {
  if (list.values.length === 0) return { picture: null };
  const size = sizeOf(list.shape, list.values.length);
  const values = list.values.map(Number);
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  const sides = list.shape?.join(' x ') ?? `${values.length.toString()} values`;
  if (size === null)
    return instead(
      'array of another shape',
      sides,
      'Arrays of height x width, with 1, 3 or 4 channels before or behind, are read.',
      'arrays of another shape',
    );
  if (values.some((value) => !(value >= 0)) || most > 255)
    return instead(
      'array of other values',
      `up to ${most.toString()}`,
      'Values from 0 to 255, or fractions from 0 to 1, are read.',
      'arrays of other values',
    );
  // Fractions of the brightest.
  const scale = most <= 1 && values.some((value) => !Number.isInteger(value)) ? 255 : 1;
  const { width, height, at } = size;
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, index) =>
    Math.round(values[at(Math.floor(index / 3), index % 3)]! * scale),
  );
  return { picture: encodeBmp(rgb, width, height) };
}

interface ArraySize {
  readonly width: number;
  readonly height: number;
  /** Where a pixel's channel stands. */
  readonly at: (pixel: number, channel: number) => number;
}

function sizeOf(shape: readonly number[] | null, count: number): ArraySize | null {
  if (shape === null || count < LEAST_VALUES) return null;
  const grey = (pixel: number): number => pixel;
  const [first = 0, second = 0, third = 0] = shape;
  if (shape.length === 2) return { height: first, width: second, at: grey };
  if (shape.length === 3 && [1, 3, 4].includes(third)) {
    return {
      height: first,
      width: second,
      at: (pixel, channel) => pixel * third + (third === 1 ? 0 : channel),
    };
  }
  if (shape.length === 3 && [1, 3, 4].includes(first)) {
    const plane = second * third;
    return {
      height: second,
      width: third,
      at: (pixel, channel) => (first === 1 ? 0 : channel * plane) + pixel,
    };
  }
  if (shape.length !== 1) return null;
  const side = Math.sqrt(count);
  if (Number.isInteger(side)) return { height: side, width: side, at: grey };
  const ofColours = Math.sqrt(count / 3);
  if (!Number.isInteger(ofColours)) return null;
  return { height: ofColours, width: ofColours, at: (pixel, channel) => pixel * 3 + channel };
}
