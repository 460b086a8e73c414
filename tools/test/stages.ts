/** Owns the list of checks: what each is called, what it runs, and how long it may take. */

/** One command of the test run. */
export interface Stage {
  readonly name: string;
  /** A program of node_modules/.bin and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Test projects are counted test by test, a static check as one. */
  readonly counts: 'tests' | 'one';
  readonly limitMinutes: number;
}

const check = (name: string, ...command: Stage['command']): Stage => ({
  name,
  command,
  counts: 'one',
  limitMinutes: 10,
});

const vitest = (
  name: string,
  limitMinutes: number,
  projects: readonly string[],
  options: readonly string[],
): Stage => ({
  name,
  command: ['vitest', 'run', ...options, ...projects.flatMap((project) => ['--project', project])],
  counts: 'tests',
  limitMinutes,
});

/** Sources as Vitest has transformed them are kept from one stage to the next, and for the next run. */
const tests = (name: string, limitMinutes: number, projects: readonly string[] = [name]): Stage =>
  vitest(name, limitMinutes, projects, ['--experimental.fsModuleCache']);

/** Projects with a global set-up, whose failure Vitest does not say where it keeps sources. */
const testsWithSetUp = (name: string, limitMinutes: number, projects: readonly string[] = [name]): Stage =>
  vitest(name, limitMinutes, projects, []);

/** Checks that read the code without running it. They run two at a time. */
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
export const FAST_TESTS: readonly Stage[] = [tests('unit and contract', 10, ['unit', 'contract'])];

/** What a seed draws by the thousand, networks of full size, whole recipes in Node and Keras' goldens: a core or two each. */
export const SLOW_TESTS: readonly Stage[] = [
  tests('fuzz and networks', 15, ['fuzz', 'networks']),
  tests('runs', 25),
  tests('commands', 25),
  tests('parity', 25),
];

/** Dawn and Chromium, which each take the whole machine. */
export const WHOLE_MACHINE_TESTS: readonly Stage[] = [
  testsWithSetUp('gpu', 15),
  // Chromium, two files at a time and then one, then Firefox and WebKit, on one build.
  testsWithSetUp('browsers', 45, ['browser', 'measured', 'browsers']),
];

/** Against real Keras, where it can be installed. */
export const LIVE_PARITY: Stage = tests('keras', 20);

/** What takes too long for every run: proofs on networks of full size by libraries of gigabytes. */
export const LONG_TESTS: Stage = tests('long', 30);
