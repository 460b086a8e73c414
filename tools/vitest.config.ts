/**
 * Owns how tests are grouped: each folder under tests/ is a Vitest project of the same name, so that
 * `npx vitest --config tools/vitest.config.ts --project unit` runs one of them.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  test: {
    passWithNoTests: true,
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'] } },
      { extends: true, test: { name: 'contract', include: ['tests/contract/**/*.test.{ts,tsx}'] } },
    ],
  },
});
