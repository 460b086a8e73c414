/** Several networks answer together: what they say is what their probabilities make, and none has learnt what another is tested on. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkMembers } from '../../src/protocol/runs/ensemble.ts';
import { readRunFile } from '../../src/engine/kept/run-file/read.ts';
import { saveRuns } from '../../src/engine/kept/run-file/run-file.ts';
import type { Session } from '../../src/engine/session.ts';
import { combined, fittedWeights } from '../../src/lib/figures/ensemble.ts';
import { evaluationOf } from '../../src/evaluation/metrics.ts';
import { bytesSource } from '../../src/platform/remote/byte-source.ts';
import type { RunResult } from '../../src/protocol/events.ts';
import { sampleFiles } from '../support/sets/sample-files.ts';
import { runCommand, type Command, type Ended } from '../support/command.ts';
import { closeTabs, sessionOn, tinyRecipe, train } from '../support/session.ts';

const MINUTES = 60_000;
let folder = '';
let session: Session;
let members: readonly RunResult[] = [];
/** Of another split of the same pictures. */
let stranger: RunResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-ensemble-'));
  session = await sessionOn(join(folder, 'store'));
  const one = async (name: string, changes: object): Promise<RunResult> => {
    const phases = [{ name: 'head' as const, epochs: 2, learningRate: 0.02 }];
    const { result } = await train(session, await tinyRecipe({ phases, ...changes }));
    const { blob } = await saveRuns(session.kept, [result.runId]);
    await writeFile(join(folder, `${name}.mien.zip`), blob.stream());
    return result;
  };
  members = [await one('one', { seed: 1 }), await one('two', { seed: 2 })];
  stranger = await one('stranger', { split: { seed: 7 } });
}, 2 * MINUTES);
afterAll(async () => {
  await closeTabs();
  await rm(folder, { recursive: true });
});

const carryOut = (command: Command, ...args: string[]): Promise<Ended> =>
  runCommand(command, ...args, '--backend', 'wasm');

const file = (name: string): string => join(folder, name);
const ensemble = (out: string, names: readonly string[], ...args: string[]): Promise<Ended> =>
  carryOut('ensemble', ...names.map((name) => file(`${name}.mien.zip`)), ...['--out', file(out), ...args]);

interface Written {
  readonly members: readonly { readonly weight: number; readonly testAccuracy: number }[];
  readonly againstBestAlone: { readonly p: number };
}
const json = async <Value>(...path: string[]): Promise<Value> =>
  JSON.parse(await readFile(join(folder, ...path), 'utf8')) as Value;

const probabilitiesOf = (result: RunResult): Float32Array => result.test?.probabilities ?? new Float32Array();

it('says the mean of their probabilities, and how each does alone', { timeout: 2 * MINUTES }, async () => {
  const { code, error, out } = await ensemble('mean', ['one', 'two']);
  expect([code, error]).toEqual([0, '']);
  expect(out).toMatch(/Together right on .* of 16 test pictures[^]*McNemar/);
  const [first] = members;
  const { test } = first ?? {};
  if (test == null) return expect.unreachable();
  const labelOfRow: number[] = [];
  test.rows.forEach((row, index) => (labelOfRow[row] = test.truths[index] ?? 0));
  const expected = evaluationOf({
    ...test,
    labelOfRow,
    probabilities: combined(members.map(probabilitiesOf), [0.5, 0.5]),
  });
  const { testAccuracy, confusionMatrix } = await json<{ testAccuracy: number; confusionMatrix: number[][] }>(
    'mean',
    'evaluation.json',
  );
  expect([testAccuracy, confusionMatrix]).toEqual([expected.accuracy, expected.confusionMatrix]);
  const written = await json<Written>('mean', 'ensemble.json');
  expect(written.members.map(({ testAccuracy: alone }) => alone)).toEqual(
    members.map((member) => member.test?.accuracy),
  );
});

