/**
 * Owns how tests are grouped: each folder under tests/ is a Vitest project of the same name, so that
 * `npx vitest run --project unit` runs one of them.
 */
import { availableParallelism } from 'node:os';
import type { TestProjectInlineConfiguration } from 'vitest/config';

const tests = (name: string): string[] => [`tests/${name}/**/*.test.{ts,tsx}`];

/** One worker, because a device or a browser is shared and software adapters take every core. */
const oneAtATime = { pool: 'forks', maxWorkers: 1, fileParallelism: false } as const;

/**
 * What importing tfjs takes is more than most tests do, so files share their modules. Each file takes the backend that
 * it needs, and leaves no global behind.
 */
const sharing = { pool: 'forks', isolate: false } as const;

/** Files one after another in one process. */
const inTurn = { ...sharing, maxWorkers: 1, fileParallelism: false } as const;

/** Two processes even on two cores, where Vitest would start one. */
const shared = {
  ...sharing,
  maxWorkers: Math.max(2, availableParallelism() - 1),
} as const;

/** In milliseconds; long, because machines are slow when software adapters compile and all cores are taken. */
const minutes = (count: number): number => count * 60_000;

const slow = { testTimeout: minutes(6), hookTimeout: minutes(6), ...oneAtATime };

/** On a machine that is loaded a failed one is tried once more, and named as unsteady. */
const inBrowsers = {
  retry: process.env['CI'] === undefined ? 0 : 1,
  // Vitest gives a poll a second, which an engine beside others may need for an answer: as long as an element is waited for.
  expect: { poll: { timeout: 30_000 } },
  ...slow,
};

/** A page waits for its engine and the engine for its page: one alone leaves a quarter of two cores idle. */
const twoAtATime = { fileParallelism: true, maxWorkers: 2 };
/** When those two at a time are through: its pages are measured. */
const afterwards = { sequence: { groupOrder: 1 } };

/** Tests that run real Keras, by the Python that KERAS_PYTHON names; the other parity tests read goldens. */
const LIVE = 'tests/parity/**/*.live.test.ts';
/** Minutes each: whole classifiers that Keras writes anew, and a program that trains one. */
const LONG_LIVE = ['tests/parity/models/classifiers.live.test.ts', 'tests/parity/retraining.live.test.ts'];

/** The test projects. */
export const testProjects: TestProjectInlineConfiguration[] = [
  { extends: true, test: { name: 'unit', include: tests('unit'), testTimeout: minutes(1), ...shared } },
  {
    extends: true,
    test: { name: 'contract', include: tests('contract'), testTimeout: minutes(1), ...shared },
  },
  // Seconds each: what a seed draws by the thousand, and networks of full size.
  { extends: true, test: { name: 'fuzz', include: tests('fuzz'), testTimeout: minutes(3), ...inTurn } },
  // Some start wasm's threads, which stay as they were started: a process of its own for each file.
  { extends: true, test: { name: 'networks', include: tests('networks'), testTimeout: minutes(3) } },
  { extends: true, test: { name: 'runs', include: tests('runs'), ...slow, ...inTurn } },
  { extends: true, test: { name: 'commands', include: tests('commands'), ...slow } },
  {
    extends: true,
    test: {
      name: 'gpu',
      include: tests('gpu'),
      globalSetup: ['tests/gpu/global-setup.ts'],
      setupFiles: ['tests/gpu/setup.ts'],
      ...slow,
    },
  },
  {
    extends: true,
    test: { name: 'parity', include: tests('parity'), exclude: [LIVE], ...slow, ...inTurn },
  },
  // By the same Python, with more libraries in it; minutes.
  {
    extends: true,
    test: { name: 'long', include: [...tests('long'), ...LONG_LIVE], ...slow, testTimeout: minutes(10) },
  },
  {
    extends: true,
    test: { name: 'keras', include: [LIVE], exclude: LONG_LIVE, ...slow, testTimeout: minutes(10) },
  },
  {
    extends: true,
    test: {
      name: 'browser',
      include: tests('browser'),
      globalSetup: ['tests/browser/global-setup.ts'],
      ...inBrowsers,
      ...twoAtATime,
    },
  },
  {
    extends: true,
    test: {
      name: 'measured',
      include: tests('measured'),
      globalSetup: ['tests/browser/global-setup.ts'],
      ...inBrowsers,
      ...afterwards,
    },
  },
  {
    extends: true,
    test: {
      name: 'browsers',
      include: tests('browsers'),
      globalSetup: ['tests/browsers/global-setup.ts'],
      ...inBrowsers,
      ...twoAtATime,
    },
  },
];
