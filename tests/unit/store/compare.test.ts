/** Kept runs compared: only what differs, chance in words, and the table with what was published. */
import { csvOf, markdownOf } from '../../../src/lib/table.ts';
import { expect, it } from 'vitest';
import { setHash } from '../../../src/protocol/identity.ts';
import { asRun } from '../../../src/engine/catalog.ts';
import { fieldText } from '../../../src/protocol/recipe/fields.ts';
import { parseRecipe } from '../../../src/protocol/recipe/recipe.ts';
import {
  comparedTests,
  comparisonTable,
  computedTexts,
  differingFields,
  luckText,
  type ComparedRun,
} from '../../../src/store/compare.ts';
import { dataset, result, shippedRecipe } from './samples.ts';

const paper = shippedRecipe('paper');

function runOf(letter: string, changes: object, answers: readonly number[]): ComparedRun {
  const recipe = asRun(parseRecipe({ ...paper, ...changes }));
  const test = result.test && {
    ...result.test,
    rows: Uint32Array.of(4, 5, 6, 7),
    probabilities: Float32Array.from(answers.flatMap((first) => [first, 1 - first])),
    accuracy: 0.5,
  };
  return {
    letter,
    name: `run, ${letter}`,
    record: { result: { ...result, recipe, test }, ended: [], dataset },
  };
}

// True are glad, sad, glad, sad.
const a = runOf('A', {}, [0.9, 0.1, 0.9, 0.1]);
const b = runOf('B', { batchSize: 16, backbone: { name: 'vgg16' } }, [0.9, 0.9, 0.2, 0.1]);

it('names the fields that differ, and no other', () => {
  const fields = differingFields([a, b]);
  expect(fields.find(({ path }) => path === 'batchSize')?.values).toEqual(['32', '16']);
  expect(fields.find(({ path }) => path === 'backbone.name')?.values).toEqual(['mobilenetv2', 'vgg16']);
  expect(fields.map(({ path }) => path)).not.toContain('seed');
  expect(differingFields([a, a])).toEqual([]);
});

it('counts which ways WebGPU took for no setting, of whatever run its recipe has them', () => {
  const ways = (on: string, way: string): ComparedRun =>
    runOf('B', { gpuKernels: { on, ways: { 'forward, 1x1, small': way } } }, [0.9, 0.1, 0.9, 0.1]);
  expect(differingFields([a, ways('here', 'direct 4x8')])).toEqual([]);
  expect(differingFields([ways('here', 'direct 4x8'), ways('elsewhere', 'direct 4x4')])).toEqual([]);
});

it('says what the runs were computed on where that differs, in the table always', () => {
  const on = (run: ComparedRun, ...computedOn: string[]): ComparedRun => ({
    ...run,
    record: { ...run.record, result: { ...run.record.result, computedOn } },
  });
  const [two, four] = [on(a, 'wasm · 2 threads'), on(b, 'wasm · 4 threads')];
  expect(computedTexts([two, four])).toBeNull();
  expect(computedTexts([two, on(b, 'WebGPU · A')])).toMatch(
    /^Computed: A on wasm · 2 threads; B on WebGPU · A\. Devices round otherwise/u,
  );
  const anew = on(b, 'wasm · 2 threads with relaxed SIMD', 'cpu');
  expect(computedTexts([anew, anew])).toContain('then cpu: its last digits may differ');
  const { head, rows } = comparisonTable([two, anew]);
  expect(rows.slice(0, 2).map((cells) => cells[head.indexOf('computed on')])).toEqual([
    'wasm · 2 threads',
    'wasm · 2 threads with relaxed SIMD, then cpu',
  ]);
});

it('says whether the difference is more than chance, of the same pictures alone', () => {
  const compared = comparedTests(a, b);
  expect(compared).toMatchObject({ onlyFirst: 2, onlySecond: 0, bothRight: 2, bothWrong: 0, p: 0.5 });
  expect(compared && luckText('A', 'B', compared)).toMatch(
    /^A is right on 2 where B is wrong, B on 0.*could be luck.*50 times in 100\.$/,
  );
  expect(
    luckText('A', 'B', { onlyFirst: 149, onlySecond: 203, bothRight: 1, bothWrong: 1, p: 0.00466 }),
  ).toMatch(/hardly luck that B is ahead.*once in 210 times\.$/);
  const elsewhere = onSet({ ...dataset, setHash: 'another', contentHash: 'another' });
  expect(comparedTests(a, elsewhere)).toBeNull();
});

const onSet = (other: typeof dataset): ComparedRun => ({
  ...b,
  record: { ...b.record, result: { ...b.record.result, setHash: other.setHash }, dataset: other },
});

it('compares runs on the same test pictures, though one learnt from a share of the others’', () => {
  const { split } = dataset;
  const fewer = { ...split, train: split.train.subarray(1) };
  const half = onSet({ ...dataset, split: fewer, setHash: setHash(dataset.contentHash, fewer) });
  expect(half.record.result.setHash).not.toBe(a.record.result.setHash);
  expect(comparedTests(a, half)).toEqual(comparedTests(a, b));
  const others = { ...split, test: split.test.toReversed() };
  const asked = onSet({ ...dataset, split: others, setHash: setHash(dataset.contentHash, others) });
  expect(comparedTests(a, asked)).toBeNull();
});

it('says of an ensemble who answers, and of its recipe that its members have theirs', () => {
  const members = [a, b].map(({ name, record }, index) => ({
    ...{ runId: index.toString(), name, weight: 0.5, testLoss: 1 },
    testAccuracy: record.result.test?.accuracy ?? 0,
  }));
  const againstBestAlone = { onlyFirst: 1, onlySecond: 0, bothRight: 1, bothWrong: 0, p: 1 };
  const ensemble = { weights: 'mean' as const, flip: true, members, againstBestAlone };
  const together = { ...a, letter: 'C', record: { ...a.record, ensemble } };
  const fields = differingFields([a, b, together]);
  expect(fields[0]).toEqual({ path: 'networks', values: ['one', 'one', '2, mean, mirrored too'] });
  expect(fields.find(({ path }) => path === 'batchSize')?.values).toEqual(['32', '16', 'by member']);
});

it('is a table with the published figures marked as such', () => {
  const table = comparisonTable([a, b]);
  const csv = csvOf(table).trim().split('\n');
  expect(csv[0]).toMatch(/^run,.*batchSize.*,test top-1,/);
  expect(csv[1]).toMatch(/^"A run, A",/);
  expect(csv.filter((line) => line.includes('published: Singh and Mai'))).toHaveLength(3);
  expect(csv.find((line) => line.startsWith('VGG16 (published'))).toContain('0.5920');
  expect(csv.find((line) => line.startsWith('VGG16 (published'))).toContain('1.1800');
  expect(markdownOf(table).split('\n')[1]).toMatch(/^\| ---( \| ---)+ \|$/);
});

it('writes what stands in a field as words', () => {
  const stopping = { monitor: 'valLoss', patience: 5, restoreBest: true };
  expect(fieldText(stopping, '–')).toBe('monitor valLoss, patience 5, restoreBest true');
  expect(fieldText([100], '–')).toBe('[100]');
  expect(fieldText({ run: null }, '–')).toBe('run –');
});
