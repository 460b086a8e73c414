/** What a label's cell may say, as the paper's notebook and the Hub write it, and the order of the classes. */
import { describe, expect, it } from 'vitest';
import {
  mainForm,
  MAX_CLASSES,
  oddLabelText,
  readLabel,
  readLabelOf,
  sortLabels,
  type LabelForm,
  type LabelRule,
} from '../../../../src/data/cleaning/labels.ts';
import { errorOf } from '../studio-error.ts';

const QA = [
  { question: 'How does this person feel?', answer: ' Happy\n' },
  { question: 'Why?', answer: 'sad' },
];

describe('readLabel', () => {
  it.each<[string, unknown, string, LabelForm]>([
    ['the first answer of qa', QA, 'happy', 'list of text'],
    ['qa as JSON text', JSON.stringify(QA), 'happy', 'list of text'],
    ['one question as JSON text', JSON.stringify(QA[0]), 'happy', 'list of text'],
    ['a number for an answer', '[{"answer": 3}]', '3', 'list of number'],
    ['text, as it is written', '  SAD ', '  SAD ', 'text'],
    ['text as bytes', new TextEncoder().encode('Überrascht '), 'Überrascht ', 'text'],
    ['a list of one text', ['Fear'], 'Fear', 'list of text'],
    ['a fraction', 1.5, '1.5', 'number'],
    ['a numeral, which is text', '7', '7', 'text'],
    ['a whole number without names', 3, '3', 'number'],
    ['a 64-bit number', 3n, '3', 'number'],
    ['a whole number kept as a fraction', 3.0, '3', 'number'],
    ['a flag', true, 'true', 'flag'],
    ['markup, as the text that it is', '<b>Sad</b>', '<b>Sad</b>', 'text'],
  ])('takes %s', (_what, cell, label, form) => {
    expect(readLabel(cell, null)).toEqual({ label, form });
  });

  it.each([
    ['no cell', undefined],
    ['null', null],
    ['empty text', ' \t'],
    ['an empty list', []],
    ['a list of nothing', [null, QA[0]]],
    ['a question without answer', [{ question: 'How?' }]],
    ['an empty list as JSON', '[]'],
    ['not a number', NaN],
  ])('finds nothing in %s', (_what, cell) => {
    expect(readLabel(cell, null)).toBe('none');
  });

  it.each([
    ['damaged JSON', '[{"question": "How", "answer": "happ'],
    ['lists in lists', [[['happy']]]],
    ['an answer that is a list', [{ answer: '["happy"]' }]],
    ['an object that neither asks nor answers', '{"class": "cat"}'],
    ['a list as Python writes it', "['cat']"],
    ['JSON of any depth', `${'['.repeat(5000)}"happy"${']'.repeat(5000)}`],
  ])('finds no label in %s', (_what, cell) => {
    expect(readLabel(cell, null)).toBe('odd');
  });

  it.each<[unknown, ReturnType<typeof readLabel>]>([
    [0, { label: 'Angry', form: 'number' }],
    [1n, { label: ' calm', form: 'number' }],
    [2, 'odd'],
    [-1, 'none'],
    [-2, 'odd'],
    ['Calm', { label: 'Calm', form: 'text' }],
  ])('reads %s with the names of a ClassLabel', (cell, read) => {
    expect(readLabel(cell, ['Angry', ' calm'])).toEqual(read);
  });
});

describe('readLabelOf', () => {
  it.each<[string, LabelRule['labelKind'], unknown, string]>([
    ['a folder that looks like JSON', 'name', '[0-2] baby', '[0-2] baby'],
    ['a folder in braces', 'name', '{brace}', '{brace}'],
    ['a folder with spaces and capitals', 'name', ' Sad ', ' Sad '],
    ['an answer of the Hub, as the paper’s notebook does', 'answer', ' Happy\n', 'happy'],
  ])('takes %s', (_what, labelKind, cell, label) => {
    const rule = labelKind === undefined ? { labelNames: null } : { labelNames: null, labelKind };
    expect(readLabelOf(rule, cell)).toMatchObject({ label });
  });

  it('marks the first of several', () => {
    expect(readLabelOf({ labelNames: ['zebra', 'ant'] }, [1, 0])).toEqual({
      label: 'ant',
      form: 'list of number',
      isFirstOfSeveral: true,
    });
  });
});

describe('the form of a column', () => {
  const forms = (...all: LabelForm[]) => mainForm(all.map((form) => ({ form })));

  it('is that of most labels, of equally many the first', () => {
    expect(forms('text', 'list of text', 'list of text')).toBe('list of text');
    expect(forms('text', 'list of text')).toBe('text');
    expect(forms()).toBeNull();
  });

  it('makes words of what was found beside it', () => {
    expect(oddLabelText('happy', 'text', 'list of text')).toBe(
      '“happy”: plain text, while other labels are lists of answers',
    );
    expect(oddLabelText('[{"ans', null, 'list of text')).toBe(
      '“[{"ans”: no label, while other labels are lists of answers',
    );
    expect(oddLabelText('[[1]]', null, null)).toBe('“[[1]]”: no label');
  });
});

describe('sortLabels', () => {
  it('sorts as Python does, by code points', () => {
    expect(sortLabels(['b', 'a', 'B', 'ab', '\u{1f600}', 'ｆ', 'a', 'é'])).toEqual([
      'B', 'a', 'ab', 'b', 'é', 'ｆ', '\u{1f600}',
    ]); // oxfmt-ignore
  });

  it('sorts numbers by their size, and names behind numbers by those', () => {
    const numbers = { form: 'number', names: null } as const;
    expect(sortLabels(['10', '2', '0', '1.5', '-3', '11'], numbers)).toEqual([
      '-3',
      '0',
      '1.5',
      '2',
      '10',
      '11',
    ]);
    expect(sortLabels(['low', 'high'], { form: 'number', names: ['low', 'mid', 'high'] })).toEqual([
      'low',
      'high',
    ]);
  });

  it('takes measured values for no classes', async () => {
    const measured = Array.from({ length: 40 }, (_, row) => String(row / 7));
    const error = await errorOf(() => sortLabels(measured, { form: 'number', names: null }));
    expect(error.code).toBe('data/continuous-labels');
  });

  it('takes as many classes as ImageNet and no more', async () => {
    const names = Array.from({ length: MAX_CLASSES + 1 }, (_, index) => `class ${index}`);
    expect(sortLabels(names.slice(0, 500))).toHaveLength(500);
    expect(sortLabels(names.slice(0, MAX_CLASSES))).toHaveLength(MAX_CLASSES);
    expect((await errorOf(() => sortLabels(names))).code).toBe('data/too-many-classes');
  });

  it('wants two classes', async () => {
    expect((await errorOf(() => sortLabels(['cat', 'cat']))).code).toBe('data/one-class');
    expect((await errorOf(() => sortLabels([]))).code).toBe('data/no-rows');
  });
});
