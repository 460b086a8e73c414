/** What is kept of a section of the frozen part, by what there is room for: a table. */
import { expect, it } from 'vitest';
import { budgetOf, placementFor, speedOf, type BudgetInputs } from '../../../src/frozen/budget.ts';

/** 1 kB, 4 kB and 4 kB a picture; most of the work is before the first. */
const CUTS = [
  { node: 1, shape: [250], multiplyAdds: 8e6 },
  { node: 2, shape: [1000], multiplyAdds: 9e6 },
  { node: 3, shape: [1000], multiplyAdds: 10e6 },
];
const NONE = { gpuBytes: 0, gpuPieceBytes: 0, memoryBytes: 0, diskBytes: 0 };
/** All views: two of 100 pictures, and 100 plain ones. */
const PICTURES = 300;

/** A machine without room, that computes a picture in 10 ms and reads its cut output from disk in 20 µs. */
const inputs = (changes: Partial<BudgetInputs> = {}): BudgetInputs => ({
  cuts: CUTS,
  pictures: { train: 100, validation: 50, test: 50, views: 2 },
  room: NONE,
  speed: { multiplyAddsPerSecond: 1e9, diskBytesPerSecond: 2e8 },
  precision: 'float32',
  ...changes,
});
const room = (changes: Partial<BudgetInputs['room']>) => ({ room: { ...NONE, ...changes } });

/** Most of the time is behind the first cut. */
const LATE = [{ node: 1, shape: [250], multiplyAdds: 1e6 }, ...CUTS.slice(1)];

it.each<[string, Partial<BudgetInputs>, object]>([
  ['the cut output where it fits', room({ memoryBytes: PICTURES * 4000 }), { node: 3, isWhole: true }],
  [
    'the cut output on the GPU where it fits',
    room({ gpuBytes: PICTURES * 4000, gpuPieceBytes: 100 * 4000, memoryBytes: 1e9 }),
    { node: 3, isWhole: true, left: { gpuBytes: 0, memoryBytes: 1e9 } },
  ],
  [
    'in memory what no piece of the GPU’s is large enough for',
    room({ gpuBytes: 1e9, gpuPieceBytes: 100 * 4000 - 1, memoryBytes: 1e9 }),
    { node: 3, isWhole: true, left: { gpuBytes: 1e9, memoryBytes: 1e9 - PICTURES * 4000 } },
  ],
  [
    'some views here and some there',
    room({ gpuBytes: 4000 * 150, gpuPieceBytes: 1e9, memoryBytes: 4000 * 100, diskBytes: 4000 * 100 }),
    { node: 3, isWhole: true, left: { gpuBytes: 4000 * 50, memoryBytes: 0, diskBytes: 0 } },
  ],
  [
    'the cut output on disk, all of its bits, where memory is full',
    room({ diskBytes: PICTURES * 4000 }),
    { node: 3, isWhole: true, mayUseDisk: true, left: { diskBytes: 0 } },
  ],
  [
    'half of that where the recipe asks for float16',
    // Two bytes a value, and one word a picture.
    { precision: 'float16', ...room({ diskBytes: PICTURES * 2004 }) },
    { node: 3, isWhole: true, precision: 'float16', left: { diskBytes: 0 } },
  ],
  [
    'an earlier cut where only that fits',
    room({ memoryBytes: PICTURES * 1000 }),
    { node: 1, isWhole: true, views: 3 },
  ],
  [
    'an earlier cut as it is, also where the recipe asks for float16',
    { precision: 'float16', ...room({ memoryBytes: PICTURES * 1000 }) },
    { node: 1, isWhole: true, precision: 'float32' },
  ],
  [
    'as many views of the cut output as there is room for, where an earlier cut spares less',
    // The plain view and one of two: half of the training pictures' 10 ms are spared, at the earlier cut 1 ms of all.
    { cuts: LATE, ...room({ memoryBytes: 200 * 4000 }) },
    { node: 3, isWhole: false, views: 2, left: { memoryBytes: 0 } },
  ],
  [
    'an earlier cut in memory rather than the cut output on a slow disk',
    {
      speed: { multiplyAddsPerSecond: 1e9, diskBytesPerSecond: 1e6 },
      ...room({ memoryBytes: PICTURES * 1000, diskBytes: 1e9 }),
    },
    { node: 1, isWhole: true, left: { diskBytes: 1e9 } },
  ],
  [
    'nothing on disk on a device that computes it faster',
    {
      speed: { multiplyAddsPerSecond: 1e13, diskBytesPerSecond: 2e8 },
      ...room({ diskBytes: 1e9 }),
    },
    { node: 3, isWhole: false, views: 0, mayUseDisk: false },
  ],
  ['nothing where there is no room', {}, { node: 3, isWhole: false, views: 0 }],
  [
    'the plain view alone where each epoch has new ones',
    {
      pictures: { train: 100, validation: 50, test: 50, views: 0 },
      ...room({ memoryBytes: 100 * 4000 }),
    },
    { node: 3, isWhole: true, views: 1, left: { memoryBytes: 0 } },
  ],
])('keeps %s', (_, changes, expected) => {
  const { cut, room: left, ...others } = budgetOf(inputs(changes));
  const { left: expectedLeft = {}, ...expectedOthers } = expected as Record<string, object>;
  expect({ node: cut.node, ...others }).toMatchObject(expectedOthers);
  expect(left).toMatchObject(expectedLeft);
});

it('gives each view the fastest place that has room for it whole', () => {
  const all = { gpuBytes: 100, gpuPieceBytes: 50, memoryBytes: 100, diskBytes: 100 };
  const placeOf = (bytes: number, changes = {}, mayUseDisk = true): string | undefined =>
    placementFor(bytes, { ...all, ...changes }, mayUseDisk)?.place;
  expect(placeOf(50)).toBe('gpu');
  expect(placeOf(51)).toBe('memory');
  expect(placeOf(50, { gpuBytes: 49 })).toBe('memory');
  expect(placeOf(51, { memoryBytes: 50 })).toBe('disk');
  expect(placeOf(51, { memoryBytes: 50 }, false)).toBeUndefined();
  expect(placeOf(101)).toBeUndefined();
});

it('knows how fast each device is, roughly', () => {
  const speeds = ['webgpu', 'webgl', 'wasm', 'cpu'].map((backend) => speedOf(backend).multiplyAddsPerSecond);
  expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
  expect(new Set(speeds).size).toBe(4);
});
