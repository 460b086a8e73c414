// Who may import whom. Run as `npm run layers`.

/** Layers that are joined in `engine` and know each other's types only. */
const PEERS = ['data', 'models', 'kernels', 'training', 'evaluation', 'exporters'];
const BASE = ['protocol', 'lib', 'platform'];

/** What each folder of src may import beside itself; whatever is not listed is an error. */
const MAY_IMPORT = {
  protocol: [],
  lib: [],
  platform: ['protocol', 'lib'],
  ...Object.fromEntries(PEERS.map((layer) => [layer, BASE])),
  engine: [...BASE, ...PEERS],
  // The worker's entry chooses the platform, and speaks the protocol.
  worker: [...BASE, 'engine'],
  // The worker is started by its URL, which is no import.
  client: ['protocol'],
  store: ['client', 'protocol'],
  charts: ['protocol'],
  ui: ['store', 'charts', 'protocol', 'lib'],
};

const LAYERS = Object.keys(MAY_IMPORT);
const any = (names) => `(${names.join('|')})`;

const layerRules = Object.entries(MAY_IMPORT).flatMap(([layer, allowed]) => {
  const known = [layer, ...allowed];
  const rule = (name, names, options = {}) => ({
    name: `${layer}-${name}`,
    comment: `src/${layer} may import ${allowed.join(', ') || 'nothing of ours'}; see MAY_IMPORT.`,
    severity: 'error',
    from: { path: `^src/${layer}/` },
    to: { path: '^src/', pathNot: `^src/${any(names)}/`, ...options },
  });
  if (!PEERS.includes(layer)) return [rule('imports', known)];
  return [
    rule('imports', [...known, ...PEERS]),
    // tsc erases these; joining is the engine's business.
    {
      ...rule('runs-no-peer', []),
      to: {
        path: `^src/${any(PEERS.filter((peer) => peer !== layer))}/`,
        dependencyTypesNot: ['type-only'],
      },
    },
  ];
});

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
      `^src/${any([...PEERS, 'engine', 'worker'])}/`,
      'tfjs stays below the client.',
    ),
    only(
      'node-packages-in-node-files',
      '(sharp|webgpu|@napi-rs)',
      '\\.node\\.ts$',
      'Only *.node.ts runs in Node.',
    ),
    {
      name: 'node-modules-in-node-files',
      comment: 'Only *.node.ts runs in Node.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.node\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'node-files-from-node',
      comment: '*.node.ts is for tools and tests: the browser cannot load it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.node\\.ts$' },
      to: { path: '^src/.*\\.node\\.ts$' },
    },
    {
      name: 'no-development-packages',
      comment: 'What src imports is a dependency, not a development one.',
      severity: 'error',
      from: { path: '^src/' },
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
