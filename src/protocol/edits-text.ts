/** What the user changed in a set, in words. */
import { countOf, formatCount } from '../lib/format.ts';
import type { EditsReport } from './dataset.ts';

/** In one line; each kind of change with its count. */
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
  return `${countOf(edits.count, 'edit')} by you: ${what}.`;
}

const some = (count: number, what: string): string => (count === 0 ? '' : `${formatCount(count)} ${what}`);
