/** Owns the words for what was left out of a set, and for what the user changed in it, for the page and the command alike. */
import { countOf, formatCount } from '../../lib/format.ts';
import type { CleaningReport, Counted, DatasetSummary, EditsReport, LeftOutRow } from './dataset.ts';

/** Why cleaning leaves a row out, in the order to show. */
export const LEFT_OUT_KINDS: readonly { readonly why: LeftOutRow['why']; readonly words: string }[] = [
  { why: 'withoutPicture', words: 'without a picture' },
  { why: 'withoutLabel', words: 'without a label' },
  { why: 'oddLabel', words: 'with a label unlike the others' },
  { why: 'undecodable', words: 'with a picture that cannot be read' },
];

/** For example `8 TIFF pictures (bird 4, cat 4)`; where they have no classes, with an example. */
export function countedText({ noun, plural, count, classes, examples }: Counted): string {
  const byClass = classes.map((each) => `${each.label} ${formatCount(each.count)}`).join(', ');
  const [first] = examples;
  const where =
    byClass !== '' ? byClass : first === undefined ? '' : `${count === 1 ? '' : 'such as '}${first}`;
  return `${countOf(count, noun, plural)}${where === '' ? '' : ` (${where})`}`;
}

/** All that is not used of a set, kind by kind; empty where all of it is. */
export function leftOutTexts({
  cleaning,
  findings,
}: Pick<DatasetSummary, 'cleaning' | 'findings'>): string[] {
  const { withoutFace = 0, duplicates = 0, nearDuplicates = 0, smallClasses = 0 } = findings?.dropped ?? {};
  const kinds = [
    ...LEFT_OUT_KINDS.map(({ why, words }) => [cleaning[why], words] as const),
    [withoutFace, 'without a face'] as const,
    [duplicates, 'copies'] as const,
    [nearDuplicates, 'near copies'] as const,
    [smallClasses, 'of small classes'] as const,
  ];
  const rows = kinds.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return [...cleaning.passedOver.map(countedText), ...rows];
}

/** Why no row is left, with what to do. */
export function nothingLeftTexts(cleaning: CleaningReport): { readonly why: string; readonly hint: string } {
  const { rowsRead, inPlace, passedOver } = cleaning;
  const kinds = LEFT_OUT_KINDS.filter(({ why }) => cleaning[why] > 0).map(
    ({ why, words }) => `${formatCount(cleaning[why])} ${words}`,
  );
  const found = [...inPlace].sort((one, other) => other.count - one.count);
  const instead =
    found.length === 0 ? '' : `; in place of pictures there are ${found.map(countedText).join(', ')}`;
  const passed = passedOver.length === 0 ? '' : `; passed over: ${passedOver.map(countedText).join(', ')}`;
  return {
    why: `of ${countOf(rowsRead, 'row')} ${kinds.length === 0 ? 'none' : kinds.join(', ')}${instead}${passed}`,
    hint: found.find(({ hint }) => hint !== '')?.hint ?? '',
  };
}

/** What the user changed, in one line; each kind of change with its count. */
export function editsText(edits: EditsReport): string {
  const names = edits.renamed.map(({ from, to }) => `“${from}” is “${to}”`);
  const parts = [
    ...names,
    ...edits.classesLeftOut.map((label) => `“${label}” is left out`),
    some(edits.relabelled, 'relabelled'),
    some(edits.leftOut.length, 'left out'),
    some(edits.added, 'added'),
    edits.knownAlready === 0 ? '' : `${formatCount(edits.knownAlready)} not added, since the set has them`,
    edits.unknown === 0
      ? ''
      : `${countOf(edits.unknown, 'picture')} that the edits name ${edits.unknown === 1 ? 'is' : 'are'} not in this set`,
  ].filter((part) => part !== '');
  const what = parts.length === 0 ? 'the set is as it was' : parts.join(', ');
  return `${countOf(edits.count, 'edit')} by you: ${what}.${inTestText(edits)}`;
}

/** Networks that were tested before and after such edits were not asked the same. */
function inTestText({ inTest }: EditsReport): string {
  if (inTest === 0) return '';
  return ` ${formatCount(inTest)} of these ${inTest === 1 ? 'is a test picture' : 'are test pictures'}: what a network scored before was on others.`;
}

const some = (count: number, what: string): string => (count === 0 ? '' : `${formatCount(count)} ${what}`);
