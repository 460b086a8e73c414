// Starts one of our TypeScript programs on whatever machine it is: checks Node, installs missing packages, then runs
// `node tools/setup/run.mjs <program.ts> [arguments]`. Plain JavaScript: it runs before node_modules exist.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startable } from '../../src/platform/programs.node.mjs';
import { installMissing } from './dependencies.mjs';

const OLDEST_NODE = [20, 19];

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(`Mien needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

try {
  installMissing(root);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

process.chdir(root);
const program = resolve(process.argv[2]);
// The program sees itself started, and its errors name its sources.
process.argv.splice(1, 2, program);
process.setSourceMapsEnabled(true);
await import(await startable(program));
