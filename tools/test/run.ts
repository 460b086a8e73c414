/**
 * `npm test`: every check, with a tally at the end. `--fast` (`npm run check`) leaves out what takes long: fuzzing,
 * networks of full size, whole recipes, and what needs a GPU or a browser; `--live` adds the comparison with real Keras, and
 * `--parity` runs it alone (`npm run test:parity`); `--long` what takes too long for every run (`npm run test:long`);
 * `--only NAME` runs one stage, and may be repeated. `--record` writes what the tests have shown to work into
 * tests/shown.json, which is else held against it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, readRecord, shownIn, writeRecord } from '../docs/works/record.ts';
import { ROOT, SHARED_BUILD } from '../serve/build.ts';
import { presentKeras } from '../setup/keras.ts';
import { thisSystem } from '../setup/system.ts';
import { inPlaces } from './schedule.ts';
import {
  FAST_TESTS,
  KERAS_SET_UP,
  LIVE_PARITY,
  LONG_SET_UP,
  LONG_TESTS,
  MEASURED_TESTS,
  SET_UP,
  SLOW_TESTS,
  STATIC_STAGES,
  type Stage,
} from './stages.ts';
import { one, sum, tallyOfReport, type Tally } from './tally.ts';
import { unsteadyIn } from './unsteady.ts';

/** Cores that stages keep at work, each about one, the tests more where there are more; and one for when others wait. */
const PLACES = Math.max(2, Math.floor(availableParallelism() / 2)) + 1;

const reports = mkdtempSync(join(tmpdir(), 'mien-tests-'));
process.env[SHARED_BUILD] = join(reports, 'app');
const reportOf = (stage: Stage): string => join(reports, `${stage.name}.json`);

interface Ended {
  readonly succeeded: boolean;
  readonly output: string;
}

/** Stages under way: whoever stops the run stops them. */
const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    running.forEach(endAll);
    process.exit(1);
  });
}

/** Ends a stage's process and all that it started. */
function endAll(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs a stage's command; its output is shown as it comes, or kept until the end. */
function run(stage: Stage, live: boolean): Promise<Ended> {
  const [program, ...args] = stage.command;
  const shown = ['--reporter=default', '--reporter=./tools/test/unsteady.ts'];
  const reporters = [...shown, '--reporter=json', `--outputFile.json=${reportOf(stage)}`];
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(program, [...args, ...(stage.counts === 'tests' ? reporters : [])], {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    // On Windows the programs are scripts.
    shell: process.platform === 'win32',
    // A group of its own: a thread or process that hangs goes with the stage.
    detached: process.platform !== 'win32',
  });
  let isOverTime = false;
  const limit = setTimeout(() => {
    isOverTime = true;
    endAll(child);
  }, stage.limitMinutes * 60_000);
  running.add(child);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ succeeded: false, output: error.message }));
    child.on('close', (code) => {
      clearTimeout(limit);
      running.delete(child);
      if (isOverTime) chunks.push(Buffer.from(`Stopped after ${stage.limitMinutes} minutes.\n`));
      resolve({ succeeded: code === 0, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** Runs a stage and says how it went: a line, and what it printed where that is of use or was shown as it came. */
async function runStage(stage: Stage, live: boolean): Promise<Tally> {
  if (live) console.log(`\n— ${stage.name} —`);
  const started = performance.now();
  const { succeeded, output } = await run(stage, live);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const tally = tallyOf(stage, succeeded);
  const said = succeeded && stage.counts !== 'nothing' ? unsteadyIn(output) : output.trimEnd();
  if (said !== '') console.log(said);
  const counts = stage.counts === 'tests' ? `: ${tally.passed} passed, ${tally.failed} failed` : '';
  console.log(`${succeeded && tally.failed === 0 ? '✓' : '✗'} ${stage.name}${counts} (${seconds} s)`);
  return tally;
}

function tallyOf(stage: Stage, succeeded: boolean): Tally {
  if (stage.counts === 'nothing') return sum([]);
  return stage.counts === 'one' ? one(succeeded) : tallyOfReport(textOf(stage), succeeded);
}

function textOf(stage: Stage): string {
  try {
    return readFileSync(reportOf(stage), 'utf8');
  } catch (error) {
    console.error(`Vitest left no report of ${stage.name}: ${String(error)}`);
    return '';
  }
}

/** Runs all as places become free; what is tested alone is shown as it comes. */
async function runAll(stages: readonly Stage[]): Promise<Tally[]> {
  const live = stages.filter(({ counts }) => counts !== 'nothing').length === 1;
  const tallies: Tally[] = [];
  await inPlaces(stages, PLACES, async (stage) => {
    if (!OF_KERAS.has(stage) || hasKeras()) tallies.push(await runStage(stage, live));
  });
  return tallies;
}

const OF_KERAS = new Set([LIVE_PARITY, LONG_TESTS]);

/** Whether there is a Keras, of which its tests are told. Where there is none, its set-up has said so. */
function hasKeras(): boolean {
  const python = presentKeras(thisSystem);
  if (python !== null) process.env['KERAS_PYTHON'] = python;
  return python !== null;
}

/** Holds what the tests have shown against the record, or writes it there. */
function holdRecord(stages: readonly Stage[], writes: boolean): Tally {
  const texts = stages.filter(({ counts }) => counts === 'tests').map(textOf);
  const shown = Object.assign({}, ...texts.filter((text) => text !== '').map(shownIn)) as ReturnType<
    typeof shownIn
  >;
  const record = readRecord();
  if (writes) writeRecord({ ...record, ...shown });
  const wrong = differences(writes ? readRecord() : record, shown);
  for (const difference of wrong) console.log(difference);
  if (wrong.length > 0)
    console.log('tests/shown.json is out of date: npm test -- --record, then npm run docs');
  console.log(`${wrong.length === 0 ? '✓' : '✗'} what is shown to work`);
  return one(wrong.length === 0);
}

const { values: chosen } = parseArgs({
  options: {
    fast: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    parity: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});
const wanted = ({ name }: Stage): boolean => chosen.only?.includes(name) ?? true;

/** What `npm test` runs, in its order. */
function checks(): readonly Stage[] {
  const fast = [...STATIC_STAGES, ...FAST_TESTS];
  const all = [SET_UP, ...fast, KERAS_SET_UP, ...SLOW_TESTS, LIVE_PARITY, MEASURED_TESTS];
  const ofKeras = [KERAS_SET_UP, LIVE_PARITY];
  return (chosen.fast ? fast : all).filter((stage) =>
    ofKeras.includes(stage) ? chosen.live && wanted(LIVE_PARITY) : wanted(stage),
  );
}

async function runChecks(): Promise<Tally[]> {
  const stages = checks();
  const tallies = await runAll(stages);
  const recorded = stages.filter((stage) => stage !== LIVE_PARITY);
  return [...tallies, holdRecord(recorded, chosen.record)];
}

const ofKeras = chosen.long ? [LONG_SET_UP, LONG_TESTS] : chosen.parity ? [KERAS_SET_UP, LIVE_PARITY] : null;
const tallies = await (ofKeras === null ? runChecks() : runAll(ofKeras));
rmSync(reports, { recursive: true });

const total = sum(tallies);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
