/** A list of edits on a set that was split: which rows are in which part afterwards, under which class. */
import { describe, expect, it } from 'vitest';
import { applyEdits, type UneditedRows } from '../../../../src/data/edits/apply-edits.ts';
import { splitRows } from '../../../../src/data/split/split.ts';
import { NO_CLASS } from '../../../../src/protocol/set/dataset.ts';
import { editsText } from '../../../../src/protocol/set/cleaning-words.ts';
import type { Edit } from '../../../../src/protocol/set/edits.ts';
import { errorOf } from '../studio-error.ts';

const PLAN = { train: 0.6, validation: 0.2, test: 0.2, seed: 42 };
const LABELS = ['cat', 'dog', 'fox'];

/** Thirty rows of three classes in turn; row r has the file `f<r>`. */
const labelOfRow = Uint16Array.from({ length: 30 }, (_, row) => row % 3);
const set: UneditedRows = {
  labels: LABELS,
  labelOfRow,
  split: splitRows(labelOfRow, LABELS, PLAN),
  files: Array.from({ length: 30 }, (_, row) => `f${row.toString()}`),
};
const after = (...edits: Edit[]) => applyEdits(set, edits, PLAN);
const rowsOf = ({ split }: Pick<UneditedRows, 'split'>): number[][] =>
  [split.train, split.validation, split.test].map((rows) => Array.from(rows));
const without = (rows: ArrayLike<number>, out: readonly number[]): number[] =>
  Array.from(rows).filter((row) => !out.includes(row));
const nameOf = ({ labels, labelOfRow: of }: UneditedRows | ReturnType<typeof after>, row: number) =>
  labels[of[row]!];

describe('edits of a set', () => {
  it('leave scikit-learn’s rows where a picture is relabelled: it stays in its part', () => {
    const edited = after({ do: 'relabel', files: ['f0', 'f3'], to: 'dog' });
    expect(rowsOf(edited)).toEqual(rowsOf(set));
    expect([0, 3, 6].map((row) => nameOf(edited, row))).toEqual(['dog', 'dog', 'cat']);
    expect(edited.report).toMatchObject({ relabelled: 2, leftOut: [], added: 0, unknown: 0 });
  });

  it('take a row that is left out from its part, and from no other; brought back, it is where it was', () => {
    const out: Edit = { do: 'leaveOut', files: ['f4', 'f5'] };
    const edited = after(out);
    expect(rowsOf(edited)).toEqual(rowsOf(set).map((rows) => without(rows, [4, 5])));
    expect([edited.labelOfRow[4], edited.labelOfRow[5]]).toEqual([NO_CLASS, NO_CLASS]);
    expect(edited.report.leftOut).toEqual([
      { row: 4, label: 'dog' },
      { row: 5, label: 'fox' },
    ]);
    expect(rowsOf(after(out, { do: 'bringBack', files: ['f5'] }))).toEqual(
      rowsOf(set).map((rows) => without(rows, [4])),
    );
  });

  it('rename a class, and merge two that come to have one name', () => {
    const renamed = after({ do: 'rename', class: 'cat', to: 'lynx' });
    expect(renamed.labels).toEqual(['dog', 'fox', 'lynx']);
    expect(nameOf(renamed, 0)).toBe('lynx');
    // A new name of its class relabels no picture.
    expect(renamed.report).toMatchObject({ relabelled: 0, renamed: [{ from: 'cat', to: 'lynx' }] });

    const merged = after(
      { do: 'rename', class: 'cat', to: 'lynx' },
      { do: 'rename', class: 'lynx', to: 'dog' },
    );
    expect(merged.labels).toEqual(['dog', 'fox']);
    expect(rowsOf(merged)).toEqual(rowsOf(set));
    expect([0, 1, 2].map((row) => nameOf(merged, row))).toEqual(['dog', 'dog', 'fox']);
    expect(merged.report).toMatchObject({ relabelled: 0, renamed: [{ from: 'cat', to: 'dog' }] });
  });

  it('leave out a class under its name of then, and bring it back', () => {
    const out: Edit[] = [
      { do: 'rename', class: 'fox', to: 'vixen' },
      { do: 'leaveOutClass', class: 'vixen' },
    ];
    const edited = after(...out);
    expect(edited.labels).toEqual(['cat', 'dog']);
    expect(edited.report.leftOut).toHaveLength(10);
    expect(edited.report.classesLeftOut).toEqual(['vixen']);
    expect(edited.split.train.every((row) => row % 3 !== 2)).toBe(true);
    expect(after(...out, { do: 'bringBackClass', class: 'vixen' }).labels).toEqual(['cat', 'dog', 'vixen']);
    // A picture that gets another class is not left out with its first one.
    expect(nameOf(after(...out, { do: 'relabel', files: ['f2'], to: 'cat' }), 2)).toBe('cat');
  });

  it('count those of the test part, whatever is done to them, and no new name of a class', () => {
    const [first, second, third] = Array.from(set.split.test, (row) => `f${row.toString()}`);
    const train = `f${String(set.split.train[0])}`;
    const other = LABELS[(labelOfRow[set.split.test[0]!]! + 1) % 3]!;
    expect(after({ do: 'rename', class: 'cat', to: 'lynx' }).report.inTest).toBe(0);
    expect(after({ do: 'leaveOut', files: [train] }).report.inTest).toBe(0);
    const relabel: Edit = { do: 'relabel', files: [first!], to: other };
    expect(after(relabel, { do: 'leaveOut', files: [train, second!] }).report.inTest).toBe(2);
    const added: Edit = {
      do: 'add',
      pictures: Array.from({ length: 20 }, (_, at) => ({ file: `a${at.toString()}`, path: '', to: 'owl' })),
    };
    const edited = after(added, { do: 'leaveOut', files: [third!] });
    const ofThem = Array.from(edited.split.test).filter((row) => row >= 30).length;
    expect(edited.report.inTest).toBe(1 + ofThem);
    expect(editsText({ hash: '', count: 2, ...edited.report })).toContain(
      `${String(1 + ofThem)} of these are test pictures`,
    );
  });

  it('count what they name and the set does not have', () => {
    const edited = after({ do: 'relabel', files: ['f1', 'elsewhere', 'elsewhere'], to: 'cat' });
    expect(edited.report).toMatchObject({ relabelled: 1, unknown: 1 });
  });

  it('refuse to leave a part, or all classes but one, empty', async () => {
    const all = LABELS.slice(1).map((label): Edit => ({ do: 'leaveOutClass', class: label }));
    expect(await errorOf(() => after(...all))).toMatchObject({ code: 'data/edits-leave-too-little' });
    const test = Array.from(set.split.test, (row) => `f${row.toString()}`);
    expect(await errorOf(() => after({ do: 'leaveOut', files: test }))).toMatchObject({
      code: 'data/edits-leave-too-little',
      message: expect.stringContaining('no picture for test') as string,
    });
  });
});

