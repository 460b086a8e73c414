/** Doubtful labels, on probabilities that can be read off. */
import { expect, it } from 'vitest';
import { doubtfulFirst, doubtfulTable } from '../../../src/lib/figures/doubtful.ts';

const probabilities = Float32Array.of(0.75, 0.25, 0.125, 0.875, 1, 0, 0.25, 0.75);
const doubtful = doubtfulFirst([7, 3, 9, 4], probabilities, [0, 0, 1, 0], 2);

it('puts the highest loss first, and of equal ones the first', () => {
  expect(doubtful.map(({ row, truth, predicted }) => [row, truth, predicted])).toEqual([
    [9, 1, 0],
    [3, 0, 1],
    [4, 0, 1],
    [7, 0, 0],
  ]);
  expect(doubtful.map(({ loss }) => loss)).toEqual(
    [1e-7, 0.125, 0.25, 0.75].map((share) => -Math.log(share)),
  );
  expect(doubtfulFirst([5, 6], Float32Array.of(0.5, 0.5, 0.5, 0.5), [0, 1], 2).map(({ row }) => row)).toEqual(
    [5, 6],
  );
});

it('says in a table what each was taken for, and what it was changed to', () => {
  const facts = doubtful.map((_, at) => ({
    ...{ sourceRow: at === 3 ? null : at, path: at === 0 ? 'a,b.jpg' : '', part: 'test' },
    changedTo: at === 1 ? 'left out' : '',
  }));
  expect(doubtfulTable(doubtful, facts, ['cat', 'dog']).split('\n')).toEqual([
    'row,source_row,file,part,label,label_probability,predicted,confidence,loss,changed_to',
    '9,0,"a,b.jpg",test,dog,0,cat,1,16.118096,',
    '3,1,,test,cat,0.125,dog,0.875,2.079442,left out',
    '4,2,,test,cat,0.25,dog,0.75,1.386294,',
    '7,,,test,cat,0.75,cat,0.75,0.287682,',
    '',
  ]);
});
