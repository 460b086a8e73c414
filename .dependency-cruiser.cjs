// Who may import whom. Run as `npm run layers`.

const BASE = ['protocol', 'lib', 'platform'];

/** The engine's floors from the lowest up: each uses those below it and the base; folders of one floor do not know each other. */
const ENGINE = [
  ['kernels'],
  ['models', 'data'],
  ['frozen'],
  ['training', 'evaluation'],
  ['exporters', 'importers'],
  ['engine'],
  // The worker's entry chooses the platform, and speaks the protocol.
  ['worker'],
];

/** The page's, likewise. The worker is started by its URL, which is no import. */
const PAGE = [['client'], ['store'], ['charts'], ['ui']];

const floors = (house, base) =>
  house.flatMap((floor, index) => floor.map((layer) => [layer, [...base, ...house.slice(0, index).flat()]]));

/** What each folder of src may import beside itself; whatever is not listed is an error. */
const MAY_IMPORT = {
  lib: [],
  protocol: ['lib'],
  platform: ['protocol', 'lib'],
  ...Object.fromEntries([...floors(ENGINE, BASE), ...floors(PAGE, ['protocol', 'lib'])]),
};

const LAYERS = Object.keys(MAY_IMPORT);
const any = (names) => `(${names.join('|')})`;

const layerRules = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `${layer}-imports`,
  comment: `src/${layer} may import ${allowed.join(', ') || 'nothing of ours'}; see MAY_IMPORT.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^src/', pathNot: `^src/${any([layer, ...allowed])}/` },
}));

/** An outside package that only some of src may import. */
const only = (name, packages, from, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: from },
  to: { path: `(^|/)node_modules/${packages}(/|$)` },
});

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-other-folder',
      comment: `src holds main.tsx and ${LAYERS.join(', ')}.`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(main\\.tsx$|${any(LAYERS)}/)` },
      to: {},
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: {},
      to: { path: '^src/main\\.tsx$' },
    },
    {
      name: 'src-knows-no-tools-or-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tools|tests)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    only(
      'page-libraries-above-client',
      '(react|react-dom|zustand|vega[^/]*|@tensorflow/tfjs-vis)',
      '^src/(main\\.tsx$|(store|charts|ui)/)',
      'React, zustand and charts stay above the client.',
    ),
    only(
      'charts-library-in-charts',
      '(vega[^/]*|@tensorflow/tfjs-vis)',
      '^src/charts/',
      'tfjs-vis is loaded late, by src/charts alone.',
    ),
    only(
      'tfjs-below-client',
      '@tensorflow/tfjs(?!-vis)[^/]*',
      `^src/${any(ENGINE.flat())}/`,
      'tfjs stays below the client.',
    ),
    only(
      'node-packages-in-node-files',
      '(sharp|webgpu|@napi-rs)',
      '\\.node\\.ts$',
      'Only *.node.ts and *.node.mjs run in Node.',
    ),
    {
      name: 'node-modules-in-node-files',
      comment: 'Only *.node.ts and *.node.mjs run in Node.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.node\\.(ts|mjs)$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'node-files-from-node',
      comment: '*.node.ts and *.node.mjs are for tools and tests: the browser cannot load them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.node\\.(ts|mjs)$' },
      to: { path: '^src/.*\\.node\\.(ts|mjs)$' },
    },
    {
      name: 'no-development-packages',
      comment:
        'What src imports is a dependency, not a development one, save what starts TypeScript in Node.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/programs\\.node\\.mjs$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'browser', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.d.ts'],
    },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
};