describe('pictures that are added', () => {
  const addedOf = (count: number, to: string, first = 0): Edit => ({
    do: 'add',
    pictures: Array.from({ length: count }, (_, index) => ({
      ...{ file: `${to}${(first + index).toString()}`, path: 'shot.jpg', to },
    })),
  });

  it('follow the set’s own rows and go to the parts by the shares; the set’s own stay where they are', () => {
    const edited = after(addedOf(20, 'owl'));
    const [train, validation, test] = rowsOf(edited).map((rows) => rows.filter((row) => row >= 30));
    for (const [count, share] of [
      [train!.length, 12],
      [validation!.length, 4],
      [test!.length, 4],
    ] as const)
      expect(Math.abs(count - share)).toBeLessThanOrEqual(1);
    expect([...train!, ...validation!, ...test!].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => 30 + index),
    );
    expect(rowsOf(edited).map((rows) => rows.filter((row) => row < 30))).toEqual(rowsOf(set));
    expect(edited.labels).toEqual(['cat', 'dog', 'fox', 'owl']);
    expect(edited.report.added).toBe(20);
  });

  it('are not drawn again when more come, and draw otherwise by another seed', () => {
    const first = rowsOf(after(addedOf(10, 'owl')));
    const both = rowsOf(after(addedOf(10, 'owl'), addedOf(15, 'owl', 10)));
    expect(both.map((rows) => rows.filter((row) => row < 40))).toEqual(first);
    const other = applyEdits(set, [addedOf(10, 'owl')], { ...PLAN, seed: 7 });
    expect(rowsOf(other)).not.toEqual(first);
  });

  it('have each share’s chance one by one', () => {
    const singles = Array.from({ length: 400 }, (_, index) => addedOf(1, 'owl', index));
    const { split } = after(...singles);
    const counts = [split.train, split.validation, split.test].map(
      (rows) => rows.filter((row) => row >= 30).length,
    );
    // Five standard deviations of a draw of 400.
    for (const [index, share] of [0.6, 0.2, 0.2].entries())
      expect(Math.abs(counts[index]! - 400 * share)).toBeLessThan(5 * Math.sqrt(400 * share * (1 - share)));
  });

  it('are counted and not added where the set has them', () => {
    const edited = after({ do: 'add', pictures: [{ file: 'f1', path: 'again.jpg', to: 'cat' }] });
    expect(edited.report).toMatchObject({ added: 0, knownAlready: 1 });
    expect(edited.labelOfRow).toHaveLength(30);
  });
});
