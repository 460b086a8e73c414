/** What a label's cell may say, as the paper's notebook and the Hub write it, and the order of the classes. */
import { describe, expect, it } from 'vitest';
import { labelOf, MAX_CLASSES, sortLabels } from '../../../src/data/labels.ts';
import { errorOf } from './studio-error.ts';

const QA = [
  { question: 'How does this person feel?', answer: ' Happy\n' },
  { question: 'Why?', answer: 'sad' },
];

describe('labelOf', () => {
  it.each([
    ['the first answer of qa', QA, 'happy'],
    ['qa as JSON text', JSON.stringify(QA), 'happy'],
    ['one question as JSON text', JSON.stringify(QA[0]), 'happy'],
    ['text', '  SAD ', 'sad'],
    ['text as bytes', new TextEncoder().encode('Überrascht '), 'überrascht'],
    ['a list of text', ['Fear', 'sad'], 'fear'],
    ['a whole number without names', 3, '3'],
    ['a 64-bit number', 3n, '3'],
    ['a whole number kept as a fraction', 3.0, '3'],
    ['a flag', true, 'true'],
    ['markup, as the text that it is', '<b>Sad</b>', '<b>sad</b>'],
    ['no cell', undefined, null],
    ['null', null, null],
    ['empty text', ' \t', null],
    ['an empty list', [], null],
    ['a list of nothing', [null, QA[0]], null],
    ['a question without answer', [{ question: 'How?' }], null],
    ['damaged JSON', '[{"question": "How", "answer": "happ', null],
    ['an empty list as JSON', '[]', null],
    ['lists in lists', [[['happy']]], null],
    ['a fraction', 0.5, null],
    ['not a number', NaN, null],
  ])('takes %s', (_what, cell, label) => {
    expect(labelOf(cell, null)).toBe(label);
  });

  it.each([
    [0, 'angry'],
    [1n, 'calm'],
    [2, null],
    [-1, null],
    ['Calm', 'calm'],
  ])('reads %s with the names of a ClassLabel', (cell, label) => {
    expect(labelOf(cell, ['Angry', ' calm'])).toBe(label);
  });

  it('does not follow JSON of any depth', () => {
    expect(labelOf(`${'['.repeat(5000)}"happy"${']'.repeat(5000)}`, null)).toBeNull();
  });
});

describe('sortLabels', () => {
  it('sorts as Python does, by code points', () => {
    expect(sortLabels(['b', 'a', 'B', 'ab', '\u{1f600}', 'ｆ', 'a', 'é'])).toEqual([
      'B', 'a', 'ab', 'b', 'é', 'ｆ', '\u{1f600}',
    ]); // prettier-ignore
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