it(
  'is weighted on validation pictures, mirrored ones too, and asked about new ones',
  { timeout: 2 * MINUTES },
  async () => {
    const fitted = await ensemble('fitted', ['one', 'two'], '--weights', 'fitted');
    expect([fitted.code, fitted.error]).toEqual([0, '']);
    const records = await Promise.all(members.map(({ runId }) => session.kept.record(runId)));
    const validations = records.map(({ ended }) => ended.at(-1)?.end.evaluation);
    const truths = Array.from(validations[0]?.truths ?? []);
    const weights = fittedWeights(
      validations.map((one) => one?.probabilities ?? new Float32Array()),
      truths,
      8,
    );
    const written = await json<Written>('fitted', 'ensemble.json');
    written.members.forEach(({ weight }, index) => expect(weight).toBeCloseTo(weights[index] ?? NaN, 3));

    const mirrored = await ensemble('mirrored', ['one', 'two'], '--flip', '--json');
    expect([mirrored.code, mirrored.error]).toEqual([0, '']);
    expect(await json('mirrored', 'evaluation.json')).not.toEqual(await json('fitted', 'evaluation.json'));
    const [picture] = await sampleFiles(1);
    await writeFile(file('face.jpg'), picture ?? '');
    const asked = await carryOut('predict', file('mirrored'), file('face.jpg'), '--json');
    expect(asked.code).toBe(0);
    const { probabilities } = JSON.parse(asked.out) as { probabilities: number[] };
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    const maps = await carryOut('predict', file('mirrored'), file('face.jpg'), '--heat-maps', file('maps'));
    expect([maps.code, maps.error]).toEqual([2, expect.stringContaining('several')]);
  },
);

it(
  'writes a file that holds it with its members, which is checked and asked like any',
  { timeout: 2 * MINUTES },
  async () => {
    const path = join(file('mean'), 'run.mien.zip');
    const { runs, ensembles } = await readRunFile(bytesSource(Uint8Array.from(await readFile(path)).buffer));
    expect(runs.map(({ record }) => record.result.runId)).toEqual(members.map(({ runId }) => runId));
    expect(ensembles.map(({ record }) => record.ensemble)).toEqual([await json('mean', 'ensemble.json')]);
    const checked = await carryOut('verify', path);
    expect([checked.code, checked.error]).toEqual([0, '']);
    expect(checked.out.match(/It holds/g)).toHaveLength(3);
    await writeFile(file('recipe.json'), JSON.stringify(await tinyRecipe()));
    const tested = await carryOut('predict', path, '--set', file('recipe.json'), '--json');
    expect(tested.code).toBe(0);
    expect(tested.out).toContain('"seenBefore":64');
  },
);

it('refuses a run that learnt what another is tested on, with how many', { timeout: MINUTES }, async () => {
  const { code, error } = await ensemble('leak', ['one', 'stranger']);
  const records = await Promise.all(
    [members[0], stranger].map((run) => session.kept.record(run?.runId ?? '')),
  );
  const [first, second] = records.map(({ dataset }) => dataset?.split);
  const learnt = new Set(first?.train);
  const count = second?.test.filter((row) => learnt.has(row)).length ?? 0;
  expect(count).toBeGreaterThan(0);
  expect([code, error]).toEqual([
    2,
    expect.stringContaining(`was trained on ${count.toString()} test pictures of run ${stranger.runId}`),
  ]);
});

it('refuses what cannot answer together', async () => {
  const [record] = await Promise.all(members.map(({ runId }) => session.kept.record(runId)));
  if (record?.dataset == null) return expect.unreachable();
  const { dataset } = record;
  const other = (changes: Partial<typeof dataset>) => ({ ...record, dataset: { ...dataset, ...changes } });
  const { train: learnt, validation, test } = dataset.split;
  const cases = [
    [[record], /two are the fewest/],
    [[record, { ...record, dataset: null }], /nobody knows/],
    [[record, other({ contentHash: 'another' })], /other pictures/],
    [[record, other({ split: { train: learnt, validation, test: test.slice(1) } })], /other test pictures/],
  ] as const;
  for (const [records, message] of cases) expect(() => checkMembers(records, 'mean')).toThrow(message);
  // Weights are fitted on validation pictures, which another may have learnt from.
  const swapped = other({
    split: {
      train: Uint32Array.from([...learnt, ...validation.slice(0, 3)]),
      validation: validation.slice(3),
      test,
    },
  });
  expect(() => checkMembers([record, swapped], 'mean')).not.toThrow();
  expect(() => checkMembers([record, swapped], 'fitted')).toThrow(/3 validation pictures/);
});
