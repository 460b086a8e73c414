/** Owns the list of checks: what each is called, what it runs and needs, and how long it may take. */
import type { Scheduled } from './schedule.ts';

/** One command of the test run. */
export interface Stage extends Scheduled {
  /** A program of node_modules/.bin, or Node, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Test projects are counted test by test, a static check as one, and what only prepares not at all. */
  readonly counts: 'tests' | 'one' | 'nothing';
  readonly limitMinutes: number;
}

const stage = (name: string, command: Stage['command'], more: Partial<Stage> = {}): Stage => ({
  ...{ name, command, counts: 'one', places: 1, after: [], limitMinutes: 10 },
  ...more,
});

const check = (name: string, ...command: Stage['command']): Stage => stage(name, command);

/** It says what it could not install or build; whoever needs that tries again, and fails by itself. */
const setUp = (name: string, what: 'browsers' | 'keras' | 'exports'): Stage =>
  stage(name, ['node', 'tools/setup/run.mjs', 'tools/test/set-up.ts', what], {
    counts: 'nothing',
    limitMinutes: 20,
  });

const vitest = (
  name: string,
  projects: readonly string[],
  options: readonly string[],
  more: Partial<Stage>,
): Stage =>
  stage(name, ['vitest', 'run', ...options, ...projects.flatMap((project) => ['--project', project])], {
    counts: 'tests',
    limitMinutes: 25,
    ...more,
  });

/** Sources as Vitest has transformed them are kept from one stage to the next, and for the next run. */
const tests = (name: string, more: Partial<Stage> = {}, projects: readonly string[] = [name]): Stage =>
  vitest(name, projects, ['--experimental.fsModuleCache'], more);

/** Projects with a global set-up, whose failure Vitest does not say where it keeps sources. */
const testsWithSetUp = (name: string, more: Partial<Stage>, projects: readonly string[] = [name]): Stage =>
  vitest(name, projects, [], { after: [SET_UP.name], ...more });

/** Chromium, Firefox, WebKit, a Vulkan driver, and the build of the app that tests open. */
export const SET_UP: Stage = setUp('set-up', 'browsers');

/** Checks that read the code without running it. */
export const STATIC_STAGES: readonly Stage[] = [
  // Also who may import whom.
  check('lint', 'oxlint'),
  check('types', 'tsc', '--build'),
  check('format', 'oxfmt', '--check'),
  check(
    'unused',
    ...(['knip', '--config', '.knip.json'] as const),
    ...['--cache', '--cache-location', 'node_modules/.cache/knip'],
  ),
];

/** Tests that need neither a GPU nor a browser. */
export const FAST_TESTS: readonly Stage[] = [tests('unit and contract', {}, ['unit', 'contract'])];

/**
 * All others, the longest first. Browsers, Dawn and Keras keep two cores at work, or nearly: a page waits for its engine
 * and the engine for its page. What is beside them has what they leave.
 */
export const SLOW_TESTS: readonly Stage[] = [
  // Chromium two files at a time, Firefox and WebKit among them.
  testsWithSetUp('browsers', { places: 2, limitMinutes: 45 }, ['browser', 'browsers']),
  // What a seed draws by the thousand, networks of full size, whole recipes in Node and Keras' goldens.
  tests('fuzz and networks', {}, ['fuzz', 'networks']),
  tests('commands'),
  tests('runs'),
  tests('parity'),
  testsWithSetUp('gpu', { places: 2 }),
];

/** What measures, alone. */
export const MEASURED_TESTS: Stage = testsWithSetUp('measured', { places: Infinity });

/** Real Keras, and where it is. */
export const KERAS_SET_UP: Stage = setUp('set-up of Keras', 'keras');

/** Against real Keras, where it can be installed. */
export const LIVE_PARITY: Stage = tests('keras', { places: 2, after: [KERAS_SET_UP.name] });

/** Real Keras, and what reads exports beside it. */
export const LONG_SET_UP: Stage = setUp('set-up of Keras', 'exports');

/** What takes too long for every run: proofs on networks of full size by libraries of gigabytes. */
export const LONG_TESTS: Stage = tests('long', { after: [LONG_SET_UP.name], limitMinutes: 30 });
