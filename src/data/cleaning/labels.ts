/**
 * Owns what a label's cell says: class names as the paper's notebook takes them, their order, and which cells say
 * something that is no label of their column.
 */
import { StudioError } from '../../protocol/errors.ts';
import { parseJson } from '../../lib/json.ts';

/** As many as ImageNet has; a column with more distinct values is not a label column. */
export const MAX_CLASSES = 1000;

/**
 * How a cell holds its label. A column of a table has one type, so that in text every text is a class, numerals too, as
 * Hugging Face's `datasets` encodes a column of classes: a set of playing cards has the classes 7 and king. Only text
 * that holds JSON can be mixed: lists of answers among plain texts, numbers among the answers.
 */
export type LabelForm = 'text' | 'number' | 'flag' | `list of ${'text' | 'number' | 'flag'}`;

/** A class name, not empty. */
export interface ReadLabel {
  readonly label: string;
  readonly form: LabelForm;
  /** Whether the cell had others beside it. */
  readonly isFirstOfSeveral?: true;
}

/** How a source's labels are to be read. */
export interface LabelRule {
  /** Names behind whole numbers, or null. */
  readonly labelNames: readonly string[] | null;
  /**
   * `name`: as it stands, for example a folder's; `answer`: the Hub's `qa`, lower-cased and trimmed as the paper's notebook
   * does it; absent for a table's cell, in which JSON is looked for.
   */
  readonly labelKind?: 'name' | 'answer';
}

/** The class name in a source's label; see {@link readLabel}. */
export function readLabelOf(
  { labelNames, labelKind }: LabelRule,
  label: unknown,
): ReadLabel | 'none' | 'odd' {
  if (labelKind === 'name') return readName(label);
  const read = readLabel(label, labelNames);
  return labelKind === 'answer' ? asAnswer(read) : read;
}

function readName(name: unknown): ReadLabel | 'none' {
  if (typeof name === 'number') return { label: String(name), form: 'number' };
  return typeof name === 'string' && name.trim() !== '' ? { label: name, form: 'text' } : 'none';
}

function asAnswer(read: ReadLabel | 'none' | 'odd'): ReadLabel | 'none' | 'odd' {
  if (typeof read === 'string') return read;
  const label = read.label.toLowerCase().trim();
  return label === '' ? 'none' : { ...read, label };
}

/**
 * The class name in a label's cell; `none` where there is nothing, `odd` where there is something that is no label. A
 * cell may be text, a number (with names, if the set declares them), a list of which the first counts, the Hub's `qa`
 * list of which the first answer counts, or such a list as JSON text. Names stay as they are written; answers are
 * lower-cased and trimmed, as the paper's notebook does it.
 *
 * @param labelNames names behind whole numbers, or null
 */
export function readLabel(cell: unknown, labelNames: readonly string[] | null): ReadLabel | 'none' | 'odd' {
  switch (typeof cell) {
    case 'string':
      return readText(cell, labelNames);
    case 'number':
    case 'bigint':
      return readNumber(Number(cell), labelNames);
    case 'boolean':
      return { label: String(cell), form: 'flag' };
    case 'object':
      // Parquet hands text over as the bytes it is stored as.
      return cell instanceof Uint8Array
        ? readText(new TextDecoder().decode(cell), labelNames)
        : readObject(cell, labelNames);
    default:
      return 'none';
  }
}

/**
 * The form of most of a column's labels, of equally many the first; null where there are none. It is what the column is
 * taken to hold: a label of another form is a defect of its row.
 */
