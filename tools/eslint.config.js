// The house's lint rules. Run as `npm run lint`; the same file serves editors (`eslint.options.overrideConfigFile`).
import eslint from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const bareCatch = {
  selector: 'CatchClause[param=null]',
  message:
    'Name the caught error and use it: wrap it in a StudioError, report it, or say why it is harmless.',
};

const bareError = {
  selector: ':matches(NewExpression, CallExpression)[callee.name=/^(Error|TypeError|RangeError)$/]',
  message:
    'Throw a StudioError (src/protocol/errors.ts): it has a code and a hint and crosses the worker whole.',
};

const animationFrame = {
  selector: ':matches(Identifier[name="requestAnimationFrame"], MemberExpression[property.name="nextFrame"])',
  message: 'Animation frames stop in a hidden tab: training must not wait for one.',
};

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.cache/',
      'node_modules/',
      'public/',
      'tests/**/fixtures/',
      'tests/**/goldens/',
      '**/*.wasm.ts',
      '**/*.as.ts',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        // The first program that has a file is the one it is linted in.
        project: ['worker', 'page', 'node', 'kernels'].map((world) => `tools/tsconfig/${world}.json`),
        tsconfigRootDir: new URL('..', import.meta.url).pathname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Number loops over typed arrays need `values[i]!` under noUncheckedIndexedAccess: the loop bound proves it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `type` aliases are how unions keyed by `kind` are written; mixing both reads worse than either.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/require-await': 'off',
      // There is no enum to assign to, and looking for one takes a tenth of all the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // `== null` asks for null and undefined at once.
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', bareCatch],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/protocol/errors.ts'],
    rules: { 'no-restricted-syntax': ['error', bareCatch, bareError], 'no-console': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/protocol/errors.ts', 'src/client/**', 'src/store/**', 'src/charts/**', 'src/ui/**'],
    rules: { 'no-restricted-syntax': ['error', bareCatch, bareError, animationFrame] },
  },
  { files: ['src/models/backbones/**'], rules: { 'max-lines': ['error', 400] } },
  { files: ['**/*.tsx'], extends: [reactHooks.configs.flat['recommended-latest']] },
  {
    files: ['**/*.tsx', 'tests/**'],
    rules: { 'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }] },
  },
  {
    // A `describe` holds a whole file's cases, and a test's doubles are async without awaiting.
    files: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        WebAssembly: 'readonly',
        module: 'writable',
        fetch: 'readonly',
      },
    },
  },
);
