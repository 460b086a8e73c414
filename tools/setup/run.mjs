// Starts one of our TypeScript programs on whatever machine it is: checks Node, installs missing packages, then runs
// `node tools/setup/run.mjs <program.ts> [arguments]`. Plain JavaScript: it runs before node_modules exist.
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const [program, ...args] = process.argv.slice(2);
const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
  cwd: root,
  stdio: 'inherit',
});
// Wait for the program to end by itself, so that its last words are seen.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
