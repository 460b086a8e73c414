/**
 * Owns how tests are grouped: each folder under tests/ is a Vitest project of the same name, so that
 * `npx vitest run --project unit` runs one of them.
 */
import type { TestProjectInlineConfiguration } from 'vitest/config';

const tests = (name: string): string[] => [`tests/${name}/**/*.test.{ts,tsx}`];

/** One worker, because a device or a browser is shared and software adapters take every core. */
const oneAtATime = { pool: 'forks', maxWorkers: 1, fileParallelism: false } as const;

/** In milliseconds; long, because machines are slow when software adapters compile and all cores are taken. */
const minutes = (count: number): number => count * 60_000;

const slow = { testTimeout: minutes(3), hookTimeout: minutes(3), ...oneAtATime };

/** Tests that run real Keras, by the Python that KERAS_PYTHON names; the other parity tests read goldens. */
const LIVE = 'tests/parity/**/*.live.test.ts';

/** The test projects. */
export const testProjects: TestProjectInlineConfiguration[] = [
  { extends: true, test: { name: 'unit', include: tests('unit'), testTimeout: minutes(1) } },
  { extends: true, test: { name: 'contract', include: tests('contract'), testTimeout: minutes(1) } },
  { extends: true, test: { name: 'runs', include: tests('runs'), ...slow } },
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
    test: { name: 'parity', include: tests('parity'), exclude: [LIVE], ...slow },
  },
  { extends: true, test: { name: 'keras', include: [LIVE], ...slow, testTimeout: minutes(10) } },
  {
    extends: true,
    test: {
      name: 'browser',
      include: tests('browser'),
      globalSetup: ['tests/browser/global-setup.ts'],
      ...slow,
    },
  },
];
