/**
 * Owns who may import whom in src, as a rule of the linter (`layers/may-import`): the floors of the house, which of them may
 * know React, tfjs and the charts' library, and what runs in Node alone. Cycles and names that lead nowhere are other rules'
 * and the compiler's.
 */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

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

/** Packages that only some of src may import. */
const PACKAGES = [
  {
    packages: /^(react|react-dom|zustand|vega(-.*)?|@tensorflow\/tfjs-vis)$/u,
    from: /^src\/(main\.tsx$|(store|charts|ui)\/)/u,
    why: 'React, zustand and charts stay above the client.',
  },
  {
    packages: /^(vega(-.*)?|@tensorflow\/tfjs-vis)$/u,
    from: /^src\/charts\//u,
    why: 'tfjs-vis is loaded late, by src/charts alone.',
  },
  {
    packages: /^@tensorflow\/tfjs(?!-vis)/u,
    from: new RegExp(`^src/(${ENGINE.flat().join('|')})/`, 'u'),
    why: 'tfjs stays below the client.',
  },
  {
    packages: /^(sharp|webgpu|@napi-rs\/.*)$/u,
    from: /\.node\.ts$/u,
    why: 'Only *.node.ts and *.node.mjs run in Node.',
  },
];

const NODE_FILE = /\.node\.(ts|mjs)$/u;
/** What starts TypeScript in Node comes from the development packages. */
const STARTS_TYPESCRIPT = 'src/platform/programs.node.mjs';

const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The first name of a path below src: `src/ui/App.tsx` gives `ui`. */
const layerOf = (path) => path.split('/')[1];

/** What is wrong with a module of src importing one of ours, by their paths from the root; null where nothing is. */
function wrongOfOurs(from, to) {
  if (to === 'src/main.tsx') return 'Nobody imports main.tsx.';
  if (!to.startsWith('src/')) return 'src knows no tools and no tests.';
  if (NODE_FILE.test(to) && !NODE_FILE.test(from))
    return '*.node.ts and *.node.mjs are for tools and tests: the browser cannot load them.';
  const [layer, other] = [layerOf(from), layerOf(to)];
  if (layer === 'main.tsx' || layer === other || MAY_IMPORT[layer].includes(other)) return null;
  return `src/${layer} may import ${MAY_IMPORT[layer].join(', ') || 'nothing of ours'}; see MAY_IMPORT in tools/lint/layers.js.`;
}

/** The same of a package or a module of Node. */
function wrongOfPackage(from, name, isOfTypes) {
  if (isBuiltin(name)) return NODE_FILE.test(from) ? null : 'Only *.node.ts and *.node.mjs run in Node.';
  const [scope, rest] = name.split('/');
  const of = name.startsWith('@') ? `${scope}/${rest}` : scope;
  const kept = PACKAGES.find(({ packages, from: allowed }) => packages.test(of) && !allowed.test(from));
  if (kept !== undefined) return kept.why;
  if (of in dependencies || isOfTypes || from === STARTS_TYPESCRIPT) return null;
  return `${of} is no dependency, or a development one: what src imports is a dependency.`;
}

/**
 * What is wrong with an import.
 * @param {string} from the file, from the root: `src/ui/App.tsx`
 * @param {string} specifier as it is written
 * @param {boolean} isOfTypes nothing of it is there when the code runs
 * @returns {string | null} a sentence; null where nothing is wrong
 */
export function wrongWith(from, specifier, isOfTypes = false) {
  if (!from.startsWith('src/')) return null;
  const layer = layerOf(from);
  if (layer !== 'main.tsx' && !LAYERS.includes(layer)) return `src holds main.tsx and ${LAYERS.join(', ')}.`;
  const [path] = specifier.split('?');
  return specifier.startsWith('.')
    ? wrongOfOurs(from, join(dirname(from), path).split(sep).join('/'))
    : wrongOfPackage(from, path, isOfTypes);
}

/** @type {import('oxlint/plugins-dev').Rule} */
const mayImport = {
  create(context) {
    const from = relative(ROOT, context.filename).split(sep).join('/');
    const look = (source, isOfTypes) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const message = wrongWith(from, source.value, isOfTypes);
      if (message !== null) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => look(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => look(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => look(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => look(node.source, false),
      TSImportType: (node) => look(node.source, true),
    };
  },
};

export default { meta: { name: 'layers' }, rules: { 'may-import': mayImport } };
