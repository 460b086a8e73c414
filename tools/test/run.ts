/**
 * `npm test`: every check, stage by stage, with a tally at the end. `--fast` (`npm run check`) leaves out what takes
 * long: fuzzing, networks of full size, whole recipes, and what needs a GPU or a browser; `--parity` runs the comparison
 * with real Keras alone (`npm run test:parity`).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from '../serve/build.ts';
import { addExportReaders, kerasPython } from '../setup/keras.ts';
import { thisSystem } from '../setup/system.ts';
import { FAST_TESTS, LIVE_PARITY, SLOW_TESTS, STATIC_STAGES, type Stage } from './stages.ts';
import { one, sum, tallyOfReport, type Tally } from './tally.ts';

/** Static checks at a time: each uses about one core. */
const AT_ONCE = 2;

const reports = mkdtempSync(join(tmpdir(), 'mien-tests-'));

interface Ended {
  readonly succeeded: boolean;
  readonly output: string;
}

/** Runs a stage's command; its output is shown as it comes, or kept until the end. */
function run(stage: Stage, extra: readonly string[], live: boolean): Promise<Ended> {
  const [program, ...args] = stage.command;
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(program, [...args, ...extra], {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    // On Windows the programs are scripts.
    shell: process.platform === 'win32',
    timeout: stage.limitMinutes * 60_000,
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ succeeded: false, output: error.message }));
    child.on('close', (code, signal) => {
      if (signal !== null) chunks.push(Buffer.from(`Stopped after ${stage.limitMinutes} minutes.\n`));
      resolve({ succeeded: code === 0, output: Buffer.concat(chunks).toString() });
    });
  });
}

async function runStatic(stage: Stage): Promise<Tally> {
  const started = performance.now();
  const { succeeded, output } = await run(stage, [], false);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${succeeded ? '✓' : '✗'} ${stage.name} (${seconds} s)`);
  if (!succeeded) console.log(output.trimEnd());
  return one(succeeded);
}

async function runTests(stage: Stage): Promise<Tally> {
  console.log(`\n— ${stage.name} —`);
  const report = join(reports, `${stage.name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { succeeded, output } = await run(stage, reporters, true);
  if (output !== '') console.log(output.trimEnd());
  const tally = tallyOfReport(textOf(report), succeeded);
  console.log(
    `${tally.failed === 0 ? '✓' : '✗'} ${stage.name}: ${tally.passed} passed, ${tally.failed} failed`,
  );
  return tally;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    console.error(`Vitest left no report: ${String(error)}`);
    return '';
  }
}

/** Runs all, `AT_ONCE` at a time, the longest first. */
async function runAllStatic(stages: readonly Stage[]): Promise<Tally[]> {
  const waiting = [...stages];
  const tallies: Tally[] = [];
  const worker = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) {
      tallies.push(await runStatic(stage));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return tallies;
}

/** Static checks, then tests. */
async function runChecks(tests: readonly Stage[]): Promise<Tally[]> {
  const tallies = await runAllStatic(STATIC_STAGES);
  for (const stage of tests) tallies.push(await runTests(stage));
  return tallies;
}

/** The live comparison, or one line that says why there is none. */
async function runLiveParity(): Promise<Tally[]> {
  const python = kerasPython(thisSystem);
  if (python === null) return [];
  addExportReaders(thisSystem, python);
  process.env['KERAS_PYTHON'] = python;
  return [await runTests(LIVE_PARITY)];
}

const args = process.argv.slice(2);
const tallies = args.includes('--parity')
  ? await runLiveParity()
  : await runChecks(args.includes('--fast') ? FAST_TESTS : [...FAST_TESTS, ...SLOW_TESTS]);
rmSync(reports, { recursive: true });

const total = sum(tallies);
// For .ci/run, which adds up several runs.
const tallyFile = process.env['MIEN_TALLY'];
if (tallyFile !== undefined) writeFileSync(tallyFile, `${total.passed} ${total.failed}\n`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
