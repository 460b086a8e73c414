/** Owns what a label's cell says: class names as the paper's notebook takes them, and their order. */
import { StudioError } from '../protocol/errors.ts';
import { parseJson } from './json.ts';

/** As many as ImageNet has; a column with more distinct values is not a label column. */
export const MAX_CLASSES = 1000;

/**
 * The class name in a label's cell, or null when it holds none. A cell may be text, a whole number (with names, if
 * the set declares them), the Hub's `qa` list of which the first answer counts, or that list as JSON text.
 *
 * @param labelNames names behind whole numbers, or null
 * @returns lower-cased and trimmed, not empty
 */
export function labelOf(cell: unknown, labelNames: readonly string[] | null): string | null {
  switch (typeof cell) {
    case 'string':
      return labelOfText(cell, labelNames);
    case 'number':
    case 'bigint':
      return labelOfNumber(Number(cell), labelNames);
    case 'boolean':
      return String(cell);
    case 'object':
      // Parquet hands text over as the bytes it is stored as.
      return cell instanceof Uint8Array
        ? labelOfText(new TextDecoder().decode(cell), labelNames)
        : labelOfObject(cell, labelNames);
    default:
      return null;
  }
}

/** Most characters of a cell that are told. */
const TOLD_CHARACTERS = 200;

/** A label's cell as it stands, for the eye. */
export function cellText(cell: unknown): string {
  const text = wordOf(cell) ?? (typeof cell === 'object' && cell !== null ? jsonText(cell) : '');
  return text.slice(0, TOLD_CHARACTERS);
}

function jsonText(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

/** A group's or split's cell as text, or null when it is empty. */
export function wordOf(cell: unknown): string | null {
  const text = cell instanceof Uint8Array ? new TextDecoder().decode(cell) : cell;
  return isLeaf(text) && text !== '' ? String(text) : null;
}

/**
 * The distinct labels in the order of their indices: sorted by code points, as Python's `sorted` and scikit-learn's
 * `LabelEncoder` do.
 *
 * @throws StudioError `data/one-class`, `data/too-many-classes`
 */
export function sortLabels(labels: Iterable<string>): string[] {
  const sorted = [...new Set(labels)].sort(compareCodePoints);
  if (sorted.length < 2) throw oneClass(sorted[0]);
  if (sorted.length > MAX_CLASSES) throw tooManyClasses(sorted);
  return sorted;
}

function labelOfText(text: string, labelNames: readonly string[] | null): string | null {
  const label = text.toLowerCase().trim();
  // What looks like JSON and is none is a damaged cell rather than the name of a class.
  if (label.startsWith('[') || label.startsWith('{')) return labelOfJson(parseJson(text), labelNames);
  return label === '' ? null : label;
}

function labelOfJson(value: unknown, labelNames: readonly string[] | null): string | null {
  return typeof value === 'object' ? labelOfObject(value, labelNames) : null;
}

function labelOfObject(cell: object | null, labelNames: readonly string[] | null): string | null {
  const first: unknown = Array.isArray(cell) ? cell[0] : cell;
  if (typeof first !== 'object') return isLeaf(first) ? labelOf(first, labelNames) : null;
  if (first === null || !('answer' in first)) return null;
  return isLeaf(first.answer) ? labelOf(first.answer, labelNames) : null;
}

/** Lists in lists are no labels; refusing them also bounds the depth. */
function isLeaf(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function labelOfNumber(index: number, labelNames: readonly string[] | null): string | null {
  if (!Number.isInteger(index)) return null;
  if (labelNames === null) return String(index);
  // -1 is how the Hub writes "no label".
  const name = labelNames[index]?.toLowerCase().trim();
  return name === undefined || name === '' ? null : name;
}

/** JavaScript sorts by UTF-16 units, which puts characters beyond the first plane before some within it. */
function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a, (character) => character.codePointAt(0)!);
  const right = Array.from(b, (character) => character.codePointAt(0)!);
  const differs = left.findIndex((point, index) => point !== right[index]);
  if (differs === -1) return left.length - right.length;
  return left[differs]! - (right[differs] ?? -1);
}

function oneClass(label: string | undefined): StudioError {
  return new StudioError({
    code: label === undefined ? 'data/no-rows' : 'data/one-class',
    message:
      label === undefined
        ? 'Pictures with labels were expected; after cleaning none are left.'
        : `At least two classes were expected; every picture is labelled "${shorten(label)}".`,
    hint: 'Choose another label column, or a set with more classes.',
  });
}

function tooManyClasses(labels: readonly string[]): StudioError {
  const examples = labels.slice(0, 3).map((label) => `"${shorten(label)}"`);
  return new StudioError({
    code: 'data/too-many-classes',
    message: `At most ${MAX_CLASSES} classes were expected; the label column has ${labels.length}, such as ${examples.join(', ')}.`,
    hint: 'Choose the column that holds the class; this one looks like captions, names or numbers.',
  });
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