export function mainForm(labels: Iterable<{ readonly form: LabelForm }>): LabelForm | null {
  const counts = new Map<LabelForm, number>();
  for (const { form } of labels) counts.set(form, (counts.get(form) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? null;
}

const FORM_WORDS: Readonly<Record<LabelForm, string>> = {
  text: 'plain text',
  number: 'numbers',
  flag: 'yes or no',
  'list of text': 'lists of answers',
  'list of number': 'lists of numbers',
  'list of flag': 'lists of yes and no',
};

/**
 * What was found in a cell that is no label of its column.
 *
 * @param text the cell as {@link cellText} tells it
 * @param form of what is there; null where nothing can be made of it
 * @param main of the column's labels
 */
export function oddLabelText(text: string, form: LabelForm | null, main: LabelForm | null): string {
  const found = form === null ? 'no label' : FORM_WORDS[form];
  return `“${text}”: ${found}${main === null ? '' : `, while other labels are ${FORM_WORDS[main]}`}`;
}

/** Most characters of a cell that are told. */
const TOLD_CHARACTERS = 200;

/** A label's cell as it stands, for the eye. */
export function cellText(cell: unknown): string {
  return wholeText(cell).slice(0, TOLD_CHARACTERS);
}

/** The same, however long it is. */
export function wholeText(cell: unknown): string {
  return wordOf(cell) ?? (typeof cell === 'object' && cell !== null ? jsonText(cell) : '');
}

function jsonText(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

/** A group's or split's cell as text, or null when it is empty. */
export function wordOf(cell: unknown): string | null {
  const text = cell instanceof Uint8Array ? new TextDecoder().decode(cell) : cell;
  return isLeaf(text) && text !== '' ? String(text) : null;
}

/** Of which kind labels are, for their order. */
export interface LabelOrder {
  readonly form: LabelForm | null;
  /** Names behind whole numbers, or null. */
  readonly names: readonly string[] | null;
}

/**
 * The distinct labels in the order of their indices, as Python's `sorted` and scikit-learn's `LabelEncoder` have it: text by
 * code points, numbers by their size, and names behind numbers by those.
 *
 * @throws StudioError `data/one-class`, `data/too-many-classes`, `data/continuous-labels`
 */
export function sortLabels(
  labels: Iterable<string>,
  order: LabelOrder = { form: 'text', names: null },
): string[] {
  const sorted = [...new Set(labels)].sort(comparerOf(order));
  if (sorted.length < 2) throw oneClass(sorted[0]);
  if (sorted.length > MAX_CLASSES) throw tooManyClasses(sorted);
  if (isOfNumbers(order) && sorted.length > MOST_FRACTIONS && sorted.some((label) => !/^-?\d+$/u.test(label)))
    throw continuous(sorted);
  return sorted;
}

/** More numbers than this with fractions among them are measured values. */
const MOST_FRACTIONS = 30;

const isOfNumbers = ({ form }: LabelOrder): boolean => form === 'number' || form === 'list of number';

function comparerOf(order: LabelOrder): (one: string, other: string) => number {
  if (!isOfNumbers(order)) return compareCodePoints;
  const { names } = order;
  if (names === null) return (one, other) => Number(one) - Number(other);
  const indexOf = new Map([...names.entries()].reverse().map(([index, name]) => [name, index]));
  return (one, other) => (indexOf.get(one) ?? 0) - (indexOf.get(other) ?? 0);
}

function readText(text: string, labelNames: readonly string[] | null): ReadLabel | 'none' | 'odd' {
  // What looks like JSON and is none is a damaged cell rather than the name of a class.
  if (/^\s*[[{]/u.test(text)) return readJson(parseJson(text), labelNames);
  return text.trim() === '' ? 'none' : { label: text, form: 'text' };
}

function readJson(value: unknown, labelNames: readonly string[] | null): ReadLabel | 'none' | 'odd' {
  return typeof value === 'object' ? readObject(value, labelNames) : 'odd';
}

function readObject(cell: object | null, labelNames: readonly string[] | null): ReadLabel | 'none' | 'odd' {
  if (cell === null) return 'none';
  const first: unknown = Array.isArray(cell) ? cell[0] : cell;
  const isObject = typeof first === 'object' && first !== null && !Array.isArray(first);
  // An object that neither asks nor answers says something that is not understood here.
  if (isObject && !('answer' in first || 'question' in first)) return 'odd';
  const answer: unknown = isObject ? (first as { readonly answer?: unknown }).answer : first;
  if (answer === undefined || answer === null) return 'none';
  // Lists in lists are no labels; refusing them also bounds the depth.
  if (!isLeaf(answer)) return 'odd';
  const leaf = readLeaf(answer, labelNames);
  if (typeof leaf === 'string') return leaf;
  const read: ReadLabel = { label: leaf.label, form: `list of ${leaf.form}` };
  if (isObject) return asAnswer(read);
  return Array.isArray(cell) && cell.length > 1 ? { ...read, isFirstOfSeveral: true } : read;
}

/** An answer that itself looks like a list is none. */
function readLeaf(
  answer: string | number | bigint | boolean,
  labelNames: readonly string[] | null,
): { readonly label: string; readonly form: 'text' | 'number' | 'flag' } | 'none' | 'odd' {
  const read = readLabel(answer, labelNames);
  if (typeof read === 'string') return read;
  const { label, form } = read;
  return form === 'text' || form === 'number' || form === 'flag' ? { label, form } : 'odd';
}

function isLeaf(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function readNumber(index: number, labelNames: readonly string[] | null): ReadLabel | 'none' | 'odd' {
  // Tables that were made of spreadsheets write "nothing" so.
  if (Number.isNaN(index)) return 'none';
  if (!Number.isFinite(index)) return 'odd';
  if (labelNames === null) return { label: String(index), form: 'number' };
  // The Hub writes "no label" so.
  if (index === -1) return 'none';
  const label = labelNames[index];
  if (label === undefined) return 'odd';
  return label.trim() === '' ? 'none' : { label, form: 'number' };
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
        ? 'Pictures with labels were expected; none are left.'
        : `At least two classes were expected; every picture is labelled "${shorten(label)}".`,
    hint: 'Choose another label column, or a set with more classes.',
  });
}

function continuous(sorted: readonly string[]): StudioError {
  return new StudioError({
    code: 'data/continuous-labels',
    message: `Classes were expected; the label column holds ${sorted.length} different numbers with fractions, such as ${sorted.slice(0, 3).join(', ')}.`,
    hint: 'Mien learns classes, not measured values: choose another label column, or write a column of ranges, for example with pandas.cut.',
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
