/** Classes taken with the camera: how many pictures they need is what the split needs; files are class-named. */
import { describe, expect, it } from 'vitest';
import { splitRows } from '../../../src/data/split/split.ts';
import { filesOf, missingIn, neededOfEach, type TakenClass } from '../../../src/ui/data/capture/taken.ts';

const classOf = (name: string, count: number): TakenClass => ({
  id: 1,
  name,
  pictures: Array.from({ length: count }, (_, id) => ({ id, picture: new Blob(['x']), url: '' })),
});

const splits = [
  { train: 0.6, validation: 0.2, test: 0.2, seed: 42, trainShare: 1 },
  { train: 0.8, validation: 0.1, test: 0.1, seed: 1, trainShare: 1 },
  { train: 0.7, validation: 0.15, test: 0.15, seed: 7, trainShare: 1 },
  { train: 0.5, validation: 0.25, test: 0.25, seed: 3, trainShare: 1 },
];

describe('pictures needed of each class', () => {
  it.each(splits)('are enough for the split %j', (split) => {
    const needed = neededOfEach(split);
    for (const classes of [2, 3, 8]) {
      const labels = Array.from({ length: classes }, (_, index) => `class ${index.toString()}`);
      const labelOfRow = Uint16Array.from({ length: classes * needed }, (_, row) => row % classes);
      const parts = splitRows(labelOfRow, labels, split);
      for (const part of [parts.train, parts.validation, parts.test]) {
        expect(part.length).toBeGreaterThanOrEqual(classes);
      }
    }
  });

  it('are said with the classes that lack them', () => {
    const [split] = splits;
    if (split === undefined) return expect.unreachable();
    expect(missingIn([classOf('a', 5), classOf('b', 5)], split)).toBeNull();
    expect(missingIn([classOf('a', 5), classOf('b', 3)], split)).toBe(
      'Each class needs at least 5 pictures for the split: b has 3.',
    );
    expect(missingIn([classOf('a', 5), classOf(' A ', 5)], split)).toMatch(/Two classes are called “a”/);
    expect(missingIn([classOf('..', 5), classOf('b', 5)], split)).toMatch(/a name/);
  });
});

it('become files in folders of their classes', () => {
  const files = filesOf([classOf('Thumbs up', 2), classOf('../etc/x', 1)]);
  expect(files.map(({ name }) => name)).toEqual([
    'webcam/thumbs up/0001.jpg',
    'webcam/thumbs up/0002.jpg',
    'webcam/-etc-x/0001.jpg',
  ]);
});
