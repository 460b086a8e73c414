/**
 * Owns how TypeScript is started in Node, as a program or as a thread: bundled into one file of JavaScript, which is kept
 * for the next start, because a loader that reads a hundred files one by one takes seconds each time. Plain JavaScript:
 * it is there before anything can read TypeScript.
 *
 * A bundle's last line names what went into it, each file by when it was changed and how long it is; whoever finds one of
 * them otherwise makes the bundle anew. It takes its place whole, so that any number of processes may do so at once.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that packages are found from there. */
const FOLDER = join(ROOT, 'node_modules/.cache/mien/programs');
/** What shapes each bundle beside the files that it is made of: the versions of packages, and this file. */
const ALWAYS = [join(ROOT, 'package-lock.json'), fileURLToPath(import.meta.url)];
/** What CommonJS is asked for by. */
const BANNER =
  "import { createRequire as ofBundle } from 'node:module'; const require = ofBundle(import.meta.url);";

/**
 * What to import in order to start a program of this checkout. Where nothing can be kept that is the program itself,
 * which a loader then reads file by file.
 *
 * @param {string} path of the program, absolute
 * @returns {Promise<string>} a file's address
 */
export async function startable(path) {
  // Two checkouts may share their packages by a link.
  const checkout = createHash('sha256').update(ROOT).digest('hex').slice(0, 8);
  const name = relative(ROOT, path).replaceAll(/[\\/]/g, '-').replace(/\.ts$/, '');
  const kept = join(FOLDER, `${name}-${checkout}.mjs`);
  if (!(await isUpToDate(kept)) && !(await keep(kept, await bundle(path)))) {
    const { register } = await import('tsx/esm/api');
    register();
    return pathToFileURL(path).href;
  }
  return pathToFileURL(kept).href;
}

/** @param {string} path of a bundle */
async function isUpToDate(path) {
  const made = madeOf(await readFile(path, 'utf8').catch(() => ''));
  const states = await Promise.all(Object.keys(made).map(stateOf));
  return states.length > 0 && Object.values(made).every((state, index) => state === states[index]);
}

/**
 * What a bundle names as what it is made of; nothing where it is none.
 *
 * @param {string} text
 * @returns {Record<string, string>}
 */
function madeOf(text) {
  try {
    return JSON.parse(text.slice(text.lastIndexOf('\n//') + '\n//'.length));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}

/** @param {string} path */
async function stateOf(path) {
  const stats = await stat(path).catch(() => null);
  return stats === null ? 'missing' : `${stats.mtimeMs} ${stats.size}`;
}

/**
 * A program and all of this checkout that it imports as one text; packages stay where they are.
 *
 * @param {string} path
 */
async function bundle(path) {
  const { build, stop } = await import('esbuild');
  /** @type {Map<string, string>} */
  const made = new Map();
  for (const file of ALWAYS) made.set(file, await stateOf(file));
  const { outputFiles } = await build({
    entryPoints: [path],
    outfile: join(FOLDER, 'program.mjs'),
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    define: { 'import.meta.url': 'ownFileUrl' },
    banner: { js: BANNER },
    plugins: [readingSources(made), requiringTfjs],
  });
  await stop();
  return `${outputFiles[0]?.text ?? ''}\n//${JSON.stringify(Object.fromEntries(made))}`;
}

/**
 * Files are found from where the source lies, not the bundle. The state of each is that from before it is read: who changes
 * it meanwhile has the bundle made once more.
 *
 * @param {Map<string, string>} made
 * @returns {import('esbuild').Plugin}
 */
function readingSources(made) {
  return {
    name: 'sources',
    setup: ({ onLoad }) => {
      onLoad({ filter: /./, namespace: 'file' }, async ({ path }) => {
        made.set(path, await stateOf(path));
        if (!path.endsWith('.ts')) return undefined;
        const text = await readFile(path, 'utf8');
        const url = JSON.stringify(pathToFileURL(path).href);
        const isAsked = text.includes('import.meta.url');
        return { contents: isAsked ? `const ownFileUrl = ${url};${text}` : text, loader: 'ts' };
      });
    },
  };
}

/**
 * tfjs comes as CommonJS. Node reads all of it twice where it is imported, to learn what it exports, and once where it is
 * required: that is half of what a command takes to start.
 *
 * @type {import('esbuild').Plugin}
 */
const requiringTfjs = {
  name: 'tfjs',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^@tensorflow\// }, ({ path, namespace }) =>
      namespace === 'tfjs' ? { path, external: true } : { path, namespace: 'tfjs' },
    );
    onLoad({ filter: /./, namespace: 'tfjs' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Whether a bundle could be kept: a cache that cannot be written costs speed, never a run.
 *
 * @param {string} path
 * @param {string} text
 */
async function keep(path, text) {
  const draft = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, text);
    await rename(draft, path);
    return true;
  } catch {
    return false;
  }
}
